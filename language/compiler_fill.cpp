// The second pass: what the states, actions and timers say, now that every name has a number.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "language/compiler_impl.hpp"

namespace gongkai::language {

using engine::ActionId;
using engine::ActionKind;
using engine::StateId;
using engine::TimerId;

namespace {

const Name* route_of(const std::vector<RouteSyntax>& routes, std::string_view exit) {
    for (const RouteSyntax& route : routes) {
        if (route.exit.text == exit) return &route.to;
    }
    return nullptr;
}

}  // namespace

void FlowCompiler::Impl::fill_action(Instance& instance, Entry& entry, const ActionSyntax& syntax) {
    if (definition.actions.size() >= kMaxActions) {
        if (!too_large) {
            reporter.error(syntax.name.span, "too_large",
                           {fmt::format("the flow has more than {} actions", kMaxActions),
                            fmt::format("流程超过 {} 个操作", kMaxActions)});
        }
        too_large = true;
        return;
    }
    engine::Action action;
    action.name = syntax.name.text;
    action.title = syntax.heading.title;
    action.basis = syntax.heading.basis;
    action.from = entry.state;
    action.kind = syntax.kind.value_or(ActionKind::forward);
    if (action.kind == ActionKind::stay) {
        action.to = entry.state;
        if (syntax.to.given() && syntax.to.text != entry.syntax->name.text) {
            reporter.error(
                syntax.to.span, "conflicting_keys",
                {"an action of kind `stay` leads nowhere else", "“stay”类操作不能转到其他环节"});
        }
    } else if (syntax.to.given()) {
        action.to = target(instance, syntax.to);
    } else {
        reporter.error(syntax.name.span, "missing_key",
                       {fmt::format("the action `{}` needs the key `to`", syntax.name.text),
                        fmt::format("操作“{}”缺少键“to”", syntax.name.text)},
                       {"only with `kind: stay` it may be left out", "只有“kind: stay”时可以省略"});
    }
    action.system = syntax.clock;
    if (!syntax.clock) {
        action.by =
            syntax.by.empty() ? definition.states[entry.state].worklist : assignments(syntax.by);
        if (action.by.empty() && !syntax.has_by && !entry.syntax->has_worklist) {
            reporter.error(
                syntax.name.span, "nobody_acts",
                {fmt::format("nobody may take the action `{}`: neither it has `by` nor "
                             "its state a `worklist`",
                             syntax.name.text),
                 fmt::format("没有人可以执行操作“{}”：操作没有“by”，环节也没有“worklist”",
                             syntax.name.text)});
        }
    }
    action.needs = field_ids(syntax.needs, false);
    action.asks = field_ids(syntax.asks, true);
    action.assigns = assigned_ids(syntax.assigns);
    action.when = guard(instance, entry, syntax.when);
    action.comment = syntax.comment.value_or(action.kind == ActionKind::return_to
                                                 ? engine::CommentRule::required
                                                 : engine::CommentRule::optional);
    action.sign = signature_id(syntax.sign);
    if (syntax.clock) {
        for (const auto& [wrong, span] :
             {std::pair{action.sign != kNone, syntax.sign.span},
              {!syntax.asks.empty(), syntax.name.span},
              {!syntax.assigns.empty(), syntax.name.span},
              {!syntax.not_by.empty(), syntax.name.span},
              {syntax.comment == engine::CommentRule::required, syntax.name.span}}) {
            if (!wrong) continue;
            reporter.error(
                span, "conflicting_keys",
                {"the clock signs nothing, assigns nothing, is asked nothing and is nobody",
                 "时钟触发的操作不能签署、编号、填写字段、要求意见或回避"});
            break;
        }
        if (!syntax.comment) action.comment = engine::CommentRule::optional;
    }
    for (const ExclusionSyntax& exclusion : syntax.not_by) {
        if (!exclusion.signature.given()) {
            action.not_by_drafter = true;
        } else if (const auto id = signature_id(exclusion.signature); id != kNone) {
            action.not_by_signer_of.push_back(id);
        }
    }
    action.withdrawable = syntax.withdrawable;
    action.resets_votes = syntax.reset_votes;
    action.hands_over = syntax.hand_over;
    if (syntax.hand_over && (syntax.withdrawable || syntax.clock)) {
        reporter.error(syntax.hand_over_span, "conflicting_keys",
                       {"an action that hands the document over names a department, which a clock "
                        "cannot do, and cannot be taken back",
                        "转交公文须由人指明部门，不能由时钟执行，也不能撤回"});
    }
    for (const Name& name : syntax.after) {
        const TimerId id = timer_id(instance, entry, name);
        if (id == kNone) continue;
        if (!definition.timers[id].minimum) {
            reporter.error(
                name.span, "not_a_minimum",
                {fmt::format("`{}` is a deadline; `after` waits for a minimum time", name.text),
                 fmt::format("“{}”是最长期限，“after”须为最短期限", name.text)},
                {"a minimum time is written with `at_least`", "最短期限用“at_least”书写"});
        }
        action.after.push_back(id);
    }
    for (const Name& name : syntax.restart) {
        if (const TimerId id = timer_id(instance, entry, name); id != kNone) {
            action.restarts.push_back(id);
        }
    }
    if (syntax.extend) {
        engine::Extension extension;
        extension.timer = timer_id(instance, entry, syntax.extend->deadline);
        extension.at_most = syntax.extend->by;
        extension.once = syntax.extend->once;
        if (extension.timer != kNone) {
            const engine::Timer& timer = definition.timers[extension.timer];
            if (timer.minimum) {
                reporter.error(
                    syntax.extend->deadline.span, "not_a_deadline",
                    {fmt::format("`{}` is a minimum time and cannot be extended",
                                 syntax.extend->deadline.text),
                     fmt::format("“{}”是最短期限，不能延长", syntax.extend->deadline.text)});
            } else if (timer.amount.unit != extension.at_most.unit &&
                       !(timer.amount.unit == engine::Unit::date &&
                         extension.at_most.unit == engine::Unit::days)) {
                reporter.error(syntax.extend->by_span, "unit_mismatch",
                               {"an extension is counted in the unit of its deadline",
                                "延长的单位须与期限相同"});
            }
        }
        action.extends = extension;
    }
    action.effects = effects(syntax.effects);
    for (const SetSyntax& set : syntax.sets) {
        const engine::FieldSet out = field_set(set);
        if (out.field != kNone) action.sets.push_back(out);
    }

    definition.states[entry.state].actions.push_back(
        static_cast<ActionId>(definition.actions.size()));
    definition.actions.push_back(std::move(action));
}

engine::FieldSet FlowCompiler::Impl::field_set(const SetSyntax& syntax) {
    using engine::FieldType;
    engine::FieldSet out;
    const auto found = field_ids({syntax.field}, true);
    if (found.empty()) return out;
    out.field = found.front();
    const engine::Field& field = definition.fields[out.field];
    const std::string& text = syntax.value->text;
    const auto wrong = [&](const char* what, const char* what_zh, Message hint = {}) {
        reporter.error(
            syntax.value->span, "type_error",
            {fmt::format("`{}` is no value for `{}`: {} is expected", text, field.name, what),
             fmt::format("“{}”不能作为“{}”的值：应为{}", text, field.name, what_zh)},
            std::move(hint));
        return out;
    };
    if (text == "nothing") return out;
    switch (field.type) {
        case FieldType::flag:
            if (text != "yes" && text != "no") return wrong("yes or no", " yes 或 no");
            out.value = text == "yes";
            return out;
        case FieldType::number: {
            std::int64_t number = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, number);
            if (error != std::errc() || stop != end) return wrong("a whole number", "整数");
            out.value = number;
            return out;
        }
        case FieldType::date:
            if (text == "today") {
                out.source = engine::FieldSet::Source::today;
            } else if (const auto date = engine::parse_date(text)) {
                out.value = *date;
            } else {
                return wrong("`today` or a date like 2026-01-31", "“today”或者日期，如 2026-01-31");
            }
            return out;
        case FieldType::moment:
            if (text != "now") return wrong("`now`", "“now”");
            out.source = engine::FieldSet::Source::now;
            return out;
        case FieldType::choice: {
            std::vector<std::string> candidates;
            for (std::size_t i = 0; i < field.choices.size(); ++i) {
                candidates.push_back(field.choices[i].name);
                if (field.choices[i].name != text) continue;
                out.value = engine::Choice{static_cast<std::uint16_t>(i)};
                return out;
            }
            return wrong("one of its choices", "其选项之一", did_you_mean(text, candidates));
        }
        case FieldType::text:
        case FieldType::table:
            return wrong("`nothing`", "“nothing”",
                         {"what people write cannot be written by the flow",
                          "由人填写的文字不能由流程填写"});
    }
    return out;
}

