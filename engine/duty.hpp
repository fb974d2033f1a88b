// Duties that come again: a day of every working day, week, month ... on which the clock opens a
// document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/definition.hpp"

namespace gongkai::engine {

enum class Period { working_day, day, week, month, quarter, half_year, year };

struct DutyField {
    enum class Source {
        value,
        today,      // of a date: the day on which the document is opened
        year,       // of a number: the year of the day that it falls on
        last_year,  // ... the one before
    };
    std::string name;
    Source source = Source::value;
    std::string text;  // of a value, as written
};

struct Duty {
    std::string name;  // permanent: with it the store knows what was opened
    std::string title;
    std::vector<std::string> basis;
    std::string flow;
    Period period = Period::working_day;
    int month = 1;  // of a year
    int day = 1;    // of a month (in a shorter one its last day); of a week: 1 is Monday
    std::vector<DepartmentCode> departments;
    std::vector<DutyField> fields;
};

struct Occurrence {
    Date day;   // that the duty falls on: it names the occurrence, whatever the calendar becomes
    Date from;  // opened from this day on: the first working day on or after it
};

// The newest that is to be opened today. What is due every day is due on that day only: a day that
// has passed cannot be looked after any more. Anything else may still be opened late, until it
// comes again.
std::optional<Occurrence> due(const Duty& duty, Date today, const Calendar& calendar);
// The first one that is opened after today.
Occurrence next(const Duty& duty, Date today, const Calendar& calendar);

// The text with {date}, {year} and {last_year} of the day that the duty falls on.
std::string with_day(std::string text, Date day);

}  // namespace gongkai::engine
