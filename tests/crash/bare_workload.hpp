// Power cuts against bare SQLite, with the settings that the store uses and the smallest tables
// that can disagree: it shows that the simulated disk finds each known mistake, and that the
// settings themselves lose nothing.
#pragma once

#include <cstdint>
#include <string>

#include "tests/crash/disk.hpp"

namespace gongkai::crash {

enum class Mistake {
    none,
    synchronous_normal,     // the WAL is not synced at a commit
    early_acknowledgement,  // "done" is said before the commit
    wrong_pragma_order,     // journal_mode=WAL before synchronous=EXTRA
    two_transactions,       // the outbox is written after the step it speaks of, by itself
};

struct Tally {
    int cuts = 0;
    std::uint64_t acknowledged = 0;  // steps, in all lives
    int lost = 0;                    // cuts after which an acknowledged step was missing
    int disagreed = 0;               // ... the tables did not agree with each other
    int broken = 0;                  // ... the database could not be opened or read
    std::string first;               // the first of these, told with its seed

    int harmed() const { return lost + disagreed + broken; }
};

// The same arguments give the same cuts and the same tally.
Tally cut_bare_database(std::uint64_t seed, Directory directory, Mistake mistake, int cuts);

}  // namespace gongkai::crash
