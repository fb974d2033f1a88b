#include "language/unicode.hpp"

#include <algorithm>
#include <array>

namespace gongkai::language {

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& offset) {
    if (offset >= text.size()) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(offset);
    if (first < 0x80) {
        ++offset;
        return first;
    }
    std::size_t more = 0;
    char32_t c = 0;
    char32_t least = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        more = 1;
        c = first & 0x1FU;
        least = 0x80;
    } else if (first >= 0xE0 && first <= 0xEF) {
        more = 2;
        c = first & 0x0FU;
        least = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
        more = 3;
        c = first & 0x07U;
        least = 0x10000;
    } else {
        return std::nullopt;
    }
    if (text.size() - offset <= more) return std::nullopt;
    for (std::size_t i = 1; i <= more; ++i) {
        const unsigned char next = byte(offset + i);
        if ((next & 0xC0U) != 0x80U) return std::nullopt;
        c = (c << 6U) | (next & 0x3FU);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return std::nullopt;
    offset += more + 1;
    return c;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        if (!next_code_point(text, offset)) return offset;
    }
    return std::nullopt;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t offset = 0; offset < text.size(); ++count) {
        if (!next_code_point(text, offset)) ++offset;
    }
    return count;
}

std::string shortened(std::string_view text, std::size_t most) {
    std::string out;
    std::size_t characters = 0;
    for (std::size_t at = 0, begin = 0; at < text.size(); begin = at) {
        if (!next_code_point(text, at)) ++at;
        if (++characters == most && at < text.size()) return out + "…";
        out.append(text.substr(begin, at - begin));
    }
    return out;
}

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// East Asian Wide and Fullwidth, in the coarse blocks that terminals use.
constexpr std::array<Range, 17> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xA960, 0xA97F},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE10, 0xFE19},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F},
                                       {0x1F900, 0x1F9FF},
                                       {0x20000, 0x2FFFD},
                                       {0x30000, 0x3FFFD}}};

constexpr std::array<Range, 5> kZero{
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [c](const Range& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

int cell_width(char32_t c) {
    if (c < 0x300) return 1;
    if (within(kZero, c)) return 0;
    return within(kWide, c) ? 2 : 1;
}

bool is_forbidden(char32_t c) {
    if (c == '\t' || c == '\n' || c == '\r') return false;
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x2028 ||
           c == 0x2029 || c == 0xFEFF || (c & 0xFFFEU) == 0xFFFEU;
}

}  // namespace gongkai::language
