#include "api/answer.hpp"

#include <algorithm>
#include <array>

#include "api/json/writer.hpp"
#include "app/log.hpp"
#include "app/reports/annual.hpp"

namespace gongkai::api {

namespace {

using engine::ErrorCode;
using engine::Reason;

struct Entry {
    ApiProblem kind;
    unsigned status;
    const char* code;
    const char* title;
    const char* title_zh;
};

constexpr std::array kProblems = {
    Entry{ApiProblem::unauthenticated, 401, "unauthenticated", "Log in, or send a valid token",
          "请先登录，或者提供有效的令牌"},
    Entry{ApiProblem::invalid_credentials, 401, "invalid_credentials",
          "Login and password do not match", "用户名或者密码不正确"},
    Entry{ApiProblem::too_many_attempts, 429, "too_many_attempts",
          "Too many failed attempts; wait before the next one", "失败次数过多，请稍后再试"},
    Entry{ApiProblem::too_many_requests, 429, "too_many_requests",
          "Too many requests; wait before the next one", "请求过于频繁，请稍后再试"},
    Entry{ApiProblem::if_match_required, 428, "if_match_required",
          "Say in If-Match which revision you edit", "请在 If-Match 中指明所修改的版本"},
    Entry{ApiProblem::invalid_header, 400, "invalid_header", "A header cannot be read",
          "请求头不符合要求"},
    Entry{ApiProblem::invalid_query, 400, "invalid_query", "A query parameter cannot be read",
          "查询参数不符合要求"},
    Entry{ApiProblem::idempotency_key_reused, 422, "idempotency_key_reused",
          "This Idempotency-Key belongs to another request", "此 Idempotency-Key 已用于另一请求"},
    Entry{ApiProblem::read_only, 503, "read_only",
          "The record does not extend its last checkpoint; nothing is written until an operator "
          "has looked at it",
          "记录与最近的检查点不一致，在核查之前不接受任何写入"},
    Entry{ApiProblem::no_checkpoint, 503, "no_checkpoint",
          "This installation signs no checkpoints, so there is nothing to prove against",
          "本系统未签发检查点，无法出具证明"},
    Entry{ApiProblem::conflict, 409, "conflict", "Somebody else was first; read it again",
          "已被他人抢先更新，请重新读取"},
    Entry{ApiProblem::letter_incomplete, 422, "letter_incomplete",
          "The letter needs values that the document does not have", "文书所需内容尚未填写"},
    Entry{ApiProblem::letter_not_applicable, 409, "letter_not_applicable",
          "The letter cannot be issued as the document stands", "文书目前不能出具"},
    Entry{ApiProblem::request_incomplete, 422, "request_incomplete",
          "The application lacks what the law asks for", "申请缺少法定内容"},
    Entry{ApiProblem::request_not_taken, 409, "request_not_taken",
          "This cannot be done with the application now", "目前不能对该申请进行此操作"},
};

// The law or the flow says no. 403: not you. 404 and 410: there is none (any more). 409: not now,
// as the document stands. 412: you saw another revision. 422: not with this content.
constexpr unsigned kReasonStatus[] = {
    409,  // already_open
    404,  // no_such_document
    409,  // flow_mismatch
    410,  // purged
    412,  // revision_conflict
    409,  // unknown_action
    409,  // unknown_relation
    409,  // ambiguous_action
    409,  // wrong_state
    409,  // not_relatable
    403,  // system_only
    409,  // not_due
    403,  // role_missing
    403,  // department_mismatch
    403,  // incompatible_roles
    409,  // claimed_by_other
    409,  // not_claimed
    403,  // own_draft
    403,  // own_signature
    409,  // already_voted
    409,  // not_a_seat
    409,  // not_withdrawable
    409,  // touched
    409,  // too_early
    409,  // consultation_open
    404,  // unknown_consultation
    409,  // field_not_editable
    409,  // attachments_not_editable
    422,  // field_invalid
    409,  // nothing_changed
    422,  // fields_missing
    422,  // guard_failed
    409,  // period_over
    422,  // comment_required
    422,  // comment_forbidden
    422,  // department_missing
    422,  // department_forbidden
    409,  // signature_not_void
    409,  // signature_not_renewable
    403,  // not_the_signer
    409,  // extension_exhausted
    422,  // extension_too_long
    409,  // not_extendable
    422,  // assignee_ineligible
    422,  // relation_mismatch
    409,  // already_related
    409,  // relation_cycle
    409,  // too_many_related
    409,  // no_migration_path
    422,  // date_in_future
    422,  // due_before_start
    409,  // policy_violation
};
static_assert(std::size(kReasonStatus) == engine::kReasonCount);

struct Denial {
    std::string_view code;
    unsigned status;
};
// The codes of app::Denied. key_reused and not_found carry the names that the edge has for them.
constexpr std::array kDenials = {
    Denial{"not_allowed", 403},        Denial{"own_roles", 403},
    Denial{"incompatible_roles", 409}, Denial{"unknown_role", 422},
    Denial{"unknown_department", 422}, Denial{"unknown_person", 422},
    Denial{"login_taken", 409},        Denial{"code_taken", 409},
    Denial{"unfit_password", 422},     Denial{"wrong_password", 403},
    Denial{"invalid_value", 422},      Denial{"period_invalid", 422},
    Denial{"last_administrator", 409}, Denial{"key_reused", 422},
    Denial{"not_found", 404},
};

}  // namespace

Problem problem(ApiProblem kind) {
    const auto& entry = kProblems[static_cast<std::size_t>(kind)];
    Problem out;
    out.status = entry.status;
    out.code = entry.code;
    out.title = entry.title;
    out.title_zh = entry.title_zh;
    return out;
}

unsigned status_of(Reason reason) {
    return kReasonStatus[static_cast<std::size_t>(reason)];
}

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::conflict:
            return 409;
        case ErrorCode::unavailable:
        case ErrorCode::integrity:
            return 503;
        case ErrorCode::storage_full:
            return 507;
        case ErrorCode::invalid_argument:  // what came was checked: this is our mistake
        case ErrorCode::malformed:
        case ErrorCode::storage_broken:
        case ErrorCode::io:
            return 500;
    }
    return 500;
}

