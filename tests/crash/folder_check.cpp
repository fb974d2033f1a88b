#include "tests/crash/folder_check.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/application_rules.hpp"
#include "app/outcome.hpp"
#include "language/rulebook.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::crash {

namespace fs = std::filesystem;
namespace audit = storage::audit;
using engine::Result;
using storage::audit::to_hex;

std::shared_ptr<const app::Flow> notice_flow() {
    const auto files = language::load_directory(GONGKAI_SOURCE_DIR "/tests/crash/rules");
    return app::compile_rules(files.value(), "national").value().flows.at(0);
}

FolderCheck::FolderCheck(fs::path data, std::uint64_t leaves, std::shared_ptr<const app::Flow> flow)
    : data_(std::move(data)), copy_(data_.string() + ".copy"), flow_(std::move(flow)) {
    // What is there before the clients begin is taken as it is.
    if (!open_copy()) return;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto all, reader.leaves(0, leaves));
        for (const auto& leaf : all)
            seen_.append(leaf.bytes);
        return {};
    });
    store_.reset();
}

std::vector<Harm> FolderCheck::look(const std::vector<Ledger*>& ledgers, bool whole,
                                    std::optional<Told> told) {
    harm_.clear();
    rows_.clear();
    known_.clear();
    told_ = std::move(told);
    if (open_copy()) {
        for (Ledger* ledger : ledgers)
            settle(*ledger);
        const std::uint64_t before = seen_.size();
        check_tree();
        std::vector<storage::StoredLeaf> fresh;
        read([&](storage::Reader& reader) -> Result<void> {
            TRY(fresh, reader.leaves(before, ~std::size_t{0}));
            return {};
        });
        for (const auto& leaf : fresh)
            check_leaf(leaf, ledgers);
        for (Ledger* ledger : ledgers) {
            for (const KnownRefusal& refusal : ledger->refusals)
                lost(fmt::format("the refused attempt {} of {}", refusal.record, refusal.document));
            ledger->refusals.clear();
            for (const KnownDocument& document : ledger->documents)
                known_[document.id] = &document;
        }
        check_rows();
        for (const auto& [id, document] : known_)
            check_document(*document, whole);
        check_worklist();
        check_deadlines();
        check_messages(whole);
        check_checkpoints();
        store_.reset();
        if (const auto checked = storage::sqlite::check_file((copy_ / "gongkai.db").string());
            whole && !checked)
            broken(checked.error().message);
    }
    check_files(whole);
    for (Ledger* ledger : ledgers)
        drop_or_keep(*ledger);
    return std::move(harm_);
}

// ---- opening

bool FolderCheck::open_copy() {
    std::error_code why;
    fs::remove_all(copy_, why);
    fs::create_directories(copy_, why);
    for (const char* name : {"gongkai.db", "gongkai.db-wal"}) {
        if (fs::exists(data_ / name)) fs::copy_file(data_ / name, copy_ / name, why);
    }
    storage::sqlite::Options options;
    options.path = (copy_ / "gongkai.db").string();
    options.readers = 1;
    options.public_readers = 1;
    auto opened = storage::sqlite::open(std::move(options));
    if (!opened) {
        broken(opened.error().message);
        return false;
    }
    store_ = std::move(opened).value();
    return true;
}

void FolderCheck::read(const std::function<Result<void>(storage::Reader&)>& query) {
    if (const auto done = store_->read(query); !done) broken(done.error().message);
}

// ---- what became of the open attempts

void FolderCheck::settle(Ledger& ledger) {
    if (!ledger.open || !ledger.open->refusal.empty()) return;
    Attempt& attempt = *ledger.open;
    // A repeated one that was found before.
    if (attempt.carried_out || !carried_out(ledger, attempt)) return;
    attempt.carried_out = true;
    if (attempt.document == ledger.documents.size()) ledger.documents.emplace_back();
    ledger.documents[attempt.document] = attempt.after;
}

// Whether the disk has it. All of it: that is for the other checks.
bool FolderCheck::carried_out(const Ledger& ledger, Attempt& attempt) {
    std::optional<storage::DocumentRow> row;
    if (attempt.document < ledger.documents.size()) {
        read([&](storage::Reader& reader) -> Result<void> {
            TRY(row, reader.find_document(attempt.after.id));
            return {};
        });
        if (!row || row->document.revision < attempt.after.revision()) return false;
        attempt.after.steps.back().content = row->document.content;
        return true;
    }
    // A new one has a number that nobody was told.
    engine::DocumentId id = 0;
    if (!attempt.after.source_id.empty()) {
        read([&](storage::Reader& reader) -> Result<void> {
            TRY(const auto known, reader.find_external("oa", attempt.after.source_id));
            id = known.value_or(0);
            return {};
        });
    } else {
        const KnownStep& step = attempt.after.steps.back();
        const auto job = [&](storage::Transaction& transaction) -> Result<void> {
            TRY(const auto record, transaction.find_idempotency(step.keyed_by, step.key));
            if (!record) return {};
            TRY(const auto done, app::done_from_json(record->response));
            id = done.id;
            return {};
        };
        if (const auto done = store_->run(job); !done) broken(done.error().message);
    }
    if (id == 0) return false;
    attempt.after.id = id;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(row, reader.find_document(id));
        return {};
    });
    if (row) attempt.after.steps.back().content = row->document.content;
    return true;
}

