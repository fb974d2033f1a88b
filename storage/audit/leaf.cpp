#include "storage/audit/leaf.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <chrono>

#include "storage/audit/canonical_json.hpp"

namespace gongkai::storage::audit {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;

constexpr std::int64_t last_time_ms = 253402300799999;  // 9999-12-31T23:59:59.999Z
constexpr std::int64_t day_ms = 86400000;

// The one place that says which members a kind has: writing and reading both ask it.
const char* misfit(const Leaf& leaf) {
    const bool is_step = leaf.kind == LeafKind::step;
    const bool is_refusal = leaf.kind == LeafKind::refusal;
    if (is_step && !leaf.document) return "a step without a document";
    if (leaf.kind == LeafKind::admin && leaf.document) return "an admin leaf with a document";
    if (!leaf.document && (leaf.revision != 0 || leaf.previous))
        return "a revision but no document";
    if (is_step && leaf.revision == 0) return "a step with revision 0";
    if (leaf.document && leaf.previous.has_value() != (leaf.revision > (is_step ? 1U : 0U)))
        return "a previous leaf that does not fit the revision";
    const bool has_rules = !leaf.flow.empty() && leaf.definition && leaf.calendar;
    const bool has_no_rules = leaf.flow.empty() && !leaf.definition && !leaf.calendar;
    if (leaf.document ? !has_rules : !has_no_rules)
        return "a flow, definition and calendar that do not go with the document";
    if (leaf.content.has_value() != is_step) return "a content hash that does not fit the kind";
    if (!is_step && !leaf.attachments.empty()) return "attachments that do not fit the kind";
    if (is_step && leaf.department.empty()) return "a step without a department";
    if (std::any_of(leaf.grants.begin(), leaf.grants.end(),
                    [](const LeafGrant& grant) { return grant.role.empty(); }))
        return "a grant that has no role";
    if (leaf.command.empty()) return "no command";
    if (leaf.events.empty() != is_refusal) return "events that do not fit the kind";
    if (leaf.reason.empty() == is_refusal) return "a reason that does not fit the kind";
    if (leaf.time_ms < 0 || leaf.time_ms > last_time_ms) return "a time outside of 1970 to 9999";
    return nullptr;
}

void put_digits(char* to, unsigned value, int count) {
    for (int i = count; i-- > 0; value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
}

std::array<char, 24> time_text(std::int64_t time_ms) {
    using namespace std::chrono;
    const auto days = static_cast<int>(time_ms / day_ms);
    auto rest = static_cast<unsigned>(time_ms % day_ms);
    const year_month_day date{sys_days{std::chrono::days{days}}};
    std::array<char, 24> text{};
    std::copy_n("0000-00-00T00:00:00.000Z", text.size(), text.data());
    put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
    put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
    put_digits(&text[20], rest % 1000, 3);
    rest /= 1000;
    put_digits(&text[17], rest % 60, 2);
    put_digits(&text[14], rest / 60 % 60, 2);
    put_digits(&text[11], rest / 3600, 2);
    return text;
}

// The document's number is a string: 64 bits do not survive in a reader whose numbers are doubles.
std::optional<std::uint64_t> decimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text[0] == '0') return std::nullopt;
    return value;
}

// Takes the members of one object, by name and type; the first thing that is wrong is remembered.
class Members {
  public:
    Members(const json::value& value, std::string where, std::string& error)
        : object_(value.if_object()), where_(std::move(where)), error_(error) {
        if (object_ == nullptr) fail("", "is not an object");
    }

