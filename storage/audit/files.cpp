#include "storage/audit/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace gongkai::storage::audit {

namespace {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

Error failed(const char* what, const fs::path& path, int number) {
    ErrorCode code = ErrorCode::io;
    if (number == ENOENT) code = ErrorCode::not_found;
    if (number == EEXIST) code = ErrorCode::conflict;
    if (number == ENOSPC || number == EDQUOT) code = ErrorCode::storage_full;
    return {code, std::string("cannot ") + what + " " + path.string() + ": " +
                      std::generic_category().message(number)};
}

class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return number_; }
    bool is_open() const noexcept { return number_ >= 0; }

  private:
    int number_;
};

Result<void> write_all(int descriptor, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return failed("write", path, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// The names of files on their way: what stands for the six letters differs each time. Nobody gives
// a file of theirs such a name.
constexpr std::string_view kLetters = ".XXXXXX";
constexpr std::string_view kUnfinished = ".unfinished";

// A new file beside `path` with these bytes, synced. The caller puts it in place.
Result<fs::path> write_beside(const fs::path& path, std::string_view bytes, unsigned mode) {
    std::string name = path.string();
    name.append(kLetters).append(kUnfinished);
    const Descriptor file(::mkostemps(name.data(), kUnfinished.size(), O_CLOEXEC));
    if (!file.is_open()) return failed("create a file beside", path, errno);
    Result<void> result = write_all(file.get(), bytes, name);
    if (result && ::fchmod(file.get(), mode) != 0) result = failed("set the mode of", name, errno);
    if (result && ::fsync(file.get()) != 0) result = failed("sync", name, errno);
    if (!result) {
        ::unlink(name.c_str());
        return std::move(result).error();
    }
    return fs::path(name);
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t most_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return failed("open", path, errno);
    std::string out;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count < 0) {
            if (errno == EINTR) continue;
            return failed("read", path, errno);
        }
        if (count == 0) return out;
        if (out.size() + static_cast<std::size_t>(count) > most_bytes)
            return Error{ErrorCode::malformed, path.string() + " is larger than " +
                                                   std::to_string(most_bytes) + " bytes"};
        out.append(buffer, static_cast<std::size_t>(count));
    }
}

Result<void> write_file(const fs::path& path, std::string_view bytes, unsigned mode) {
    TRY(const fs::path beside, write_beside(path, bytes, mode));
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        const int number = errno;
        ::unlink(beside.c_str());
        return failed("replace", path, number);
    }
    return sync_folder(folder_of(path));
}

Result<void> create_file(const fs::path& path, std::string_view bytes, unsigned mode) {
    TRY(const fs::path beside, write_beside(path, bytes, mode));
    // Unlike rename(), link() never replaces.
    const int number = ::link(beside.c_str(), path.c_str()) != 0 ? errno : 0;
    ::unlink(beside.c_str());
    if (number != 0) return failed("create", path, number);
    return sync_folder(folder_of(path));
}

void remove_unfinished(const fs::path& path) {
    const std::string begin = path.filename().string() + ".";
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_of(path), ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(kUnfinished) &&
            name.size() == begin.size() - 1 + kLetters.size() + kUnfinished.size())
            fs::remove(entry.path(), ignored);
    }
}

Result<void> append_line(const fs::path& path, std::string_view line, unsigned mode) {
    const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
    if (!file.is_open()) return failed("open", path, errno);
    off_t end = ::lseek(file.get(), 0, SEEK_END);
    if (end < 0) return failed("seek in", path, errno);
    const bool is_new = end == 0;
    while (end > 0) {
        char last = 0;
        if (::pread(file.get(), &last, 1, end - 1) != 1) return failed("read", path, errno);
        if (last == '\n') break;
        --end;
    }
    if (::ftruncate(file.get(), end) != 0) return failed("cut", path, errno);
    if (::lseek(file.get(), end, SEEK_SET) != end) return failed("seek in", path, errno);
    std::string bytes(line);
    bytes += '\n';
    TRY_VOID(write_all(file.get(), bytes, path));
    if (::fsync(file.get()) != 0) return failed("sync", path, errno);
    if (is_new) return sync_folder(folder_of(path));
    return {};
}

Result<void> sync_folder(const fs::path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.is_open()) return failed("open", folder, errno);
    if (::fsync(descriptor.get()) != 0) return failed("sync", folder, errno);
    return {};
}

Result<FileLock> FileLock::take(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return failed("open", path, errno);
    while (::flock(descriptor, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const int number = errno;
        ::close(descriptor);
        return failed("lock", path, number);
    }
    return FileLock(descriptor);
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace gongkai::storage::audit
