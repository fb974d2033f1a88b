// A request target in origin-form, taken apart. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.hpp"

namespace gongkai::api {

// Splits the path at "/" and only then decodes, so that an encoded slash stays inside its segment.
// False: a bad percent-escape, bytes that are not clean UTF-8, a "." or ".." in any spelling (a
// path is never walked), an empty segment other than a trailing one, or more than 64 segments or
// items. One trailing slash is dropped. What was appended to the outputs before a failure is
// unspecified.
bool split_target(std::string_view target, std::string& path, std::vector<std::string>& segments,
                  std::vector<QueryItem>& query);

}  // namespace gongkai::api