    const json::value* take(const char* name, bool required) {
        if (object_ == nullptr) return nullptr;
        const json::value* found = object_->if_contains(name);
        if (found != nullptr)
            ++taken_;
        else if (required)
            fail(name, "is missing");
        return found;
    }
    std::string text(const char* name, bool required) {
        const json::value* value = take(name, required);
        if (value == nullptr) return {};
        if (!value->is_string() || value->get_string().empty()) {
            fail(name, "is not a string with something in it");
            return {};
        }
        return std::string(value->get_string());
    }
    std::optional<std::uint64_t> number(const char* name, bool required, std::uint64_t least,
                                        std::uint64_t most) {
        const json::value* value = take(name, required);
        if (value == nullptr) return std::nullopt;
        if (!value->is_int64() || value->get_int64() < 0 ||
            static_cast<std::uint64_t>(value->get_int64()) < least ||
            static_cast<std::uint64_t>(value->get_int64()) > most) {
            fail(name, "is not an integer in its range");
            return std::nullopt;
        }
        return static_cast<std::uint64_t>(value->get_int64());
    }
    std::optional<Hash> hash(const char* name, bool required) {
        const json::value* value = take(name, required);
        return value == nullptr ? std::nullopt : hash_of(*value, name);
    }
    std::optional<Hash> hash_of(const json::value& value, const char* name) {
        std::optional<Hash> hash;
        if (value.is_string()) hash = hash_from_hex(value.get_string());
        if (!hash) fail(name, "is not a hash in 64 lowercase hexadecimal digits");
        return hash;
    }
    const json::array* array(const char* name, bool required) {
        const json::value* value = take(name, required);
        if (value == nullptr) return nullptr;
        if (!value->is_array()) fail(name, "is not an array");
        return value->if_array();
    }
    void done() {
        if (object_ != nullptr && taken_ != object_->size())
            fail("", "has a member that is not known");
    }
    void fail(std::string_view name, const char* what) {
        if (!error_.empty()) return;
        error_ = where_;
        if (!name.empty()) error_.append(where_.empty() ? "" : ".").append(name);
        if (error_.empty()) error_ = "the leaf";
        error_.append(" ").append(what);
    }

  private:
    const json::object* object_;
    std::string where_;
    std::string& error_;
    std::size_t taken_ = 0;
};

constexpr std::uint64_t most_person = 0xffffffff;

std::uint32_t person(Members& members, const char* name, bool required) {
    // Nobody is said by leaving the member out; only the actor's own number may be 0.
    const auto number = members.number(name, required, required ? 0 : 1, most_person);
    return static_cast<std::uint32_t>(number.value_or(0));
}

std::string again(const json::value& value) {
    std::string out;
    // Was read by parse_canonical() a moment ago: it can be written.
    if (!write_canonical(value, out)) stop_on_bug("a canonical value that cannot be written");
    return out;
}

void read_actor(const json::value& value, Leaf& leaf, std::string& error) {
    Members actor(value, "actor", error);
    leaf.actor = person(actor, "id", true);
    const std::string kind = actor.text("kind", true);
    if (kind == "machine")
        leaf.actor_kind = LeafActorKind::machine;
    else if (kind == "scheduler")
        leaf.actor_kind = LeafActorKind::scheduler;
    else if (kind != "person")
        actor.fail("kind", "is not known");
    actor.done();
}

LeafGrant read_grant(const json::value& value, std::string& error) {
    Members grant(value, "grants", error);
    LeafGrant out;
    out.department = grant.text("department", false);
    out.on_behalf_of = person(grant, "on_behalf_of", false);
    out.role = grant.text("role", true);
    grant.done();
    return out;
}

void read_kind(Members& top, Leaf& leaf) {
    const std::string kind = top.text("kind", true);
    if (kind == "refusal")
        leaf.kind = LeafKind::refusal;
    else if (kind == "admin")
        leaf.kind = LeafKind::admin;
    else if (kind != "step")
        top.fail("kind", "is not known");
}

void read_document(Members& top, Leaf& leaf, std::string& error) {
    if (const json::value* document = top.take("document", false)) {
        if (document->is_string()) leaf.document = decimal(document->get_string());
        if (!leaf.document) top.fail("document", "is not a number in a string");
        leaf.revision = top.number("revision", true, 0, canonical_max_integer).value_or(0);
    }
    leaf.previous = top.hash("previous", false);
    if (const json::value* value = top.take("flow", false)) {
        Members flow(*value, "flow", error);
        leaf.definition = flow.hash("definition", true);
        leaf.flow = flow.text("name", true);
        flow.done();
    }
    leaf.calendar = top.hash("calendar", false);
    leaf.content = top.hash("content", false);
    const bool is_step = leaf.kind == LeafKind::step;
    if (const json::array* attachments = top.array("attachments", is_step)) {
        if (!is_step) top.fail("attachments", "does not fit the kind");
        for (const json::value& value : *attachments)
            leaf.attachments.push_back(top.hash_of(value, "attachments").value_or(Hash{}));
    }
    leaf.department = top.text("department", false);
}

