// A random walk through a flow with the real rules: for demonstrations, and for a legal officer who
// wants to see what a flow does before it is used. The same seed gives the same walk.
#pragma once

#include <cstdint>

#include "engine/explore.hpp"

namespace gongkai::engine {

struct Walk {
    std::vector<StoryStep> steps;
    bool at_rest = false;  // it ended in a resting place
};

// At most `max_steps` long; ends in the first resting place, or where nothing can happen.
Walk simulate(const Definition& definition, const Policy& policy, std::uint64_t seed,
              std::size_t max_steps);

}  // namespace gongkai::engine
