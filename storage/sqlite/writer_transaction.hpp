// The Transaction of the writer thread, and the batch around it. Used by that one thread only.
//
//   begin_batch
//     begin_job, the job, end_job      as often as there are jobs
//   commit_batch or abandon_batch
//
// A savepoint for each job costs a seventh of the whole step (SQLite copies every page that the job
// touches first), and hardly any job fails once it has written. So a batch is first run without:
// where a job fails after it wrote, must_repeat() is true, and the batch is abandoned and run again
// with savepoints, each of which begins with the first write of its job.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/audit/merkle.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/texts.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// Room for the tasks of one step between the numbers of two records.
inline constexpr std::uint64_t kTasksPerStep = 256;
constexpr std::uint64_t first_task_number(RecordId record) {
    return record * kTasksPerStep + 1;
}

class WriterTransaction final : public Transaction {
  public:
    WriterTransaction(Connection& connection, audit::Frontier frontier);

    Result<void> begin_batch(bool savepoints);
    void begin_job();
    // Keeps what the job wrote, or undoes it where `result` or one of its writes failed. Gives the
    // job's final result. An Error in `fatal()` afterwards: nothing of the batch can be kept.
    Result<void> end_job(Result<void> result);
    Result<void> commit_batch();
    void abandon_batch();

    // Set where SQLite failed in a way that ends the batch: full, broken, out of memory.
    const std::optional<Error>& fatal() const { return fatal_; }
    // True where a job has to be undone and there is no savepoint for it.
    bool must_repeat() const { return must_repeat_; }
    const audit::Frontier& frontier() const { return frontier_; }
    // True where the batch that was committed last has purged a document.
    bool purged() const { return batch_purged_; }

    // ---- Transaction
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
    // The row of a document as this job sees it, without its body.
    struct Row {
        bool stored = false;
        std::int64_t department = 0;
        std::uint32_t revision = 0;
        RecordId last_record = kNoRecord;
        DocumentKeys keys;
    };

    // Remembers a failure that ends the job or the batch, whatever the job makes of it.
    template <class T>
    Result<T> seen(Result<T> result) {
        if (!result) note(result.error());
        return result;
    }
    void note(const Error& error);
    // Before the first write of a job.
    Result<void> begin_write();
    // For what must not fail any more: a failure undoes the job.
    template <class Apply>
    auto write(Apply&& apply) -> decltype(apply()) {
        if (auto begun = begin_write(); !begun) return seen(decltype(apply())(begun.error()));
        auto result = apply();
        if (!result) {
            note(result.error());
            if (!job_error_) job_error_ = result.error();
        }
        return result;
    }

    Result<Row*> load(DocumentId id, std::optional<engine::Document>* body);
    Result<void> check_step(const StepRecord& step, const Row& row);
    Result<RecordId> apply_step(const StepRecord& step, Row& row);
    Result<RecordId> append_leaf(DocumentId document, RecordId previous, const std::string& leaf);
    Result<void> apply_tasks(DocumentId document, RecordId record, const std::vector<Task>& tasks,
                             std::vector<TaskKey>& stored);
    Result<void> apply_timers(DocumentId document, const std::vector<RunningTimer>& timers,
                              std::vector<TimerKey>& stored);
    Result<void> apply_texts(const StepRecord& step, TextNumber& last_text);
    Result<void> insert_caption(const StepRecord& step, TextNumber title);
    Result<void> apply_publication(const PublicDocument& publication, RecordId record);
    Result<void> erase_publication(DocumentId document);
    Result<void> apply_outbox(const OutboxMessage& message);
    Result<void> promote_outbox(std::uint32_t subscriber, DocumentId document);
    Result<std::uint32_t> upsert(Sql sql, std::uint32_t id,
                                 const std::function<void(Statement&)>& bind);
    Result<void> changed_directory();
    Result<void> sweep_idempotency(Instant newest);

    Connection& connection_;
    Numbering numbering_;
    audit::Frontier frontier_;

    // Of the batch.
    audit::Frontier batch_frontier_;
    std::unordered_map<std::int64_t, std::int64_t> counts_;  // change of queues.tasks
    bool batch_purged_ = false;
    bool savepoints_ = true;
    bool must_repeat_ = false;
    std::optional<Error> fatal_;

    // Of the job.
    audit::Frontier job_frontier_;
    std::vector<std::pair<std::int64_t, std::int64_t>> job_counts_;
    bool job_writes_ = false;
    bool job_purges_ = false;
    std::optional<Error> job_error_;
    struct UnusedKey {
        PersonId actor = 0;
        std::string key;
        std::int64_t hash = 0;
    };
    std::optional<UnusedKey> unused_key_;  // an idempotency key that was looked for in vain
    DocumentId row_id_ = 0;                // whose row `row_` is; 0: nobody's
    Row row_;
    Digest last_leaf_{};  // hash of the leaf appended last

    static constexpr std::int64_t kKeysASweep = 16;
    std::int64_t keys_since_sweep_ = 0;

    // Reused so that a step allocates nothing for them.
    std::string body_, keys_, publication_;
    std::vector<TaskKey> new_tasks_;
    std::vector<TimerKey> new_timers_;
};

}  // namespace gongkai::storage::sqlite