void FlowCompiler::Impl::check_routes(const Instance& instance, const Entry& entry) {
    const RunSyntax& run = *entry.syntax->run;
    std::vector<std::string> exits;
    for (const ExitSyntax& exit : entry.child->body->exits) {
        exits.push_back(exit.name.text);
        if (route_of(run.on, exit.name.text) != nullptr) continue;
        reporter.error(run.use.span, "exit_not_routed",
                       {fmt::format("the exit `{}` of the part `{}` leads nowhere", exit.name.text,
                                    entry.child->body->name.text),
                        fmt::format("部件“{}”的出口“{}”没有去向", entry.child->body->name.text,
                                    exit.name.text)},
                       {fmt::format("add `{}: STATE` to `on`", exit.name.text),
                        fmt::format("请在“on”中加上“{}: 环节”", exit.name.text)});
    }
    for (const RouteSyntax& route : run.on) {
        if (std::find(exits.begin(), exits.end(), route.exit.text) == exits.end()) {
            reporter.error(route.exit.span, "unknown_exit",
                           {fmt::format("the part `{}` has no exit `{}`",
                                        entry.child->body->name.text, route.exit.text),
                            fmt::format("部件“{}”没有出口“{}”", entry.child->body->name.text,
                                        route.exit.text)},
                           did_you_mean(route.exit.text, exits));
        }
        target(instance, route.to);  // also where nothing in the part takes the exit
    }
}

