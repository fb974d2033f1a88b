#include "tests/crash/power_cut_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <thread>
#include <utility>

namespace gongkai::crash {

// ---- what connections share
// -----------------------------------------------------------------------

namespace {

struct Open;  // one sqlite3_file

constexpr int slots = SQLITE_SHM_NLOCK;

// Of one database file: SQLite's five-step lock, and the index of the WAL with its own locks.
struct Shared {
    int readers = 0;
    const Open* reserved = nullptr;
    const Open* pending = nullptr;
    const Open* exclusive = nullptr;

    std::vector<std::unique_ptr<std::uint8_t[]>> regions;
    int index_users = 0;
    std::array<int, slots> index_readers{};
    std::array<const Open*, slots> index_writer{};
};

}  // namespace

struct PowerCutVfs::State {
    State(std::string given, Disk& on) : name{std::move(given)}, disk{on} {}

    std::string name;
    Disk& disk;
    sqlite3_vfs vfs{};
    std::mutex mutex;  // over everything below
    std::map<std::string, std::shared_ptr<Shared>> shared;
    std::mt19937_64 random{20'260'918};
    std::atomic<int> open{0};
};

namespace {

using State = PowerCutVfs::State;

struct Open {
    State* owner = nullptr;
    std::string name;
    Disk::File file;  // nullptr: a scratch file, never on the disk
    Disk::Bytes scratch;
    std::shared_ptr<Shared> shared;
    bool new_journal = false;  // its directory is synced with it, once
    bool delete_on_close = false;
    int level = SQLITE_LOCK_NONE;
    bool uses_index = false;
    unsigned index_reads = 0;  // bit masks over the slots
    unsigned index_writes = 0;
};

struct Handle {
    sqlite3_file base;
    Open* open;
};

Open& of(sqlite3_file* file) {
    return *reinterpret_cast<Handle*>(file)->open;
}
State& of(sqlite3_vfs* vfs) {
    return *static_cast<State*>(vfs->pAppData);
}

// ---- reading and writing
// --------------------------------------------------------------------------

int read(sqlite3_file* file, void* out, int length, sqlite3_int64 offset) {
    Open& open = of(file);
    const auto wanted = static_cast<std::size_t>(length);
    const auto at = static_cast<std::uint64_t>(offset);
    std::size_t got = 0;
    if (open.file) {
        got = open.owner->disk.read(open.file, at, out, wanted);
        if (got == std::numeric_limits<std::size_t>::max()) return SQLITE_IOERR_READ;
    } else if (at < open.scratch.size()) {
        got = std::min<std::size_t>(wanted, open.scratch.size() - at);
        std::memcpy(out, open.scratch.data() + at, got);
    }
    if (got == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + got, 0, wanted - got);
    return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* data, int length, sqlite3_int64 offset) {
    Open& open = of(file);
    const auto size = static_cast<std::size_t>(length);
    const auto at = static_cast<std::uint64_t>(offset);
    if (open.file) {
        return open.owner->disk.write(open.file, at, data, size) ? SQLITE_OK : SQLITE_IOERR_WRITE;
    }
    if (open.scratch.size() < at + size) open.scratch.resize(at + size);
    std::memcpy(open.scratch.data() + at, data, size);
    return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Open& open = of(file);
    const auto bytes = static_cast<std::uint64_t>(size);
    if (!open.file) {
        open.scratch.resize(bytes);
        return SQLITE_OK;
    }
    return open.owner->disk.truncate(open.file, bytes) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int sync(sqlite3_file* file, int) {
    Open& open = of(file);
    if (!open.file) return SQLITE_OK;
    const bool first = std::exchange(open.new_journal, false);
    return open.owner->disk.sync(open.file, open.name, first) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    Open& open = of(file);
    *size = static_cast<sqlite3_int64>(open.file ? open.owner->disk.size(open.file)
                                                 : open.scratch.size());
    return SQLITE_OK;
}

// ---- locks
// ----------------------------------------------------------------------------------------

bool by_other(const Open* holder, const Open& me) {
    return holder != nullptr && holder != &me;
}

int lock(sqlite3_file* file, int level) {
    Open& open = of(file);
    if (open.level >= level || !open.shared) return SQLITE_OK;
    const std::lock_guard guard(open.owner->mutex);
    Shared& shared = *open.shared;
    if (level == SQLITE_LOCK_SHARED) {
        if (shared.pending != nullptr || shared.exclusive != nullptr) return SQLITE_BUSY;
        ++shared.readers;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (by_other(shared.reserved, open)) return SQLITE_BUSY;
        shared.reserved = &open;
    } else {
        if (by_other(shared.pending, open)) return SQLITE_BUSY;
        shared.pending = &open;  // no new readers; the old ones are waited for
        if (shared.readers > 1) {
            open.level = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
        shared.exclusive = &open;
    }
    open.level = level;
    return SQLITE_OK;
}

int unlock(sqlite3_file* file, int level) {
    Open& open = of(file);
    if (open.level <= level || !open.shared) return SQLITE_OK;
    const std::lock_guard guard(open.owner->mutex);
    Shared& shared = *open.shared;
    for (const Open** holder : {&shared.reserved, &shared.pending, &shared.exclusive}) {
        if (*holder == &open) *holder = nullptr;
    }
    if (level == SQLITE_LOCK_NONE) --shared.readers;
    open.level = level;
    return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* out) {
    Open& open = of(file);
    const std::lock_guard guard(open.owner->mutex);
    *out = open.shared && open.shared->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
}

// ---- the index of the WAL, in memory that connections share
// ---------------------------------------

int map_index(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    Open& open = of(file);
    const std::lock_guard guard(open.owner->mutex);
    Shared& shared = *open.shared;
    if (!open.uses_index) {
        open.uses_index = true;
        ++shared.index_users;
    }
    const auto at = static_cast<std::size_t>(region);
    *out = nullptr;
    if (at >= shared.regions.size() && extend == 0) return SQLITE_OK;
    while (at >= shared.regions.size()) {
        shared.regions.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(size)));
    }
    *out = shared.regions[at].get();
    return SQLITE_OK;
}

void release_index(Open& open, unsigned mask) {
    for (int slot = 0; slot < slots; ++slot) {
        const unsigned bit = 1U << slot;
        const auto at = static_cast<std::size_t>(slot);
        if ((mask & bit) == 0) continue;
        if ((open.index_reads & bit) != 0) --open.shared->index_readers[at];
        if ((open.index_writes & bit) != 0) open.shared->index_writer[at] = nullptr;
        open.index_reads &= ~bit;
        open.index_writes &= ~bit;
    }
}

int lock_index(sqlite3_file* file, int offset, int count, int flags) {
    Open& open = of(file);
    const std::lock_guard guard(open.owner->mutex);
    Shared& shared = *open.shared;
    const unsigned mask = ((1U << count) - 1U) << offset;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        release_index(open, mask);
        return SQLITE_OK;
    }
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (int slot = offset; slot < offset + count; ++slot) {
        const auto at = static_cast<std::size_t>(slot);
        const int mine = (open.index_reads >> slot) & 1U ? 1 : 0;
        if (by_other(shared.index_writer[at], open)) return SQLITE_BUSY;
        if (exclusive && shared.index_readers[at] > mine) return SQLITE_BUSY;
    }
    for (int slot = offset; slot < offset + count; ++slot) {
        const unsigned bit = 1U << slot;
        const auto at = static_cast<std::size_t>(slot);
        if (exclusive) {
            shared.index_writer[at] = &open;
            open.index_writes |= bit;
        } else if ((open.index_reads & bit) == 0) {
            ++shared.index_readers[at];
            open.index_reads |= bit;
        }
    }
    return SQLITE_OK;
}

void index_barrier(sqlite3_file* file) {
    const std::lock_guard guard(of(file).owner->mutex);  // orders more than a fence would
}

int unmap_index(sqlite3_file* file, int) {
    Open& open = of(file);
    if (!open.uses_index) return SQLITE_OK;
    const std::lock_guard guard(open.owner->mutex);
    release_index(open, (1U << slots) - 1U);
    open.uses_index = false;
    if (--open.shared->index_users == 0) open.shared->regions.clear();
    return SQLITE_OK;
}

// ---- files
// ----------------------------------------------------------------------------------------

int close(sqlite3_file* file) {
    Open& open = of(file);
    unmap_index(file, 0);
    unlock(file, SQLITE_LOCK_NONE);
    if (open.file) {
        if (open.delete_on_close) open.owner->disk.remove(open.name, false);
        --open.owner->open;
    }
    delete &open;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
    return 4096;
}
int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods methods = {2,
                                    close,
                                    read,
                                    write,
                                    truncate,
                                    sync,
                                    file_size,
                                    lock,
                                    unlock,
                                    is_reserved,
                                    control,
                                    sector_size,
                                    characteristics,
                                    map_index,
                                    lock_index,
                                    index_barrier,
                                    unmap_index,
                                    nullptr,
                                    nullptr};

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* out, int flags,
              int* out_flags) {
    State& state = of(vfs);
    out->pMethods = nullptr;
    auto open = std::make_unique<Open>();
    open->owner = &state;
    if (name != nullptr) {
        open->name = name;
        open->file = state.disk.find(open->name);
        if (open->file && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) return SQLITE_CANTOPEN;
        if (!open->file) {
            if ((flags & SQLITE_OPEN_CREATE) == 0 || !state.disk.is_on()) return SQLITE_CANTOPEN;
            open->file = state.disk.create(open->name);
            if (!open->file) return SQLITE_CANTOPEN;
        }
        open->new_journal =
            (flags & SQLITE_OPEN_CREATE) != 0 &&
            (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
        open->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
            const std::lock_guard guard(state.mutex);
            auto& shared = state.shared[open->name];
            if (!shared) shared = std::make_shared<Shared>();
            open->shared = shared;
        }
        ++state.open;
    }
    if (out_flags != nullptr) *out_flags = flags;
    reinterpret_cast<Handle*>(out)->open = open.release();
    out->pMethods = &methods;
    return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    State& state = of(vfs);
    if (!state.disk.is_on()) return SQLITE_IOERR_DELETE;
    if (!state.disk.exists(name)) return SQLITE_IOERR_DELETE_NOENT;
    return state.disk.remove(name, sync_directory != 0) ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    State& state = of(vfs);
    const Disk::File file = state.disk.find(name);
    // As on Unix, an empty file does not count as there.
    *out = file && (flags != SQLITE_ACCESS_EXISTS || state.disk.size(file) > 0) ? 1 : 0;
    return state.disk.is_on() ? SQLITE_OK : SQLITE_IOERR_ACCESS;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    const std::string path = name[0] == '/' ? name : std::string("/") + name;
    if (path.size() + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, path.c_str(), path.size() + 1);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int length, char* out) {
    State& state = of(vfs);
    const std::lock_guard guard(state.mutex);
    for (int i = 0; i < length; ++i)
        out[i] = static_cast<char>(state.random());
    return length;
}

