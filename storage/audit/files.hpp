// Files of the record outside of the database: written whole or not at all, and durable when the
// call returns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace gongkai::storage::audit {

using engine::Result;

// Errors: `not_found`; `malformed` where the file is larger than `most_bytes`; `io`.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t most_bytes);

// Replaces the file in one step: a reader, and a crash at any moment, sees the old bytes or the new
// ones. Error `storage_full` or `io`: the old file is untouched.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes,
                        unsigned mode = 0644);

// Like write_file(), but error `conflict` where the file exists already.
Result<void> create_file(const std::filesystem::path& path, std::string_view bytes,
                         unsigned mode = 0644);

// Removes what write_file() or create_file() of this path has left beside it where the process was
// killed in the middle. Only while nobody writes the file.
void remove_unfinished(const std::filesystem::path& path);

// Appends one line (`line` has no newline) in one write. What an earlier crash left of a line
// without its newline is cut off first.
Result<void> append_line(const std::filesystem::path& path, std::string_view line,
                         unsigned mode = 0644);

// Makes names in this folder durable: after a file was created, renamed or removed in it.
Result<void> sync_folder(const std::filesystem::path& folder);

// Holds the lock file until it goes out of scope; waits for whoever has it, in this process or
// another.
class FileLock {
  public:
    static Result<FileLock> take(const std::filesystem::path& path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;

  private:
    explicit FileLock(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace gongkai::storage::audit
