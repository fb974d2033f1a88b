// The rules of counting, on small calendars made by hand. The shipped ones:
// calendar_china_test.cpp.
#include "engine/calendar.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace gongkai::engine;

namespace {

Date day(const char* text) {
    return parse_date(text).value();
}

DaysOff off(const char* name, const char* first, const char* last) {
    return {name, day(first), day(last)};
}

Calendar must(Result<Calendar> made) {
    if (!made) FAIL(made.error().message);
    return made.value();
}

CalendarYear year_2024() {
    return {2024, true, {off("元旦", "2024-01-01", "2024-01-01")}, {{"元旦", day("2024-01-06")}}};
}

CalendarYear year_2025() {
    return {2025, true, {off("元旦", "2025-01-01", "2025-01-02")}, {{"元旦", day("2025-01-04")}}};
}

std::string refusal(CalendarYear year) {
    const auto made = Calendar::make("x", {std::move(year)});
    if (made) return "accepted";
    CHECK(made.error().code == ErrorCode::invalid_argument);
    return made.error().message;
}

// The definition, without any table.
DueDate counted(const Calendar& calendar, Date from, int n) {
    DueDate out{from, false};
    while (n > 0) {
        ++out.due;
        if (!calendar.is_published(year_of(out.due))) out.provisional = true;
        if (calendar.is_working_day(out.due)) --n;
    }
    return out;
}

}  // namespace

TEST_CASE("counting starts on the day after, and a receipt on a day off changes nothing") {
    const Calendar calendar = must(Calendar::make("national", {year_2024(), year_2025()}));
    // Tuesday 31 December; off 1 and 2 January; the 3rd, and the made-up Saturday 4th.
    CHECK(calendar.add_working_days(day("2024-12-31"), 1) == DueDate{day("2025-01-03"), false});
    CHECK(calendar.add_working_days(day("2024-12-31"), 2) == DueDate{day("2025-01-04"), false});
    CHECK(calendar.add_working_days(day("2024-12-31"), 3) == DueDate{day("2025-01-06"), false});
    CHECK(calendar.add_working_days(day("2025-01-01"), 1).due == day("2025-01-03"));
    CHECK(calendar.add_working_days(day("2025-01-02"), 1).due == day("2025-01-03"));
    CHECK(calendar.add_working_days(day("2025-01-02"), 0) == DueDate{day("2025-01-02"), false});
    CHECK(calendar.subtract_working_days(day("2025-01-06"), 1).due == day("2025-01-04"));
    CHECK(calendar.subtract_working_days(day("2025-01-06"), 3).due == day("2024-12-31"));
    CHECK(calendar.subtract_working_days(day("2025-01-05"), 1).due == day("2025-01-04"));
    CHECK(calendar.subtract_working_days(day("2025-01-05"), 0).due == day("2025-01-05"));
    CHECK(calendar.working_days_between(day("2024-12-31"), day("2025-01-06")) == 3);
    CHECK(calendar.working_days_between(day("2025-01-06"), day("2024-12-31")) == -3);
}

TEST_CASE("a period in days that ends on a day off ends on the next working day") {
    const Calendar calendar = must(Calendar::make("national", {year_2024(), year_2025()}));
    CHECK(calendar.next_working_day_on_or_after(day("2025-01-01")).due == day("2025-01-03"));
    CHECK(calendar.next_working_day_on_or_after(day("2025-01-03")).due == day("2025-01-03"));
    CHECK(calendar.next_working_day_on_or_after(day("2025-01-04")).due == day("2025-01-04"));
    CHECK(calendar.next_working_day_on_or_after(day("2025-01-05")).due == day("2025-01-06"));
    CHECK_FALSE(calendar.next_working_day_on_or_after(day("2025-01-05")).provisional);
    // Saturday 2 January 2027: the notice for that year may well make it a working day.
    CHECK(calendar.next_working_day_on_or_after(day("2027-01-02")) ==
          DueDate{day("2027-01-04"), true});
}

