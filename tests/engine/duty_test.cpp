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

TEST_CASE("duty: opened so many days ahead, also in the year before, under the day itself") {
    Duty duty;
    duty.ahead = 30;
    const auto due_on = [&](Date today) {
        const auto one = due(on_day_of_year(duty, 1, 31), today, calendar());
        return to_string(one->day) + " from " + to_string(one->from);
    };
    CHECK(due_on(to_date(2026, 1, 3)) == "2025-01-31 from 2025-01-01");
    CHECK(due_on(to_date(2026, 1, 4)) == "2026-01-31 from 2026-01-04");  // the first working day
    CHECK(due_on(to_date(2026, 12, 31)) == "2026-01-31 from 2026-01-04");
    duty.ahead = 40;
    CHECK(due_on(to_date(2026, 12, 22)) == "2027-01-31 from 2026-12-22");
    CHECK(to_string(next(on_day_of_year(duty, 1, 31), to_date(2026, 12, 22), calendar()).day) ==
          "2028-01-31");
    CHECK(to_string(due(on_day_of_year({}, 2, 29), to_date(2026, 3, 2), calendar())->day) ==
          "2026-02-28");
}

TEST_CASE("duty: texts name the item and the day") {
    const std::string text = with_item("{item} {code} {year} {year}", {"ZH-1.3", "年报"});
    CHECK(with_day(text, to_date(2027, 1, 31)) == "年报 ZH-1.3 2027 2027");
    CHECK(with_item("{item}", {"", "{item}"}) == "{item}");  // once, not for ever
}

TEST_CASE("duty: texts name what many ask for") {
    const DutyCrowd crowd{"7", "R-1", "R-1、R-2", 2, 1};
    CHECK(with_crowd("{first}等{count}件，{people}人：{numbers}{first}", crowd) ==
          "R-1等2件，1人：R-1、R-2R-1");
    CHECK(with_crowd("{key} {date}", crowd) == "{key} {date}");
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
