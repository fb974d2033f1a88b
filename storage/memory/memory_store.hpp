// The Store in memory: the oracle that the other stores are compared with, and a fast stand-in for
// tests. Nothing is durable, and a job costs as much as there is data: every job works on a copy.
#pragma once

#include "storage/store.hpp"

namespace gongkai::storage::memory {

std::unique_ptr<Store> open(std::size_t queue_limit = 4'096);

}  // namespace gongkai::storage::memory
