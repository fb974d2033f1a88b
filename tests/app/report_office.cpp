#include "tests/app/report_office.hpp"

#include <regex>
#include <stdexcept>

#include "app/sample.hpp"
#include "language/report_reader.hpp"
#include "language/rulebook.hpp"
#include "tests/app/options.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kVocabulary = R"(
roles:
  clerk: {title: 经办人}
  section_head: {title: 科室负责人}
  disclosure_officer: {title: 政务公开工作机构}
  disclosure_head: {title: 政务公开工作机构负责人}
  office_reviewer: {title: 办公室核稿人}
  supervisor: {title: 督查审计人员}
  leader: {title: 主要领导}
  deputy_leader: {title: 分管领导}
  system_admin: {title: 系统管理员}
  security_admin: {title: 安全保密管理员}
  auditor: {title: 安全审计员}
exclusive:
  - [system_admin, security_admin, auditor]
fields:
  title: {title: 标题, type: text, max: 200}
  received_on: {title: 收到日期, type: date}
  concluded_on: {title: 答复送达日期, type: date}
  applicant_kind:
    title: 申请人类别
    type: choice
    choices: {natural_person: 自然人, business: 商业企业, research: 科研机构, public_welfare: 社会公益组织, legal_services: 法律服务机构,
      other_organisation: 其他}
  outcome:
    title: 办理结果
    type: choice
    choices: {already_public: 已主动公开, granted: 予以公开, partial: 部分公开, state_secret: 国家秘密, forbidden_by_law: 法律禁止,
      safety_stability: 三安全一稳定, third_party_rights: 第三方, internal_affairs: 内部事务, process_information: 过程性,
      enforcement_file: 执法案卷, special_query: 查询事项, not_held: 不存在, not_this_agency: 非本机关, needs_creation: 需要制作,
      unclear_after_correction: 仍不明确, petition_or_complaint: 信访, repeat_request: 重复, publication_copy: 出版物, excessive: 大量反复,
      confirm_again: 重新出具, not_corrected: 逾期不补正, fee_unpaid: 逾期不缴费, other_closed: 其他}
  filed_on: {title: 受理日期, type: date}
  decision_received_on: {title: 审结日期, type: date}
  remedy_kind: {title: 种类, type: choice, choices: {review: 行政复议, direct_suit: 直接起诉, suit_after_review: 复议后起诉}}
  remedy_result: {title: 结果, type: choice, choices: {maintained: 维持, corrected: 纠正, other_result: 其他}}
  kind_of_rule: {title: 类别, type: choice, choices: {regulation: 规章, normative: 行政规范性文件}}
  issued_on: {title: 印发日期, type: date}
  repealed_on: {title: 废止日期, type: date}
  valid_until: {title: 有效期至, type: date}
  validity: {title: 效力, type: choice, choices: {in_force: 有效, repealed: 废止, expired: 失效}}
  figures_year: {title: 年度, type: number}
  licensing_decisions: {title: 许可, type: number}
  penalty_decisions: {title: 处罚, type: number}
  coercion_decisions: {title: 强制, type: number}
  fees_collected_yuan: {title: 收费, type: number}
  report_year: {title: 报告年度, type: number}
  summary: {title: 概述, type: text}
  art20_item: {title: 法定主动公开内容, type: choice, choices: {item_1: 规范性文件, item_5: 行政许可}, published: true}
  catalog_item: {title: 事项编号, type: text, published: true}
  due_on: {title: 完成时限, type: date}
  evidence: {title: 证据, type: text}
  overview: {title: 总体情况, type: text}
  problems_and_improvements: {title: 问题和改进, type: text}
  other_matters: {title: 其他事项, type: text}
)";

std::string flow(const std::string& name, const std::string& fields) {
    return "flow: " + name + "\ntitle: " + name + "\nfields: [title, " + fields +
           "]\nstart: working\nstates:\n"
           "  working:\n    title: 办理\n    worklist: clerk @ own department\n"
           "    edit: [title, " +
           fields +
           "]\n    actions:\n"
           "      confirm: {title: 送核对, to: checking}\n"
           "      drop: {title: 作废, to: dropped}\n"
           "  checking:\n    title: 核对\n    worklist: section_head @ own department\n"
           "    actions:\n"
           "      agree: {title: 同意, to: confirmed}\n"
           "      return: {title: 退回, to: working, kind: return}\n"
           "  confirmed: {title: 已确认, final: true}\n"
           "  dropped: {title: 已作废, final: true}\n"
           "deadlines:\n"
           "  reply: {title: 答复期限, within: 20 working days, in: [working, checking], "
           "late: escalate to supervisor @ anywhere, basis: [国令711 第33条]}\n"
           "  nudge: {title: 提醒, within: 5 working days, in: [working, checking], "
           "late: escalate to section_head @ own department, reminder: true}\n";
}