void FlowCompiler::Impl::fill_fork(Instance& instance, Entry& entry) {
    const ForkSyntax& syntax = *entry.syntax->fork;
    engine::Parallel parallel;
    parallel.join = syntax.join;
    parallel.quorum = syntax.quorum;
    parallel.then = target(instance, syntax.then);
    std::vector<std::string> names;
    std::vector<std::string> exits;
    bool complete = true;
    for (std::size_t i = 0; i < syntax.branches.size(); ++i) {
        const BranchSyntax& branch = syntax.branches[i];
        const Instance* child = entry.branches.at(i);
        names.push_back(branch.name.text);
        engine::Branch out;
        out.name = branch.name.text;
        out.when = guard(instance, entry, branch.when);
        if (child != nullptr) {
            out.title =
                branch.heading.title.empty() ? child->body->heading.title : branch.heading.title;
            out.region = child->region;
            out.start = start_of(*child);
            for (const ExitSyntax& exit : child->body->exits)
                exits.push_back(exit.name.text);
        } else {
            complete = false;
        }
        parallel.branches.push_back(std::move(out));
    }
    for (const Name& name : syntax.awaited) {
        const auto found = std::find(names.begin(), names.end(), name.text);
        if (found == names.end()) {
            reporter.error(name.span, "unknown_branch",
                           {fmt::format("there is no branch `{}`", name.text),
                            fmt::format("没有分支“{}”", name.text)},
                           did_you_mean(name.text, names));
        } else {
            parallel.branches[static_cast<std::size_t>(found - names.begin())].required = true;
        }
    }
    if (syntax.join == engine::Join::quorum && syntax.quorum > names.size()) {
        reporter.error(
            syntax.quorum_span, "quorum_out_of_range",
            {fmt::format("{} of {} branches can never finish", syntax.quorum, names.size()),
             fmt::format("共 {} 个分支，不可能有 {} 个完成", names.size(), syntax.quorum)});
    }
    for (const RouteSyntax& route : syntax.on) {
        if (complete && std::find(exits.begin(), exits.end(), route.exit.text) == exits.end()) {
            reporter.error(route.exit.span, "unknown_exit",
                           {fmt::format("no branch has an exit `{}`", route.exit.text),
                            fmt::format("没有分支有出口“{}”", route.exit.text)},
                           did_you_mean(route.exit.text, exits));
        }
        parallel.interrupts.push_back({route.exit.text, target(instance, route.to)});
    }
    definition.states[entry.state].parallel = std::move(parallel);
}

