#include "engine/explain.hpp"

namespace gongkai::engine {

namespace {

using Kind = DeadlineStep::Kind;

// What led from one state of the timer to the next; nullopt where nothing that counts did.
std::optional<Kind> between(const TimerState& before, const TimerState& after) {
    const bool was_running = before.phase == TimerPhase::running;
    switch (after.phase) {
        case TimerPhase::idle:
            if (before.phase == TimerPhase::idle) return std::nullopt;
            return Kind::ended;
        case TimerPhase::paused:
            return before.phase == TimerPhase::paused ? Kind::extended : Kind::paused;
        case TimerPhase::expired:
            return Kind::expired;
        case TimerPhase::running:
            break;
    }
    if (before.phase == TimerPhase::paused) return Kind::resumed;
    if (!was_running || before.from != after.from || before.unit != after.unit) {
        return Kind::started;
    }
    if (before.count != after.count) return Kind::extended;
    return before == after ? std::nullopt : std::optional(Kind::recounted);
}

// A pause, the end of what was counted and a pause again, the last two in one step: day 0 was set
// anew while the deadline rests, which is told when it runs again.
bool restarted_at_rest(const std::vector<DeadlineStep>& steps) {
    if (steps.size() < 3) return false;
    const auto last = steps.end() - 1;
    return (last - 1)->kind == Kind::ended && (last - 1)->at == last->at &&
           (last - 2)->kind == Kind::paused;
}

}  // namespace

DeadlineExplanation explain(std::span<const TimerFact> facts, const Calendar& calendar) {
    DeadlineExplanation out;
    TimerState before;
    std::optional<Instant> paused;
    for (const TimerFact& fact : facts) {
        const TimerState& after = fact.state;
        if (const auto kind = between(before, after)) {
            DeadlineStep step;
            step.kind = *kind;
            step.at = fact.at;
            step.from = after.from;
            step.unit = after.unit;
            step.left = after.count;
            step.by = *kind == Kind::extended ? after.count - before.count : 0;
            step.due = after.due;
            step.provisional = after.provisional;
            out.steps.push_back(step);
            if (*kind == Kind::started) {
                out.paused_days = 0;
                // Dropped and begun in one step: it began anew.
                const bool anew = out.steps.size() > 1 &&
                                  out.steps[out.steps.size() - 2].kind == Kind::ended &&
                                  out.steps[out.steps.size() - 2].at == fact.at;
                if (anew) out.steps.erase(out.steps.end() - 2);
            }
            if (*kind == Kind::paused) {
                if (restarted_at_rest(out.steps)) out.steps.resize(out.steps.size() - 2);
                paused = fact.at;
            }
            if (*kind == Kind::resumed && paused) {
                const std::int32_t days = date_in_china(fact.at) - date_in_china(*paused);
                out.paused_days += days;
                paused.reset();
            }
        }
        before = after;
    }
    const bool counted = before.phase == TimerPhase::running || before.phase == TimerPhase::expired;
    if (counted && before.unit == Unit::working_days) {
        out.days = calendar.explain(date_in_china(before.from), static_cast<int>(before.count));
    }
    return out;
}

}  // namespace gongkai::engine
