#include "tests/app/letter_desk.hpp"

#include <cstdlib>
#include <fstream>

namespace gongkai::app::testing {

namespace {

constexpr const char* kRequest = R"(
flow: request
title: 依申请公开
fields: [registration_number, query_code, applicant_name, request_description, received_on, correction_items, correction_due_on,
  correction_noticed_on, extension_reason, extension_noticed_on, reasons_asked_on, fee_method, fee_charged, form_wanted, form_changed_reason,
  outcome, outcome_article, outcome_reason, withheld_parts, guidance, earlier_request, remedy_told, body]
assigns: [registration_number, query_code]
start: handling
states:
  examining: {title: 审核, worklist: clerk, actions: {on: {to: handling}}}
  handling:
    title: 办理
    worklist: clerk
    edit: all
    actions:
      issue: {title: 签发, by: leader, to: issued, sign: reply_issue}
      extend: {title: 延期, by: leader, to: extension_notice, sign: extension_consent}
      again: {title: 再审核, to: examining}
  extension_notice: {title: 延期告知, worklist: clerk, tags: [extension_notice], actions: {on: {to: handling}}}
  issued: {title: 已签发, final: true}
deadlines:
  reply: {title: 答复期限, within: 20 working days, from: received_on, until: issued}
)";
constexpr const char* kThird = R"(
flow: third_party_consultation
fields: [consulted_party, consulted_matter, consultation_result, decision_reason]
start: a
states: {a: {worklist: clerk, edit: all, actions: {x: {to: b, sign: consultation_decision}}}, b: {final: true}}
)";
constexpr const char* kJoint = R"(
flow: joint_maker_consultation
fields: [consulted_party, consulted_matter, joint_result]
start: a
states: {a: {worklist: clerk, edit: all, actions: {x: {to: b}}}, b: {final: true}}
)";
constexpr const char* kCorrection = R"(
flow: correction_request
fields: [registration_number, applicant_name, received_on, record_in_question, correction_result, outcome_reason, guidance]
assigns: registration_number
start: a
states: {a: {worklist: clerk, edit: all, actions: {x: {to: b, sign: correction_decision}}}, b: {final: true}}
)";

// Flows in which every value can be given at once, on the shipped words.
std::vector<language::SourceFile> rules() {
    auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows").value();
    std::erase_if(files, [](const auto& file) {
        return file.path != "vocabulary.yaml" && file.path != "deadlines.yaml";
    });
    files.insert(files.end(), {{"request.yaml", kRequest},
                               {"third_party_consultation.yaml", kThird},
                               {"joint_maker_consultation.yaml", kJoint},
                               {"correction_request.yaml", kCorrection}});
    return files;
}

}  // namespace

std::vector<std::shared_ptr<const Flow>> letter_flows() {
    const auto files = rules();
    const auto compilation = language::compile(files);
    if (!compilation.rulebook) throw std::runtime_error(language::render(compilation.diagnostics));
    std::vector<std::shared_ptr<const Flow>> flows;
    for (const auto& flow : compilation.rulebook->flows)
        flows.push_back(Flow::make(*flow));
    return flows;
}

std::vector<language::SourceFile> shipped_letters() {
    auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows").value();
    std::erase_if(files, [](const auto& file) { return !file.path.starts_with("letters/"); });
    return files;
}

LetterDesk::LetterDesk() {
    office.clock.set(*engine::parse_instant("2026-03-12T01:00:00.000Z"));
    REQUIRE(office.flows.activate(letter_flows()).has_value());
    const auto loaded = letters.load(shipped_letters());
    INFO((loaded ? "" : loaded.error().message));
    REQUIRE(loaded.has_value());
}

engine::DocumentId LetterDesk::open(std::vector<PlainField> fields, const std::string& flow) {
    const std::vector<PlainField> common{
        {"applicant_name", std::string("张<某>")},
        {"request_description", std::string("2025年就业补助资金分配方案")},
        {"received_on", std::string("2026-03-02")}};
    for (const PlainField& one : common) {
        if (flow == "request" && std::none_of(fields.begin(), fields.end(), [&](const auto& given) {
                return given.name == one.name;
            }))
            fields.push_back(one);
    }
    return done(office.submit("clerk", 0, input::Open{flow, "employment", fields, {}})).id;
}

std::variant<Page, LetterRefusal> LetterDesk::write(engine::DocumentId id,
                                                    const std::string& name) {
    auto written = letters.write(office.as("clerk"), id, name);
    INFO((written ? "" : written.error().message));
    REQUIRE(written.has_value());
    return std::move(*written);
}

std::string LetterDesk::html(engine::DocumentId id, const std::string& name) {
    const auto written = write(id, name);
    if (const auto* refusal = std::get_if<LetterRefusal>(&written)) return sentence_en(*refusal);
    const auto& page = std::get<Page>(written);
    const auto docx = page_docx(page);
    REQUIRE(docx.has_value());
    if (const char* folder = std::getenv("GONGKAI_LETTERS")) {
        std::ofstream(std::string(folder) + "/" + name + ".docx", std::ios::binary) << *docx;
        std::ofstream(std::string(folder) + "/" + name + ".html") << page_html(page);
    }
    return page_html(page);
}

}  // namespace gongkai::app::testing
