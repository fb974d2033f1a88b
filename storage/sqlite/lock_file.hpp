// Keeps a second process from opening the database for writing. The lock goes with the process,
// however that ends; the empty file stays.
#pragma once

#include <string>

#include "engine/result.hpp"

namespace gongkai::storage::sqlite {

class LockFile {
  public:
    // Error `unavailable` where another process, or another store of this one, holds the lock; `io`
    // where the file cannot be made.
    static engine::Result<LockFile> take(const std::string& path);
    LockFile() = default;
    ~LockFile();
    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

  private:
    int descriptor_ = -1;
};

}  // namespace gongkai::storage::sqlite
