// Reads a calendar of workflows/calendars/: days off and make-up days, year by year, as a clerk
// copies them from the notice. The layout is explained at the top of china.yaml.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/calendar.hpp"
#include "language/diagnostic.hpp"

namespace gongkai::language {

// Where the days of a year are known from: for a page that explains a deadline.
struct CalendarSource {
    int year = 0;
    std::vector<std::string> sources;  // addresses of the notices; none: not known, or not yet out
    std::string note;                  // may be empty
};

struct CalendarFile {
    engine::Calendar calendar;
    std::string title;               // 全国
    std::string over;                // name of the calendar that it is laid over; empty: a base
    std::vector<std::string> basis;  // the law behind it
    std::vector<CalendarSource> years;
    std::vector<engine::CalendarYear> days;  // what the calendar was made of, by year
};

struct CalendarReading {
    std::optional<CalendarFile> file;     // nothing when there was an error
    std::vector<Diagnostic> diagnostics;  // errors, or only warnings
};

CalendarReading read_calendar(const SourceFile& file);

}  // namespace gongkai::language
