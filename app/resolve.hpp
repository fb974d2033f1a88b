// From plain values and names to a command of the engine. First, without the document, on the
// caller's thread: salts, commitments, what the body says about itself. Then, inside the writer's
// job, with the document and the definition that it is pinned to.
//
// A text that is the same as the one that the document has keeps its commitment, so that sending
// it again changes nothing and voids no signature.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/clock.hpp"
#include "app/flow.hpp"
#include "app/identity.hpp"
#include "app/input.hpp"
#include "app/outcome.hpp"
#include "app/uploads.hpp"
#include "engine/command.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// A text with everything that the record needs of it.
struct CommittedText {
    storage::Opening opening;
    std::uint32_t size = 0;  // code points, or rows of a table
    engine::Committed value() const { return {opening.commitment, size}; }
};

// nullopt where the text is not UTF-8 or holds U+0000.
std::optional<CommittedText> commit_text(std::string text, Randomness& randomness);
// The canonical JSON of the rows: columns by name, without empty cells and rows. nullopt as above,
// or where a row names a column twice.
std::optional<CommittedText> commit_rows(const Rows& rows, Randomness& randomness);
std::string rows_json(const Rows& rows);
// And back; nullopt where it is none.
std::optional<Rows> rows_from_json(std::string_view canonical);

// An input whose longer texts were committed to already.
struct PreparedInput {
    Input input;
    // By position in the input's fields; nullopt: short enough to be a choice or a date, looked at
    // when the field's type is known.
    std::vector<std::optional<CommittedText>> fields;
    std::vector<std::optional<CommittedText>> attachment_names;
    std::optional<CommittedText> remark;  // comment, question or answer
    // Of a field called "body", where there is one.
    bool has_body = false;
    const char* body_note = "absent";
    bool secrecy_mark = false;
};

// "/fields/NAME", in the escaping of RFC 6901.
std::string pointer_to_field(std::string_view name);

// Error: `Invalid`, where a text cannot be a text.
std::variant<PreparedInput, Invalid> prepare_input(Input input, Randomness& randomness);

struct Resolved {
    engine::Command command;
    std::vector<storage::Opening> openings;  // of every text that is new
};

// The other document of a relation.
struct Kin {
    storage::StoredDocument stored;
    std::shared_ptr<const Flow> flow;
    bool ancestor = false;  // it is the document itself, or stands above it
};

struct ResolveContext {
    const Flow& flow;
    const engine::Document* document;  // nullptr for a new one
    const Kin* kin;  // the other document that is named; nullptr where there is none
    engine::DocumentId new_id;
    PersonId person;
    Instant now;
    const DirectorySnapshot& directory;
    const Uploads& uploads;
    Randomness& randomness;
    // The document's openings; asked for at most once.
    std::function<Result<std::vector<storage::Opening>>()> load_openings;
};

std::variant<Resolved, Invalid, engine::Error> resolve(const PreparedInput& prepared,
                                                       const ResolveContext& context);

// The command that relates this document to another one.
engine::Relate related(const std::string& relation, const engine::Document& document,
                       const Flow& flow, bool ancestor);

// Whether this person could take over the task: active, and in their own name in one of the
// worklist's roles, in scope.
bool eligible(const DirectorySnapshot& directory, PersonId person, const engine::State& state,
              const DepartmentCode& own, Instant now);
// Whether this person, who has claimed the state, is not active or holds no role of its worklist
// any more, in their own name or as a deputy.
bool claim_lapsed(const DirectorySnapshot& directory, PersonId person, const engine::State& state,
                  const engine::DepartmentCode& own, engine::Instant now);

}  // namespace gongkai::app
