// What may I do now, and why not the rest: the same rules as decide(), asked instead of tried.
#pragma once

#include <functional>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::engine {

struct Offer {
    enum class Kind { act, edit, vote, claim, release, withdraw, consult, renew, relate };
    Kind kind = Kind::act;
    StateId state = kNone;          // active state that offers it
    ActionId action = kNone;        // of Kind::act
    SignatureId signature = kNone;  // of Kind::renew
    std::vector<Refusal>
        blockers;  // in order of precedence; empty: allowed now. What only the command itself can
                   // satisfy (a comment, a field that the action asks for) is no blocker.
    std::vector<FieldId> asks;
    bool comment_required = false;
    RelationId relation = kNone;  // of Kind::relate
    bool allowed() const { return blockers.empty(); }
};

// Whether this person, who has claimed the state, can no longer work on it (Claim::lapsed).
using LapsedClaim = std::function<bool(const State&, PersonId)>;

// Every action of every active state for this actor, in the order of the flow. System actions are
// left out. Without `lapsed` every claim holds.
std::vector<Offer> offers(const Definition& definition, const Document& document,
                          const Context& context, const LapsedClaim& lapsed = {});

}  // namespace gongkai::engine
