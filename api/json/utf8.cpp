#include "api/json/utf8.hpp"

#include <cstdint>

namespace gongkai::api {

namespace {

struct Character {
    std::uint32_t point;
    std::size_t size;  // 0: not well-formed here
};

Character read_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 0};
    std::uint32_t point = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0) != 0x80) return {0, 0};
        point = point << 6 | (next & 0x3FU);
    }
    if ((size == 3 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) ||
        (size == 4 && (point < 0x10000 || point > 0x10FFFF)))
        return {0, 0};
    return {point, size};
}

template <class Accept>
bool all_characters(std::string_view text, Accept accept) {
    while (!text.empty()) {
        const auto character = read_character(text);
        if (character.size == 0 || !accept(character.point)) return false;
        text.remove_prefix(character.size);
    }
    return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
    return all_characters(text, [](std::uint32_t) { return true; });
}

bool is_clean_utf8(std::string_view text) {
    return all_characters(text,
                          [](std::uint32_t c) { return c >= 0x20 && (c < 0x7F || c > 0x9F); });
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

std::string repaired_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 8);
    while (!text.empty()) {
        const auto size = read_character(text).size;
        if (size == 0)
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

}  // namespace gongkai::api
