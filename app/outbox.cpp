#include "app/outbox.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>

#include "app/log.hpp"
#include "app/retry_schedule.hpp"
#include "app/webhook.hpp"

namespace gongkai::app {

namespace {

constexpr std::int64_t kPauseMs = 1'000;  // a retry comes due without any commit
constexpr int kGone = 410;

}  // namespace

Outbox::Outbox(storage::Store& store, Identity& identity, Clock& clock, Randomness& randomness,
               Metrics& metrics, TargetRules rules, OutboxOptions options)
    : store_(store),
      identity_(identity),
      clock_(clock),
      randomness_(randomness),
      metrics_(metrics),
      options_(std::move(options)),
      sender_(std::move(rules), options_.limits) {}

Outbox::~Outbox() {
    stop();
    finish();
}

// ---- taking on

Result<void> Outbox::take_on() {
    // What cannot be written down must not be sent over and over.
    TRY_VOID(store_.writable());
    const auto directory = identity_.directory();
    bool anybody = false;
    for (const storage::Subscriber& subscriber : directory->directory().subscribers) {
        if (!subscriber.active) continue;
        anybody = true;
        TRY_VOID(take_on(subscriber));
    }
    anybody_ = anybody;
    return {};
}

Result<void> Outbox::take_on(const storage::Subscriber& subscriber) {
    auto& busy = busy_[subscriber.id];
    if (busy.size() >= options_.at_once) return {};
    std::vector<storage::OutboxRow> ready;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        // Those that are on their way are among them: as many as there are busy lanes at most.
        TRY(ready, reader.outbox_ready(subscriber.id, clock_.now(), options_.at_once));
        return {};
    };
    TRY_VOID(store_.read(query));
    for (storage::OutboxRow& row : ready) {
        if (busy.size() >= options_.at_once) break;
        if (!busy.insert(row.message.document).second) continue;
        send(subscriber, std::move(row));
    }
    return {};
}

void Outbox::send(const storage::Subscriber& subscriber, storage::OutboxRow row) {
    sending_[row.number] = {{subscriber.id, row.message.document}, row.attempts + 1};
    const std::string id = webhook_id(row.message);
    const std::int64_t timestamp_s = clock_.now().ms / engine::ms_per_second;
    const auto signature =
        webhook_signature(subscriber.secret, id, timestamp_s, row.message.payload);
    if (!signature) {
        judge({row.number, 0, "the signing secret of the subscriber cannot be read"});
        return;
    }
    sender_.send({row.number,
                  subscriber.url,
                  {"Content-Type: application/cloudevents+json; charset=utf-8", "webhook-id: " + id,
                   "webhook-timestamp: " + std::to_string(timestamp_s),
                   "webhook-signature: " + *signature, "Expect:"},  // none: the body is small
                  std::move(row.message.payload)});
}

// ---- outcomes

void Outbox::judge(const WebhookSender::Answer& answer) {
    const auto found = sending_.find(answer.tag);
    if (found == sending_.end()) return;
    Outcome outcome;
    outcome.number = answer.tag;
    outcome.lane = found->second.lane;
    outcome.why = answer.failure;
    const auto pause = retry_pause_ms(found->second.tries, randomness_);
    if (answer.failure.empty()) {
        outcome.fate = Fate::delivered;
    } else if (answer.status == kGone || !pause) {
        outcome.fate = Fate::dead;
    } else {
        outcome.fate = Fate::failed;
        outcome.next_try = clock_.now() + *pause;
    }
    sending_.erase(found);
    outcomes_.push_back(std::move(outcome));
}

// One job for all that is known by now, and one at a time.
Result<void> Outbox::write() {
    if (outcomes_.empty() || !being_written_.empty()) return {};
    const auto batch = std::make_shared<const std::vector<Outcome>>(outcomes_);
    const auto job = [batch](storage::Transaction& transaction) -> Result<void> {
        for (const Outcome& outcome : *batch) {
            const auto book = [&]() -> Result<void> {
                switch (outcome.fate) {
                    case Fate::delivered:
                        return transaction.outbox_delivered(outcome.number);
                    case Fate::failed:
                        return transaction.outbox_failed(outcome.number, outcome.next_try,
                                                         outcome.why);
                    case Fate::dead:
                        return transaction.outbox_dead(outcome.number, outcome.why);
                }
                return {};
            };
            const auto booked = book();
            // Another process may have been quicker; then there is nothing left to say.
            if (!booked && booked.error().code != engine::ErrorCode::not_found)
                return booked.error();
        }
        return {};
    };
    const auto done = [this](Result<void> committed) {
        // With the lock held to the end: whoever waits may destroy this right after.
        const std::lock_guard lock(mutex_);
        committed_ = std::move(committed);
        commit_.notify_all();
        sender_.wake();
    };
    TRY_VOID(store_.submit(job, done));
    being_written_ = std::exchange(outcomes_, {});
    return {};
}

