// What somebody asks for. Everything a command holds has already been read and bounded at the edge;
// whether it may happen is decided by decide() alone.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/document.hpp"
#include "engine/value.hpp"

namespace gongkai::engine {

struct FieldChange {
    FieldId field = kNone;
    std::optional<Value> value;  // nullopt clears the field
    bool operator==(const FieldChange&) const = default;
};

// A new document in the start state. The only command without a document; from the scheduler where
// the flow lets the clock open one.
struct Open {
    DocumentId id = 0;
    DepartmentCode department;
    std::vector<FieldChange> fields;
    std::vector<Attachment> attachments;
    std::optional<ParentLink> parent = std::nullopt;  // opened under this one
};

struct Edit {
    std::vector<FieldChange> fields;
    std::optional<std::vector<Attachment>> attachments;  // the whole new list
};

struct Act {
    std::string action;
    std::string state;  // needed only where the same action stands in two active states
    std::vector<FieldChange> fields;  // those that the action asks for
    std::optional<Committed> comment;
    std::optional<std::int32_t>
        extend_by;  // in the unit of the extension; default: the most that is allowed
    // Of an action that hands the document over, and of no other: to whom. From the caller's
    // directory: it exists.
    std::optional<DepartmentCode> department = std::nullopt;
};

struct Vote {
    std::string state;
    Ballot ballot = Ballot::abstain;
    std::optional<Committed> comment;
};

// 撤回: what the actor's own last action did in this region is taken back while nobody has touched
// the next step.
struct Withdraw {
    std::string state;
};

struct Claim {
    std::string state;
    bool lapsed = false;  // from the caller's directory: whoever has claimed it is not active, or
                          // holds no role of this worklist any more
};
struct Release {
    std::string state;
};
struct Reassign {
    std::string state;
    PersonId to = 0;
    bool eligible = false;  // from the caller's directory: `to` is active and holds a role of this
                            // worklist, in scope
};

struct Consult {
    std::string state;
    Assignment whom;
    Committed question;
};
struct Answer {
    std::uint32_t consultation = 0;
    Committed answer;
};

// 续签: a signer whose signature was voided by an edit gives it again on the present content.
struct Renew {
    std::string signature;
};

// A document is opened under this one, or an existing one is attached to it. What is said of the
// other document are facts of the caller's store.
struct Relate {
    std::string relation;
    DocumentId document = 0;
    std::string flow;               // that the other document follows
    std::vector<std::string> tags;  // active_tags() of it
    Publication publication = Publication::none;
    bool ancestor = false;  // it is this document itself, or this one was opened under it or under
                            // one that was
};

// From the system itself: a related document is elsewhere now.
struct Hear {
    DocumentId document = 0;
    std::vector<std::string> tags;
    Publication publication = Publication::none;
};
// From the system itself: somebody attached this document to another one (Relate on that one).
struct Belong {
    ParentLink parent;
};

// From the scheduler.
struct Tick {
    std::string timer;
};
// Due dates once more on today's calendar: after a year's holidays were published, or local days
// loaded.
struct Recompute {};
// To another version of the same flow (Context::target). States and fields go by name.
struct Migrate {};

using Command = std::variant<Open, Edit, Act, Vote, Withdraw, Claim, Release, Reassign, Consult,
                             Answer, Renew, Tick, Recompute, Migrate, Relate, Hear, Belong>;

}  // namespace gongkai::engine
