#include "storage/job_queue.hpp"

#include <iterator>

namespace gongkai::storage {

Result<void> JobQueue::push(Job job, Done done) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return engine::Error{engine::ErrorCode::unavailable, "the store is closing"};
        if (items_.size() >= limit_)
            return engine::Error{engine::ErrorCode::unavailable, "the store's queue is full"};
        items_.push_back({std::move(job), std::move(done)});
        wake = waiting_;
        waiting_ = false;
    }
    // While the writer is at work it will look by itself.
    if (wake) came_.notify_one();
    return {};
}

double JobQueue::pressure() {
    const std::lock_guard lock(mutex_);
    return limit_ == 0 ? 1.0 : static_cast<double>(items_.size()) / static_cast<double>(limit_);
}

void JobQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    came_.notify_all();
}

JobQueue::Taken JobQueue::take(std::vector<Item>& out, std::size_t most,
                               std::chrono::milliseconds patience) {
    out.clear();
    std::unique_lock lock(mutex_);
    if (items_.empty() && !closed_) {
        waiting_ = true;
        came_.wait_for(lock, patience, [this] { return !items_.empty() || closed_; });
        waiting_ = false;
    }
    if (items_.empty()) return closed_ ? Taken::closed : Taken::nothing;
    if (items_.size() <= most) {
        out.swap(items_);
        return Taken::items;
    }
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(most);
    out.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
    items_.erase(items_.begin(), end);
    return Taken::items;
}

}  // namespace gongkai::storage
