// Files by their SHA-256 in a folder: files/3f/3f9a.... A file is there whole or not at all, is
// never changed, and is on the disk when put() returns.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/result.hpp"
#include "engine/time.hpp"
#include "engine/value.hpp"

namespace gongkai::app {

// Any thread. Two calls about the same digest at the same time are the caller's to keep apart
// (app/attachments.hpp does).
class FileShelf {
  public:
    // Makes the folder, and beside it a folder for uploads on their way (`spool`), which is
    // emptied: what lies there was never answered for.
    static engine::Result<FileShelf> open(std::filesystem::path folder,
                                          std::filesystem::path spool);

    const std::filesystem::path& spool() const { return spool_; }

    struct Measured {
        engine::Digest digest{};
        std::uint64_t size = 0;
    };
    // What the file holds, read to its end; afterwards its bytes are on the disk.
    static engine::Result<Measured> measure(const std::filesystem::path& file);
    // A copy of the file in the spool folder, and what it holds. The caller put()s or removes it.
    engine::Result<std::filesystem::path> spool_copy(const std::filesystem::path& file) const;

    // Takes over a complete file; the source is gone afterwards. Where the bytes are there already
    // only that. Errors: `integrity` (other bytes than the digest or size says; the source stays),
    // `storage_full`, `io`.
    engine::Result<void> put(const std::filesystem::path& spooled, const engine::Digest& digest,
                             std::uint64_t size) const;
    // Where the bytes can be read. Error `not_found`.
    engine::Result<std::filesystem::path> path(const engine::Digest& digest) const;
    // Nothing happens where there is no such file.
    engine::Result<void> erase(const engine::Digest& digest) const;
    // Every file that was put before that moment.
    engine::Result<std::vector<engine::Digest>> put_before(engine::Instant moment) const;

  private:
    FileShelf(std::filesystem::path folder, std::filesystem::path spool)
        : folder_(std::move(folder)), spool_(std::move(spool)) {}
    std::filesystem::path place(const engine::Digest& digest) const;
    std::filesystem::path folder_;
    std::filesystem::path spool_;
};

}  // namespace gongkai::app
