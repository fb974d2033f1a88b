// The Store on one SQLite database in WAL mode.
//
// One writer thread owns the one connection that writes and checkpoints; readers have connections
// that can only read; the public has its own, which can read nothing but the publication tables.
// Another process is kept out by a lock on `path`.lock.
#pragma once

#include <chrono>

#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// Mistakes that the crash harness plants to show that it finds them, and what its simulated disk
// needs. Never set elsewhere.
struct PlantedFaults {
    bool synchronous_normal = false;         // WAL is not synced at commit
    bool acknowledge_before_commit = false;  // `done` is called before the commit
    bool wrong_pragma_order = false;         // the file is created with WAL before synchronous
    bool no_lock_file = false;               // no fault: the disk of the harness has no real files
};

struct Options {
    std::string path;
    std::string vfs;  // empty: the operating system's
    std::size_t queue_limit = 4'096;
    std::size_t batch_limit = 256;  // jobs committed together
    std::size_t readers = 4;        // at most so many queries side by side; the others wait
    std::size_t public_readers = 2;
    // Signed checkpoints known from elsewhere. Where the database does not extend each of them, the
    // store opens and answers queries, but refuses every submit() with `integrity`.
    std::vector<TreeHead> expected;
    // Told once when the database cannot be trusted any more (storage_broken): the process has to
    // stop. On the writer's thread.
    std::function<void(const engine::Error&)> on_broken;
    std::uint32_t max_pages = 0;  // of 4 KiB; more is storage_full; 0: no limit but the disk's
    // The WAL is copied into the database when no job came for `idle`, or between two batches when
    // it has grown by this many frames of 4 KiB.
    int checkpoint_frames = 4'000;
    std::chrono::milliseconds idle{200};
    std::chrono::milliseconds snapshot_limit{5'000};  // a longer query fails: unavailable
    PlantedFaults faults;
};

// Creates the database where there is none. Errors: unavailable (another process has it open),
// invalid_argument (another program's, or a newer version's; nothing was changed), storage_broken
// (cannot be opened or read).
Result<std::unique_ptr<Store>> open(Options options);

// For a second process, beside a server or without one: answers queries on what is committed, takes
// no lock, never writes, checkpoints or creates the database. writable() says `unavailable`, or
// `integrity` where the database does not extend `expected`. Errors: not_found (no such file),
// invalid_argument, storage_broken.
Result<std::unique_ptr<Store>> open_read_only(const Options& options);

// Copies the backup at `from`, after it was checked, to `to`, which must not exist. Returns the
// head of its tree, to be compared with the last checkpoint by who has it.
Result<TreeHead> restore(const std::string& from, const std::string& to);

// integrity_check, and every hash of the tree computed again from the leaves. `integrity` says
// what does not hold. Reads the whole file; the database must not be open for writing.
Result<TreeHead> check_file(const std::string& path);

}  // namespace gongkai::storage::sqlite
