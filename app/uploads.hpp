// Who handed in which file lately. A document may only name a file that the person who edits it
// has uploaded, or that the document has already: otherwise whoever learnt a digest could read the
// file of another department by attaching it.
//
// In memory: after a restart a file that was not attached yet is uploaded again (which costs
// nothing where the bytes are still there).
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/time.hpp"
#include "engine/value.hpp"

namespace gongkai::app {

class Uploads {
  public:
    static constexpr std::int64_t kept_ms = 24 * engine::ms_per_hour;
    static constexpr std::size_t most = 10'000;  // the oldest are forgotten first

    void add(engine::PersonId person, const engine::Digest& digest, std::uint64_t size,
             engine::Instant now);
    // It was not handed in after all.
    void remove(engine::PersonId person, const engine::Digest& digest);
    // Whoever handed it in: the bytes are to go.
    void forget(const engine::Digest& digest);
    // The size of the file, where this person handed it in and it was not forgotten.
    std::optional<std::uint64_t> size(engine::PersonId person, const engine::Digest& digest,
                                      engine::Instant now) const;
    // Whether anybody did: such a file is not an orphan yet.
    bool pending(const engine::Digest& digest, engine::Instant now) const;

  private:
    struct Upload {
        engine::PersonId person = 0;
        engine::Digest digest{};
        std::uint64_t size = 0;
        engine::Instant at{};
    };
    mutable std::mutex mutex_;
    std::vector<Upload> uploads_;  // by time
};

}  // namespace gongkai::app
