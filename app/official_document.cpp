#include "app/official_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/content.hpp"
#include "app/official_text.hpp"
#include "app/text_line.hpp"
#include "app/written_date.hpp"
#include "language/unicode.hpp"

namespace gongkai::app {

namespace {

using language::FileId;
using language::Message;
using language::Reporter;
using language::Span;

constexpr std::size_t kLongestHead = 100;  // lines
constexpr std::size_t kLongestKey = 40;    // code points

// The elements of a 公文 (党政机关公文处理工作条例 第9条) by the words that are used for them.
struct Spelling {
    std::string_view written;
    std::string_view name;
};
constexpr Spelling kSpellings[] = {
    {"标题", "title"},
    {"发文字号", "document_number"},
    {"文号", "document_number"},
    {"发文机关", "issuer"},
    {"发文机关署名", "issuer"},
    {"文种", "doc_type"},
    {"成文日期", "written_at"},
    {"主送机关", "main_recipient"},
    {"主送", "main_recipient"},
    {"抄送机关", "cc"},
    {"抄送", "cc"},
    {"附件说明", "annex_note"},
    {"紧急程度", "urgency"},
    {"签发人", "signed_by"},
    {"公开属性", "attribute"},
    {"密级", "secrecy"},
    {"密级和保密期限", "secrecy"},
    {"附件", "attachment"},
};

// Empty where the key is no element of a 公文.
std::string_view element_of(std::string_view key) {
    for (const Spelling& spelling : kSpellings) {
        if (key == spelling.written || key == spelling.name) return spelling.name;
    }
    return {};
}

// "key：value"; nullopt where there is no key.
struct Pair {
    std::string_view key, value;
};
std::optional<Pair> pair_of(std::string_view line) {
    std::size_t at = line.find("：");
    std::size_t width = std::string_view("：").size();
    if (const std::size_t ascii = line.find(':'); ascii < at) {
        at = ascii;
        width = 1;
    }
    if (at == std::string_view::npos) return std::nullopt;
    const Pair pair{stripped(line.substr(0, at)), stripped(line.substr(at + width))};
    if (pair.key.empty() || language::count_code_points(pair.key) > kLongestKey)
        return std::nullopt;
    return pair;
}

// "value" of YAML front matter.
std::string_view unquoted(std::string_view value) {
    const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                        (value.front() == '"' || value.front() == '\'');
    return quoted ? value.substr(1, value.size() - 2) : value;
}

// Whether a line of head says that the document is secret.
bool secret(std::string_view value) {
    constexpr std::string_view open[] = {"", "无", "公开", "非密", "非涉密", "不涉密"};
    return std::find(std::begin(open), std::end(open), value) == std::end(open);
}

class DocumentReader {
  public:
    DocumentReader(const language::SourceFile& file, OfficialDocument& out)
        : file_(reporter_.add(file)), text_(file.text), out_(out) {}

    void read() {
        read_all();
        out_.findings = reporter_.take();
        const bool marked =
            std::any_of(out_.findings.begin(), out_.findings.end(),
                        [](const auto& finding) { return finding.code == "secrecy_mark"; });
        // What must not be held is not held on to, nor shown.
        if (marked) {
            std::erase_if(out_.findings,
                          [](const auto& finding) { return finding.code != "secrecy_mark"; });
            out_.body.clear();
            out_.elements.clear();
            out_.attachments.clear();
        }
    }

  private:
    void read_all() {
        if (!readable()) return;
        read_head();
        find_secrecy_mark();
        out_.body = text_.substr(body_);
        if (stripped(out_.body).empty()) {
            reporter_.error(whole(), "empty_body", {"there is no text after the head", "没有正文"});
            return;
        }
        read_text();
        judge();
    }

    // ---- bytes

    bool readable() {
        if (text_.size() > kMaxOfficialDocumentBytes) {
            reporter_.error(
                whole(), "too_large",
                {fmt::format("the file has {} bytes, more than {}", text_.size(),
                             kMaxOfficialDocumentBytes),
                 fmt::format("文件有 {} 字节，超过 {}", text_.size(), kMaxOfficialDocumentBytes)},
                {"put tables and pictures into attachments", "表格和图片请作为附件"});
            return false;
        }
        if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
            reporter_.error(at(0, 2), "not_utf8", {"the file is UTF-16", "文件是 UTF-16 编码"},
                            {"save it as UTF-8", "请另存为 UTF-8"});
            return false;
        }
        if (text_.starts_with(kByteOrderMark)) {
            reporter_.error(at(0, 3), "byte_order_mark",
                            {"the file begins with a byte order mark, which would be published "
                             "with the text",
                             "文件以 BOM 开头，会随正文一并公开"},
                            {"save it as UTF-8 without BOM", "请另存为不带 BOM 的 UTF-8"});
            return false;
        }
        if (const auto wrong = language::first_invalid_utf8(text_)) {
            reporter_.error(at(*wrong, 1), "not_utf8",
                            {"this byte is not UTF-8", "此处不是 UTF-8 编码"},
                            {"is it GB 18030? iconv -f GB18030 -t UTF-8 turns it into UTF-8",
                             "可能是 GB 18030 编码，请另存为 UTF-8"});
            return false;
        }
        if (const std::size_t nul = text_.find('\0'); nul != std::string_view::npos) {
            reporter_.error(
                at(nul, 1), "nul",
                {"here is a NUL: is this a text at all?", "此处有空字符，可能不是文本文件"});
            return false;
        }
        return true;
    }

