// The bytes of a row: unsigned numbers in base 128 with the lowest digits first, strings with their
// length before them. Used by the codecs of this room only.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gongkai::storage {

inline constexpr std::size_t kMaxVarint = 10;

constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// Writes into memory that the caller has made large enough.
class RawWriter {
  public:
    explicit RawWriter(char* at) noexcept : at_(at) {}
    char* at() const noexcept { return at_; }

    void byte(unsigned value) noexcept { *at_++ = static_cast<char>(value); }
    void number(std::uint64_t value) noexcept {
        while (value >= 0x80) {
            byte(static_cast<unsigned>(value & 0x7F) | 0x80);
            value >>= 7;
        }
        byte(static_cast<unsigned>(value));
    }
    void signed_number(std::int64_t value) noexcept { number(zigzag(value)); }
    void digest(const std::array<std::uint8_t, 32>& digest) noexcept {
        std::memcpy(at_, digest.data(), digest.size());
        at_ += digest.size();
    }
    void text(std::string_view text) noexcept {
        number(text.size());
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }

  private:
    char* at_;
};

// Reads what RawWriter wrote. After the first thing that is not right, good() is false and every
// read gives zero: the caller looks once, at the end.
class RawReader {
  public:
    explicit RawReader(std::string_view bytes) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool good() const noexcept { return good_; }
    bool at_end() const noexcept { return at_ == end_; }
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    void fail() noexcept {
        good_ = false;
        at_ = end_;
    }

    unsigned byte() noexcept {
        if (at_ == end_) {
            fail();
            return 0;
        }
        return static_cast<unsigned char>(*at_++);
    }
    // A byte that is at most `limit`.
    unsigned byte_up_to(unsigned limit) noexcept {
        const unsigned value = byte();
        if (value <= limit) return value;
        fail();
        return 0;
    }
    std::uint64_t number() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const unsigned digit = byte();
            if (shift == 63 && digit > 1) break;
            value |= static_cast<std::uint64_t>(digit & 0x7F) << shift;
            if (digit < 0x80) {
                if (digit == 0 && shift > 0) break;  // not the shortest spelling
                return value;
            }
        }
        fail();
        return 0;
    }
    template <class T>
    T number_as() noexcept {
        const std::uint64_t value = number();
        if (static_cast<std::uint64_t>(static_cast<T>(value)) == value)
            return static_cast<T>(value);
        fail();
        return T{};
    }
    std::int64_t signed_number() noexcept { return unzigzag(number()); }
    template <class T>
    T signed_number_as() noexcept {
        const std::int64_t value = signed_number();
        if (std::int64_t{static_cast<T>(value)} == value) return static_cast<T>(value);
        fail();
        return T{};
    }
    // How many elements follow; each takes at least one byte, so a forged count cannot make the
    // caller allocate more than a multiple of what was read.
    std::size_t count() noexcept {
        const std::uint64_t value = number();
        if (value <= left()) return static_cast<std::size_t>(value);
        fail();
        return 0;
    }
    void digest(std::array<std::uint8_t, 32>& out) noexcept {
        if (left() < out.size()) return fail();
        std::memcpy(out.data(), at_, out.size());
        at_ += out.size();
    }
    std::string_view text() noexcept {
        const std::size_t size = count();
        const std::string_view out(at_, size);
        at_ += size;
        return out;
    }

  private:
    const char* at_;
    const char* end_;
    bool good_ = true;
};

}  // namespace gongkai::storage
