// The key `assigned` of a field: "{flow}-{year}-{number:4}", or {code: 10}.
#pragma once

#include "language/shape.hpp"
#include "language/syntax.hpp"

namespace gongkai::language {

// Reads it into the field; every mistake is reported where it stands (bad_pattern, bad_value).
void read_assigned(const Node& node, Shape& shape, FieldSyntax& out);

}  // namespace gongkai::language
