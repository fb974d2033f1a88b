// How near is the store to what SQLite itself can do? The rows that the program writes for the
// story of bench/load/story.hpp, once in a bare loop on SQLite's C interface and once through
// Store::submit(): one commit a step, and in groups of 64.
//
//   bench_raw_store [DOCUMENTS]      default 1280 grouped, a fifth of it one by one
//
// Run it from the top of the source tree (it reads workflows/).
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "bench/load/bare_loop.hpp"
#include "bench/load/recorded_office.hpp"
#include "storage/sqlite/sqlite_store.hpp"

using namespace gongkai;
using namespace gongkai::bench;
using namespace gongkai::storage;
namespace sq = gongkai::storage::sqlite;

namespace {

Usage bare(const std::vector<Written>& written, std::size_t group) {
    const Folder folder;
    BareLoop loop(folder / "bare.db");
    loop.record(written);
    return loop.play(group);
}

// ---- the store
// ------------------------------------------------------------------------------------

engine::Result<void> step_job(Transaction& transaction, const Written& written) {
    const StepRecord& step = written.step;
    if (written.idempotency) {
        const auto& key = *written.idempotency;
        TRY(const auto known, transaction.find_idempotency(key.actor, key.key));
        if (known) return engine::Error{engine::ErrorCode::conflict, "a key came twice"};
    }
    TRY(const auto stored, transaction.find_document(step.after.id));
    if (stored.has_value() == step.created)
        return engine::Error{engine::ErrorCode::conflict, "the workload is out of order"};
    TRY_VOID(transaction.write_step(step));
    if (!written.idempotency) return {};
    return transaction.write_idempotency(*written.idempotency);
}

// `clients` jobs are on their way at any time: each that is done sends the next.
class Clients {
  public:
    Clients(Store& store, const std::vector<Written>& steps) : store_(store), steps_(steps) {}

    Usage run(std::size_t clients) {
        const Stopwatch watch;
        for (std::size_t i = 0; i < clients; ++i)
            send();
        std::unique_lock lock(mutex_);
        all_done_.wait(lock, [this] { return done_ == steps_.size(); });
        return watch.read();
    }

  private:
    void send() {
        const std::size_t at = next_.fetch_add(1);
        if (at >= steps_.size()) return;
        const Written& step = steps_[at];
        must(store_.submit([&step](Transaction& t) { return step_job(t, step); },
                           [this](const engine::Result<void>& result) {
                               must(result);
                               send();
                               const std::lock_guard lock(mutex_);
                               if (++done_ == steps_.size()) all_done_.notify_all();
                           }));
    }

    Store& store_;
    const std::vector<Written>& steps_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;
    std::condition_variable all_done_;
    std::size_t done_ = 0;
};

Usage through_store(const std::vector<Written>& steps, std::size_t clients) {
    const Folder folder;
    sq::Options options;
    options.path = folder / "store.db";
    const auto store = must(sq::open(options));
    const Usage usage = Clients(*store, steps).run(clients);
    store->close();
    return usage;
}

void print(const char* what, std::size_t steps, const Usage& usage) {
    const double n = static_cast<double>(steps);
    std::printf("  %-34s %9.0f steps/s  %7.1f us CPU a step\n", what, n / usage.seconds,
                usage.cpu_seconds * 1e6 / n);
    std::fflush(stdout);
}

// The better of three: what else runs on the machine only ever slows a run down.
template <class Run>
Usage best(const Run& run) {
    Usage best = run();
    for (int i = 0; i < 2; ++i) {
        const Usage again = run();
        if (again.seconds < best.seconds) best = again;
    }
    return best;
}

void compare(const char* title, const std::vector<Written>& steps, std::size_t group) {
    std::printf("%s\n", title);
    const Usage raw = best([&] { return bare(steps, group); });
    print("bare loop on SQLite", steps.size(), raw);
    const Usage ours = best([&] { return through_store(steps, group); });
    print("Store::submit", steps.size(), ours);
    std::printf("  ratio: %.2f of the steps a second, %.2f times the CPU\n\n",
                raw.seconds / ours.seconds, ours.cpu_seconds / raw.cpu_seconds);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t documents = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'280;
    if (documents < 64) {
        std::fprintf(stderr, "usage: bench_raw_store [DOCUMENTS], at least 64\n");
        return 2;
    }
    const std::vector<Written> steps = record_story(documents, 64, true);
    const std::vector<Written> few(steps.begin(),
                                   steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 5));
    compare("one commit a step", few, 1);
    compare("groups of 64", steps, 64);
    return 0;
}
