#include "app/year/rule_watch.hpp"

#include "engine/evolve.hpp"
#include "engine/guard.hpp"
#include "engine/policy.hpp"

namespace gongkai::app {

namespace {

bool finished_unjudged(const engine::Command& command) {
    return std::holds_alternative<engine::Hear>(command) ||
           std::holds_alternative<engine::Belong>(command);
}

}  // namespace

void RuleWatch::see(const CarriedOut& step) {
    const engine::DocumentId id = step.after.id;
    if (step.before == nullptr) {
        ++report_.documents;
        ++report_.flows[step.after.flow].opened;
        by_flow_[step.after.flow].push_back(id);
    }
    ++report_.steps;
    ++report_.flows[step.after.flow].steps;
    engine::Document& mine = documents_[id];
    engine::evolve_step(step.flow.definition, mine, step.decision.events);
    if (mine != step.after)
        report_.broke("fold_differs", id, "the fold of its events is another document");
    judge_rules(step);
    count(step);
    for (std::size_t i = 0; i < mine.timers.size(); ++i) {
        const auto at = ran_out_.find({id, static_cast<engine::TimerId>(i)});
        if (at != ran_out_.end() && mine.timers[i].phase != engine::TimerPhase::expired)
            at->second.begun_anew = true;
    }
    if (const auto* tick = std::get_if<engine::Tick>(&step.command)) judge_timer(step, *tick);
    for (const engine::Effect& effect : step.decision.effects) {
        const auto* publish = std::get_if<engine::Publish>(&effect);
        if (publish != nullptr && !publish->draft) ++report_.published;
        if (std::holds_alternative<engine::Unpublish>(effect)) ++report_.withdrawn;
        if (std::holds_alternative<engine::PurgeContent>(effect)) ++report_.purged;
    }
}

void RuleWatch::count(const CarriedOut& step) {
    if (std::holds_alternative<engine::Claim>(step.command)) ++report_.hands["claim"];
    if (std::holds_alternative<engine::Release>(step.command)) ++report_.hands["release"];
    if (std::holds_alternative<engine::Reassign>(step.command)) ++report_.hands["reassign"];
    if (std::holds_alternative<engine::Withdraw>(step.command)) ++report_.hands["withdraw"];
    const engine::Definition& flow = step.flow.definition;
    const auto now_says = [&](engine::FieldId field,
                              bool (*says)(const engine::Field&, const engine::Value&)) {
        if (field == engine::kNone || !step.after.fields[field]) return false;
        const bool before =
            step.before != nullptr && step.before->fields[field] == step.after.fields[field];
        return !before && says(flow.fields[field], *step.after.fields[field]);
    };
    report_.noted +=
        now_says(step.flow.body_note, [](const engine::Field& field, const engine::Value& value) {
            return field.choices[std::get<engine::Choice>(value).index].name != "absent";
        });
    report_.marked += now_says(
        step.flow.secrecy_mark,
        [](const engine::Field&, const engine::Value& value) { return std::get<bool>(value); });
}

void RuleWatch::judge_rules(const CarriedOut& step) {
    // What a document merely heard is asked about at the next step that somebody takes.
    if (finished_unjudged(step.command)) return;
    const engine::Grant* grant = step.decision.exercised ? &*step.decision.exercised : nullptr;
    const engine::Occasion occasion(step.flow.definition, step.after, step.decision.events,
                                    step.decision.effects);
    for (const engine::PolicyRule& rule : step.flow.policy.rules) {
        if (!occasion.calls(rule)) continue;
        ++report_.rules_asked;
        ++report_.rules[rule.id];
        if (!engine::holds(rule.require, step.flow.definition, step.after, grant, step.now))
            report_.broke("rule_broken", step.after.id, rule.id);
    }
}

void RuleWatch::judge_timer(const CarriedOut& step, const engine::Tick& tick) {
    const engine::TimerId id = step.flow.definition.timer(tick.timer);
    const engine::TimerState& timer = step.before->timers[id];
    ++report_.ran_out[step.after.flow + "/" + tick.timer];
    if (step.now < timer.due) report_.broke("timer_early", step.after.id, tick.timer);
    // Where work comes back after the last day, its deadline begins anew and is late at once: a run
    // of its own, which is counted.
    auto& last = ran_out_[{step.after.id, id}];
    if (last.due == timer.due && !last.begun_anew)
        report_.broke("timer_twice", step.after.id, tick.timer);
    if (last.due == timer.due) ++report_.ran_out_again;
    last = {timer.due, false};
}

const engine::Document* RuleWatch::document(engine::DocumentId id) const {
    const auto at = documents_.find(id);
    return at == documents_.end() ? nullptr : &at->second;
}

const std::vector<engine::DocumentId>& RuleWatch::of_flow(const std::string& flow) const {
    static const std::vector<engine::DocumentId> none;
    const auto at = by_flow_.find(flow);
    return at == by_flow_.end() ? none : at->second;
}

}  // namespace gongkai::app
