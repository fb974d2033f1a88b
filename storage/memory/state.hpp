// All that the memory store holds. A value: a job works on a copy, a reader keeps one.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "storage/audit/merkle.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::memory {

struct Stored {
    StoredDocument document;
    std::string title, source, source_id;
    std::vector<std::pair<std::uint64_t, Task>> tasks;  // with their numbers
    std::vector<RunningTimer> timers;
};

struct Leaf {
    StoredLeaf leaf;
    std::vector<Digest> nodes;
};

struct State {
    std::map<DocumentId, std::shared_ptr<const Stored>> documents;
    std::map<std::pair<std::string, std::string>, DocumentId> externals;
    std::vector<std::shared_ptr<const Leaf>> leaves;
    audit::Frontier frontier;
    std::map<DocumentId, std::map<Digest, Opening>> openings;
    std::map<std::pair<PersonId, std::string>, IdempotencyRecord> idempotency;
    std::map<DocumentId, PublicDocument> publications;
    std::map<DocumentId, std::vector<LinkBelow>> links;  // by the document above
    std::map<std::uint64_t, OutboxRow> outbox;
    std::uint64_t next_message = 1;
    std::map<DepartmentCode, Department> departments;
    std::map<PersonId, Person> people;
    std::map<std::uint32_t, Deputy> deputies;
    std::map<std::uint32_t, MachineKey> keys;
    std::map<std::uint32_t, Subscriber> subscribers;
    std::uint64_t directory_version = 0;
    std::map<Digest, Session> sessions;
    std::map<Digest, Reader::Source> sources;
    std::map<std::string, CatalogItem> catalog;   // by code
    std::map<std::string, std::uint64_t> series;  // the number taken last
    std::map<Digest, DocumentId> codes;

    audit::NodeReader nodes() const;
};

class MemoryTransaction final : public Transaction {
  public:
    explicit MemoryTransaction(State& state) : state_(state) {}

    Result<std::optional<StoredDocument>> find_document(DocumentId id) override;
    Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                    const std::string& id) override;
    Result<std::optional<IdempotencyRecord>> find_idempotency(PersonId actor,
                                                              const std::string& key) override;
    Result<std::vector<Opening>> openings(DocumentId id) override;
    Result<std::optional<PublicDocument>> find_publication(DocumentId id) override;
    Result<RecordId> write_step(const StepRecord& step) override;
    Result<RecordId> write_leaf(DocumentId document, const std::string& leaf) override;
    Result<void> write_idempotency(const IdempotencyRecord& record) override;
    Result<void> put_department(const Department& department) override;
    Result<PersonId> put_person(const Person& person) override;
    Result<std::uint32_t> put_deputy(const Deputy& deputy) override;
    Result<std::uint32_t> put_key(const MachineKey& key) override;
    Result<std::uint32_t> put_subscriber(const Subscriber& subscriber) override;
    Result<void> put_session(const Session& session) override;
    Result<void> drop_session(const Digest& token_hash) override;
    Result<void> drop_sessions_of(PersonId person) override;
    Result<void> put_source(const Digest& digest, const std::string& kind, const std::string& name,
                            const std::string& text) override;
    Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) override;
    Result<CatalogPage> catalog(const CatalogFilter& filter) override;
    Result<std::uint64_t> put_catalog_item(const CatalogItem& item) override;
    Result<std::uint64_t> take_number(const std::string& series) override;
    Result<std::uint64_t> last_number(const std::string& series) override;
    Result<std::optional<DocumentId>> find_code(const Digest& code) override;
    Result<void> outbox_delivered(std::uint64_t number) override;
    Result<void> outbox_failed(std::uint64_t number, Instant next_try,
                               const std::string& why) override;
    Result<void> outbox_dead(std::uint64_t number, const std::string& why) override;
    Result<void> outbox_replay(std::uint64_t number) override;

  private:
    RecordId append(DocumentId document, RecordId previous, const std::string& leaf);
    Result<OutboxRow*> message(std::uint64_t number, bool dead);

    State& state_;
};

class MemoryReader final : public Reader, public PublicReader {
  public:
    explicit MemoryReader(const State& state) : state_(state) {}

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
    Result<CatalogPage> catalog(const CatalogFilter& filter) override;  // of both readers
    Result<std::vector<OutboxRow>> outbox_ready(std::uint32_t subscriber, Instant now,
                                                std::size_t limit) override;
    Result<std::vector<OutboxRow>> outbox_dead(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> outbox_pending() override;

    Result<std::optional<PublicDocument>> find(DocumentId id) override;
    Result<PublicPage> list(const std::string& flow, std::optional<std::uint64_t> before,
                            std::size_t limit) override;
    Result<bool> has_attachment(DocumentId id, const Digest& digest) override;
    Result<std::vector<PublicLink>> links(DocumentId id) override;

  private:
    const State& state_;
};

}  // namespace gongkai::storage::memory
