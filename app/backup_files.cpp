#include "app/backup_files.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "app/file_shelf.hpp"
#include "storage/audit/files.hpp"
#include "storage/audit/hash.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::app {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

namespace {

Error failed(const std::error_code& why, const fs::path& what) {
    const bool full = why == std::errc::no_space_on_device;
    return {full ? ErrorCode::storage_full : ErrorCode::io, what.string() + ": " + why.message()};
}

fs::path parent_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<bool> purged_since(storage::Store* original, engine::DocumentId id) {
    bool purged = false;
    if (original == nullptr) return false;
    TRY_VOID(original->read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto now, reader.find_document(id));
        purged = now && now->document.purged;
        return {};
    }));
    return purged;
}

}  // namespace

Result<UnfinishedFolder> UnfinishedFolder::beside(const fs::path& target) {
    // "out/" is "out".
    const fs::path named = target.has_filename() ? target : target.parent_path();
    std::string name = (parent_of(named) / (named.filename().string() + ".XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
        return failed(std::error_code(errno, std::generic_category()), parent_of(named));
    return UnfinishedFolder(name, named);
}

UnfinishedFolder::~UnfinishedFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

UnfinishedFolder::UnfinishedFolder(UnfinishedFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)) {}

Result<void> UnfinishedFolder::finish() {
    TRY_VOID(storage::audit::sync_folder(path_));
    std::error_code why;
    // An empty folder may stand in its place; anything else is never replaced.
    fs::rename(path_, target_, why);
    if (why) return failed(why, target_);
    path_.clear();
    return storage::audit::sync_folder(parent_of(target_));
}

Result<CopiedFiles> copy_files(const fs::path& from, const fs::path& to,
                               const BackupProgress& progress) {
    CopiedFiles copied;
    std::error_code why;
    fs::create_directory(to, why);
    if (why) return failed(why, to);
    std::vector<fs::path> files;
    if (!fs::is_directory(from, why)) return copied;
    for (fs::recursive_directory_iterator entry(from, why), end; !why && entry != end;
         entry.increment(why)) {
        const bool named =
            storage::audit::hash_from_hex(entry->path().filename().string()).has_value();
        if (named && entry->is_regular_file()) files.push_back(entry->path());
    }
    if (why) return failed(why, from);
    std::set<fs::path> folders;
    std::uint64_t done = 0;
    for (const fs::path& file : files) {
        if (progress) progress(done++, files.size());
        const std::string name = file.filename().string();
        const fs::path folder = to / name.substr(0, 2);
        if (folders.insert(folder).second) fs::create_directory(folder, why);
        if (why) return failed(why, folder);
        const fs::path target = folder / name;
        fs::copy_file(file, target, why);
        // What a purge has erased since it was listed.
        if (why == std::errc::no_such_file_or_directory) continue;
        if (why) return failed(why, target);
        // Reads the copy to the end, and syncs it.
        TRY(const FileShelf::Measured measured, FileShelf::measure(target));
        if (storage::audit::to_hex(measured.digest) != name) {
            copied.damaged.push_back(name);
            fs::remove(target, why);
            continue;
        }
        ++copied.files;
        copied.bytes += measured.size;
    }
    for (const fs::path& folder : folders)
        TRY_VOID(storage::audit::sync_folder(folder));
    TRY_VOID(storage::audit::sync_folder(to));
    return copied;
}

Result<std::vector<std::string>> missing_files(const fs::path& folder, storage::Store* original) {
    storage::sqlite::Options copy;
    copy.path = (folder / "gongkai.db").string();
    TRY(const auto store, storage::sqlite::open_read_only(copy));
    std::vector<std::string> missing;
    storage::DocumentFilter filter;
    filter.limit = 500;
    for (;;) {
        storage::DocumentPage page;
        TRY_VOID(store->read([&](storage::Reader& reader) -> Result<void> {
            TRY(page, reader.documents(filter));
            return {};
        }));
        std::error_code ignored;
        for (const storage::DocumentRow& row : page.rows) {
            if (row.document.purged) continue;
            for (const engine::Attachment& file : row.document.attachments) {
                const std::string name = storage::audit::to_hex(file.digest);
                if (fs::exists(folder / "files" / name.substr(0, 2) / name, ignored)) continue;
                TRY(const bool purged, purged_since(original, row.document.id));
                if (!purged) missing.push_back(name);
            }
        }
        if (!page.next) return missing;
        filter.before = *page.next;
    }
}

}  // namespace gongkai::app
