// The roster question of check.hpp: who of these people could take each step, with separation of
// duties kept?
#include <algorithm>
#include <set>

#include "engine/authority.hpp"
#include "engine/check.hpp"

namespace gongkai::engine {

namespace {

using People = std::vector<PersonId>;

class Roster {
  public:
    Roster(const Definition& definition, const std::vector<RosterPerson>& people,
           const DepartmentCode& department)
        : definition_(definition), people_(people), department_(department) {}

    // Who holds one of these roles in scope. A deputy uses up their principal as well, so only
    // grants in one's own name count twice; a deputy counts as one more pair of hands for a
    // principal who is away.
    People holders(const std::vector<Assignment>& assignments) const {
        People found;
        for (const RosterPerson& person : people_) {
            const bool fit = std::any_of(
                person.grants.begin(), person.grants.end(),
                [&](const Grant& grant) { return fits(grant, assignments, department_); });
            if (fit) found.push_back(person.id);
        }
        return found;
    }

    // Everyone who could have given the signature.
    People signers(SignatureId kind) const {
        People found;
        for (const Action& action : definition_.actions) {
            if (action.sign != kind) continue;
            const People more = holders(action.by);
            found.insert(found.end(), more.begin(), more.end());
        }
        return found;
    }

    bool can_take(const Action& action) const {
        if (action.system) return true;
        std::vector<People> parts{holders(action.by)};
        if (action.not_by_drafter && !definition_.openers.empty())
            parts.push_back(holders(definition_.openers));
        for (const SignatureId kind : action.not_by_signer_of)
            parts.push_back(signers(kind));
        return distinct(parts);
    }

    bool can_carry(const Countersign& rule) const {
        People voters = holders(rule.by);
        std::size_t count = std::min<std::size_t>(voters.size(), rule.seats);
        if (rule.not_by_drafter) {
            // Somebody must be left to draft; one voter is lost when nobody else can.
            const People drafters = holders(definition_.openers);
            const bool clock = definition_.openers.empty();
            const bool other =
                clock || std::any_of(drafters.begin(), drafters.end(), [&](PersonId person) {
                    return std::find(voters.begin(), voters.end(), person) == voters.end();
                });
            if (!other && voters.size() == count && count > 0) --count;
        }
        if (rule.distinct_departments) {
            std::set<DepartmentCode> departments;
            for (const RosterPerson& person : people_) {
                for (const Grant& grant : person.grants) {
                    if (fits(grant, rule.by, department_)) departments.insert(grant.department);
                }
            }
            count = std::min(count, departments.size());
        }
        return count >= rule.quorum;
    }

  private:
    // Whether each part can be played by a different person (a system of distinct representatives;
    // few parts, so tried out one after the other).
    static bool distinct(const std::vector<People>& parts, std::size_t part = 0,
                         std::set<PersonId> taken = {}) {
        if (part == parts.size()) return true;
        for (const PersonId person : parts[part]) {
            if (taken.count(person) != 0) continue;
            auto more = taken;
            more.insert(person);
            if (distinct(parts, part + 1, std::move(more))) return true;
        }
        return false;
    }

    const Definition& definition_;
    const std::vector<RosterPerson>& people_;
    const DepartmentCode& department_;
};

Finding finding(FindingKind kind, const State& state, std::string subject, std::string message,
                std::string message_zh) {
    Finding result;
    result.kind = kind;
    result.subject = std::move(subject);
    result.message = std::move(message);
    result.message_zh = std::move(message_zh);
    result.basis = state.basis;
    result.file = state.file;
    result.line = state.line;
    return result;
}

}  // namespace

std::vector<Finding> check_roster(const Definition& definition,
                                  const std::vector<RosterPerson>& people,
                                  const DepartmentCode& department) {
    const Roster roster(definition, people, department);
    std::vector<Finding> findings;
    Definition staffed = definition;
    for (State& state : staffed.states) {
        std::erase_if(state.actions, [&](ActionId id) {
            const Action& action = definition.actions[id];
            if (roster.can_take(action)) return false;
            findings.push_back(
                finding(FindingKind::dead_action, state, state.name + "." + action.name,
                        "Nobody of this roster can take " + action.name + " at " + state.name + ".",
                        "现有人员中无人可以在环节 " + state.name + " 执行 " + action.name + "。"));
            return true;
        });
        if (!state.countersign || roster.can_carry(*state.countersign)) continue;
        findings.push_back(finding(FindingKind::quorum_unreachable, state, state.name,
                                   "This roster cannot reach the quorum of " + state.name + ".",
                                   "现有人员达不到 " + state.name + " 的法定人数。"));
        // Nobody's vote counts any more.
        state.countersign->by.clear();
    }
    if (roster.holders(definition.openers).empty() && !definition.clock_opens) {
        findings.push_back(finding(FindingKind::no_way_out, definition.states[definition.start],
                                   definition.flow, "Nobody of this roster can open a document.",
                                   "现有人员中无人可以起草。"));
        return findings;
    }
    // Can what is left still come to rest from the start? Only that: single dead ends were named
    // above.
    const Policy none;
    const Explorer explorer(staffed, none);
    bool rests = false;
    explore(explorer, {}, [&](std::uint32_t, std::uint32_t, const Explorer::Step& step) {
        const StateId root = step.after.places[0].state;
        rests = rests || (root != kNone && staffed.states[root].final);
    });
    if (!rests) {
        findings.push_back(finding(FindingKind::no_way_out, definition.states[definition.start],
                                   definition.flow,
                                   "With this roster no document of the flow can be finished.",
                                   "以现有人员, 此流程的公文无法办结。"));
    }
    return findings;
}

}  // namespace gongkai::engine