void FlowCompiler::Impl::fill_countersign(Instance& instance, Entry& entry) {
    const CountersignSyntax& syntax = *entry.syntax->countersign;
    engine::Countersign out;
    out.by = assignments(syntax.by);
    out.seats = syntax.seats;
    out.quorum = syntax.quorum;
    out.veto = assignments(syntax.veto);
    out.sign = signature_id(syntax.sign);
    out.not_by_drafter = syntax.not_by_drafter;
    out.distinct_departments = syntax.distinct_departments;
    out.comment_on_rejection = syntax.comment;
    const std::vector<std::string> ends{"passed", "failed", "vetoed"};
    for (const RouteSyntax& route : syntax.on) {
        if (std::find(ends.begin(), ends.end(), route.exit.text) == ends.end()) {
            reporter.error(
                route.exit.span, "unknown_exit",
                {fmt::format("a countersigning ends `passed`, `failed` or `vetoed`, not "
                             "`{}`",
                             route.exit.text),
                 fmt::format("会签结果只有 passed、failed、vetoed，没有“{}”", route.exit.text)},
                did_you_mean(route.exit.text, ends));
        }
    }
    const auto end = [&](std::string_view name, bool required) -> StateId {
        if (const Name* to = route_of(syntax.on, name)) return target(instance, *to);
        if (required) {
            reporter.error(entry.syntax->name.span, "exit_not_routed",
                           {fmt::format("`on` does not say where `{}` leads", name),
                            fmt::format("“on”没有说明“{}”的去向", name)},
                           {fmt::format("add `{}: STATE` to `on`", name),
                            fmt::format("请在“on”中加上“{}: 环节”", name)});
        }
        return kNone;
    };
    out.passed = end("passed", true);
    out.failed = end("failed", true);
    out.vetoed = end("vetoed", false);
    definition.states[entry.state].countersign = std::move(out);
}

void FlowCompiler::Impl::fill_state(Instance& instance, Entry& entry) {
    const StateSyntax& syntax = *entry.syntax;
    if (syntax.run) {
        if (entry.child != nullptr) check_routes(instance, entry);
        return;
    }
    if (entry.state == kNone) return;
    // No state is added any more, so that the reference holds.
    engine::State& state = definition.states[entry.state];
    state.final = syntax.final;
    state.worklist = assignments(syntax.worklist);
    if (syntax.has_worklist && syntax.worklist.empty()) unlisted.insert(entry.state);
    state.reassigners = assignments(syntax.reassign);
    if (syntax.worklist.empty() && syntax.countersign) {
        std::vector<WhoSyntax> seats = syntax.countersign->by;
        seats.insert(seats.end(), syntax.countersign->veto.begin(), syntax.countersign->veto.end());
        state.worklist = assignments(seats);
    }
    if (syntax.edit_all) {
        for (std::size_t i = 0; i < definition.fields.size(); ++i) {
            if (!definition.fields[i].derived && !definition.fields[i].assigned) {
                state.editable.push_back(static_cast<engine::FieldId>(i));
            }
        }
    } else {
        state.editable = field_ids(syntax.edit, true);
    }
    state.edit_attachments = syntax.edit_attachments;
    if ((!state.editable.empty() || state.edit_attachments) && state.worklist.empty() &&
        !syntax.has_worklist) {
        reporter.error(
            syntax.name.span, "nobody_acts",
            {fmt::format("nobody may edit in `{}`: it has no `worklist`", syntax.name.text),
             fmt::format("没有人可以在“{}”编辑：缺少“worklist”", syntax.name.text)});
    }
    for (const Name& name : syntax.renew) {
        if (const auto id = signature_id(name); id != kNone) state.renewable.push_back(id);
    }
    if (syntax.consult) {
        state.consult =
            engine::ConsultRule{assignments(syntax.consult->whom), syntax.consult->blocks};
    }
    for (const Name& name : syntax.relates) {
        if (const auto id = relation_id(instance, name); id != kNone) state.relates.push_back(id);
    }
    if (!syntax.relates.empty() && state.worklist.empty() && !syntax.has_worklist) {
        reporter.error(syntax.name.span, "nobody_acts",
                       {fmt::format("nobody may relate documents in `{}`: it has no `worklist`",
                                    syntax.name.text),
                        fmt::format("没有人可以在“{}”关联公文：缺少“worklist”", syntax.name.text)});
    }
    state.on_enter = effects(syntax.enter);
    if (syntax.fork) fill_fork(instance, entry);
    if (syntax.countersign) fill_countersign(instance, entry);
    for (const ActionSyntax& action : syntax.actions)
        fill_action(instance, entry, action);
}