unsigned status_of_denial(std::string_view code) {
    for (const Denial& denial : kDenials)
        if (denial.code == code) return denial.status;
    return 500;
}

std::vector<std::string> all_problem_codes() {
    std::vector<std::string> codes;
    for (const EdgeProblem kind : all_edge_problems())
        codes.push_back(problem(kind).code);
    for (const Entry& entry : kProblems)
        codes.emplace_back(entry.code);
    for (std::size_t i = 0; i < engine::kReasonCount; ++i)
        codes.emplace_back(engine::code(static_cast<Reason>(i)));
    for (const Denial& denial : kDenials)
        codes.emplace_back(denial.code);
    for (const std::string& fault : app::all_report_fault_codes())
        codes.push_back(fault);
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
}

Problem problem_of(const engine::Error& error) {
    switch (error.code) {
        case ErrorCode::not_found:
            return problem(EdgeProblem::not_found);
        case ErrorCode::conflict:
            return problem(ApiProblem::conflict);
        case ErrorCode::unavailable:
            return problem(EdgeProblem::overloaded);
        case ErrorCode::integrity:
            return problem(ApiProblem::read_only);
        case ErrorCode::storage_full:
            return problem(EdgeProblem::storage_full);
        case ErrorCode::invalid_argument:
        case ErrorCode::malformed:
        case ErrorCode::storage_broken:
        case ErrorCode::io:
            break;
    }
    app::log_event(app::LogLevel::error, "request_failed",
                   {{"code", engine::to_string(error.code)}, {"why", error.message}});
    return problem(EdgeProblem::internal_error);
}

Problem problem_of_proof(const engine::Error& error) {
    if (error.code == ErrorCode::invalid_argument) return problem(ApiProblem::no_checkpoint);
    return problem_of(error);
}

Problem problem_of(const app::Invalid& invalid) {
    json::Writer errors;
    errors.begin_array()
        .begin_object()
        .member("pointer", invalid.where)
        .member("fault", invalid.code)
        .member("detail", invalid.message)
        .member_unless_empty("detail_zh", invalid.message_zh)
        .end_object()
        .end_array();
    return problem(EdgeProblem::invalid_body)
        .with_detail(invalid.where + ": " + invalid.message,
                     invalid.where + "：" + invalid.message_zh)
        .with("errors", errors.take());
}

Problem problem_of(const app::Denied& denied) {
    Problem out;
    out.status = status_of_denial(denied.code);
    out.code = denied.code;
    out.title = denied.message;
    out.title_zh = denied.message_zh;
    if (!denied.where.empty()) out.with("pointer", json::quoted(denied.where));
    return out;
}

}  // namespace gongkai::api
