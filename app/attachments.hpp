// Files of documents: handed in, read, and swept away when nobody attached them. The bytes lie in
// the file store by their SHA-256; a document names them by digest.
#pragma once

#include <filesystem>
#include <string>

#include "app/documents.hpp"
#include "app/uploads.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct HandedIn {
    engine::Digest digest{};
    std::uint64_t size = 0;
};

// An attachment to be streamed out: the file exists and is whole.
struct ReadableFile {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::string name;  // as the document calls it
};

// Where the bytes lie. Implemented over storage/files; a folder of the test's own otherwise.
class FileShelf {
  public:
    virtual ~FileShelf() = default;
    // Takes over a complete file (renamed or copied; the source is gone afterwards), durably.
    // Nothing happens where the bytes are there already. Error `storage_full`, `io`, `integrity`
    // (the bytes do not have this digest).
    virtual Result<void> put(const std::filesystem::path& spooled, const engine::Digest& digest,
                             std::uint64_t size) = 0;
    // Error `not_found`.
    virtual Result<std::filesystem::path> path(const engine::Digest& digest) = 0;
    virtual Result<void> erase(const engine::Digest& digest) = 0;
    // Every file that is there and was put before that moment.
    virtual Result<std::vector<engine::Digest>> older_than(Instant before) = 0;
};

class Attachments {
  public:
    // All must outlive it.
    Attachments(FileShelf& shelf, storage::Store& store, Documents& documents, Uploads& uploads,
                Clock& clock);

    // Where uploads are to be spooled to: on the same file system as the shelf.
    const std::filesystem::path& spool_folder() const { return spool_; }
    void set_spool_folder(std::filesystem::path folder) { spool_ = std::move(folder); }

    // A file that was spooled while its digest was computed. From now on this person may attach
    // it.
    Result<HandedIn> add(const Principal& principal, const std::filesystem::path& spooled,
                         const engine::Digest& digest, std::uint64_t size);
    // Error `not_found` also where the principal may not see the document.
    Result<ReadableFile> open(const Principal& principal, engine::DocumentId document,
                              const engine::Digest& digest);
    // Of a published document.
    Result<ReadableFile> open_public(engine::DocumentId document, const engine::Digest& digest);

    // Erases files that no document names and that nobody is about to attach: after a purge, and
    // those that were left behind. Looks at every document: on the scheduler's thread. The number
    // of files erased.
    Result<std::size_t> sweep(Instant now);

  private:
    FileShelf& shelf_;
    storage::Store& store_;
    Documents& documents_;
    Uploads& uploads_;
    Clock& clock_;
    std::filesystem::path spool_;
};

}  // namespace gongkai::app
