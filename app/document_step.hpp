// Inside app/: one step on its way through the writer's job.
#pragma once

#include <unordered_map>

#include "app/documents.hpp"
#include "app/numbering.hpp"
#include "app/resolve.hpp"

namespace gongkai::app {

struct Documents::Step {
    // As it was asked for.
    StepRequest request;  // its `input` has moved into:
    PreparedInput input;
    bool scheduled = false;
    engine::DocumentId new_id = 0;
    Answer answer;

    // Found out in the job.
    Instant now{};
    std::shared_ptr<const DirectorySnapshot> directory;
    std::shared_ptr<const engine::Actor> actor;
    std::shared_ptr<const Flow> flow;
    std::shared_ptr<const Flow> target;  // of a migration
    std::shared_ptr<const NamedCalendar> calendar;
    std::optional<storage::StoredDocument> stored;
    std::optional<Kin> kin;  // the parent of a new document, or the one that is attached
    Given given;             // by the system, with the command
    std::vector<storage::CatalogItem> items;  // that the step puts into the catalogue, or ends
    bool hidden = false;                      // the actor may not know of the document
    bool unrecorded = false;                  // a refusal beyond the bound
    bool origin_known = false;
    std::vector<engine::Digest> purged_files;
    Outcome outcome = engine::Error{engine::ErrorCode::unavailable, "not carried out"};

    void begin() {
        flow = target = nullptr;
        stored.reset();
        given = {};
        kin.reset();
        items.clear();
        hidden = unrecorded = origin_known = false;
        purged_files.clear();
    }
};

// Bounded: what was forgotten is read again.
struct Documents::Origins {
    static constexpr std::size_t most = 100'000;
    using Origin = std::optional<std::pair<std::string, std::string>>;
    std::mutex mutex;
    std::unordered_map<engine::DocumentId, Origin> known;
};

}  // namespace gongkai::app
