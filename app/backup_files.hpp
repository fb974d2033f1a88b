// Inside app/: what a backup and its restoring have in common.
#pragma once

#include <filesystem>

#include "app/backup.hpp"

namespace gongkai::app {

inline constexpr const char* kBackupFormat = "gongkai-backup 1\n";
inline constexpr std::uint64_t kMostNoteBytes = 1 << 20;

// A folder beside `target` that becomes it, or is removed again.
class UnfinishedFolder {
  public:
    // Readable by its owner only.
    static Result<UnfinishedFolder> beside(const std::filesystem::path& target);
    ~UnfinishedFolder();
    UnfinishedFolder(UnfinishedFolder&& other) noexcept;
    UnfinishedFolder& operator=(UnfinishedFolder&&) = delete;

    const std::filesystem::path& path() const { return path_; }
    // Gives it its name; durable. `target` may be an empty folder.
    Result<void> finish();

  private:
    UnfinishedFolder(std::filesystem::path path, std::filesystem::path target)
        : path_(std::move(path)), target_(std::move(target)) {}
    std::filesystem::path path_;  // empty: finished
    std::filesystem::path target_;
};

// Copies every attachment that has the bytes that it is named by. Durable.
Result<CopiedFiles> copy_files(const std::filesystem::path& from, const std::filesystem::path& to,
                               const BackupProgress& progress);

// Attachments that a document of the database in this folder has and the folder has not. What was
// purged in the `original` since the copy was made is not missed; nullptr: there is none.
Result<std::vector<std::string>> missing_files(const std::filesystem::path& folder,
                                               storage::Store* original);

}  // namespace gongkai::app
