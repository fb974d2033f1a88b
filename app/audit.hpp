// The record as a whole: written out into a bundle, and verified from one. docs/audit_format.md
// sections 6 to 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/replay.hpp"
#include "engine/result.hpp"
#include "storage/audit/bundle.hpp"

namespace gongkai::app {

// Called now and then during long work, on the calling thread; may be empty.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

struct Exported {
    std::uint64_t leaves = 0;
    std::uint64_t openings = 0;     // texts that come along
    std::uint64_t not_covered = 0;  // leaves that no checkpoint covers yet: left out
};

// Writes the bundle of everything under the last checkpoint: leaves, what opens their commitments
// as far as it was not purged, definitions, calendars, the history of checkpoints. With read-only
// access beside a running server as well. Errors: those of storage::audit::write_bundle(), among
// them `integrity` where the database does not hold what was signed; `not_found` where nothing was
// signed yet; `invalid_argument` where this installation signs nothing.
Result<Exported> export_record(Application& application, const std::filesystem::path& folder,
                               const Progress& progress = {});

struct AuditOptions {
    // The key that the auditor trusts; without one the bundle's own is believed.
    std::optional<storage::audit::VerifierKey> key;
    std::vector<std::string> checkpoints;  // signed notes that were seen before
    Progress progress;                     // in bytes of leaves.jsonl
};

struct AuditReport {
    storage::audit::BundleReport bundle;  // with all findings
    ReplayReport replay;

    bool verified() const noexcept { return bundle.verified(); }
};

// Tree, checkpoints, chains, and every step decided again. Needs the bundle only. Errors: those of
// storage::audit::verify_bundle().
Result<AuditReport> verify_record(const std::filesystem::path& folder, const AuditOptions& options);

}  // namespace gongkai::app
