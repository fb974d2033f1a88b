// A flow as it was checked: states, actions, timers and fields as integer tables. Immutable; shared
// between threads.
//
// A definition is made by language/compiler.hpp from the YAML of a legal officer. Reusable parts
// are already inlined: the state "review" of the part that the flow runs as "secrecy" is here the
// state "secrecy/review". A parallel state has regions (one a branch); every region has one active
// state or none, region 0 is the flow itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"

namespace gongkai::engine {

using StateId = std::uint16_t;
using RegionId = std::uint16_t;
using ActionId = std::uint16_t;
using FieldId = std::uint16_t;
using SignatureId = std::uint16_t;
using TimerId = std::uint16_t;
using RelationId = std::uint16_t;
inline constexpr std::uint16_t kNone = 0xFFFF;

// ---- fields
// -------------------------------------------------------------------------------------------------------

// A moment is an instant: what is counted in clock hours starts from one.
enum class FieldType { flag, number, date, choice, text, table, moment };

struct NamedChoice {
    std::string name;   // permanent, in the record
    std::string title;  // Chinese, for people
};

// How the system makes the value of a text that nobody may set (登记号, 索引号, 查询码): once, and
// never the same again. Either a pattern or a random code.
struct Assigned {
    struct Piece {
        enum class Kind { literal, year, month, department, flow, field, number };
        Kind kind = Kind::literal;
        std::string text;         // of a literal; the name of a field
        std::uint16_t width = 0;  // of a number: at least so many digits
        bool operator==(const Piece&) const = default;
    };
    std::vector<Piece> pattern;     // with exactly one number; empty: a code
    std::uint16_t code_length = 0;  // characters
};

struct Field {
    std::string name;
    std::string title;
    FieldType type = FieldType::text;
    std::vector<NamedChoice> choices;  // of a choice
    std::vector<NamedChoice> columns;  // of a table
    std::uint32_t max_size =
        0;  // code points of a text or of one cell; rows of a table are bounded by 1,000
    bool content = true;     // part of the content hash, so that changing it voids signatures
    bool published = false;  // shown to the public with a published document
    bool derived =
        false;  // set by the system from the body (its 附注, a 密级 mark), never by a person
    std::optional<Assigned> assigned;  // given by the system, never set by a person
    std::vector<std::string> basis;
    bool past = false;  // a date or moment that may not lie in the future when it is set
};

// ---- who
// ----------------------------------------------------------------------------------------------------------

enum class Scope {
    own_department,  // the department that the document belongs to
    anywhere,        // whoever holds the role, in whatever department
    department,      // the one named
};

// "clerk @ own department"
struct Assignment {
    std::string role;
    Scope scope = Scope::own_department;
    DepartmentCode department;  // with Scope::department
    auto operator<=>(const Assignment&) const = default;
};

// ---- guards
// -------------------------------------------------------------------------------------------------------

// A closed, total, typed language: comparisons of declared fields, roles, signatures and counts,
// joined by and/or/not. No loop, no call, no text evaluated as code. Compiled to postfix; the stack
// never exceeds kGuardDepth.
enum class Op : std::uint8_t {
    constant,       // operand != 0
    field_given,    // field has a value; a text or table: is not empty
    field_equals,   // choice, flag, number or date = operand
    field_less,     // number, date, text length or table rows < operand
    field_at_most,  // ... <= operand
    fields_equal,  // two choice fields hold choices of the same *name* (附注 = 公开属性); operand
                   // is the other FieldId
    field_less_field,     // of two dates; operand is the other FieldId; false where one is missing
    field_at_most_field,  // ... <=
    attachments_at_least,
    signed_live,         // a signature of this name on the present content
    signed_by_another,   // ... and neither the signer nor whom they stood in for drafted or edited
                         // the document
    actor_has_role,      // the person who acts now exercises this role; operand indexes
                         // Definition::guard_roles
    in_state,            // the state is active
    in_tag,              // a state with this tag is active; operand indexes Definition::tags
    approvals_at_least,  // votes to approve in the countersigning state `subject`
    every_related_in_tag,  // each related document of relation `subject` is in the tag; operand
                           // indexes Definition::related_tags. True where there is none
    some_related_in_tag,   // ... at least one is
    related_at_least,      // that many documents are related by relation `subject`
    deadline_expired,      // timer `subject` has run out by the moment of the step
    deadline_expired_by,   // ... before the day that date field `operand` holds; false where it
                           // holds none
    op_not,
    op_and,
    op_or,
};
inline constexpr std::size_t kGuardDepth = 32;

struct Term {
    Op op = Op::constant;
    std::uint16_t subject = kNone;  // FieldId, SignatureId, StateId, RelationId, TimerId
    std::int64_t operand = 0;
    bool operator==(const Term&) const = default;
};

struct Guard {
    std::vector<Term> terms;  // empty: always true
    std::string text;         // as written, for explanations
    bool always() const { return terms.empty(); }
};

// ---- time
// ---------------------------------------------------------------------------------------------------------

enum class Unit {
    hours,
    days,
    working_days,
    months,
    // Of a definition only; a running timer counts both in days.
    yearly,  // until a day of the calendar (每年1月31日前); `count` is month * 100 + day
    date,    // until a date that stands in the document (Timer::on)
};

struct Amount {
    std::int32_t count = 0;  // 1 .. 10,000; of Unit::date not used
    Unit unit = Unit::days;
};

// ---- effects
// ------------------------------------------------------------------------------------------------------

enum class EffectKind {
    publish,        // the content becomes public as the document itself
    publish_draft,  // the content becomes public as a draft for comment: a publication like any
                    // other
    unpublish,      // 撤稿: taken from the public, with a stub that says so
    purge,          // text and attachments are erased; every proof stays valid
    put_item,       // the catalogue has the item that the document describes (Definition::item)
    end_item,       // the catalogue no longer has it
    notify,         // the people of `whom` are told
    call_out,  // another system is asked, under `name` (e.g. filing with the people's congress)
};

struct EffectSpec {
    EffectKind kind = EffectKind::notify;
    std::vector<Assignment> whom;  // of notify
    std::string name;              // of notify and call_out: a permanent message name
};

// ---- actions
// ------------------------------------------------------------------------------------------------------

enum class ActionKind {
    forward,
    return_to,  // back to a named step; a comment is required unless the flow says otherwise
    refer_up,   // 不能确定 → 报上级: forward, but shown and counted as such
    stay,       // the state stays (extend a deadline, report progress)
};

enum class CommentRule { optional, required, forbidden };

// What an action writes by itself. A field that is set here is set by the flow: it is no
// authorship.
struct FieldSet {
    enum class Source {
        value,  // the constant; nullopt clears the field
        today,  // the date in China of the step
        now,    // the instant of the step
    };
    FieldId field = kNone;
    Source source = Source::value;
    std::optional<Value> value;
};

struct Extension {
    TimerId timer = kNone;
    Amount at_most;    // of one extension
    bool once = true;  // 条例 33: 延长 one time only
};

struct Action {
    std::string name;  // unique within its state
    std::string title;
    StateId from = kNone;
    StateId to = kNone;  // same region as `from`; equal to it for ActionKind::stay
    ActionKind kind = ActionKind::forward;
    std::vector<Assignment> by;  // any of them; empty only with `system`
    bool system = false;         // taken by the scheduler when a timer runs out, never by a person
    std::vector<FieldId> needs;  // must be given after the action's own fields were set
    std::vector<FieldId> asks;   // fields that the person who acts may set with the action
    std::vector<FieldId> assigns;  // fields that the system gives with it, where they lack a value
    Guard when;
    CommentRule comment = CommentRule::optional;
    SignatureId sign = kNone;     // signs the content hash as it is after `asks`
    bool not_by_drafter = false;  // neither in person nor through a deputy
    std::vector<SignatureId>
        not_by_signer_of;  // nor by who gave one of these on the present content
    bool withdrawable =
        false;  // the one who acted may take it back while the next step is untouched
    bool resets_votes = false;
    // The document belongs to another department from now on, which the person who acts names
    // (派单、改派): "own department" means that one.
    bool hands_over = false;
    std::vector<TimerId> after;  // minimum times that must have run out first (公众意见 ≥ 30 日)
    std::vector<TimerId> restarts;
    std::optional<Extension> extends;
    std::vector<EffectSpec> effects;
    std::vector<std::string> basis;
    // Written after `needs` and `when` were found true, before it signs.
    std::vector<FieldSet> sets;
};

// ---- states
// -------------------------------------------------------------------------------------------------------

enum class StateKind {
    task,         // people act
    parallel,     // branches run side by side
    countersign,  // 会签: several people vote
    exit,         // the end of a branch: the region waits for its siblings here
};

enum class Join { all, any, quorum };

struct Branch {
    std::string name;
    std::string title;
    RegionId region = kNone;
    StateId start = kNone;
    Guard when;             // the branch is started only when this holds at the fork
    bool required = false;  // `join` names it: the join waits for it even where `when` skipped it
};

struct ExitRoute {
    std::string exit;  // name of a branch's exit
    StateId to = kNone;
};

struct Parallel {
    std::vector<Branch> branches;
    Join join = Join::all;
    std::uint16_t quorum = 0;  // with Join::quorum
    StateId then = kNone;
    std::vector<ExitRoute>
        interrupts;  // an exit named here leaves the parallel state at once and ends its siblings
};

struct Countersign {
    std::vector<Assignment> by;
    std::uint16_t seats = 0;       // how many may vote
    std::uint16_t quorum = 0;      // approvals that carry it; 1 .. seats
    std::vector<Assignment> veto;  // a rejection by one of them ends it
    SignatureId sign = kNone;      // each approval gives one of these
    bool not_by_drafter = false;
    bool distinct_departments = false;  // one vote a department (联合发文会签)
    StateId passed = kNone;             // at `quorum` approvals
    StateId failed = kNone;             // once `quorum` can no longer be reached
    StateId vetoed = kNone;             // kNone: as failed
    CommentRule comment_on_rejection = CommentRule::required;
};

struct ConsultRule {
    std::vector<Assignment> whom;  // who may be asked
    bool blocks = false;           // no action leaves the state while an answer is open
};

struct State {
    std::string name;  // "drafting", "secrecy/review"
    std::string title;
    RegionId region = 0;
    StateKind kind = StateKind::task;
    bool final =
        false;  // a legitimate resting place; it may still have actions (撤稿, periodic review)
    std::vector<std::uint16_t> tags;
    std::vector<Assignment> worklist;
    std::vector<Assignment> reassigners;  // 改派: who may hand a task on besides who claimed it
    std::vector<FieldId> editable;
    bool edit_attachments = false;
    std::vector<SignatureId>
        renewable;  // voided signatures that their signer may renew in place (proofreading)
    std::vector<ActionId> actions;
    std::vector<EffectSpec> on_enter;
    std::optional<Parallel> parallel;
    std::optional<Countersign> countersign;
    std::optional<ConsultRule> consult;
    std::string exit;  // of an exit state: the exit's name
    std::vector<std::string> basis;
    std::uint32_t line = 0;  // in the source file, for findings
    std::string file;
    std::vector<RelationId>
        relates;  // here those of the worklist may open or attach documents of these relations
};

struct Region {
    StateId owner = kNone;     // the parallel state that it belongs to; kNone for region 0
    std::uint16_t branch = 0;  // index into that state's branches
};

// Where a timer counts from: a date or moment of the document, when the guard holds.
struct TimerOrigin {
    FieldId field = kNone;
    Guard when;
};

// A timer runs while one of `runs_in` is active, rests while one of `pauses_in` is, and is dropped
// when none is left.
struct Timer {
    std::string name;
    std::string title;
    Amount amount;
    // Day 0 is the first of these whose guard holds (条例 31: the day of receipt depends on the
    // channel); where its field has no value, or no guard holds, the timer does not run. Empty: the
    // entry into the first of `runs_in`.
    std::vector<TimerOrigin> origins;
    FieldId on = kNone;    // with Unit::date: the field that holds the last day
    bool minimum = false;  // no deadline: the shortest time that must pass (Action::after)
    // Binds nobody, so that running out makes nothing late: it only tells somebody, or ends a
    // period that guards ask about.
    bool reminder = false;
    std::vector<StateId> runs_in;         // sorted
    std::vector<StateId> pauses_in;       // sorted
    ActionId on_expiry = kNone;           // a system action; kNone: see escalate_to
    std::vector<Assignment> escalate_to;  // told when it runs out
    std::vector<std::string> basis;
    std::uint32_t line = 0;
    std::string file;
    std::string limit;  // name of the statutory limit that it keeps (deadlines.yaml); empty: none
};

struct SignatureKind {
    std::string name;   // "confidentiality"
    std::string title;  // 保密审查
};

// A state or branch that runs a part. The states of that part are called "NAME/...", and people may
// be shown them under this title.
struct Group {
    std::string name;  // "secrecy", "participation/comments"
    std::string title;
};

// What a document of another flow, or of the same one, is to this one: its 区分处理文本, the remedy
// sought against it. Each related document goes its own way; which tags it is in becomes a fact of
// this document's own history.
struct Relation {
    std::string name;   // "redaction"
    std::string title;  // 区分处理文本
    std::string flow;   // which the related documents follow
    // What this document is to the related one, 政策文件: where both are public, the public page of
    // either links to the other. Empty: the public never learns of the relation.
    std::string public_link;
};

// A column of the catalogue of disclosure items (标准目录, 人社厅函〔2019〕113号) by its name
// (language/item_columns.hpp), and the field that says what stands in it.
struct ItemField {
    std::string column;
    FieldId field = kNone;
};

struct Definition {
    std::string flow;  // "decision"
    std::string title;
    Digest digest{};  // of everything that it was compiled from
    std::vector<std::string> basis;
    std::vector<Field> fields;
    std::vector<SignatureKind> signatures;
    std::vector<State> states;
    std::vector<Action> actions;
    std::vector<Region> regions;  // [0] is the flow itself
    std::vector<Timer> timers;
    std::vector<std::string> tags;
    std::vector<std::string> guard_roles;
    std::vector<Group> groups;
    StateId start = 0;
    std::vector<Assignment>
        openers;  // who may start a document; by default the worklist of the start state
    bool clock_opens = false;      // the scheduler may start one: a duty that falls due
    std::vector<FieldId> assigns;  // fields that the system gives when a document is opened
    std::vector<std::vector<std::string>>
        incompatible_roles;  // no person holds two roles of one group
    std::vector<Relation> relations;
    std::vector<std::string> related_tags;  // of the flows of `relations`, as guards speak of them
    // Which fields describe an item of the catalogue; empty: the documents describe none.
    std::vector<ItemField> item;

