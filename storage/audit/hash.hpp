// Hashes, hexadecimal, base64 and randomness for the audit record: the only header of the record
// that knows OpenSSL's digests.
//
// A digest is 32 bytes for both algorithms. Nothing here fails in a normal run: a missing algorithm
// is found at start by available(), and a digest that fails after that is a bug or a broken
// OpenSSL, and stops the process.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gongkai::storage::audit {

using Hash = std::array<std::uint8_t, 32>;

// sha256 is the record's own tree. sm3 (GB/T 32905) is the second tree over the same leaves.
enum class HashAlgorithm : std::uint8_t { sha256, sm3 };

// False where this OpenSSL was built or configured without the algorithm. Ask before the first
// leaf.
bool available(HashAlgorithm algorithm) noexcept;

// One digest after another through one reused context. Not for use by two threads at once.
class Hasher {
  public:
    explicit Hasher(HashAlgorithm algorithm = HashAlgorithm::sha256);
    ~Hasher();
    Hasher(Hasher&& other) noexcept;
    Hasher& operator=(Hasher&& other) noexcept;
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    HashAlgorithm algorithm() const noexcept { return algorithm_; }
    // The digest of the parts one after the other; every part may be empty.
    Hash digest(std::string_view first, std::string_view second = {}, std::string_view third = {});

  private:
    HashAlgorithm algorithm_;
    void* context_;  // EVP_MD_CTX
};

// The calling thread's own hasher, made on first use.
Hasher& thread_hasher(HashAlgorithm algorithm);

// SHA-256 of the bytes: what names a definition, a calendar, an attachment.
Hash sha256(std::string_view bytes);

inline std::string_view as_view(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lowercase, two digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);
// Exactly 64 lowercase digits, or nothing.
std::optional<Hash> hash_from_hex(std::string_view hex);
// An even number of lowercase digits, or nothing.
std::optional<std::string> bytes_from_hex(std::string_view hex);

// RFC 4648 section 4, with padding. Reading accepts only what writing would produce.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

// Cryptographically strong; may be called from any thread.
void fill_random(std::span<std::uint8_t> out);

// Prints the message and aborts, in release builds too: for what only a bug can cause.
[[noreturn]] void stop_on_bug(const char* message) noexcept;

}  // namespace gongkai::storage::audit