// A refused attempt is not made again; nor is a step that nothing tells from a second one.
void FolderCheck::drop_or_keep(Ledger& ledger) {
    if (!ledger.open) return;
    const bool repeatable = !ledger.open->key.empty() || ledger.open->method == "PUT";
    if (!repeatable || !ledger.open->refusal.empty()) ledger.open.reset();
}

// ---- the record

void FolderCheck::check_tree() {
    const storage::TreeHead head = store_->head();
    if (head.size < seen_.size()) {
        lost(fmt::format("the record has {} leaves, {} were seen before", head.size, seen_.size()));
        return;
    }
    audit::Frontier frontier = seen_;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(const engine::Digest before, reader.tree_root(seen_.size()));
        if (before != seen_.root()) disagreed("leaves that were seen before are other ones now");
        TRY(const auto fresh, reader.leaves(seen_.size(), ~std::size_t{0}));
        for (const auto& leaf : fresh)
            frontier.append(leaf.bytes);
        return {};
    });
    if (frontier.size() != head.size || frontier.root() != head.root)
        disagreed("the root is not that of the leaves");
    seen_ = frontier;
}

void FolderCheck::check_leaf(const storage::StoredLeaf& stored,
                             const std::vector<Ledger*>& ledgers) {
    const auto leaf = audit::decode_leaf(stored.bytes);
    if (!leaf) {
        broken(leaf.error().message);
    } else if (leaf->kind == audit::LeafKind::step) {
        check_step(stored, *leaf);
    } else if (leaf->kind == audit::LeafKind::refusal) {
        check_refusal(stored, *leaf, ledgers);
    } else {
        disagreed("an act of administration that nobody asked for: " + stored.bytes);
    }
}

void FolderCheck::check_step(const storage::StoredLeaf& stored, const audit::Leaf& leaf) {
    Seen& seen = documents_[*leaf.document];
    const auto previous =
        seen.leaf_hashes.empty() ? std::nullopt : std::optional(seen.leaf_hashes.back());
    if (stored.document != *leaf.document || leaf.revision != seen.steps.size() + 1 ||
        leaf.previous != previous)
        disagreed("a leaf that does not follow the document's last one: " + stored.bytes);
    seen.leaf_hashes.push_back(audit::leaf_hash(stored.bytes));
    seen.steps.push_back({leaf.request, *leaf.content, 0, {}});
    seen.attachments = leaf.attachments;
}

void FolderCheck::check_refusal(const storage::StoredLeaf& stored, const audit::Leaf& leaf,
                                const std::vector<Ledger*>& ledgers) {
    const Seen& seen = documents_[stored.document];
    if (leaf.revision != seen.steps.size() || seen.leaf_hashes.empty() ||
        leaf.previous != seen.leaf_hashes.back())
        disagreed("a refusal beside the document's last step: " + stored.bytes);
    for (Ledger* ledger : ledgers) {
        const auto told = std::find_if(
            ledger->refusals.begin(), ledger->refusals.end(), [&](const KnownRefusal& refusal) {
                return refusal.record == stored.record && refusal.document == stored.document &&
                       refusal.reason == leaf.reason && refusal.request == leaf.request;
            });
        if (told != ledger->refusals.end()) {
            ledger->refusals.erase(told);
            return;
        }
        if (ledger->open && ledger->open->refusal == leaf.reason &&
            ledger->open->after.id == stored.document) {
            ledger->open.reset();
            return;
        }
    }
    disagreed("a refused attempt that nobody made: " + stored.bytes);
}

void FolderCheck::check_checkpoints() {
    const auto key = audit::SigningKey::load(data_ / "audit.key");
    if (!key) return broken(key.error().message);
    const audit::VerifierKey verifier = key->verifier();
    const auto folder =
        audit::CheckpointFolder::open(data_ / "checkpoints", verifier.name(), {verifier});
    if (!folder) return broken(folder.error().message);
    const auto check = [&](const audit::Checkpoint& checkpoint) {
        if (checkpoint.size > seen_.size())
            return lost(fmt::format("a checkpoint over {} leaves of {} is signed", checkpoint.size,
                                    seen_.size()));
        read([&](storage::Reader& reader) -> Result<void> {
            TRY(const engine::Digest root, reader.tree_root(checkpoint.size));
            if (root != checkpoint.root) disagreed("a checkpoint with another root is signed");
            return {};
        });
    };
    const auto last = folder->last();
    if (!last) return broken(last.error().message);
    if (*last) check(**last);
    const auto walked = folder->for_each([&](std::string_view note) -> Result<void> {
        TRY(const auto checkpoint, audit::open_checkpoint(note, verifier.name(), {verifier}));
        check(checkpoint);
        return {};
    });
    if (!walked) broken(walked.error().message);
}

}  // namespace gongkai::crash
