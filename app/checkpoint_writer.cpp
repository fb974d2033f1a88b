#include "app/checkpoint_writer.hpp"

#include <chrono>

#include "app/log.hpp"

namespace gongkai::app {

CheckpointWriter::CheckpointWriter(storage::audit::CheckpointFolder folder,
                                   storage::audit::SigningKey key, std::uint64_t signed_size,
                                   std::int64_t interval_ms, Metrics& metrics)
    : folder_(std::move(folder)),
      key_(std::move(key)),
      interval_ms_(interval_ms),
      metrics_(metrics),
      signed_size_(signed_size) {}

CheckpointWriter::~CheckpointWriter() {
    if (thread_.joinable()) static_cast<void>(stop());
}

void CheckpointWriter::start() {
    thread_ = std::thread([this] { loop(); });
}

void CheckpointWriter::committed(const storage::TreeHead& head) {
    const std::lock_guard lock(mutex_);
    newest_ = head;
    wake_.notify_one();
}

engine::Result<void> CheckpointWriter::sign_now() {
    const std::lock_guard one(signing_);
    storage::TreeHead head;
    {
        const std::lock_guard lock(mutex_);
        if (newest_.size <= signed_size_) return {};
        head = newest_;
    }
    const auto sign = [&]() -> engine::Result<void> {
        TRY(const std::string note, storage::audit::sign_checkpoint(head.size, head.root, key_));
        return folder_.add(note);
    };
    if (auto added = sign(); !added) {
        ++metrics_.checkpoint_failures;
        log_event(LogLevel::error, "checkpoint_failed", {{"why", added.error().message}});
        return added;
    }
    ++metrics_.checkpoints;
    const std::lock_guard lock(mutex_);
    signed_size_ = head.size;
    return {};
}

std::uint64_t CheckpointWriter::signed_size() const {
    const std::lock_guard lock(mutex_);
    return signed_size_;
}

engine::Result<void> CheckpointWriter::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    return sign_now();
}

void CheckpointWriter::loop() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || newest_.size > signed_size_; });
            if (stopping_) return;
        }
        // A failure was logged; the next round tries again.
        static_cast<void>(sign_now());
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_), [&] { return stopping_; });
        if (stopping_) return;
    }
}

}  // namespace gongkai::app
