// UTF-8 as JSON and HTTP need it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gongkai::api {

// Well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);
// Well-formed, and no control character (C0, DEL, C1).
bool is_clean_utf8(std::string_view text);
// Code points in well-formed UTF-8: what a limit in characters (字) counts.
std::size_t count_characters(std::string_view text);
// The same text with U+FFFD in the place of every byte that does not belong to well-formed UTF-8.
std::string repaired_utf8(std::string_view text);

}  // namespace gongkai::api
