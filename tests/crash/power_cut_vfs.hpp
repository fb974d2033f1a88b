// SQLite on a Disk whose power can be cut: a VFS with everything that WAL mode asks for (locks and
// the shared index between connections of one process), at the same points where SQLite's own for
// Unix syncs files and directories. Its time stands still and its randomness is seeded.
#pragma once

#include <memory>
#include <string>

#include "tests/crash/disk.hpp"

namespace gongkai::crash {

class PowerCutVfs {
  public:
    // Registers itself with SQLite as `name` (not as the default). The disk must outlive it.
    PowerCutVfs(std::string name, Disk& disk);
    ~PowerCutVfs();  // no file may be open any more
    PowerCutVfs(const PowerCutVfs&) = delete;
    PowerCutVfs& operator=(const PowerCutVfs&) = delete;

    const std::string& name() const;
    // Files of the disk that are open now. None may be at Disk::restart() and Disk::load(): the
    // process that had them is dead.
    int open_files() const;

    struct State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace gongkai::crash
