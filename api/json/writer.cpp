#include "api/json/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "api/json/utf8.hpp"

namespace gongkai::api::json {

namespace {

// 0: stands for itself; 'u': \u00XX; anything else is the letter behind the backslash.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> table{};
    for (unsigned c = 0; c < 0x20; ++c)
        table[c] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}();

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

void Writer::quote(std::string_view text) {
    std::string repaired;
    if (!is_ascii(text) && !is_utf8(text)) text = repaired = repaired_utf8(text);
    out_ += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const char escape = escapes[byte];
        if (escape == 0) continue;
        out_ += text.substr(from, i - from);
        from = i + 1;
        out_ += '\\';
        out_ += escape;
        if (escape == 'u') {
            out_ += "00";
            out_ += "0123456789abcdef"[byte >> 4];
            out_ += "0123456789abcdef"[byte & 15];
        }
    }
    out_ += text.substr(from);
    out_ += '"';
}

Writer& Writer::key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    return *this;
}

Writer& Writer::value(std::string_view text) {
    separate();
    quote(text);
    return *this;
}

Writer& Writer::value(bool yes) {
    return raw(yes ? "true" : "false");
}

Writer& Writer::value(double number) {
    if (!std::isfinite(number)) return null();
    separate();
    append_number(out_,
                  number == 0 ? 0.0 : number);  // never "-0", which reads back as the integer 0
    return *this;
}

Writer& Writer::null() {
    return raw("null");
}

Writer& Writer::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

Writer& Writer::signed_number(std::int64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

Writer& Writer::unsigned_number(std::uint64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

std::string quoted(std::string_view text) {
    return Writer(text.size() + 16).value(text).take();
}

}  // namespace gongkai::api::json
