#include "tests/crash/store_workload.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>

#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "tests/crash/power_cut_vfs.hpp"
#include "tests/crash/store_plan.hpp"

namespace gongkai::crash {
namespace {

using storage::Result;
using storage::Store;

// Gives the store jobs so that they are one batch: a job of its own holds the writer's thread while
// they are submitted. The answers are counted; a store with a planted mistake may give two.
class Batch {
  public:
    explicit Batch(Store& store) : store_{store}, shared_{std::make_shared<Shared>()} {}

    // Returns when the store has done with the jobs; how many of them it answered with success.
    std::size_t run(const std::vector<PlannedJob>& jobs) {
        if (!hold()) return 0;
        std::size_t submitted = 0;
        for (const PlannedJob& job : jobs) {
            const auto taken = store_.submit(
                [&job](storage::Transaction& transaction) { return write_job(transaction, job); },
                [shared = shared_](const Result<void>& result) {
                    const std::lock_guard lock(shared->mutex);
                    ++shared->answers;
                    if (result) ++shared->successes;
                    shared->changed.notify_all();
                });
            if (taken) ++submitted;
        }
        {
            std::unique_lock lock(shared_->mutex);
            shared_->released = true;
            shared_->changed.notify_all();
            shared_->changed.wait(lock, [&] { return shared_->answers >= submitted; });
        }
        // The answer to a later batch: this one is committed or given up, and the WAL was tended.
        (void)store_.run([](storage::Transaction&) { return Result<void>(); });
        const std::lock_guard lock(shared_->mutex);
        return shared_->successes;
    }

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        bool held = false;
        bool released = false;
        bool answered = false;
        std::size_t answers = 0;
        std::size_t successes = 0;
    };

    bool hold() {
        const auto taken = store_.submit(
            [this](storage::Transaction&) -> Result<void> {
                std::unique_lock lock(shared_->mutex);
                shared_->held = true;
                shared_->changed.notify_all();
                shared_->changed.wait(lock, [this] { return shared_->released; });
                return {};
            },
            [shared = shared_](const Result<void>&) {
                const std::lock_guard lock(shared->mutex);
                shared->answered = true;
                shared->changed.notify_all();
            });
        if (!taken) return false;
        std::unique_lock lock(shared_->mutex);
        shared_->changed.wait(lock, [this] { return shared_->held || shared_->answered; });
        return shared_->held;
    }

    Store& store_;
    std::shared_ptr<Shared> shared_;
};

class Harness {
  public:
    Harness(std::uint64_t seed, Directory directory, Mistake mistake)
        : seed_{seed},
          mistake_{mistake},
          random_{seed},
          disk_{seed, directory},
          vfs_{fmt::format("power_cut_store_{}", seed), disk_} {}

    Tally run(int cuts) {
        while (tally_.cuts < cuts) {
            // A new database now and then: its first moments are the most dangerous ones.
            fresh_ = harmed_ || tally_.cuts % 8 == 0;
            if (fresh_) start_anew();
            live();
            disk_.restart();
            ++tally_.cuts;
        }
        if (!harmed_) recover();
        return tally_;
    }

  private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    void start_anew() {
        disk_.load({});
        plan_ = std::make_unique<Plan>(seed_ + static_cast<std::uint64_t>(tally_.cuts));
        oracle_ = storage::memory::open();
        batch_.clear();
        acknowledged_ = certain_ = 0;
        harmed_ = false;
    }

    std::unique_ptr<Store> open() {
        storage::sqlite::Options options;
        options.path = "/gongkai.db";
        options.vfs = vfs_.name();
        options.readers = 1;
        options.public_readers = 1;
        options.idle = std::chrono::hours(1);
        options.checkpoint_frames = static_cast<int>(4 + below(80));
        options.faults.no_lock_file = true;
        options.faults.synchronous_normal = mistake_ == Mistake::synchronous_normal;
        options.faults.acknowledge_before_commit = mistake_ == Mistake::early_acknowledgement;
        options.faults.wrong_pragma_order = mistake_ == Mistake::wrong_pragma_order;
        auto store = storage::sqlite::open(std::move(options));
        if (store) return std::move(store).value();
        if (disk_.is_on()) harm(tally_.broken, store.error().message);
        return nullptr;
    }