TEST_CASE("a date that was reached through a year without its notice is provisional") {
    CalendarYear expected = {2026, false, {off("元旦", "2026-01-01", "2026-01-01")}, {}};
    const Calendar calendar =
        must(Calendar::make("national", {year_2024(), year_2025(), expected}));
    CHECK(calendar.is_published(2025));
    CHECK_FALSE(calendar.is_published(2026));
    CHECK_FALSE(calendar.is_published(2023));
    CHECK_FALSE(calendar.is_published(2027));
    CHECK(calendar.add_working_days(day("2025-12-30"), 1) == DueDate{day("2025-12-31"), false});
    // The statutory day of a provisional year counts as a day off all the same.
    CHECK(calendar.add_working_days(day("2025-12-30"), 2) == DueDate{day("2026-01-02"), true});
    CHECK(calendar.add_working_days(day("2025-12-31"), 0) == DueDate{day("2025-12-31"), false});
    // Not loaded, after and before: weekends only.
    CHECK(calendar.add_working_days(day("2027-04-30"), 1) == DueDate{day("2027-05-03"), true});
    CHECK(calendar.add_working_days(day("2027-10-01"), 5) == DueDate{day("2027-10-08"), true});
    CHECK(calendar.add_working_days(day("2019-09-30"), 1) == DueDate{day("2019-10-01"), true});
    // Day 0 itself is not counted, so its year does not matter.
    CHECK(calendar.add_working_days(day("2023-12-31"), 1) == DueDate{day("2024-01-02"), false});
    CHECK(calendar.subtract_working_days(day("2024-01-01"), 1) == DueDate{day("2023-12-29"), true});
    CHECK(calendar.subtract_working_days(day("2026-01-01"), 1) ==
          DueDate{day("2025-12-31"), false});
    CHECK(Calendar().add_working_days(day("2025-01-03"), 1) == DueDate{day("2025-01-06"), true});
}

TEST_CASE("an overlay takes days away, and is itself published or not") {
    const Calendar national = must(Calendar::make("national", {year_2024(), year_2025()}));
    const Calendar local = must(Calendar::make(
        "chuxiong",
        {{2025,
          true,
          {off("火把节", "2025-01-02", "2025-01-04"), off("彝族年", "2025-03-03", "2025-03-03")},
          {{"彝族年", day("2025-03-08")}}}}));
    const Calendar both = national.with_overlay(local);
    CHECK(both.name() == "national+chuxiong");
    // Friday 3 January and the Saturday that the country makes up are off here.
    CHECK(both.add_working_days(day("2024-12-31"), 1) == DueDate{day("2025-01-06"), false});
    CHECK_FALSE(both.is_working_day(day("2025-03-03")));
    CHECK(both.is_working_day(day("2025-03-08")));
    // Published in the country only: the prefecture may still take days away.
    CHECK(national.add_working_days(day("2024-03-01"), 1) == DueDate{day("2024-03-04"), false});
    CHECK(both.add_working_days(day("2024-03-01"), 1) == DueDate{day("2024-03-04"), true});
    CHECK_FALSE(both.is_published(2024));
    // The parts stay as they were.
    CHECK(national.is_working_day(day("2025-01-03")));
    CHECK_FALSE(local.is_published(2024));

    // A prefecture cannot order work on a holiday of the country.
    const Calendar greedy = must(Calendar::make(
        "greedy",
        {{2025, true, {off("x", "2025-06-02", "2025-06-02")}, {{"x", day("2025-02-01")}}}}));
    const Calendar spring = must(
        Calendar::make("spring", {{2025, true, {off("春节", "2025-02-01", "2025-02-01")}, {}}}));
    CHECK(greedy.is_working_day(day("2025-02-01")));
    CHECK_FALSE(spring.with_overlay(greedy).is_working_day(day("2025-02-01")));
    CHECK(spring.with_overlay(greedy).explain(day("2025-01-31"), 1).skipped ==
          std::vector<DaysOff>{off("春节", "2025-02-01", "2025-02-01"),
                               off("周末", "2025-02-02", "2025-02-02")});
}

