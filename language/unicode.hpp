// The little of Unicode that diagnostics, the strict reading of YAML and short titles need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gongkai::language {

// The code point that starts at `offset`, which is moved behind it. nullopt (offset unmoved) where
// the bytes are not UTF-8: overlong forms, surrogates and values past U+10FFFF included.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& offset);

// The first byte that is not UTF-8; nullopt when all are.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// Stray bytes count as one each.
std::size_t count_code_points(std::string_view text);

// At most `most` characters of it (at least 1); where some are left out, the last of them is "…".
// Stray bytes count as one each.
std::string shortened(std::string_view text, std::size_t most);

// Cells on a terminal: 0, 1 or 2.
int cell_width(char32_t c);

// Control characters, and the marks that turn the direction of writing (a rule must read as it is
// compiled). Tab and line ends are none.
bool is_forbidden(char32_t c);

}  // namespace gongkai::language
