#include "app/calendars.hpp"

#include <charconv>
#include <vector>

#include "storage/audit/hash.hpp"

namespace gongkai::app {

std::shared_ptr<const NamedCalendar> NamedCalendar::make(engine::Calendar calendar) {
    auto named = std::make_shared<NamedCalendar>();
    named->source = calendar.canonical_text();
    named->digest = storage::audit::sha256(named->source);
    named->calendar = std::move(calendar);
    return named;
}

namespace {

// Splits off what stands before the next separator; the whole text where there is none.
std::string_view next_token(std::string_view& text, char separator) {
    const auto at = text.find(separator);
    const std::string_view token = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return token;
}

struct CalendarLayer {
    std::string name;
    std::vector<engine::CalendarYear> years;
};

// What a line is wrong in becomes a default; the comparison of the text at the end finds it.
void read_line(std::string_view line, std::vector<CalendarLayer>& layers) {
    const std::string_view kind = next_token(line, ' ');
    if (kind == "layer") {
        layers.push_back({std::string(line), {}});
        return;
    }
    if (layers.empty()) return;
    auto& years = layers.back().years;
    if (kind == "year") {
        const std::string_view number = next_token(line, ' ');
        engine::CalendarYear& year = years.emplace_back();
        std::from_chars(number.data(), number.data() + number.size(), year.year);
        year.published = line == "published";
        return;
    }
    if (years.empty()) return;
    const auto date = [&] {
        return engine::parse_date(next_token(line, ' ')).value_or(engine::Date{});
    };
    if (kind == "off") {
        engine::DaysOff off;
        off.first = date();
        off.last = date();
        off.name = line;
        years.back().off.push_back(std::move(off));
    } else if (kind == "work") {
        engine::MakeUpDay work;
        work.day = date();
        work.name = line;
        years.back().work.push_back(std::move(work));
    }
}

}  // namespace

engine::Result<engine::Calendar> calendar_from(std::string_view canonical) {
    std::vector<CalendarLayer> layers;
    std::string_view rest = canonical;
    next_token(rest, '\n');
    while (!rest.empty())
        read_line(next_token(rest, '\n'), layers);
    engine::Calendar calendar;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        TRY(auto layer, engine::Calendar::make(layers[i].name, std::move(layers[i].years)));
        calendar = i == 0 ? std::move(layer) : calendar.with_overlay(layer);
    }
    if (calendar.canonical_text() != canonical) {
        return engine::Error{engine::ErrorCode::malformed,
                             "the source of a calendar cannot be read"};
    }
    return calendar;
}

Calendars::Calendars(storage::Store& store)
    : store_(store), current_(NamedCalendar::make(engine::Calendar{})) {}

std::shared_ptr<const NamedCalendar> Calendars::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

engine::Result<bool> Calendars::activate(engine::Calendar calendar) {
    auto next = NamedCalendar::make(std::move(calendar));
    const auto keep = [next](storage::Transaction& tx) {
        return tx.put_source(next->digest, "calendar", next->calendar.name(), next->source);
    };
    TRY_VOID(store_.run(keep));
    return adopt(std::move(next));
}

bool Calendars::adopt(std::shared_ptr<const NamedCalendar> next) {
    const std::lock_guard lock(mutex_);
    const bool differs = next->calendar.first_day_that_differs(current_->calendar).has_value();
    current_ = std::move(next);
    return differs;
}

}  // namespace gongkai::app
