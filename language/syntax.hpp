// The language as it is written: plain structs, names still names. Made by the reader, turned into
// engine::Definition by the compiler.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

struct Name {
    std::string text;
    Span span;
    bool given() const { return !text.empty(); }
};

// The words that every element takes.
struct Heading {
    std::string title;
    std::vector<std::string> basis;
};

struct WhoSyntax {
    engine::Assignment assignment;
    Span span;
};

struct EffectSyntax {
    engine::EffectKind kind = engine::EffectKind::notify;
    std::vector<WhoSyntax> whom;
    std::string name;
};

// drafter, or signer of a signature; the latter where `signature` is given.
struct ExclusionSyntax {
    Name signature;
    Span span;
};

struct ExtendSyntax {
    Name deadline;
    engine::Amount by;
    Span by_span;
    bool once = true;
};

// `today`, `now`, `nothing` or a value of the field's type.
struct SetSyntax {
    Name field;
    const Node* value = nullptr;
};

struct ActionSyntax {
    Name name;
    Heading heading;
    Name to;
    std::optional<engine::ActionKind> kind;
    bool has_by = false;
    bool clock = false;  // by: clock
    std::vector<WhoSyntax> by;
    std::vector<Name> needs;
    std::vector<Name> asks;
    std::vector<Name> assigns;
    const Node* when = nullptr;
    std::optional<engine::CommentRule> comment;
    Name sign;
    std::vector<ExclusionSyntax> not_by;
    std::vector<Name> after;
    bool withdrawable = false;
    std::optional<ExtendSyntax> extend;
    std::vector<Name> restart;
    bool reset_votes = false;
    bool hand_over = false;
    Span hand_over_span;
    std::vector<EffectSyntax> effects;
    std::vector<SetSyntax> sets;
};

struct OriginSyntax {
    Name field;
    const Node* when = nullptr;
};

struct DeadlineSyntax {
    Name name;
    Heading heading;
    Name limit;  // of deadlines.yaml; what follows is then its
    bool minimum = false;
    bool reminder = false;
    bool period = false;  // in which something may be done; binds nobody either
    engine::Amount amount;
    Name on;
    std::vector<OriginSyntax> from;
    bool has_in = false;
    std::vector<Name> in;
    std::vector<Name> until;
    std::vector<Name> pauses_in;
    std::vector<WhoSyntax> escalate_to;
    Name take;
};

struct RouteSyntax {
    Name exit;
    Name to;
};

struct RunSyntax {
    Name use;
    std::vector<RouteSyntax> on;
};

struct BranchSyntax {
    Name name;
    Heading heading;
    Name use;
    const Node* when = nullptr;
};

struct ForkSyntax {
    engine::Join join = engine::Join::all;
    std::uint16_t quorum = 0;
    Span quorum_span;
    std::vector<BranchSyntax> branches;
    std::vector<Name> awaited;  // `join`
    Name then;
    std::vector<RouteSyntax> on;
};

struct CountersignSyntax {
    std::vector<WhoSyntax> by;
    std::uint16_t seats = 0;
    std::uint16_t quorum = 0;
    std::vector<WhoSyntax> veto;
    Name sign;
    bool not_by_drafter = false;
    bool distinct_departments = false;
    engine::CommentRule comment = engine::CommentRule::required;
    std::vector<RouteSyntax> on;
};

struct ConsultSyntax {
    std::vector<WhoSyntax> whom;
    bool blocks = false;
};

struct StateSyntax {
    Name name;
    Heading heading;
    std::vector<Name> tags;
    bool has_worklist = false;
    std::vector<WhoSyntax> worklist;
    std::vector<WhoSyntax> reassign;
    bool edit_all = false;
    bool edit_attachments = false;
    std::vector<Name> edit;
    std::vector<Name> renew;
    std::optional<ConsultSyntax> consult;
    std::vector<ActionSyntax> actions;
    std::vector<DeadlineSyntax> deadlines;
    std::vector<EffectSyntax> enter;
    bool final = false;
    // At most one of these.
    std::optional<RunSyntax> run;
    std::optional<ForkSyntax> fork;
    std::optional<CountersignSyntax> countersign;
    std::vector<Name> relates;
};

struct UseSyntax {
    Name name;
    Name part;  // "parts/public_comment"
    std::vector<std::pair<Name, const Node*>> with;
};

struct ExitSyntax {
    Name name;
    Heading heading;
};

struct RelationSyntax {
    Name name;
    Heading heading;
    Name flow;
    std::string public_link;
};

// A column of the catalogue, and the field that stands for it.
struct ItemFieldSyntax {
    Name column;
    Name field;
};

// What makes documents of the flow alike.
struct AlikeSyntax {
    Name name;
    Heading heading;
    std::vector<Name> same;
    Name near;
    int at_least = 0;
    bool numbers = true;
};

struct ParameterSyntax {
    Name name;
    const Node* fallback = nullptr;
};

// A flow, or a part with its parameters put in.
struct BodySyntax {
    bool part = false;
    Name name;
    Heading heading;
    std::vector<Name> fields;  // of a flow
    bool has_open = false;
    std::vector<WhoSyntax> open;    // of a flow
    bool clock_opens = false;       // `open` names the clock
    std::vector<Name> assigns;      // of a flow
    std::vector<ExitSyntax> exits;  // of a part
    std::vector<UseSyntax> uses;
    Name start;
    std::vector<StateSyntax> states;
    std::vector<DeadlineSyntax> deadlines;
    std::vector<RelationSyntax> relations;  // of a flow
    std::vector<ItemFieldSyntax> item;      // of a flow
    std::vector<AlikeSyntax> alike;         // of a flow
};

struct RoleSyntax {
    Name name;
    Heading heading;
};

struct FieldSyntax {
    Name name;
    engine::Field field;
    std::vector<Name> pattern_fields;  // that the pattern of an assigned one names
};

// Stands for its fields wherever fields are listed.
struct GroupSyntax {
    Name name;
    std::vector<Name> fields;
};

struct VocabularySyntax {
    std::vector<RoleSyntax> roles;
    std::vector<std::vector<Name>> exclusive;
    std::vector<RoleSyntax> signatures;
    std::vector<FieldSyntax> fields;
    std::vector<GroupSyntax> groups;
};

// A limit of the law, said once for all flows.
struct LimitSyntax {
    Name name;
    Heading heading;
    bool minimum = false;
    engine::Amount amount;
};

struct RuleSyntax {
    Name name;
    Heading heading;
    std::vector<engine::Moment> moments;
    Name tag;
    bool resting = false;
    const Node* guard = nullptr;
    bool never = false;
    std::vector<Name> flows;
};

}  // namespace gongkai::language
