// A fee that is written into a document is the one that the tariff comes to (条例 42): nobody asks
// an applicant for another sum by a slip.
#pragma once

#include <optional>
#include <vector>

#include "app/outcome.hpp"
#include "engine/command.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"
#include "engine/tariff.hpp"

namespace gongkai::app {

// What is wrong with the fee that the document would have after `changes` (codes
// `fee_without_count`, `not_the_tariff`); nullopt where nothing is: no fee, or the right one, or
// the changes leave it alone, or the flow does not have the fields that the tariff names.
// `document`: nullptr for a new one. Pure.
std::optional<Invalid> wrong_fee(const engine::Tariff& tariff, const engine::Definition& definition,
                                 const engine::Document* document,
                                 const std::vector<engine::FieldChange>& changes);

}  // namespace gongkai::app
