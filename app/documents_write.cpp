// What a decided step, or a refused attempt, leaves in the store.
#include <algorithm>

#include "app/content.hpp"
#include "app/document_step.hpp"
#include "app/documents.hpp"
#include "app/log.hpp"
#include "app/projection.hpp"
#include "app/publications.hpp"
#include "app/record.hpp"
#include "engine/evolve.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

namespace {

namespace audit = storage::audit;

audit::LeafGrant leaf_grant(const engine::Grant& grant) {
    return {grant.role, grant.department, grant.on_behalf_of};
}

audit::LeafActorKind leaf_kind(engine::ActorKind kind) {
    switch (kind) {
        case engine::ActorKind::person:
            return audit::LeafActorKind::person;
        case engine::ActorKind::machine:
            return audit::LeafActorKind::machine;
        case engine::ActorKind::scheduler:
            return audit::LeafActorKind::scheduler;
    }
    return audit::LeafActorKind::person;
}

template <class T>
const T* find_effect(const engine::Decision& decision) {
    for (const engine::Effect& effect : decision.effects) {
        if (const T* found = std::get_if<T>(&effect)) return found;
    }
    return nullptr;
}

// What was asked for where no document was found, and so no definition that could name anything.
std::string bare_command(const Input& input) {
    constexpr const char* names[] = {
        "open",     "hand_in", "edit",   "act",   "vote", "withdraw",  "claim",   "release",
        "reassign", "consult", "answer", "renew", "tick", "recompute", "migrate", "relate"};
    static_assert(std::size(names) == std::variant_size_v<Input>);
    return std::string("{\"type\":\"") + names[input.index()] + "\"}";
}

}  // namespace

Result<void> Documents::refuse(Step& step, storage::Transaction& transaction,
                               engine::Refusal refusal, const engine::Command* command) {
    const engine::Document* document = step.stored ? &step.stored->document : nullptr;
    Refused refused{std::move(refusal), document == nullptr ? 0 : document->id,
                    document == nullptr ? 0 : document->revision, step.flow, storage::kNoRecord};
    // A deadline that somebody was quicker than is no attempt of anybody.
    if (step.scheduled) {
        step.outcome = std::move(refused);
        return {};
    }
    if (!refusals_.allows(step.actor->id, step.now)) {
        step.unrecorded = true;
        step.outcome = std::move(refused);
        return {};
    }
    audit::Leaf leaf;
    leaf.kind = audit::LeafKind::refusal;
    engine::DocumentId id = 0;
    if (step.flow && command != nullptr) {
        id = document != nullptr ? document->id : step.new_id;
        leaf.document = id;
        leaf.revision = refused.revision;
        if (document != nullptr) leaf.previous = step.stored->last_leaf;
        leaf.flow = step.flow->definition.flow;
        leaf.definition = step.flow->definition.digest;
        leaf.calendar = step.calendar->digest;
        if (document != nullptr) leaf.department = document->department;
        write_command(step.flow->definition, *command, leaf.command);
    } else {
        leaf.command = bare_command(step.input.input);
    }
    leaf.reason = engine::code(refused.refusal.reason);
    leaf.actor_kind = leaf_kind(step.actor->kind);
    leaf.actor = step.actor->id;
    leaf.on_behalf_of = step.request.on_behalf_of;
    for (const engine::Grant& grant : step.actor->grants)
        leaf.grants.push_back(leaf_grant(grant));
    leaf.expected_revision = step.request.expected_revision;
    leaf.request = step.request.request_id;
    leaf.time_ms = step.now.ms;
    std::string bytes;
    TRY_VOID(audit::encode_leaf(leaf, bytes));
    TRY(refused.record, transaction.write_leaf(id, bytes));
    step.outcome = std::move(refused);
    return {};
}

