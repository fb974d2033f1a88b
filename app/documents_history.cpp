// What happened to a document, and what changed between two of its contents.
#include <algorithm>
#include <map>

#include "app/documents.hpp"
#include "app/record_json.hpp"
#include "app/resolve.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/audit/merkle.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

namespace json = boost::json;
namespace audit = storage::audit;

constexpr std::size_t kMostEntries = 200;
constexpr std::size_t kLongestHistory = 100'000;

const storage::Opening* find(const std::vector<storage::Opening>& openings,
                             const engine::Digest& commitment) {
    for (const storage::Opening& opening : openings) {
        if (opening.commitment == commitment) return &opening;
    }
    return nullptr;
}

// What was said with a command: its comment, question or answer.
std::optional<std::string> remark_of(const std::string& command,
                                     const std::vector<storage::Opening>& openings) {
    const auto value = audit::parse_canonical(command);
    if (!value || !value->is_object()) return std::nullopt;
    for (const char* member : {"comment", "question", "answer"}) {
        const json::value* found = value->get_object().if_contains(member);
        const auto committed = found == nullptr ? std::nullopt : read_committed(*found);
        const auto* opening = committed ? find(openings, committed->commitment) : nullptr;
        if (opening != nullptr) return opening->text;
    }
    return std::nullopt;
}

// One content that the document had: its fields by name, as they stand in the record.
struct Content {
    std::uint32_t revision = 0;
    std::map<std::string, json::value> fields;
    json::value attachments;
};

// Replays the edits of a history, without any rules, and keeps the contents that are asked for.
class Contents {
  public:
    Contents(const engine::Digest& from, const engine::Digest& to) : from_(from), to_(to) {}

    void add(const audit::Leaf& leaf) {
        if (leaf.kind != audit::LeafKind::step) return;
        const auto events = audit::parse_canonical(leaf.events);
        if (!events || !events->is_array()) return;
        now_.revision = static_cast<std::uint32_t>(leaf.revision);
        for (const json::value& event : events->get_array()) {
            if (event.is_object()) apply(event.get_object());
        }
    }
    const std::optional<Content>& from() const { return found_from_; }
    const std::optional<Content>& to() const { return found_to_; }

  private:
    void apply(const json::object& event) {
        const json::value* type = event.if_contains("type");
        if (type == nullptr || !type->is_string()) return;
        if (type->get_string() == "migrated") {
            // The same content under another hash.
            const json::value* document = event.if_contains("document");
            if (document != nullptr && document->is_object()) note(document->get_object());
            return;
        }
        if (type->get_string() != "edited") return;
        if (const json::value* fields = event.if_contains("fields"); fields->is_object()) {
            for (const json::key_value_pair& field : fields->get_object()) {
                if (field.value().is_null()) {
                    now_.fields.erase(std::string(field.key()));
                } else {
                    now_.fields[std::string(field.key())] = field.value();
                }
            }
        }
        if (const json::value* attachments = event.if_contains("attachments"))
            now_.attachments = *attachments;
        note(event);
    }
    // The latest state with a content: process fields that were filled in since go with it.
    void note(const json::object& with_content) {
        const json::value* content = with_content.if_contains("content");
        if (content == nullptr || !content->is_string()) return;
        const auto hash = audit::hash_from_hex(content->get_string());
        if (!hash) return;
        if (*hash == from_) found_from_ = now_;
        if (*hash == to_) found_to_ = now_;
    }

    engine::Digest from_, to_;
    Content now_;
    std::optional<Content> found_from_, found_to_;
};

PlainValue plain(const engine::Field& field, const Content& content,
                 const std::vector<storage::Opening>& openings) {
    const auto at = content.fields.find(field.name);
    if (at == content.fields.end()) return std::monostate{};
    const auto value = read_field_value(field, at->second);
    if (!value || !*value) return std::monostate{};
    struct Visitor {
        const engine::Field& field;
        const std::vector<storage::Opening>& openings;
        PlainValue operator()(bool flag) const { return flag; }
        PlainValue operator()(std::int64_t number) const { return number; }
        PlainValue operator()(engine::Date date) const { return engine::to_string(date); }
        PlainValue operator()(engine::Instant at) const { return engine::to_string(at); }
        PlainValue operator()(engine::Choice choice) const {
            if (choice.index >= field.choices.size()) return std::monostate{};
            return field.choices[choice.index].name;
        }
        PlainValue operator()(const engine::Committed& text) const {
            const storage::Opening* opening = find(openings, text.commitment);
            if (opening == nullptr) return std::monostate{};
            if (field.type != engine::FieldType::table) return opening->text;
            return rows_from_json(opening->text).value_or(Rows{});
        }
    };
    return std::visit(Visitor{field, openings}, **value);
}

