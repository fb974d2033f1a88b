#include "engine/duty.hpp"

#include <algorithm>
#include <string_view>

namespace gongkai::engine {

namespace {

constexpr int months_in(Period period) {
    switch (period) {
        case Period::year:
            return 12;
        case Period::half_year:
            return 6;
        case Period::quarter:
            return 3;
        default:
            return 1;
    }
}

// The day in the `offset`-th period from the one that holds `today`.
Date nominal(const Duty& duty, Date today, int offset) {
    if (duty.period == Period::week) {
        // 1970-01-01 was a Thursday.
        const std::int32_t since_monday = ((today.days + 3) % 7 + 7) % 7;
        return today - since_monday + (duty.day - 1) + 7 * offset;
    }
    const Civil civil = to_civil(today);
    const int length = months_in(duty.period);
    int months = civil.year * 12 + (civil.month - 1);
    months = months / length * length + offset * length + (duty.month - 1);
    const int year = months / 12, month = months % 12 + 1;
    return to_date(year, month, std::min(duty.day, days_in_month(year, month)));
}

bool is_daily(const Duty& duty) {
    return duty.period == Period::day || duty.period == Period::working_day;
}

Occurrence opened(const Duty& duty, Date day, const Calendar& calendar) {
    return {day, calendar.next_working_day_on_or_after(day - duty.ahead).due};
}

void put_in(std::string& text, std::string_view word, const std::string& value) {
    for (std::size_t at = text.find(word); at != std::string::npos;
         at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
}

}  // namespace

std::optional<Occurrence> due(const Duty& duty, Date today, const Calendar& calendar) {
    if (is_daily(duty)) {
        const bool off = duty.period == Period::working_day && !calendar.is_working_day(today);
        if (off) return std::nullopt;
        return Occurrence{today, today};
    }
    // `ahead` reaches one period forward. Two back are enough: no holiday moves an occurrence by
    // two weeks, and a week is the shortest period.
    for (int offset = 1; offset >= -2; --offset) {
        const Occurrence one = opened(duty, nominal(duty, today, offset), calendar);
        if (one.from <= today) return one;
    }
    return std::nullopt;
}

Occurrence next(const Duty& duty, Date today, const Calendar& calendar) {
    if (duty.period == Period::day) return {today + 1, today + 1};
    if (duty.period == Period::working_day) {
        const Date day = calendar.add_working_days(today, 1).due;
        return {day, day};
    }
    for (int offset = -1;; ++offset) {
        const Occurrence one = opened(duty, nominal(duty, today, offset), calendar);
        if (one.from > today) return one;
    }
}

Duty on_day_of_year(Duty duty, int month, int day) {
    duty.period = Period::year;
    duty.month = month;
    duty.day = day;
    return duty;
}

std::string with_day(std::string text, Date day) {
    const int year = year_of(day);
    put_in(text, "{date}", to_string(day));
    put_in(text, "{year}", std::to_string(year));
    put_in(text, "{last_year}", std::to_string(year - 1));
    return text;
}

std::string with_item(std::string text, const DutyItem& item) {
    put_in(text, "{code}", item.code);
    put_in(text, "{item}", item.title);
    return text;
}

std::string with_crowd(std::string text, const DutyCrowd& crowd) {
    put_in(text, "{first}", crowd.first);
    put_in(text, "{numbers}", crowd.numbers);
    put_in(text, "{count}", std::to_string(crowd.documents));
    put_in(text, "{people}", std::to_string(crowd.people));
    return text;
}

}  // namespace gongkai::engine
