#include "storage/sqlite/sqlite_store.hpp"

#include <atomic>
#include <mutex>
#include <thread>

#include "storage/job_queue.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/lock_file.hpp"
#include "storage/sqlite/opening.hpp"
#include "storage/sqlite/reader_pool.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

namespace {

constexpr int kWriterCacheKib = 16'384;
constexpr int kReaderCacheKib = 4'096;
constexpr int kPublicCacheKib = 2'048;
// A purge waits so long for a reader that still sees the text before it tries again later.
constexpr int kPurgePatienceMs = 250;
constexpr int kBusyTimeoutMs = 5'000;
constexpr int kCarefulBatches = 16;

OpenOptions read_only(const Options& options, int cache_kib) {
    OpenOptions open;
    open.path = options.path;
    open.vfs = options.vfs;
    open.cache_kib = cache_kib;
    return open;
}

class SqliteStore final : public Store {
  public:
    SqliteStore(Options options, LockFile lock, std::unique_ptr<Connection> writer,
                audit::Frontier frontier, Result<void> extends)
        : options_(std::move(options)),
          lock_(std::move(lock)),
          writer_(std::move(writer)),
          transaction_(std::in_place, *writer_, frontier),
          queue_(options_.queue_limit),
          readers_(read_only(options_, kReaderCacheKib), options_.readers, options_.snapshot_limit,
                   nullptr),
          public_readers_(read_only(options_, kPublicCacheKib), options_.public_readers,
                          options_.snapshot_limit, kPublicTables),
          head_{frontier.size(), frontier.root()},
          extends_(std::move(extends)) {
        thread_ = std::thread([this] { write_until_closed(); });
    }

    ~SqliteStore() override { close(); }

    Result<void> submit(Job job, Done done) override {
        if (!extends_) return extends_.error();
        if (broken_.load(std::memory_order_acquire)) return broken_error();
        return queue_.push(std::move(job), std::move(done));
    }

    Result<void> read(const std::function<Result<void>(Reader&)>& query) override {
        if (broken_.load(std::memory_order_acquire)) return broken_error();
        return readers_.read(query);
    }

    Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) override {
        if (broken_.load(std::memory_order_acquire)) return broken_error();
        return public_readers_.read(query);
    }

    TreeHead head() override {
        const std::lock_guard lock(state_mutex_);
        return head_;
    }

    double pressure() override { return queue_.pressure(); }

    Result<void> writable() override {
        if (!extends_) return extends_.error();
        if (broken_.load(std::memory_order_acquire)) return broken_error();
        const std::lock_guard lock(state_mutex_);
        if (full_) return *full_;
        if (closed_) return Error{ErrorCode::unavailable, "the store is closed"};
        return {};
    }

    void on_commit(std::function<void(const TreeHead&)> observer) override {
        const std::lock_guard lock(state_mutex_);
        observer_ = std::move(observer);
    }

    Result<void> backup(const std::string& path) override {
        if (broken_.load(std::memory_order_acquire)) return broken_error();
        TRY_VOID(copy_checked(read_only(options_, kReaderCacheKib), path));
        return {};
    }

    void close() override {
        {
            const std::lock_guard lock(state_mutex_);
            if (closed_) return;
            closed_ = true;
        }
        queue_.close();
        thread_.join();
        readers_.close();
        public_readers_.close();
        // The last connection empties the WAL and removes it.
        transaction_.reset();
        if (broken_) writer_->leave_wal();
        writer_.reset();
    }

  private:
    using Items = std::vector<JobQueue::Item>;
    using Outcomes = std::vector<Result<void>>;

    void write_until_closed();
    void write_batch(Items& items);
    Result<void> run_job(const Job& job);
    Result<void> run_jobs(Items& items, Outcomes& outcomes);
    Result<void> commit(Items& items, Outcomes& outcomes);
    void publish_head();
    void tell_observer();
    void tend_wal(bool idle);
    void break_down(const Error& error);
    Error broken_error() {
        const std::lock_guard lock(state_mutex_);
        return broken_because_;
    }

