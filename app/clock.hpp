// Time and chance as values that come from outside, so that tests can set both.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "engine/time.hpp"
#include "engine/value.hpp"

namespace gongkai::app {

using engine::Instant;

// Any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
};

// Any thread. What it gives is fit for secrets.
class Randomness {
  public:
    virtual ~Randomness() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

std::unique_ptr<Clock> system_clock();
std::unique_ptr<Randomness> system_randomness();  // libsodium

// Set by hand: for tests and for simulation.
class ManualClock : public Clock {
  public:
    explicit ManualClock(Instant start) : now_(start) {}
    Instant now() override;
    void set(Instant now);
    void advance_ms(std::int64_t ms);

  private:
    std::mutex mutex_;
    Instant now_;
};

// Repeatable bytes from a seed: for tests only, never for secrets.
class SeededRandomness : public Randomness {
  public:
    explicit SeededRandomness(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> out) override;

  private:
    std::mutex mutex_;
    std::uint64_t state_;
};

// Document ids: milliseconds since 2020 and 22 random bits below them, strictly growing within the
// process, less than 2^63. Any thread.
class DocumentIds {
  public:
    DocumentIds(Clock& clock, Randomness& randomness) : clock_(clock), randomness_(randomness) {}
    engine::DocumentId next();

  private:
    Clock& clock_;
    Randomness& randomness_;
    std::mutex mutex_;
    engine::DocumentId last_ = 0;
};

// When the document with this id was opened, and the first id that one opened then could have.
Instant opened_at(engine::DocumentId id);
engine::DocumentId first_id_at(Instant at);

// The wall time of the record: what the clock says, but never earlier than what it gave before. A
// clock that was set back therefore stands still in the record until it has caught up; that is
// logged once each time. Any thread.
class RecordClock {
  public:
    // `last`: the time of the newest leaf that was written before this start.
    RecordClock(Clock& clock, Instant last) : clock_(clock), last_(last) {}
    Instant now();
    // How often the clock was found set back.
    std::uint64_t steps_back() const;

  private:
    Clock& clock_;
    mutable std::mutex mutex_;
    Instant last_;
    bool behind_ = false;
    std::uint64_t steps_back_ = 0;
};

// `bytes` random bytes in unpadded base64url: ids of requests, tokens, passwords.
std::string random_token(Randomness& randomness, std::size_t bytes);

}  // namespace gongkai::app
