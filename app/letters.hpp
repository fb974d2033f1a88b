// Letters about a document: which can be issued now, and each as a page (docs/letters.md).
//
// A letter is put together from the document as it stands when it is asked for; nothing is stored.
// It is complete or it is refused: where a value that it names is missing, no part of it is shown.
// Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "app/clock.hpp"
#include "app/documents.hpp"
#include "app/page/page.hpp"
#include "language/letter_reader.hpp"

namespace gongkai::app {

// A value that a letter names and the document lacks.
struct LackingValue {
    std::string name;   // a field, or "due.NAME" of a deadline that does not run
    std::string title;  // Chinese
};

struct LetterView {
    std::string name, title;
    std::vector<std::string> basis;
    bool applies = false;  // its condition holds now
    bool draft = false;    // the signature that it goes out under is not live
    std::vector<LackingValue> lacking;
};

struct LettersView {
    engine::DocumentId id = 0;
    std::uint32_t revision = 0;
    std::vector<LetterView> letters;  // all of the flow, by name
};

// Why there is no page. The codes are permanent.
struct LetterRefusal {
    enum class Code {
        not_applicable,  // letter_not_applicable: its condition does not hold
        incomplete,      // letter_incomplete: values are lacking
    };
    Code code = Code::not_applicable;
    LetterView letter;
    std::string condition;  // as written
};
const char* code(LetterRefusal::Code code) noexcept;
std::string sentence_en(const LetterRefusal& refusal);
std::string sentence_zh(const LetterRefusal& refusal);

class Letters {
  public:
    // All must outlive it.
    Letters(Documents& documents, Identity& identity, Flows& flows, Clock& clock);

    // From now on these are the letters; files that are none are not looked at. Error `malformed`
    // with the diagnostics, as a compiler prints them: the letters stay those that they were.
    Result<void> load(const std::vector<language::SourceFile>& files);

    // Errors: `not_found` where the principal may not know of the document, or there is no such
    // letter.
    Result<LettersView> list(const Principal& principal, engine::DocumentId id);
    Result<std::variant<Page, LetterRefusal>> write(const Principal& principal,
                                                    engine::DocumentId id, const std::string& name);

  private:
    using Compiled = std::shared_ptr<const std::vector<language::Letter>>;
    // Those of the version of the flow that a document follows.
    Compiled of(const Flow& flow);

    Documents& documents_;
    Identity& identity_;
    Flows& flows_;
    Clock& clock_;
    std::mutex mutex_;
    std::vector<language::SourceFile> files_;
    std::map<Digest, Compiled> compiled_;  // by definition
};

// 2026年3月2日.
std::string date_in_words(engine::Date date);

}  // namespace gongkai::app
