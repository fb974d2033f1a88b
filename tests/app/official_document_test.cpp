#include "app/official_document.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "app/content.hpp"
#include "app/written_date.hpp"

namespace gongkai::app::testing {

namespace {

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    REQUIRE(in.good());
    return out.str();
}

OfficialDocument read(const std::string& text) {
    return read_official_document({"test.md", text});
}

// "code:line" of each finding, in their order.
std::string findings(const OfficialDocument& document) {
    std::string out;
    for (const auto& finding : document.findings) {
        CHECK_FALSE(finding.message.empty());
        CHECK_FALSE(finding.message_zh.empty());
        if (!out.empty()) out += ' ';
        out += finding.code + ':' + std::to_string(finding.line);
    }
    return out;
}

std::string findings(const std::string& text) {
    return findings(read(text));
}

std::string value(const OfficialDocument& document, const char* name) {
    const Element* element = document.find(name);
    return element == nullptr ? "-" : element->value;
}

std::string value(const std::string& text, const char* name) {
    return value(read(text), name);
}

}  // namespace

TEST_CASE("official document: the documents of the examples are read with their elements") {
    struct Row {
        const char* file;
        const char* title;
        const char* number;
        const char* date;
        const char* attribute;
        const char* findings;
    };
    const Row rows[] = {
        {"training-plan.md", "2026年冬季职业技能培训工作实施方案", "青人社发〔2026〕31号",
         "2026-11-02", "主动公开", "attachment_missing:29"},
        {"registration-guide.md", "失业登记办事指南", "-", "2026-10-12", "主动公开",
         "attachment_missing:42"},
        {"subsidy-rules.md", "青溪县灵活就业人员社会保险补贴办法（征求意见稿）", "-", "2026-09-01",
         "主动公开", ""},
        {"quarter-results.md", "2026年第三季度就业惠民措施落实情况", "-", "2026-10-20", "-",
         "no_note:14"},
        {"arbitration-reply.md", "关于茶厂季节工工时认定问题的答复", "青人社函〔2026〕17号",
         "2026-10-27", "依申请公开", ""},
        {"duty-roster.md", "关于国庆假期局机关值班安排的通知", "青人社办〔2026〕9号", "2026-09-24",
         "不予公开", ""},
        {"note-mismatch.md", "关于开展人力资源市场秩序检查的通知", "青人社发〔2026〕33号",
         "2026-11-06", "主动公开", "attribute_differs:7"},
        {"marked-secret.md", "-", "-", "-", "-", "secrecy_mark:8"},
    };
    for (const Row& row : rows) {
        INFO(row.file);
        const auto path =
            std::filesystem::path(GONGKAI_SOURCE_DIR) / "examples" / "documents" / row.file;
        const std::string bytes = bytes_of(path);
        const OfficialDocument document = read(bytes);
        CHECK(value(document, "title") == row.title);
        CHECK(value(document, "document_number") == row.number);
        CHECK(value(document, "written_at") == row.date);
        CHECK(value(document, "attribute") == row.attribute);
        CHECK(findings(document) == row.findings);
        // What follows the head is the body, to the last byte.
        const bool secret = std::string(row.file) == "marked-secret.md";
        CHECK(document.refused() == secret);
        CHECK(document.body == (secret ? "" : bytes.substr(bytes.find("\n\n") + 2)));
    }
}

