// Inside of the compiler, shared by compiler*.cpp only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "language/compiler.hpp"
#include "language/expression.hpp"

namespace gongkai::language {

using engine::kNone;

struct Instance;
class InstanceScope;

// A state as it was written, and what became of it.
struct Entry {
    const StateSyntax* syntax = nullptr;
    engine::StateId state = engine::kNone;  // kNone for a state that runs a part
    Instance* child = nullptr;              // the part that it runs
    std::vector<Instance*> branches;        // of a fork; nullptr where the part is not known
    std::vector<std::pair<std::string_view, engine::TimerId>> timers;  // declared in the state
};

// The flow itself, or one run of a part.
struct Instance {
    const BodySyntax* body = nullptr;
    std::unique_ptr<Node> tree;            // of a part: with its parameters put in
    std::unique_ptr<BodySyntax> own_body;  // of a part
    std::string prefix;                    // "" or "secrecy/"
    std::string part;                      // "parts/confidentiality_review"; empty for the flow
    Instance* parent = nullptr;
    const RunSyntax* runner = nullptr;  // of a part that a state runs: where its exits lead
    bool branch = false;                // of a part that a branch runs: exits end the branch
    engine::RegionId region = 0;
    std::map<std::string_view, Entry> entries;
    std::vector<Entry*> order;                                // as written
    std::map<std::string_view, engine::StateId> exit_states;  // of a branch
    std::vector<std::pair<std::string_view, engine::TimerId>> timers;
    std::vector<std::uint16_t> tags;  // inherited from the state that runs it
};

struct FlowCompiler::Impl {
    Impl(const Library& the_library, const BodySyntax& the_flow, Reporter& the_reporter)
        : library(the_library), flow(the_flow), reporter(the_reporter) {}

    const Library& library;
    const BodySyntax& flow;
    Reporter& reporter;
    engine::Definition definition;
    engine::Policy policy;
    std::vector<AlikeGroup> alike;
    std::vector<std::unique_ptr<Instance>> instances;  // [0] is the flow
    std::set<std::string> parts;
    std::set<const UseSyntax*> used;
    std::map<std::string_view, engine::FieldId> fields;
    bool fields_incomplete = false;  // one was unknown: no more about missing ones
    std::map<std::string_view, engine::SignatureId> signatures;
    std::map<std::string_view, std::uint16_t> roles;  // index into guard_roles
    std::set<engine::ActionId> taken;                 // by a deadline
    std::set<engine::StateId> unlisted;               // whose worklist was wrong, and reported
    bool too_large = false;
    struct AskedDeadline {
        const Node* guard = nullptr;
        engine::StateId state = engine::kNone;
        engine::TimerId timer = engine::kNone;
    };
    std::vector<AskedDeadline> asked_deadlines;

    // ---- declaring (compiler_declare.cpp)
    void declare_fields();
    void check_patterns();
    void declare_relations();
    void declare_item();
    void declare_alike();
    void declare_states(Instance& instance);
    void declare_state(Instance& instance, const StateSyntax& syntax);
    void check_uses(const Instance& instance);
    void declare_fork(Instance& instance, Entry& entry);
    Instance* run_part(Instance& from, const Name& use, const std::string& prefix,
                       engine::RegionId region);
    engine::StateId add_state(const Instance& instance, const std::string& name,
                              const Heading& heading, const Span& span,
                              const std::vector<std::uint16_t>& tags);
    std::vector<std::uint16_t> tags_of(const Instance& instance, const std::vector<Name>& names);
    void declare_signatures();
    void declare_timers(Instance& instance);
    // Amount, title and articles of the limit that the deadline names.
    void keep_limit(const DeadlineSyntax& syntax, engine::Timer& timer);
    engine::TimerId declare_timer(const Instance& instance, const std::string& prefix,
                                  const DeadlineSyntax& syntax);

    // ---- filling (compiler_fill.cpp, compiler_timers.cpp)
    void fill_flow();
    void fill_state(Instance& instance, Entry& entry);
    void fill_action(Instance& instance, Entry& entry, const ActionSyntax& syntax);
    void fill_fork(Instance& instance, Entry& entry);
    void fill_countersign(Instance& instance, Entry& entry);
    void fill_timer(Instance& instance, Entry* entry, const DeadlineSyntax& syntax,
                    engine::TimerId id);
    // The date (or moment) field that a deadline names.
    void check_reminder(const DeadlineSyntax& syntax, const engine::Timer& timer);
    engine::FieldId date_field(const Name& name, bool moments);
    engine::FieldSet field_set(const SetSyntax& syntax);
    // The one action by the clock that the timer takes when it runs out.
    void choose_expiry(const Name& take, engine::Timer& timer);
    void fill_timers(Instance& instance);
    void warn_of_untaken(const Entry& entry);
    void check_routes(const Instance& instance, const Entry& entry);
    void fill_policy();

