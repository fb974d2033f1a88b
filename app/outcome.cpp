#include "app/outcome.hpp"

#include <charconv>

#include "app/record_json.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;

// Members of an object that to_json() wrote; what is missing makes the whole malformed.
struct Members {
    const json::object& object;
    bool good = true;

    const json::value* find(const char* name) {
        const json::value* value = object.if_contains(name);
        good = good && value != nullptr;
        return value;
    }
    std::string text(const char* name) {
        const json::value* value = find(name);
        good = good && value->is_string();
        return good ? std::string(value->get_string()) : std::string();
    }
    std::int64_t number(const char* name) {
        const json::value* value = find(name);
        good = good && value->is_int64() && value->get_int64() >= 0;
        return good ? value->get_int64() : 0;
    }
    bool flag(const char* name) {
        const json::value* value = find(name);
        good = good && value->is_bool();
        return good && value->get_bool();
    }
    engine::Digest digest(const char* name) {
        const auto read = storage::audit::hash_from_hex(text(name));
        good = good && read.has_value();
        return read.value_or(engine::Digest{});
    }
    std::uint64_t id(const char* name) {
        const std::string digits = text(name);
        std::uint64_t value = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        good = good && failure == std::errc() && end == digits.data() + digits.size();
        return value;
    }
};

}  // namespace

std::string to_json(const Done& done) {
    std::string out;
    storage::audit::CanonicalWriter writer(out);
    writer.begin_object();
    writer.key("changed").boolean(done.changed);
    writer.key("content");
    write_digest(writer, done.content);
    writer.key("created").boolean(done.created);
    writer.key("definition");
    write_digest(writer, done.definition);
    writer.key("department").string(done.department);
    writer.key("flow").string(done.flow);
    writer.key("id");
    write_id(writer, done.id);
    writer.key("publication").integer(static_cast<std::int64_t>(done.publication));
    writer.key("purged").boolean(done.purged);
    writer.key("record");
    write_id(writer, done.record);
    writer.key("revision").integer(done.revision);
    writer.key("states").begin_array();
    for (const ActiveState& state : done.states) {
        writer.begin_object().key("final").boolean(state.final);
        writer.key("name").string(state.name).end_object();
    }
    writer.end_array().end_object();
    if (!writer.finish()) storage::audit::stop_on_bug("an outcome that cannot be written");
    return out;
}

Result<Done> done_from_json(std::string_view canonical) {
    const engine::Error malformed{engine::ErrorCode::malformed, "a stored answer cannot be read"};
    TRY(const json::value value, storage::audit::parse_canonical(canonical));
    if (!value.is_object()) return malformed;
    Members members{value.get_object()};
    Done done;
    done.changed = members.flag("changed");
    done.content = members.digest("content");
    done.created = members.flag("created");
    done.definition = members.digest("definition");
    done.department = members.text("department");
    done.flow = members.text("flow");
    done.id = members.id("id");
    done.publication = static_cast<engine::Publication>(members.number("publication"));
    done.purged = members.flag("purged");
    done.record = members.id("record");
    done.revision = static_cast<std::uint32_t>(members.number("revision"));
    const json::value* states = members.find("states");
    if (!members.good || !states->is_array() || done.publication > engine::Publication::withdrawn)
        return malformed;
    for (const json::value& item : states->get_array()) {
        if (!item.is_object()) return malformed;
        Members state{item.get_object()};
        done.states.push_back({state.text("name"), {}, state.flag("final")});
        if (!state.good) return malformed;
    }
    return done;
}

}  // namespace gongkai::app
