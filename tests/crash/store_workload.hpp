// Power cuts against the SQLite store itself, through its own options: whole group commits of steps
// with their worklist, timers, messages, publication, texts and leaf, of refused attempts, and of
// jobs that fail.
//
// After each cut the database must hold everything that was acknowledged and nothing but whole
// batches, and whatever can be read from it must be what the memory store answers that was given
// exactly those jobs: document, worklist, timers, record, tree, outbox, publication and idempotency
// keys agree.
#pragma once

#include <cstdint>

#include "tests/crash/disk.hpp"
#include "tests/crash/tally.hpp"

namespace gongkai::crash {

// The same arguments give the same cuts: jobs come in batches of fixed content, one after the
// other. `mistake`: the store has no two_transactions.
Tally cut_store(std::uint64_t seed, Directory directory, Mistake mistake, int cuts);

}  // namespace gongkai::crash
