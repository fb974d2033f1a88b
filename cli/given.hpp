// Fields as they are given on the command line: --set NAME=VALUE.
#pragma once

#include <string>
#include <vector>

#include "app/flow.hpp"
#include "app/input.hpp"
#include "engine/result.hpp"

namespace gongkai::cli {

// NAME is a field's name or title, VALUE its value in words (app/field_words.hpp), of a table the
// JSON of the REST API: [{"step": "...", "due": "..."}]. @FILE stands for what the file holds; an
// empty VALUE clears. Errors: malformed (what was given; the message says what would be right), io.
engine::Result<std::vector<app::PlainField>> fields_given(const app::Flow& flow,
                                                          const std::vector<std::string>& given);

}  // namespace gongkai::cli
