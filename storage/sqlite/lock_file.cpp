#include "storage/sqlite/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace gongkai::storage::sqlite {

using engine::Error;
using engine::ErrorCode;

engine::Result<LockFile> LockFile::take(const std::string& path) {
    LockFile lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.descriptor_ < 0)
        return Error{ErrorCode::io,
                     "cannot make the lock file " + path + ": " + std::strerror(errno)};
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK)
        return Error{ErrorCode::unavailable,
                     "the database is in use by another process (it holds " + path + ")"};
    return Error{ErrorCode::io, "cannot lock " + path + ": " + std::strerror(errno)};
}

LockFile::~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

}  // namespace gongkai::storage::sqlite
