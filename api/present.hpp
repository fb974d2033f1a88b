// Views and outcomes as JSON. Ids of documents are strings (they pass 2^53), times are UTC, hashes
// are lower-case hexadecimal digits.
#pragma once

#include <string>
#include <vector>

#include "api/edge.hpp"
#include "api/json/writer.hpp"
#include "app/documents.hpp"

namespace gongkai::api {

// ---- small parts
void write_person(json::Writer& out, engine::PersonId id, const std::string& name);
void write_person(json::Writer& out, engine::PersonId id, const app::Names& names);
void write_value(json::Writer& out, const app::PlainValue& value);
void write_assignment(json::Writer& out, const engine::Assignment& whom,
                      const app::RoleCatalog& roles);
void write_texts(json::Writer& out, std::string_view name, const std::vector<std::string>& texts);
void write_attachments(json::Writer& out, const std::vector<app::AttachmentView>& attachments);
std::string_view name_of(engine::Publication publication);
// The members of one line of a list of documents.
void write_summary(json::Writer& out, const app::DocumentSummary& row);
// The members of one refusal, as they stand in a problem and in a blocker.
struct RefusalWords {
    const app::Flow* flow = nullptr;  // for the names of fields; may be nullptr
    const app::RoleCatalog& roles;
    const app::DirectorySnapshot& directory;
};
void write_refusal(json::Writer& out, const engine::Refusal& refusal, const RefusalWords& words);

// ---- whole answers
std::string document_json(const app::DocumentView& view);
std::string documents_json(const app::DocumentList& list);
std::string offers_json(Edge& edge, const app::OffersView& view);
std::string history_json(const app::HistoryPage& page);
std::string difference_json(const app::Difference& difference);
std::string worklist_json(const app::WorklistPage& page, const std::vector<app::QueueCount>& counts,
                          const app::DirectorySnapshot& directory);
std::string flow_json(const app::Flow& flow);

// ---- outcomes
Problem problem_of(Edge& edge, const app::Refused& refused);
Response present_outcome(Edge& edge, const app::Outcome& outcome);
// One answer for every item, in order.
Response present_outcomes(Edge& edge, const std::vector<app::Outcome>& outcomes);

}  // namespace gongkai::api
