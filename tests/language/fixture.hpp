// What the tests of language/ have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/rulebook.hpp"

namespace gongkai::language::test {

// tests/language/rules, a set of rules that uses everything the language has.
std::vector<SourceFile> fixture_rules();
// A vocabulary with a few of each, and `flow` as flow.yaml beside it.
std::vector<SourceFile> with_vocabulary(std::string_view flow);
// The codes and places of what is wrong: "unknown_key 3:5".
std::vector<std::string> places(const std::vector<Diagnostic>& diagnostics);

std::string read_text(const std::string& path_in_tree);

}  // namespace gongkai::language::test
