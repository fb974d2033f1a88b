// The bundle that `gongkai audit export` writes and anybody can verify without the database:
// docs/audit_format.md section 6.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/audit/finding.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::storage::audit {

// ---- writing
// ---------------------------------------------------------------------------------------------------

// Takes the next leaf, with what opens its commitments as far as it was not purged.
using LeafSink =
    std::function<Result<void>(std::string_view bytes, std::span<const Opening> openings)>;
using TextSink = std::function<Result<void>(std::string_view text)>;

// A file that a leaf names by its SHA-256. `extension` without the dot, e.g. "yaml"; may be empty.
struct NamedFile {
    std::string extension;
    std::string bytes;
};

// Where the contents come from. A callback calls its sink for each item, passes on the sink's
// error, and may be empty where it is optional.
struct BundleSource {
    std::function<Result<void>(const LeafSink&)> leaves;  // all, in order
    std::string checkpoint;  // the signed note over exactly these leaves
    std::function<Result<void>(const TextSink&)> history;  // optional: signed notes, oldest first
    std::string vkey;                                      // VerifierKey::to_string()
    std::vector<NamedFile> definitions;
    std::vector<NamedFile> calendars;
    std::optional<std::string> sm3_checkpoint;
};

// Writes the bundle; returns the number of leaves. `folder` must not exist: the bundle is written
// beside it and gets its name when it is complete and durable. Errors: `conflict` where the folder
// exists; `malformed` where an opening opens nothing in its leaf or a leaf has a newline;
// `integrity` where the checkpoint is not over exactly these leaves; `io`, `storage_full`; those of
// the source. On an error nothing is left behind.
Result<std::uint64_t> write_bundle(const std::filesystem::path& folder, const BundleSource& source);

// ---- reading
// ---------------------------------------------------------------------------------------------------

// A text of the leaf that the bundle opens: salt and text give the commitment, and the leaf has it.
struct BundleText {
    Hash commitment{};
    std::string text;
};

struct BundleLeaf {
    std::uint64_t index = 0;
    std::string_view bytes;
    Hash hash{};
    const Leaf* leaf = nullptr;         // nullptr where the bytes are no leaf
    std::span<const BundleText> texts;  // by leaf, not all: what was purged is not there
};

// Called for every leaf in order, while it is verified. May add findings of its own, as the replay
// does.
using LeafVisitor = std::function<void(const BundleLeaf&, Findings&)>;

struct VerifyOptions {
    // The key that the auditor trusts. Without one the bundle's own is believed, which proves only
    // that the bundle agrees with itself.
    std::optional<VerifierKey> key;
    std::vector<std::string> checkpoints;  // signed notes that were seen before
    LeafVisitor visit;
};

struct BundleReport {
    std::uint64_t leaves = 0;
    std::uint64_t steps = 0;
    std::uint64_t refusals = 0;
    std::uint64_t admin = 0;
    std::uint64_t documents = 0;
    std::uint64_t checkpoints = 0;         // believed and right
    Hash root{};                           // of all leaves
    std::optional<Checkpoint> checkpoint;  // the bundle's own, if believed and right
    bool key_from_bundle = false;
    Findings findings;

    bool verified() const noexcept { return findings.empty(); }
};

// Recomputes and checks everything that does not need the engine. Memory: about 100 bytes a
// document and 50 a checkpoint. Error only where nothing can be verified: `not_found` where there
// is no such folder, `io`.
Result<BundleReport> verify_bundle(const std::filesystem::path& folder,
                                   const VerifyOptions& options);

// The leaves in order without verifying anything; stops at the visitor's first error. The last line
// is left out where it has no newline.
Result<void> for_each_leaf(
    const std::filesystem::path& folder,
    const std::function<Result<void>(std::uint64_t index, std::string_view bytes)>& visit);

}  // namespace gongkai::storage::audit
