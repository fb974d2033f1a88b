// Who may see a report: the roles under its key `readers`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "language/rulebook.hpp"
#include "language/shape.hpp"

namespace gongkai::language {

// The names as they stand there. One that the rulebook has no role for is reported as
// `unknown_role` at its place: nobody could ever hold it, and nobody would see the report.
std::vector<std::string> report_roles(const Node& readers, Shape& shape,
                                      std::span<const Role> roles);

}  // namespace gongkai::language
