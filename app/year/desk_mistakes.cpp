// People try what they may not do, and are to be told the reason that was offered.
#include "app/year/desk_task.hpp"

#include <algorithm>

namespace gongkai::app {

using engine::Offer;
using engine::Reason;
using Kind = engine::Offer::Kind;

namespace {

// What is wrong with the person, the time or the deadline comes before what is wrong with the
// document, which somebody may just not have filled in yet.
bool may_be_tried(Reason reason) {
    return reason < Reason::field_not_editable || reason == Reason::extension_exhausted ||
           reason == Reason::not_extendable;
}

}  // namespace

void Desk::try_what_is_forbidden(Task& task) {
    std::vector<const Offer*> forbidden;
    for (const Offer& offer : task.view.offers) {
        if (offer.kind == Kind::act && !offer.allowed() &&
            may_be_tried(offer.blockers.front().reason))
            forbidden.push_back(&offer);
    }
    if (forbidden.empty()) return;
    // That somebody has not the role is the commonest: the rarer ones first, e.g. their own draft,
    // a second extension.
    std::vector<const Offer*> rarer = forbidden;
    std::erase_if(rarer, [](const Offer* offer) {
        return offer->blockers.front().reason <= Reason::department_mismatch;
    });
    if (!rarer.empty()) forbidden = std::move(rarer);
    const Offer& offer = *forbidden[chance_.below(forbidden.size())];
    const engine::Action& action = task.definition().actions[offer.action];
    const Reason wanted = offer.blockers.front().reason;
    const Outcome outcome = submit(
        task.who, task.id,
        input::Act{action.name, task.definition().states[offer.state].name, {}, "试办", {}, {}});
    const std::string what = task.definition().flow + " " + action.name;
    if (const auto* refused = std::get_if<Refused>(&outcome)) {
        ++report_.refusals;
        ++report_.refused[engine::code(refused->refusal.reason)];
        // A time may have come while the person was at it.
        if (refused->refusal.reason != wanted && wanted != Reason::too_early)
            report_.broke(
                "other_refusal", task.id,
                what + ": " + engine::code(wanted) + " was to be the reason, not " + told(outcome));
        return;
    }
    if (std::holds_alternative<Done>(outcome) && wanted == Reason::too_early) return;
    report_.broke("forbidden_step_carried_out", task.id, what + ": " + engine::code(wanted));
}

}  // namespace gongkai::app