// What is beyond the range stays beyond it, and the writer refuses it.
std::int64_t bounded(std::uint64_t number) {
    constexpr std::uint64_t too_large = canonical_max_integer + 1;
    return static_cast<std::int64_t>(std::min(number, too_large));
}

void append_grants(CanonicalWriter& writer, const std::vector<LeafGrant>& grants) {
    writer.key("grants").begin_array();
    for (const LeafGrant& grant : grants) {
        writer.begin_object();
        if (!grant.department.empty()) writer.key("department").string(grant.department);
        if (grant.on_behalf_of != 0) writer.key("on_behalf_of").integer(grant.on_behalf_of);
        writer.key("role").string(grant.role).end_object();
    }
    writer.end_array();
}

void append_hash(CanonicalWriter& writer, const char* name, const std::optional<Hash>& hash) {
    if (hash) writer.key(name).hex(hash->data(), hash->size());
}

}  // namespace

const char* to_string(LeafKind kind) noexcept {
    switch (kind) {
        case LeafKind::step:
            return "step";
        case LeafKind::refusal:
            return "refusal";
        case LeafKind::admin:
            return "admin";
    }
    return "?";
}

const char* to_string(LeafActorKind kind) noexcept {
    switch (kind) {
        case LeafActorKind::person:
            return "person";
        case LeafActorKind::machine:
            return "machine";
        case LeafActorKind::scheduler:
            return "scheduler";
    }
    return "?";
}

std::optional<std::string> format_time_ms(std::int64_t time_ms) {
    if (time_ms < 0 || time_ms > last_time_ms) return std::nullopt;
    const auto text = time_text(time_ms);
    return std::string(text.data(), text.size());
}

std::optional<std::int64_t> parse_time_ms(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 24) return std::nullopt;
    const auto digits = [&](std::size_t at, std::size_t count) {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + at + count, value);
        return value;
    };
    const year_month_day date{year{static_cast<int>(digits(0, 4))}, month{digits(5, 2)},
                              day{digits(8, 2)}};
    if (!date.ok()) return std::nullopt;
    const std::int64_t value = sys_days{date}.time_since_epoch().count() * day_ms +
                               digits(11, 2) * 3600000LL + digits(14, 2) * 60000LL +
                               digits(17, 2) * 1000LL + digits(20, 3);
    // Only the one spelling of a time that exists comes back the same.
    if (format_time_ms(value) != text) return std::nullopt;
    return value;
}

Result<void> encode_leaf(const Leaf& leaf, std::string& out) {
    if (const char* what = misfit(leaf))
        return Error{ErrorCode::invalid_argument, std::string("audit leaf: ") + what};
    CanonicalWriter writer(out);
    writer.begin_object();
    writer.key("actor").begin_object();
    writer.key("id")
        .integer(leaf.actor)
        .key("kind")
        .string(to_string(leaf.actor_kind))
        .end_object();
    if (leaf.kind == LeafKind::step) {
        writer.key("attachments").begin_array();
        for (const Hash& attachment : leaf.attachments)
            writer.hex(attachment.data(), attachment.size());
        writer.end_array();
    }
    append_hash(writer, "calendar", leaf.calendar);
    writer.key("command").raw(leaf.command);
    append_hash(writer, "content", leaf.content);
    if (!leaf.department.empty()) writer.key("department").string(leaf.department);
    if (leaf.document) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, *leaf.document).ptr;
        writer.key("document").string({digits, static_cast<std::size_t>(end - digits)});
    }
    if (!leaf.events.empty()) writer.key("events").raw(leaf.events);
    if (leaf.expected_revision)
        writer.key("expected_revision").integer(bounded(*leaf.expected_revision));
    if (leaf.definition) {
        writer.key("flow").begin_object();
        append_hash(writer, "definition", leaf.definition);
        writer.key("name").string(leaf.flow).end_object();
    }
    writer.key("format").integer(leaf_format);
    append_grants(writer, leaf.grants);
    writer.key("kind").string(to_string(leaf.kind));
    if (leaf.on_behalf_of != 0) writer.key("on_behalf_of").integer(leaf.on_behalf_of);
    append_hash(writer, "previous", leaf.previous);
    if (!leaf.reason.empty()) writer.key("reason").string(leaf.reason);
    if (!leaf.request.empty()) writer.key("request").string(leaf.request);
    if (leaf.document) writer.key("revision").integer(bounded(leaf.revision));
    const auto time = time_text(leaf.time_ms);
    writer.key("time").string({time.data(), time.size()});
    writer.end_object();
    return writer.finish();
}