    const Options options_;
    LockFile lock_;
    std::unique_ptr<Connection> writer_;
    std::optional<WriterTransaction> transaction_;
    JobQueue queue_;
    ReaderPool<SnapshotReader> readers_;
    ReaderPool<SnapshotPublicReader> public_readers_;

    std::mutex state_mutex_;
    TreeHead head_;
    std::function<void(const TreeHead&)> observer_;
    std::optional<Error> full_;
    Error broken_because_;
    bool closed_ = false;
    std::atomic<bool> broken_ = false;
    const Result<void> extends_;

    // Of the writer's thread.
    int checkpoint_at_ = 0;
    int last_frames_ = 0;
    bool wal_is_copied_ = true;
    bool purge_in_wal_ = false;
    int careful_batches_ = 0;  // how many of the next ones have savepoints
    Outcomes outcomes_;

    std::thread thread_;
};

// ---- the writer's thread
// --------------------------------------------------------------------------

void SqliteStore::write_until_closed() {
    checkpoint_at_ = options_.checkpoint_frames;
    Items items;
    for (;;) {
        switch (queue_.take(items, options_.batch_limit, options_.idle)) {
            case JobQueue::Taken::closed:
                return;
            case JobQueue::Taken::nothing:
                if (!broken_) tend_wal(true);
                break;
            case JobQueue::Taken::items:
                write_batch(items);
                if (!broken_) tend_wal(false);
                break;
        }
    }
}

Result<void> SqliteStore::run_job(const Job& job) {
    transaction_->begin_job();
    Result<void> result;
    try {
        result = job(*transaction_);
    } catch (const std::exception& e) {
        result = Error{ErrorCode::invalid_argument, std::string("a job threw: ") + e.what()};
    } catch (...) {
        result = Error{ErrorCode::invalid_argument, "a job threw"};
    }
    return transaction_->end_job(std::move(result));
}

// Runs all jobs in one transaction, up to its commit. An error: nothing of it can be kept.
Result<void> SqliteStore::run_jobs(Items& items, Outcomes& outcomes) {
    if (broken_) return broken_error();
    bool savepoints = careful_batches_ > 0;
    if (savepoints) --careful_batches_;
    for (;;) {
        outcomes.clear();
        TRY_VOID(transaction_->begin_batch(savepoints));
        for (JobQueue::Item& item : items) {
            outcomes.push_back(run_job(item.job));
            if (transaction_->fatal()) return *transaction_->fatal();
            if (transaction_->must_repeat()) break;
        }
        if (!transaction_->must_repeat()) return {};
        transaction_->abandon_batch();
        // A job alone took only its own writes with it.
        if (items.size() == 1) return transaction_->begin_batch(false);
        // Where one failed after it wrote, more may follow.
        savepoints = true;
        careful_batches_ = kCarefulBatches;
    }
}

Result<void> SqliteStore::commit(Items& items, Outcomes& outcomes) {
    TRY_VOID(run_jobs(items, outcomes));
    if (options_.faults.acknowledge_before_commit) {
        for (std::size_t i = 0; i < items.size(); ++i)
            items[i].done(outcomes[i]);
    }
    auto committed = transaction_->commit_batch();
    if (committed) return committed;
    const ErrorCode code = committed.error().code;
    if (code == ErrorCode::storage_full || code == ErrorCode::unavailable) return committed;
    // Whether the batch is on the disk cannot be known now.
    return Error{ErrorCode::storage_broken, "commit failed: " + committed.error().message};
}

void SqliteStore::write_batch(Items& items) {
    const Result<void> batch = commit(items, outcomes_);
    if (!batch) {
        if (batch.error().code == ErrorCode::storage_broken) {
            break_down(batch.error());
        } else {
            transaction_->abandon_batch();
        }
        outcomes_.assign(items.size(), batch);
    }
    {
        const std::lock_guard lock(state_mutex_);
        full_.reset();
        if (!batch && batch.error().code == ErrorCode::storage_full) full_ = batch.error();
    }
    if (batch) {
        publish_head();
        wal_is_copied_ = false;
        purge_in_wal_ = purge_in_wal_ || transaction_->purged();
        // The text of a purge has left the disk when its job is done.
        if (transaction_->purged()) tend_wal(false);
    }
    const bool told_already = options_.faults.acknowledge_before_commit && batch;
    for (std::size_t i = 0; i < items.size() && !told_already; ++i)
        items[i].done(std::move(outcomes_[i]));
    tell_observer();
}

