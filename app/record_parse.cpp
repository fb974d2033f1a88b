#include <charconv>

#include "app/record.hpp"
#include "app/record_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;

Error malformed(std::string what) {
    return {ErrorCode::malformed, "command: " + std::move(what)};
}

std::optional<std::int64_t> integer(const json::value* value, std::int64_t least,
                                    std::int64_t most) {
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    const std::int64_t number = value->get_int64();
    if (number < least || number > most) return std::nullopt;
    return number;
}

std::optional<std::string> text(const json::value* value) {
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()));
}

std::optional<engine::Digest> digest(const json::value* value) {
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return storage::audit::hash_from_hex(value->get_string());
}

constexpr std::int64_t most_uint32 = 0xFFFFFFFF;

// Reads one command. What is missing or wrong becomes a default, and the comparison of the bytes
// at the end finds it.
class Parser {
  public:
    Parser(const engine::Definition& definition, const json::object& object)
        : definition_(definition), object_(object) {}

    Result<engine::Command> command() {
        const std::string type = text_of("type");
        if (type == "open") return open();
        if (type == "edit") return engine::Command(engine::Edit{fields(), attachments()});
        if (type == "act") return act();
        if (type == "vote") return vote();
        if (type == "withdraw") return engine::Command(engine::Withdraw{text_of("state")});
        if (type == "claim") return engine::Command(engine::Claim{text_of("state"), lapsed()});
        if (type == "release") return engine::Command(engine::Release{text_of("state")});
        if (type == "reassign") return reassign();
        if (type == "consult") return consult();
        if (type == "answer") {
            return engine::Command(
                engine::Answer{static_cast<std::uint32_t>(number_of("consultation", most_uint32)),
                               committed("answer").value_or(engine::Committed{})});
        }
        if (type == "renew") return engine::Command(engine::Renew{text_of("signature")});
        if (type == "tick") return engine::Command(engine::Tick{text_of("timer")});
        if (type == "recompute") return engine::Command(engine::Recompute{});
        if (type == "migrate") return engine::Command(engine::Migrate{});
        if (type == "relate") return relate();
        if (type == "hear") {
            return engine::Command(engine::Hear{id_of("document"), tags(), publication()});
        }
        if (type == "belong") {
            return engine::Command(engine::Belong{parent().value_or(engine::ParentLink{})});
        }
        return malformed("no such type");
    }

  private:
    const json::value* find(const char* name) const { return object_.if_contains(name); }
    std::string text_of(const char* name) const { return text(find(name)).value_or(""); }
    std::int64_t number_of(const char* name, std::int64_t most) const {
        return integer(find(name), 0, most).value_or(0);
    }
    std::optional<engine::Committed> committed(const char* name) const {
        const json::value* value = find(name);
        return value == nullptr ? std::nullopt : read_committed(*value);
    }

    std::vector<engine::FieldChange> fields() const {
        std::vector<engine::FieldChange> changes;
        const json::value* value = find("fields");
        const json::object* members = value == nullptr ? nullptr : value->if_object();
        if (members == nullptr) return changes;
        for (const json::key_value_pair& member : *members) {
            const engine::FieldId id = definition_.field(std::string_view(member.key()));
            if (id == engine::kNone) continue;
            auto read = read_field_value(definition_.fields[id], member.value());
            if (read) changes.push_back({id, std::move(*read)});
        }
        return changes;
    }
    std::optional<std::vector<engine::Attachment>> attachments() const {
        const json::value* value = find("attachments");
        return value == nullptr ? std::nullopt : read_attachments(*value);
    }

