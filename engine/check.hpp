// Is the law kept before the first document moves? Explores every reachable state of a flow with
// the real decide() and evolve(), so that there is no second set of rules to disagree with.
//
// The abstraction is finite: control state, flags and choices that some guard or rule reads, which
// signatures are live and whether their signer counts as a drafter, votes, pauses and expiries of
// timers. Numbers, dates and text are treated as both. Its people are the drafter, two others, and
// each of them as deputy of another.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::engine {

enum class FindingKind {
    unreachable_state,
    dead_action,     // an action that can never be taken
    no_way_out,      // a state from which no resting place can be reached
    stuck_join,      // a branch that can never finish, so that its join never fires
    skipped_branch,  // a join that waits for a branch which its own guard may skip (an XOR that
                     // feeds an AND)
    quorum_unreachable,
    expiry_without_way,  // a timer that may run out with nowhere to go
    policy_broken,
    policy_vacuous,  // no path ever tests the rule
    self_approval,   // an approval that the drafter can give, in person or through a deputy
    too_large,       // the exploration was cut off: nothing is proven
};
const char* code(FindingKind kind) noexcept;  // permanent

// One line of a counterexample, in the order in which it happens.
struct StoryStep {
    std::string actor;   // "clerk A", "B for A", "the clock"
    std::string action;  // "submits", with the title of the action
    std::string state;   // where the document is afterwards
};

struct Finding {
    FindingKind kind = FindingKind::unreachable_state;
    std::string subject;  // state, action, timer or rule
    std::string message;  // English, one sentence
    std::string message_zh;
    std::vector<std::string> basis;
    std::vector<StoryStep> story;  // shortest path, where there is one
    std::string file;
    std::uint32_t line = 0;
};

struct CheckLimits {
    std::size_t max_states = 2'000'000;
};

struct CheckReport {
    std::vector<Finding> findings;             // none: the flow may be activated
    std::size_t states = 0;                    // explored abstract states
    std::size_t steps = 0;                     // explored steps between them
    std::vector<std::string> exercised_rules;  // ids of policy rules that some path tested
};

CheckReport check(const Definition& definition, const Policy& policy,
                  const CheckLimits& limits = {});

// The roster question: can these people and deputies finish the flow at all?
struct RosterPerson {
    PersonId id = 0;
    std::string name;
    std::vector<Grant> grants;
};
std::vector<Finding> check_roster(const Definition& definition,
                                  const std::vector<RosterPerson>& people,
                                  const DepartmentCode& department);

}  // namespace gongkai::engine
