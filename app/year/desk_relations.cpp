// Opening a document under another one, and attaching one that is there.
#include "app/year/desk_task.hpp"

namespace gongkai::app {

using engine::Offer;
using Kind = engine::Offer::Kind;

namespace {

constexpr std::size_t kMostRelated = 3;  // that one task opens of one relation

}  // namespace

bool Desk::relate(Task& task, const GuardWish::Relation& wish) {
    const engine::Definition& definition = task.definition();
    const bool may =
        std::any_of(task.view.offers.begin(), task.view.offers.end(), [&](const Offer& offer) {
            return offer.kind == Kind::relate && offer.relation == wish.relation &&
                   offer.state == task.state && offer.allowed();
        });
    if (!may || wish.every) return false;
    std::size_t there = 0;
    bool on_its_way = false;
    for (const engine::RelatedDocument& one : task.document.document.related) {
        if (one.relation != wish.relation) continue;
        ++there;
        const engine::Document* other = watch_.document(one.document);
        const auto flow = application_.flows().current(definition.relations[one.relation].flow);
        if (other == nullptr || !flow || other->places.empty()) continue;
        const engine::StateId root = other->places[0].state;
        on_its_way = on_its_way || (root != engine::kNone && !flow->definition.states[root].final);
    }
    if (there >= kMostRelated || (wish.tag && on_its_way)) return false;
    const engine::Relation& relation = definition.relations[wish.relation];
    if ((wish.tag || relation.flow == definition.flow) && attach(task, relation, wish)) return true;
    const bool opened = (relation.flow != definition.flow || wish.tag) &&
                        open({task.who}, relation.flow, task.document.document.department,
                             input::Parent{task.id, relation.name});
    return opened || (!wish.tag && attach(task, relation, wish));
}

// One of the latest that is where the guard wants it, and that the person may read.
bool Desk::attach(Task& task, const engine::Relation& relation, const GuardWish::Relation& wish) {
    constexpr std::size_t kLookAt = 40;
    const auto flow = application_.flows().current(relation.flow);
    const auto& known = watch_.of_flow(relation.flow);
    if (!flow) return false;
    for (std::size_t i = 0; i < std::min(known.size(), kLookAt); ++i) {
        const engine::DocumentId id = known[known.size() - 1 - i];
        const engine::Document* other = watch_.document(id);
        if (id == task.id || other->purged || !other->parents.empty()) continue;
        const auto tags = engine::active_tags(flow->definition, *other);
        if (wish.tag && !std::binary_search(tags.begin(), tags.end(), *wish.tag)) continue;
        // Not in a ring: what was opened or attached has nothing below it yet.
        if (!other->related.empty() ||
            task.document.document.related_by(wish.relation, id) != nullptr)
            continue;
        if (!application_.documents().find(task.who.principal, id)) continue;
        return expect(submit(task.who, task.id, input::Relate{relation.name, id}), task.id,
                      "relate " + relation.name);
    }
    return false;
}

}  // namespace gongkai::app
