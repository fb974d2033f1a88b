#include "engine/check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/guard.hpp"
#include "engine/policy.hpp"

namespace gongkai::engine {

namespace {

constexpr std::uint32_t kNever = Graph::kRoot;

class Checker {
  public:
    Checker(const Definition& definition, const Policy& policy, const ExploreLimits& limits)
        : definition_(definition),
          policy_(policy),
          explorer_(definition, policy),
          entered_(definition.states.size()),
          taken_(definition.actions.size()),
          spoke_(policy.rules.size()),
          broken_(policy.rules.size(), kNever) {
        graph_ = explore(explorer_, limits,
                         [this](std::uint32_t from, std::uint32_t to, const Explorer::Step& step) {
                             look_at(from, to, step);
                         });
    }

    CheckReport report() && {
        report_.states = graph_.nodes.size();
        report_.steps = graph_.edges.size();
        if (!graph_.complete) {
            add(FindingKind::too_large, definition_.flow,
                "The flow has too many states to explore; nothing is proven.",
                "流程状态过多, 未能完成检查, 不能证明任何结论。");
            return std::move(report_);
        }
        states_and_actions();
        ways_out();
        quorums();
        timers();
        rules();
        return std::move(report_);
    }

  private:
    void look_at(std::uint32_t from, std::uint32_t to, const Explorer::Step& step);
    void states_and_actions();
    void ways_out();
    void quorums();
    void timers();
    void rules();
    std::optional<std::string> skipped_branch(const Document& document) const;

    Finding& add(FindingKind kind, const std::string& subject, std::string message,
                 std::string message_zh) {
        Finding& finding = report_.findings.emplace_back();
        finding.kind = kind;
        finding.subject = subject;
        finding.message = std::move(message);
        finding.message_zh = std::move(message_zh);
        return finding;
    }
    static void at(Finding& finding, const State& state) {
        finding.file = state.file;
        finding.line = state.line;
        finding.basis = state.basis;
    }

