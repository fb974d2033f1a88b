#include "app/clock.hpp"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "app/log.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

constexpr std::int64_t kIdEpochMs = 1'577'836'800'000;  // 2020-01-01T00:00:00Z
constexpr unsigned kRandomBits = 22;

class SystemClock : public Clock {
  public:
    Instant now() override {
        using namespace std::chrono;
        return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
    }
};

class SystemRandomness : public Randomness {
  public:
    SystemRandomness() {
        // One generator a thread, seeded by the kernel: a salt then costs no system call.
        static const bool ready = [] {
            randombytes_set_implementation(&randombytes_internal_implementation);
            return sodium_init() >= 0;
        }();
        if (!ready) storage::audit::stop_on_bug("libsodium cannot be initialised");
    }
    void fill(std::span<std::uint8_t> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

std::unique_ptr<Clock> system_clock() {
    return std::make_unique<SystemClock>();
}

std::unique_ptr<Randomness> system_randomness() {
    return std::make_unique<SystemRandomness>();
}

Instant ManualClock::now() {
    const std::lock_guard lock(mutex_);
    return now_;
}

void ManualClock::set(Instant now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

void ManualClock::advance_ms(std::int64_t ms) {
    const std::lock_guard lock(mutex_);
    now_ = now_ + ms;
}

void SeededRandomness::fill(std::span<std::uint8_t> out) {
    // SplitMix64.
    const std::lock_guard lock(mutex_);
    for (std::size_t at = 0; at < out.size();) {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t word = state_;
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9U;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EBU;
        word ^= word >> 31;
        for (int i = 0; i < 8 && at < out.size(); ++i, word >>= 8)
            out[at++] = static_cast<std::uint8_t>(word);
    }
}

Instant opened_at(engine::DocumentId id) {
    return {kIdEpochMs + static_cast<std::int64_t>(id >> kRandomBits)};
}

engine::DocumentId first_id_at(Instant at) {
    const std::int64_t since = std::max<std::int64_t>(at.ms - kIdEpochMs, 0);
    return static_cast<engine::DocumentId>(since) << kRandomBits;
}

engine::DocumentId DocumentIds::next() {
    std::array<std::uint8_t, 4> bytes{};
    randomness_.fill(bytes);
    const std::uint32_t random =
        (std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16) &
        ((1U << kRandomBits) - 1);
    const engine::DocumentId id = first_id_at(clock_.now()) | random;
    const std::lock_guard lock(mutex_);
    last_ = std::max(id, last_ + 1);
    return last_;
}

Instant RecordClock::now() {
    const Instant now = clock_.now();
    const std::lock_guard lock(mutex_);
    if (now >= last_) {
        last_ = now;
        behind_ = false;
        return now;
    }
    if (!behind_) {
        behind_ = true;
        ++steps_back_;
        log_event(LogLevel::warning, "clock_set_back",
                  {{"by_ms", std::to_string(last_ - now)}, {"record_time", to_string(last_)}});
    }
    return last_;
}

std::uint64_t RecordClock::steps_back() const {
    const std::lock_guard lock(mutex_);
    return steps_back_;
}

std::string random_token(Randomness& randomness, std::size_t bytes) {
    std::vector<std::uint8_t> raw(bytes);
    randomness.fill(raw);
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes, variant), '\0');
    sodium_bin2base64(text.data(), text.size(), raw.data(), raw.size(), variant);
    text.resize(text.find('\0'));
    return text;
}

}  // namespace gongkai::app
