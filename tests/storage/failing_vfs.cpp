#include "tests/storage/failing_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <mutex>
#include <new>

namespace gongkai::storage::testing {

namespace {

// Followed in memory by the file of the VFS below.
struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
};

sqlite3_file* below(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}

// The default of the first time: a test may make the one below the default.
sqlite3_vfs* real() {
    static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
    return found;
}

template <auto Member, class... Args>
int pass_on(sqlite3_file* file, Args... args) {
    sqlite3_file* const f = below(file);
    return (f->pMethods->*Member)(f, args...);
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (const int code = FailingVfs::write_code(); code != 0) return code;
    return below(file)->pMethods->xWrite(below(file), data, size, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int code = FailingVfs::write_code(); code != 0) return code;
    return below(file)->pMethods->xTruncate(below(file), size);
}

int sync(sqlite3_file* file, int flags) {
    if (const int code = FailingVfs::sync_code(); code != 0) return code;
    return below(file)->pMethods->xSync(below(file), flags);
}

void unmap_barrier(sqlite3_file* file) {
    below(file)->pMethods->xShmBarrier(below(file));
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int rc = real()->xOpen(real(), name, below(file), flags, out_flags);
    file->pMethods = nullptr;
    if (rc != SQLITE_OK) return rc;
    File* const self = reinterpret_cast<File*>(file);
    using M = sqlite3_io_methods;
    self->methods = {};
    self->methods.iVersion = 2;
    self->methods.xClose = &pass_on<&M::xClose>;
    self->methods.xRead = &pass_on<&M::xRead, void*, int, sqlite3_int64>;
    self->methods.xWrite = &write;
    self->methods.xTruncate = &truncate;
    self->methods.xSync = &sync;
    self->methods.xFileSize = &pass_on<&M::xFileSize, sqlite3_int64*>;
    self->methods.xLock = &pass_on<&M::xLock, int>;
    self->methods.xUnlock = &pass_on<&M::xUnlock, int>;
    self->methods.xCheckReservedLock = &pass_on<&M::xCheckReservedLock, int*>;
    self->methods.xFileControl = &pass_on<&M::xFileControl, int, void*>;
    self->methods.xSectorSize = &pass_on<&M::xSectorSize>;
    self->methods.xDeviceCharacteristics = &pass_on<&M::xDeviceCharacteristics>;
    self->methods.xShmMap = &pass_on<&M::xShmMap, int, int, int, void volatile**>;
    self->methods.xShmLock = &pass_on<&M::xShmLock, int, int, int>;
    self->methods.xShmBarrier = &unmap_barrier;
    self->methods.xShmUnmap = &pass_on<&M::xShmUnmap, int>;
    file->pMethods = &self->methods;
    return SQLITE_OK;
}

}  // namespace

std::atomic<int>& FailingVfs::write_code() {
    static std::atomic<int> code = 0;
    return code;
}

std::atomic<int>& FailingVfs::sync_code() {
    static std::atomic<int> code = 0;
    return code;
}

const char* FailingVfs::name() {
    static sqlite3_vfs vfs;
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite3_initialize();
        // All but opening is the real one's; its functions use no field of the structure but these.
        vfs = *real();
        vfs.zName = "failing";
        vfs.pNext = nullptr;
        vfs.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
        vfs.xOpen = &open;
        sqlite3_vfs_register(&vfs, 0);
    });
    return "failing";
}

}  // namespace gongkai::storage::testing
