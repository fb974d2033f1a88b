#include "app/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "app/field_words.hpp"
#include "app/text_line.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

namespace fs = std::filesystem;
using language::FileId;
using language::Message;
using language::Reporter;
using language::Span;

// What a finding about an element points to.
Span span_of(const language::SourceFile& file, FileId id, const Element& element) {
    const std::string_view line = line_at(file.text, element.line);
    return {id, static_cast<std::uint32_t>(line.data() - file.text.data()),
            static_cast<std::uint32_t>(line.size())};
}

class Drafter {
  public:
    Drafter(const Flow& flow, const language::SourceFile& file, ImportedDraft& out)
        : definition_(flow.definition),
          flow_(flow),
          file_(file),
          id_(reporter_.add(file)),
          out_(out) {}

    void draft(const OfficialDocument& document) {
        for (const Element& element : document.elements)
            take(element);
        if (flow_.body == engine::kNone) {
            reporter_.error(file_.path, "no_body_field",
                            {fmt::format("the flow {} takes no text", definition_.flow),
                             fmt::format("流程 {} 没有正文字段", definition_.flow)});
        } else {
            out_.fields.push_back({definition_.fields[flow_.body].name, document.body});
        }
        const Element* number = document.find("document_number");
        out_.source_id =
            number != nullptr
                ? number->value
                : "sha256:" + storage::audit::to_hex(storage::audit::sha256(file_.text));
        auto found = reporter_.take();
        out_.findings = document.findings;
        out_.findings.insert(out_.findings.end(), found.begin(), found.end());
    }

  private:
    void take(const Element& element) {
        const engine::FieldId id = field_by_words(definition_, element.name);
        if (id == engine::kNone || id == flow_.body) {
            if (element.from_head) leave_out(element);
            return;
        }
        const engine::Field& field = definition_.fields[id];
        const bool twice =
            std::any_of(out_.fields.begin(), out_.fields.end(),
                        [&](const PlainField& other) { return other.name == field.name; });
        if (twice) {
            reporter_.error(span_of(file_, id_, element), "duplicate_element",
                            {fmt::format("{} is stated a second time here", field.name),
                             fmt::format("“{}”重复填写", field.title)});
            return;
        }
        auto value = value_by_words(field, element.value);
        if (const auto* wrong = std::get_if<Invalid>(&value)) {
            reporter_.error(span_of(file_, id_, element), wrong->code,
                            {field.name + " " + wrong->message, field.title + wrong->message_zh});
            return;
        }
        out_.fields.push_back({field.name, std::get<PlainValue>(std::move(value))});
    }

    void leave_out(const Element& element) {
        std::vector<std::string> titles;
        for (const engine::Field& field : definition_.fields) {
            if (!field.derived && !field.assigned) titles.push_back(field.title);
        }
        reporter_.warning(
            span_of(file_, id_, element), "element_left_out",
            {fmt::format("the flow {} has no field for this, so it is left out", definition_.flow),
             fmt::format("流程 {} 没有对应的字段，未导入", definition_.flow)},
            language::did_you_mean(element.name, titles));
    }

    const engine::Definition& definition_;
    const Flow& flow_;
    const language::SourceFile& file_;
    Reporter reporter_;
    FileId id_;
    ImportedDraft& out_;
};

// At most one byte more than a document may have: its reader says that it is too large.
std::optional<std::string> text_of(const fs::path& path) {
    std::error_code why;
    if (!fs::is_regular_file(path, why)) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::string text(kMaxOfficialDocumentBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || (in.fail() && !in.eof())) return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

// Whether the file is one beside or below the document, also when links are followed: a document
// that came from elsewhere must not name whatever its importer can read.
bool is_beside(const fs::path& document, const fs::path& file) {
    std::error_code why;
    const fs::path folder = fs::canonical(fs::absolute(document).parent_path(), why);
    if (why) return false;
    const fs::path real = fs::canonical(file, why);
    if (why) return false;
    return std::mismatch(folder.begin(), folder.end(), real.begin(), real.end()).first ==
           folder.end();
}

}  // namespace

