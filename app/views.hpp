// What the reading use-cases answer with. Values, complete: nothing points into the store.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/flow.hpp"
#include "app/input.hpp"
#include "engine/document.hpp"
#include "engine/offers.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

using Names = std::map<engine::PersonId, std::string>;

struct FieldView {
    engine::FieldId field = engine::kNone;  // into flow->definition.fields
    PlainValue value;                       // of a choice: its name
};

struct AttachmentView {
    engine::Digest digest{};
    std::uint64_t size = 0;
    std::string name;
};

struct ConsultationView {
    std::uint32_t number = 0;
    std::string state;
    engine::Assignment whom;
    engine::PersonId asked_by = 0;
    std::string question;  // empty after a purge
    bool answered = false;
    engine::PersonId answered_by = 0;
};

// The other side of a relation, where the reader may see it.
struct RelatedView {
    std::string relation, relation_title;
    engine::DocumentId document = 0;
    std::string flow, flow_title;
    std::string title;
    std::vector<std::string> tags;
    engine::Publication publication = engine::Publication::none;
};

struct DocumentView {
    engine::Document document;  // states, signatures, timers ... by number, see flow->definition
    std::shared_ptr<const Flow> flow;
    std::string title;
    std::string source, source_id;
    storage::RecordId last_record = storage::kNoRecord;
    std::vector<FieldView> fields;  // those that have a value, in the flow's order
    std::vector<AttachmentView> attachments;
    std::vector<ConsultationView> consultations;
    Names people;                           // everyone whose number stands in the document
    std::vector<RelatedView> related;       // under this one
    std::vector<RelatedView> related_from;  // that this one is under
};

// One line of a list.
struct DocumentSummary {
    engine::DocumentId id = 0;
    std::uint32_t revision = 0;
    std::shared_ptr<const Flow> flow;
    std::string title;
    engine::DepartmentCode department;
    std::vector<engine::StateId> states;   // active tasks and resting places
    std::optional<std::string> attribute;  // the choice's name, where the flow has such a field
    engine::Publication publication = engine::Publication::none;
    bool purged = false;
    std::string source, source_id;
};

struct ListFilter {
    std::string flow;        // each empty: any
    std::string state;       // an active state of this name, or one of a part: "secrecy"
    std::string attribute;   // name of a choice
    std::string department;  // code
    std::optional<engine::Publication> publication;
    engine::PersonId drafter = 0;
    engine::DocumentId before = ~engine::DocumentId{0};
    std::size_t limit = 50;  // at most 200
};

struct DocumentList {
    std::vector<DocumentSummary> rows;       // newest first
    std::optional<engine::DocumentId> next;  // pass as `before`
};

struct WorklistEntry {
    std::uint64_t number = 0;  // keyset cursor
    engine::DocumentId document = 0;
    std::string flow, flow_title;
    std::string title;
    std::string state, state_title;
    std::uint32_t consultation = 0;  // not 0: a question to be answered
    // Not empty: no work of one's own, but a deadline that others missed, which escalates to this
    // queue; it goes when the document moves on or the deadline is counted anew.
    std::string missed, missed_title;
    std::string role;
    engine::DepartmentCode department;  // of the queue; empty: anywhere
    engine::PersonId claimed_by = 0;
    std::string claimed_by_name;
    bool claim_lapsed = false;  // whoever has claimed it can no longer work on it: claim it anew
    engine::PersonId on_behalf_of = 0;  // seen as this person's deputy
    engine::Instant since{};
    std::optional<engine::Instant> due;
    bool overdue = false;
};

struct WorklistPage {
    std::vector<WorklistEntry> rows;  // oldest first
    std::optional<std::uint64_t> next;
};

struct QueueCount {
    std::string role;
    engine::DepartmentCode department;
    engine::PersonId on_behalf_of = 0;
    std::uint64_t count = 0;
};

struct OffersView {
    engine::DocumentId id = 0;
    std::uint32_t revision = 0;
    std::shared_ptr<const Flow> flow;
    std::vector<engine::Offer> offers;
    // Questions that this person may answer now.
    std::vector<ConsultationView> to_answer;
    Names people;  // named in a blocker
};

struct HistoryEntry {
    storage::RecordId record = storage::kNoRecord;
    std::string kind;  // "step" or "refusal"
    std::uint64_t revision = 0;
    engine::Instant at{};
    engine::Digest leaf{};  // hash
    engine::PersonId actor = 0;
    std::string actor_kind;  // person, machine, scheduler
    std::string actor_name;
    engine::PersonId on_behalf_of = 0;
    std::string on_behalf_of_name;
    std::vector<engine::Grant> grants;
    std::string command;                 // canonical JSON, see docs/audit_format.md
    std::string events;                  // canonical JSON array; empty in a refusal
    std::string reason;                  // of a refusal
    std::optional<std::string> comment;  // what was said with the step, where it was not purged
    std::string request;
};

struct HistoryPage {
    std::vector<HistoryEntry> entries;  // newest first
    std::optional<storage::RecordId> next;
    Names people;
};

struct FieldDifference {
    engine::FieldId field = engine::kNone;
    PlainValue before, after;
};

// Between two contents of one document, e.g. the one that somebody signed and the present one.
struct Difference {
    std::shared_ptr<const Flow> flow;
    engine::Digest from{}, to{};
    std::uint32_t from_revision = 0, to_revision = 0;
    std::vector<FieldDifference> fields;
    std::vector<AttachmentView> attachments_before, attachments_after;
    bool attachments_differ = false;
};

}  // namespace gongkai::app