    const Definition& definition_;
    const Policy& policy_;
    Explorer explorer_;
    Graph graph_;
    std::vector<bool> entered_;
    std::vector<bool> taken_;
    std::vector<bool> spoke_;
    // By rule: the first node that a breaking step led to, and that step.
    std::vector<std::uint32_t> broken_;
    std::map<std::size_t, std::pair<std::uint32_t, StoryStep>> breach_;
    CheckReport report_;
};

void Checker::look_at(std::uint32_t from, std::uint32_t to, const Explorer::Step& step) {
    for (const Event& event : step.decision.events) {
        const auto* moved = std::get_if<Moved>(&event);
        if (moved != nullptr && moved->to != kNone) entered_[moved->to] = true;
    }
    if (step.move.kind == Move::Kind::act) taken_[step.move.subject] = true;
    if (step.move.kind == Move::Kind::tick) {
        const ActionId action = definition_.timers[step.move.subject].on_expiry;
        const bool acted = std::any_of(
            step.decision.events.begin(), step.decision.events.end(),
            [](const Event& event) { return !std::holds_alternative<TimerSet>(event); });
        if (action != kNone && acted) taken_[action] = true;
    }
    const Grant* grant = step.decision.exercised ? &*step.decision.exercised : nullptr;
    const Occasion occasion(definition_, step.after, step.decision.events, step.decision.effects);
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
        const PolicyRule& rule = policy_.rules[i];
        if (broken_[i] != kNever && spoke_[i]) continue;
        if (!occasion.calls(rule)) continue;
        spoke_[i] = true;
        if (holds(rule.require, definition_, step.after, grant, step.now)) continue;
        broken_[i] = to;
        breach_.emplace(i, std::pair{from, explorer_.tell(step.move, step.after)});
    }
}

void Checker::states_and_actions() {
    for (std::size_t i = 0; i < definition_.states.size(); ++i) {
        const State& state = definition_.states[i];
        if (!entered_[i]) {
            at(add(FindingKind::unreachable_state, state.name,
                   "No path ever reaches the state " + state.name + ".",
                   "没有任何路径可到达环节 " + state.name + "。"),
               state);
            continue;
        }
        for (const ActionId id : state.actions) {
            if (taken_[id]) continue;
            const Action& action = definition_.actions[id];
            at(add(FindingKind::dead_action, state.name + "." + action.name,
                   "The action " + action.name + " of " + state.name + " can never be taken.",
                   "环节 " + state.name + " 的操作 " + action.name + " 永远不能执行。"),
               state);
        }
    }
}

// A branch that the join waits for although its guard did not start it.
std::optional<std::string> Checker::skipped_branch(const Document& document) const {
    for (const Place& place : document.places) {
        if (place.state == kNone || !definition_.states[place.state].parallel) continue;
        for (const Branch& branch : definition_.states[place.state].parallel->branches) {
            if (branch.required && document.places[branch.region].state == kNone) {
                return definition_.states[place.state].name + "." + branch.name;
            }
        }
    }
    return std::nullopt;
}

void Checker::ways_out() {
    // Backwards from every resting place.
    const std::size_t count = graph_.nodes.size();
    std::vector<std::uint32_t> start(count + 1);
    for (const auto& [from, to] : graph_.edges)
        ++start[to + 1];
    for (std::size_t i = 0; i < count; ++i)
        start[i + 1] += start[i];
    std::vector<std::uint32_t> before(graph_.edges.size());
    auto fill = start;
    for (const auto& [from, to] : graph_.edges)
        before[fill[to]++] = from;

    std::vector<bool> can_rest(count);
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Document document = explorer_.representative(graph_.keys[i]);
        const StateId root = document.places[0].state;
        if (root != kNone && definition_.states[root].final) {
            can_rest[i] = true;
            open.push_back(i);
        }
    }
    while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        for (std::uint32_t edge = start[node]; edge < start[node + 1]; ++edge) {
            if (can_rest[before[edge]]) continue;
            can_rest[before[edge]] = true;
            open.push_back(before[edge]);
        }
    }
    // Nodes are in breadth-first order, so the first stuck one of a place has the shortest story.
    std::set<std::string> told;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (can_rest[i]) continue;
        const Document document = explorer_.representative(graph_.keys[i]);
        const State& root = definition_.states[document.places[0].state];
        FindingKind kind = FindingKind::no_way_out;
        std::string subject = root.name;
        std::string message = "From the state " + root.name + " no resting place can be reached.";
        std::string message_zh = "从环节 " + root.name + " 无法到达任何终态。";
        if (const auto branch = skipped_branch(document)) {
            kind = FindingKind::skipped_branch;
            subject = *branch;
            message = "The join waits for the branch " + *branch + ", which its condition skips.";
            message_zh = "汇合等待的分支 " + *branch + " 可能被其条件跳过。";
        } else if (root.kind == StateKind::parallel) {
            kind = FindingKind::stuck_join;
            message =
                "The branches of " + root.name + " can reach a point at which they never join.";
            message_zh = "并行环节 " + root.name + " 的分支可能永远无法汇合。";
        }
        if (!told.insert(std::string(code(kind)) + subject).second) continue;
        Finding& finding = add(kind, subject, std::move(message), std::move(message_zh));
        at(finding, root);
        finding.story = story(explorer_, graph_, i);
    }
}

void Checker::quorums() {
    for (const State& state : definition_.states) {
        std::string why;
        std::string why_zh;
        if (state.countersign) {
            const Countersign& rule = *state.countersign;
            const bool one_department =
                rule.distinct_departments &&
                std::none_of(rule.by.begin(), rule.by.end(),
                             [](const Assignment& by) { return by.scope == Scope::anywhere; });
            if (rule.quorum > rule.seats) {
                why = "The quorum is larger than the number of seats";
                why_zh = "法定人数大于席位数";
            } else if (one_department && rule.quorum > rule.by.size()) {
                why = "One vote a department, but fewer departments than the quorum";
                why_zh = "一部门一票, 但部门数不足法定人数";
            }
        } else if (state.parallel && state.parallel->join == Join::quorum &&
                   state.parallel->quorum > state.parallel->branches.size()) {
            why = "The quorum is larger than the number of branches";
            why_zh = "法定数大于分支数";
        }
        if (why.empty()) continue;
        at(add(FindingKind::quorum_unreachable, state.name, why + ": " + state.name + ".",
               why_zh + ": " + state.name + "。"),
           state);
    }
}

