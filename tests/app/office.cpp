#include "tests/app/office.hpp"

#include <unistd.h>

#include <cstdlib>

#include "app/log.hpp"
#include "engine/refusal.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::app::testing {

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gongkai-app-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<storage::Store> Memory::open() {
    return storage::memory::open();
}

std::unique_ptr<storage::Store> Sqlite::open() {
    storage::sqlite::Options options;
    options.path = (folder.path() / "gongkai.db").string();
    auto opened = storage::sqlite::open(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(opened).value();
}

namespace {

constexpr const char* kVocabulary = R"(
roles:
  clerk: {title: 经办人}
  secrecy_officer: {title: 保密审查员}
  leader: {title: 主要领导}
  expert: {title: 专家}
  system_admin: {title: 系统管理员}
  security_admin: {title: 安全保密管理员}
  auditor: {title: 安全审计员}
exclusive:
  - [system_admin, security_admin, auditor]
signatures:
  confidentiality: {title: 保密审查}
  issue: {title: 签发}
fields:
  title: {title: 标题, type: text, max: 200, published: true}
  body: {title: 正文, type: text, published: true}
  attribute:
    title: 公开属性
    type: choice
    choices: {proactive: 主动公开, on_request: 依申请公开, withheld: 不予公开}
    published: true
  body_note:
    title: 附注
    type: choice
    choices: {proactive: 公开, on_request: 依申请, withheld: 不公开, absent: 无}
    derived: true
  secrecy_mark: {title: 密级标志, type: flag, derived: true}
  steps: {title: 步骤, type: table, columns: {step: 步骤, due: 时限}, published: true}
  formed_at: {title: 形成日期, type: date, published: true}
  copies: {title: 份数, type: number}
  urgent: {title: 紧急, type: flag, content: false}
  internal: {title: 内部说明, type: text, max: 500}
  withdrawal_reason: {title: 撤稿理由, type: text, max: 500, content: false}
)";

constexpr const char* kPolicy = R"(
policy:
  reviewed_before_publication:
    title: 未经保密审查不得公开
    basis: [国令711 第17条]
    at: [publish]
    require: signed confidentiality by another
    in: [notice]
)";

constexpr const char* kNotice = R"(
flow: notice
title: 通知公开
basis: [国令711 第20条]
fields: [title, body, attribute, body_note, secrecy_mark, steps, formed_at, copies, urgent, internal,
  withdrawal_reason]
start: drafting
states:
  drafting:
    title: 起草
    worklist: clerk @ own department
    edit: [title, body, attribute, steps, formed_at, copies, urgent, internal, attachments]
    actions:
      submit: {title: 送审, to: review, needs: [title, body, attribute], withdrawable: true,
        when: not secrecy_mark = yes and (body_note = absent or body_note matches attribute)}
      seal: {title: 清除, to: sealed, when: secrecy_mark = yes, comment: required}
  review:
    title: 保密审查
    worklist: secrecy_officer @ anywhere
    consult: {whom: [expert @ anywhere], blocks: true}
    actions:
      clear: {title: 可以公开, to: issuing, sign: confidentiality, not_by: [drafter]}
      return: {title: 退回, to: drafting, kind: return}
    deadlines:
      review_time: {title: 审查期限, within: 5 working days, late: escalate to leader @ own department}
  issuing:
    title: 签发
    worklist: leader @ own department
    edit: [title, body]
    renew: [confidentiality]
    actions:
      issue: {title: 签发, to: published, sign: issue, not_by: [drafter],
        when: signed confidentiality by another and attribute = proactive}
      return: {title: 退回, to: drafting, kind: return}
  published:
    title: 已公开
    final: true
    enter: [publish, notify clerk @ own department as published]
    actions:
      take_down: {title: 撤稿, to: withdrawn, by: leader @ own department, asks: [withdrawal_reason],
        needs: [withdrawal_reason]}
  withdrawn: {title: 已撤稿, final: true, enter: [unpublish]}
  sealed: {title: 已清除, final: true, enter: [purge]}
)";

}  // namespace

std::vector<language::SourceFile> notice_rules(int version) {
    std::string notice = kNotice;
    if (version == 2) {
        const std::string title = "title: 保密审查\n    worklist";
        notice.replace(notice.find(title), title.size(), "title: 保密复审\n    worklist");
    }
    return {{"vocabulary.yaml", kVocabulary}, {"policy.yaml", kPolicy}, {"notice.yaml", notice}};
}

std::shared_ptr<const Flow> notice_flow(int version) {
    const auto rules = notice_rules(version);
    const auto compilation = language::compile(rules);
    if (!compilation.rulebook) throw std::runtime_error(language::render(compilation.diagnostics));
    return Flow::make(*compilation.rulebook->find("notice"));
}

