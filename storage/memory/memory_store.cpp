#include "storage/memory/memory_store.hpp"

#include <mutex>
#include <thread>

#include "storage/job_queue.hpp"
#include "storage/memory/state.hpp"

namespace gongkai::storage::memory {

using engine::Error;
using engine::ErrorCode;

namespace {

class MemoryStore final : public Store {
  public:
    explicit MemoryStore(std::size_t queue_limit)
        : state_(std::make_shared<const State>()), queue_(queue_limit) {
        thread_ = std::thread([this] { write_until_closed(); });
    }
    ~MemoryStore() override { close(); }

    Result<void> submit(Job job, Done done) override {
        return queue_.push(std::move(job), std::move(done));
    }

    Result<void> read(const std::function<Result<void>(Reader&)>& query) override {
        return on_snapshot([&query](MemoryReader& reader) { return query(reader); });
    }
    Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) override {
        return on_snapshot([&query](MemoryReader& reader) { return query(reader); });
    }

    TreeHead head() override {
        const auto state = snapshot();
        return {state->frontier.size(), state->frontier.root()};
    }
    double pressure() override { return queue_.pressure(); }
    Result<void> writable() override {
        const std::lock_guard lock(mutex_);
        if (closed_) return Error{ErrorCode::unavailable, "the store is closed"};
        return {};
    }
    void on_commit(std::function<void(const TreeHead&)> observer) override {
        const std::lock_guard lock(mutex_);
        observer_ = std::move(observer);
    }
    Result<void> backup(const std::string&) override {
        return Error{ErrorCode::invalid_argument, "a store in memory has nothing to back up"};
    }
    void close() override {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return;
            closed_ = true;
        }
        queue_.close();
        thread_.join();
    }

  private:
    std::shared_ptr<const State> snapshot() {
        const std::lock_guard lock(mutex_);
        return state_;
    }

    template <class Query>
    Result<void> on_snapshot(const Query& query) {
        TRY_VOID(writable());
        const auto state = snapshot();
        MemoryReader reader(*state);
        try {
            return query(reader);
        } catch (const std::exception& e) {
            return Error{ErrorCode::invalid_argument, std::string("a query threw: ") + e.what()};
        }
    }

    void write_until_closed() {
        std::vector<JobQueue::Item> items;
        for (;;) {
            const auto taken = queue_.take(items, 256, std::chrono::milliseconds(1'000));
            if (taken == JobQueue::Taken::closed) return;
            if (taken == JobQueue::Taken::items) write_batch(items);
        }
    }

    void write_batch(std::vector<JobQueue::Item>& items) {
        std::vector<Result<void>> outcomes;
        std::shared_ptr<const State> now = snapshot();
        for (JobQueue::Item& item : items) {
            auto next = std::make_shared<State>(*now);
            MemoryTransaction transaction(*next);
            Result<void> result;
            try {
                result = item.job(transaction);
            } catch (const std::exception& e) {
                result =
                    Error{ErrorCode::invalid_argument, std::string("a job threw: ") + e.what()};
            } catch (...) {
                result = Error{ErrorCode::invalid_argument, "a job threw"};
            }
            if (result) now = std::move(next);
            outcomes.push_back(std::move(result));
        }
        std::function<void(const TreeHead&)> observer;
        {
            const std::lock_guard lock(mutex_);
            state_ = now;
            observer = observer_;
        }
        for (std::size_t i = 0; i < items.size(); ++i)
            items[i].done(std::move(outcomes[i]));
        if (observer) observer({now->frontier.size(), now->frontier.root()});
    }

    std::mutex mutex_;
    std::shared_ptr<const State> state_;
    std::function<void(const TreeHead&)> observer_;
    bool closed_ = false;
    JobQueue queue_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Store> open(std::size_t queue_limit) {
    return std::make_unique<MemoryStore>(queue_limit);
}

}  // namespace gongkai::storage::memory
