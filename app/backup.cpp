#include "app/backup.hpp"

#include <fstream>

#include "app/backup_files.hpp"
#include "app/evidence.hpp"
#include "app/file_shelf.hpp"
#include "storage/audit/files.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

namespace {

Result<void> copy_checkpoints(const audit::CheckpointFolder& from, const std::string& last,
                              const fs::path& to) {
    std::error_code why;
    fs::create_directory(to, why);
    if (why) return Error{ErrorCode::io, to.string() + ": " + why.message()};
    TRY_VOID(audit::write_file(to / "checkpoint", last));
    const fs::path history = to / "checkpoints.jsonl";
    std::ofstream lines(history, std::ios::binary);
    // Those that are signed from here on are not of this backup.
    bool passed = false;
    TRY_VOID(from.for_each([&](std::string_view note) -> Result<void> {
        if (!passed) lines << audit::checkpoint_line(note) << '\n';
        passed = passed || note == last;
        return {};
    }));
    lines.close();
    if (!lines) return Error{ErrorCode::io, "cannot write " + history.string()};
    TRY_VOID(FileShelf::measure(history));  // syncs it
    return {};
}

}  // namespace

Result<BackupReport> back_up(Application& application, const BackupOptions& options) {
    std::error_code ignored;
    if (fs::exists(options.out, ignored))
        return Error{ErrorCode::conflict,
                     options.out.string() + " exists already: a backup is never overwritten"};
    // Read first: the database, copied later, extends it.
    TRY(const SignedCheckpoint checkpoint, Evidence(application).checkpoint());
    const auto writable = application.store().writable();
    if (!writable && writable.error().code == ErrorCode::integrity) return writable.error();

    TRY(auto folder, UnfinishedFolder::beside(options.out));
    BackupReport report;
    report.checkpoint = checkpoint.size;
    TRY_VOID(copy_checkpoints(*application.checkpoint_folder(), checkpoint.note,
                              folder.path() / "checkpoints"));
    TRY_VOID(application.store().backup((folder.path() / "gongkai.db").string()));
    // After the database: what a document of the copy has was there before.
    TRY(report.files,
        copy_files(options.data / "files", folder.path() / "files", options.progress));
    TRY(report.files.missing, missing_files(folder.path(), &application.store()));
    storage::sqlite::Options copy;
    copy.path = (folder.path() / "gongkai.db").string();
    TRY(const auto copied, storage::sqlite::open_read_only(copy));
    report.leaves = copied->head().size;
    copied->close();
    TRY_VOID(audit::write_file(folder.path() / "vkey", checkpoint.vkey + "\n"));
    if (options.with_key) {
        TRY(const auto key, audit::SigningKey::load(options.data / "audit.key"));
        TRY_VOID(key.save(folder.path() / "audit.key"));
    }
    TRY_VOID(audit::write_file(folder.path() / "FORMAT", kBackupFormat));
    TRY_VOID(folder.finish());
    return report;
}

}  // namespace gongkai::app
