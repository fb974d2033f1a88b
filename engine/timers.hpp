// Arithmetic of one timer: pure functions between instants, amounts and the calendar.
#pragma once

#include <vector>

#include "engine/calendar.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::engine {

// Runs from day 0 (a `yearly` one until the next such day; or, in hours, from the instant itself)
// for `count` units.
TimerState timer_started(const Timer& timer, Instant from, const Calendar& calendar);
// Runs from day 0 until the end of `last`; what it counts are calendar days, fewer than none where
// `last` lies before day 0.
TimerState timer_started_until(const Timer& timer, Instant from, Date last,
                               const Calendar& calendar);
// The due date once more from what the state says (after an extension, or on a newer calendar).
void timer_recompute(const Timer& timer, TimerState& state, const Calendar& calendar);
// The running deadlines of a document that come out differently on this calendar; what would be of
// each.
struct MovedTimer {
    TimerId timer = 0;
    TimerState after;
};
std::vector<MovedTimer> moved_timers(const Definition& definition, const Document& document,
                                     const Calendar& calendar);
// 中止: what is left is kept and does not run (条例 33: 征求意见所需时间不计算).
void timer_pause(TimerState& state, Instant now, const Calendar& calendar);
void timer_resume(const Timer& timer, TimerState& state, Instant now, const Calendar& calendar);

}  // namespace gongkai::engine
