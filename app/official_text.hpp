// Inside app/: the elements of a 公文 as they stand in its text (GB/T 9704): at the top number,
// title and recipient, at the end annexes, signature, date, 附注 and the foot (版记). What does not
// stand where it belongs is not guessed at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gongkai::app {

struct TextElement {
    std::string name;   // as the vocabulary calls it
    std::string value;  // of a date: 2026-11-02
    std::size_t offset = 0;
};

struct OfficialText {
    std::vector<TextElement> elements;  // each name once
    // A line that is meant as the date and cannot be read; length 0: there is none.
    struct Place {
        std::size_t offset = 0;
        std::size_t length = 0;
        bool empty() const { return length == 0; }
    } unreadable_date;
};

// `untitled`: nothing else says the title, so that one is looked for. The text is UTF-8.
OfficialText read_official_text(std::string_view text, bool untitled);

// 青人社发〔2026〕31号: the brackets are these, the number has no 第 and no leading zero.
bool is_document_number(std::string_view text);

}  // namespace gongkai::app