// What became of the job of write(), if that is known.
Result<void> Outbox::written() {
    Result<void> committed;
    {
        const std::lock_guard lock(mutex_);
        if (!committed_) return {};
        committed = std::move(*committed_);
        committed_.reset();
    }
    auto batch = std::exchange(being_written_, {});
    if (!committed) {
        // Its documents stay busy, so that nothing is sent twice meanwhile.
        outcomes_.insert(outcomes_.begin(), std::make_move_iterator(batch.begin()),
                         std::make_move_iterator(batch.end()));
        return committed;
    }
    for (const Outcome& outcome : batch) {
        busy_[outcome.lane.first].erase(outcome.lane.second);
        note(outcome);
    }
    return {};
}

void Outbox::note(const Outcome& outcome) {
    const std::string subscriber = std::to_string(outcome.lane.first);
    if (outcome.fate == Fate::delivered) {
        ++metrics_.outbox_delivered;
        if (failing_.erase(outcome.lane.first) != 0)
            log_event(LogLevel::info, "subscriber_answers", {{"subscriber", subscriber}});
        return;
    }
    ++metrics_.outbox_failed;
    if (failing_.insert(outcome.lane.first).second)
        log_event(LogLevel::warning, "subscriber_fails",
                  {{"subscriber", subscriber}, {"why", outcome.why}});
    if (outcome.fate != Fate::dead) return;
    ++metrics_.outbox_dead;
    log_event(LogLevel::warning, "message_dead",
              {{"message", std::to_string(outcome.number)},
               {"subscriber", subscriber},
               {"document", std::to_string(outcome.lane.second)},
               {"why", outcome.why}});
}

// ---- the road

bool Outbox::idle() const {
    return sending_.empty() && outcomes_.empty() && being_written_.empty();
}

// False where there was nothing to do.
Result<bool> Outbox::turn(bool wait_when_idle) {
    const auto taken = take_on();
    const bool something = !idle();
    for (const auto& answer : sender_.turn(something || wait_when_idle ? kPauseMs : 0))
        judge(answer);
    TRY_VOID(written());
    TRY_VOID(write());
    if (!taken) return taken.error();
    return something;
}

Result<void> Outbox::advance() {
    for (;;) {
        TRY(const bool something, turn(false));
        if (!something) return {};
    }
}

void Outbox::loop() {
    // A receiver that hangs up is an error of that request, not the end of the process.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    bool failing = false;
    while (!stopping_) {
        woken_ = false;
        const auto turned = turn(true);
        if (!turned && !failing)
            log_event(LogLevel::warning, "outbox_waits", {{"why", turned.error().message}});
        failing = !turned;
    }
    finish();
}

void Outbox::finish() {
    using std::chrono::steady_clock;
    const auto end = steady_clock::now() + std::chrono::milliseconds(options_.grace_ms);
    while (!sending_.empty() && steady_clock::now() < end) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        for (const auto& answer : sender_.turn(std::max<std::int64_t>(left.count(), 0)))
            judge(answer);
    }
    sender_.abort();
    for (const auto& [number, sending] : sending_)
        busy_[sending.lane.first].erase(sending.lane.second);
    sending_.clear();
    // What cannot be written down now is sent once more after the next start.
    wait_for_commit();
    if (write()) wait_for_commit();
}

void Outbox::wait_for_commit() {
    if (being_written_.empty()) return;
    {
        std::unique_lock lock(mutex_);
        commit_.wait(lock, [this] { return committed_.has_value(); });
    }
    static_cast<void>(written());
}

void Outbox::start() {
    if (thread_.joinable()) return;
    stopping_ = false;
    thread_ = std::thread([this] { loop(); });
}

void Outbox::stop() {
    stopping_ = true;
    sender_.wake();
    if (thread_.joinable()) thread_.join();
}

void Outbox::wake() {
    if (anybody_ && !woken_.exchange(true)) sender_.wake();
}

}  // namespace gongkai::app
