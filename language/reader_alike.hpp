// Reads the key `alike` of a flow.
#pragma once

#include <vector>

#include "language/shape.hpp"
#include "language/syntax.hpp"

namespace gongkai::language {

std::vector<AlikeSyntax> read_alike(const Node& node, Shape& shape);

}  // namespace gongkai::language
