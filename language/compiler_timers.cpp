// The second pass: what deadlines run in, and what happens when they run out.

#include <fmt/format.h>

#include <algorithm>

#include "language/compiler_impl.hpp"

namespace gongkai::language {

using engine::ActionId;
using engine::StateId;
using engine::TimerId;

void FlowCompiler::Impl::fill_timer(Instance& instance, Entry* entry, const DeadlineSyntax& syntax,
                                    TimerId id) {
    engine::Timer& timer = definition.timers[id];
    const auto gather_named = [&](const std::vector<Name>& names) {
        std::vector<StateId> out;
        for (const Name& name : names) {
            const auto found = states_named(instance, name.text, true);
            if (found.empty()) {
                reporter.error(
                    name.span, "unknown_state",
                    {fmt::format("there is no state `{}`{}", name.text, where(instance).en),
                     fmt::format("{}没有环节“{}”", where(instance).zh, name.text)},
                    did_you_mean(name.text, state_names(instance)));
            }
            out.insert(out.end(), found.begin(), found.end());
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    };
    if (entry != nullptr) {
        if (syntax.has_in || !syntax.until.empty()) {
            reporter.error(syntax.name.span, "conflicting_keys",
                           {"a deadline of a state runs in that state only",
                            "环节内的期限只在本环节计算，不能有“in”或“until”"});
        }
        gather(*entry, true, timer.runs_in);
        std::sort(timer.runs_in.begin(), timer.runs_in.end());
    } else if (syntax.has_in) {
        timer.runs_in = gather_named(syntax.in);
    } else {
        std::vector<StateId> everything;
        gather(instance, true, everything);
        std::sort(everything.begin(), everything.end());
        const std::vector<StateId> until = gather_named(syntax.until);
        for (const StateId state : everything) {
            if (definition.states[state].final) continue;
            if (std::binary_search(until.begin(), until.end(), state)) continue;
            timer.runs_in.push_back(state);
        }
    }
    timer.pauses_in = gather_named(syntax.pauses_in);
    for (const OriginSyntax& origin : syntax.from) {
        const engine::FieldId field = date_field(origin.field, true);
        if (field == kNone) continue;
        timer.origins.push_back({field, origin_guard(instance, origin.when)});
    }
    if (syntax.on.given()) timer.on = date_field(syntax.on, false);
    if (timer.minimum && !syntax.escalate_to.empty()) {
        reporter.error(syntax.name.span, "conflicting_keys",
                       {"a minimum time cannot be missed: `late` has no meaning here",
                        "最短期限不会逾期，不能有“late”"});
    }
    timer.escalate_to = assignments(syntax.escalate_to);
    check_reminder(syntax, timer);
    if (syntax.take.given()) choose_expiry(syntax.take, timer);
}

// A reminder does nothing but tell somebody: it neither is waited for nor passes in silence. A
// period may: guards ask whether it is over.
void FlowCompiler::Impl::check_reminder(const DeadlineSyntax& syntax, const engine::Timer& timer) {
    if (syntax.period && (timer.minimum || syntax.reminder)) {
        reporter.error(syntax.name.span, "conflicting_keys",
                       {"a period in which something may be done is neither a minimum time nor a "
                        "reminder",
                        "“period”是可以办理某事的期限，不能同时是最短期限或者“reminder”"});
    }
    if (!timer.reminder || syntax.period) return;
    if (timer.minimum) {
        reporter.error(syntax.name.span, "conflicting_keys",
                       {"a minimum time is waited for and is no reminder",
                        "最短期限须等待届满，不能是“reminder”"});
    } else if (syntax.escalate_to.empty()) {
        reporter.error(syntax.name.span, "missing_key",
                       {"a reminder has a `late` that escalates to whom it reminds",
                        "“reminder”应有“late”，写明提醒谁"},
                       {"write `late: escalate to ROLE @ own department`",
                        "请写成“late: escalate to 岗位 @ own department”"});
    }
}

engine::FieldId FlowCompiler::Impl::date_field(const Name& name, bool moments) {
    const auto found = field_ids({name}, false);
    if (found.empty()) return kNone;
    const engine::FieldType type = definition.fields[found.front()].type;
    if (type != engine::FieldType::date && !(moments && type == engine::FieldType::moment)) {
        reporter.error(
            name.span, "type_error",
            {fmt::format("`{}` is no date", name.text), fmt::format("“{}”不是日期", name.text)});
    }
    return found.front();
}

void FlowCompiler::Impl::choose_expiry(const Name& take, engine::Timer& timer) {
    std::vector<std::string> candidates;
    std::vector<ActionId> found;
    bool by_people = false;
    for (const StateId state : timer.runs_in) {
        for (const ActionId action_id : definition.states[state].actions) {
            const engine::Action& action = definition.actions[action_id];
            if (action.system) candidates.push_back(action.name);
            if (action.name != take.text) continue;
            if (action.system) {
                found.push_back(action_id);
            } else {
                by_people = true;
            }
        }
    }
    if (found.size() == 1) {
        timer.on_expiry = found.front();
        taken.insert(found.front());
    } else if (found.size() > 1) {
        reporter.error(take.span, "ambiguous_action",
                       {fmt::format("{} of the states that this deadline runs in have an action "
                                    "`{}`; it can take one",
                                    found.size(), take.text),
                        fmt::format("期限所在的环节中有 {} 个操作“{}”，只能执行一个", found.size(),
                                    take.text)},
                       {"put the deadline into the state", "请将期限写入该环节"});
        taken.insert(found.begin(), found.end());
    } else if (by_people) {
        reporter.error(take.span, "not_for_clock",
                       {fmt::format("`{}` is an action of people; a deadline takes one with `by: "
                                    "clock`",
                                    take.text),
                        fmt::format("“{}”由人执行；期限只能执行“by: clock”的操作", take.text)});
    } else {
        reporter.error(
            take.span, "unknown_action",
            {fmt::format("no state that this deadline runs in has an action `{}`", take.text),
             fmt::format("期限所在的环节没有操作“{}”", take.text)},
            did_you_mean(take.text, candidates));
    }
}

void FlowCompiler::Impl::fill_timers(Instance& instance) {
    for (std::size_t i = 0; i < instance.body->deadlines.size(); ++i) {
        fill_timer(instance, nullptr, instance.body->deadlines[i], instance.timers[i].second);
    }
    for (Entry* entry : instance.order) {
        for (std::size_t i = 0; i < entry->syntax->deadlines.size(); ++i) {
            fill_timer(instance, entry, entry->syntax->deadlines[i], entry->timers[i].second);
        }
    }
}

void FlowCompiler::Impl::warn_of_untaken(const Entry& entry) {
    if (entry.state == kNone || too_large) return;
    const auto& actions = definition.states[entry.state].actions;
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (!definition.actions[actions[i]].system || taken.contains(actions[i])) continue;
        const Name& name = entry.syntax->actions[i].name;
        reporter.warning(name.span, "never_taken",
                         {fmt::format("no deadline takes the action `{}`", name.text),
                          fmt::format("没有期限执行操作“{}”", name.text)},
                         {fmt::format("write `late: take {}` in a deadline", name.text),
                          fmt::format("请在期限中写“late: take {}”", name.text)});
    }
}

}  // namespace gongkai::language
