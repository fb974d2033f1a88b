// What a DOCX or XLSX holds, read by a library that did not write it.
#pragma once

#include <map>
#include <string>

namespace gongkai::app::testing {

using Files = std::map<std::string, std::string>;  // bytes by name

Files unzipped(const std::string& bytes);

}  // namespace gongkai::app::testing
