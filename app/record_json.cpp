#include "app/record_json.hpp"

#include <algorithm>
#include <charconv>

#include "app/record.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using storage::audit::CanonicalWriter;

const char* to_string(engine::Ballot ballot) noexcept {
    switch (ballot) {
        case engine::Ballot::approve:
            return "approve";
        case engine::Ballot::reject:
            return "reject";
        case engine::Ballot::abstain:
            return "abstain";
    }
    return "abstain";
}

const char* to_string(engine::Scope scope) noexcept {
    switch (scope) {
        case engine::Scope::own_department:
            return "own_department";
        case engine::Scope::anywhere:
            return "anywhere";
        case engine::Scope::department:
            return "department";
    }
    return "anywhere";
}

const char* to_string(engine::Publication publication) noexcept {
    switch (publication) {
        case engine::Publication::none:
            return "none";
        case engine::Publication::draft:
            return "draft";
        case engine::Publication::published:
            return "published";
        case engine::Publication::withdrawn:
            return "withdrawn";
    }
    return "none";
}

void write_committed(CanonicalWriter& writer, const engine::Committed& text) {
    writer.begin_object();
    writer.key("commitment").hex(text.commitment.data(), text.commitment.size());
    writer.key("size").integer(text.size).end_object();
}

void write_attachments(CanonicalWriter& writer, const std::vector<engine::Attachment>& list) {
    writer.begin_array();
    for (const engine::Attachment& attachment : list) {
        writer.begin_object();
        writer.key("digest").hex(attachment.digest.data(), attachment.digest.size());
        writer.key("name");
        write_committed(writer, attachment.name);
        writer.key("size").integer(static_cast<std::int64_t>(attachment.size)).end_object();
    }
    writer.end_array();
}

void write_field_value(CanonicalWriter& writer, const engine::Field& field,
                       const std::optional<engine::Value>& value) {
    struct Visitor {
        CanonicalWriter& writer;
        const engine::Field& field;
        void operator()(bool flag) const { writer.boolean(flag); }
        void operator()(std::int64_t number) const { writer.integer(number); }
        void operator()(engine::Date date) const { writer.string(engine::to_string(date)); }
        void operator()(engine::Choice choice) const {
            // A choice beyond the list is refused (field_invalid), and stands in that leaf as its
            // number.
            if (choice.index < field.choices.size()) {
                writer.string(field.choices[choice.index].name);
            } else {
                writer.integer(choice.index);
            }
        }
        void operator()(const engine::Committed& text) const { write_committed(writer, text); }
        void operator()(engine::Instant at) const { write_instant(writer, at); }
    };
    if (value) {
        std::visit(Visitor{writer, field}, *value);
    } else {
        writer.null();
    }
}

void write_fields(CanonicalWriter& writer, const engine::Definition& definition,
                  const std::vector<engine::FieldChange>& changes) {
    std::vector<const engine::FieldChange*> sorted;
    sorted.reserve(changes.size());
    for (const engine::FieldChange& change : changes)
        sorted.push_back(&change);
    const auto name = [&](const engine::FieldChange* change) -> const std::string& {
        return definition.fields[change->field].name;
    };
    std::sort(sorted.begin(), sorted.end(),
              [&](const auto* a, const auto* b) { return name(a) < name(b); });
    writer.begin_object();
    for (const engine::FieldChange* change : sorted) {
        writer.key(name(change));
        write_field_value(writer, definition.fields[change->field], change->value);
    }
    writer.end_object();
}

void write_assignment(CanonicalWriter& writer, const engine::Assignment& whom) {
    writer.begin_object();
    if (!whom.department.empty()) writer.key("department").string(whom.department);
    writer.key("role").string(whom.role);
    writer.key("scope").string(to_string(whom.scope)).end_object();
}

void write_id(CanonicalWriter& writer, std::uint64_t id) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, id).ptr;
    writer.string({digits, static_cast<std::size_t>(end - digits)});
}

void write_instant(CanonicalWriter& writer, engine::Instant at) {
    writer.string(engine::to_string(at));
}

void write_digest(CanonicalWriter& writer, const engine::Digest& digest) {
    writer.hex(digest.data(), digest.size());
}

std::string region_name(const engine::Definition& definition, engine::RegionId region) {
    const engine::Region& here = definition.regions[region];
    if (here.owner == engine::kNone) return {};
    const engine::State& owner = definition.states[here.owner];
    return owner.name + "/" + owner.parallel->branches[here.branch].name;
}

engine::Actor actor_of(const storage::audit::Leaf& leaf) {
    engine::Actor actor;
    actor.id = leaf.actor;
    switch (leaf.actor_kind) {
        case storage::audit::LeafActorKind::person:
            actor.kind = engine::ActorKind::person;
            break;
        case storage::audit::LeafActorKind::machine:
            actor.kind = engine::ActorKind::machine;
            break;
        case storage::audit::LeafActorKind::scheduler:
            actor.kind = engine::ActorKind::scheduler;
            break;
    }
    for (const storage::audit::LeafGrant& grant : leaf.grants)
        actor.grants.push_back({grant.role, grant.department, grant.on_behalf_of});
    return actor;
}

void write_tags(CanonicalWriter& writer, const std::vector<std::string>& tags) {
    writer.begin_array();
    for (const std::string& tag : tags)
        writer.string(tag);
    writer.end_array();
}

void write_parent(CanonicalWriter& writer, const engine::ParentLink& parent) {
    writer.begin_object().key("document");
    write_id(writer, parent.document);
    writer.key("flow").string(parent.flow);
    writer.key("relation").string(parent.relation).end_object();
}

}  // namespace gongkai::app
