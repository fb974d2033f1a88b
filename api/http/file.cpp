#include "api/http/file.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>

namespace gongkai::api {

namespace {

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

}  // namespace

std::string to_hex(const Sha256& digest) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(digest.size() * 2);
    for (auto byte : digest) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

struct SpooledFile::Hash {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    Hash() {
        if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    ~Hash() { EVP_MD_CTX_free(context); }
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
};

SpooledFile::SpooledFile(std::filesystem::path path, int fd)
    : path_(std::move(path)), fd_(fd), hash_(std::make_unique<Hash>()) {}

boost::system::result<std::unique_ptr<SpooledFile>> SpooledFile::create(
    const std::filesystem::path& directory) {
    std::string name = (directory / "upload-XXXXXX").string();
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);  // mode 0600
    if (fd < 0) return last_error();
    return std::unique_ptr<SpooledFile>(new SpooledFile(name, fd));
}

SpooledFile::~SpooledFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!released_) ::unlink(path_.c_str());
}

boost::system::error_code SpooledFile::write(std::string_view bytes) {
    EVP_DigestUpdate(hash_->context, bytes.data(), bytes.size());
    while (!bytes.empty()) {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return last_error();
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
        size_ += static_cast<std::uint64_t>(written);
    }
    return {};
}

boost::system::error_code SpooledFile::finish() {
    EVP_DigestFinal_ex(hash_->context, digest_.data(), nullptr);
    hash_.reset();
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) return last_error();
    return {};
}

boost::system::result<OpenFile> OpenFile::open(const std::filesystem::path& path) {
    OpenFile file;
    file.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file.fd_ < 0) return last_error();
    struct stat info {};
    if (::fstat(file.fd_, &info) != 0) return last_error();
    if (!S_ISREG(info.st_mode))
        return boost::system::error_code(EINVAL, boost::system::system_category());
    file.size_ = static_cast<std::uint64_t>(info.st_size);
    return file;
}

OpenFile::~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(std::exchange(other.size_, 0)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(size_, other.size_);
    return *this;
}

}  // namespace gongkai::api
