// The proofs of several flows (engine/check.hpp), side by side on all cores: a flow takes between a
// millisecond and some seconds, and none needs another's.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "engine/check.hpp"

namespace gongkai::app {

struct Provable {
    const engine::Definition& definition;
    const engine::Policy& policy;
};

struct Proof {
    engine::CheckReport report;
    std::chrono::milliseconds took{};  // of wall time, beside the others
};

// In the order given. Returns when the last has ended; the calling thread waits.
std::vector<Proof> check_all(std::span<const Provable> flows);

}  // namespace gongkai::app
