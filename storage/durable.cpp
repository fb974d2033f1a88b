#include "storage/durable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace gongkai::storage {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

Descriptor::~Descriptor() {
    if (value_ >= 0) ::close(value_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
}

Error system_error(const std::string& what) {
    const int number = errno;
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return Error{full ? ErrorCode::storage_full : ErrorCode::io,
                 what + ": " + std::strerror(number)};
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_directory(const std::string& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.value()) != 0)
        return system_error("cannot sync the directory " + path);
    return {};
}

namespace {

Result<void> copy_bytes(const Descriptor& in, const Descriptor& out, const std::string& what) {
    std::vector<char> buffer(1 << 20);
    for (;;) {
        const ssize_t got = ::read(in.value(), buffer.data(), buffer.size());
        if (got == 0) return {};
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(what);
        for (ssize_t at = 0; at < got;) {
            const ssize_t put =
                ::write(out.value(), buffer.data() + at, static_cast<std::size_t>(got - at));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return system_error(what);
            at += put;
        }
    }
}

}  // namespace

Result<void> copy_durably(const std::string& from, const std::string& to) {
    const std::string what = "cannot copy " + from + " to " + to;
    struct stat there {};
    if (::lstat(to.c_str(), &there) == 0)
        return Error{ErrorCode::conflict, what + ": it exists already"};
    const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in.is_open()) return system_error(what);
    const std::string part = to + ".part";
    const Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out.is_open()) return system_error(what);
    auto copied = copy_bytes(in, out, what);
    if (copied && ::fsync(out.value()) != 0) copied = system_error(what);
    if (copied && std::rename(part.c_str(), to.c_str()) != 0) copied = system_error(what);
    if (!copied) {
        ::unlink(part.c_str());
        return copied;
    }
    return sync_directory(directory_of(to));
}

}  // namespace gongkai::storage
