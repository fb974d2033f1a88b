// The whole program `gongkai` with one mistake in it, so that the crash tests can show that they
// find it. The product has no switch for this: the linker leads two of its calls through this file
// (--wrap, see tests/CMakeLists.txt). GONGKAI_MISTAKE names the mistake:
//
//   early_acknowledgement   "done" is said before the commit
//   two_transactions        the idempotency key is written after the step it belongs to, by itself
//   late_file               an upload is acknowledged before its file is in its place
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>

#include "app/file_shelf.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "tests/crash/faulty/two_transactions.hpp"

namespace gongkai::crash {

namespace fs = std::filesystem;
using engine::Result;
using StorePointer = std::unique_ptr<storage::Store>;

#define OPEN "_ZN7gongkai7storage6sqlite4openENS1_7OptionsE"
#define PUT "_ZNK7gongkai3app9FileShelf3putERKNSt10filesystem7__cxx114pathERKSt5arrayIhLm32EEm"

Result<StorePointer> real_open(storage::sqlite::Options options) asm("__real_" OPEN);
Result<StorePointer> planted_open(storage::sqlite::Options options) asm("__wrap_" OPEN);
Result<void> real_put(const app::FileShelf* shelf, const fs::path& spooled,
                      const engine::Digest& digest, std::uint64_t size) asm("__real_" PUT);
Result<void> planted_put(const app::FileShelf* shelf, const fs::path& spooled,
                         const engine::Digest& digest, std::uint64_t size) asm("__wrap_" PUT);

namespace {

bool planted(std::string_view mistake) {
    const char* named = std::getenv("GONGKAI_MISTAKE");
    return named != nullptr && mistake == named;
}

struct Late {
    const app::FileShelf* shelf;
    fs::path bytes;
    engine::Digest digest;
    std::uint64_t size;
};

}  // namespace

Result<StorePointer> planted_open(storage::sqlite::Options options) {
    options.faults.acknowledge_before_commit = planted("early_acknowledgement");
    TRY(auto store, real_open(std::move(options)));
    if (planted("two_transactions")) store = in_two_transactions(std::move(store));
    return store;
}

// A file comes to its place when the next one is handed in.
Result<void> planted_put(const app::FileShelf* shelf, const fs::path& spooled,
                         const engine::Digest& digest, std::uint64_t size) {
    if (!planted("late_file")) return real_put(shelf, spooled, digest, size);
    static std::mutex mutex;
    static std::optional<Late> late;
    const std::lock_guard lock(mutex);
    if (late) TRY_VOID(real_put(late->shelf, late->bytes, late->digest, late->size));
    late = Late{shelf, spooled.string() + ".late", digest, size};
    fs::rename(spooled, late->bytes);
    return {};
}

}  // namespace gongkai::crash
