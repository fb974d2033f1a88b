#include "app/likeness.hpp"

#include <algorithm>
#include <optional>

#include "language/unicode.hpp"

namespace gongkai::app {

namespace {

constexpr bool is_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

// Spaces, punctuation and symbols; what is left are letters, digits and characters.
constexpr bool is_left_out(char32_t c) {
    if (c < 0x80) return !is_digit(c) && !(c >= U'a' && c <= U'z');
    return (c >= 0x80 && c <= 0xBF) || (c >= 0x2000 && c <= 0x206F) ||
           (c >= 0x2190 && c <= 0x245F) || (c >= 0x2500 && c <= 0x27BF) ||
           (c >= 0x3000 && c <= 0x303F && c != 0x3005 && c != 0x3007) ||
           (c >= 0xFE10 && c <= 0xFE6F) || (c >= 0xFF5F && c <= 0xFF65) || c == 0xFEFF;
}

constexpr char32_t folded(char32_t c) {
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    return c >= U'A' && c <= U'Z' ? c + 0x20 : c;
}

// The digit that it is, or -1.
int chinese_digit(char32_t c) {
    constexpr std::u32string_view digits = U"零一二三四五六七八九";
    if (c == U'〇') return 0;
    if (c == U'两') return 2;
    const auto at = digits.find(c);
    return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
}
// What it multiplies by, or 0.
int chinese_unit(char32_t c) {
    return c == U'十' ? 10 : c == U'百' ? 100 : c == U'千' ? 1000 : 0;
}

// Up to 9,999, or digit by digit (二〇二四); nullopt where it reads as neither.
std::optional<std::u32string> arabic(std::u32string_view numeral) {
    const bool digits_only = std::all_of(numeral.begin(), numeral.end(),
                                         [](char32_t c) { return chinese_digit(c) >= 0; });
    std::u32string out;
    if (digits_only) {
        for (const char32_t c : numeral)
            out += static_cast<char32_t>(U'0' + chinese_digit(c));
        return out;
    }
    int value = 0, digit = -1, last = 10'000;
    for (const char32_t c : numeral) {
        if (const int unit = chinese_unit(c); unit != 0) {
            if (unit >= last) return std::nullopt;
            value += (digit < 1 ? 1 : digit) * unit;
            last = unit;
            digit = -1;
        } else if (digit > 0) {
            return std::nullopt;
        } else {
            digit = chinese_digit(c);
        }
    }
    for (const char c : std::to_string(value + std::max(digit, 0)))
        out += static_cast<char32_t>(c);
    return out;
}

// A numeral is a number where it orders or counts; elsewhere (一般, 统一) it is part of a word.
bool counts(std::u32string_view before, std::u32string_view after) {
    constexpr std::u32string_view what = U"年月日号期批届季";
    if (!before.empty() && before.back() == U'第') return true;
    return !after.empty() && what.find(after.front()) != std::u32string_view::npos;
}

std::u32string with_arabic(std::u32string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && (chinese_digit(text[end]) >= 0 || chinese_unit(text[end]) != 0))
            ++end;
        if (end == i) {
            out += text[i++];
            continue;
        }
        const std::u32string_view numeral = text.substr(i, end - i);
        const auto number =
            counts(text.substr(0, i), text.substr(end)) ? arabic(numeral) : std::nullopt;
        out += number ? *number : std::u32string(numeral);
        i = end;
    }
    return out;
}

// Before punctuation goes: 1.2 and 12 are not the same numbers.
std::vector<std::u32string> numbers_in(std::u32string_view text) {
    std::vector<std::u32string> out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        if (end == i) {
            ++i;
            continue;
        }
        while (i + 1 < end && text[i] == U'0')
            ++i;
        out.emplace_back(text.substr(i, end - i));
        i = end;
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace

PlainText::PlainText(std::string_view utf8) {
    std::u32string folded_text;
    std::size_t kept = 0;
    for (std::size_t offset = 0; offset < utf8.size() && kept < kMostCompared;) {
        const auto c = language::next_code_point(utf8, offset);
        if (!c) {
            ++offset;
            continue;
        }
        folded_text += folded(*c);
        kept += is_left_out(folded_text.back()) ? 0 : 1;
    }
    folded_text = with_arabic(folded_text);
    numbers_ = numbers_in(folded_text);
    std::copy_if(folded_text.begin(), folded_text.end(), std::back_inserter(characters_),
                 [](char32_t c) { return !is_left_out(c); });
    for (std::size_t i = 1; i < characters_.size(); ++i)
        pairs_.push_back(std::uint64_t{characters_[i - 1]} << 32 | characters_[i]);
    std::sort(pairs_.begin(), pairs_.end());
}

bool PlainText::may_be_near(const PlainText& other, int percent) const {
    if (empty() || other.empty()) return false;
    const std::size_t fewer = std::min(pairs_.size(), other.pairs_.size());
    return 200 * fewer >= static_cast<std::size_t>(percent) * (pairs_.size() + other.pairs_.size());
}

int PlainText::nearness(const PlainText& other) const {
    if (!may_be_near(other, 0)) return 0;
    if (characters_ == other.characters_) return 100;
    std::size_t common = 0;
    for (auto a = pairs_.begin(), b = other.pairs_.begin();
         a != pairs_.end() && b != other.pairs_.end();) {
        if (*a == *b) {
            ++common;
            ++a;
            ++b;
        } else {
            ++(*a < *b ? a : b);
        }
    }
    const std::size_t all = pairs_.size() + other.pairs_.size();
    return all == 0 ? 0 : static_cast<int>(200 * common / all);
}

}  // namespace gongkai::app