void Checker::timers() {
    const std::vector<bool> asked = asked_timers(definition_, policy_);
    for (const Timer& timer : definition_.timers) {
        if (timer.minimum || timer.on_expiry != kNone || !timer.escalate_to.empty()) continue;
        // A period that only says how long something may be done needs nobody who is told.
        const auto id = static_cast<std::size_t>(&timer - definition_.timers.data());
        if (timer.reminder && asked[id]) continue;
        Finding& finding = add(FindingKind::expiry_without_way, timer.name,
                               "The deadline " + timer.name + " may run out and nobody is told.",
                               "期限 " + timer.name + " 届满后没有任何去向。");
        finding.basis = timer.basis;
        finding.file = timer.file;
        finding.line = timer.line;
    }
}

void Checker::rules() {
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
        const PolicyRule& rule = policy_.rules[i];
        if (spoke_[i]) report_.exercised_rules.push_back(rule.id);
        const bool bound =
            std::find(rule.flows.begin(), rule.flows.end(), definition_.flow) != rule.flows.end();
        if (broken_[i] != kNever) {
            Finding& finding =
                add(FindingKind::policy_broken, rule.id,
                    "The flow can break the rule " + rule.id + " (" + rule.title + ").",
                    "流程可能违反规则 " + rule.id + "(" + rule.title + ")。");
            finding.basis = rule.basis;
            finding.file = rule.file;
            finding.line = rule.line;
            const auto& [from, last] = breach_.at(i);
            finding.story = story(explorer_, graph_, from);
            finding.story.push_back(last);
        } else if (bound && !spoke_[i]) {
            Finding& finding = add(FindingKind::policy_vacuous, rule.id,
                                   "No path of the flow puts the rule " + rule.id + " to the test.",
                                   "流程中没有任何路径检验规则 " + rule.id + "。");
            finding.basis = rule.basis;
            finding.file = rule.file;
            finding.line = rule.line;
        }
    }
}

}  // namespace

const char* code(FindingKind kind) noexcept {
    switch (kind) {
        case FindingKind::unreachable_state:
            return "unreachable_state";
        case FindingKind::dead_action:
            return "dead_action";
        case FindingKind::no_way_out:
            return "no_way_out";
        case FindingKind::stuck_join:
            return "stuck_join";
        case FindingKind::skipped_branch:
            return "skipped_branch";
        case FindingKind::quorum_unreachable:
            return "quorum_unreachable";
        case FindingKind::expiry_without_way:
            return "expiry_without_way";
        case FindingKind::policy_broken:
            return "policy_broken";
        case FindingKind::policy_vacuous:
            return "policy_vacuous";
        case FindingKind::too_large:
            return "too_large";
    }
    return "unknown";
}

CheckReport check(const Definition& definition, const Policy& policy, const ExploreLimits& limits) {
    return Checker(definition, policy, limits).report();
}

std::vector<Finding> vacuous_rules(std::span<const Policy* const> policies,
                                   std::span<const CheckReport> reports) {
    std::set<std::string> exercised;
    for (const CheckReport& report : reports) {
        exercised.insert(report.exercised_rules.begin(), report.exercised_rules.end());
    }
    std::vector<Finding> findings;
    if (policies.empty()) return findings;
    for (const PolicyRule& rule : policies.front()->rules) {
        if (!rule.flows.empty() || exercised.count(rule.id) != 0) continue;
        Finding& finding = findings.emplace_back();
        finding.kind = FindingKind::policy_vacuous;
        finding.subject = rule.id;
        finding.message = "No path of any flow puts the rule " + rule.id + " to the test.";
        finding.message_zh = "所有流程中没有任何路径检验规则 " + rule.id + "。";
        finding.basis = rule.basis;
        finding.file = rule.file;
        finding.line = rule.line;
    }
    return findings;
}

}  // namespace gongkai::engine