void SqliteStore::publish_head() {
    const audit::Frontier& frontier = transaction_->frontier();
    const std::lock_guard lock(state_mutex_);
    if (frontier.size() != head_.size) head_ = {frontier.size(), frontier.root()};
}

void SqliteStore::tell_observer() {
    std::function<void(const TreeHead&)> observer;
    TreeHead head;
    {
        const std::lock_guard lock(state_mutex_);
        head = head_;
        observer = observer_;
    }
    if (observer) observer(head);
}

void SqliteStore::tend_wal(bool idle) {
    if (writer_->wal_frames() < last_frames_) checkpoint_at_ = options_.checkpoint_frames;
    last_frames_ = writer_->wal_frames();
    Result<Connection::Checkpointed> done = Connection::Checkpointed{};
    if (purge_in_wal_) {
        writer_->set_busy_timeout(idle ? 0 : kPurgePatienceMs);
        done = writer_->checkpoint(Connection::Checkpoint::truncate);
        writer_->set_busy_timeout(kBusyTimeoutMs);
        if (done && done->complete) {
            purge_in_wal_ = false;
            wal_is_copied_ = true;
        }
    } else if ((idle && !wal_is_copied_) || writer_->wal_frames() >= checkpoint_at_) {
        done = writer_->checkpoint(Connection::Checkpoint::passive);
        wal_is_copied_ = done && done->complete;
        // A WAL that a reader keeps from starting over grows on: not again after each batch.
        checkpoint_at_ = writer_->wal_frames() + options_.checkpoint_frames;
    } else {
        return;
    }
    // A full disk does no harm here: the WAL keeps what could not be copied.
    if (!done && done.error().code == ErrorCode::storage_broken) break_down(done.error());
}

// After a failed write or sync nobody knows what is on the disk, and SQLite would go on as if it
// did.
void SqliteStore::break_down(const Error& error) {
    {
        const std::lock_guard lock(state_mutex_);
        if (broken_) return;
        broken_because_ = {
            ErrorCode::storage_broken,
            "the database can no longer be trusted, stop the process: " + error.message};
        broken_.store(true, std::memory_order_release);
    }
    if (options_.on_broken) options_.on_broken(error);
}

}  // namespace

Result<std::unique_ptr<Store>> open(Options options) {
    LockFile lock;
    if (!options.faults.no_lock_file) {
        TRY(lock, LockFile::take(options.path + ".lock"));
    }
    OpenOptions open;
    open.path = options.path;
    open.vfs = options.vfs;
    open.access = Access::read_write;
    open.create = true;
    open.busy_timeout_ms = kBusyTimeoutMs;
    open.cache_kib = kWriterCacheKib;
    TRY(auto writer, Connection::open(open));
    TRY_VOID(prepare_schema(*writer, options.path, options.faults.wrong_pragma_order));
    if (options.faults.synchronous_normal)
        TRY_VOID(writer->execute("PRAGMA synchronous = NORMAL;"));
    if (options.max_pages != 0)
        TRY_VOID(writer->execute(
            ("PRAGMA max_page_count = " + std::to_string(options.max_pages)).c_str()));
    // After a crash the WAL may be long, and may hold what a purge has erased.
    TRY_VOID(writer->checkpoint(Connection::Checkpoint::truncate));
    TRY(const std::uint64_t size, tree_size(*writer));
    auto frontier = audit::Frontier::load(size, node_reader(*writer));
    Result<void> extends =
        frontier ? check_expected(*writer, size, options.expected) : Result<void>(frontier.error());
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(
        std::move(options), std::move(lock), std::move(writer),
        frontier ? *frontier : audit::Frontier(), std::move(extends)));
}

}  // namespace gongkai::storage::sqlite
