#include "app/calendars.hpp"

#include "storage/audit/hash.hpp"

namespace gongkai::app {

std::shared_ptr<const NamedCalendar> NamedCalendar::make(engine::Calendar calendar) {
    auto named = std::make_shared<NamedCalendar>();
    named->source = calendar.canonical_text();
    named->digest = storage::audit::sha256(named->source);
    named->calendar = std::move(calendar);
    return named;
}

Calendars::Calendars(storage::Store& store)
    : store_(store), current_(NamedCalendar::make(engine::Calendar{})) {}

std::shared_ptr<const NamedCalendar> Calendars::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

engine::Result<bool> Calendars::activate(engine::Calendar calendar) {
    auto next = NamedCalendar::make(std::move(calendar));
    TRY_VOID(store_.run([next](storage::Transaction& tx) {
        return tx.put_source(next->digest, "calendar", next->calendar.name(), next->source);
    }));
    const std::lock_guard lock(mutex_);
    const bool differs = next->calendar.first_day_that_differs(current_->calendar).has_value();
    current_ = std::move(next);
    return differs;
}

}  // namespace gongkai::app
