// A desk at which every letter can be written: the shipped letters and words on flows in which
// every value can be given at once.
#pragma once

#include "app/letters.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

std::vector<std::shared_ptr<const Flow>> letter_flows();
std::vector<language::SourceFile> shipped_letters();

struct LetterDesk {
    Memory backend;
    Office office{backend.open()};
    Letters letters{office.documents, office.identity, office.flows, office.clock};

    LetterDesk();
    // A request has an applicant, a description and a day of receipt where `fields` have none.
    engine::DocumentId open(std::vector<PlainField> fields, const std::string& flow = "request");
    std::variant<Page, LetterRefusal> write(engine::DocumentId id, const std::string& name);
    // The page, also as files where the environment names a folder: GONGKAI_LETTERS. Of a letter
    // that is refused the reason in English.
    std::string html(engine::DocumentId id, const std::string& name);
};

}  // namespace gongkai::app::testing
