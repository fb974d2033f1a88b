// Files of documents: handed in, read, and swept away when nobody attached them. The bytes lie in
// the file store by their SHA-256; a document names them by digest.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/documents.hpp"
#include "app/file_shelf.hpp"
#include "app/publications.hpp"
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

class Attachments {
  public:
    // All must outlive it. `shelf`: nullptr where there is no folder to keep files in; every call
    // then fails with `unavailable`.
    Attachments(const FileShelf* shelf, storage::Store& store, Documents& documents,
                Publications& publications, Uploads& uploads, Clock& clock);

    // Where uploads are to be spooled to: on the same file system as the shelf. Empty without one.
    std::filesystem::path spool_folder() const;

    // A file that was spooled while its digest was computed. From now on this person may attach
    // it.
    Result<HandedIn> add(const Principal& principal, const std::filesystem::path& spooled,
                         const engine::Digest& digest, std::uint64_t size);
    // The same of a file of this machine, which stays where it is.
    Result<HandedIn> add_copy(const Principal& principal, const std::filesystem::path& file);
    // Error `not_found` also where the principal may not see the document.
    Result<ReadableFile> open(const Principal& principal, engine::DocumentId document,
                              const engine::Digest& digest);
    // Of a published document.
    Result<ReadableFile> open_public(engine::DocumentId document, const engine::Digest& digest);

    // Files of a document that was purged: swept in the next round. Any thread, quick.
    void purged(const std::vector<engine::Digest>& digests);
    // Erases what no document names any more and nobody is about to attach: at once what was
    // purged; in the first round everything, and once a day what was put more than a day ago. Looks
    // at every document: on the scheduler's thread. The number of files erased.
    Result<std::size_t> sweep(Instant now);

  private:
    Result<std::vector<engine::Digest>> candidates(Instant now);
    void again(std::vector<engine::Digest> orphans);  // in the next round
    Result<void> keep_named(std::vector<engine::Digest>& candidates);

    const FileShelf* shelf_;
    storage::Store& store_;
    Documents& documents_;
    Publications& publications_;
    Uploads& uploads_;
    Clock& clock_;
    // Held while a file comes or goes: one that is handed in again is not swept at that moment.
    std::mutex moving_;
    std::mutex mutex_;
    std::vector<engine::Digest> purged_;
    std::optional<Instant> swept_;
};

}  // namespace gongkai::app
