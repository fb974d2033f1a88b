// What POSIX asks of who wants a file to be there after a power cut.
#pragma once

#include <string>

#include "engine/result.hpp"

namespace gongkai::storage {

// An open file that is closed at the end of its scope.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int value) noexcept : value_(value) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value() const noexcept { return value_; }
    bool is_open() const noexcept { return value_ >= 0; }

  private:
    int value_ = -1;
};

// `errno` in words: storage_full where the disk or the quota is, otherwise io.
engine::Error system_error(const std::string& what);

// Entries of this directory (created, renamed, removed) are on the disk when it returns.
engine::Result<void> sync_directory(const std::string& path);
// The directory that a path lies in; "." where it names none.
std::string directory_of(const std::string& path);

// Copies a file byte by byte to `to`, which must not exist; it is there whole or not at all, also
// after a power cut.
engine::Result<void> copy_durably(const std::string& from, const std::string& to);

}  // namespace gongkai::storage
