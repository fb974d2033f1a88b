#include "storage/store.hpp"

#include <condition_variable>
#include <mutex>

namespace gongkai::storage {

Result<void> Store::run(Job job) {
    struct Wait {
        std::mutex mutex;
        std::condition_variable done;
        std::optional<Result<void>> result;
    };
    // Shared: `done` may still be on its way out of notify_one() when the waiter goes on.
    const auto wait = std::make_shared<Wait>();
    TRY_VOID(submit(std::move(job), [wait](Result<void> result) {
        const std::lock_guard lock(wait->mutex);
        wait->result.emplace(std::move(result));
        wait->done.notify_one();
    }));
    std::unique_lock lock(wait->mutex);
    wait->done.wait(lock, [&wait] { return wait->result.has_value(); });
    return *wait->result;
}

}  // namespace gongkai::storage