    static engine::DocumentId id_in(const json::value* value) {
        engine::DocumentId id = 0;
        const std::string digits = text(value).value_or("");
        std::from_chars(digits.data(), digits.data() + digits.size(), id);
        return id;
    }
    engine::DocumentId id_of(const char* name) const { return id_in(find(name)); }
    std::vector<std::string> tags() const {
        std::vector<std::string> list;
        const json::value* value = find("tags");
        const json::array* array = value == nullptr ? nullptr : value->if_array();
        if (array == nullptr) return list;
        for (const json::value& tag : *array)
            list.push_back(text(&tag).value_or(""));
        return list;
    }
    engine::Publication publication() const {
        using engine::Publication;
        const std::string word = text_of("publication");
        for (const auto one :
             {Publication::draft, Publication::published, Publication::withdrawn}) {
            if (word == to_string(one)) return one;
        }
        return Publication::none;
    }
    std::optional<engine::ParentLink> parent() const {
        const json::value* value = find("parent");
        const json::object* object = value == nullptr ? nullptr : value->if_object();
        if (object == nullptr) return std::nullopt;
        return engine::ParentLink{id_in(object->if_contains("document")),
                                  text(object->if_contains("flow")).value_or(""),
                                  text(object->if_contains("relation")).value_or("")};
    }
    engine::Command relate() const {
        engine::Relate relate;
        relate.relation = text_of("relation");
        relate.document = id_of("document");
        relate.flow = text_of("flow");
        relate.tags = tags();
        relate.publication = publication();
        const json::value* ancestor = find("ancestor");
        relate.ancestor = ancestor != nullptr && ancestor->is_bool() && ancestor->get_bool();
        return relate;
    }
    engine::Command open() const {
        engine::Open open;
        open.id = id_of("document");
        open.parent = parent();
        open.department = text_of("department");
        open.fields = fields();
        open.attachments = attachments().value_or(std::vector<engine::Attachment>{});
        return open;
    }
    engine::Command act() const {
        engine::Act act;
        act.action = text_of("action");
        act.state = text_of("state");
        act.fields = fields();
        act.comment = committed("comment");
        if (const auto by = integer(find("extend_by"), INT32_MIN, INT32_MAX))
            act.extend_by = static_cast<std::int32_t>(*by);
        if (find("department") != nullptr) act.department = text_of("department");
        return act;
    }
    engine::Command vote() const {
        engine::Vote vote;
        vote.state = text_of("state");
        const std::string ballot = text_of("ballot");
        if (ballot == "approve") vote.ballot = engine::Ballot::approve;
        if (ballot == "reject") vote.ballot = engine::Ballot::reject;
        vote.comment = committed("comment");
        return vote;
    }
    bool lapsed() const {
        const json::value* lapsed = find("lapsed");
        return lapsed != nullptr && lapsed->is_bool() && lapsed->get_bool();
    }
    engine::Command reassign() const {
        const json::value* eligible = find("eligible");
        return engine::Reassign{text_of("state"),
                                static_cast<engine::PersonId>(number_of("to", most_uint32)),
                                eligible != nullptr && eligible->is_bool() && eligible->get_bool()};
    }
    engine::Command consult() const {
        engine::Consult consult;
        consult.state = text_of("state");
        consult.question = committed("question").value_or(engine::Committed{});
        const json::value* whom = find("whom");
        if (const json::object* members = whom == nullptr ? nullptr : whom->if_object()) {
            consult.whom.role = text(members->if_contains("role")).value_or("");
            consult.whom.department = text(members->if_contains("department")).value_or("");
            const std::string scope = text(members->if_contains("scope")).value_or("");
            if (scope == "anywhere") consult.whom.scope = engine::Scope::anywhere;
            if (scope == "department") consult.whom.scope = engine::Scope::department;
        }
        return consult;
    }

    const engine::Definition& definition_;
    const json::object& object_;
};

}  // namespace

std::optional<engine::Committed> read_committed(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr || object->size() != 2) return std::nullopt;
    const auto commitment = digest(object->if_contains("commitment"));
    const auto size = integer(object->if_contains("size"), 0, most_uint32);
    if (!commitment || !size) return std::nullopt;
    return engine::Committed{*commitment, static_cast<std::uint32_t>(*size)};
}

std::optional<std::vector<engine::Attachment>> read_attachments(const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr) return std::nullopt;
    std::vector<engine::Attachment> list;
    for (const json::value& item : *array) {
        const json::object* object = item.if_object();
        if (object == nullptr) return std::nullopt;
        const auto bytes = digest(object->if_contains("digest"));
        const auto size =
            integer(object->if_contains("size"), 0, storage::audit::canonical_max_integer);
        const json::value* name = object->if_contains("name");
        const auto committed = name == nullptr ? std::nullopt : read_committed(*name);
        if (!bytes || !size || !committed) return std::nullopt;
        list.push_back({*bytes, static_cast<std::uint64_t>(*size), *committed});
    }
    return list;
}

std::optional<std::optional<engine::Value>> read_field_value(const engine::Field& field,
                                                             const json::value& value) {
    using Read = std::optional<engine::Value>;
    if (value.is_null()) return Read{};
    if (value.is_bool()) return Read{engine::Value{value.get_bool()}};
    if (value.is_int64()) {
        if (field.type == engine::FieldType::choice) {
            const auto index = integer(&value, 0, 0xFFFF);
            if (!index) return std::nullopt;
            return Read{engine::Value{engine::Choice{static_cast<std::uint16_t>(*index)}}};
        }
        return Read{engine::Value{value.get_int64()}};
    }
    if (value.is_string()) {
        const std::string_view string = value.get_string();
        if (field.type == engine::FieldType::choice) {
            for (std::size_t i = 0; i < field.choices.size(); ++i) {
                if (field.choices[i].name == string)
                    return Read{engine::Value{engine::Choice{static_cast<std::uint16_t>(i)}}};
            }
            return std::nullopt;
        }
        if (field.type == engine::FieldType::moment) {
            const auto at = engine::parse_instant(string);
            if (!at) return std::nullopt;
            return Read{engine::Value{*at}};
        }
        const auto date = engine::parse_date(string);
        if (!date) return std::nullopt;
        return Read{engine::Value{*date}};
    }
    const auto committed = read_committed(value);
    if (!committed) return std::nullopt;
    return Read{engine::Value{*committed}};
}

Result<engine::Command> parse_command(const engine::Definition& definition,
                                      std::string_view canonical) {
    TRY(const json::value value, storage::audit::parse_canonical(canonical));
    const json::object* object = value.if_object();
    if (object == nullptr) return malformed("not an object");
    TRY(engine::Command command, Parser(definition, *object).command());
    std::string again;
    write_command(definition, command, again);
    if (again != canonical) return malformed("not one that this definition can have");
    return command;
}

}  // namespace gongkai::app
