// Holds what a killed server has left in its folder against what its clients know. Works on a copy
// of the database, so that the next server finds everything as the kill left it.
//
// All of it must agree: documents, texts, worklist and its counts, deadlines, messages,
// publication, idempotency keys, leaves, tree, checkpoints and files; nothing that was acknowledged
// is missing, nothing is there that nobody asked for, and what was not heard of is there wholly or
// not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/flow.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/audit/merkle.hpp"
#include "storage/store.hpp"
#include "tests/crash/kill_ledger.hpp"
#include "tests/crash/step_receiver.hpp"
#include "tests/crash/tally.hpp"

namespace gongkai::crash {

// What was found, in words, with the field of Tally that it counts for.
struct Harm {
    int Tally::*kind;
    std::string what;
};

// The only flow of tests/crash/rules.
std::shared_ptr<const app::Flow> notice_flow();

class FolderCheck {
  public:
    // `data` has `leaves` leaves when the clients begin.
    FolderCheck(std::filesystem::path data, std::uint64_t leaves,
                std::shared_ptr<const app::Flow> flow);

    // After each end of the server. Finds out what became of the open attempts: a step that was
    // carried out goes into the ledger. `whole`: looks again at what earlier calls have seen.
    // `told`: what the receiver has; nullopt: nobody can be told.
    std::vector<Harm> look(const std::vector<Ledger*>& ledgers, bool whole,
                           std::optional<Told> told);

    // Names in the folder that a server which has stopped should not leave behind.
    std::vector<std::string> litter() const;
    std::uint64_t leaves() const { return seen_.size(); }

  private:
    using DocumentId = engine::DocumentId;
    struct Seen {  // of one document, as of the last leaf that was looked at
        std::vector<engine::Digest> leaf_hashes;  // of its steps, by revision - 1
        std::vector<KnownStep> steps;             // as the leaves say
        std::vector<engine::Digest> attachments;  // of the last one
    };
    struct Row {
        storage::DocumentRow row;
        std::vector<storage::Opening> openings;
    };

    void lost(const std::string& what) { harm_.push_back({&Tally::lost, what}); }
    void disagreed(const std::string& what) { harm_.push_back({&Tally::disagreed, what}); }
    void broken(const std::string& what) { harm_.push_back({&Tally::broken, what}); }

    bool open_copy();
    void settle(Ledger& ledger);
    bool carried_out(const Ledger& ledger, Attempt& attempt);
    void drop_or_keep(Ledger& ledger);

    void check_tree();
    void check_leaf(const storage::StoredLeaf& stored, const std::vector<Ledger*>& ledgers);
    void check_step(const storage::StoredLeaf& stored, const storage::audit::Leaf& leaf);
    void check_refusal(const storage::StoredLeaf& stored, const storage::audit::Leaf& leaf,
                       const std::vector<Ledger*>& ledgers);
    void check_rows();
    void check_document(const KnownDocument& known, bool whole);
    void check_texts(const KnownDocument& known, const Row& stored);
    void check_publication(const KnownDocument& known, const engine::Document& document);
    void check_keys(const KnownDocument& known, bool whole);
    void check_worklist();
    void check_deadlines();
    void check_messages(bool whole);
    void check_told(DocumentId id, std::size_t first);
    void check_lanes(std::map<std::uint32_t, std::map<DocumentId, std::size_t>> next);
    void check_message(const storage::OutboxMessage& message, std::size_t revision);
    std::size_t revision_of(const storage::OutboxMessage& message);
    void check_files(bool whole);
    void check_checkpoints();
    void read(const std::function<engine::Result<void>(storage::Reader&)>& query);

    std::filesystem::path data_, copy_;
    std::shared_ptr<const app::Flow> flow_;
    storage::audit::Frontier seen_;  // over the leaves that were looked at
    std::unordered_map<DocumentId, Seen> documents_;
    std::set<std::string> files_;  // whose bytes were found to be right
    std::vector<Harm> harm_;

    // Of one look.
    std::unique_ptr<storage::Store> store_;
    std::map<DocumentId, Row> rows_;
    std::map<DocumentId, const KnownDocument*> known_;
    std::optional<Told> told_;
};

}  // namespace gongkai::crash