TEST_CASE("official document: a text without a head is the body as it stands") {
    const std::string text =
        "楚市人社发〔2026〕12号\r\n"
        "\r\n"
        "楚雄市人力资源和社会保障局\r\n"
        "关于做好冬季培训工作的通知\r\n"
        "\r\n"
        "各乡镇人民政府，局机关各科室：\r\n"
        "　　现将有关事项通知如下。\r\n"
        "一、抓紧报名。\r\n"
        "　　附件：1.报名登记表\r\n"
        "　　　　　2.培训计划表\r\n"
        "\r\n"
        "　　　　　　　　楚雄市人力资源和社会保障局\r\n"
        "　　　　　　　　二〇二六年十一月二日\r\n"
        "（此件公开发布）\r\n"
        "\r\n"
        "---\r\n"
        "抄送：市政府办公室，市财政局。\r\n"
        "楚雄市人力资源和社会保障局办公室　　　2026年11月3日印发\r\n";
    const OfficialDocument document = read(text);
    CHECK(findings(document) == "attachment_missing:9");
    CHECK(document.body == text);
    CHECK(value(document, "document_number") == "楚市人社发〔2026〕12号");
    CHECK(value(document, "title") == "楚雄市人力资源和社会保障局关于做好冬季培训工作的通知");
    CHECK(value(document, "doc_type") == "通知");
    CHECK(value(document, "main_recipient") == "各乡镇人民政府，局机关各科室");
    CHECK(value(document, "annex_note") == "1.报名登记表\n2.培训计划表");
    CHECK(value(document, "issuer") == "楚雄市人力资源和社会保障局");
    CHECK(value(document, "written_at") == "2026-11-02");
    CHECK(value(document, "attribute") == "proactive");
    CHECK(value(document, "cc") == "市政府办公室，市财政局");
    // The foot of a printed document does not hide the 附注 from the flow.
    CHECK(std::string(body_note(text)) == "proactive");
}

TEST_CASE("official document: a title is found where it stands and not guessed") {
    const std::string end = "\n\n正文。\n（此件公开发布）\n";
    CHECK(value("# 关于放假的公告" + end, "title") == "关于放假的公告");
    CHECK(value("# 随便什么" + end, "title") == "随便什么");
    CHECK(value("失业保险条例实施办法（试行）" + end, "title") == "失业保险条例实施办法（试行）");
    CHECK(value("关于\n放假的\n公告" + end, "title") == "关于放假的公告");
    CHECK(value("为落实国务院决定，制定本方案" + end, "title") == "-");
    CHECK(value("一、实施方案" + end, "title") == "-");
    CHECK(value("## 设定依据" + end, "title") == "-");
    CHECK(value("随便什么" + end, "title") == "-");
    CHECK(value("标题：甲\n\n# 乙" + end, "title") == "甲");
    CHECK(findings("正文。\n（此件公开发布）") == "no_title:1");
    // A kind is read off a title only where the words leave no doubt.
    CHECK(value("# 关于放假的公告" + end, "doc_type") == "公告");
    CHECK(value("# 意见" + end, "doc_type") == "-");
    // Prose that ends in a colon addresses nobody.
    CHECK(value("# 甲\n\n（一）下列情形：" + end, "main_recipient") == "-");
    CHECK(value("# 甲\n\n市政府：" + end, "main_recipient") == "市政府");
}

TEST_CASE("official document: both forms of a head say the same") {
    const std::string plain =
        "标题：关于放假的公告\n发文字号:青人社发〔2026〕1号\n自定义：值\n附件：表/"
        "a.docx\n附件：b.pdf\n"
        "\n正文。\n（此件公开发布）";
    const std::string fenced =
        "---\ntitle: \"关于放假的公告\"\n# 注\n文号：青人社发〔2026〕1号\n自定义: 值\n\n"
        "附件: 表/a.docx\n附件: b.pdf\n---\n正文。\n（此件公开发布）";
    for (const std::string& text : {plain, fenced}) {
        const OfficialDocument document = read(text);
        INFO(text);
        CHECK(findings(document).empty());
        CHECK(value(document, "title") == "关于放假的公告");
        CHECK(document.find("title")->from_head);
        CHECK(document.find("title")->line == 2 - (text == plain ? 1U : 0U));
        CHECK(value(document, "document_number") == "青人社发〔2026〕1号");
        CHECK(value(document, "自定义") == "值");
        REQUIRE(document.attachments.size() == 2);
        CHECK(document.attachments[0].value == "表/a.docx");
        CHECK(document.attachments[1].value == "b.pdf");
        CHECK(document.body == "正文。\n（此件公开发布）");
    }
    // A rule at the top of a text is no head, and an addressee is none either.
    CHECK(read("---\n正文。\n（此件公开发布）").body == "---\n正文。\n（此件公开发布）");
    CHECK(read("市政府：\n正文。\n（此件公开发布）").body == "市政府：\n正文。\n（此件公开发布）");
    CHECK(findings("标题：甲\n正文。\n（此件公开发布）") == "head_line:2");
    CHECK(findings("---\n标题：甲\n乱写\n---\n正文。\n（此件公开发布）") == "head_line:3");
    CHECK(findings("标题：甲\n标题：乙\n\n正文。\n（此件公开发布）") == "duplicate_element:2");
}

