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
        day,        // of a date: the day that it falls on
        documents,  // of a number: how many documents of the crowd count
        people,     // ... by how many people
    };
    std::string name;
    Source source = Source::value;
    std::string text;  // of a value, as written
};

// Which items of the catalogue of disclosure items (标准目录) a duty looks after: each has a
// document of its own.
struct DutyItems {
    std::vector<std::string> from;      // what their time limit counts from: formed, approved, ...
    std::vector<std::string> catalogs;  // empty: any
    bool own_day = false;               // each falls on the day of the year that its limit names
};

// That many people ask for the same is looked after: documents of another flow that are alike in a
// group of its key `alike`. Each such crowd has one document, for ever.
struct DutyAlike {
    std::string flow;    // whose documents are looked at
    std::string by;      // the group that makes it the same thing
    std::string people;  // the group that makes it the same person; equal fields only
    std::string named;   // the field with a document's number; one without it does not count
    int at_least = 2;    // so many different people ask for it
    Amount within;       // days or months: nobody who asked longer ago counts
};

struct Duty {
    std::string name;  // permanent: with it the store knows what was opened
    std::string title;
    std::vector<std::string> basis;
    std::string flow;
    Period period = Period::working_day;
    int month = 1;  // of a year
    int day = 1;    // of a month (in a shorter one its last day); of a week: 1 is Monday
    int ahead = 0;  // days before that day on which it is opened; less than its period has
    std::optional<DutyItems> items;
    std::optional<DutyAlike> alike;  // then it is looked for on that day, and opened where found
    std::vector<DepartmentCode> departments;
    std::vector<DutyField> fields;
};

struct Occurrence {
    Date day;  // that the duty falls on: it names the occurrence, whatever the calendar becomes
    // Opened from this day on: the first working day on or after it, or on or after `ahead` days
    // before it.
    Date from;
};

// The newest that is to be opened today. What is due every day is due on that day only: a day that
// has passed cannot be looked after any more. Anything else may still be opened late, until it
// comes again.
std::optional<Occurrence> due(const Duty& duty, Date today, const Calendar& calendar);
// The first one that is opened after today.
Occurrence next(const Duty& duty, Date today, const Calendar& calendar);

// Of the item whose time limit names this day of each year.
Duty on_day_of_year(Duty duty, int month, int day);

// One of the items, as texts name it: at most so many characters.
inline constexpr std::size_t kItemCodeMax = 40;
inline constexpr std::size_t kItemTitleMax = 100;
struct DutyItem {
    std::string code;   // ZH-1.3
    std::string title;  // 政府信息公开年报
};
// The text with {code} and {item}.
std::string with_item(std::string text, const DutyItem& item);

// What many ask for, as texts name it: at most so many characters of one number and of all.
inline constexpr std::size_t kCrowdNumberMax = 60;
inline constexpr std::size_t kCrowdNumbersMax = 2'000;
inline constexpr const char* kBetweenNumbers = "、";
struct DutyCrowd {
    std::string key;      // permanent
    std::string first;    // number of the earliest document that counts
    std::string numbers;  // of all of them
    std::size_t documents = 0;
    std::size_t people = 0;
};
// The text with {first}, {numbers}, {count} and {people}.
std::string with_crowd(std::string text, const DutyCrowd& crowd);

// The text with {date}, {year} and {last_year} of the day that the duty falls on.
std::string with_day(std::string text, Date day);

}  // namespace gongkai::engine
