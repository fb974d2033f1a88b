// Documents from files, taken into a flow as drafts of a given person: what `gongkai import
// document` does. Each is handed in with the source "import" and an id of its own, its 发文字号, or
// the SHA-256 of its bytes where it has none: so that importing it again opens no second draft, and
// changes nothing where nothing differs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/attachments.hpp"
#include "app/documents.hpp"
#include "app/official_document.hpp"

namespace gongkai::app {

inline constexpr const char* kImportSource = "import";

// What a draft of a flow takes from a document. Pure.
struct ImportedDraft {
    std::string source_id;
    std::vector<PlainField> fields;
    // Those of the document and its own: errors unknown_choice, wrong_type, no_body_field; warning
    // element_left_out.
    std::vector<language::Diagnostic> findings;
};
ImportedDraft imported_draft(const Flow& flow, const language::SourceFile& file,
                             const OfficialDocument& document);

struct ImportOrder {
    Principal principal;  // whose drafts they become
    std::string flow;
    engine::DepartmentCode department;
    std::vector<PlainField> fields;  // stated beside the files: they go before what these say
    bool dry_run = false;            // look at everything, write nothing
};

struct ImportAnswer {
    std::string file;
    std::string source_id;
    std::vector<language::Diagnostic> findings;  // with an error: nothing was written
    engine::DocumentId known = 0;                // the draft that came of an earlier import
    std::optional<Outcome> outcome;              // nullopt: an error above, or a dry run
    bool refused() const { return language::has_errors(findings); }
};

class DocumentImport {
  public:
    // All must outlive it.
    DocumentImport(Documents& documents, Attachments& attachments, Flows& flows)
        : documents_(documents), attachments_(attachments), flows_(flows) {}

    // Waits for the commit: not from the store's writer thread. Findings about the file itself:
    // unreadable_file, unknown_flow, and of what the head names as attachment: unknown_attachment,
    // attachment_outside (only files beside or below the document are taken).
    ImportAnswer take(const std::filesystem::path& file, const ImportOrder& order);

  private:
    // nullopt where the document names none, or where one cannot be taken (the answer says why).
    std::optional<std::vector<PlainAttachment>> take_attachments(const std::filesystem::path& file,
                                                                 const language::SourceFile& source,
                                                                 const OfficialDocument& document,
                                                                 const ImportOrder& order,
                                                                 ImportAnswer& answer);

    Documents& documents_;
    Attachments& attachments_;
    Flows& flows_;
};

}  // namespace gongkai::app
