// "No": the law or the flow says no. Never an error, never an exception.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"

namespace gongkai::engine {

// In order of precedence: where several hold, the first one is the answer. The names that code()
// gives are permanent.
enum class Reason {
    already_open,         // Open on a document that exists
    no_such_document,     // anything else on one that does not
    flow_mismatch,        // the document is pinned to another definition
    purged,               // the content was purged as classified: nothing can be done with the stub
    revision_conflict,    // somebody else was first (If-Match)
    unknown_action,       // no active state has it
    unknown_relation,     // the flow has no such relation
    ambiguous_action,     // two active states have it: name the state
    wrong_state,          // the state is not active
    not_relatable,        // no active state relates documents in this way
    system_only,          // only a timer, or the system itself, may do it
    not_due,              // the timer has not run out
    role_missing,         // the actor holds none of the roles
    department_mismatch,  // holds the role, in another department
    incompatible_roles,   // 三员分立: holds two roles that exclude each other
    claimed_by_other,     // 签收: somebody else works on it
    not_claimed,
    own_draft,      // separation of duties: drafted or edited it
    own_signature,  // separation of duties: gave an earlier signature
    already_voted,
    not_a_seat,  // the countersigning is full, or the department has voted
    not_withdrawable,
    touched,    // withdraw: the next step is already being worked on
    too_early,  // a minimum time has not passed
    consultation_open,
    unknown_consultation,
    field_not_editable,
    attachments_not_editable,
    field_invalid,  // value of the wrong type or out of range
    nothing_changed,
    fields_missing,
    guard_failed,
    period_over,  // the guard fails, and only because a period within which it held has ended
    comment_required,
    comment_forbidden,
    department_missing,    // the action hands the document over, and nobody said to whom
    department_forbidden,  // it hands nothing over
    signature_not_void,    // nothing to renew
    signature_not_renewable,
    not_the_signer,
    extension_exhausted,
    extension_too_long,
    not_extendable,
    assignee_ineligible,
    relation_mismatch,  // the other document follows another flow than the relation is for
    already_related,
    relation_cycle,    // a document would become its own ancestor
    too_many_related,  // the bound of one document is reached
    no_migration_path,
    date_in_future,    // a date that must have come (收到日) has not
    due_before_start,  // the last day of a deadline lies before its day 0
    policy_violation,  // a rule of policy.yaml: the last fence, after everything that the flow
                       // itself says
};
inline constexpr std::size_t kReasonCount = static_cast<std::size_t>(Reason::policy_violation) + 1;

struct Refusal {
    Reason reason = Reason::unknown_action;
    std::string state;  // that was asked about, where there is one
    std::string action;
    std::vector<std::string> basis;     // articles behind the rule
    std::vector<Assignment> who_could;  // who could act
    std::optional<Instant> from;        // when it will be possible
    std::optional<Instant> until;       // since when it is so no more: the first instant too late
    std::vector<FieldId> fields;        // missing or wrong ones
    std::string rule;        // the guard as written, the policy rule's id, or the timer's name
    std::string rule_title;  // ... the title of the rule or timer
    PersonId person = 0;     // who claimed it, who was first
};

// Permanent snake_case name, e.g. "own_draft".
const char* code(Reason reason) noexcept;
// The reason with this name; nullopt where there is none.
std::optional<Reason> reason_of(std::string_view code) noexcept;
// One plain sentence in each language, without names and numbers.
const char* sentence_en(Reason reason) noexcept;
const char* sentence_zh(Reason reason) noexcept;
// ... with names, articles and dates, where the reason has more to tell; else empty.
std::string detail_en(const Refusal& refusal);
std::string detail_zh(const Refusal& refusal);

}  // namespace gongkai::engine
