#include "app/import.hpp"

#include <fstream>

#include "tests/walk/bureau.hpp"

namespace gongkai::app::testing {

namespace {

namespace fs = std::filesystem;

std::string codes(const ImportAnswer& answer) {
    std::string out;
    for (const auto& finding : answer.findings)
        out += (out.empty() ? "" : " ") + finding.code + ":" + std::to_string(finding.line);
    return out;
}

std::string field(const ImportedDraft& draft, const std::string& name) {
    for (const PlainField& one : draft.fields) {
        if (one.name != name) continue;
        const auto* text = std::get_if<std::string>(&one.value);
        return text == nullptr ? "(no text)" : *text;
    }
    return "-";
}

ImportedDraft draft_of(Bureau& bureau, const std::string& text, const char* flow = "execution") {
    const language::SourceFile file{"test.md", text};
    return imported_draft(*bureau.application->flows().current(flow), file,
                          read_official_document(file));
}

std::uint64_t leaves(Bureau& bureau) {
    return bureau.application->store().head().size;
}

fs::path write(Bureau& bureau, const fs::path& name, const std::string& text) {
    const fs::path path = bureau.folder / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

const std::string kHead = "标题：关于放假的公告\n文号：青人社发〔2026〕1号\n";
const std::string kText = "正文。\n（此件公开发布）\n";

}  // namespace

TEST_CASE("import: elements go into the fields of the flow by their words") {
    Bureau bureau;
    const ImportedDraft draft = draft_of(
        bureau,
        "标题：关于放假的公告\n文种：公告\n成文日期：二〇二六年十一月二日\n公开属性：不予公开\n"
        "理由：内部事务——后勤管理\n依据条款：条例第十六条\n理由说明：仅涉内部\n紧急程度：加急\n"
        "公开事项编号：ZD-2.1\n形成日期：2026年11月1日\n政策性文件：是\n抄送：市政府\n\n" +
            kText);
    CHECK(field(draft, "title") == "关于放假的公告");
    CHECK(field(draft, "doc_type") == "announcement");
    CHECK(field(draft, "written_at") == "2026-11-02");
    CHECK(field(draft, "attribute") == "withheld");
    CHECK(field(draft, "attribute_reason") == "art16_logistics");
    CHECK(field(draft, "attribute_article") == "条例第十六条");
    CHECK(field(draft, "attribute_explanation") == "仅涉内部");
    CHECK(field(draft, "urgency") == "urgent");
    CHECK(field(draft, "catalog_item") == "ZD-2.1");
    CHECK(field(draft, "formed_at") == "2026-11-01");
    CHECK(field(draft, "policy_document") == "(no text)");
    CHECK(field(draft, "cc") == "市政府");
    CHECK(field(draft, "body") == kText);
    CHECK(draft.source_id.rfind("sha256:", 0) == 0);
    CHECK(draft_of(bureau, kHead + "\n" + kText).source_id == "青人社发〔2026〕1号");
}

TEST_CASE("import: a word that means nothing to the flow is named, with what is near") {
    Bureau bureau;
    struct Row {
        const char* line;
        const char* code;
        const char* hint;
    };
    const Row rows[] = {
        {"公开属姓：主动公开", "element_left_out", "公开属性"},
        {"决策依据：就业促进法", "element_left_out", ""},
        {"公开属性：主动公布", "unknown_choice", ""},
        {"形成日期：去年", "wrong_type", ""},
        {"政策性文件：大概", "wrong_type", ""},
        {"实施步骤：准备", "wrong_type", ""},
        {"issuer：甲\n发文机关：乙", "duplicate_element", ""},
        // What only the system fills in is no field to an importer.
        {"密级标志：否", "element_left_out", ""},
        {"body_note：proactive", "element_left_out", ""},
    };
    for (const Row& row : rows) {
        INFO(row.line);
        const auto path = write(bureau, "odd.md", kHead + row.line + "\n\n" + kText);
        const ImportAnswer answer = bureau.import(path, "execution");
        const auto found =
            std::find_if(answer.findings.begin(), answer.findings.end(),
                         [&](const auto& finding) { return finding.code == row.code; });
        REQUIRE(found != answer.findings.end());
        CHECK(found->line >= 3);
        CHECK(found->hint.find(row.hint) != std::string::npos);
        CHECK_FALSE(found->message_zh.empty());
        CHECK(answer.outcome.has_value() != answer.refused());
    }
}

TEST_CASE("import: every open document of the examples becomes a draft of its flow") {
    Bureau bureau;
    const std::pair<const char*, const char*> rows[] = {
        {"training-plan.md", "execution"}, {"subsidy-rules.md", "decision"},
        {"quarter-results.md", "result"},  {"arbitration-reply.md", "execution"},
        {"duty-roster.md", "execution"},   {"note-mismatch.md", "execution"},
    };
    for (const auto& [name, flow] : rows) {
        INFO(name);
        const auto answer =
            bureau.import(in_source(std::string("examples/documents/") + name), flow);
        INFO(language::render(answer.findings));
        REQUIRE(answer.outcome.has_value());
        CHECK(done(*answer.outcome).created);
        for (const auto& finding : answer.findings)
            CHECK(finding.code != "element_left_out");
    }
}

TEST_CASE("import: a document with a mark of secrecy leaves no trace") {
    Bureau bureau;
    const std::uint64_t before = leaves(bureau);
    const ImportAnswer answer =
        bureau.import(in_source("examples/documents/marked-secret.md"), "execution");
    CHECK(codes(answer) == "secrecy_mark:8");
    CHECK_FALSE(answer.outcome.has_value());
    CHECK(answer.source_id.empty());
    CHECK(leaves(bureau) == before);
}

TEST_CASE("import: a dry run writes nothing and says what is known") {
    Bureau bureau;
    const auto path = write(bureau, "a.md", kHead + "\n" + kText);
    DocumentImport import(bureau.application->documents(), bureau.application->attachments(),
                          bureau.application->flows());
    ImportOrder order{bureau.as("lihua"), "execution", "employment", {}, true};
    const std::uint64_t before = leaves(bureau);
    const ImportAnswer fresh = import.take(path, order);
    CHECK_FALSE(fresh.outcome.has_value());
    CHECK(fresh.known == 0);
    CHECK(fresh.source_id == "青人社发〔2026〕1号");
    CHECK(leaves(bureau) == before);
    const Done opened = done(*bureau.import(path, "execution").outcome);
    CHECK(import.take(path, order).known == opened.id);
}

TEST_CASE("import: the same number again is the same draft, with what has changed") {
    Bureau bureau;
    const auto path = write(bureau, "a.md", kHead + "\n" + kText);
    const Done opened = done(*bureau.import(path, "execution").outcome);
    write(bureau, "a.md", kHead + "\n" + "改过的" + kText);
    const Done edited = done(*bureau.import(path, "execution").outcome);
    CHECK(edited.id == opened.id);
    CHECK_FALSE(edited.created);
    CHECK(edited.revision == opened.revision + 1);
    // The same bytes under another name are the same document.
    const auto other = write(bureau, "sub/b.txt", kHead + "\n" + "改过的" + kText);
    CHECK_FALSE(done(*bureau.import(other, "execution").outcome).changed);
    // Where nothing is numbered, other bytes are another document.
    const auto bare = write(bureau, "c.md", "标题：甲\n\n" + kText);
    const Done first = done(*bureau.import(bare, "execution").outcome);
    write(bureau, "c.md", "标题：甲\n\n甲" + kText);
    CHECK(done(*bureau.import(bare, "execution").outcome).id != first.id);
}

TEST_CASE("import: what the person may not do is refused as anywhere else") {
    Bureau bureau;
    const auto path = write(bureau, "a.md", kHead + "\n" + kText);
    DocumentImport import(bureau.application->documents(), bureau.application->attachments(),
                          bureau.application->flows());
    ImportAnswer answer =
        import.take(path, {bureau.as("zhaomin"), "execution", "employment", {}, false});
    REQUIRE(answer.outcome.has_value());
    CHECK(std::get<Refused>(*answer.outcome).refusal.reason == engine::Reason::department_mismatch);
    answer = import.take(path, {bureau.as("lihua"), "execution", "moon", {}, false});
    CHECK(std::get<Invalid>(*answer.outcome).code == "unknown_department");
    answer = import.take(path, {bureau.as("lihua"), "nothing", "employment", {}, false});
    CHECK(codes(answer) == "unknown_flow:0");
    answer = import.take(bureau.folder / "gone.md",
                         {bureau.as("lihua"), "execution", "employment", {}, false});
    CHECK(codes(answer) == "unreadable_file:0");
    answer = import.take(bureau.folder, {bureau.as("lihua"), "execution", "employment", {}, false});
    CHECK(codes(answer) == "unreadable_file:0");
}

TEST_CASE("import: attachments are taken from beside the document, and from nowhere else") {
    Bureau bureau;
    write(bureau, "in/tables/form.docx", "表格");
    write(bureau, "outside.txt", "别处");
    fs::create_symlink(bureau.folder / "outside.txt", bureau.folder / "in" / "link.txt");
    const auto import = [&](const std::string& lines) {
        return bureau.import(write(bureau, "in/a.md", kHead + lines + "\n" + kText), "execution");
    };
    for (const char* escape : {"../outside.txt", "link.txt", "/etc/hostname"}) {
        INFO(escape);
        const ImportAnswer answer = import(std::string("附件：") + escape + "\n");
        CHECK(codes(answer) == "attachment_outside:3");
        CHECK_FALSE(answer.outcome.has_value());
    }
    CHECK(codes(import("附件：gone.docx\n附件：tables\n")) ==
          "unknown_attachment:3 unknown_attachment:4");

    const Done opened = done(*import("附件：tables/form.docx\n").outcome);
    auto view = bureau.application->documents().find(bureau.as("lihua"), opened.id);
    REQUIRE((view && view->attachments.size() == 1));
    CHECK(view->attachments[0].name == "form.docx");
    const auto file = bureau.application->attachments().open(bureau.as("lihua"), opened.id,
                                                             view->attachments[0].digest);
    REQUIRE(file.has_value());
    CHECK(bytes_of(file->path) == "表格");
    CHECK(bytes_of(bureau.folder / "in/tables/form.docx") == "表格");
    CHECK_FALSE(done(*import("附件：tables/form.docx\n").outcome).changed);
    CHECK(fs::is_empty(bureau.application->attachments().spool_folder()));
    // A head that names none says nothing about those that are there.
    CHECK_FALSE(done(*import("").outcome).changed);
}

}  // namespace gongkai::app::testing
