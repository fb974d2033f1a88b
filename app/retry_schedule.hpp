// When a message that was not taken is sent again: after 5 seconds the first time, then after ever
// longer pauses, for three days in all; then it is a dead letter.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "app/clock.hpp"

namespace gongkai::app {

inline constexpr std::array<std::int64_t, 12> kRetryPauses_s = {
    5,         30,        2 * 60,    10 * 60,    30 * 60,    1 * 3'600,
    2 * 3'600, 4 * 3'600, 8 * 3'600, 12 * 3'600, 20 * 3'600, 24 * 3'600};

// The pause after the try that was the `tries`-th (from 1), a tenth shorter or longer by chance, so
// that what failed together does not come back together. nullopt: that was the last one.
std::optional<std::int64_t> retry_pause_ms(std::uint32_t tries, Randomness& randomness);

}  // namespace gongkai::app
