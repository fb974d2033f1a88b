// How a due date came about, step by step: for the applicant, for the supervisor, and for the
// court. Pure; the words are the caller's.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/document.hpp"

namespace gongkai::engine {

// A TimerSet event of the document's history, with the time of its step.
struct TimerFact {
    Instant at{};
    TimerState state;
};

struct DeadlineStep {
    enum class Kind {
        started,    // counts from `from`; again, where an earlier count was dropped
        paused,     // `left` units are kept
        resumed,    // `left` units count from `from`
        extended,   // by `by` units
        recounted,  // on another calendar: the same count, another last day
        expired,
        ended,  // what it was a deadline for has been done
    };
    Kind kind = Kind::started;
    Instant at{};    // when the step was taken
    Instant from{};  // day 0 of what counts since
    // In the unit of the deadline; hours in milliseconds.
    Unit unit = Unit::days;
    std::int64_t left = 0;
    std::int64_t by = 0;
    Instant due{};  // the first instant that is too late, after this step; of `paused` and `ended`:
                    // none
    bool provisional = false;
    bool operator==(const DeadlineStep&) const = default;
};

struct DeadlineExplanation {
    std::vector<DeadlineStep> steps;  // oldest first; empty: it never ran
    // Calendar days that did not count because it was paused, the days of pause and resumption not
    // among them (both are day 0 of what follows, or still counted).
    std::int32_t paused_days = 0;
    // Which days off were passed over since day 0 of what counts now; only of a running or expired
    // deadline in working days.
    std::optional<Explanation> days;
};

// `facts`: those of one timer, oldest first. `calendar`: the one that the deadline is counted on.
DeadlineExplanation explain(std::span<const TimerFact> facts, const Calendar& calendar);

}  // namespace gongkai::engine
