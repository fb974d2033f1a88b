// What a step does to the catalogue of disclosure items, where its flow says which fields describe
// one (engine::Definition::item).
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "app/flow.hpp"
#include "app/outcome.hpp"
#include "engine/decide.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct ItemStep {
    const Flow& flow;
    const Flows& flows;  // that items may name
    const engine::Document& after;
    const engine::Decision& decision;
    std::span<const storage::Opening> openings;  // the document's, and those that are new
    engine::Instant now;
};

// The items to write with the step; none: nothing changes. Or why the step cannot be: a column that
// no catalogue could have is refused as soon as it is written, not only when the item would come
// into force; so is `add` of a code that is in force (`item_in_force`), `change` and `end` of one
// that is not (`unknown_catalog_item`, `ended_catalog_item`). An item that is changed has a version
// above the one that it had (`version_not_greater`); one that lacks a column is no item
// (`incomplete_item`).
//
// A purge takes with it what the document itself has brought into the catalogue, under whatever
// code: its items end, and their texts are gone.
using ItemOutcome = std::variant<std::vector<storage::CatalogItem>, Invalid>;
Result<ItemOutcome> item_of_step(const ItemStep& step, storage::Transaction& transaction);

// Whether item_of_step() has anything to look at: otherwise the openings need not be read.
bool may_touch_catalog(const engine::Definition& definition, const engine::Decision& decision);

}  // namespace gongkai::app
