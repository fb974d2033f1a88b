#include "language/guard_token.hpp"

#include <algorithm>
#include <array>

#include "language/expression.hpp"

namespace gongkai::language {

namespace {

constexpr std::array<std::string_view, 25> kWords{
    "and",  "or",      "not",       "in",          "is",  "by",      "another", "given", "missing",
    "tag",  "true",    "false",     "yes",         "no",  "signed",  "actor",   "of",    "length",
    "rows", "matches", "approvals", "attachments", "all", "drafter", "clock"};

constexpr std::array<std::string_view, 11> kSymbols{"!=", "<=", ">=", "<", ">", "=",
                                                    "(",  ")",  "[",  "]", ","};

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}
bool continues_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '/';
}

bool is_guard_word(std::string_view name) {
    return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

Token next_token(std::string_view text, std::size_t& at) {
    while (at < text.size() && is_blank(text[at]))
        ++at;
    const std::size_t start = at;
    if (start == text.size()) return {Token::Kind::end, {}, start};
    const auto token = [&](Token::Kind kind) {
        return Token{kind, text.substr(start, at - start), start};
    };
    const auto skip = [&](const auto& belongs) {
        while (at < text.size() && belongs(text[at]))
            ++at;
    };
    const char first = text[at++];
    const char second = at < text.size() ? text[at] : '\0';
    if (is_letter(first)) {
        skip(is_name_character);
        return token(Token::Kind::word);
    }
    if (first == '$' && is_letter(second)) {
        skip(is_name_character);
        return token(Token::Kind::parameter);
    }
    if (is_digit(first) || (first == '-' && is_digit(second))) {
        skip([](char c) { return is_digit(c) || c == '-'; });
        const bool date =
            text.substr(start + 1, at - start - 1).find('-') != std::string_view::npos;
        return token(date ? Token::Kind::date : Token::Kind::number);
    }
    for (const std::string_view symbol : kSymbols) {
        if (!text.substr(start).starts_with(symbol)) continue;
        at = start + symbol.size();
        return token(Token::Kind::symbol);
    }
    // A whole code point, so that the caret does not cut one.
    skip(continues_code_point);
    return token(Token::Kind::strange);
}

}  // namespace gongkai::language
