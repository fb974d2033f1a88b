// Counters of what the use-cases do. Any thread; an increment is one atomic addition.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/refusal.hpp"

namespace gongkai::app {

// How long something takes, in classes that are an eighth of an octave wide: a quantile is off by
// at most 13 %. Any thread; its size is fixed.
class Latency {
  public:
    void add(std::chrono::nanoseconds took) {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
        classes_[class_of(ns)].fetch_add(1, std::memory_order_relaxed);
    }
    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const auto& one : classes_)
            all += one.load(std::memory_order_relaxed);
        return all;
    }
    // The upper end of the class in which the share `of_all` (0 to 1) of the cases is reached, in
    // seconds; 0 where there was none.
    double quantile(double of_all) const {
        const std::uint64_t all = count();
        if (all == 0) return 0;
        const double wanted = of_all * static_cast<double>(all);
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < classes_.size(); ++i) {
            seen += classes_[i].load(std::memory_order_relaxed);
            if (static_cast<double>(seen) >= wanted && seen != 0) return upper_end(i);
        }
        return upper_end(classes_.size() - 1);
    }

  private:
    static constexpr std::size_t kSteps = 8;
    static constexpr std::size_t kOctaves = 36;  // 1 ns to more than a minute

    static std::size_t class_of(std::uint64_t ns) {
        if (ns < kSteps) return static_cast<std::size_t>(ns);
        const auto octave = static_cast<std::size_t>(std::bit_width(ns)) - 4;  // 8 to 15: 0
        const auto step = static_cast<std::size_t>(ns >> octave) - kSteps;
        return std::min(kSteps * (octave + 1) + step, kSteps * kOctaves - 1);
    }
    static double upper_end(std::size_t number) {
        if (number < kSteps) return static_cast<double>(number + 1) * 1e-9;
        const std::size_t octave = number / kSteps - 1, step = number % kSteps;
        return std::ldexp(static_cast<double>(kSteps + step + 1), static_cast<int>(octave)) * 1e-9;
    }
    std::array<std::atomic<std::uint64_t>, kSteps * kOctaves> classes_{};
};

struct Metrics {
    using Counter = std::atomic<std::uint64_t>;
    Counter steps{0};                                      // carried out
    Counter replayed{0};                                   // answered from an idempotency record
    Counter invalid{0};                                    // could not be read
    Counter errors{0};                                     // the world failed
    Counter shed{0};                                       // queue full
    std::array<Counter, engine::kReasonCount> refusals{};  // by reason
    Counter refusals_unrecorded{0};                        // beyond the bound of one actor
    Counter administrative{0};
    Counter ticks{0};  // deadlines that ran out
    Counter recomputed{0};
    Counter checkpoints{0};
    Counter checkpoint_failures{0};
    Counter outbox_delivered{0};
    Counter outbox_failed{0};  // tries that were not taken
    Counter outbox_dead{0};
    Latency decide;  // engine::decide() alone, without store and record
};

// One line of a scrape.
struct MetricSample {
    std::string name;    // "gongkai_steps_total"
    std::string labels;  // `reason="own_draft"`, or empty
    std::string help;
    bool counter = true;  // else a gauge
    double value = 0;
};

}  // namespace gongkai::app
