#include "engine/time.hpp"

namespace gongkai::engine {
namespace {

// Exactly `length` digits at `at`; -1 when there is anything else.
int digits(std::string_view text, std::size_t at, std::size_t length) {
    if (at + length > text.size()) return -1;
    int value = 0;
    for (const char c : text.substr(at, length)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

void append(std::string& out, int value, int width) {
    char buffer[12];
    int at = 12;
    while (value > 0 || width > 0) {
        buffer[--at] = static_cast<char>('0' + value % 10);
        value /= 10;
        --width;
    }
    out.append(buffer + at, static_cast<std::size_t>(12 - at));
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const int year = digits(text, 0, 4);
    const int month = digits(text, 5, 2);
    const int day = digits(text, 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
    if (day > days_in_month(year, month)) return std::nullopt;
    return to_date(year, month, day);
}

std::string to_string(Date date) {
    const Civil civil = to_civil(date);
    std::string out;
    out.reserve(10);
    append(out, civil.year, 4);
    out += '-';
    append(out, civil.month, 2);
    out += '-';
    append(out, civil.day, 2);
    return out;
}

std::optional<Instant> parse_instant(std::string_view text) {
    if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
        return std::nullopt;
    }
    const auto date = parse_date(text.substr(0, 10));
    const int hour = digits(text, 11, 2);
    const int minute = digits(text, 14, 2);
    const int second = digits(text, 17, 2);
    if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        return std::nullopt;
    }
    std::int64_t fraction = 0;
    std::size_t at = 19;
    if (text[at] == '.') {
        const std::size_t length = text.size() - at - 2;  // without the point and the Z
        if (length < 1 || length > 3) return std::nullopt;
        const int value = digits(text, at + 1, length);
        if (value < 0) return std::nullopt;
        fraction = length == 1 ? value * 100 : length == 2 ? value * 10 : value;
        at += 1 + length;
    }
    if (text.substr(at) != "Z") return std::nullopt;
    const std::int64_t seconds = (std::int64_t{hour} * 60 + minute) * 60 + second;
    return Instant{std::int64_t{date->days} * ms_per_day + seconds * ms_per_second + fraction};
}

std::string to_string(Instant at) {
    const std::int64_t days = (at.ms >= 0 ? at.ms : at.ms - (ms_per_day - 1)) / ms_per_day;
    const int ms = static_cast<int>(at.ms - days * ms_per_day);
    std::string out = to_string(Date{static_cast<std::int32_t>(days)});
    out += 'T';
    append(out, ms / 3'600'000, 2);
    out += ':';
    append(out, ms / 60'000 % 60, 2);
    out += ':';
    append(out, ms / 1'000 % 60, 2);
    out += '.';
    append(out, ms % 1'000, 3);
    out += 'Z';
    return out;
}

}  // namespace gongkai::engine
