#include "engine/calendar.hpp"

#include <algorithm>
#include <iterator>

namespace gongkai::engine {
namespace {

constexpr int earliest_year = 1950;
constexpr int latest_year = 2199;
constexpr const char* weekend_name = "周末";

Date first_of(int year) {
    return to_date(year, 1, 1);
}

// Mondays to Fridays after Sunday 1970-01-04, up to and including `date`; negative before it. From
// a Sunday on, a week is five days that count and two that do not.
std::int64_t weekdays_up_to(Date date) {
    const std::int64_t days = std::int64_t{date.days} - 3;
    const std::int64_t weeks = (days >= 0 ? days : days - 6) / 7;
    return weeks * 5 + std::min<std::int64_t>(days - weeks * 7, 5);
}

// The n-th Monday to Friday by the same count.
Date nth_weekday(std::int64_t n) {
    const std::int64_t weeks = (n > 0 ? n - 1 : n - 5) / 5;
    return {static_cast<std::int32_t>(3 + weeks * 7 + (n - weeks * 5))};
}

Error wrong(Date date, const std::string& what) {
    return {ErrorCode::invalid_argument, to_string(date) + " " + what};
}

bool is_good_name(const std::string& name) {
    return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

Result<void> check_year(CalendarYear& year) {
    if (year.year < earliest_year || year.year > latest_year) {
        return Error{ErrorCode::invalid_argument,
                     "the year " + std::to_string(year.year) + " is outside 1950 to 2199"};
    }
    const Date first = first_of(year.year);
    const Date last = first_of(year.year + 1) - 1;
    std::sort(year.off.begin(), year.off.end(),
              [](const DaysOff& a, const DaysOff& b) { return a.first < b.first; });
    std::sort(year.work.begin(), year.work.end(),
              [](const MakeUpDay& a, const MakeUpDay& b) { return a.day < b.day; });
    Date free = first;
    for (const DaysOff& off : year.off) {
        if (!is_good_name(off.name)) return wrong(off.first, "has no proper name");
        if (off.first < first || off.last > last) {
            return wrong(off.first, "is outside the year " + std::to_string(year.year));
        }
        if (off.last < off.first) return wrong(off.first, "comes after the end of its holiday");
        if (off.first < free) return wrong(off.first, "is given as a day off twice");
        free = off.last + 1;
    }
    std::optional<Date> previous;
    for (const MakeUpDay& work : year.work) {
        if (!is_good_name(work.name)) return wrong(work.day, "has no proper name");
        if (work.day < first || work.day > last) {
            return wrong(work.day, "is outside the year " + std::to_string(year.year));
        }
        if (!is_weekend(work.day)) return wrong(work.day, "is made up but is no weekend day");
        if (previous == work.day) return wrong(work.day, "is made up twice");
        previous = work.day;
        for (const DaysOff& off : year.off) {
            if (off.first <= work.day && work.day <= off.last) {
                return wrong(work.day, "is both a day off and made up");
            }
        }
    }
    if (year.published && year.off.empty()) {
        return Error{ErrorCode::invalid_argument,
                     "the year " + std::to_string(year.year) + " is published but has no day off"};
    }
    return {};
}

}  // namespace

Calendar::Calendar() : Calendar(std::vector<Layer>{Layer{"weekends", {}}}) {}

Calendar::Calendar(std::vector<Layer> layers) : layers_(std::move(layers)), names_{weekend_name} {
    int last_year = 0;
    first_year_ = latest_year + 1;
    for (const Layer& layer : layers_) {
        if (!name_.empty()) name_ += '+';
        name_ += layer.name;
        if (layer.years.empty()) continue;
        first_year_ = std::min(first_year_, layer.years.front().year);
        last_year = std::max(last_year, layer.years.back().year);
    }
    if (last_year == 0) {  // an empty table, somewhere
        first_year_ = 1970;
        last_year = 1969;
    }
    published_.assign(static_cast<std::size_t>(last_year - first_year_ + 1), 1);
    begin_ = first_of(first_year_);
    end_ = first_of(last_year + 1);
    const auto size = static_cast<std::size_t>(end_ - begin_);
    kinds_.reserve(size);
    for (Date day = begin_; kinds_.size() < size; ++day) {
        kinds_.push_back(is_weekend(day) ? Kind::weekend : Kind::weekday);
    }
    day_names_.assign(size, 0);
    for (const Layer& layer : layers_)
        lay_over(layer);

    ranks_.reserve(size);
    working_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        if (kinds_[i] == Kind::weekday || kinds_[i] == Kind::make_up) {
            working_.push_back(begin_ + static_cast<std::int32_t>(i));
        }
        ranks_.push_back(static_cast<std::int32_t>(working_.size()));
    }
}

void Calendar::lay_over(const Layer& layer) {
    std::vector<char> published(published_.size(), 0);
    const auto index = [this](Date day) { return static_cast<std::size_t>(day - begin_); };
    const auto named = [this](const std::string& name) {
        const auto at = std::find(names_.begin(), names_.end(), name) - names_.begin();
        if (at == std::ssize(names_)) names_.push_back(name);
        return static_cast<std::uint16_t>(at);
    };
    for (const CalendarYear& year : layer.years) {
        published[static_cast<std::size_t>(year.year - first_year_)] = year.published ? 1 : 0;
        for (const DaysOff& off : year.off) {
            const std::uint16_t name = named(off.name);
            for (Date day = off.first; day <= off.last; ++day) {
                if (kinds_[index(day)] == Kind::off) continue;
                kinds_[index(day)] = Kind::off;
                day_names_[index(day)] = name;
            }
        }
        for (const MakeUpDay& work : year.work) {
            if (kinds_[index(work.day)] != Kind::weekend) continue;
            kinds_[index(work.day)] = Kind::make_up;
            day_names_[index(work.day)] = named(work.name);
        }
    }
    for (std::size_t i = 0; i < published_.size(); ++i)
        published_[i] &= published[i];
}

Result<Calendar> Calendar::make(std::string name, std::vector<CalendarYear> years) {
    if (!is_good_name(name)) {
        return Error{ErrorCode::invalid_argument, "a calendar needs a proper name"};
    }
    std::sort(years.begin(), years.end(),
              [](const CalendarYear& a, const CalendarYear& b) { return a.year < b.year; });
    for (std::size_t i = 0; i < years.size(); ++i) {
        if (i > 0 && years[i - 1].year == years[i].year) {
            return Error{ErrorCode::invalid_argument,
                         "the year " + std::to_string(years[i].year) + " is given twice"};
        }
        TRY_VOID(check_year(years[i]));
    }
    return Calendar(std::vector<Layer>{Layer{std::move(name), std::move(years)}});
}

Calendar Calendar::with_overlay(const Calendar& overlay) const {
    std::vector<Layer> layers = layers_;
    layers.insert(layers.end(), overlay.layers_.begin(), overlay.layers_.end());
    return Calendar(std::move(layers));
}

Calendar::Kind Calendar::kind(Date date) const {
    if (date < begin_ || date >= end_) return is_weekend(date) ? Kind::weekend : Kind::weekday;
    return kinds_[static_cast<std::size_t>(date - begin_)];
}

const std::string& Calendar::day_name(Date date) const {
    if (date < begin_ || date >= end_) return names_[0];
    return names_[day_names_[static_cast<std::size_t>(date - begin_)]];
}

bool Calendar::is_published(int year) const {
    const std::int64_t i = std::int64_t{year} - first_year_;
    return i >= 0 && i < static_cast<std::int64_t>(published_.size()) &&
           published_[static_cast<std::size_t>(i)] != 0;
}

bool Calendar::is_working_day(Date date) const {
    const Kind what = kind(date);
    return what == Kind::weekday || what == Kind::make_up;
}

std::int64_t Calendar::rank(Date date) const {
    if (date < begin_) return weekdays_up_to(date) - weekdays_up_to(begin_ - 1);
    if (date < end_) return ranks_[static_cast<std::size_t>(date - begin_)];
    return static_cast<std::int64_t>(working_.size()) + weekdays_up_to(date) -
           weekdays_up_to(end_ - 1);
}

Date Calendar::select(std::int64_t nth) const {
    if (nth < 1) return nth_weekday(nth + weekdays_up_to(begin_ - 1));
    const auto inside = static_cast<std::int64_t>(working_.size());
    if (nth <= inside) return working_[static_cast<std::size_t>(nth - 1)];
    return nth_weekday(nth - inside + weekdays_up_to(end_ - 1));
}

bool Calendar::is_provisional(Date first_day, Date last_day) const {
    const int last_year = year_of(last_day);
    for (int year = year_of(first_day); year <= last_year; ++year) {
        if (!is_published(year)) return true;
    }
    return false;
}

DueDate Calendar::add_working_days(Date from, int n) const {
    if (n <= 0) return {from, false};
    const Date due = select(rank(from) + n);
    return {due, is_provisional(from + 1, due)};
}

DueDate Calendar::subtract_working_days(Date from, int n) const {
    if (n <= 0) return {from, false};
    const Date due = select(rank(from - 1) - n + 1);
    return {due, is_provisional(due, from - 1)};
}

DueDate Calendar::next_working_day_on_or_after(Date date) const {
    const Date due = select(rank(date - 1) + 1);
    return {due, is_provisional(date, due)};
}

std::int64_t Calendar::working_days_between(Date from, Date to) const {
    return rank(to) - rank(from);
}

Explanation Calendar::explain(Date from, int n) const {
    Explanation out{from, n, add_working_days(from, n), {}, {}, {}};
    for (Date day = from + 1; day <= out.result.due; ++day) {
        const Kind what = kind(day);
        if (what == Kind::make_up) out.worked.push_back({day_name(day), day});
        if (what == Kind::weekday || what == Kind::make_up) continue;
        const std::string& name = day_name(day);
        if (!out.skipped.empty() && out.skipped.back().last + 1 == day &&
            out.skipped.back().name == name) {
            out.skipped.back().last = day;
        } else {
            out.skipped.push_back({name, day, day});
        }
    }
    if (out.result.provisional) {
        for (int year = year_of(from + 1); year <= year_of(out.result.due); ++year) {
            if (!is_published(year)) out.unpublished.push_back(year);
        }
    }
    return out;
}

std::optional<Date> Calendar::first_day_that_differs(const Calendar& other) const {
    const Date stop = std::max(end_, other.end_);
    for (Date day = std::min(begin_, other.begin_); day < stop; ++day) {
        const int year = year_of(day);
        if (is_working_day(day) != other.is_working_day(day) ||
            is_published(year) != other.is_published(year)) {
            return day;
        }
    }
    return std::nullopt;
}

std::string Calendar::canonical_text() const {
    std::string out = "gongkai calendar 1\n";
    for (const Layer& layer : layers_) {
        out += "layer " + layer.name + '\n';
        for (const CalendarYear& year : layer.years) {
            out += "year " + std::to_string(year.year);
            out += year.published ? " published\n" : " provisional\n";
            for (const DaysOff& off : year.off) {
                out += "off " + to_string(off.first) + ' ' + to_string(off.last) + ' ';
                out += off.name + '\n';
            }
            for (const MakeUpDay& work : year.work) {
                out += "work " + to_string(work.day) + ' ' + work.name + '\n';
            }
        }
    }
    return out;
}

}  // namespace gongkai::engine
