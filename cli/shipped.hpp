// The rules that are built into the program, so that it runs from any directory.
#pragma once

#include <vector>

#include "language/source.hpp"

namespace gongkai::cli {

// Flows, parts, vocabulary and policy; without calendars and catalogue.
std::vector<language::SourceFile> shipped_rules();
// Every file of workflows/.
std::vector<language::SourceFile> shipped_files();

}  // namespace gongkai::cli
