// The calendar that deadlines are counted on now, with the digest that leaves name it by.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/calendar.hpp"
#include "engine/result.hpp"
#include "engine/value.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// Immutable; shared between threads.
struct NamedCalendar {
    engine::Calendar calendar;
    engine::Digest digest{};  // SHA-256 of `source`
    std::string source;       // engine::Calendar::canonical_text()

    static std::shared_ptr<const NamedCalendar> make(engine::Calendar calendar);
};

// A calendar from its source again. Error `malformed`.
engine::Result<engine::Calendar> calendar_from(std::string_view canonical);

// Any thread.
class Calendars {
  public:
    // The store must outlive it. Starts with a calendar of weekends only.
    explicit Calendars(storage::Store& store);

    std::shared_ptr<const NamedCalendar> current() const;
    // Counts on this one from now on and keeps its source in the store (one job). True where it
    // differs from the one before: deadlines are then to be counted again (Scheduler).
    engine::Result<bool> activate(engine::Calendar calendar);
    // The same without keeping its source: where nothing may be written.
    bool adopt(std::shared_ptr<const NamedCalendar> next);

  private:
    storage::Store& store_;
    mutable std::mutex mutex_;
    std::shared_ptr<const NamedCalendar> current_;
};

}  // namespace gongkai::app