Result<void> Documents::write(Step& step, storage::Transaction& transaction,
                              const engine::Command& command, engine::Decision decision,
                              std::vector<storage::Opening> openings) {
    const engine::Definition& definition = step.flow->definition;
    storage::StepRecord record;
    record.created = !step.stored.has_value();
    if (!record.created) record.after = step.stored->document;
    const std::optional<engine::Value> title_before =
        record.created || step.flow->title == engine::kNone ? std::nullopt
                                                            : record.after.fields[step.flow->title];
    const std::vector<std::string> tags_before = engine::active_tags(definition, record.after);
    engine::evolve_step(definition, record.after, decision.events);
    const engine::Document& after = record.after;
    if (watcher_) {
        watcher_({*step.flow, record.created ? nullptr : &step.stored->document, after, command,
                  decision, step.now});
    }
    // From here on everything is named by the definition that the document follows now.
    const std::shared_ptr<const Flow> judged_by = step.flow;
    if (after.definition != definition.digest) step.flow = step.target;

    audit::Leaf leaf;
    leaf.kind = audit::LeafKind::step;
    leaf.document = after.id;
    leaf.revision = after.revision;
    if (!record.created) leaf.previous = step.stored->last_leaf;
    leaf.flow = definition.flow;
    leaf.definition = definition.digest;
    leaf.calendar = step.calendar->digest;
    write_command(definition, command, leaf.command);
    write_events(definition, step.target ? &step.target->definition : nullptr, decision.events,
                 leaf.events);
    leaf.content = after.content;
    leaf.attachments.reserve(after.attachments.size());
    for (const engine::Attachment& attachment : after.attachments)
        leaf.attachments.push_back(attachment.digest);
    leaf.department = after.department;
    leaf.actor_kind = leaf_kind(step.actor->kind);
    leaf.actor = step.actor->id;
    leaf.on_behalf_of = step.request.on_behalf_of;
    if (decision.exercised) leaf.grants.push_back(leaf_grant(*decision.exercised));
    leaf.expected_revision = step.request.expected_revision;
    leaf.request = step.request.request_id;
    leaf.time_ms = step.now.ms;
    TRY_VOID(audit::encode_leaf(leaf, record.leaf));

    record.openings = std::move(openings);
    record.codes = step.given.codes;
    if (step.flow->title != engine::kNone && after.fields[step.flow->title] != title_before) {
        record.title = std::string();
        const auto& value = after.fields[step.flow->title];
        const auto* text = value ? std::get_if<engine::Committed>(&*value) : nullptr;
        for (const storage::Opening& opening : record.openings) {
            if (text != nullptr && opening.commitment == text->commitment)
                record.title = opening.text;
        }
    }
    record.tasks = tasks_of(step.flow->definition, after);
    record.timers = timers_of(step.flow->definition, after);
    // A migration may have brought other relations that the public is told of.
    const bool relates = record.created
                             ? !after.related.empty()
                             : after.related.size() != step.stored->document.related.size() ||
                                   after.definition != definition.digest;
    if (relates) record.links = public_links(step.flow->definition, after);
    record.purge = find_effect<engine::PurgeContent>(decision) != nullptr;
    if (record.purge) step.purged_files = leaf.attachments;
    if (const auto* hand_in = std::get_if<input::HandIn>(&step.input.input);
        hand_in != nullptr && record.created)
        record.external = {hand_in->source, hand_in->source_id};
    TRY_VOID(publish(step, transaction, decision, record));
    TRY_VOID(tell(step, transaction, command, decision, record));

    Done done;
    done.id = after.id;
    done.revision = after.revision;
    done.flow = after.flow;
    done.definition = after.definition;
    done.content = after.content;
    done.department = after.department;
    done.created = record.created;
    done.states = active_states(step.flow->definition, after);
    done.publication = after.publication;
    done.purged = after.purged;
    TRY(done.record, transaction.write_step(record));
    for (const storage::CatalogItem& item : step.items)
        TRY_VOID(transaction.put_catalog_item(item));
    TRY_VOID(tell_parents(step, transaction, tags_before, after));
    if (const auto& idempotency = step.request.idempotency) {
        TRY_VOID(
            transaction.write_idempotency({step.actor->id, idempotency->key,
                                           idempotency->fingerprint, 0, to_json(done), step.now}));
    }
    step.outcome = std::move(done);
    return {};
}

Result<void> Documents::publish(Step& step, storage::Transaction& transaction,
                                const engine::Decision& decision, storage::StepRecord& record) {
    const auto* publish = find_effect<engine::Publish>(decision);
    const bool withdrawn = find_effect<engine::Unpublish>(decision) != nullptr;
    if (publish == nullptr && !withdrawn) return {};
    // What never was public needs no stub that says it no longer is.
    const bool was_public =
        step.stored && step.stored->document.publication != engine::Publication::none;
    if (publish == nullptr && !was_public) return {};
    std::vector<storage::Opening> openings;
    if (!record.created) {
        TRY(openings, transaction.openings(record.after.id));
    }
    openings.insert(openings.end(), record.openings.begin(), record.openings.end());
    if (record.after.publication == engine::Publication::withdrawn) {
        TRY(const auto before, transaction.find_publication(record.after.id));
        record.publication = withdraw(*step.flow, record.after, openings, before, step.now);
        return {};
    }
    record.publication =
        app::publish(*step.flow, record.after, openings,
                     record.after.publication == engine::Publication::draft, step.now);
    return {};
}

Result<void> Documents::tell(Step& step, storage::Transaction&, const engine::Command& command,
                             const engine::Decision& decision, storage::StepRecord& record) {
    const auto& subscribers = step.directory->directory().subscribers;
    if (std::none_of(subscribers.begin(), subscribers.end(),
                     [](const storage::Subscriber& one) { return one.active; }))
        return {};
    const engine::DocumentId id = record.after.id;
    Origins::Origin origin = record.external;
    if (!record.created) {
        const std::lock_guard lock(origins_->mutex);
        const auto known = origins_->known.find(id);
        if (known != origins_->known.end()) origin = known->second;
        step.origin_known = known != origins_->known.end();
    }
    if (!record.created && !step.origin_known) {
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(const auto row, reader.find_document(id));
            if (row && !row->source.empty()) origin = {row->source, row->source_id};
            return {};
        };
        TRY_VOID(parts_.store.read(query));
    }
    {
        const std::lock_guard lock(origins_->mutex);
        if (origins_->known.size() >= Origins::most) origins_->known.clear();
        origins_->known[id] = origin;
    }
    const StepNews news{*step.flow, record.after,          command,     decision, *step.actor,
                        step.now,   options_.event_source, record.leaf, origin};
    std::string payload;
    for (const storage::Subscriber& subscriber : subscribers) {
        const bool wanted = subscriber.active && (subscriber.source.empty() ||
                                                  (origin && origin->first == subscriber.source));
        if (!wanted) continue;
        if (payload.empty()) payload = event_json(news);
        record.outbox.push_back({subscriber.id, id, event_type(news), payload, step.now});
    }
    return {};
}

}  // namespace gongkai::app
