// The shipped calendars of China and Chuxiong, against known deadlines and against day-by-day
// counting of every date from 2018 to 2026.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "language/calendar_reader.hpp"

using namespace gongkai::engine;

namespace {

Calendar load(const std::string& name) {
    const std::string path = "calendars/" + name + ".yaml";
    std::ifstream in(std::string(GONGKAI_SOURCE_DIR) + "/workflows/" + path);
    REQUIRE(in.good());
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto reading = gongkai::language::read_calendar({path, text});
    INFO(gongkai::language::render(reading.diagnostics));
    REQUIRE(reading.diagnostics.empty());
    REQUIRE(reading.file.has_value());
    return reading.file->calendar;
}

const Calendar& china() {
    static const Calendar calendar = load("china");
    return calendar;
}

const Calendar& china_and_chuxiong() {
    static const Calendar calendar = china().with_overlay(load("chuxiong"));
    return calendar;
}

Date day(const char* text) {
    return parse_date(text).value();
}

}  // namespace

TEST_CASE("known deadlines come out right") {
    struct Known {
        const char* received;
        int working_days;
        const char* due;
        const char* because;
    };
    static constexpr Known known[] = {
        {"2018-02-09", 20, "2018-03-14", "Spring Festival, made up on a Sunday and a Saturday"},
        {"2019-04-26", 20, "2019-05-27", "the May holiday that was lengthened in March"},
        {"2020-01-20", 20, "2020-02-25", "the Spring Festival that was lengthened in January"},
        {"2021-09-24", 7, "2021-10-09", "a notice to supplement; Sunday 09-26 is worked"},
        {"2023-09-28", 20, "2023-11-01", "the eve of eight days off; 10-07 and 10-08 are worked"},
        {"2024-09-13", 15, "2024-10-11", "a third party's opinion; two holidays, three made up"},
        {"2025-01-24", 20, "2025-02-27", "Spring Festival; 01-26 and 02-08 are worked"},
        {"2025-09-26", 20, "2025-10-30", "eight days off; 09-28 and 10-11 are worked"},
        {"2026-02-12", 20, "2026-03-18", "nine days off; 02-14 and 02-28 are worked"},
        {"2026-09-18", 20, "2026-10-22", "two holidays; 09-20 and 10-10 are worked"},
        {"2026-09-19", 20, "2026-10-22", "received on a Saturday off: the same"},
        {"2026-11-23", 20, "2026-12-21", "stays inside the year"},
        {"2025-07-01", 20, "2025-07-29", "no holiday of the country"},
    };
    for (const Known& each : known) {
        INFO(each.received << ": " << each.because);
        CHECK(china().add_working_days(day(each.received), each.working_days) ==
              DueDate{day(each.due), false});
    }
    // 火把节, 16 to 18 July; the notice of that year was not received whole.
    CHECK(china_and_chuxiong().name() == "national+chuxiong");
    CHECK(china_and_chuxiong().add_working_days(day("2025-07-01"), 20) ==
          DueDate{day("2025-08-01"), true});
    CHECK(china_and_chuxiong().add_working_days(day("2024-07-26"), 1) ==
          DueDate{day("2024-08-01"), false});
}

TEST_CASE("each year has as many working and make-up days as its notice gives") {
    struct Year {
        int year, working, made_up;
    };
    static constexpr Year years[] = {{2018, 250, 7}, {2019, 250, 6}, {2020, 249, 6},
                                     {2021, 250, 7}, {2022, 249, 7}, {2023, 249, 7},
                                     {2024, 251, 8}, {2025, 248, 5}, {2026, 248, 6}};
    for (const Year& each : years) {
        INFO(each.year);
        int working = 0;
        int made_up = 0;
        const Date end = to_date(each.year + 1, 1, 1);
        for (Date date = to_date(each.year, 1, 1); date < end; ++date) {
            if (!china().is_working_day(date)) continue;
            ++working;
            if (is_weekend(date)) ++made_up;
        }
        CHECK(working == each.working);
        CHECK(made_up == each.made_up);
        CHECK(china().working_days_between(to_date(each.year, 1, 1) - 1, end - 1) == working);
        CHECK(china().is_published(each.year));
    }
}

TEST_CASE("the table agrees with counting on paper, from every day of nine years") {
    for (const Calendar* calendar : {&china(), &china_and_chuxiong()}) {
        for (Date from = to_date(2018, 1, 1); from <= to_date(2026, 12, 31); ++from) {
            Date paper = from;
            bool unsure = false;
            int n = 0;
            for (const int wanted : {1, 5, 7, 15, 20, 40}) {
                while (n < wanted) {
                    ++paper;
                    if (!calendar->is_published(year_of(paper))) unsure = true;
                    if (calendar->is_working_day(paper)) ++n;
                }
                const DueDate due = calendar->add_working_days(from, wanted);
                if (due != DueDate{paper, unsure}) {
                    FAIL(calendar->name() << ": " << to_string(from) << " + " << wanted << " is "
                                          << to_string(paper) << ", not " << to_string(due.due));
                }
            }
        }
    }
}

TEST_CASE("a deadline that crosses into 2027 is provisional until the notice is loaded") {
    CHECK_FALSE(china().is_published(2027));
    const DueDate first = china().add_working_days(day("2026-11-23"), 20);
    CHECK_FALSE(first.provisional);
    // Extended once by twenty more (条例 第33条): over New Year's Day.
    CHECK(china().add_working_days(first.due, 20) == DueDate{day("2027-01-19"), true});
    CHECK(china().explain(first.due, 20).unpublished == std::vector<int>{2027});
    CHECK(china().add_working_days(day("2017-12-31"), 1) == DueDate{day("2018-01-02"), false});
    CHECK(china().add_working_days(day("2017-12-28"), 1) == DueDate{day("2017-12-29"), true});
}

TEST_CASE("an explanation names the holidays that were skipped") {
    const Explanation told = china_and_chuxiong().explain(day("2025-07-01"), 20);
    std::string story;
    for (const DaysOff& span : told.skipped) {
        story += span.name + ' ' + to_string(span.first) + ".." + to_string(span.last) + '\n';
    }
    CHECK(story ==
          "周末 2025-07-05..2025-07-06\n"
          "周末 2025-07-12..2025-07-13\n"
          "火把节 2025-07-16..2025-07-18\n"
          "周末 2025-07-19..2025-07-20\n"
          "周末 2025-07-26..2025-07-27\n");
    const Explanation spring = china().explain(day("2026-02-12"), 20);
    CHECK(spring.worked ==
          std::vector<MakeUpDay>{{"春节", day("2026-02-14")}, {"春节", day("2026-02-28")}});
    CHECK(spring.skipped.front() == DaysOff{"春节", day("2026-02-15"), day("2026-02-23")});
}
