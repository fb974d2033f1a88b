// Inside app/: lines of a text as they stand in a 公文, and what is stripped from their ends. Blank
// is also the ideographic space, and the no-break space that word processors leave behind.
#pragma once

#include <cstdint>
#include <string_view>

namespace gongkai::app {

inline constexpr std::string_view kIdeographicSpace = "\u3000";
inline constexpr std::string_view kNoBreakSpace = "\u00A0";
inline constexpr std::string_view kByteOrderMark = "\uFEFF";

inline bool strip_one(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

inline bool strip_one_back(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

inline void strip_front(std::string_view& text) {
    while (strip_one(text, " ") || strip_one(text, "\t") || strip_one(text, "\r") ||
           strip_one(text, kIdeographicSpace) || strip_one(text, kNoBreakSpace) ||
           strip_one(text, kByteOrderMark)) {
    }
}

inline void strip_back(std::string_view& text) {
    while (strip_one_back(text, " ") || strip_one_back(text, "\t") || strip_one_back(text, "\r") ||
           strip_one_back(text, "\n") || strip_one_back(text, kIdeographicSpace) ||
           strip_one_back(text, kNoBreakSpace)) {
    }
}

inline std::string_view stripped(std::string_view text) {
    strip_front(text);
    strip_back(text);
    return text;
}

// The first line without its end; `text` is moved behind it.
inline std::string_view take_line(std::string_view& text) {
    const auto newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    return line;
}

// The line with this number (from 1 on) without the blanks around it: a piece of `text`.
inline std::string_view line_at(std::string_view text, std::uint32_t number) {
    for (; number > 1; --number)
        take_line(text);
    return stripped(take_line(text));
}

// A line of the foot (版记) that follows the 附注 of a printed 公文: 抄送：…, …印发, a rule.
inline bool is_foot_line(std::string_view line) {
    line = stripped(line);
    if (line.size() >= 3 && line.find_first_not_of("-*_=") == std::string_view::npos) return true;
    if (line.ends_with("印发") && line.size() <= 200) return true;
    return strip_one(line, "抄送") && (line.starts_with("：") || line.starts_with(":"));
}

}  // namespace gongkai::app