// Nobody waits for long here: whoever holds a lock is running.
int wait(sqlite3_vfs*, int microseconds) {
    std::this_thread::yield();
    return microseconds;
}

int now_ms(sqlite3_vfs*, sqlite3_int64* out) {
    *out = 212'656'000'000'000;  // in 2026, as milliseconds of the Julian day
    return SQLITE_OK;
}

int now_days(sqlite3_vfs*, double* out) {
    *out = 212'656'000'000'000 / 86'400'000.0;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

}  // namespace

PowerCutVfs::PowerCutVfs(std::string name, Disk& disk)
    : state_{std::make_unique<State>(std::move(name), disk)} {
    sqlite3_vfs& vfs = state_->vfs;
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(Handle);
    vfs.mxPathname = 512;
    vfs.zName = state_->name.c_str();
    vfs.pAppData = state_.get();
    vfs.xOpen = open_file;
    vfs.xDelete = remove_file;
    vfs.xAccess = access;
    vfs.xFullPathname = full_path;
    vfs.xRandomness = randomness;
    vfs.xSleep = wait;
    vfs.xCurrentTime = now_days;
    vfs.xCurrentTimeInt64 = now_ms;
    vfs.xGetLastError = last_error;
    sqlite3_vfs_register(&vfs, 0);
}

PowerCutVfs::~PowerCutVfs() {
    sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& PowerCutVfs::name() const {
    return state_->name;
}

int PowerCutVfs::open_files() const {
    return state_->open;
}

}  // namespace gongkai::crash
