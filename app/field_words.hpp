// Fields and their values by the words that people write: 公开属性：主动公开,
// 成文日期：2026年11月2日. What the head of a document file and the command line are read with.
#pragma once

#include <string_view>
#include <variant>

#include "app/input.hpp"
#include "app/outcome.hpp"
#include "engine/definition.hpp"

namespace gongkai::app {

// The field with this name, this title, or this title up to its bracket (公开事项编号 for
// 公开事项编号（标准目录）); engine::kNone where there is none. Derived fields are not found.
engine::FieldId field_by_words(const engine::Definition& definition, std::string_view words);

// Of a choice: its name, its title, or the title up to its bracket. A date in any form of
// app/written_date.hpp. A flag: 是 or 否, yes or no, true or false. Tables have no words: Invalid.
// The `where` of an Invalid is empty.
std::variant<PlainValue, Invalid> value_by_words(const engine::Field& field,
                                                 std::string_view words);

}  // namespace gongkai::app
