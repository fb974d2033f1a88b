// A copy of an installation that it can be set up from again, on another machine too.
//
// One folder: FORMAT, gongkai.db, files/ (attachments by their SHA-256), checkpoints/, vkey, and
// audit.key only where it was asked for: whoever has it can sign another history, so a copy of it
// belongs in a safe and not on every disk that backups go to. docs/operations.md says how an
// operator uses them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "engine/result.hpp"

namespace gongkai::app {

// What became of the attachments. Names are their digests.
struct CopiedFiles {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> damaged;  // other bytes than the name says: not copied
    std::vector<std::string> missing;  // attached to a document, and not among the files

    bool complete() const noexcept { return damaged.empty() && missing.empty(); }
};

// Called now and then, with files done and files in all; may be empty.
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

struct BackupOptions {
    std::filesystem::path data;  // of the application's installation
    std::filesystem::path out;   // must not exist
    bool with_key = false;
    BackupProgress progress;
};

struct BackupReport {
    std::uint64_t leaves = 0;      // in the copy
    std::uint64_t checkpoint = 0;  // leaves under the last checkpoint that comes along
    CopiedFiles files;
};

// Beside a server as well, with read-only access. The copy of the database is checked: pages, and
// every hash of the record. The folder appears when it is complete and durable; on an error nothing
// is left. Errors: `conflict` (out exists), `integrity` (the database does not extend its last
// checkpoint, or is damaged), `not_found` (nothing was signed yet), `storage_full`, `io`.
Result<BackupReport> back_up(Application& application, const BackupOptions& options);

struct RestoreOptions {
    std::filesystem::path backup;
    std::filesystem::path data;  // does not exist, or is an empty folder
    // Where the checkpoints of the installation are kept, if not in `data`. What lies there is what
    // the backup is held against, and stays; an empty one gets those of the backup.
    std::filesystem::path checkpoints;
    std::filesystem::path key;  // a copy of audit.key; empty: the backup's, where it has one
    BackupProgress progress;
};

struct RestoreReport {
    std::uint64_t leaves = 0;
    std::uint64_t checkpoint = 0;  // leaves under the last checkpoint that it was held against
    bool has_key = false;          // otherwise it is to be put into `data` before the first start
    CopiedFiles files;
};

// Sets `data` up anew, whole or not at all. Errors: `conflict` (there is something in `data`),
// `malformed` (no backup), `integrity` (damaged, or it ends before the last checkpoint: steps that
// were signed would be lost; or the key is another), `storage_full`, `io`.
Result<RestoreReport> restore(const RestoreOptions& options);

}  // namespace gongkai::app
