#include "app/retry_schedule.hpp"

#include <cstring>

namespace gongkai::app {

std::optional<std::int64_t> retry_pause_ms(std::uint32_t tries, Randomness& randomness) {
    if (tries == 0 || tries > kRetryPauses_s.size()) return std::nullopt;
    const std::int64_t pause_ms = kRetryPauses_s[tries - 1] * engine::ms_per_second;
    std::array<std::uint8_t, 4> bytes{};
    randomness.fill(bytes);
    std::uint32_t chance = 0;
    std::memcpy(&chance, bytes.data(), sizeof chance);
    const std::int64_t spread = pause_ms / 5;  // from a tenth less to a tenth more
    return pause_ms - spread / 2 + spread * chance / ~std::uint32_t{0};
}

}  // namespace gongkai::app