TEST_CASE("official document: what cannot be taken is refused at its place") {
    const std::string good = "# 甲\n\n正文。\n（此件公开发布）\n";
    CHECK(findings(good).empty());
    CHECK(findings("\xEF\xBB\xBF" + good) == "byte_order_mark:1");
    CHECK(findings("\xFF\xFEh\0i\0") == "not_utf8:1");
    CHECK(findings("# 甲\n\xD6\xD0\xCE\xC4") == "not_utf8:2");
    CHECK(findings(good + std::string("\0", 1)) == "nul:5");
    CHECK(findings("") == "empty_body:0");
    CHECK(findings("\n \n　\n") == "empty_body:0");
    CHECK(findings("标题：甲\n\n") == "empty_body:0");
    CHECK(findings(std::string(kMaxOfficialDocumentBytes + 1, 'x')) == "too_large:0");
    CHECK(findings("标题：甲\n成文日期：2026-02-30\n\n正文。\n（此件公开发布）") ==
          "unreadable_date:2");
    for (const char* text : {"\xEF\xBB\xBF甲", "\xFF", ""})
        CHECK(read(text).refused());
}

TEST_CASE("official document: nothing is kept of one that bears a mark of secrecy") {
    const char* marked[] = {
        "机密★10年\n# 甲\n正文。\n（此件公开发布）",
        "# 甲\n\n正文。\n秘 密\n",
        "标题：甲\n密级：秘密★1年\n\n正文。",
        "标题：甲\n密级：内部\n\n正文。",
        "---\n标题：甲\n密级：绝密\n---\n正文。",
        "000123　机密★20年\n\n甲\n正文。",
        "**秘密**\n\n# 甲\n正文。",
        "# 甲\n\n密级：机密\n正文。",
    };
    for (const char* text : marked) {
        const OfficialDocument document = read(text);
        INFO(text);
        REQUIRE(document.findings.size() >= 1);
        for (const auto& finding : document.findings)
            CHECK(finding.code == "secrecy_mark");
        CHECK(document.refused());
        CHECK(document.body.empty());
        CHECK(document.elements.empty());
    }
    const char* open[] = {
        "标题：甲\n密级：无\n\n正文。\n（此件公开发布）",
        "# 甲\n\n秘密文件的管理按照规定执行。\n（此件公开发布）",
        "# 甲\n\n密级由承办人提出。\n（此件公开发布）",
        "# 甲\n\n123456秘密的数字\n（此件公开发布）",
    };
    for (const char* text : open)
        CHECK(findings(std::string(text)).empty());
}

TEST_CASE("official document: the attribute comes from the 附注, and its place is judged") {
    CHECK(value("# 甲\n正文。\n（此件依申请公开）", "attribute") == "on_request");
    CHECK(value("# 甲\n正文。\n(此件不予公开)\n\n", "attribute") == "withheld");
    CHECK(value("# 甲\n正文。", "attribute") == "-");
    CHECK(findings("# 甲\n正文。") == "no_note:2");
    const std::string early = "# 甲\n正文。\n（此件公开发布）\n补充一段。\n";
    CHECK(findings(early) == "note_not_last:3");
    CHECK(value(early, "attribute") == "proactive");
    CHECK(findings("公开属性：不予公开\n\n# 甲\n正文。\n（此件公开发布）") ==
          "attribute_differs:1");
    CHECK(findings("公开属性：主动公开\n\n# 甲\n正文。\n（此件公开发布）").empty());
}

