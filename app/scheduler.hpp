// What happens because time passes: deadlines that ran out, deadlines to be counted again on a new
// calendar, files that nobody attached.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "app/clock.hpp"
#include "app/documents.hpp"
#include "app/metrics.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

class Scheduler {
  public:
    // All must outlive it.
    Scheduler(storage::Store& store, Documents& documents, Clock& clock, Metrics& metrics);
    ~Scheduler();  // stops

    struct Work {
        std::size_t ticked = 0;
        std::size_t recomputed = 0;
        bool more = false;  // there was more than one round takes on
    };
    // One round, on the calling thread, to the end: everything that is due at this moment, at most
    // a few hundred of it. Not from the store's writer thread.
    Result<Work> advance(Instant now);

    // Deadlines are counted again, in the following rounds.
    void recompute_all();
    // Called about once an hour by a round.
    void on_sweep(std::function<void(Instant)> sweep);

    // A thread that advances every second until stop().
    void start();
    void stop();

  private:
    void loop();
    Result<std::size_t> tick(Instant now, bool& more);
    Result<std::size_t> recompute(bool& more);

    storage::Store& store_;
    Documents& documents_;
    Clock& clock_;
    Metrics& metrics_;
    std::function<void(Instant)> sweep_;
    Instant last_sweep_{};

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool recomputing_ = false;
    engine::DocumentId recomputed_up_to_ = 0;
    std::thread thread_;
};

}  // namespace gongkai::app
