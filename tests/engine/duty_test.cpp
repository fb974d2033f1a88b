// Which day a duty falls on, and what is still opened late.
#include <catch2/catch.hpp>

#include "engine/duty.hpp"

using namespace gongkai::engine;

namespace {

// 2026-01-01 to 01-03 off, 01-04 (a Sunday) made up, weekends otherwise.
Calendar calendar() {
    CalendarYear year;
    year.year = 2026;
    year.published = true;
    year.off = {{"元旦", to_date(2026, 1, 1), to_date(2026, 1, 3)}};
    year.work = {{"元旦", to_date(2026, 1, 4)}};
    return Calendar::make("test", {year}).value();
}

std::string due_on(Period period, int month, int day, Date today) {
    Duty duty;
    duty.period = period;
    duty.month = month;
    duty.day = day;
    const auto one = due(duty, today, calendar());
    return one ? to_string(one->day) + " from " + to_string(one->from) : "nothing";
}

}  // namespace

TEST_CASE("duty: by the working day, on that day only") {
    CHECK(due_on(Period::working_day, 1, 1, to_date(2026, 1, 2)) == "nothing");
    CHECK(due_on(Period::working_day, 1, 1, to_date(2026, 1, 4)) == "2026-01-04 from 2026-01-04");
    CHECK(due_on(Period::working_day, 1, 1, to_date(2026, 1, 10)) == "nothing");
    CHECK(due_on(Period::day, 1, 1, to_date(2026, 1, 10)) == "2026-01-10 from 2026-01-10");
}

TEST_CASE("duty: a day off moves it to the next working day, under its own name") {
    CHECK(due_on(Period::year, 1, 2, to_date(2026, 1, 3)) == "2025-01-02 from 2025-01-02");
    CHECK(due_on(Period::year, 1, 2, to_date(2026, 1, 4)) == "2026-01-02 from 2026-01-04");
    CHECK(due_on(Period::year, 1, 2, to_date(2026, 11, 27)) == "2026-01-02 from 2026-01-04");
    CHECK(due_on(Period::week, 1, 6, to_date(2026, 1, 11)) == "2026-01-03 from 2026-01-04");
    CHECK(due_on(Period::week, 1, 6, to_date(2026, 1, 12)) == "2026-01-10 from 2026-01-12");
}

TEST_CASE("duty: a short month has its last day; quarters and half years begin in their first") {
    CHECK(due_on(Period::month, 1, 31, to_date(2026, 3, 2)) == "2026-02-28 from 2026-03-02");
    CHECK(due_on(Period::quarter, 1, 1, to_date(2026, 6, 30)) == "2026-04-01 from 2026-04-01");
    CHECK(due_on(Period::half_year, 1, 1, to_date(2026, 6, 30)) == "2026-01-01 from 2026-01-04");
    CHECK(due_on(Period::half_year, 1, 1, to_date(2026, 7, 1)) == "2026-07-01 from 2026-07-01");
}

TEST_CASE("duty: the next one is after today") {
    Duty duty;
    duty.period = Period::year;
    duty.day = 2;
    CHECK(to_string(next(duty, to_date(2026, 1, 3), calendar()).from) == "2026-01-04");
    CHECK(to_string(next(duty, to_date(2026, 1, 4), calendar()).day) == "2027-01-02");
    duty.period = Period::working_day;
    CHECK(to_string(next(duty, to_date(2026, 1, 9), calendar()).day) == "2026-01-12");
}
