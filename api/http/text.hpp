// Characters as HTTP sees them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/json/utf8.hpp"

namespace gongkai::api {

constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool same_ignoring_case(std::string_view a, std::string_view b);

// RFC 9110 token: what methods and field names are made of.
bool is_token(std::string_view text);

// Percent-decoding. nullopt: a % without two hex digits, or a result that is not clean UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace gongkai::api