TEST_CASE("a deadline can be explained") {
    const Calendar calendar = must(Calendar::make("national", {year_2024(), year_2025()}));
    const Explanation told = calendar.explain(day("2024-12-27"), 5);
    CHECK(told.from == day("2024-12-27"));
    CHECK(told.working_days == 5);
    CHECK(told.result == DueDate{day("2025-01-06"), false});
    CHECK(told.skipped == std::vector<DaysOff>{off("周末", "2024-12-28", "2024-12-29"),
                                               off("元旦", "2025-01-01", "2025-01-02"),
                                               off("周末", "2025-01-05", "2025-01-05")});
    CHECK(told.worked == std::vector<MakeUpDay>{{"元旦", day("2025-01-04")}});
    CHECK(told.unpublished.empty());
    CHECK(calendar.explain(day("2025-12-30"), 3).unpublished == std::vector<int>{2026});
    CHECK(calendar.explain(day("2025-12-30"), 0).skipped.empty());
}

TEST_CASE("what cannot be a calendar is refused, with the date") {
    const auto with_off = [](std::vector<DaysOff> days) {
        return refusal({2025, true, std::move(days), {}});
    };
    const DaysOff good = off("元旦", "2025-01-01", "2025-01-02");
    CHECK(with_off({good}) == "accepted");
    CHECK(with_off({}) == "the year 2025 is published but has no day off");
    CHECK(refusal({2025, false, {}, {}}) == "accepted");
    CHECK(with_off({off("元旦", "2025-01-02", "2025-01-01")}) ==
          "2025-01-02 comes after the end of its holiday");
    CHECK(with_off({off("元旦", "2024-12-31", "2025-01-01")}) ==
          "2024-12-31 is outside the year 2025");
    CHECK(with_off({off("元旦", "2025-12-31", "2026-01-01")}) ==
          "2025-12-31 is outside the year 2025");
    CHECK(with_off({off("春节", "2025-01-02", "2025-01-05"), good}) ==
          "2025-01-02 is given as a day off twice");
    CHECK(with_off({off("", "2025-01-02", "2025-01-05")}) == "2025-01-02 has no proper name");
    CHECK(with_off({off("a\nb", "2025-01-02", "2025-01-05")}) == "2025-01-02 has no proper name");
    const auto with_work = [&](std::vector<MakeUpDay> days) {
        return refusal({2025, true, {good, off("春节", "2025-02-01", "2025-02-03")}, days});
    };
    CHECK(with_work({{"元旦", day("2025-01-03")}}) ==
          "2025-01-03 is made up but is no weekend day");
    CHECK(with_work({{"春节", day("2025-02-02")}}) == "2025-02-02 is both a day off and made up");
    CHECK(with_work({{"春节", day("2025-02-08")}, {"春节", day("2025-02-08")}}) ==
          "2025-02-08 is made up twice");
    CHECK(with_work({{"春节", day("2024-02-04")}}) == "2024-02-04 is outside the year 2025");
    CHECK(refusal({1949, false, {}, {}}) == "the year 1949 is outside 1950 to 2199");
    CHECK(refusal({2200, false, {}, {}}) == "the year 2200 is outside 1950 to 2199");
    CHECK_FALSE(Calendar::make("x", {year_2025(), year_2024(), year_2025()}).has_value());
    CHECK_FALSE(Calendar::make("", {}).has_value());
}

TEST_CASE("a calendar tells from where on another one answers differently") {
    const Calendar before = must(Calendar::make("national", {year_2024()}));
    CalendarYear next = year_2025();
    const Calendar after = must(Calendar::make("national", {year_2024(), next}));
    CHECK(before.first_day_that_differs(after) == day("2025-01-01"));
    CHECK(after.first_day_that_differs(before) == day("2025-01-01"));
    CHECK_FALSE(after.first_day_that_differs(after).has_value());

    // Published as it had been expected: nothing moves, but the flag must go.
    next.published = false;
    const Calendar expected = must(Calendar::make("national", {year_2024(), next}));
    CHECK(expected.first_day_that_differs(after) == day("2025-01-01"));

    // The notice for 2025 may touch December 2024, in which no deadline was provisional.
    CalendarYear late = year_2024();
    late.off.push_back(off("元旦", "2024-12-30", "2024-12-31"));
    const Calendar moved = must(Calendar::make("national", {late, year_2025()}));
    CHECK(before.first_day_that_differs(moved) == day("2024-12-30"));
    // A name alone changes no answer, but the text.
    CalendarYear renamed = year_2024();
    renamed.off[0].name = "新年";
    const Calendar other = must(Calendar::make("national", {renamed}));
    CHECK_FALSE(before.first_day_that_differs(other).has_value());
    CHECK(before.canonical_text() != other.canonical_text());
}

