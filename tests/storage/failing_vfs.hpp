// A SQLite VFS over the operating system's, whose writes or syncs fail once they are told to.
#pragma once

#include <atomic>

namespace gongkai::storage::testing {

// Registered as "failing" on first use. One switchboard for the whole program.
struct FailingVfs {
    static const char* name();
    static std::atomic<int>& write_code();  // what xWrite and xTruncate return; 0: they work
    static std::atomic<int>& sync_code();   // what xSync returns; 0: it works
};

}  // namespace gongkai::storage::testing
