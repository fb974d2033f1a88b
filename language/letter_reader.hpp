// Reads the letters of workflows/letters/: one file a letter, and bureau.yaml with what is said of
// the bureau and with passages that several letters share (docs/letters.md).
//
// A letter is compiled for one definition of its flow: its conditions are guards of the language,
// and every field, deadline and entry that a placeholder names is looked up now, so that a letter
// that could never be written is found when the rules are loaded.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

// A stretch of a line: words as they are, or what stands in place of {{NAME}}.
struct LetterPiece {
    enum class Kind {
        words,
        field,       // {{applicant_name}}
        bureau,      // {{bureau.phone}}: `words` is the entry's text already
        today,       // {{today}}
        department,  // {{department}}: the title of the document's department
        due,         // {{due.reply}}: the last day of a running deadline
    };
    Kind kind = Kind::words;
    std::string words;
    engine::FieldId field = engine::kNone;
    engine::TimerId timer = engine::kNone;
};
using LetterLine = std::vector<LetterPiece>;

struct LetterBlock {
    engine::Guard when;                     // the block is left out where it does not hold
    engine::FieldId table = engine::kNone;  // a table of the document, instead of text
    // The first whose guard holds; a paragraph has one, a passage as many as are written.
    std::vector<std::pair<engine::Guard, LetterLine>> choices;
};

struct Letter {
    std::string name;   // permanent: "extension"
    std::string title;  // 政府信息公开延期答复告知书
    std::string flow;
    std::vector<std::string> basis;
    engine::Guard when;                        // may be issued now
    engine::SignatureId sign = engine::kNone;  // a draft until it is live; kNone: none needed
    LetterLine number;                         // 文号、登记号; empty: none
    LetterLine to;                             // addressee
    engine::FieldId date = engine::kNone;      // of the letter; kNone: today
    std::vector<LetterBlock> text;
    std::string signed_by;  // the bureau's name
};

struct LetterReading {
    std::vector<Letter> letters;  // by name; those of flows that are not among `flows` are left out
    std::vector<Diagnostic> diagnostics;
};

// Files whose path begins with "letters/"; others are not looked at. A letter of a flow that is not
// given is a warning (unknown_flow).
LetterReading read_letters(std::span<const SourceFile> files,
                           std::span<const engine::Definition* const> flows);

}  // namespace gongkai::language
