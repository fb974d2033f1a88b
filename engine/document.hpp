// One document on its way through one flow: the fold of its events (engine/evolve.hpp). A value
// without behaviour.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "engine/value.hpp"

namespace gongkai::engine {

// A signature never leaves the document. It is live while its hash is the present content hash;
// otherwise it is voided, and can be renewed in place where the flow allows it.
struct Signature {
    SignatureId kind = kNone;
    PersonId signer = 0;
    PersonId on_behalf_of = 0;  // 代理: 0 when in one's own name
    Digest content{};
    Instant at{};
    bool operator==(const Signature&) const = default;
};

enum class Ballot { approve, reject, abstain };

struct CastVote {
    StateId state = kNone;
    PersonId voter = 0;
    PersonId on_behalf_of = 0;
    DepartmentCode department;
    Ballot ballot = Ballot::abstain;
    Digest content{};  // what was voted on; an edit voids the vote
    bool operator==(const CastVote&) const = default;
};

// What one region is doing.
struct Place {
    StateId state = kNone;  // kNone: the region is not active
    // The action that a withdrawal takes back; kNone where it may not be withdrawn.
    ActionId via = kNone;
    PersonId moved_by = 0;    // who brought it here
    PersonId moved_for = 0;   // ... on whose behalf
    PersonId claimed_by = 0;  // 签收
    // Somebody has claimed, voted, asked or edited here: no withdrawal any more.
    bool touched = false;
    Instant since{};
    bool operator==(const Place&) const = default;
};

enum class TimerPhase { idle, running, paused, expired };

// A timer counts `count` units from `from`. While paused it remembers what was left.
struct TimerState {
    TimerPhase phase = TimerPhase::idle;
    // The due date crosses into a year whose holidays are not published yet.
    bool provisional = false;
    bool extended = false;
    // The timer's own unit; days for what is left of months after a pause.
    Unit unit = Unit::days;
    // Running: counted from `from` on; paused: what is left. Hours are kept in milliseconds.
    std::int64_t count = 0;
    Instant from{};  // day 0
    Instant due{};   // running: the first instant that is too late
    bool operator==(const TimerState&) const = default;
};

struct Consultation {
    std::uint32_t number = 0;  // 1, 2, ... within the document
    RegionId region = 0;
    PersonId asked_by = 0;
    Assignment whom;
    Committed question;
    bool answered = false;
    PersonId answered_by = 0;
    bool operator==(const Consultation&) const = default;
};

enum class Publication { none, draft, published, withdrawn };

// Another document, as far as this one has heard of it.
struct RelatedDocument {
    RelationId relation = kNone;
    DocumentId document = 0;
    std::vector<std::string> tags;  // of its active states; sorted, each once
    Publication publication = Publication::none;
    bool operator==(const RelatedDocument&) const = default;
};

// The other side of a relation: the document that this one was opened under or attached to.
struct ParentLink {
    DocumentId document = 0;
    std::string flow;
    std::string relation;  // its name in that flow
    bool operator==(const ParentLink&) const = default;
};

inline constexpr std::size_t kMaxRelated = 1'000;  // of one document

struct Document {
    DocumentId id = 0;
    std::string flow;
    Digest definition{};
    std::uint32_t revision = 0;  // number of steps taken; the ETag
    DepartmentCode department;
    std::vector<Place> places;                 // by RegionId
    std::vector<std::optional<Value>> fields;  // by FieldId
    std::vector<Attachment> attachments;
    Digest content{};  // content hash, see Context::content_hash
    std::vector<PersonId>
        drafters;  // sorted: everyone who opened or edited it, and whom they stood in for
    std::vector<Signature> signatures;
    std::vector<CastVote> votes;
    std::vector<TimerState> timers;  // by TimerId
    // By TimerId, shorter where the rest has none: the due moment (TimerState::due) that last ran
    // out, kept when the timer is dropped, so that the same moment is told of once only.
    std::vector<std::optional<Instant>> missed;
    std::vector<Consultation> consultations;
    Publication publication = Publication::none;
    Digest published_content{};  // of the last publication
    bool purged = false;
    std::vector<RelatedDocument> related;  // in the order in which they were related
    std::vector<ParentLink> parents;

    bool operator==(const Document&) const = default;

    bool in(StateId state) const;
    // Whether this timer has run out at its present due moment before.
    bool missed_before(TimerId timer) const;
    bool drafted_by(PersonId person) const;
    // A live signature of this kind, or nullptr.
    const Signature* live_signature(SignatureId kind) const;
    // What this document knows of a related one, or nullptr.
    const RelatedDocument* related_by(RelationId relation, DocumentId other) const;
};

// The tags of the active states by name: what another document hears of this one. Sorted, each
// once.
std::vector<std::string> active_tags(const Definition& definition, const Document& document);

}  // namespace gongkai::engine