ImportedDraft imported_draft(const Flow& flow, const language::SourceFile& file,
                             const OfficialDocument& document) {
    ImportedDraft draft;
    Drafter(flow, file, draft).draft(document);
    return draft;
}

std::optional<std::vector<PlainAttachment>> DocumentImport::take_attachments(
    const fs::path& file, const language::SourceFile& source, const OfficialDocument& document,
    const ImportOrder& order, ImportAnswer& answer) {
    if (document.attachments.empty()) return std::nullopt;
    Reporter reporter;
    const FileId id = reporter.add(source);
    std::vector<fs::path> paths;
    for (const Element& named : document.attachments) {
        const fs::path path = file.parent_path() / named.value;
        std::error_code why;
        if (fs::exists(path, why) && !is_beside(file, path)) {
            reporter.error(span_of(source, id, named), "attachment_outside",
                           {"only a file beside or below the document can be attached",
                            "附件必须与文件在同一文件夹或其子文件夹中"});
        } else if (!fs::is_regular_file(path, why)) {
            reporter.error(span_of(source, id, named), "unknown_attachment",
                           {"there is no such file beside the document", "没有这个附件文件"});
        }
        paths.push_back(path);
    }
    const bool failed = reporter.failed();
    auto found = reporter.take();
    answer.findings.insert(answer.findings.end(), found.begin(), found.end());
    if (failed || order.dry_run) return std::nullopt;
    std::vector<PlainAttachment> attachments;
    for (const fs::path& path : paths) {
        auto handed_in = attachments_.add_copy(order.principal, path);
        if (!handed_in) {
            answer.outcome = std::move(handed_in).error();
            return std::nullopt;
        }
        attachments.push_back({handed_in->digest, path.filename().string()});
    }
    return attachments;
}

ImportAnswer DocumentImport::take(const fs::path& path, const ImportOrder& order) {
    ImportAnswer answer;
    answer.file = path.string();
    const auto fail = [&](std::string code, Message message) {
        Reporter reporter;
        reporter.error(answer.file, std::move(code), std::move(message));
        answer.findings = reporter.take();
        return answer;
    };
    auto text = text_of(path);
    if (!text) return fail("unreadable_file", {"the file cannot be read", "文件无法读取"});
    const auto flow = flows_.current(order.flow);
    if (!flow) {
        return fail("unknown_flow", {fmt::format("there is no flow {}", order.flow),
                                     fmt::format("没有流程 {}", order.flow)});
    }
    const language::SourceFile source{answer.file, std::move(*text)};
    const OfficialDocument document = read_official_document(source);
    answer.findings = document.findings;
    if (answer.refused()) return answer;
    ImportedDraft draft = imported_draft(*flow, source, document);
    answer.findings = std::move(draft.findings);
    answer.source_id = draft.source_id;
    for (const PlainField& stated : order.fields) {
        std::erase_if(draft.fields, [&](const auto& field) { return field.name == stated.name; });
        draft.fields.push_back(stated);
        // It is stated now.
        if (stated.name == "title")
            std::erase_if(answer.findings, [](const auto& one) { return one.code == "no_title"; });
    }
    auto attachments = take_attachments(path, source, document, order, answer);
    const auto known = documents_.find_external(order.principal, kImportSource, draft.source_id);
    if (known) answer.known = *known;
    if (answer.refused() || answer.outcome || order.dry_run) return answer;

    StepRequest request;
    request.principal = order.principal;
    request.request_id = "import";
    input::HandIn hand_in{kImportSource,    draft.source_id,         order.flow,
                          order.department, std::move(draft.fields), std::move(attachments)};
    request.input = std::move(hand_in);
    answer.outcome = documents_.run(std::move(request));
    return answer;
}

}  // namespace gongkai::app