    // Look-ups by name; kNone where there is none. Linear or binary search, no allocation.
    FieldId field(std::string_view name) const;
    StateId state(std::string_view name) const;
    SignatureId signature(std::string_view name) const;
    TimerId timer(std::string_view name) const;
    RelationId relation(std::string_view name) const;
};

// ---- policy
// -------------------------------------------------------------------------------------------------------

enum class Moment {
    always,         // in every reachable state
    publish,        // whenever the document itself is published
    publish_draft,  // whenever a draft is put out for comment
    enter_tag,      // whenever a state with the tag is entered
};

// One never/always rule that holds for all flows, compiled for one definition: names it does not
// have are false.
struct PolicyRule {
    std::string id;  // permanent: "no_publication_without_secrecy_review"
    std::string title;
    std::vector<std::string> basis;
    std::vector<Moment> moments;
    std::uint16_t tag = kNone;       // with enter_tag
    bool on_final = false;           // `always` rules that speak of resting places only
    Guard require;                   // must hold then
    std::vector<std::string> flows;  // the flows that must exercise it; empty: some flow must
    std::uint32_t line = 0;
    std::string file;
};

struct Policy {
    std::vector<PolicyRule> rules;
};

inline bool asks_of_deadline(const Term& term) {
    return term.op == Op::deadline_expired || term.op == Op::deadline_expired_by;
}

// By TimerId: those of which a guard or a rule asks whether they have run out.
std::vector<bool> asked_timers(const Definition& definition, const Policy& policy);

}  // namespace gongkai::engine