    // Also in the head: title and recipient of a secret document are no less secret.
    void find_secrecy_mark() {
        std::string_view rest = text_;
        while (!rest.empty()) {
            const std::string_view line = take_line(rest);
            if (!has_secrecy_mark(line)) continue;
            refuse_secret(line);
            return;
        }
    }

    void refuse_secret(std::string_view line) {
        reporter_.error(
            of(line), "secrecy_mark",
            {"the document bears a mark of secrecy; this system must not hold it, and has kept "
             "nothing of it",
             "文件带有密级标志，本系统不得存储、处理，未留存任何内容"},
            {"handle it by the procedure for secret documents, off this system",
             "请按涉密文件管理程序线下办理"});
    }

    // ---- head

    void read_head() {
        std::string_view rest = text_;
        const std::string_view first = take_line(rest);
        if (stripped(first) == "---") {
            read_fenced_head(rest);
            return;
        }
        const auto pair = pair_of(first);
        if (!pair || element_of(pair->key).empty() || pair->value.empty()) return;
        rest = text_;
        for (std::size_t lines = 0; !rest.empty(); ++lines) {
            const std::string_view line = take_line(rest);
            if (stripped(line).empty()) break;
            if (lines >= kLongestHead || !head_line(line)) {
                not_a_pair(line);
                break;
            }
        }
        body_ = text_.size() - rest.size();
    }

    // A line of `---` that no other one answers is part of the text.
    void read_fenced_head(std::string_view rest) {
        const std::string_view inside = rest;
        bool closed = false;
        for (std::size_t lines = 0; lines < kLongestHead && !rest.empty() && !closed; ++lines)
            closed = stripped(take_line(rest)) == "---";
        if (!closed) return;
        body_ = text_.size() - rest.size();
        rest = inside;
        for (;;) {
            const std::string_view line = take_line(rest);
            const std::string_view bare = stripped(line);
            if (bare == "---") return;
            if (bare.empty() || bare.starts_with('#')) continue;
            if (!head_line(line)) not_a_pair(line);
        }
    }

    void not_a_pair(std::string_view line) {
        reporter_.error(of(line), "head_line",
                        {"a line of the head is `key: value`", "文件头各行应为“键：值”"},
                        {"is an empty line missing between head and text?",
                         "文件头与正文之间是否缺一个空行？"});
    }

    bool head_line(std::string_view line) {
        const auto pair = pair_of(line);
        if (!pair) return false;
        const std::string_view value = unquoted(pair->value);
        const std::string_view name = element_of(pair->key);
        if (value.empty()) return true;
        if (name == "attachment") {
            out_.attachments.push_back({"attachment", std::string(value), line_of(line), true});
        } else if (name == "secrecy") {
            if (secret(value)) refuse_secret(line);
        } else if (name == "written_at") {
            head_date(line, value);
        } else {
            add_from_head(std::string(name.empty() ? pair->key : name), std::string(value), line);
        }
        return true;
    }

    void head_date(std::string_view line, std::string_view value) {
        if (const auto date = parse_written_date(value)) {
            add_from_head("written_at", engine::to_string(*date), line);
            return;
        }
        reporter_.error(
            of(value), "unreadable_date", {"this is no day of the calendar", "日期无法识别"},
            {"write it like 2026-11-02 or 2026年11月2日", "请写成 2026-11-02 或者 2026年11月2日"});
    }

    void add_from_head(std::string name, std::string value, std::string_view line) {
        if (const Element* before = out_.find(name)) {
            reporter_.error(of(line), "duplicate_element",
                            {fmt::format("the head states this in line {} already", before->line),
                             fmt::format("文件头第 {} 行已写过此项", before->line)});
            return;
        }
        out_.elements.push_back({std::move(name), std::move(value), line_of(line), true});
    }

    // ---- text

