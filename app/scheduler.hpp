// What happens because time passes: duties that fall due, deadlines that ran out, deadlines to be
// counted again on a new calendar, files that nobody attached.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/calendars.hpp"
#include "app/clock.hpp"
#include "app/documents.hpp"
#include "app/flow.hpp"
#include "app/metrics.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

class Scheduler {
  public:
    // All must outlive it.
    Scheduler(storage::Store& store, Documents& documents, Flows& flows, Calendars& calendars,
              Clock& clock, Metrics& metrics);
    ~Scheduler();  // stops

    struct Work {
        std::size_t ticked = 0;
        std::size_t recomputed = 0;
        std::size_t opened = 0;  // documents of duties
        bool more = false;       // there was more than one round takes on
    };
    // One round, on the calling thread, to the end: what is due at this moment, at most a few
    // hundred of it, and a part of recompute_all(). Not from the store's writer thread.
    Result<Work> advance(Instant now);

    // Every running deadline that comes out differently on the present calendar is counted again
    // in the following rounds. Once at each start, and when the calendar was replaced: a notice
    // also moves deadlines that were not provisional (the last days of December before its year).
    void recompute_all();
    // Called by a round once a minute: for what is to be swept.
    void on_sweep(std::function<void(Instant)> sweep);

    // Called by every round: opens what is due and says how much.
    void on_duties(std::function<std::size_t(Instant)> duties);

    // A thread that advances every second until stop().
    void start();
    void stop();

  private:
    using DueTimer = std::pair<engine::DocumentId, std::string>;
    void loop();
    Result<std::size_t> tick(Instant now, bool& more);
    Result<std::size_t> recompute(bool& more);
    bool differs(const engine::Document& document, const NamedCalendar& calendar) const;
    // How many were carried out; the positions of what a rule refused are added to `refused`.
    std::size_t carry_out(std::vector<std::pair<engine::DocumentId, Input>> inputs,
                          std::vector<std::size_t>* refused);

    storage::Store& store_;
    Documents& documents_;
    Flows& flows_;
    Calendars& calendars_;
    Clock& clock_;
    Metrics& metrics_;
    std::function<void(Instant)> sweep_;
    std::function<std::size_t(Instant)> duties_;
    std::optional<Instant> swept_;
    // Deadlines that a rule does not let run out, with the moment of the next try: they must not
    // keep those behind them from their turn.
    std::map<DueTimer, Instant> stuck_;

    std::mutex round_;  // one round at a time
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::optional<engine::DocumentId> recompute_before_;  // where the search goes on
    std::thread thread_;
};

}  // namespace gongkai::app
