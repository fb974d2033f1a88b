// The guard language (docs/workflow_language.md, "Guards"): read, typed and compiled to
// engine::Guard. Total and closed: whatever compiles can be evaluated in any document, in a time
// that its length bounds.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

inline constexpr std::size_t kMaxGuardBytes = 4096;

// Whether a name can be spoken of here.
enum class Known {
    here,       // the definition has it
    elsewhere,  // it is a name, but not of this definition: its tests become constants
    nowhere,    // an error
};

// What the names in a guard stand for. One implementation for flows, one for policy.
class GuardScope {
  public:
    virtual ~GuardScope() = default;

    struct FieldName {
        Known known = Known::nowhere;
        engine::FieldId id = engine::kNone;
        const engine::Field* field = nullptr;  // also when elsewhere: the types are checked
    };
    virtual FieldName field(std::string_view name) = 0;
    virtual std::pair<Known, engine::SignatureId> signature(std::string_view name) = 0;
    // A state, or every state in what it runs.
    virtual std::pair<Known, std::vector<engine::StateId>> states(std::string_view name) = 0;
    // A countersigning state; kNone when the state is of another kind.
    virtual std::pair<Known, engine::StateId> countersign(std::string_view name) = 0;
    virtual std::pair<Known, std::uint16_t> tag(std::string_view name) = 0;
    // An index into Definition::guard_roles; kNone when there is no such role.
    virtual std::uint16_t role(std::string_view name) = 0;

    // Documents of another flow that are related to this one. Where nothing is said of them, there
    // are no relations.
    virtual std::pair<Known, engine::RelationId> relation(std::string_view) {
        return {Known::nowhere, engine::kNone};
    }
    // A tag of the flow that the relation (kNone: one of another flow) leads to, as an index into
    // Definition::related_tags.
    virtual std::pair<Known, std::uint16_t> related_tag(engine::RelationId, std::string_view) {
        return {Known::nowhere, engine::kNone};
    }
    virtual Message suggest_related_tag(engine::RelationId, std::string_view) { return {}; }
    virtual std::string related_flow(engine::RelationId) { return {}; }

    // Deadlines of which one has to have run out. Where nothing is said of them, there are none.
    virtual std::pair<Known, std::vector<engine::TimerId>> deadlines(std::string_view) {
        return {Known::nowhere, {}};
    }

    enum class Kind { field, signature, state, tag, role, relation, deadline };
    // What to say of a name that is not known.
    virtual Message suggest(Kind kind, std::string_view name) = 0;
    // Said after the name of something that is not known, e.g. "in the flow `decision`".
    virtual Message where() { return {}; }
};

// Compiles the text of `node`. After an error (reported, at its place in the text) the guard is
// never true.
engine::Guard compile_guard(const Node& node, GuardScope& scope, Reporter& reporter);

// The deepest that the stack gets while the terms are evaluated.
std::size_t stack_depth(const std::vector<engine::Term>& terms);

// Words with a meaning in guards: no field, signature, state, tag or role may be called so.
bool is_guard_word(std::string_view name);

}  // namespace gongkai::language
