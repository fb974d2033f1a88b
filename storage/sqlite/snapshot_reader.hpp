// Reader and PublicReader on one read-only connection, inside one read transaction.
#pragma once

#include <unordered_map>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/texts.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

Result<Directory> read_directory(Connection& connection);

// Lives as long as its connection; a snapshot is begin() .. end().
class SnapshotReader final : public Reader {
  public:
    explicit SnapshotReader(Connection& connection) : connection_(connection), names_(connection) {}

    Result<std::optional<DocumentRow>> find_document(DocumentId id) override;
    Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                    const std::string& id) override;
    Result<std::optional<DocumentId>> find_code(const Digest& code) override;
    Result<DocumentPage> documents(const DocumentFilter& filter) override;
    Result<std::vector<Opening>> openings(DocumentId id) override;
    Result<std::vector<WorklistRow>> worklist(std::span<const QueueKey> queues, std::uint64_t after,
                                              std::size_t limit) override;
    Result<std::uint64_t> count(const QueueKey& queue) override;
    Result<std::vector<StoredLeaf>> history(RecordId newest, std::size_t limit) override;
    Result<std::vector<StoredLeaf>> leaves(RecordId first, std::size_t limit) override;
    Result<std::optional<std::uint64_t>> leaf_index(RecordId record) override;
    Result<std::uint64_t> tree_size() override;
    Result<Digest> tree_node(unsigned level, std::uint64_t index) override;
    Result<Digest> tree_root(std::uint64_t size) override;
    Result<std::vector<std::pair<DocumentId, RunningTimer>>> due_timers(Instant now,
                                                                        std::size_t limit) override;
    Result<std::vector<std::pair<DocumentId, RunningTimer>>> provisional_timers(
        DocumentId after, std::size_t limit) override;
    Result<Directory> directory() override;
    Result<std::vector<Session>> sessions() override;
    Result<std::optional<std::string>> source(const Digest& digest) override;
    Result<std::vector<Source>> sources() override;
    Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) override;
    Result<CatalogPage> catalog(const CatalogFilter& filter) override;
    Result<std::vector<OutboxRow>> outbox_ready(std::uint32_t subscriber, Instant now,
                                                std::size_t limit) override;
    Result<std::vector<OutboxRow>> outbox_dead(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> outbox_pending() override;

  private:
    // Several statements of one text that are stepped side by side, to merge ordered lists.
    std::vector<Statement>& side_by_side(Sql sql, std::size_t count);
    Result<WorklistRow> worklist_row(Statement& task, const QueueKey& queue);
    Result<std::vector<std::pair<DocumentId, RunningTimer>>> timers(Statement& query);

    Connection& connection_;
    NameCache names_;
    std::unordered_map<Sql, std::vector<Statement>> parallel_;
};

class SnapshotPublicReader final : public PublicReader {
  public:
    explicit SnapshotPublicReader(Connection& connection) : connection_(connection) {}
    Result<std::optional<PublicDocument>> find(DocumentId id) override;
    Result<PublicPage> list(const std::string& flow, std::optional<std::uint64_t> before,
                            std::size_t limit) override;
    Result<bool> has_attachment(DocumentId id, const Digest& digest) override;
    Result<std::vector<PublicLink>> links(DocumentId id) override;
    Result<CatalogPage> catalog(const CatalogFilter& filter) override;

  private:
    Connection& connection_;
};

}  // namespace gongkai::storage::sqlite
