// Counters of what the use-cases do. Any thread; an increment is one atomic addition.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/refusal.hpp"

namespace gongkai::app {

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
