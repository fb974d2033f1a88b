// How much paper a letter takes, with what an office writes into it: a page has 22 lines of 28
// characters (GB/T 9704), and every letter stays on one but that with a table and two remedies.
// What is counted here was seen to agree with what LibreOffice prints.
#include <algorithm>
#include <regex>

#include "language/unicode.hpp"
#include "tests/app/letter_desk.hpp"
#include "tests/app/unzipped.hpp"

namespace gongkai::app::testing {

namespace {

// The paper as the DOCX states it, in twentieths of a point.
struct Sheet {
    Files files;
    long number(const char* part, const std::string& pattern) const {
        std::smatch found;
        INFO(pattern);
        REQUIRE(std::regex_search(files.at(part), found, std::regex(pattern)));
        return std::stol(found[1]);
    }
    long page(const char* attribute) const {
        return number("word/document.xml",
                      std::string("<w:pg(?:Sz|Mar)[^>]* w:") + attribute + "=\"(\\d+)\"");
    }
    long style(const char* id, const std::string& pattern) const {
        return number("word/styles.xml", std::string("styleId=\"") + id + "\"[^\n]*?" + pattern);
    }
    long line(const char* id) const { return style(id, "w:line=\"(\\d+)\""); }
    long character(const char* id) const {
        return style(id, "<w:sz w:val=\"(\\d+)\"") * 10 +
               style(id, "<w:spacing w:val=\"(-?\\d+)\"/>");
    }
    long height() const { return page("h") - page("top") - page("bottom"); }
    long width() const { return page("w") - page("left") - page("right"); }

