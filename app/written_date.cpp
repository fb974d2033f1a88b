#include "app/written_date.hpp"

#include <array>
#include <vector>

#include "app/text_line.hpp"
#include "language/unicode.hpp"

namespace gongkai::app {

namespace {

// No date is longer.
constexpr std::size_t kLongest = 64;
constexpr int kTen = 10;  // 十

// A part of a date: digits, or 十 where it stands for ten.
enum class Kind { digit, separator, blank, other };

struct Sign {
    Kind kind = Kind::other;
    int value = 0;    // of a digit: 0 to 9, or kTen
    char32_t mark{};  // of a separator
    bool ascii = false;
};

Sign sign_of(char32_t c) {
    if (c >= U'0' && c <= U'9') return {Kind::digit, static_cast<int>(c - U'0'), 0, true};
    if (c >= U'０' && c <= U'９') return {Kind::digit, static_cast<int>(c - U'０'), 0, false};
    constexpr std::u32string_view numerals = U"〇一二三四五六七八九十";
    if (const auto at = numerals.find(c); at != std::u32string_view::npos)
        return {Kind::digit, static_cast<int>(at), 0, false};
    // What is typed for 〇.
    if (c == U'○' || c == U'零' || c == U'Ｏ' || c == U'O') return {Kind::digit, 0, 0, false};
    if (std::u32string_view(U"年月日-/.").find(c) != std::u32string_view::npos)
        return {Kind::separator, 0, c, c < 0x80};
    if (c == U' ' || c == U'\t' || c == U'\u3000' || c == U'\u00A0') return {Kind::blank, 0, c};
    return {Kind::other, 0, c};
}

// 二六 is 26, 十 is 10, 二十六 is 26; nullopt where it is no number below a hundred.
std::optional<int> day_or_month(const std::vector<int>& digits) {
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    std::size_t tens = 0;
    for (const int digit : digits)
        tens += digit == kTen ? 1 : 0;
    if (tens == 0) {
        if (digits.size() > 2) return std::nullopt;
        return digits.size() == 1 ? digits[0] : digits[0] * 10 + digits[1];
    }
    if (tens > 1) return std::nullopt;
    if (digits.size() == 1) return 10;
    if (digits.size() == 2) return digits[0] == kTen ? 10 + digits[1] : digits[0] * 10;
    if (digits[1] != kTen) return std::nullopt;
    return digits[0] * 10 + digits[2];
}

std::optional<int> year_of(const std::vector<int>& digits) {
    if (digits.size() != 4) return std::nullopt;
    int year = 0;
    for (const int digit : digits) {
        if (digit == kTen) return std::nullopt;
        year = year * 10 + digit;
    }
    return year;
}

// The three numbers, and whether their separators are those of one form.
struct Scanned {
    std::array<std::vector<int>, 3> numbers;
    std::u32string separators;
    bool ascii = true;  // all digits
};

std::optional<Scanned> scan(std::string_view text) {
    text = stripped(text);
    if (text.empty() || text.size() > kLongest) return std::nullopt;
    Scanned scanned;
    for (std::size_t offset = 0; offset < text.size();) {
        const auto c = language::next_code_point(text, offset);
        if (!c) return std::nullopt;
        const Sign sign = sign_of(*c);
        if (sign.kind == Kind::other) return std::nullopt;
        if (sign.kind == Kind::blank) continue;
        if (sign.kind == Kind::separator) {
            scanned.separators += sign.mark;
            continue;
        }
        if (scanned.separators.size() > 2) return std::nullopt;
        auto& number = scanned.numbers[scanned.separators.size()];
        if (number.size() > 4) return std::nullopt;
        number.push_back(sign.value);
        scanned.ascii = scanned.ascii && sign.ascii;
    }
    return scanned;
}

}  // namespace

std::optional<engine::Date> parse_written_date(std::string_view text) {
    const auto scanned = scan(text);
    if (!scanned) return std::nullopt;
    const std::u32string& separators = scanned->separators;
    const bool chinese = separators == U"年月日";
    const bool numeric =
        scanned->ascii && (separators == U"--" || separators == U"//" || separators == U"..");
    if (!chinese && !numeric) return std::nullopt;
    const auto year = year_of(scanned->numbers[0]);
    const auto month = day_or_month(scanned->numbers[1]);
    const auto day = day_or_month(scanned->numbers[2]);
    if (!year || !month || !day || *year < 1 || *month < 1 || *month > 12) return std::nullopt;
    if (*day < 1 || *day > engine::days_in_month(*year, *month)) return std::nullopt;
    return engine::to_date(*year, *month, *day);
}

bool looks_like_written_date(std::string_view text) {
    text = stripped(text);
    if (text.empty() || text.size() > kLongest) return false;
    // Years, months and days that were left open are blanks, crosses or underscores.
    std::u32string separators;
    bool digits = false;
    for (std::size_t offset = 0; offset < text.size();) {
        const auto c = language::next_code_point(text, offset);
        if (!c) return false;
        const Sign sign = sign_of(*c);
        digits = digits || sign.kind == Kind::digit;
        if (sign.kind == Kind::separator) separators += sign.mark;
        const bool open = std::u32string_view(U"×xX＿_*＊").find(*c) != std::u32string_view::npos;
        if (sign.kind == Kind::other && !open) return false;
    }
    return separators == U"年月日" || (digits && (separators == U"--" || separators == U"//"));
}

}  // namespace gongkai::app
