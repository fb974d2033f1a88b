#include <algorithm>
#include <deque>
#include <unordered_map>

#include "app/audit.hpp"
#include "app/evidence.hpp"
#include "storage/audit/note.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
using engine::Error;
using engine::ErrorCode;

namespace {

// Texts of the documents that were met last. A document's texts are read once as long as it stays
// among them, and each is given out once: with the first leaf that has its commitment. Where it was
// forgotten in between a text comes along twice, which does no harm.
class Texts {
  public:
    // Those that this leaf is the first to have. Inside of a snapshot.
    Result<std::vector<audit::Opening>> first_in(storage::Reader& reader,
                                                 const storage::StoredLeaf& leaf) {
        std::vector<audit::Opening> out;
        if (leaf.document == 0) return out;
        auto known = documents_.find(leaf.document);
        if (known == documents_.end()) {
            TRY(auto openings, reader.openings(leaf.document));
            known = keep(leaf.document, std::move(openings));
        }
        auto& openings = known->second.openings;
        if (openings.empty()) return out;
        const auto hashes = audit::hashes_in(leaf.bytes);
        std::erase_if(openings, [&](storage::Opening& opening) {
            if (!std::binary_search(hashes.begin(), hashes.end(), opening.commitment)) return false;
            out.push_back({opening.salt, std::move(opening.text)});
            return true;
        });
        return out;
    }

  private:
    static constexpr std::size_t most_documents = 1'000;
    static constexpr std::size_t most_bytes = 64 << 20;
    struct Kept {
        std::vector<storage::Opening> openings;
        std::size_t bytes = 0;  // when it was read
    };
    using Documents = std::unordered_map<engine::DocumentId, Kept>;

    Documents::iterator keep(engine::DocumentId id, std::vector<storage::Opening> openings) {
        Kept kept{std::move(openings), 0};
        for (const storage::Opening& opening : kept.openings)
            kept.bytes += opening.text.size();
        bytes_ += kept.bytes;
        while (!order_.empty() && (order_.size() >= most_documents || bytes_ > most_bytes)) {
            const auto oldest = documents_.find(order_.front());
            bytes_ -= oldest->second.bytes;
            documents_.erase(oldest);
            order_.pop_front();
        }
        order_.push_back(id);
        return documents_.emplace(id, std::move(kept)).first;
    }

    Documents documents_;
    std::deque<engine::DocumentId> order_;  // oldest first
    std::size_t bytes_ = 0;
};

struct Page {
    std::vector<storage::StoredLeaf> leaves;
    std::vector<std::vector<audit::Opening>> openings;  // of each
};

class Exporter {
  public:
    Exporter(storage::Store& store, std::uint64_t size, const Progress& progress)
        : store_(store), size_(size), progress_(progress) {}

    // In short snapshots: leaves are never changed, and a long one would be in the server's way.
    Result<void> leaves(const audit::LeafSink& sink) {
        storage::RecordId next = 0;
        for (std::uint64_t done = 0; done < size_;) {
            TRY(const Page page, page_from(next, size_ - done));
            if (page.leaves.empty())
                return Error{ErrorCode::integrity, "the database holds " + std::to_string(done) +
                                                       " leaves, the last checkpoint covers " +
                                                       std::to_string(size_)};
            for (std::size_t i = 0; i < page.leaves.size(); ++i) {
                TRY_VOID(sink(page.leaves[i].bytes, page.openings[i]));
                openings_ += page.openings[i].size();
            }
            done += page.leaves.size();
            next = page.leaves.back().record + 1;
            if (progress_) progress_(done, size_);
        }
        return {};
    }

    Result<void> sources(audit::BundleSource& bundle) const {
        return store_.read([&](storage::Reader& reader) -> Result<void> {
            TRY(auto sources, reader.sources());
            for (auto& source : sources) {
                if (source.kind == "definition")
                    bundle.definitions.push_back({"rules", std::move(source.text)});
                if (source.kind == "calendar")
                    bundle.calendars.push_back({"txt", std::move(source.text)});
            }
            return {};
        });
    }

    std::uint64_t openings() const { return openings_; }

  private:
    static constexpr std::size_t most_in_page = 256;

    Result<Page> page_from(storage::RecordId first, std::uint64_t most) {
        Page page;
        const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(most, most_in_page));
        TRY_VOID(store_.read([&](storage::Reader& reader) -> Result<void> {
            TRY(page.leaves, reader.leaves(first, limit));
            for (const storage::StoredLeaf& leaf : page.leaves) {
                TRY(auto openings, texts_.first_in(reader, leaf));
                page.openings.push_back(std::move(openings));
            }
            return {};
        }));
        return page;
    }

    storage::Store& store_;
    std::uint64_t size_;
    const Progress& progress_;
    Texts texts_;
    std::uint64_t openings_ = 0;
};

// The server may have signed more since; those cover leaves that are not in the bundle.
Result<bool> covers_more(std::string_view note, std::uint64_t size) {
    TRY(const audit::Note parsed, audit::parse_note(note));
    TRY(const audit::Checkpoint checkpoint, audit::parse_checkpoint(parsed.text));
    return checkpoint.size > size;
}

}  // namespace

Result<Exported> export_record(Application& application, const std::filesystem::path& folder,
                               const Progress& progress) {
    Evidence evidence(application);
    TRY(const SignedCheckpoint checkpoint, evidence.checkpoint());
    Exporter exporter(application.store(), checkpoint.size, progress);
    audit::BundleSource source;
    source.leaves = [&](const audit::LeafSink& sink) { return exporter.leaves(sink); };
    source.checkpoint = checkpoint.note;
    source.history = [&](const audit::TextSink& sink) {
        return application.checkpoint_folder()->for_each(
            [&](std::string_view note) -> Result<void> {
                TRY(const bool more, covers_more(note, checkpoint.size));
                return more ? Result<void>() : sink(note);
            });
    };
    source.vkey = checkpoint.vkey;
    TRY_VOID(exporter.sources(source));
    Exported exported;
    TRY(exported.leaves, audit::write_bundle(folder, source));
    exported.openings = exporter.openings();
    const std::uint64_t now = application.store().head().size;
    exported.not_covered = now > exported.leaves ? now - exported.leaves : 0;
    return exported;
}

}  // namespace gongkai::app
