// Which values the system itself has to give together with a command (登记号, 索引号, 查询码).
//
// Numbers and chance are no matter of the engine: the caller puts the values into the command
// before it asks decide(), which refuses a command that lacks one. So they stand in the record, and
// a replay needs no counter.
#pragma once

#include <vector>

#include "engine/command.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::engine {

// The assigned fields that this command is to bring: those of the flow when it opens a document
// (`document` is nullptr), those of the action that have no value yet. Empty where the command
// names no action or several.
std::vector<FieldId> to_assign(const Definition& definition, const Document* document,
                               const Command& command);

}  // namespace gongkai::engine
