#include <algorithm>

#include "app/backup_files.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/audit/files.hpp"
#include "storage/durable.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

namespace {

Result<void> check_place(const fs::path& data) {
    std::error_code ignored;
    if (!fs::exists(data, ignored)) return {};
    if (fs::is_directory(data, ignored) && fs::is_empty(data, ignored)) return {};
    return Error{ErrorCode::conflict,
                 data.string() + " is not empty: an installation is never overwritten"};
}

Result<void> check_format(const fs::path& backup) {
    const auto format = audit::read_file(backup / "FORMAT", kMostNoteBytes);
    if (format && *format == kBackupFormat) return {};
    return Error{ErrorCode::malformed, backup.string() + " is no backup that this program reads"};
}

// The key that the record goes on with; nullopt where neither the operator nor the backup has it.
Result<std::optional<audit::SigningKey>> key_of(const RestoreOptions& options,
                                                const audit::VerifierKey& verifier) {
    std::error_code ignored;
    const fs::path inside = options.backup / "audit.key";
    if (options.key.empty() && !fs::exists(inside, ignored))
        return std::optional<audit::SigningKey>();
    const fs::path path = options.key.empty() ? inside : options.key;
    TRY(auto key, audit::SigningKey::load(path));
    if (!(key.verifier() == verifier))
        return Error{ErrorCode::integrity, path.string() + " is not the key of this record"};
    return std::optional<audit::SigningKey>(std::move(key));
}

// Checkpoints that the database must extend: the backup's own, and the last one that is known
// elsewhere.
Result<std::vector<audit::Checkpoint>> expected(const RestoreOptions& options,
                                                const audit::VerifierKey& verifier) {
    std::vector<audit::Checkpoint> all;
    for (const fs::path& path : {options.backup / "checkpoints", options.checkpoints}) {
        if (path.empty()) continue;
        TRY(const auto last,
            audit::CheckpointFolder::existing(path, verifier.name(), {verifier}).last());
        if (last) all.push_back(*last);
    }
    return all;
}

Result<std::uint64_t> restore_database(const fs::path& from, const fs::path& to,
                                       const std::vector<audit::Checkpoint>& expected) {
    TRY(const storage::TreeHead head, storage::sqlite::restore(from.string(), to.string()));
    for (const audit::Checkpoint& checkpoint : expected) {
        if (checkpoint.size > head.size)
            return Error{ErrorCode::integrity,
                         "the backup ends after " + std::to_string(head.size) + " leaves, but " +
                             std::to_string(checkpoint.size) +
                             " were signed: what was done after the backup would be lost"};
    }
    storage::sqlite::Options copy;
    copy.path = to.string();
    for (const audit::Checkpoint& checkpoint : expected)
        copy.expected.push_back({checkpoint.size, checkpoint.root});
    // For writing, as the server will: a backup of an older version is brought up to this one.
    TRY(const auto store, storage::sqlite::open(copy));
    TRY_VOID(store->writable());
    store->close();
    return head.size;
}

// Into the folder that they are kept in from now on, where there is none yet.
Result<void> restore_checkpoints(const fs::path& from, const fs::path& to) {
    std::error_code why;
    if (fs::exists(to / "checkpoint", why)) return {};
    fs::create_directories(to, why);
    if (why) return Error{ErrorCode::io, to.string() + ": " + why.message()};
    // The last one last: it is what a start is held against.
    for (const char* name : {"checkpoints.jsonl", "checkpoint"})
        TRY_VOID(storage::copy_durably((from / name).string(), (to / name).string()));
    return {};
}

}  // namespace

Result<RestoreReport> restore(const RestoreOptions& options) {
    TRY_VOID(check_place(options.data));
    TRY_VOID(check_format(options.backup));
    TRY(const std::string vkey, audit::read_file(options.backup / "vkey", kMostNoteBytes));
    TRY(const auto verifier, audit::VerifierKey::parse(vkey));
    TRY(const auto key, key_of(options, verifier));
    TRY(const auto checkpoints, expected(options, verifier));

    TRY(auto folder, UnfinishedFolder::beside(options.data));
    RestoreReport report;
    TRY(report.leaves,
        restore_database(options.backup / "gongkai.db", folder.path() / "gongkai.db", checkpoints));
    for (const audit::Checkpoint& checkpoint : checkpoints)
        report.checkpoint = std::max(report.checkpoint, checkpoint.size);
    TRY(report.files,
        copy_files(options.backup / "files", folder.path() / "files", options.progress));
    TRY(report.files.missing, missing_files(folder.path(), nullptr));
    TRY_VOID(restore_checkpoints(options.backup / "checkpoints", options.checkpoints.empty()
                                                                     ? folder.path() / "checkpoints"
                                                                     : options.checkpoints));
    report.has_key = key.has_value();
    if (key) TRY_VOID(key->save(folder.path() / "audit.key"));
    TRY_VOID(folder.finish());
    return report;
}

}  // namespace gongkai::app
