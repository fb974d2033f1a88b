// Arithmetic of one timer: pure functions between instants, amounts and the calendar.
#pragma once

#include "engine/calendar.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::engine {

// Runs from day 0 (or, in hours, from the instant itself) for `count` units.
TimerState timer_started(const Timer& timer, Instant from, const Calendar& calendar);
// The due date once more from what the state says (after an extension, or on a newer calendar).
void timer_recompute(const Timer& timer, TimerState& state, const Calendar& calendar);
// 中止: what is left is kept and does not run (条例 33: 征求意见所需时间不计算).
void timer_pause(TimerState& state, Instant now, const Calendar& calendar);
void timer_resume(const Timer& timer, TimerState& state, Instant now, const Calendar& calendar);

}  // namespace gongkai::engine
