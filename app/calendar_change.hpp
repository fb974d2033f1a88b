// What another calendar does to the deadlines that are running.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/calendars.hpp"
#include "app/flow.hpp"
#include "app/outcome.hpp"
#include "engine/document.hpp"
#include "language/source.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

using engine::Result;

struct MovedDeadline {
    engine::DocumentId document = 0;
    std::string flow;
    std::string title;  // of the document
    std::string timer;  // name
    engine::TimerState before, after;
};

struct CalendarChange {
    std::string from, to;                   // versions, see version_of() of app/deadlines.hpp
    std::optional<engine::Date> first_day;  // that differs; nullopt: nothing does
    std::vector<MovedDeadline> moved;       // that end on another day, or become certain
};

// What is wrong with a calendar file ("malformed_calendar", with every diagnostic in both
// languages); nullopt: nothing.
std::optional<Invalid> wrong_calendar(const language::SourceFile& file);

// Of those that have not run out by now. Reads every document once, on the calling thread.
Result<std::vector<MovedDeadline>> moved_deadlines(storage::Store& store, const Flows& flows,
                                                   const engine::Calendar& calendar,
                                                   engine::Instant now);

// A calendar file that was loaded, as it is kept: a first line with the time, so that the same file
// loaded again is another one, then the file. Kind "calendar_file" in the store.
std::string kept_calendar(engine::Instant at, const std::string& source);
// Those that were loaded, oldest first.
Result<std::vector<language::SourceFile>> loaded_calendars(storage::Store& store);

}  // namespace gongkai::app
