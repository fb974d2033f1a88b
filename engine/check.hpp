// Is the law kept before the first document moves? Walks every reachable state of a flow
// (engine/explore.hpp) and looks for steps that break a rule of the policy, and for states,
// actions, joins and timers that cannot work.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/explore.hpp"

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
    too_large,       // the exploration was cut off: nothing is proven
};
const char* code(FindingKind kind) noexcept;  // permanent

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

struct CheckReport {
    std::vector<Finding> findings;             // none: the flow may be activated
    std::size_t states = 0;                    // explored abstract states
    std::size_t steps = 0;                     // explored steps between them
    std::vector<std::string> exercised_rules;  // ids of policy rules that some path tested
};

CheckReport check(const Definition& definition, const Policy& policy,
                  const ExploreLimits& limits = {});

// Rules that are bound to no flow by name and that no flow ever put to the test. `policies` and
// `reports` go in pairs, one a flow.
std::vector<Finding> vacuous_rules(std::span<const Policy* const> policies,
                                   std::span<const CheckReport> reports);

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
