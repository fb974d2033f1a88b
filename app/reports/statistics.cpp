#include "app/reports/statistics.hpp"

#include <algorithm>

namespace gongkai::app {

namespace {

using engine::Instant;

constexpr std::int32_t kMostHours = 2 * 366 * 24;

}  // namespace

bool is_step(const engine::State& state) {
    return !state.final &&
           (state.kind == engine::StateKind::task || state.kind == engine::StateKind::countersign);
}

bool binds(const engine::Timer& timer) {
    const bool goes_on = timer.on_expiry != engine::kNone && timer.escalate_to.empty();
    return !timer.minimum && !timer.reminder && !goes_on;
}

std::int32_t Durations::whole_hours(std::int64_t ms) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(ms / engine::ms_per_hour, 0, kMostHours));
}

void Durations::add(std::int64_t ms) {
    add_hours(whole_hours(ms), 1);
    add_ms(ms);
}

void Durations::add_hours(std::int32_t hours, std::uint64_t times) {
    hours_[hours] += times;
    count_ += times;
}

double Durations::average_days() const {
    return count_ == 0 ? 0 : sum_ms_ / static_cast<double>(count_) / engine::ms_per_day;
}

double Durations::median_days() const {
    // Of an even number the mean of the two in the middle.
    const auto nth = [this](std::uint64_t n) {
        std::uint64_t seen = 0;
        for (const auto& [hours, count] : hours_) {
            seen += count;
            if (seen > n) return hours;
        }
        return 0;
    };
    if (count_ == 0) return 0;
    return (nth((count_ - 1) / 2) + nth(count_ / 2)) / 48.0;
}

std::optional<double> DeadlineFigures::on_time() const {
    if (kept + missed == 0) return std::nullopt;
    return 100.0 * static_cast<double>(kept) / static_cast<double>(kept + missed);
}

DeadlineFigures& StatisticsCount::deadline(const Happening& what) {
    auto& figures = deadlines_[{what.flow, what.name}];
    if (figures.name.empty()) {
        figures.flow = what.flow;
        figures.flow_title = what.flow_title;
        figures.name = what.name;
        figures.title = what.title;
        figures.basis = what.basis;
    }
    return figures;
}

StepFigures& StatisticsCount::step(const Happening& what) {
    auto& figures = steps_[{what.flow, what.state}];
    if (figures.state.empty()) {
        figures.flow = what.flow;
        figures.flow_title = what.flow_title;
        figures.state = what.state;
        figures.title = what.state_title;
    }
    return figures;
}

void StatisticsCount::add(const Happening& what, std::int32_t of, std::int64_t n) {
    using Kind = Happening::Kind;
    const auto times = static_cast<std::uint64_t>(n);
    const auto flow = [&]() -> FlowFigures& {
        FlowFigures& figures = flows_[what.flow];
        figures.title = what.flow_title;
        return figures;
    };
    switch (what.kind) {
        case Kind::kept:
            deadline(what).kept += times;
            break;
        case Kind::missed:
            deadline(what).missed += times;
            break;
        case Kind::left:
            step(what).left.add_hours(of, times);
            break;
        case Kind::stayed:
            step(what).left.add_ms(n);
            break;
        case Kind::opened:
            flow().opened += times;
            break;
        case Kind::published:
            flow().published += times;
            break;
        case Kind::drafts:
            flow().drafts += times;
            break;
        case Kind::withdrawn:
            flow().withdrawn += times;
            break;
        case Kind::active:
            flow();
            documents_ += engine::Date{of} < period_.from ? times : 0;
            break;
        case Kind::returned: {
            auto& figures = returns_[{what.flow, what.state, what.name}];
            const std::uint64_t before = figures.count;
            figures = {what.flow, what.flow_title, what.state,    what.state_title,
                       what.name, what.title,      before + times};
            break;
        }
    }
}

void StatisticsCount::stands(const Flow& flow, const engine::Document& document, Instant now) {
    const engine::Definition& definition = flow.definition;
    Happening here;
    here.flow = definition.flow;
    here.flow_title = definition.title;
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone || !is_step(definition.states[place.state])) continue;
        here.state = definition.states[place.state].name;
        here.state_title = definition.states[place.state].title;
        StepFigures& figures = step(here);
        ++figures.waiting;
        if (!figures.oldest || place.since < *figures.oldest) figures.oldest = place.since;
    }
    for (std::size_t i = 0; i < document.timers.size(); ++i) {
        const engine::TimerState& state = document.timers[i];
        const engine::Timer& timer = definition.timers[i];
        if (!binds(timer) || state.phase == engine::TimerPhase::idle) continue;
        const bool late = state.phase == engine::TimerPhase::expired ||
                          (state.phase == engine::TimerPhase::running && now >= state.due);
        here.name = timer.name;
        here.title = timer.title;
        here.basis = timer.basis;
        ++(late ? deadline(here).overdue : deadline(here).running);
    }
}

Statistics StatisticsCount::take() && {
    Statistics out;
    out.period = period_;
    out.documents = documents_;
    for (auto& [key, figures] : deadlines_)
        out.deadlines.push_back(std::move(figures));
    for (auto& [key, figures] : steps_)
        out.steps.push_back(std::move(figures));
    for (auto& [key, figures] : returns_)
        out.returns.push_back(std::move(figures));
    out.flows = std::move(flows_);
    return out;
}

}  // namespace gongkai::app