    // Latin letters and digits are half as wide. A line feed begins a new line.
    long lines(const std::string& text, long indent, long per_line) const {
        long all = 0, halves = 2 * indent;
        for (std::size_t at = 0; at < text.size();) {
            const auto byte = static_cast<unsigned char>(text[at]);
            const std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
            if (byte == '\n') {
                all += (halves + 2 * per_line - 1) / (2 * per_line);
                halves = 0;
            } else {
                halves += size == 1 ? 1 : 2;
            }
            at += size;
        }
        return all + (halves + 2 * per_line - 1) / (2 * per_line);
    }
    long height_of(const Block& block) const {
        if (const auto* table = std::get_if<Table>(&block)) {
            long all = 2 * line("Normal");  // what stands above and behind it
            for (const auto& row : table->rows) {
                long most = 1;
                for (const TableCell& cell : row)
                    most = std::max(most, lines(cell.text, 0, 15));
                all += 40 + most * 260;
            }
            return all;
        }
        const auto& paragraph = std::get<Paragraph>(block);
        if (paragraph.kind == Paragraph::Kind::title)
            return lines(paragraph.text, 0, width() / 440) * line("Title") + 240;
        return lines(paragraph.text, paragraph.kind == Paragraph::Kind::body ? 2 : 0,
                     width() / character("Normal")) *
               line("Normal");
    }
};

struct Case {
    const char* flow;
    const char* letter;
    const char* outcome;
    const char* remedy;
    long pages;
    std::vector<PlainField> more;
};

PlainField words(const char* name, const char* text) {
    return {name, std::string(text)};
}

std::vector<Case> letters_of_an_office() {
    const PlainField noticed = words("correction_noticed_on", "2026-03-04");
    const PlainField fee{"fee_charged", std::int64_t{700}};
    const PlainField party = words("consulted_party", "云南彝州建设工程有限责任公司");
    const PlainField matter =
        words("consulted_matter",
              "贵公司2025年度承建楚雄市东瓜片区农民工工资保证金项目的缴存金额、担保方式和退还情况，"
              "其中的合同价格和账户信息是否属于商业秘密。");
    const PlainField table{"withheld_parts", Rows{{{"part", "附表二第3至5行"},
                                                   {"reason", "个人隐私（身份证号码、银行账号）"},
                                                   {"article", "条例第十五条"}},
                                                  {{"part", "附件3"},
                                                   {"reason", "商业秘密，第三方不同意公开"},
                                                   {"article", "条例第十五条、第三十二条"}}}};
    const PlainField body =
        words("body", "《楚雄市2025年就业补助资金分配方案》（共3页）随本告知书一并送达。");
    const PlainField where = words("guidance",
                                   "楚雄市人民政府门户网站“政府信息公开—财政资金”栏目，文件标题为《"
                                   "楚雄市2025年就业补助资金分配公示》");
    const char* request = "request";
    return {
        {request, "receipt", "", "", 1, {}},
        {request,
         "correction_notice",
         "",
         "",
         1,
         {noticed, words("correction_due_on", "2026-03-20"),
          words("correction_items",
                "请写明所申请文件的名称、文号或者便于查询的其他特征性描述；请说明“有关材料”所指的年"
                "度和乡镇。")}},
        {request, "reasons", "", "", 1, {words("reasons_asked_on", "2026-03-04")}},
        {request,
         "extension",
         "",
         "",
         1,
         {words("extension_reason", "需要检索2016年以来的纸质档案并征求两个科室的意见"),
          words("extension_noticed_on", "2026-03-10")}},
        {request, "fee_notice", "", "", 1, {fee, words("fee_method", "per_volume")}},
        {request, "lapsed", "not_corrected", "review_or_suit", 1, {noticed}},
        {request, "lapsed", "fee_unpaid", "review_or_suit", 1, {fee}},
        {request, "reply_already_public", "already_public", "review_or_suit", 1, {where}},
        {request, "reply_granted", "granted", "review_or_suit", 1, {body}},
        {request, "reply_needs_creation", "needs_creation", "review_or_suit", 1, {}},
        {request, "reply_not_held", "not_held", "review_or_suit", 1, {}},
        {request,
         "reply_not_processed",
         "petition_or_complaint",
         "review_or_suit",
         1,
         {words("guidance", "国家信访局网上信访平台，或者拨打12345政务服务便民热线")}},
        {request, "reply_not_processed", "excessive", "review_or_suit", 1, {}},
        {request,
         "reply_not_this_agency",
         "not_this_agency",
         "review_or_suit",
         1,
         {words("guidance",
                "楚雄市医疗保障局，地址：楚雄市鹿城镇团结路200号，电话：0878-0000001")}},
        {request,
         "reply_repeat",
         "repeat_request",
         "review_or_suit",
         1,
         {words("earlier_request", "request-2026-0007")}},
        {request,
         "reply_refused",
         "process_information",
         "review_first",
         1,
         {words("outcome_reason",
                "你（单位）申请的会议记录形成于分配方案征求意见的阶段，其中的意见未被采用")}},
        {request, "reply_refused", "third_party_rights", "review_first", 1, {}},
        {request,
         "reply_special_query",
         "special_query",
         "review_first",
         1,
         {words("outcome_reason", "你（单位）申请的信息是房屋权属的登记资料"),
          words("guidance", "持本人有效身份证件到楚雄市不动产登记中心查询")}},
        {request, "reply_partial", "partial", "review_first_in_part", 2, {body, table}},
        {"third_party_consultation", "third_party_inquiry", "", "", 1, {party, matter}},
        {"third_party_consultation",
         "third_party_decision",
         "",
         "",
         1,
         {party, matter, words("consultation_result", "public_interest"),
          words("decision_reason",
                "工资保证金关系众多农民工的切身利益，公开缴存情况有利于社会监督。")}},
        {"joint_maker_consultation",
         "joint_maker_inquiry",
         "",
         "",
         1,
         {words("consulted_party", "楚雄市财政局"), matter}},
        {"correction_request",
         "correction_decision",
         "",
         "",
         1,
         {words("applicant_name", "李艳萍"), words("received_on", "2026-03-02"),
          words("record_in_question", "企业职工基本养老保险参保登记中的出生年月“1968年11月”"),
          words("correction_result", "corrected"),
          words("outcome_reason", "经核对居民户口簿和职工档案原件，参保登记时录入有误")}},
    };
}

}  // namespace

TEST_CASE("letters: what an office writes fits on one page of 22 lines and 28 characters") {
    LetterDesk desk;
    for (Case& one : letters_of_an_office()) {
        INFO(one.letter << " " << one.outcome);
        auto fields = one.more;
        const auto given = [&](const char* name) {
            return std::any_of(fields.begin(), fields.end(),
                               [&](const auto& field) { return field.name == std::string(name); });
        };
        if (one.flow == std::string("request")) {
            fields.push_back(words("applicant_name", "张建国"));
            fields.push_back(
                words("request_description",
                      "楚雄市人力资源和社会保障局2025年就业补助资金分配方案及各乡镇实际拨付明细"));
        }
        if (*one.outcome != 0) {
            fields.push_back(words("outcome", one.outcome));
            fields.push_back(words("remedy_told", one.remedy));
            if (!given("outcome_reason"))
                fields.push_back(words("outcome_reason",
                                       "你（单位）申请的信息由本机关就业促进科于2025年4月制作，档案"
                                       "室存有纸质文件一份、附件三份"));
            fields.push_back(
                words("outcome_article", "《中华人民共和国政府信息公开条例》第三十六条第（三）项"));
        }
        const auto id = desk.open(fields, one.flow);
        if (*one.remedy != 0) desk.office.act("leader", id, "issue");
        if (one.letter == std::string("extension")) desk.office.act("leader", id, "extend");
        const auto written = desk.write(id, one.letter);
        REQUIRE(std::holds_alternative<Page>(written));
        const Page& page = std::get<Page>(written);
        (void)desk.html(id, one.letter);
        const auto docx = page_docx(page);
        REQUIRE(docx.has_value());
        const Sheet sheet{unzipped(*docx)};
        CHECK(sheet.height() / sheet.line("Normal") == 22);
        CHECK(sheet.width() / sheet.character("Normal") == 28);
        long height = 0;
        for (const Block& block : page.blocks)
            height += sheet.height_of(block);
        INFO(height << " of " << sheet.height() << " twentieths of a point");
        CHECK((height + sheet.height() - 1) / sheet.height() == one.pages);
    }
}

}  // namespace gongkai::app::testing