    // One life of the server: recovers, and works until the power goes.
    void live() {
        const std::uint64_t operations = 1 + below(fresh_ ? 250 : 220);
        // One recovery in four is itself cut off, or the work soon after it.
        const bool at_once = fresh_ || below(4) == 0;
        if (at_once) disk_.cut_after(operations);
        auto store = recover();
        if (!at_once) disk_.cut_after(operations);
        while (store && disk_.is_on()) {
            for (std::uint64_t i = 1 + below(30); i > 0 && work(*store); --i) {
            }
            // Now and then the server is stopped and started in good order.
            store.reset();
            if (disk_.is_on()) store = open();
        }
        store.reset();
    }

    // A group commit of one to six jobs. False: the power is off.
    bool work(Store& store) {
        before_ = plan_->documents;
        batch_.clear();
        for (std::uint64_t i = 1 + below(6); i > 0; --i)
            batch_.push_back(plan_->next());
        const std::size_t successes = Batch(store).run(batch_);
        if (successes > 0) {
            tally_.acknowledged += successes;
            acknowledged_ = certain_ + records_of(batch_);
        }
        if (!disk_.is_on()) return false;
        settle(true);
        return true;
    }

    static std::uint64_t records_of(const std::vector<PlannedJob>& jobs) {
        std::uint64_t out = 0;
        for (const PlannedJob& job : jobs)
            out += job.kind == JobKind::failing ? 0 : 1;
        return out;
    }

    // The last batch was committed, or it was not.
    void settle(bool committed) {
        if (committed) {
            for (const PlannedJob& job : batch_) {
                (void)oracle_->run([&job](storage::Transaction& transaction) {
                    return write_job(transaction, job);
                });
            }
            certain_ += records_of(batch_);
        } else if (!batch_.empty()) {
            plan_->documents = before_;
        }
        batch_.clear();
        acknowledged_ = certain_;
    }

    // Opens what the cut has left and compares it. nullptr: the power went again, or harm was
    // found.
    std::unique_ptr<Store> recover() {
        auto store = open();
        if (!store) return nullptr;
        const std::uint64_t size = store->head().size;
        const std::uint64_t whole = certain_ + records_of(batch_);
        if (size < acknowledged_) return harm(tally_.lost, fmt::format("{} records", size));
        if (size != certain_ && size != whole) {
            return harm(tally_.disagreed, fmt::format("half a batch: {} records", size));
        }
        if (!batch_.empty()) settle(size == whole);
        const std::uint64_t end = plan_->documents.jobs;
        const std::uint64_t first = end > 12 ? end - 12 : 0;
        const auto seen = photograph(*store, first, end + 6);
        if (!disk_.is_on()) return nullptr;
        if (!seen) return harm(tally_.broken, seen.error().message);
        const auto expected = photograph(*oracle_, first, end + 6).value();
        if (*seen != expected) {
            const auto at =
                std::mismatch(seen->begin(), seen->end(), expected.begin(), expected.end());
            const auto line = [](const std::string& text, std::string::const_iterator where) {
                const auto offset = static_cast<std::size_t>(where - text.begin());
                const std::size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
                return text.substr(begin, text.find('\n', offset) - begin);
            };
            return harm(tally_.disagreed, fmt::format("'{}' instead of '{}'", line(*seen, at.first),
                                                      line(expected, at.second)));
        }
        return store;
    }

    // The next life begins with an empty disk.
    std::nullptr_t harm(int& count, const std::string& what) {
        ++count;
        harmed_ = true;
        if (tally_.first.empty()) {
            tally_.first =
                fmt::format("seed {}, cut {}: {}; {} records acknowledged, {} asked for", seed_,
                            tally_.cuts, what, acknowledged_, certain_ + records_of(batch_));
        }
        return nullptr;
    }

    std::uint64_t seed_;
    Mistake mistake_;
    std::mt19937_64 random_;
    Disk disk_;
    PowerCutVfs vfs_;
    Tally tally_;

    std::unique_ptr<Plan> plan_;
    std::unique_ptr<Store> oracle_;   // was given all jobs that are certain to be committed
    Plan::Documents before_;          // the last batch
    std::vector<PlannedJob> batch_;   // under way, or cut off in the middle
    std::uint64_t certain_ = 0;       // records that the oracle holds
    std::uint64_t acknowledged_ = 0;  // records that somebody was told of
    bool fresh_ = false;
    bool harmed_ = false;
};

}  // namespace

Tally cut_store(std::uint64_t seed, Directory directory, Mistake mistake, int cuts) {
    return Harness(seed, directory, mistake).run(cuts);
}

}  // namespace gongkai::crash