Result<Leaf> decode_leaf(std::string_view bytes) {
    TRY(const json::value value, parse_canonical(bytes));
    std::string error;
    Leaf leaf;
    Members top(value, "", error);
    if (const auto format = top.number("format", true, 0, canonical_max_integer);
        format && *format != leaf_format)
        top.fail("format", "is not known: this program reads format 1");
    read_kind(top, leaf);
    if (const json::value* actor = top.take("actor", true)) read_actor(*actor, leaf, error);
    if (const json::array* grants = top.array("grants", true)) {
        for (const json::value& grant : *grants)
            leaf.grants.push_back(read_grant(grant, error));
    }
    read_document(top, leaf, error);
    if (const json::value* command = top.take("command", true)) leaf.command = again(*command);
    if (const json::value* events = top.take("events", false)) {
        if (!events->is_array()) top.fail("events", "is not an array");
        leaf.events = again(*events);
    }
    leaf.reason = top.text("reason", false);
    leaf.on_behalf_of = person(top, "on_behalf_of", false);
    leaf.expected_revision = top.number("expected_revision", false, 0, canonical_max_integer);
    leaf.request = top.text("request", false);
    if (const std::string time = top.text("time", true); !time.empty()) {
        if (const auto time_ms = parse_time_ms(time))
            leaf.time_ms = *time_ms;
        else
            top.fail("time", "is not a time like 2026-11-23T08:15:30.123Z");
    }
    top.done();
    if (error.empty()) {
        if (const char* what = misfit(leaf)) error = std::string("audit leaf: ") + what;
    }
    if (!error.empty()) return Error{ErrorCode::malformed, std::move(error)};
    return leaf;
}

Salt new_salt() {
    Salt salt;
    fill_random(salt);
    return salt;
}

Hash commit(const Salt& salt, std::string_view utf8) {
    return thread_hasher(HashAlgorithm::sha256).digest("\x02", as_view(salt), utf8);
}

namespace {

void find_in(const json::value& value, std::string_view hex, std::string& path,
             std::vector<std::string>& found) {
    if (value.is_string() && std::string_view(value.get_string()) == hex) found.push_back(path);
    const std::size_t size = path.size();
    if (const json::array* array = value.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            path.append("/").append(std::to_string(i));
            find_in((*array)[i], hex, path, found);
            path.resize(size);
        }
    }
    if (const json::object* object = value.if_object()) {
        for (const json::key_value_pair& member : *object) {
            path += '/';
            for (const char c : std::string_view(member.key())) {
                if (c == '~')
                    path += "~0";
                else if (c == '/')
                    path += "~1";
                else
                    path += c;
            }
            find_in(member.value(), hex, path, found);
            path.resize(size);
        }
    }
}

void collect_hashes(const json::value& value, std::vector<Hash>& found) {
    if (const json::string* text = value.if_string()) {
        if (const auto hash = hash_from_hex(*text)) found.push_back(*hash);
    } else if (const json::array* array = value.if_array()) {
        for (const json::value& element : *array)
            collect_hashes(element, found);
    } else if (const json::object* object = value.if_object()) {
        for (const json::key_value_pair& member : *object)
            collect_hashes(member.value(), found);
    }
}

}  // namespace

std::vector<Hash> hashes_in(std::string_view canonical) {
    std::vector<Hash> found;
    const auto value = parse_canonical(canonical);
    if (value.has_value()) collect_hashes(*value, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::vector<std::string> find_commitment(std::string_view canonical, const Hash& commitment) {
    std::vector<std::string> found;
    const auto value = parse_canonical(canonical);
    std::string path;
    if (value.has_value()) find_in(*value, to_hex(commitment), path, found);
    return found;
}

}  // namespace gongkai::storage::audit
