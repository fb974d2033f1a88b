// Delivers the messages of the outbox: what other systems are told of every step.
//
// Order. Of one document and subscriber one message is on its way at a time, the oldest; the next
// is sent after the outcome of that one is committed. Different documents go side by side, up to
// `at_once` for each subscriber, so that one that is slow holds up nobody else.
//
// At least once. A message leaves the outbox only when it was answered with 2xx and that was
// committed. Whatever is lost before (the answer, the process) is sent again, with the same
// webhook-id. Everything but 2xx is a failure: sent again by app/retry_schedule.hpp, then a dead
// letter, which stands aside and can be replayed. 410 Gone is a dead letter at once.
//
// Messages of a subscriber that was stopped wait until it is resumed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/clock.hpp"
#include "app/identity.hpp"
#include "app/metrics.hpp"
#include "app/webhook_sender.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct OutboxOptions {
    bool thread = true;                        // deliver as messages come; else by advance() only
    std::vector<std::string> allowed_targets;  // app/target_rules.hpp; none: nothing is sent
    SenderLimits limits;
    std::size_t at_once = 8;        // messages on their way to one subscriber
    std::int64_t grace_ms = 2'000;  // for what is on its way when it stops
};

class Outbox {
  public:
    // All must outlive it.
    Outbox(storage::Store& store, Identity& identity, Clock& clock, Randomness& randomness,
           Metrics& metrics, TargetRules rules, OutboxOptions options);
    ~Outbox();  // stops

    // Everything that is ready at this moment, and what becomes ready by that, to the end. On the
    // calling thread; not while the thread runs, and not from the store's writer thread.
    Result<void> advance();

    void start();
    // Gives what is on its way a moment to be answered, then gives it up: it is sent again after
    // the next start. Before the store is closed.
    void stop();
    // A commit may have brought messages. Any thread; quick.
    void wake();

  private:
    using Lane = std::pair<std::uint32_t, engine::DocumentId>;  // subscriber, document
    struct Sending {
        Lane lane;
        std::uint32_t tries = 0;  // with this one
    };
    enum class Fate { delivered, failed, dead };
    struct Outcome {
        std::uint64_t number = 0;
        Lane lane;
        Fate fate = Fate::failed;
        Instant next_try{};
        std::string why;
    };

    void loop();
    bool idle() const;
    Result<bool> turn(bool wait_when_idle);
    Result<void> take_on();
    Result<void> take_on(const storage::Subscriber& subscriber);
    void send(const storage::Subscriber& subscriber, storage::OutboxRow row);
    void judge(const WebhookSender::Answer& answer);
    Result<void> write();
    Result<void> written();
    void note(const Outcome& outcome);
    void wait_for_commit();
    void finish();

    storage::Store& store_;
    Identity& identity_;
    Clock& clock_;
    Randomness& randomness_;
    Metrics& metrics_;
    OutboxOptions options_;
    WebhookSender sender_;

    // Of the delivering thread alone.
    std::map<std::uint64_t, Sending> sending_;                    // by number of the message
    std::map<std::uint32_t, std::set<engine::DocumentId>> busy_;  // on the way or not committed yet
    std::vector<Outcome> outcomes_;                               // to be written
    std::vector<Outcome> being_written_;
    std::set<std::uint32_t> failing_;  // subscribers whose last message was not taken

    std::atomic<bool> woken_{true};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> anybody_{true};  // whether there was a subscriber at the last look
    std::mutex mutex_;                 // of the next
    std::condition_variable commit_;
    std::optional<Result<void>> committed_;
    std::thread thread_;
};

}  // namespace gongkai::app
