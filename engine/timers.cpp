#include "engine/timers.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

// The last day of a period belongs to it: too late is the first instant of the day after.
Instant end_of_day(Date date) {
    return start_of_day(date + 1);
}

// 民法典 第203条: a period in days or months whose last day is a day off ends with the next working
// day. A minimum time is not shortened or lengthened by that.
// Neither is a day that the law or the document fixes (每年1月31日前).
DueDate last_day(const Timer& timer, Date date, const Calendar& calendar) {
    const bool fixed = timer.amount.unit == Unit::yearly || timer.amount.unit == Unit::date;
    return timer.minimum || fixed ? DueDate{date, false}
                                  : calendar.next_working_day_on_or_after(date);
}

// The next such day of a year after `from`; 29 February is the last of February in other years.
Date next_yearly(Date from, int month_and_day) {
    const int month = month_and_day / 100;
    const int day = month_and_day % 100;
    for (int year = year_of(from);; ++year) {
        const int last = days_in_month(year, month);
        const Date date = to_date(year, month, day < last ? day : last);
        if (date > from) return date;
    }
}

}  // namespace

TimerState timer_started_until(const Timer& timer, Instant from, Date last,
                               const Calendar& calendar) {
    TimerState state;
    state.phase = TimerPhase::running;
    state.unit = Unit::days;
    state.count = last - date_in_china(from);
    state.from = from;
    timer_recompute(timer, state, calendar);
    return state;
}

TimerState timer_started(const Timer& timer, Instant from, const Calendar& calendar) {
    if (timer.amount.unit == Unit::yearly) {
        const Date last = next_yearly(date_in_china(from), timer.amount.count);
        return timer_started_until(timer, from, last, calendar);
    }
    TimerState state;
    state.phase = TimerPhase::running;
    state.unit = timer.amount.unit;
    state.count =
        timer.amount.unit == Unit::hours ? timer.amount.count * ms_per_hour : timer.amount.count;
    state.from = from;
    timer_recompute(timer, state, calendar);
    return state;
}

void timer_recompute(const Timer& timer, TimerState& state, const Calendar& calendar) {
    if (state.unit == Unit::hours) {
        state.due = state.from + state.count;
        state.provisional = false;
        return;
    }
    const Date day0 = date_in_china(state.from);
    const int count = static_cast<int>(state.count);
    DueDate last;
    if (state.unit == Unit::working_days) {
        last = calendar.add_working_days(day0, count);
    } else if (state.unit == Unit::days) {
        last = last_day(timer, add_days(day0, count), calendar);
    } else {
        last = last_day(timer, add_months(day0, count), calendar);
    }
    state.due = end_of_day(last.due);
    state.provisional = last.provisional;
}

std::vector<MovedTimer> moved_timers(const Definition& definition, const Document& document,
                                     const Calendar& calendar) {
    std::vector<MovedTimer> moved;
    for (std::size_t i = 0; i < document.timers.size(); ++i) {
        if (document.timers[i].phase != TimerPhase::running) continue;
        TimerState after = document.timers[i];
        timer_recompute(definition.timers[i], after, calendar);
        if (after != document.timers[i]) moved.push_back({static_cast<TimerId>(i), after});
    }
    return moved;
}

void timer_pause(TimerState& state, Instant now, const Calendar& calendar) {
    const Date today = date_in_china(now);
    const Date last = date_in_china(state.due) - 1;
    switch (state.unit) {
        case Unit::hours:
            state.count = std::max<std::int64_t>(state.due - now, 0);
            break;
        case Unit::working_days:
            state.count = today < last ? calendar.working_days_between(today, last) : 0;
            break;
        case Unit::days:
        case Unit::months:
        case Unit::yearly:  // stand in a definition only
        case Unit::date:
            state.count = std::max(last - today, 0);
            state.unit = Unit::days;
            break;
    }
    state.phase = TimerPhase::paused;
    state.due = Instant{};
}

void timer_resume(const Timer& timer, TimerState& state, Instant now, const Calendar& calendar) {
    state.phase = TimerPhase::running;
    state.from = now;
    timer_recompute(timer, state, calendar);
}

}  // namespace gongkai::engine