    // ---- names (compiler_names.cpp)
    engine::StateId target(const Instance& instance, const Name& name);
    engine::StateId start_of(const Instance& instance);
    // Every state that the name stands for; nested regions included with `deep`. Empty when there
    // is none.
    std::vector<engine::StateId> states_named(const Instance& instance, std::string_view name,
                                              bool deep) const;
    void gather(const Entry& entry, bool deep, std::vector<engine::StateId>& out) const;
    void gather(const Instance& instance, bool deep, std::vector<engine::StateId>& out) const;
    std::vector<std::string> target_names(const Instance& instance) const;
    std::vector<std::string> state_names(const Instance& instance) const;

    std::vector<engine::Assignment> assignments(const std::vector<WhoSyntax>& whom);
    // Names and groups of the vocabulary, groups spelled out at the place of their name.
    std::vector<Name> spelled_out(const std::vector<Name>& names) const;
    std::vector<engine::FieldId> field_ids(const std::vector<Name>& names, bool settable);
    // Those that the system gives; reports the others.
    std::vector<engine::FieldId> assigned_ids(const std::vector<Name>& names);
    engine::SignatureId signature_id(const Name& name);
    engine::TimerId timer_id(const Instance& instance, const Entry& entry, const Name& name);
    std::vector<engine::EffectSpec> effects(const std::vector<EffectSyntax>& syntax);
    // The guard of an action or branch of `entry`.
    engine::Guard guard(const Instance& instance, const Entry& entry, const Node* node);
    // The guard that says whether a deadline counts from a date.
    engine::Guard origin_guard(const Instance& instance, const Node* node);
    void warn_of_unsigned(const Instance& instance, const InstanceScope& scope, const Node& node);
    // A guard that asks for a deadline which cannot run in the state that it stands in.
    void check_asked_deadlines();
    const FieldSyntax* vocabulary_field(std::string_view name) const;
    Message add_field_hint() const;
    bool vocabulary_signature(std::string_view name) const;
    std::uint16_t role_index(std::string_view name);
    std::uint16_t tag_index(std::string_view name) const;
    engine::RelationId relation_id(const Instance& instance, const Name& name);
    std::vector<std::string> relation_names() const;
    // Whether a flow that every relation leads to was given.
    void check_relations();
    // Whether a flow that has an effect on the catalogue says which fields describe an item.
    void check_item_effects();
    // " in the flow `decision`" or " in the part `public_comment`"
    Message where(const Instance& instance) const;
};

// What a guard in this instance, or a rule of policy (instance: the flow), can speak of.
class InstanceScope : public GuardScope {
  public:
    // `entry`: the state whose own deadlines can be spoken of too.
    InstanceScope(FlowCompiler::Impl& impl, const Instance& instance, bool policy,
                  const Entry* entry = nullptr)
        : impl_(impl), instance_(instance), policy_(policy), entry_(entry) {}

    FieldName field(std::string_view name) override;
    std::pair<Known, engine::SignatureId> signature(std::string_view name) override;
    std::pair<Known, std::vector<engine::StateId>> states(std::string_view name) override;
    std::pair<Known, engine::StateId> countersign(std::string_view name) override;
    std::pair<Known, std::uint16_t> tag(std::string_view name) override;
    std::uint16_t role(std::string_view name) override;
    std::pair<Known, engine::RelationId> relation(std::string_view name) override;
    std::pair<Known, std::uint16_t> related_tag(engine::RelationId relation,
                                                std::string_view name) override;
    Message suggest_related_tag(engine::RelationId relation, std::string_view name) override;
    std::string related_flow(engine::RelationId relation) override;
    // In a policy the name is that of a limit of the law: every deadline that keeps it.
    std::pair<Known, std::vector<engine::TimerId>> deadlines(std::string_view name) override;
    Message suggest(Kind kind, std::string_view name) override;
    Message where() override;

    // Signatures that the guard asks for and nobody in this flow can give.
    std::vector<std::string> never_signed;

  private:
    FlowCompiler::Impl& impl_;
    const Instance& instance_;
    bool policy_;
    const Entry* entry_;
};

}  // namespace gongkai::language
