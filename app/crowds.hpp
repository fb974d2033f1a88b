// What many people ask for (条例 44): documents of one flow that are alike in one of its groups, by
// different people. For duties (engine::DutyAlike), which have a document opened for each.
//
// The documents are taken in the order in which they were opened: each one belongs to the earliest
// that it is alike with and that belongs to none itself. So a crowd grows and is never divided by
// what comes later, and its first document names it for ever, also when that is older than what is
// counted. Whatever is purged or marked secret, and whatever has no number yet, is not there.
#pragma once

#include <string>
#include <vector>

#include "app/flow.hpp"
#include "engine/duty.hpp"
#include "engine/time.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct Crowd {
    std::vector<engine::DocumentId> documents;  // all of it, the first one in front
    std::vector<std::string> numbers;           // of each
    engine::DutyCrowd counted;                  // of those within the time that is looked at
    bool answered = false;  // one of them has a document of the duty's flow under it
};

// Those by at least so many people as the duty says; by their first document. `today`: in China.
Result<std::vector<Crowd>> crowds_of(storage::Store& store, const Flows& flows,
                                     const engine::Duty& duty, engine::Date today);

}  // namespace gongkai::app