TEST_CASE("the canonical text holds everything, whatever the order it was given in") {
    const Calendar calendar = must(Calendar::make("national", {year_2025(), year_2024()}));
    const Calendar local = must(
        Calendar::make("local", {{2025, false, {off("火把节", "2025-07-16", "2025-07-18")}, {}}}));
    CHECK(calendar.with_overlay(local).canonical_text() ==
          "gongkai calendar 1\n"
          "layer national\n"
          "year 2024 published\n"
          "off 2024-01-01 2024-01-01 元旦\n"
          "work 2024-01-06 元旦\n"
          "year 2025 published\n"
          "off 2025-01-01 2025-01-02 元旦\n"
          "work 2025-01-04 元旦\n"
          "layer local\n"
          "year 2025 provisional\n"
          "off 2025-07-16 2025-07-18 火把节\n");
    CHECK(Calendar().canonical_text() == "gongkai calendar 1\nlayer weekends\n");
}

TEST_CASE("any calendar counts as one would on paper") {
    const auto seed = static_cast<std::uint32_t>(Catch::rngSeed());
    INFO("seed " << seed << " (repeat with --rng-seed)");
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto any_year = [&](int number) {
        CalendarYear year{number, below(4) != 0, {}, {}};
        Date at = to_date(number, 1, 1);
        while (year_of(at) == number) {
            const Date last = std::min(at + below(9), to_date(number, 12, 31));
            const int what = below(3);
            if (what == 0) year.off.push_back({"休" + std::to_string(below(3)), at, last});
            if (what == 1 && is_weekend(last)) year.work.push_back({"班", last});
            at = last + 1 + below(40);
        }
        if (year.off.empty()) year.published = false;
        return year;
    };
    for (int round = 0; round < 60; ++round) {
        std::vector<CalendarYear> years;
        std::vector<CalendarYear> local;
        for (int number = 2018; number < 2024; ++number) {
            if (below(5) != 0) years.push_back(any_year(number));
            if (below(2) != 0) local.push_back(any_year(number + 1));
        }
        Calendar calendar = must(Calendar::make("a", years));
        if (round % 2 == 1) calendar = calendar.with_overlay(must(Calendar::make("b", local)));
        for (int i = 0; i < 200; ++i) {
            const Date from = to_date(2016, 1, 1) + below(365 * 12);
            const int n = 1 + below(i < 5 ? 3'000 : 60);
            const DueDate due = calendar.add_working_days(from, n);
            INFO("round " << round << " from " << to_string(from) << " n " << n);
            const DueDate paper = counted(calendar, from, n);
            if (due != paper) FAIL(to_string(due.due) << " but on paper " << to_string(paper.due));
            if (!calendar.is_working_day(due.due)) FAIL("due on a day off");
            if (calendar.working_days_between(from, due.due) != n) FAIL("does not count back");
            const Date back = calendar.subtract_working_days(due.due, n).due;
            const Date start = calendar.subtract_working_days(from + 1, 1).due;
            if (back != start) FAIL("back to " << to_string(back) << " not " << to_string(start));

            const Explanation told = calendar.explain(from, n);
            std::int64_t days = 0;
            for (const DaysOff& span : told.skipped) {
                for (Date d = span.first; d <= span.last; ++d, ++days) {
                    if (calendar.is_working_day(d)) FAIL("skipped a working day");
                }
            }
            if (days + n != due.due - from) FAIL("explains " << days << " days off");
            if (told.unpublished.empty() == told.result.provisional) FAIL("cannot say why");
        }
    }
}