void FlowCompiler::Impl::fill_policy() {
    InstanceScope scope(*this, *instances.front(), true);
    for (const RuleSyntax& syntax : library.policy) {
        engine::PolicyRule rule;
        rule.id = syntax.name.text;
        rule.title = syntax.heading.title.empty() ? syntax.name.text : syntax.heading.title;
        rule.basis = syntax.heading.basis;
        rule.moments = syntax.moments;
        rule.on_final = syntax.resting;
        if (syntax.tag.given()) {
            const auto [known, tag] = scope.tag(syntax.tag.text);
            rule.tag = tag;
            if (known == Known::nowhere) {
                reporter.error(syntax.tag.span, "unknown_tag",
                               {fmt::format("no flow has the tag `{}`", syntax.tag.text),
                                fmt::format("没有流程有标记“{}”", syntax.tag.text)},
                               scope.suggest(GuardScope::Kind::tag, syntax.tag.text));
            }
        }
        if (syntax.guard != nullptr) {
            rule.require = compile_guard(*syntax.guard, scope, reporter);
            if (syntax.never) {
                rule.require.terms.push_back({engine::Op::op_not, kNone, 0});
                rule.require.text = "not (" + rule.require.text + ")";
            }
        }
        for (const Name& name : syntax.flows) {
            if (!library.excerpt && !library.flows.contains(name.text)) {
                const std::vector<std::string> candidates(library.flows.begin(),
                                                          library.flows.end());
                reporter.error(name.span, "unknown_flow",
                               {fmt::format("there is no flow `{}`", name.text),
                                fmt::format("没有流程“{}”", name.text)},
                               did_you_mean(name.text, candidates));
            }
            rule.flows.push_back(name.text);
        }
        rule.line = reporter.line(syntax.name.span);
        rule.file = reporter.path(syntax.name.span.file);
        policy.rules.push_back(std::move(rule));
    }
}

void FlowCompiler::Impl::fill_flow() {
    if (too_large) return;  // what was left out would be reported as missing
    check_relations();
    for (const auto& instance : instances) {
        for (Entry* entry : instance->order)
            fill_state(*instance, *entry);
    }
    for (const auto& instance : instances)
        fill_timers(*instance);
    check_asked_deadlines();
    for (const auto& instance : instances) {
        for (const Entry* entry : instance->order)
            warn_of_untaken(*entry);
    }
    definition.start = start_of(*instances.front());
    definition.assigns = assigned_ids(flow.assigns);
    if (flow.has_open) {
        definition.openers = assignments(flow.open);
    } else if (definition.start != kNone) {
        definition.openers = definition.states[definition.start].worklist;
    }
    definition.clock_opens = flow.clock_opens;
    const bool nobody = flow.open.empty() && !flow.clock_opens;
    if (nobody && definition.openers.empty() && definition.start != kNone &&
        !unlisted.contains(definition.start)) {
        reporter.error(flow.start.span, "nobody_acts",
                       {"nobody may start a document: write `open` or give the start state a "
                        "`worklist`",
                        "没有人可以发起：请写“open”，或为起始环节写“worklist”"});
    }
    check_item_effects();
    fill_policy();
}

}  // namespace gongkai::language
