// The rules that are built into the program, so that it runs from any directory.
#pragma once

#include <vector>

#include "language/source.hpp"

namespace gongkai::cli {

// Every file of workflows/.
std::vector<language::SourceFile> shipped_files();

}  // namespace gongkai::cli
