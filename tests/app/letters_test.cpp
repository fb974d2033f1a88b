// Letters: complete or refused, with the right words for the outcome, as HTML and DOCX.
#include "tests/app/letter_desk.hpp"

namespace gongkai::app::testing {

namespace {

bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

const PlainField kReason{"outcome_reason", std::string("该文件由本机关制作。")};
const PlainField kArticle{"outcome_article",
                          std::string("《中华人民共和国政府信息公开条例》第三十六条")};

}  // namespace

TEST_CASE("letters: the receipt says when the answer is due, and under which code to ask") {
    LetterDesk desk;
    const auto id = desk.open({});
    const std::string text = desk.html(id, "receipt");
    CHECK(has(text, "政府信息公开申请登记回执"));
    CHECK(has(text, "request-2026-0001"));
    CHECK(has(text, "张&lt;某&gt;："));
    CHECK_FALSE(has(text, "<某>"));
    CHECK(has(text, "已于2026年3月2日收到"));
    // 20 working days from 2 March.
    CHECK(has(text, "答复期限至2026年3月30日（含当日）届满"));
    CHECK(has(text, "楚雄市人力资源和社会保障局"));
    CHECK_FALSE(has(text, "草稿"));
}

TEST_CASE("letters: what may not go out yet is refused, and what is incomplete names every field") {
    LetterDesk desk;
    const auto id = desk.open({{"outcome", std::string("granted")}});
    auto written = desk.write(id, "correction_notice");
    REQUIRE(std::holds_alternative<LetterRefusal>(written));
    CHECK(std::string(code(std::get<LetterRefusal>(written).code)) == "letter_not_applicable");

    written = desk.write(id, "reply_granted");
    REQUIRE(std::holds_alternative<LetterRefusal>(written));
    const auto& refusal = std::get<LetterRefusal>(written);
    CHECK(std::string(code(refusal.code)) == "letter_incomplete");
    std::vector<std::string> names;
    for (const LackingValue& one : refusal.letter.lacking)
        names.push_back(one.name);
    CHECK(names ==
          std::vector<std::string>{"outcome_reason", "outcome_article", "body", "remedy_told"});
    CHECK(has(sentence_zh(refusal), "事实和理由、答复依据的条款、正文、告知的救济途径"));

    CHECK(desk.letters.write(desk.office.as("clerk"), id, "love").error().code ==
          engine::ErrorCode::not_found);
    // Of another department: as if there were no such document.
    CHECK(desk.letters.write(desk.office.as("stranger"), id, "receipt").error().code ==
          engine::ErrorCode::not_found);
    CHECK(desk.letters.list(desk.office.as("stranger"), id).error().code ==
          engine::ErrorCode::not_found);
    const auto list = desk.letters.list(desk.office.as("clerk"), id);
    REQUIRE(list.has_value());
    CHECK(list->letters.size() == 16);
    for (const LetterView& letter : list->letters)
        CHECK(letter.applies == (letter.name == "receipt" || letter.name == "reply_granted"));
}

TEST_CASE("letters: it is a draft until it is signed, and again when the content changes") {
    LetterDesk desk;
    const auto id = desk.open({{"outcome", std::string("granted")},
                               {"remedy_told", std::string("review_or_suit")},
                               kReason,
                               kArticle,
                               {"body", std::string("附：方案全文。\n共3页。")}});
    CHECK(has(desk.html(id, "reply_granted"), "草稿（未经签发，不得发出）"));
    desk.office.act("leader", id, "issue");
    const std::string text = desk.html(id, "reply_granted");
    CHECK_FALSE(has(text, "草稿"));
    CHECK(has(text, "该文件由本机关制作。依照"));  // one full stop
    CHECK(has(text, ">附：方案全文。</p>"));
    CHECK(has(text, ">共3页。</p>"));
}

TEST_CASE("letters: every outcome has its letter, and the remedy that the law gives") {
    LetterDesk desk;
    const std::vector<std::string> review_first{
        "state_secret",     "forbidden_by_law",    "safety_stability", "third_party_rights",
        "internal_affairs", "process_information", "enforcement_file", "special_query"};
    const auto flow = desk.office.flows.current("request");
    const engine::Field& outcome = flow->definition.fields[flow->definition.field("outcome")];
    for (const engine::NamedChoice& choice : outcome.choices) {
        if (choice.name == "other_closed") continue;  // the applicant's own doing
        INFO(choice.name);
        const bool first =
            std::find(review_first.begin(), review_first.end(), choice.name) != review_first.end();
        const std::string remedy = first                      ? "review_first"
                                   : choice.name == "partial" ? "review_first_in_part"
                                                              : "review_or_suit";
        const auto id =
            desk.open({{"outcome", choice.name},
                       {"remedy_told", remedy},
                       kReason,
                       kArticle,
                       {"body", std::string("正文")},
                       {"guidance", std::string("见本机关网站")},
                       {"earlier_request", std::string("r-1")},
                       {"correction_noticed_on", std::string("2026-03-03")},
                       {"fee_charged", std::int64_t{100}},
                       {"withheld_parts", Rows{{{"part", "第2页"}, {"reason", "个人隐私"}}}}});
        const auto list = desk.letters.list(desk.office.as("clerk"), id);
        REQUIRE(list.has_value());
        std::string letter;
        for (const LetterView& one : list->letters) {
            if (!one.applies || (!one.name.starts_with("reply_") && one.name != "lapsed")) continue;
            CHECK(letter.empty());
            letter = one.name;
        }
        REQUIRE_FALSE(letter.empty());
        const std::string text = desk.html(id, letter);
        CHECK(has(text, "向楚雄市人民政府申请行政复议"));
        CHECK(has(text, "应当先依法申请行政复议") == (first || choice.name == "partial"));
        CHECK(has(text, "6个月内") == !first);
        CHECK(has(text, "15日内，向有管辖权的人民法院") == (first || choice.name == "partial"));
    }
    // No letter goes out without a remedy.
    const auto untold = desk.open({{"outcome", std::string("not_held")}, kReason, kArticle});
    CHECK(has(desk.html(untold, "reply_not_held"), "remedy_told"));
}

TEST_CASE("letters: those on the way, and those of the other flows") {
    LetterDesk desk;
    const auto id = desk.open({{"correction_items", std::string("请写明文号")},
                               {"correction_due_on", std::string("2026-03-20")},
                               {"correction_noticed_on", std::string("2026-03-04")},
                               {"reasons_asked_on", std::string("2026-03-04")},
                               {"extension_reason", std::string("需要检索历年档案")},
                               {"extension_noticed_on", std::string("2026-03-10")},
                               {"fee_method", std::string("per_volume")},
                               {"fee_charged", std::int64_t{700}}});
    CHECK(has(desk.html(id, "correction_notice"), "2026年3月20日前（含当日）"));
    CHECK(has(desk.html(id, "extension"), "因需要检索历年档案，"));
    // It was told: whatever is edited later, a copy of it is no draft.
    CHECK_FALSE(has(desk.html(id, "extension"), "草稿"));
    CHECK(has(desk.html(id, "reasons"), "第三十五条"));
    CHECK(has(desk.html(id, "fee_notice"), "计收方式为按量，金额为700元"));
    const PlainField party{"consulted_party", std::string("某公司")};
    const PlainField matter{"consulted_matter", std::string("合同价格")};
    const auto third = desk.open({party, matter}, "third_party_consultation");
    CHECK(has(desk.html(third, "third_party_inquiry"), "15个工作日内书面答复"));
    const auto decided = desk.open({party,
                                    matter,
                                    {"consultation_result", std::string("public_interest")},
                                    {"decision_reason", std::string("关系重大公共利益")}},
                                   "third_party_consultation");
    CHECK(has(desk.html(decided, "third_party_decision"), "对公共利益造成重大影响"));
    const auto joint = desk.open({party, matter}, "joint_maker_consultation");
    CHECK(has(desk.html(joint, "joint_maker_inquiry"), "视为同意公开"));
    const auto correction = desk.open({{"applicant_name", std::string("李某")},
                                       {"received_on", std::string("2026-03-02")},
                                       {"record_in_question", std::string("出生年月")},
                                       {"correction_result", std::string("corrected")},
                                       {"outcome_reason", std::string("档案记载有误")}},
                                      "correction_request");
    CHECK(has(desk.html(correction, "correction_decision"), "属实，已更正"));
}

TEST_CASE("letters: a mistake in a letter is told where it stands, and the old ones stay") {
    LetterDesk desk;
    const auto told = [&](const std::string& letter) {
        const std::vector<language::SourceFile> files{
            {"letters/a.yaml", letter},
            {"letters/bureau.yaml", "bureau: {name: 某局}\npassages: {end: [完]}\n"}};
        const auto loaded = desk.letters.load(files);
        return loaded ? std::string() : loaded.error().message.substr(0, 60);
    };
    const std::string head = "letter: a\ntitle: 甲\nflow: request\nto: \"{{applicant_name}}\"\n";
    CHECK(has(told(head + "text: [\"{{aplicant_name}}\"]\n"), "a.yaml:5:11: error[unknown_field]"));
    CHECK(has(told(head + "text: [\"看 {{outcome\"]\n"), "a.yaml:5:11: error[bad_placeholder]"));
    CHECK(has(told(head + "text: [\"{{bureau.fax}}\"]\n"),
              "a.yaml:5:11: error[unknown_bureau_entry]"));
    CHECK(has(told(head + "text: [\"{{due.answer}}\"]\n"), "a.yaml:5:11: error[unknown_deadline]"));
    CHECK(
        has(told(head + "text: [\"{{withheld_parts}}\"]\n"), "a.yaml:5:11: error[type_mismatch]"));
    CHECK(has(told(head + "text: [{table: body}]\n"), "a.yaml:5:16: error[type_mismatch]"));
    CHECK(has(told(head + "text: [{passage: ende}]\n"), "a.yaml:5:18: error[unknown_passage]"));
    CHECK(has(told(head + "text: [a]\nsign: issue\n"), "a.yaml:6:7: error[unknown_signature]"));
    CHECK(has(told(head + "text: [a]\nwhen: outcom = granted\n"),
              "a.yaml:6:7: error[unknown_field]"));
    CHECK(has(told("letter: a\ntitle: 甲\nflow: request\ntext: [a]\n"), "error[missing_key]"));
    CHECK(told("letter: a\ntitle: 甲\nflow: requests\nto: a\ntext: [\"{{x}}\"]\n").empty());
    REQUIRE(desk.letters.load(shipped_letters()).has_value());
    CHECK_FALSE(told(head + "text: [\"{{x}}\"]\n").empty());
    CHECK(has(desk.html(desk.open({}), "receipt"), "登记回执"));
}

}  // namespace gongkai::app::testing