Office::Office(std::unique_ptr<storage::Store> opened)
    : clock(*engine::parse_instant("2026-03-02T01:00:00.000Z")),
      store(std::move(opened)),
      record_clock(clock, {}),
      identity(*store, clock, randomness,
               [] {
                   Identity::Options cheap;
                   cheap.argon2_bytes = 8 * 1024;
                   cheap.argon2_passes = 1;
                   return cheap;
               }()),
      flows(*store),
      calendars(*store),
      documents(
          {*store, flows, calendars, identity, clock, record_clock, randomness, uploads, metrics},
          {}),
      administration(*store, identity, record_clock, randomness, metrics),
      publications(*store) {
    RoleCatalog catalog;
    for (const char* role : {"clerk", "secrecy_officer", "leader", "expert"})
        catalog.roles.push_back({role, role});
    administration.set_roles(catalog);
    REQUIRE(flows.activate({notice_flow()}).has_value());
    REQUIRE(identity.load().has_value());
    if (!identity.directory()->directory().people.empty()) return;
    using First = Administration::FirstPerson;
    const auto person = [](const char* login, const char* name, const char* role,
                           const char* department, bool machine = false) {
        return First{{login, name, machine}, {{role, department}}, ""};
    };
    const auto ids = administration.bootstrap(
        {{"employment", "就业科", "", true}, {"pension", "养老科", "", true}},
        {person("clerk", "李经办", "clerk", "employment"),
         person("clerk2", "王经办", "clerk", "employment"),
         person("stranger", "赵经办", "clerk", "pension"),
         person("secrecy", "孙保密", "secrecy_officer", "pension"),
         person("leader", "周领导", "leader", "employment"),
         person("leader2", "郭领导", "leader", "employment"),
         person("expert", "吴专家", "expert", "pension"),
         person("system", "郑系统", kSystemAdmin, "employment"),
         person("security", "钱安全", kSecurityAdmin, "employment"),
         person("audit", "冯审计", kAuditor, "employment"),
         person("oa", "市OA", "clerk", "employment", true)});
    // The log of a test is nobody's to read.
    set_log_sink([](const std::string&) {});
    if (!ids) throw std::runtime_error(ids.error().message);
}

PersonId Office::id(const std::string& login) const {
    const auto directory = identity.directory();
    const storage::Person* person = directory->person(login);
    if (person == nullptr) throw std::runtime_error("nobody is " + login);
    return person->id;
}

Principal Office::as(const std::string& login) const {
    const auto directory = identity.directory();
    return {id(login), directory->person(login)->machine, {}};
}

AdminRequest Office::admin(const std::string& login) const {
    return {as(login), "test", std::nullopt};
}

StepRequest Office::request(const std::string& login, engine::DocumentId document,
                            Input input) const {
    StepRequest request;
    request.principal = as(login);
    request.request_id = "test";
    request.document = document;
    request.input = std::move(input);
    return request;
}

Outcome Office::submit(const std::string& login, engine::DocumentId document, Input input) {
    return documents.run(request(login, document, std::move(input)));
}

Done Office::draft(const std::string& body) {
    input::Open open;
    open.flow = "notice";
    open.department = "employment";
    open.fields = {{"title", std::string("关于就业补助的通知")},
                   {"body", body},
                   {"attribute", std::string("proactive")}};
    return done(submit("clerk", 0, open));
}

Done Office::act(const std::string& login, engine::DocumentId document, const std::string& action,
                 std::optional<std::string> comment) {
    input::Act act;
    act.action = action;
    act.comment = std::move(comment);
    return done(submit(login, document, act));
}

Done Office::publish() {
    const Done opened = draft();
    act("clerk", opened.id, "submit");
    act("secrecy", opened.id, "clear");
    return act("leader", opened.id, "issue");
}

engine::Reason Office::refused(const std::string& login, engine::DocumentId document, Input input) {
    const Outcome outcome = submit(login, document, std::move(input));
    INFO(describe(outcome));
    REQUIRE(std::holds_alternative<Refused>(outcome));
    return std::get<Refused>(outcome).refusal.reason;
}

std::uint64_t Office::leaves() {
    return store->head().size;
}

std::vector<storage::StoredLeaf> Office::all_leaves() {
    std::vector<storage::StoredLeaf> leaves;
    REQUIRE(store
                ->read([&](storage::Reader& reader) -> Result<void> {
                    TRY(leaves, reader.leaves(0, 100'000));
                    return {};
                })
                .has_value());
    return leaves;
}

std::vector<storage::OutboxRow> Office::outbox() {
    std::vector<storage::OutboxRow> rows;
    REQUIRE(store
                ->read([&](storage::Reader& reader) -> Result<void> {
                    for (const auto& subscriber : identity.directory()->directory().subscribers) {
                        TRY(const auto ready,
                            reader.outbox_ready(subscriber.id, clock.now(), 1'000));
                        rows.insert(rows.end(), ready.begin(), ready.end());
                    }
                    return {};
                })
                .has_value());
    return rows;
}

std::string describe(const Outcome& outcome) {
    struct Visitor {
        std::string operator()(const Done& done) const {
            return "done, revision " + std::to_string(done.revision);
        }
        std::string operator()(const Refused& refused) const {
            return std::string("refused: ") + engine::code(refused.refusal.reason) + " " +
                   refused.refusal.rule;
        }
        std::string operator()(const Invalid& invalid) const {
            return "invalid: " + invalid.where + " " + invalid.code;
        }
        std::string operator()(const Replayed&) const { return "replayed"; }
        std::string operator()(const KeyReused&) const { return "key reused"; }
        std::string operator()(const SignedOut&) const { return "signed out"; }
        std::string operator()(const engine::Error& error) const {
            return "error: " + error.message;
        }
    };
    return std::visit(Visitor{}, outcome);
}

const Done& done(const Outcome& outcome) {
    INFO(describe(outcome));
    REQUIRE(std::holds_alternative<Done>(outcome));
    return std::get<Done>(outcome);
}

}  // namespace gongkai::app::testing
