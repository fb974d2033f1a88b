#include "tests/rest/request_office.hpp"

namespace gongkai::api::testing {

namespace {

constexpr const char* kWords = R"(
roles:
  disclosure_officer: {title: 政务公开专员}
  leader: {title: 主要领导}
  portal: {title: 公开门户}
  system_admin: {title: 系统管理员}
  security_admin: {title: 安全保密管理员}
  auditor: {title: 安全审计员}
signatures:
  reply_issue: {title: 答复签发}
fields:
  title: {title: 标题, type: text}
  registration_number: {title: 登记号, type: text, assigned: "{flow}-{year}-{number:4}", content: false}
  query_code: {title: 查询码, type: text, assigned: {code: 10}, content: false}
  applicant_kind: {title: 类别, type: choice, choices: {natural_person: 自然人, business: 商业企业}}
  applicant_name: {title: 申请人姓名或者名称, type: text}
  identity_proof: {title: 身份证明, type: text}
  applicant_contact: {title: 联系方式, type: text}
  applicant_address: {title: 通信地址, type: text}
  request_description: {title: 申请内容, type: text}
  form_wanted: {title: 形式, type: choice, choices: {paper: 纸质件, electronic: 电子文档}}
  way_wanted: {title: 途径, type: choice, choices: {post: 邮寄, web: 网上获取}}
  assistance_needed: {title: 需要帮助, type: flag, content: false}
  channel_of_receipt: {title: 渠道, type: choice, choices: {web: 互联网, counter: 当面}, content: false}
  submitted_on: {title: 提交日期, type: date, content: false}
  received_on: {title: 收到之日, type: date, content: false}
  concluded_on: {title: 办结日期, type: date, content: false}
  outcome: {title: 办理结果, type: choice, choices: {granted: 予以公开, not_held: 信息不存在}}
  outcome_reason: {title: 事实和理由, type: text}
)";

constexpr const char* kFlow = R"(
flow: request
title: 依申请公开
fields: [title, registration_number, query_code, applicant_kind, applicant_name, identity_proof, applicant_contact, applicant_address,
  request_description, form_wanted, way_wanted, assistance_needed, channel_of_receipt, submitted_on, received_on, concluded_on, outcome,
  outcome_reason]
open: [disclosure_officer @ anywhere, portal @ anywhere]
assigns: query_code
start: receiving
states:
  receiving:
    title: 等待申请人确认
    worklist: disclosure_officer @ anywhere
    edit: all
    actions:
      confirm: {title: 申请人确认, by: portal @ anywhere, to: registering}
  registering:
    title: 登记
    worklist: disclosure_officer @ anywhere
    edit: [received_on]
    actions:
      register: {title: 登记, to: handling, needs: [received_on], assigns: registration_number}
  handling:
    title: 办理
    worklist: disclosure_officer @ anywhere
    edit: [outcome, outcome_reason, concluded_on]
    actions:
      issue: {title: 签发, by: leader @ anywhere, to: replied, needs: [outcome], sign: reply_issue}
  replied: {title: 已答复, final: true, worklist: disclosure_officer @ anywhere, edit: [concluded_on]}
deadlines:
  reply: {title: 答复期限, within: 20 working days, from: received_on, until: replied}
)";

constexpr const char* kBureau = R"(
bureau: {name: 某市某局, review_authority: 某市人民政府}
passages:
  remedy:
    - when: outcome = granted
      text: 可自收到本答复之日起60日内向{{bureau.review_authority}}申请行政复议。
    - 应当先申请行政复议。
)";
constexpr const char* kLetter = R"(
letter: reply
title: 政府信息公开告知书
basis: 国令711 第36条
flow: request
when: outcome given
sign: reply_issue
number: "登记号：{{registration_number}}"
to: "{{applicant_name}}"
text:
  - 经查，{{outcome_reason}}。办理结果：{{outcome}}。
  - passage: remedy
)";

}  // namespace

BureauOptions with_requests() {
    BureauOptions options;
    options.application = [](app::ApplicationOptions& application) {
        std::erase_if(application.rules, [](const auto& file) {
            return !file.path.starts_with("calendars/") && !file.path.starts_with("tariffs/");
        });
        for (const auto& [path, text] : std::initializer_list<std::pair<const char*, const char*>>{
                 {"vocabulary.yaml", kWords},
                 {"request.yaml", kFlow},
                 {"letters/bureau.yaml", kBureau},
                 {"letters/reply.yaml", kLetter}})
            application.rules.push_back({path, text});
    };
    return options;
}

json::object application(const json::object& more) {
    json::object out{{"applicant_kind", "natural_person"},
                     {"applicant_name", "张某"},
                     {"identity_proof", "身份证 532301********0011"},
                     {"applicant_contact", "0878-0000001"},
                     {"request_description", "2025年就业补助资金分配方案"},
                     {"form_wanted", "electronic"},
                     {"way_wanted", "web"}};
    for (const auto& [name, value] : more) {
        if (value.is_null())
            out.erase(name);
        else
            out[name] = value;
    }
    return out;
}

}  // namespace gongkai::api::testing
