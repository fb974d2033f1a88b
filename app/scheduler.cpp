#include "app/scheduler.hpp"

#include <algorithm>
#include <chrono>

#include "app/log.hpp"
#include "engine/timers.hpp"

namespace gongkai::app {

namespace {

constexpr std::size_t kRound = 256;  // deadlines taken on at once: one group commit
constexpr std::int64_t kStuckMs = engine::ms_per_hour;
constexpr std::int64_t kSweepMs = 60 * engine::ms_per_second;
constexpr std::chrono::milliseconds kPause{1'000};

}  // namespace

Scheduler::Scheduler(storage::Store& store, Documents& documents, Flows& flows,
                     Calendars& calendars, Clock& clock, Metrics& metrics)
    : store_(store),
      documents_(documents),
      flows_(flows),
      calendars_(calendars),
      clock_(clock),
      metrics_(metrics) {}

Scheduler::~Scheduler() {
    stop();
}

void Scheduler::on_sweep(std::function<void(Instant)> sweep) {
    sweep_ = std::move(sweep);
}

void Scheduler::on_duties(std::function<std::size_t(Instant)> duties) {
    duties_ = std::move(duties);
}

void Scheduler::recompute_all() {
    const std::lock_guard lock(mutex_);
    recompute_before_ = ~engine::DocumentId{0};
    wake_.notify_all();
}

std::size_t Scheduler::carry_out(std::vector<std::pair<engine::DocumentId, Input>> inputs,
                                 std::vector<std::size_t>* refused) {
    struct Gathered {
        std::mutex mutex;
        std::condition_variable done;
        std::vector<Outcome> outcomes;
        std::size_t open = 0;
    };
    const auto gathered = std::make_shared<Gathered>();
    gathered->outcomes.resize(inputs.size());
    gathered->open = inputs.size();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        documents_.submit_scheduled(inputs[i].first, std::move(inputs[i].second),
                                    [gathered, i](Outcome outcome) {
                                        const std::lock_guard lock(gathered->mutex);
                                        gathered->outcomes[i] = std::move(outcome);
                                        if (--gathered->open == 0) gathered->done.notify_all();
                                    });
    }
    std::unique_lock lock(gathered->mutex);
    gathered->done.wait(lock, [&] { return gathered->open == 0; });
    std::size_t carried_out = 0;
    for (std::size_t i = 0; i < gathered->outcomes.size(); ++i) {
        const Outcome& outcome = gathered->outcomes[i];
        carried_out += std::holds_alternative<Done>(outcome) ? 1 : 0;
        const auto* no = std::get_if<Refused>(&outcome);
        // Somebody was quicker than the clock: nothing to come back to.
        if (no == nullptr || no->refusal.reason == engine::Reason::not_due) continue;
        if (refused != nullptr) refused->push_back(i);
    }
    return carried_out;
}

Result<std::size_t> Scheduler::tick(Instant now, bool& more) {
    std::erase_if(stuck_, [&](const auto& entry) { return now >= entry.second; });
    std::vector<std::pair<engine::DocumentId, storage::RunningTimer>> due;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(due, reader.due_timers(now, kRound + stuck_.size()));
        return {};
    };
    TRY_VOID(store_.read(query));
    std::vector<std::pair<engine::DocumentId, Input>> inputs;
    std::vector<DueTimer> asked;
    for (const auto& [document, timer] : due) {
        DueTimer key{document, timer.name};
        if (stuck_.count(key) != 0) continue;
        inputs.emplace_back(document, input::Tick{timer.name});
        asked.push_back(std::move(key));
    }
    more = inputs.size() >= kRound;
    if (inputs.empty()) return std::size_t{0};
    std::vector<std::size_t> refused;
    const std::size_t ticked = carry_out(std::move(inputs), &refused);
    for (const std::size_t i : refused) {
        stuck_[asked[i]] = now + kStuckMs;
        log_event(LogLevel::warning, "deadline_refused",
                  {{"document", std::to_string(asked[i].first)}, {"timer", asked[i].second}});
    }
    metrics_.ticks += ticked;
    return ticked;
}

bool Scheduler::differs(const engine::Document& document, const NamedCalendar& calendar) const {
    if (document.purged) return false;
    const auto flow = flows_.by_digest(document.definition);
    if (!flow) return false;
    return !engine::moved_timers((*flow)->definition, document, calendar.calendar).empty();
}

Result<std::size_t> Scheduler::recompute(bool& more) {
    storage::DocumentFilter filter;
    {
        const std::lock_guard lock(mutex_);
        if (!recompute_before_) return std::size_t{0};
        filter.before = *recompute_before_;
    }
    filter.limit = kRound;
    const auto calendar = calendars_.current();
    filter.matches = [&](const engine::Document& document) { return differs(document, *calendar); };
    storage::DocumentPage page;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(page, reader.documents(filter));
        return {};
    };
    TRY_VOID(store_.read(query));
    std::vector<std::pair<engine::DocumentId, Input>> inputs;
    for (const storage::DocumentRow& row : page.rows)
        inputs.emplace_back(row.document.id, input::Recompute{});
    const std::size_t recomputed = inputs.empty() ? 0 : carry_out(std::move(inputs), nullptr);
    metrics_.recomputed += recomputed;
    const std::lock_guard lock(mutex_);
    // Another calendar may have come in between: then it starts over.
    if (recompute_before_ == filter.before) recompute_before_ = page.next;
    more = more || recompute_before_.has_value();
    return recomputed;
}

Result<Scheduler::Work> Scheduler::advance(Instant now) {
    const std::lock_guard one(round_);
    Work work;
    // Where nothing can be written the deadlines wait.
    TRY_VOID(store_.writable());
    TRY(work.ticked, tick(now, work.more));
    TRY(work.recomputed, recompute(work.more));
    if (duties_) work.opened = duties_(now);
    if (sweep_ && (!swept_ || now - *swept_ >= kSweepMs || now < *swept_)) {
        swept_ = now;
        sweep_(now);
    }
    return work;
}

void Scheduler::start() {
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) return;
    stopping_ = false;
    thread_ = std::thread([this] { loop(); });
}

void Scheduler::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void Scheduler::loop() {
    bool failing = false;
    for (;;) {
        const auto work = advance(clock_.now());
        if (!work && !failing)
            log_event(LogLevel::warning, "scheduler_waits", {{"why", work.error().message}});
        failing = !work;
        std::unique_lock lock(mutex_);
        const bool at_once = work && work->more;
        if (!at_once) wake_.wait_for(lock, kPause, [&] { return stopping_; });
        if (stopping_) return;
    }
}

}  // namespace gongkai::app