TEST_CASE("official document: a number that is odd is said to be") {
    const auto odd = [](const char* number) {
        return findings(std::string("标题：甲\n文号：") + number + "\n\n正文。\n（此件公开发布）");
    };
    CHECK(odd("青人社发〔2026〕31号").empty());
    for (const char* number :
         {"青人社发[2026]31号", "青人社发（2026）31号", "青人社发〔2026〕031号",
          "青人社发〔2026〕第31号", "青人社发〔26〕31号", "〔2026〕31号", "31"})
        CHECK(odd(number) == "odd_number:2");
}

TEST_CASE("written date: as it stands in a 公文") {
    const auto read_date = [](const char* text) {
        const auto date = parse_written_date(text);
        return date ? engine::to_string(*date) : std::string("-");
    };
    CHECK(read_date("2026年11月2日") == "2026-11-02");
    CHECK(read_date("　２０２６ 年 1 月 02 日 ") == "2026-01-02");
    CHECK(read_date("二〇二六年十一月二日") == "2026-11-02");
    CHECK(read_date("二○二六年十月三十一日") == "2026-10-31");
    CHECK(read_date("二〇二六年二月二十八日") == "2026-02-28");
    CHECK(read_date("二零二六年十二月二十日") == "2026-12-20");
    CHECK(read_date("2026-11-02") == "2026-11-02");
    CHECK(read_date("2026/1/2") == "2026-01-02");
    CHECK(read_date("2026.11.2") == "2026-11-02");
    for (const char* text :
         {"", "2026", "2026年", "2026年13月1日", "2026年2月30日", "2026年11月0日", "26年11月2日",
          "二十六年十一月二日", "2026年十十月2日", "2026-11/02", "2026年11月2日前",
          "2026年　月　日", "二〇二六-十一-二", "2026年11月2日2026年11月2日", "年月日", "---",
          "0000年1月1日"})
        CHECK(read_date(text) == "-");
    CHECK(looks_like_written_date("2026年　月　日"));
    CHECK(looks_like_written_date("二〇二六年×月×日"));
    CHECK(looks_like_written_date("2026-13-41"));
    for (const char* text : {"---", "--", "2026年11月2日前完成", "2026年", "第一条", "1.5"})
        CHECK_FALSE(looks_like_written_date(text));
    // In the text it is left open, in the head it is a mistake.
    const std::string text = "# 甲\n正文。\n青溪县人社局\n2026年　月　日\n（此件公开发布）";
    CHECK(findings(text) == "unreadable_date:4");
    CHECK_FALSE(read(text).refused());
    CHECK(value(text, "issuer") == "青溪县人社局");
    CHECK(value(text, "written_at") == "-");
}

TEST_CASE("official document: any bytes come back with a document or an error") {
    std::mt19937 random(20261123);
    const std::vector<std::string> pieces = {
        "---\n", "标题：", "\n",    "：",     "附件：",   "（此件公开发布）",
        "\xFF",  "年月日", "机密★", "密级",   "2026",     "\xEF\xBB",
        "一、",  "\r\n",   "　",    "抄送：", "印发",     "〔2026〕",
        "1.",    "#",      "号",    ":",      "关于的函", "成文日期：二〇二六年二月三十日\n"};
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        const std::size_t count = random() % 14;
        for (std::size_t i = 0; i < count; ++i)
            text += pieces[random() % pieces.size()];
        const OfficialDocument document = read(text);
        INFO("round " << round);
        REQUIRE((document.refused() || !document.body.empty()));
        if (!document.refused()) REQUIRE(text.ends_with(document.body));
    }
}

}  // namespace gongkai::app::testing
