#include "tests/crash/faulty/two_transactions.hpp"

#include <utility>

namespace gongkai::crash {

namespace {

using namespace storage;
using engine::Instant;

// Everything as it is, but for the idempotency record, which is kept for later.
class WithoutKey final : public Transaction {
  public:
    WithoutKey(Transaction& whole, std::optional<IdempotencyRecord>& kept)
        : whole_(whole), kept_(kept) {}

    Result<void> write_idempotency(const IdempotencyRecord& record) override {
        kept_ = record;
        return {};
    }

    Result<std::optional<StoredDocument>> find_document(DocumentId id) override {
        return whole_.find_document(id);
    }
    Result<std::optional<DocumentId>> find_external(const std::string& source,
                                                    const std::string& id) override {
        return whole_.find_external(source, id);
    }
    Result<std::optional<IdempotencyRecord>> find_idempotency(PersonId actor,
                                                              const std::string& key) override {
        return whole_.find_idempotency(actor, key);
    }
    Result<std::vector<Opening>> openings(DocumentId id) override { return whole_.openings(id); }
    Result<std::optional<PublicDocument>> find_publication(DocumentId id) override {
        return whole_.find_publication(id);
    }
    Result<RecordId> write_step(const StepRecord& step) override { return whole_.write_step(step); }
    Result<RecordId> write_leaf(DocumentId document, const std::string& leaf) override {
        return whole_.write_leaf(document, leaf);
    }
    Result<void> put_department(const Department& department) override {
        return whole_.put_department(department);
    }
    Result<PersonId> put_person(const Person& person) override { return whole_.put_person(person); }
    Result<std::uint32_t> put_deputy(const Deputy& deputy) override {
        return whole_.put_deputy(deputy);
    }
    Result<std::uint32_t> put_key(const MachineKey& key) override { return whole_.put_key(key); }
    Result<std::uint32_t> put_subscriber(const Subscriber& subscriber) override {
        return whole_.put_subscriber(subscriber);
    }
    Result<void> put_session(const Session& session) override {
        return whole_.put_session(session);
    }
    Result<void> drop_session(const Digest& token_hash) override {
        return whole_.drop_session(token_hash);
    }
    Result<void> drop_sessions_of(PersonId person) override {
        return whole_.drop_sessions_of(person);
    }
    Result<void> put_source(const Digest& digest, const std::string& kind, const std::string& name,
                            const std::string& text) override {
        return whole_.put_source(digest, kind, name, text);
    }
    Result<std::optional<CatalogItem>> find_catalog_item(const std::string& code) override {
        return whole_.find_catalog_item(code);
    }
    Result<CatalogPage> catalog(const CatalogFilter& filter) override {
        return whole_.catalog(filter);
    }
    Result<std::uint64_t> put_catalog_item(const CatalogItem& item) override {
        return whole_.put_catalog_item(item);
    }
    Result<std::uint64_t> take_number(const std::string& series) override {
        return whole_.take_number(series);
    }
    Result<std::uint64_t> last_number(const std::string& series) override {
        return whole_.last_number(series);
    }
    Result<std::optional<DocumentId>> find_code(const Digest& code) override {
        return whole_.find_code(code);
    }
    Result<void> outbox_delivered(std::uint64_t number) override {
        return whole_.outbox_delivered(number);
    }
    Result<void> outbox_failed(std::uint64_t number, Instant next_try,
                               const std::string& why) override {
        return whole_.outbox_failed(number, next_try, why);
    }
    Result<void> outbox_dead(std::uint64_t number, const std::string& why) override {
        return whole_.outbox_dead(number, why);
    }
    Result<void> outbox_replay(std::uint64_t number) override {
        return whole_.outbox_replay(number);
    }

  private:
    Transaction& whole_;
    std::optional<IdempotencyRecord>& kept_;
};

class TornStore final : public Store {
  public:
    explicit TornStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}

    Result<void> submit(Job job, Done done) override {
        auto kept = std::make_shared<std::optional<IdempotencyRecord>>();
        return store_->submit(
            [job = std::move(job), kept](Transaction& whole) {
                kept->reset();
                WithoutKey transaction(whole, *kept);
                return job(transaction);
            },
            [this, done = std::move(done), kept](Result<void> result) {
                if (!result || !*kept) return done(std::move(result));
                const auto second = [kept](Transaction& whole) {
                    return whole.write_idempotency(**kept);
                };
                if (!store_->submit(second, done)) done(std::move(result));
            });
    }

    Result<void> read(const std::function<Result<void>(Reader&)>& query) override {
        return store_->read(query);
    }
    Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) override {
        return store_->read_public(query);
    }
    TreeHead head() override { return store_->head(); }
    double pressure() override { return store_->pressure(); }
    Result<void> writable() override { return store_->writable(); }
    void on_commit(std::function<void(const TreeHead&)> observer) override {
        store_->on_commit(std::move(observer));
    }
    Result<void> backup(const std::string& path) override { return store_->backup(path); }
    void close() override { store_->close(); }

  private:
    std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Store> in_two_transactions(std::unique_ptr<Store> store) {
    return std::make_unique<TornStore>(std::move(store));
}

}  // namespace gongkai::crash
