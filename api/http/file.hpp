// Files at the edge: uploads that are spooled to disk while their digest is computed, and files
// that are streamed out. Neither is ever whole in memory.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace gongkai::api {

using Sha256 = std::array<std::uint8_t, 32>;
std::string to_hex(const Sha256& digest);

// An upload on disk. The file is deleted with this object unless it was released. Not shared
// between threads while somebody writes; what a handler receives is complete and is only read.
class SpooledFile {
  public:
    // Makes an empty file of mode 0600 with a name of its own in that directory, which must exist.
    static boost::system::result<std::unique_ptr<SpooledFile>> create(
        const std::filesystem::path& directory);
    ~SpooledFile();
    SpooledFile(const SpooledFile&) = delete;
    SpooledFile& operator=(const SpooledFile&) = delete;

    // Appends. An error (ENOSPC ...) leaves a file that must not be used.
    boost::system::error_code write(std::string_view bytes);
    // Ends writing; digest() and reading by path() are meaningful from here. Nothing is synced to
    // disk: whoever takes the file into a store does that.
    boost::system::error_code finish();

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }
    const Sha256& digest() const { return digest_; }
    // The caller has renamed or taken over the file: it is not deleted any more.
    void release() { released_ = true; }

  private:
    struct Hash;
    SpooledFile(std::filesystem::path path, int fd);
    std::filesystem::path path_;
    int fd_;
    std::uint64_t size_ = 0;
    bool released_ = false;
    Sha256 digest_{};
    std::unique_ptr<Hash> hash_;
};

// A regular file opened for reading, to be streamed as a response. Opened by the handler, so that a
// missing file is an answer and not a broken connection; the size is that of the moment of opening.
class OpenFile {
  public:
    static boost::system::result<OpenFile> open(const std::filesystem::path& path);
    OpenFile() = default;
    ~OpenFile();
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;

    std::uint64_t size() const { return size_; }
    int descriptor() const { return fd_; }

  private:
    int fd_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace gongkai::api