constexpr const char* kSupervision = R"(
report: supervision
readers: [disclosure_officer, supervisor]
plans: {flow: plan}
tasks: {flow: plan_task, due: due_on, evidence: [evidence]}
)";

// The mapping as it is shipped; only the states differ, since these flows have fewer.
std::string annual_mapping() {
    const auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows");
    if (!files) throw std::runtime_error(files.error().message);
    for (const language::SourceFile& file : *files) {
        if (file.path == language::kAnnualReportPath)
            return std::regex_replace(file.text, std::regex(R"(leave_out: \[[^\]]*\])"),
                                      "leave_out: [dropped]");
    }
    throw std::runtime_error("the mapping of the annual report is not shipped");
}

}  // namespace

std::vector<RuleFile> report_rules() {
    return {
        {"vocabulary.yaml", kVocabulary},
        {"policy.yaml", "policy: {}\n"},
        {"request.yaml", flow("request", "received_on, concluded_on, applicant_kind, outcome")},
        {"remedy_case.yaml",
         flow("remedy_case", "filed_on, decision_received_on, remedy_kind, remedy_result")},
        {"normative_document.yaml",
         flow("normative_document", "kind_of_rule, issued_on, repealed_on, valid_until, validity")},
        {"enforcement_figures.yaml",
         flow("enforcement_figures",
              "figures_year, licensing_decisions, penalty_decisions, coercion_decisions, "
              "fees_collected_yuan")},
        {"annual_report.yaml",
         flow("annual_report", "report_year, overview, problems_and_improvements, other_matters")},
        {"plan.yaml", flow("plan", "summary")},
        {"plan_task.yaml", flow("plan_task", "due_on, evidence")},
        {"reports/supervision.yaml", kSupervision},
        {"reports/annual.yaml", annual_mapping()}};
}

ReportOffice::ReportOffice(std::vector<RuleFile> rules) {
    auto opened = Application::open(still_options(std::move(rules), clock, randomness));
    if (!opened) throw std::runtime_error(opened.error().message);
    application = std::move(opened).value();
    const auto sample =
        create_sample(application->administration(), application->identity(), randomness);
    if (!sample) throw std::runtime_error(sample.error().message);
}

Principal ReportOffice::as(const std::string& login) const {
    const auto directory = application->identity().directory();
    const storage::Person* person = directory->person(login);
    if (person == nullptr) throw std::runtime_error("nobody is called " + login);
    return {person->id, person->machine, {}};
}

Done ReportOffice::open(const std::string& name, std::vector<PlainField> fields,
                        const std::string& department) {
    StepRequest request;
    request.principal = as(department == "pension" ? "zhaomin" : "lihua");
    fields.push_back({"title", std::string(name + " of " + department)});
    request.input = input::Open{name, department, std::move(fields), {}};
    return done(application->documents().run(std::move(request)));
}

Outcome ReportOffice::act(const std::string& login, engine::DocumentId id,
                          const std::string& action, std::vector<PlainField> fields,
                          std::optional<std::string> comment) {
    StepRequest request;
    request.principal = as(login);
    request.document = id;
    request.input = input::Act{action, "", std::move(fields), std::move(comment), std::nullopt};
    return application->documents().run(std::move(request));
}

Outcome ReportOffice::edit(engine::DocumentId id, std::vector<PlainField> fields) {
    StepRequest request;
    request.principal = as("lihua");
    request.document = id;
    request.input = input::Edit{std::move(fields), std::nullopt};
    return application->documents().run(std::move(request));
}

void ReportOffice::set_day(const std::string& date) {
    clock.set(engine::start_of_day(*engine::parse_date(date)) + 9 * engine::ms_per_hour);
}

}  // namespace gongkai::app::testing
