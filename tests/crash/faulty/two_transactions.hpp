// A store that tears apart what belongs together.
#pragma once

#include <memory>

#include "storage/store.hpp"

namespace gongkai::crash {

// Every job is split: its idempotency record is written in a second transaction, when the first one
// is durable. Whoever asked hears of it after both.
std::unique_ptr<storage::Store> in_two_transactions(std::unique_ptr<storage::Store> store);

}  // namespace gongkai::crash
