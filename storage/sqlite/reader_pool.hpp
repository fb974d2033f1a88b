// Read-only connections, opened as they are needed, lent for one snapshot each.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/sqlite/snapshot_reader.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::storage::sqlite {

// Any thread. `Session` is SnapshotReader or SnapshotPublicReader.
template <class Session>
class ReaderPool {
  public:
    struct Lent {
        std::unique_ptr<Connection> connection;
        std::unique_ptr<Session> session;
    };

    ReaderPool(OpenOptions open, std::size_t most, std::chrono::milliseconds snapshot_limit,
               const ReadableTable* tables)
        : open_(std::move(open)),
          most_(most == 0 ? 1 : most),
          snapshot_limit_(snapshot_limit),
          tables_(tables) {}

    // Runs `query` on a snapshot; waits where all connections are in use.
    template <class Query>
    Result<void> read(const Query& query) {
        TRY(Lent lent, take());
        auto result = on_snapshot(lent, query);
        give_back(std::move(lent));
        return result;
    }

    // Waits for the queries that run, closes all connections, refuses from then on.
    void close() {
        std::unique_lock lock(mutex_);
        closed_ = true;
        returned_.wait(lock, [this] { return lent_ == 0; });
        free_.clear();
    }

  private:
    Result<Lent> take() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return closed_ || !free_.empty() || lent_ < most_; });
        if (closed_) return Error{ErrorCode::unavailable, "the store is closed"};
        ++lent_;
        if (!free_.empty()) {
            Lent lent = std::move(free_.back());
            free_.pop_back();
            return lent;
        }
        lock.unlock();
        auto opened = Connection::open(open_);
        if (!opened) {
            lock.lock();
            --lent_;
            returned_.notify_all();
            return opened.error();
        }
        if (tables_ != nullptr) (*opened)->allow_only(tables_);
        auto session = std::make_unique<Session>(**opened);
        return Lent{std::move(*opened), std::move(session)};
    }

    void give_back(Lent lent) {
        const std::lock_guard lock(mutex_);
        --lent_;
        free_.push_back(std::move(lent));
        returned_.notify_all();
    }

    template <class Query>
    Result<void> on_snapshot(Lent& lent, const Query& query) {
        Connection& connection = *lent.connection;
        const auto end = std::chrono::steady_clock::now() + snapshot_limit_;
        connection.set_deadline([end] { return std::chrono::steady_clock::now() > end; });
        auto result = connection.statement("BEGIN").run();
        if (result) {
            try {
                result = query(*lent.session);
            } catch (const std::exception& e) {
                result =
                    Error{ErrorCode::invalid_argument, std::string("a query threw: ") + e.what()};
            }
        }
        connection.clear_deadline();
        if (connection.in_transaction()) {
            if (auto ended = connection.statement("COMMIT").run(); !ended && result) result = ended;
        }
        return result;
    }

    const OpenOptions open_;
    const std::size_t most_;
    const std::chrono::milliseconds snapshot_limit_;
    const ReadableTable* const tables_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<Lent> free_;
    std::size_t lent_ = 0;
    bool closed_ = false;
};

}  // namespace gongkai::storage::sqlite
