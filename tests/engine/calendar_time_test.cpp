// Days, instants and how they are written.
#include <catch2/catch.hpp>

#include "engine/time.hpp"

using namespace gongkai::engine;

TEST_CASE("days and civil dates agree, day by day over 600 years") {
    Date date = to_date(1800, 1, 1);
    int day_of_week = weekday(date);
    for (int year = 1800; year < 2400; ++year) {
        for (int month = 1; month <= 12; ++month) {
            for (int day = 1; day <= days_in_month(year, month); ++day, ++date) {
                if (to_date(year, month, day) != date) FAIL(year << "-" << month << "-" << day);
                if (to_civil(date) != Civil{year, month, day}) FAIL(date.days);
                if (weekday(date) != day_of_week) FAIL(date.days);
                day_of_week = day_of_week % 7 + 1;
            }
        }
    }
    STATIC_REQUIRE(to_date(1970, 1, 1).days == 0);
    STATIC_REQUIRE(to_date(2000, 2, 29).days == 11'016);
    STATIC_REQUIRE(weekday(to_date(2026, 9, 19)) == 6);
}

TEST_CASE("a date is read strictly") {
    CHECK(parse_date("2026-02-28") == to_date(2026, 2, 28));
    CHECK(parse_date("2024-02-29") == to_date(2024, 2, 29));
    CHECK(parse_date("0001-01-01") == to_date(1, 1, 1));
    for (const char* text :
         {"",           "2026",        "2026-02-30",  "2026-02-29",  "1900-02-29", "2026-13-01",
          "2026-00-01", "2026-01-00",  "2026-01-32",  "2026-04-31",  "2026-1-01",  "2026-01-1",
          "26-01-01",   " 2026-01-01", "2026-01-01 ", "2026-01-01T", "+026-01-01", "2026/01/01",
          "2026-01-0a", "0000-01-01",  "2026-01-011", "２026-01-01"}) {
        INFO(text);
        CHECK_FALSE(parse_date(text).has_value());
    }
    CHECK(to_string(to_date(2026, 9, 8)) == "2026-09-08");
    CHECK(to_string(to_date(1, 2, 3)) == "0001-02-03");
    CHECK(to_string(to_date(9999, 12, 31)) == "9999-12-31");
}

TEST_CASE("an instant is read strictly and written with milliseconds") {
    CHECK(to_string(Instant{0}) == "1970-01-01T00:00:00.000Z");
    CHECK(to_string(Instant{-1}) == "1969-12-31T23:59:59.999Z");
    CHECK(parse_instant("2026-09-18T01:02:03.456Z")->ms ==
          std::int64_t{to_date(2026, 9, 18).days} * ms_per_day + 3'723'456);
    CHECK(parse_instant("2026-09-18T01:02:03Z") == parse_instant("2026-09-18T01:02:03.000Z"));
    CHECK(parse_instant("2026-09-18T01:02:03.4Z") == parse_instant("2026-09-18T01:02:03.400Z"));
    CHECK(parse_instant("1969-12-31T23:59:59.999Z") == Instant{-1});
    for (const char* text :
         {"", "2026-09-18", "2026-09-18T01:02:03", "2026-09-18 01:02:03Z", "2026-09-18t01:02:03Z",
          "2026-09-18T01:02:03z", "2026-09-18T24:00:00Z", "2026-09-18T23:60:00Z",
          "2026-09-18T23:59:60Z", "2026-02-30T00:00:00Z", "2026-09-18T01:02:03.Z",
          "2026-09-18T01:02:03.1234Z", "2026-09-18T01:02:03.1 Z", "2026-09-18T01:02:03+00:00",
          "2026-09-18T01:02:03+08:00", "2026-09-18T01:02:03.456ZZ", "2026-09-18T1:02:03Z0",
          "2026-09-18T01:02:03..1Z", "2026-09-18T01:02:-3Z"}) {
        INFO(text);
        CHECK_FALSE(parse_instant(text).has_value());
    }
    for (std::int64_t ms = -40'000'000'000'000; ms < 40'000'000'000'000; ms += 77'777'777'777) {
        if (parse_instant(to_string(Instant{ms})) != Instant{ms}) FAIL(ms);
    }
}

TEST_CASE("a day in China begins at 16:00 UTC of the day before") {
    const Date day = to_date(2026, 9, 18);
    CHECK(to_string(start_of_day(day)) == "2026-09-17T16:00:00.000Z");
    CHECK(date_in_china(start_of_day(day)) == day);
    CHECK(date_in_china(start_of_day(day) - 1) == day - 1);
    CHECK(date_in_china(start_of_day(day + 1) - 1) == day);
    CHECK(date_in_china(Instant{-china_offset_ms}) == Date{0});
    CHECK(date_in_china(Instant{-china_offset_ms - 1}) == Date{-1});
}

TEST_CASE("a month ends on the same day, or on the last that there is") {
    CHECK(add_months(to_date(2026, 1, 31), 1) == to_date(2026, 2, 28));
    CHECK(add_months(to_date(2024, 1, 31), 1) == to_date(2024, 2, 29));
    CHECK(add_months(to_date(2026, 1, 15), 6) == to_date(2026, 7, 15));
    CHECK(add_months(to_date(2026, 11, 30), 3) == to_date(2027, 2, 28));
    CHECK(add_months(to_date(2026, 3, 31), -1) == to_date(2026, 2, 28));
    CHECK(add_months(to_date(2026, 1, 10), -1) == to_date(2025, 12, 10));
    CHECK(add_months(to_date(2024, 2, 29), 12) == to_date(2025, 2, 28));
    CHECK(add_days(to_date(2026, 2, 27), 30) == to_date(2026, 3, 29));
}
