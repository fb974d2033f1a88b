// What happened: facts, in the order in which they happened. evolve() folds them and never argues.
// Versioned by the format number of the audit leaf (docs/audit_format.md): a kind or member is
// added, never changed or removed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/command.hpp"
#include "engine/document.hpp"

namespace gongkai::engine {

struct Opened {
    DocumentId id = 0;
    std::string flow;
    Digest definition{};
    DepartmentCode department;
    bool operator==(const Opened&) const = default;
};

// Content or process fields, attachments, and the content hash that results.
struct Edited {
    std::vector<FieldChange> fields;
    std::optional<std::vector<Attachment>> attachments;
    Digest content{};
    std::vector<PersonId> drafters;  // who counts as having written it from now on (B and A for "B
                                     // for A"); may be empty
    bool operator==(const Edited&) const = default;
};

// A region now is in another state, or in none.
struct Moved {
    RegionId region = 0;
    StateId to = kNone;    // kNone: the region ends
    ActionId via = kNone;  // the action, where it may be withdrawn; else kNone
    PersonId by = 0;
    PersonId on_behalf_of = 0;
    Instant at{};
    bool operator==(const Moved&) const = default;
};

struct Touched {
    RegionId region = 0;
    bool operator==(const Touched&) const = default;
};
struct Claimed {
    RegionId region = 0;
    PersonId person = 0;  // 0: released
    bool operator==(const Claimed&) const = default;
};

// A signature given, or renewed: replaces an older one of the same kind by the same person.
struct Signed {
    Signature signature;
    bool operator==(const Signed&) const = default;
};

// A withdrawal also takes back the signature that the withdrawn action gave.
struct SignatureWithdrawn {
    SignatureId kind = kNone;
    PersonId signer = 0;
    bool operator==(const SignatureWithdrawn&) const = default;
};

struct Voted {
    CastVote vote;
    bool operator==(const Voted&) const = default;
};
struct VotesReset {
    StateId state = kNone;
    bool operator==(const VotesReset&) const = default;
};

struct TimerSet {
    TimerId timer = kNone;
    TimerState state;
    bool operator==(const TimerSet&) const = default;
};

struct Consulted {
    Consultation consultation;
    bool operator==(const Consulted&) const = default;
};
struct Answered {
    std::uint32_t consultation = 0;
    PersonId by = 0;
    Committed answer;
    bool operator==(const Answered&) const = default;
};

struct Commented {
    Committed text;
    bool operator==(const Commented&) const = default;
};

struct PublicationChanged {
    Publication to = Publication::none;
    Digest content{};
    bool operator==(const PublicationChanged&) const = default;
};
struct Purged {
    bool operator==(const Purged&) const = default;
};

// The document now follows another definition; everything that is indexed by one was mapped.
struct Migrated {
    Digest definition{};
    Document document;  // as it stands after the move
    bool operator==(const Migrated&) const = default;
};

// What is known of a related document from now on; the first for it relates it.
struct Related {
    RelatedDocument document;
    bool operator==(const Related&) const = default;
};
struct Belonged {
    ParentLink parent;
    bool operator==(const Belonged&) const = default;
};

// 派单、改派: it belongs to this department from now on.
struct HandedOver {
    DepartmentCode department;
    bool operator==(const HandedOver&) const = default;
};

using Event = std::variant<Opened, Edited, Moved, Touched, Claimed, Signed, SignatureWithdrawn,
                           Voted, VotesReset, TimerSet, Consulted, Answered, Commented,
                           PublicationChanged, Purged, Migrated, Related, Belonged, HandedOver>;

}  // namespace gongkai::engine