std::vector<AttachmentView> attachments_of(const Content& content,
                                           const std::vector<storage::Opening>& openings) {
    std::vector<AttachmentView> views;
    for (const engine::Attachment& attachment :
         read_attachments(content.attachments).value_or(std::vector<engine::Attachment>{})) {
        const storage::Opening* name = find(openings, attachment.name.commitment);
        views.push_back(
            {attachment.digest, attachment.size, name == nullptr ? std::string() : name->text});
    }
    return views;
}

bool same(const Content& a, const Content& b, const std::string& name) {
    const auto left = a.fields.find(name);
    const auto right = b.fields.find(name);
    if (left == a.fields.end() || right == b.fields.end())
        return left == a.fields.end() && right == b.fields.end();
    return left->second == right->second;
}

HistoryEntry entry_of(const storage::StoredLeaf& stored, audit::Leaf leaf,
                      const std::vector<storage::Opening>& openings,
                      const DirectorySnapshot& directory, Names& people) {
    HistoryEntry entry;
    entry.record = stored.record;
    entry.kind = audit::to_string(leaf.kind);
    entry.revision = leaf.revision;
    entry.at = {leaf.time_ms};
    entry.leaf = audit::leaf_hash(stored.bytes);
    entry.actor = leaf.actor;
    entry.actor_kind = audit::to_string(leaf.actor_kind);
    entry.actor_name = directory.name_of(leaf.actor);
    for (const audit::LeafGrant& grant : leaf.grants) {
        entry.grants.push_back({grant.role, grant.department, grant.on_behalf_of});
        // Of a step there is one grant: that which made it lawful.
        if (leaf.kind == audit::LeafKind::step) entry.on_behalf_of = grant.on_behalf_of;
    }
    if (entry.on_behalf_of == 0) entry.on_behalf_of = leaf.on_behalf_of;
    entry.on_behalf_of_name = directory.name_of(entry.on_behalf_of);
    for (const PersonId person : {entry.actor, entry.on_behalf_of}) {
        if (person != 0) people.emplace(person, directory.name_of(person));
    }
    entry.comment = remark_of(leaf.command, openings);
    entry.command = std::move(leaf.command);
    entry.events = std::move(leaf.events);
    entry.reason = std::move(leaf.reason);
    entry.request = std::move(leaf.request);
    return entry;
}

}  // namespace

Result<HistoryPage> Documents::history(const Principal& principal, engine::DocumentId id,
                                       storage::RecordId from, std::size_t limit) {
    HistoryPage page;
    const std::size_t most = std::clamp<std::size_t>(limit, 1, kMostEntries);
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const Readable readable, this->readable(reader, principal, id));
        const storage::RecordId newest =
            from == storage::kNoRecord ? readable.row.last_record : from;
        TRY(const auto leaves, reader.history(newest, most));
        TRY(const auto openings, reader.openings(id));
        const auto directory = parts_.identity.directory();
        for (const storage::StoredLeaf& stored : leaves) {
            // A cursor that was made up must not lead into another document's history.
            if (stored.document != id) return Error{ErrorCode::not_found, "no such record"};
            TRY(auto leaf, audit::decode_leaf(stored.bytes));
            page.entries.push_back(
                entry_of(stored, std::move(leaf), openings, *directory, page.people));
        }
        if (!leaves.empty() && leaves.back().previous != storage::kNoRecord)
            page.next = leaves.back().previous;
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return page;
}

Result<Difference> Documents::difference(const Principal& principal, engine::DocumentId id,
                                         const engine::Digest& from,
                                         const std::optional<engine::Digest>& to) {
    Difference difference;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(Readable readable, this->readable(reader, principal, id));
        difference.from = from;
        difference.to = to.value_or(readable.row.document.content);
        TRY(auto leaves, reader.history(readable.row.last_record, kLongestHistory));
        Contents contents(difference.from, difference.to);
        for (auto stored = leaves.rbegin(); stored != leaves.rend(); ++stored) {
            TRY(const auto leaf, audit::decode_leaf(stored->bytes));
            contents.add(leaf);
        }
        if (!contents.from() || !contents.to())
            return Error{ErrorCode::not_found, "the document never had such a content"};
        TRY(const auto openings, reader.openings(id));
        const Content& before = *contents.from();
        const Content& after = *contents.to();
        difference.from_revision = before.revision;
        difference.to_revision = after.revision;
        const engine::Definition& definition = readable.flow->definition;
        for (std::size_t i = 0; i < definition.fields.size(); ++i) {
            const engine::Field& field = definition.fields[i];
            if (!field.content || same(before, after, field.name)) continue;
            difference.fields.push_back({static_cast<engine::FieldId>(i),
                                         plain(field, before, openings),
                                         plain(field, after, openings)});
        }
        difference.attachments_differ = before.attachments != after.attachments;
        difference.attachments_before = attachments_of(before, openings);
        difference.attachments_after = attachments_of(after, openings);
        difference.flow = std::move(readable.flow);
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return difference;
}

}  // namespace gongkai::app
