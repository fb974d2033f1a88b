// Power cuts against bare SQLite, with the settings that the store uses and the smallest tables
// that can disagree: it shows that the simulated disk finds each known mistake, and that the
// settings themselves lose nothing.
#pragma once

#include <cstdint>

#include "tests/crash/disk.hpp"
#include "tests/crash/tally.hpp"

namespace gongkai::crash {

// The same arguments give the same cuts and the same tally.
Tally cut_bare_database(std::uint64_t seed, Directory directory, Mistake mistake, int cuts);

}  // namespace gongkai::crash
