// What a run of power cuts came to, and the mistakes that are planted to see that it finds them.
#pragma once

#include <cstdint>
#include <string>

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
    int disagreed = 0;               // ... there was half a commit, or tables did not agree
    int broken = 0;                  // ... the database could not be opened or read
    std::string first;               // the first of these, told with its seed

    int harmed() const { return lost + disagreed + broken; }
};

}  // namespace gongkai::crash
