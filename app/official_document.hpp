// Reads a 公文 out of a file: text or Markdown in UTF-8.
//
// A file may begin with a head that says what the text alone does not. It is either the first block
// of lines 键：值 (the first key is an element of a 公文, the block ends with an empty line), or
// the same lines between two lines of `---`. What follows is the body, kept byte for byte:
// everything else that is found in it (title, recipient, annexes, signature, date, 附注) is read
// off it and stays where it is.
//
//     标题：2026年冬季职业技能培训工作实施方案
//     成文日期：2026-11-02
//     附件：报名登记表.docx          a file beside this one; may be repeated
//
//     为做好农闲时节劳动者技能培训，……
//     （此件公开发布）
//
// Pure and total: whatever the bytes are, it comes back with a document or with at least one error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::app {

inline constexpr std::size_t kMaxOfficialDocumentBytes = 1024 * 1024;

// One element of a 公文.
struct Element {
    // As the vocabulary calls it ("title", "document_number", ...); a key of the head that is no
    // element of a 公文 stays as it was written: its flow may know it.
    std::string name;
    std::string value;  // of a date that could be read: 2026-11-02
    std::uint32_t line = 0;
    bool from_head = false;  // else read off the text
};

struct OfficialDocument {
    std::string body;
    std::vector<Element> elements;     // each name once
    std::vector<Element> attachments;  // files named in the head, in order
    // Errors: nothing may be made of the document. After a mark of secrecy (`secrecy_mark`) all of
    // the above is empty.
    std::vector<language::Diagnostic> findings;

    const Element* find(std::string_view name) const;
    bool refused() const { return language::has_errors(findings); }
};

// Codes of findings, permanent. Errors: too_large, byte_order_mark, not_utf8, nul, secrecy_mark,
// empty_body, head_line, duplicate_element, unreadable_date (in the head). Warnings: no_title,
// no_note (附注), note_not_last, attribute_differs, unreadable_date (in the text), odd_number,
// attachment_missing.
OfficialDocument read_official_document(const language::SourceFile& file);

}  // namespace gongkai::app
