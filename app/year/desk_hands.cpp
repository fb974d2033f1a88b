// How a task goes from hand to hand: 签收, 退回待办, 改派, 撤回.
#include "app/resolve.hpp"
#include "app/year/desk_task.hpp"

#include <algorithm>

namespace gongkai::app {

using engine::Offer;
using Kind = engine::Offer::Kind;

namespace {

bool can_get_on(const Offer& offer) {
    return offer.kind == Kind::act &&
           std::all_of(offer.blockers.begin(), offer.blockers.end(), [](const auto& blocker) {
               return blocker.reason == engine::Reason::fields_missing ||
                      blocker.reason == engine::Reason::guard_failed;
           });
}

}  // namespace

bool Desk::take_in_hand(Task& task) {
    if (task.state == engine::kNone) return false;  // a question to somebody else
    const engine::State& state = task.definition().states[task.state];
    if (state.final) return false;
    if (task.offer(Kind::release) != nullptr) {
        if (first_time(task, "release") && chance_.of_100(year_.releases_of_100))
            return put_back(task);
        return first_time(task, "reassign") && chance_.of_100(year_.reassigns_of_100) &&
               hand_on(task);
    }
    const bool gets_on = std::any_of(
        task.view.offers.begin(), task.view.offers.end(),
        [&](const Offer& offer) { return offer.state == task.state && can_get_on(offer); });
    // Not for somebody else: when they are back, nobody could give the task back for them.
    const bool own = eligible(*application_.identity().directory(), task.who.principal.person,
                              state, task.document.document.department, application_.clock().now());
    if (!gets_on || !own || task.offer(Kind::claim) == nullptr || !first_time(task, "claim") ||
        !chance_.of_100(year_.claims_of_100))
        return false;
    return expect(submit(task.who, task.id, input::Claim{task.state_name}), task.id, "claim");
}

// What they have claimed and cannot get on with goes back, for somebody who can.
bool Desk::put_back(Task& task) {
    if (!look(task) || task.offer(Kind::release) == nullptr) return false;
    return expect(submit(task.who, task.id, input::Release{task.state_name}), task.id, "release");
}

bool Desk::hand_on(Task& task) {
    const engine::Document& document = task.document.document;
    const engine::State& state = task.definition().states[task.state];
    const engine::PersonId claimed_by = document.places[state.region].claimed_by;
    const auto directory = application_.identity().directory();
    std::vector<engine::PersonId> others;
    for (const Worker& one : staff_.present()) {
        const engine::PersonId person = one.principal.person;
        if (person != task.who.principal.person && person != claimed_by &&
            eligible(*directory, person, state, document.department, application_.clock().now()))
            others.push_back(person);
    }
    if (others.empty()) return false;
    const engine::PersonId to = others[chance_.below(others.size())];
    return expect(submit(task.who, task.id, input::Reassign{task.state_name, to}), task.id,
                  "reassign");
}

bool Desk::hand_on(const Worker& who, engine::DocumentId id, const std::string& state) {
    Task task{who, id, state, {}, {}, engine::kNone};
    if (!look(task) || task.state == engine::kNone) return false;
    const auto& places = task.document.document.places;
    const bool there = std::any_of(places.begin(), places.end(),
                                   [&](const auto& place) { return place.state == task.state; });
    if (!there || !holds_one_of(who, task.definition(), task.document.document,
                                task.definition().states[task.state].reassigners))
        return false;
    return hand_on(task);
}

void Desk::think_again(Task& task) {
    if (!chance_.of_100(year_.withdraws_of_100) || !look(task)) return;
    const auto back = std::find_if(
        task.view.offers.begin(), task.view.offers.end(),
        [](const Offer& offer) { return offer.kind == Kind::withdraw && offer.allowed(); });
    if (back == task.view.offers.end()) return;
    const std::string& state = task.definition().states[back->state].name;
    expect(submit(task.who, task.id, input::Withdraw{state}), task.id, "withdraw " + state);
}

}  // namespace gongkai::app
