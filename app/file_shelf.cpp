#include "app/file_shelf.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>

#include "storage/audit/hash.hpp"
#include "storage/durable.hpp"

namespace gongkai::app {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace {

Error failed(const std::error_code& why, const std::string& what) {
    const bool full = why == std::errc::no_space_on_device;
    return {full ? ErrorCode::storage_full : ErrorCode::io, what + ": " + why.message()};
}

}  // namespace

Result<FileShelf::Measured> FileShelf::measure(const fs::path& path) {
    const storage::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return storage::system_error(path.string());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                       EVP_MD_CTX_free);
    if (!hash || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1)
        return Error{ErrorCode::io, "SHA-256 is not available"};
    Measured measured;
    std::array<char, 64 * 1024> buffer;
    for (;;) {
        const ssize_t count = ::read(file.value(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return storage::system_error(path.string());
        if (count == 0) break;
        EVP_DigestUpdate(hash.get(), buffer.data(), static_cast<std::size_t>(count));
        measured.size += static_cast<std::uint64_t>(count);
    }
    EVP_DigestFinal_ex(hash.get(), measured.digest.data(), nullptr);
    if (::fsync(file.value()) != 0) return storage::system_error(path.string());
    return measured;
}

Result<fs::path> FileShelf::spool_copy(const fs::path& file) const {
    // Emptied at the start of every process, so its number is enough of a name.
    static std::atomic<std::uint64_t> copies{0};
    fs::path copy = spool_ / ("copy-" + std::to_string(++copies));
    std::error_code why;
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing, why);
    if (why) return failed(why, file.string());
    return copy;
}

Result<FileShelf> FileShelf::open(fs::path folder, fs::path spool) {
    std::error_code why;
    fs::create_directories(folder, why);
    if (why) return failed(why, folder.string());
    fs::remove_all(spool, why);
    fs::create_directories(spool, why);
    if (why) return failed(why, spool.string());
    fs::permissions(spool, fs::perms::owner_all, why);
    TRY_VOID(storage::sync_directory(storage::directory_of(folder.string())));
    return FileShelf(std::move(folder), std::move(spool));
}

fs::path FileShelf::place(const engine::Digest& digest) const {
    const std::string name = storage::audit::to_hex(digest);
    return folder_ / name.substr(0, 2) / name;
}

Result<void> FileShelf::put(const fs::path& spooled, const engine::Digest& digest,
                            std::uint64_t size) const {
    TRY(const Measured measured, measure(spooled));
    if (measured.digest != digest || measured.size != size)
        return Error{ErrorCode::integrity, spooled.string() + ": other bytes than announced"};
    const fs::path target = place(digest);
    std::error_code why;
    if (fs::exists(target, why)) {
        fs::remove(spooled, why);
        return {};
    }
    const bool new_folder = fs::create_directory(target.parent_path(), why);
    if (why) return failed(why, target.parent_path().string());
    if (::chmod(spooled.c_str(), 0440) != 0) return storage::system_error(spooled.string());
    fs::rename(spooled, target, why);
    if (why == std::errc::cross_device_link) {
        TRY_VOID(storage::copy_durably(spooled.string(), target.string()));
        fs::remove(spooled, why);
    } else if (why) {
        return failed(why, target.string());
    }
    TRY_VOID(storage::sync_directory(target.parent_path().string()));
    if (new_folder) TRY_VOID(storage::sync_directory(folder_.string()));
    return {};
}

Result<fs::path> FileShelf::path(const engine::Digest& digest) const {
    fs::path found = place(digest);
    std::error_code why;
    if (!fs::is_regular_file(found, why))
        return Error{ErrorCode::not_found, "no file " + found.filename().string()};
    return found;
}

Result<void> FileShelf::erase(const engine::Digest& digest) const {
    const fs::path found = place(digest);
    std::error_code why;
    if (!fs::remove(found, why)) {
        if (why && why != std::errc::no_such_file_or_directory) return failed(why, found.string());
        return {};
    }
    return storage::sync_directory(found.parent_path().string());
}

Result<std::vector<engine::Digest>> FileShelf::put_before(engine::Instant moment) const {
    std::vector<engine::Digest> digests;
    std::error_code why;
    auto entry = fs::recursive_directory_iterator(folder_, why);
    for (; !why && entry != fs::recursive_directory_iterator(); entry.increment(why)) {
        const auto digest = storage::audit::hash_from_hex(entry->path().filename().string());
        if (!digest) continue;
        struct ::stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        // The time of the rename, not of the bytes: a file that was long on its way is new here.
        const std::int64_t put_ms = std::int64_t{status.st_ctim.tv_sec} * 1'000;
        if (put_ms < moment.ms) digests.push_back(*digest);
    }
    if (why) return failed(why, folder_.string());
    return digests;
}

}  // namespace gongkai::app
