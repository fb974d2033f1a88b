// The bounded queue between those who submit jobs and the one thread that runs them. The writer
// takes all that waits at once: under load the batches grow by themselves, and a lone job waits for
// nobody.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "storage/store.hpp"

namespace gongkai::storage {

class JobQueue {
  public:
    struct Item {
        Job job;
        Done done;
    };

    explicit JobQueue(std::size_t limit) : limit_(limit) {
        items_.reserve(limit < 512 ? limit : 512);
    }

    // Any thread. unavailable where the queue is full or closed.
    Result<void> push(Job job, Done done);
    // Fill, 0 .. 1. Any thread.
    double pressure();
    // Nothing more is taken on; what waits is still handed out.
    void close();

    enum class Taken { items, nothing, closed };
    // The writer's thread: moves up to `most` items into `out` (cleared first). nothing: none came
    // within `patience`. closed: closed and empty, now and for ever.
    Taken take(std::vector<Item>& out, std::size_t most, std::chrono::milliseconds patience);

  private:
    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Item> items_;
    bool closed_ = false;
    bool waiting_ = false;
};

}  // namespace gongkai::storage
