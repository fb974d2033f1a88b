// What the reader of calendars accepts, and where it points when it does not.
#include "language/calendar_reader.hpp"

#include <catch2/catch.hpp>

using namespace gongkai;
using language::Diagnostic;

namespace {

constexpr const char* head =
    "calendar: national\n"  // 1
    "title: 全国\n"         // 2
    "basis: 放假办法\n"     // 3
    "years:\n"              // 4
    "  2026:\n";            // 5

constexpr const char* status = "    status: published\n    source: http://x\n";  // 6, 7

language::CalendarReading read(const std::string& text) {
    return language::read_calendar({"calendars/test.yaml", text});
}

// "code line:column" of each finding.
std::string findings(const std::string& text) {
    const auto reading = read(text);
    std::string out;
    for (const Diagnostic& each : reading.diagnostics) {
        CHECK(each.file == "calendars/test.yaml");
        CHECK_FALSE(each.message.empty());
        CHECK_FALSE(each.message_zh.empty());
        if (!out.empty()) out += ", ";
        out += each.code + ' ' + std::to_string(each.line) + ':' + std::to_string(each.column);
    }
    CHECK(reading.file.has_value() == out.empty());
    return out;
}

std::string in_holidays(const std::string& lines) {
    return findings(std::string(head) + status + "    holidays:\n" + lines);
}

}  // namespace

TEST_CASE("a calendar is read with all that it says") {
    const auto reading = read(std::string(head) + status +
                              "    note: 暂无\n"
                              "    holidays:\n"
                              "      元旦: {off: 01-01 to 01-03, work: 01-04}\n"
                              "      春节: {off: [02-15, 02-17 to 02-23], work: [02-14, 02-28]}\n"
                              "  2027:\n"
                              "    status: provisional\n"
                              "    holidays: {元旦: {off: 01-01}}\n");
    REQUIRE(reading.diagnostics.empty());
    REQUIRE(reading.file.has_value());
    const auto& file = *reading.file;
    CHECK(file.title == "全国");
    CHECK(file.over.empty());
    CHECK(file.basis == std::vector<std::string>{"放假办法"});
    REQUIRE(file.years.size() == 2);
    CHECK(file.years[0].sources == std::vector<std::string>{"http://x"});
    CHECK(file.years[0].note == "暂无");
    CHECK(file.years[1].sources.empty());
    CHECK(file.calendar.canonical_text() ==
          "gongkai calendar 1\n"
          "layer national\n"
          "year 2026 published\n"
          "off 2026-01-01 2026-01-03 元旦\n"
          "off 2026-02-15 2026-02-15 春节\n"
          "off 2026-02-17 2026-02-23 春节\n"
          "work 2026-01-04 元旦\n"
          "work 2026-02-14 春节\n"
          "work 2026-02-28 春节\n"
          "year 2027 provisional\n"
          "off 2027-01-01 2027-01-01 元旦\n");
}

TEST_CASE("a wrong day of a calendar is pointed at") {
    CHECK(in_holidays("      元旦: {off: 01-01}\n").empty());
    CHECK(in_holidays("      元旦: {off: 02-29}\n") == "no_such_day 9:17");
    CHECK(in_holidays("      元旦: {off: 13-01}\n") == "no_such_day 9:17");
    CHECK(in_holidays("      元旦: {off: 1-1}\n") == "bad_date 9:17");
    CHECK(in_holidays("      元旦: {off: 2026-01-01}\n") == "bad_date 9:17");
    CHECK(in_holidays("      元旦: {off: 01-01 to 01-32}\n") == "no_such_day 9:26");
    CHECK(in_holidays("      元旦: {off: 01-01 until 01-02}\n") == "bad_date 9:17");
    CHECK(in_holidays("      元旦: {off: 12-31 to 01-02}\n") == "bad_range 9:17");
    CHECK(in_holidays("      元旦: {off: 01-01, work: 01-05}\n") == "make_up_on_weekday 9:30");
    CHECK(in_holidays("      元旦: {off: 01-01 to 01-04, work: 01-04}\n") ==
          "off_and_made_up 9:39");
    CHECK(in_holidays("      元旦: {off: 01-01 to 01-04}\n      春节: {off: 01-04}\n") ==
          "day_twice 10:17");
    CHECK(in_holidays("      元旦: {off: 01-01, work: [01-04, 01-04]}\n") == "day_twice 9:38");
    CHECK(in_holidays("      元旦: {work: 01-04}\n") == "missing_key 9:7");
    CHECK(in_holidays("      元旦: {off: []}\n") == "wrong_kind 9:17");
    CHECK(in_holidays("      元旦: {off: {a: b}}\n") == "wrong_kind 9:17");
    CHECK(in_holidays("      元旦: 01-01\n") == "wrong_kind 9:11");
    CHECK(in_holidays("      元旦: {of: 01-01, off: 01-02}\n") == "unknown_key 9:12");
}

TEST_CASE("a wrong shape of a calendar is pointed at") {
    const std::string good = "    holidays: {元旦: {off: 01-01}}\n";
    CHECK(findings(head + std::string(status) + good).empty());
    CHECK(findings(head + good) == "missing_key 5:3");
    CHECK(findings(head + std::string("    status: published\n") + good) == "missing_key 5:3");
    CHECK(findings(head + std::string("    status: provisional\n") + good).empty());
    CHECK(findings(head + std::string("    status: publishd\n") + good) == "bad_status 6:13");
    CHECK(findings(head + std::string(status)) == "missing_key 5:3");
    CHECK(findings(head + std::string(status) + "    days: x\n" + good) == "unknown_key 8:5");
    const std::string start = "calendar: a\ntitle: b\nbasis: c\n";
    CHECK(findings(start) == "missing_key 1:1");
    CHECK(findings(start + "years: {26: {status: provisional}}\n") == "bad_year 4:9");
    CHECK(findings(start + "years: {0026: {status: provisional}}\n") == "bad_year 4:9");
    CHECK(findings(start + "years: 2026\n") == "wrong_kind 4:8");
    CHECK(findings("title: b\nbasis: c\nyears: {}\ncalendar: A+b\n") ==
          "wrong_kind 3:8, bad_name 4:11");
    CHECK_FALSE(findings("").empty());
    CHECK_FALSE(findings("- a\n").empty());
    CHECK_FALSE(findings("calendar: [").empty());
}

TEST_CASE("a calendar has no aliases, tags, duplicates or second document") {
    const std::string good = std::string(head) + status;
    CHECK_FALSE(in_holidays("      元旦: {off: 01-01}\n      元旦: {off: 01-02}\n").empty());
    CHECK_FALSE(in_holidays("      元旦: &a {off: 01-01}\n      春节: *a\n").empty());
    CHECK_FALSE(in_holidays("      元旦: {off: !!str 01-01}\n").empty());
    CHECK_FALSE(in_holidays("      元旦: {off: 01-01}\n---\na: b\n").empty());
    CHECK_FALSE(
        findings(good + "    holidays: {元旦: {off: 01-01}}\n  2026:\n    status: x\n").empty());
}
