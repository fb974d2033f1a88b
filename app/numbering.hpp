// The values that the system itself gives: registration and index numbers, query codes
// (docs/workflow_language.md, `assigned`).
//
// They go into the command inside the writer's job, before it is decided, so that the record says
// what was given and a replay needs no counter. A number is only proposed at first: it is taken
// where the step is carried out, so that a refused attempt leaves no gap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/clock.hpp"
#include "app/flow.hpp"
#include "app/resolve.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct Given {
    std::vector<std::pair<std::string, std::uint64_t>> numbers;  // (series, number) as proposed
    std::vector<Digest> codes;                                   // for storage::StepRecord::codes
};

// Adds to the command every value that it has to bring, and its opening. A value whose pattern
// names a field without a value is left out, and decide() says so.
Result<Given> give(const Flow& flow, const engine::Document* document, Instant now,
                   storage::Transaction& transaction, Randomness& randomness, Resolved& resolved);

// Takes the numbers for good. In the same job as give().
Result<void> take(const Given& given, storage::Transaction& transaction);

// Of `length` characters, none of which can be mistaken for another when it is written or read out
// (no 0 and O, 1 and I, 2 and Z, 5 and S, 8 and B, U and V). 4.5 bits each.
std::string random_code(std::size_t length, Randomness& randomness);

// Under which a document is found by the code in this field. However a person has typed it: small
// letters, blanks and hyphens make no difference.
Digest code_key(std::string_view field, std::string_view code);

}  // namespace gongkai::app
