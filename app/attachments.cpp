#include "app/attachments.hpp"

#include <algorithm>
#include <set>

#include "app/log.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

const Error kNoShelf{ErrorCode::unavailable, "there is no folder for files"};
constexpr std::int64_t kGraceMs = engine::ms_per_day;

}  // namespace

Attachments::Attachments(const FileShelf* shelf, storage::Store& store, Documents& documents,
                         Publications& publications, Uploads& uploads, Clock& clock)
    : shelf_(shelf),
      store_(store),
      documents_(documents),
      publications_(publications),
      uploads_(uploads),
      clock_(clock) {}

std::filesystem::path Attachments::spool_folder() const {
    return shelf_ == nullptr ? std::filesystem::path() : shelf_->spool();
}

Result<HandedIn> Attachments::add(const Principal& principal, const std::filesystem::path& spooled,
                                  const engine::Digest& digest, std::uint64_t size) {
    if (shelf_ == nullptr) return kNoShelf;
    const std::lock_guard lock(moving_);
    // Announced before it lies there, so that no sweep takes it away in between.
    uploads_.add(principal.person, digest, size, clock_.now());
    if (auto put = shelf_->put(spooled, digest, size); !put) {
        uploads_.remove(principal.person, digest);
        return std::move(put).error();
    }
    return HandedIn{digest, size};
}

Result<HandedIn> Attachments::add_copy(const Principal& principal,
                                       const std::filesystem::path& file) {
    if (shelf_ == nullptr) return kNoShelf;
    TRY(const auto copy, shelf_->spool_copy(file));
    auto measured = FileShelf::measure(copy);
    auto added = measured ? add(principal, copy, measured->digest, measured->size)
                          : Result<HandedIn>(measured.error());
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
    return added;
}

Result<ReadableFile> Attachments::open(const Principal& principal, engine::DocumentId document,
                                       const engine::Digest& digest) {
    if (shelf_ == nullptr) return kNoShelf;
    TRY(AttachmentView attachment, documents_.attachment(principal, document, digest));
    TRY(auto path, shelf_->path(digest));
    return ReadableFile{std::move(path), attachment.size, std::move(attachment.name)};
}

Result<ReadableFile> Attachments::open_public(engine::DocumentId document,
                                              const engine::Digest& digest) {
    if (shelf_ == nullptr) return kNoShelf;
    TRY(const auto attachment, publications_.attachment(document, digest));
    if (!attachment) return Error{ErrorCode::not_found, "the document has no such attachment"};
    TRY(auto path, shelf_->path(digest));
    return ReadableFile{std::move(path), attachment->size, attachment->name};
}

void Attachments::purged(const std::vector<engine::Digest>& digests) {
    for (const engine::Digest& digest : digests)
        uploads_.forget(digest);
    const std::lock_guard lock(mutex_);
    purged_.insert(purged_.end(), digests.begin(), digests.end());
}

Result<std::vector<engine::Digest>> Attachments::candidates(Instant now) {
    std::vector<engine::Digest> found;
    bool everything = false;
    // The first round has no grace: what was on its way before this start was forgotten with it.
    Instant before = now;
    {
        const std::lock_guard lock(mutex_);
        found = std::move(purged_);
        purged_.clear();
        everything = !swept_ || now - *swept_ >= kGraceMs;
        if (swept_) before = now - kGraceMs;
        if (everything) swept_ = now;
    }
    if (everything) {
        TRY(auto old, shelf_->put_before(before));
        found.insert(found.end(), old.begin(), old.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

Result<void> Attachments::keep_named(std::vector<engine::Digest>& candidates) {
    std::set<engine::Digest> named;
    storage::DocumentFilter filter;
    filter.matches = [&](const engine::Document& document) {
        if (document.purged) return false;
        for (const engine::Attachment& attachment : document.attachments) {
            if (std::binary_search(candidates.begin(), candidates.end(), attachment.digest))
                named.insert(attachment.digest);
        }
        return false;
    };
    // One short snapshot a page: a long one would keep the database from being tidied.
    for (bool more = true; more;) {
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(const auto page, reader.documents(filter));
            more = page.next.has_value();
            if (more) filter.before = *page.next;
            return {};
        };
        TRY_VOID(store_.read(query));
    }
    std::erase_if(candidates,
                  [&](const engine::Digest& digest) { return named.count(digest) != 0; });
    return {};
}

Result<std::size_t> Attachments::sweep(Instant now) {
    if (shelf_ == nullptr) return std::size_t{0};
    TRY(auto orphans, candidates(now));
    if (orphans.empty()) return std::size_t{0};
    if (auto kept = keep_named(orphans); !kept) {
        again(std::move(orphans));
        return std::move(kept).error();
    }
    std::size_t erased = 0;
    for (; !orphans.empty(); orphans.pop_back()) {
        const engine::Digest& digest = orphans.back();
        const std::lock_guard lock(moving_);
        if (uploads_.pending(digest, now)) continue;
        if (auto gone = shelf_->erase(digest); !gone) {
            again(std::move(orphans));
            return std::move(gone).error();
        }
        ++erased;
        log_event(LogLevel::info, "file_swept", {{"digest", storage::audit::to_hex(digest)}});
    }
    return erased;
}

void Attachments::again(std::vector<engine::Digest> orphans) {
    const std::lock_guard lock(mutex_);
    purged_.insert(purged_.end(), orphans.begin(), orphans.end());
}

}  // namespace gongkai::app
