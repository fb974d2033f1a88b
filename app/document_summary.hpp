// A document as a line of a list.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/views.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

DocumentSummary summary_of(storage::DocumentRow row, std::shared_ptr<const Flow> flow);

// The name of the choice in the field `attribute`, where the flow has one and it is given.
std::optional<std::string> attribute_of(const engine::Definition& definition,
                                        const engine::Document& document);

}  // namespace gongkai::app
