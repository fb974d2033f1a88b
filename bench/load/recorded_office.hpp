// The rows that the program itself writes for the story, taken down on their way into a store.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/load/bare_loop.hpp"

namespace gongkai::bench {

// `documents` documents go through the story, `side_by_side` of them at a time, as so many clients
// take them. Through all rules; with an idempotency key for every step if `keys`.
std::vector<Written> record_story(std::size_t documents, std::size_t side_by_side, bool keys);

}  // namespace gongkai::bench
