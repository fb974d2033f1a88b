// How many refused attempts of one actor go into the record: enough to see an attack, too few to
// fill a disk with.
#pragma once

#include <mutex>
#include <unordered_map>

#include "engine/time.hpp"
#include "engine/value.hpp"

namespace gongkai::app {

// Any thread.
class RefusalBound {
  public:
    explicit RefusalBound(unsigned a_minute) : a_minute_(a_minute) {}

    // Counts one more; false where this actor had too many of them in this minute.
    bool allows(engine::PersonId actor, engine::Instant now) {
        const std::int64_t minute = now.ms / (60 * engine::ms_per_second);
        const std::lock_guard lock(mutex_);
        if (windows_.size() > 10'000) {
            std::erase_if(windows_,
                          [&](const auto& entry) { return entry.second.minute != minute; });
        }
        Window& window = windows_[actor];
        if (window.minute != minute) window = {minute, 0};
        if (window.count >= a_minute_) return false;
        ++window.count;
        return true;
    }

  private:
    struct Window {
        std::int64_t minute = 0;
        unsigned count = 0;
    };
    unsigned a_minute_;
    std::mutex mutex_;
    std::unordered_map<engine::PersonId, Window> windows_;
};

}  // namespace gongkai::app
