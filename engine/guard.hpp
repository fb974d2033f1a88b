// Evaluation of guards: total, no allocation, no failure.
#pragma once

#include "engine/decide.hpp"

namespace gongkai::engine {

// `exercised` is the grant of the one who acts (nullptr: nobody, so `actor is` is false). `now` is
// the moment of the step, which `expired` is asked at.
bool holds(const Guard& guard, const Definition& definition, const Document& document,
           const Grant* exercised, Instant now);

// Whether the time of the timer is over: the record says so, or its last day has passed and the
// scheduler only has not said it yet. What rests or does not run has not run out.
bool expired(const TimerState& timer, Instant now);

// Whether the field has a value; a text or table must also not be empty.
bool given(const Document& document, FieldId field);

}  // namespace gongkai::engine
