// What is wrong with a rule file, said so that a legal officer can mend it: the place, the line
// with a caret below it, the reason and, where one is likely, the remedy.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "language/source.hpp"

namespace gongkai::language {

enum class Severity { error, warning };

struct Diagnostic {
    Severity severity = Severity::error;
    std::string code;          // permanent: "unknown_key"
    std::string file;          // as SourceFile::path
    std::uint32_t line = 0;    // 1-based; 0 when the whole file is meant
    std::uint32_t column = 0;  // 1-based, in Unicode code points
    std::uint32_t length = 0;  // code points on that line, at least 1
    std::string message;       // English, one sentence without a full stop
    std::string message_zh;
    std::string hint;  // the likely remedy, "did you mean `title`?"; may be empty
    std::string hint_zh;
    std::string excerpt;               // the line, cut to a window around the place if it is long
    std::uint32_t excerpt_column = 0;  // of the place within `excerpt`, 1-based, in code points

    bool operator==(const Diagnostic&) const = default;
};

enum class Tongue { english, chinese };

// As a compiler prints it:
//
//     decision.yaml:3:5: error[unknown_key]: a state has no key `tilte`
//        3 |     tilte: 起草
//          |     ^^^^^
//          = did you mean `title`?
//
// Carets stand right below wide characters (two cells each). Ends with a line feed.
std::string render(const Diagnostic& diagnostic, Tongue tongue = Tongue::english);
// All of them, with an empty line between two.
std::string render(std::span<const Diagnostic> diagnostics, Tongue tongue = Tongue::english);
// A JSON array with one object a diagnostic; its members are named as those of Diagnostic, without
// the excerpt.
std::string to_json(std::span<const Diagnostic> diagnostics);

bool has_errors(std::span<const Diagnostic> diagnostics);

// The candidate that is most like `wrong` (Damerau-Levenshtein), if one is near enough to be what
// was meant.
std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> candidates);

// Cells that the text takes on a terminal: 2 for a wide character, 0 for a combining one.
std::size_t cells(std::string_view utf8);

// One sentence in both tongues.
struct Message {
    std::string en;
    std::string zh;
};

// "did you mean ...", or empty where nothing is near.
Message did_you_mean(std::string_view wrong, std::span<const std::string> candidates);

// Collects diagnostics. The texts of the files given to add() must outlive it.
class Reporter {
  public:
    FileId add(const SourceFile& file);
    const std::string& path(FileId file) const;
    std::string_view text(FileId file) const;
    std::uint32_t line(const Span& span) const;

    void error(const Span& span, std::string code, Message message, Message hint = {});
    void warning(const Span& span, std::string code, Message message, Message hint = {});
    // Of the file as a whole, or of one that is not there.
    void error(std::string path, std::string code, Message message, Message hint = {});

    bool failed() const { return failed_; }
    std::size_t count() const { return found_.size(); }
    // In the order of the files and of the places in them, each once.
    std::vector<Diagnostic> take();

  private:
    struct File {
        std::string path;
        std::string_view text;
        std::vector<std::uint32_t> line_starts;
    };
    struct Found {
        FileId file;
        std::uint32_t offset;
        Diagnostic diagnostic;
    };
    void add(Severity severity, const Span& span, std::string code, Message message, Message hint);

    std::vector<File> files_;
    std::vector<Found> found_;
    // A part is read once for every place that runs it, and would repeat itself.
    std::set<std::tuple<FileId, std::uint32_t, std::string, std::string>> told_;
    bool failed_ = false;
};

}  // namespace gongkai::language
