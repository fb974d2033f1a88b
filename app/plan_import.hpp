// A plan and its tasks from a file (workflows/plans/*.yaml), opened in the flows that
// reports/supervision.yaml names; each task is attached to the plan by the relation of the plan's
// flow that leads to the flow of tasks. Each is handed in with the source "plan:NAME" and an id of
// its own: bringing the file in again changes what differs, opens nothing twice and attaches
// nothing twice.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/documents.hpp"
#include "language/supervision_reader.hpp"

namespace gongkai::app {

// The plan itself, or one of its tasks.
struct PlanAnswer {
    std::string id;                     // of the task; of the plan: its name
    std::optional<Outcome> handed_in;   // nullopt: a dry run
    std::optional<Outcome> attachment;  // nullopt: nothing was to be attached
    bool attached_before = false;
};

class PlanImport {
  public:
    // All must outlive it.
    PlanImport(Documents& documents, Flows& flows) : documents_(documents), flows_(flows) {}

    // The plan first, then its tasks in their order; waits for the commits: not from the store's
    // writer thread. A plan that is refused and was not there before, and a failure of the store,
    // end it. Error `malformed` where a value does not fit its field: nothing was written then.
    Result<std::vector<PlanAnswer>> take(const Principal& principal, const language::PlanFile& plan,
                                         const language::SupervisionMapping& mapping, bool dry_run);

  private:
    struct Entry {
        std::string id;
        input::HandIn input;
    };
    Result<Entry> entry(const language::PlanFile& plan, const language::PlanEntry& what,
                        const std::string& flow) const;
    PlanAnswer hand_in(const Principal& principal, const Entry& entry);
    // 0 where this person knows of none.
    engine::DocumentId document_of(const Principal& principal, const Entry& entry);
    Outcome run(const Principal& principal, engine::DocumentId document, Input input);

    Documents& documents_;
    Flows& flows_;
};

}  // namespace gongkai::app
