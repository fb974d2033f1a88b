// Relations between documents: what is written of a second document in the job of the first one's
// step, so that both sides say the same or neither says anything.
#include <set>

#include "app/authorize.hpp"
#include "app/document_step.hpp"
#include "app/documents.hpp"
#include "engine/evolve.hpp"

namespace gongkai::app {

// Whether `above` is the document, or one that it was opened under or attached to, at any distance.
// Ends because each document is looked at once.
Result<bool> Documents::stands_above(storage::Transaction& transaction, engine::DocumentId above,
                                     const engine::Document& document) {
    if (document.id == above) return true;
    std::set<engine::DocumentId> seen;
    std::vector<engine::DocumentId> open;
    for (const engine::ParentLink& parent : document.parents)
        open.push_back(parent.document);
    while (!open.empty()) {
        const engine::DocumentId id = open.back();
        open.pop_back();
        if (id == above) return true;
        if (!seen.insert(id).second) continue;
        TRY(const auto stored, transaction.find_document(id));
        if (!stored) continue;
        for (const engine::ParentLink& parent : stored->document.parents)
            open.push_back(parent.document);
    }
    return false;
}

Result<std::optional<Invalid>> Documents::find_kin(Step& step, storage::Transaction& transaction) {
    engine::DocumentId id = 0;
    const char* where = nullptr;
    const auto* relate = std::get_if<input::Relate>(&step.input.input);
    if (relate != nullptr) {
        id = relate->document;
        where = "/document";
    } else if (const auto* open = std::get_if<input::Open>(&step.input.input);
               open != nullptr && open->parent) {
        id = open->parent->document;
        where = "/parent/document";
    } else {
        return std::nullopt;
    }
    const Invalid unknown{where, "unknown_document", "is no document that you know of",
                          "没有这份公文"};
    TRY(auto stored, transaction.find_document(id));
    if (!stored) return unknown;
    TRY(auto flow, parts_.flows.by_digest(stored->document.definition));
    if (!may_read(*step.actor, *flow, stored->document)) return unknown;
    if (stored->document.purged) {
        return Invalid{where, "purged_document", "is a document whose content was purged",
                       "该公文内容已清除"};
    }
    bool ancestor = false;
    if (relate != nullptr && step.stored) {
        TRY(ancestor, stands_above(transaction, id, step.stored->document));
    }
    step.kin.emplace(Kin{std::move(*stored), std::move(flow), ancestor});
    return std::nullopt;
}

Documents::Step Documents::beside(const Step& step, storage::StoredDocument stored,
                                  std::shared_ptr<const Flow> flow, bool by_system) const {
    static const auto system =
        std::make_shared<const engine::Actor>(engine::Actor{engine::ActorKind::scheduler, 0, {}});
    Step other;
    other.request.principal = step.request.principal;
    other.request.request_id = step.request.request_id;
    other.request.document = stored.document.id;
    if (!by_system) other.request.on_behalf_of = step.request.on_behalf_of;
    other.scheduled = by_system;
    other.now = step.now;
    other.directory = step.directory;
    other.actor = by_system ? system : step.actor;
    other.flow = std::move(flow);
    other.calendar = step.calendar;
    other.stored = std::move(stored);
    return other;
}

// The parent may refuse, so it is asked before anything is written; what it hears of the new
// document is what that will be.
Result<void> Documents::write_open_under(Step& step, storage::Transaction& transaction,
                                         const engine::Open& open, engine::Decision decision,
                                         std::vector<storage::Opening> openings) {
    engine::Document opened;
    engine::evolve_step(step.flow->definition, opened, decision.events);
    const engine::Command relate = related(open.parent->relation, opened, *step.flow, false);
    Step parent = beside(step, std::move(step.kin->stored), step.kin->flow, false);
    engine::Verdict verdict = judge(parent, relate);
    if (auto* refusal = std::get_if<engine::Refusal>(&verdict)) {
        TRY_VOID(refuse(parent, transaction, std::move(*refusal), &relate));
        step.outcome = std::move(parent.outcome);
        step.unrecorded = parent.unrecorded;
        return {};
    }
    TRY_VOID(take(step.given, transaction));
    TRY_VOID(write(step, transaction, open, std::move(decision), std::move(openings)));
    return write(parent, transaction, relate, std::get<engine::Decision>(std::move(verdict)), {});
}

Result<void> Documents::write_relate(Step& step, storage::Transaction& transaction,
                                     const engine::Relate& relate, engine::Decision decision) {
    const engine::Document& parent = step.stored->document;
    const engine::Command belong =
        engine::Belong{engine::ParentLink{parent.id, parent.flow, relate.relation}};
    Step child = beside(step, std::move(step.kin->stored), step.kin->flow, true);
    TRY_VOID(write(step, transaction, relate, std::move(decision), {}));
    engine::Verdict verdict = judge(child, belong);
    auto* belongs = std::get_if<engine::Decision>(&verdict);
    if (belongs == nullptr) return {};  // it knows already
    return write(child, transaction, belong, std::move(*belongs), {});
}

Result<void> Documents::tell_parents(const Step& step, storage::Transaction& transaction,
                                     const std::vector<std::string>& tags_before,
                                     const engine::Document& after) {
    if (!step.stored || step.stored->document.parents.empty()) return {};
    const std::vector<std::string> tags = engine::active_tags(step.flow->definition, after);
    if (tags == tags_before && after.publication == step.stored->document.publication) return {};
    std::set<engine::DocumentId> told;
    for (const engine::ParentLink& link : after.parents) {
        if (!told.insert(link.document).second) continue;
        TRY(auto stored, transaction.find_document(link.document));
        if (!stored) continue;
        TRY(auto flow, parts_.flows.by_digest(stored->document.definition));
        Step parent = beside(step, std::move(*stored), std::move(flow), true);
        const engine::Command hear = engine::Hear{after.id, tags, after.publication};
        engine::Verdict verdict = judge(parent, hear);
        // A parent that hears nothing new, or whose content was purged, hinders nobody.
        auto* heard = std::get_if<engine::Decision>(&verdict);
        if (heard == nullptr) continue;
        TRY_VOID(write(parent, transaction, hear, std::move(*heard), {}));
    }
    return {};
}

}  // namespace gongkai::app
