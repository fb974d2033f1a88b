// Days and instants. Numbers only: the engine never asks a clock, what time it is arrives as a
// value.
//
// A period of the law is counted in days of China's one official time, +08:00 all year round (no
// daylight saving since 1992; dates before that are not used). An instant is UTC.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gongkai::engine {

inline constexpr std::int64_t ms_per_second = 1'000;
inline constexpr std::int64_t ms_per_minute = 60 * ms_per_second;
inline constexpr std::int64_t ms_per_hour = 60 * ms_per_minute;
inline constexpr std::int64_t ms_per_day = 24 * ms_per_hour;
inline constexpr std::int64_t china_offset_ms = 8 * ms_per_hour;

// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct Instant {
    std::int64_t ms = 0;

    auto operator<=>(const Instant&) const = default;
    friend constexpr Instant operator+(Instant at, std::int64_t by_ms) { return {at.ms + by_ms}; }
    friend constexpr Instant operator-(Instant at, std::int64_t by_ms) { return {at.ms - by_ms}; }
    friend constexpr std::int64_t operator-(Instant a, Instant b) { return a.ms - b.ms; }
};

// Days since 1970-01-01, in the proleptic Gregorian calendar. Year 1 to 9999 can be written down.
struct Date {
    std::int32_t days = 0;

    auto operator<=>(const Date&) const = default;
    friend constexpr Date operator+(Date date, std::int32_t n) { return {date.days + n}; }
    friend constexpr Date operator-(Date date, std::int32_t n) { return {date.days - n}; }
    friend constexpr std::int32_t operator-(Date a, Date b) { return a.days - b.days; }
    constexpr Date& operator++() {
        ++days;
        return *this;
    }
};

struct Civil {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;    // 1 to 31

    auto operator<=>(const Civil&) const = default;
};

constexpr bool is_leap_year(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(int year, int month) {
    if (month == 2) return is_leap_year(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// The two conversions count from 1 March of a 400-year era, so that the leap day is the last of a
// year (Howard Hinnant, "chrono-compatible low-level date algorithms"). The day must exist.
constexpr Date to_date(Civil civil) {
    const int year = civil.month <= 2 ? civil.year - 1 : civil.year;
    const int era = (year >= 0 ? year : year - 399) / 400;
    const int year_of_era = year - era * 400;
    const int month_from_march = civil.month > 2 ? civil.month - 3 : civil.month + 9;
    const int day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return {era * 146'097 + day_of_era - 719'468};
}

constexpr Date to_date(int year, int month, int day) {
    return to_date(Civil{year, month, day});
}

constexpr Civil to_civil(Date date) {
    const int shifted = date.days + 719'468;
    const int era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const int day_of_era = shifted - era * 146'097;
    const int year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month_from_march = (5 * day_of_year + 2) / 153;
    const int day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr int year_of(Date date) {
    return to_civil(date).year;
}

// 1 is Monday, 7 is Sunday (ISO 8601).
constexpr int weekday(Date date) {
    const int from_monday = (date.days + 3) % 7;  // 1970-01-01 was a Thursday
    return (from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

constexpr bool is_weekend(Date date) {
    return weekday(date) >= 6;
}

// The day that an instant falls on in China.
constexpr Date date_in_china(Instant at) {
    const std::int64_t local = at.ms + china_offset_ms;
    const std::int64_t days = (local >= 0 ? local : local - (ms_per_day - 1)) / ms_per_day;
    return {static_cast<std::int32_t>(days)};
}

// 00:00 +08:00. A period whose last day is `date` is kept until just before start_of_day(date + 1).
constexpr Instant start_of_day(Date date) {
    return {std::int64_t{date.days} * ms_per_day - china_offset_ms};
}

// Counting starts on the day after `from` (民法典 第201条): the last of n calendar days.
constexpr Date add_days(Date from, int n) {
    return from + n;
}

// The same day of the month, n months on; the last day of that month where it has no such day
// (民法典 第202条). n may be negative. The last day of a period that falls on a day off moves on:
// Calendar::next_working_day_on_or_after.
constexpr Date add_months(Date from, int n) {
    const Civil civil = to_civil(from);
    const int months = civil.year * 12 + civil.month - 1 + n;
    const int year = (months >= 0 ? months : months - 11) / 12;
    const int month = months - year * 12 + 1;
    const int last = days_in_month(year, month);
    return to_date(year, month, civil.day < last ? civil.day : last);
}

// YYYY-MM-DD and nothing else: a day that does not exist, a sign, a blank or a short field is
// refused.
std::optional<Date> parse_date(std::string_view text);
std::string to_string(Date date);

// RFC 3339 in UTC: 2026-09-18T01:02:03.456Z. Read strictly: capital T and Z, one to three digits of
// fraction or none (more would be lost), no leap second, no other offset. Written with three
// digits.
std::optional<Instant> parse_instant(std::string_view text);
std::string to_string(Instant at);

}  // namespace gongkai::engine
