// Signs what was committed: a checkpoint after a commit, at most one in an interval, and one at
// the end. On a thread of its own, because each is made durable.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "app/metrics.hpp"
#include "engine/result.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

class CheckpointWriter {
  public:
    // `signed_size`: leaves under the last checkpoint that there is already. Metrics must outlive
    // it.
    CheckpointWriter(storage::audit::CheckpointFolder folder, storage::audit::SigningKey key,
                     std::uint64_t signed_size, std::int64_t interval_ms, Metrics& metrics);
    ~CheckpointWriter();  // stops

    void start();
    // A commit was made durable. Any thread; quick.
    void committed(const storage::TreeHead& head);
    // Signs the newest head now, if it is not signed yet.
    engine::Result<void> sign_now();
    // Signs the newest head and ends the thread. Errors are those of the last signature.
    engine::Result<void> stop();

    std::uint64_t signed_size() const;
    const storage::audit::CheckpointFolder& folder() const { return folder_; }

  private:
    void loop();

    storage::audit::CheckpointFolder folder_;
    storage::audit::SigningKey key_;
    std::int64_t interval_ms_;
    Metrics& metrics_;

    std::mutex signing_;  // one signature at a time
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    storage::TreeHead newest_;
    std::uint64_t signed_size_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace gongkai::app