    void read_text() {
        OfficialText text = read_official_text(text_.substr(body_), out_.find("title") == nullptr);
        for (const TextElement& element : text.elements) {
            if (out_.find(element.name) != nullptr) continue;
            out_.elements.push_back({element.name, element.value,
                                     line_of(text_.substr(body_ + element.offset)), false});
        }
        if (!text.unreadable_date.empty()) {
            reporter_.warning(at(body_ + text.unreadable_date.offset, text.unreadable_date.length),
                              "unreadable_date", {"this date cannot be read", "成文日期无法识别"},
                              {"the date of the document is left open", "成文日期留待填写"});
        }
    }

    void judge() {
        if (out_.find("title") == nullptr) {
            reporter_.warning(at(body_, 1), "no_title", {"no title was found", "没有找到标题"},
                              {"a head line 标题：... states it", "可在文件头写“标题：…”"});
        }
        if (const Element* number = out_.find("document_number");
            number != nullptr && !is_document_number(number->value)) {
            reporter_.warning(of_line(number->line), "odd_number",
                              {"a document number is written like 青人社发〔2026〕31号",
                               "发文字号应写成“青人社发〔2026〕31号”"});
        }
        if (out_.find("annex_note") != nullptr && out_.attachments.empty()) {
            reporter_.warning(
                of_line(out_.find("annex_note")->line), "attachment_missing",
                {"the text names annexes, but no file was given", "正文列有附件，但没有附件文件"},
                {"a head line 附件：FILE names one", "可在文件头写“附件：文件名”"});
        }
        judge_note();
    }

    void judge_note() {
        std::string note = body_note(out_.body);
        if (note == "absent") note = note_further_up();
        if (note == "absent") {
            reporter_.warning(
                at(text_.size() - 1, 1), "no_note",
                {"the last line is no 附注 that states the attribute",
                 "末行没有写明公开属性的附注"},
                {"end with a line like （此件公开发布）", "请以“（此件公开发布）”一类附注结尾"});
            return;
        }
        const Element* attribute = out_.find("attribute");
        if (attribute == nullptr) {
            out_.elements.push_back(
                {"attribute", note, line_of(text_.substr(text_.size())), false});
        } else if (attribute_named(attribute->value) != note) {
            reporter_.warning(
                of_line(attribute->line), "attribute_differs",
                {"the head states another attribute than the 附注 of the text",
                 "文件头所写公开属性与正文附注不一致"},
                {"the flow will not go on until both agree", "两者一致以前，流程不能继续"});
        }
    }

    // The 附注 where it is not the last line; "absent" where there is none at all.
    std::string note_further_up() {
        std::string note = "absent";
        std::string_view rest = out_.body;
        while (!rest.empty()) {
            const std::string_view line = take_line(rest);
            const char* stated = body_note(line);
            if (std::string_view(stated) == "absent") continue;
            note = stated;
            const auto offset = static_cast<std::size_t>(line.data() - out_.body.data());
            reporter_.warning(at(body_ + offset, line.size()), "note_not_last",
                              {"the 附注 is not the last line: its agreement with the attribute is "
                               "not checked by the flow",
                               "附注不在末行，流程不会据此核对公开属性"},
                              {"move it to the end of the text", "请移到正文末尾"});
        }
        return note;
    }

    static std::string attribute_named(std::string_view value) {
        if (value == "主动公开") return "proactive";
        if (value == "依申请公开") return "on_request";
        if (value == "不予公开") return "withheld";
        return std::string(value);
    }

    // ---- places

    Span at(std::size_t offset, std::size_t length) const {
        return {file_, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
    }
    // `part` is a piece of text_.
    Span of(std::string_view part) const {
        const std::string_view bare = stripped(part);
        return at(static_cast<std::size_t>(bare.data() - text_.data()), bare.size());
    }
    std::uint32_t line_of(std::string_view part) const {
        return reporter_.line(at(static_cast<std::size_t>(part.data() - text_.data()), 1));
    }
    Span of_line(std::uint32_t number) const { return of(line_at(text_, number)); }
    const std::string& whole() const { return reporter_.path(file_); }

    Reporter reporter_;
    FileId file_;
    std::string_view text_;
    OfficialDocument& out_;
    std::size_t body_ = 0;  // where it begins
};

}  // namespace

const Element* OfficialDocument::find(std::string_view name) const {
    const auto found = std::find_if(elements.begin(), elements.end(),
                                    [&](const Element& element) { return element.name == name; });
    return found == elements.end() ? nullptr : &*found;
}

OfficialDocument read_official_document(const language::SourceFile& file) {
    OfficialDocument document;
    DocumentReader(file, document).read();
    return document;
}

}  // namespace gongkai::app
