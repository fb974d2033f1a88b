#include "storage/audit/hash.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace gongkai::storage::audit {

namespace {

// Fetched once: an implicit fetch for every digest costs more than hashing a tree node.
const EVP_MD* fetched(HashAlgorithm algorithm) noexcept {
    static const EVP_MD* const sha256_md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static const EVP_MD* const sm3_md = EVP_MD_fetch(nullptr, "SM3", nullptr);
    return algorithm == HashAlgorithm::sha256 ? sha256_md : sm3_md;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// True where every character is a digit and there is an even number of them.
bool decode_hex(std::string_view hex, std::uint8_t* out) noexcept {
    if (hex.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hex_digit(hex[i]);
        const int low = hex_digit(hex[i + 1]);
        if (high < 0 || low < 0) return false;
        out[i / 2] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

}  // namespace

void stop_on_bug(const char* message) noexcept {
    std::fprintf(stderr, "gongkai: bug in the audit record: %s\n", message);
    std::abort();
}

bool available(HashAlgorithm algorithm) noexcept {
    return fetched(algorithm) != nullptr;
}

Hasher::Hasher(HashAlgorithm algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
    const EVP_MD* md = fetched(algorithm);
    if (context_ == nullptr || md == nullptr) stop_on_bug("the digest algorithm is not available");
    if (EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_), md, nullptr) != 1)
        stop_on_bug("the digest cannot be started");
}

Hasher::~Hasher() {
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
}

Hasher::Hasher(Hasher&& other) noexcept
    : algorithm_(other.algorithm_), context_(std::exchange(other.context_, nullptr)) {}

Hasher& Hasher::operator=(Hasher&& other) noexcept {
    std::swap(algorithm_, other.algorithm_);
    std::swap(context_, other.context_);
    return *this;
}

Hash Hasher::digest(std::string_view first, std::string_view second, std::string_view third) {
    auto* context = static_cast<EVP_MD_CTX*>(context_);
    Hash out;
    // A null type starts the same algorithm again without looking it up.
    const bool done =
        EVP_DigestInit_ex2(context, nullptr, nullptr) == 1 &&
        EVP_DigestUpdate(context, first.data(), first.size()) == 1 &&
        (second.empty() || EVP_DigestUpdate(context, second.data(), second.size()) == 1) &&
        (third.empty() || EVP_DigestUpdate(context, third.data(), third.size()) == 1) &&
        EVP_DigestFinal_ex(context, out.data(), nullptr) == 1;
    if (!done) stop_on_bug("a digest failed");
    return out;
}

Hasher& thread_hasher(HashAlgorithm algorithm) {
    if (algorithm == HashAlgorithm::sm3) {
        thread_local Hasher sm3_hasher(HashAlgorithm::sm3);
        return sm3_hasher;
    }
    thread_local Hasher sha256_hasher(HashAlgorithm::sha256);
    return sha256_hasher;
}

Hash sha256(std::string_view bytes) {
    return thread_hasher(HashAlgorithm::sha256).digest(bytes);
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    const std::size_t begin = out.size();
    out.resize(begin + 2 * bytes.size());
    char* to = out.data() + begin;
    for (const std::uint8_t byte : bytes) {
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string out;
    append_hex(out, bytes);
    return out;
}

std::optional<Hash> hash_from_hex(std::string_view hex) {
    Hash out;
    if (hex.size() != 2 * out.size() || !decode_hex(hex, out.data())) return std::nullopt;
    return out;
}

std::optional<std::string> bytes_from_hex(std::string_view hex) {
    std::string out(hex.size() / 2, '\0');
    if (!decode_hex(hex, reinterpret_cast<std::uint8_t*>(out.data()))) return std::nullopt;
    return out;
}

std::string to_base64(std::string_view bytes) {
    // EVP_EncodeBlock ends its output with a NUL, for which there must be room.
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                        reinterpret_cast<const unsigned char*>(bytes.data()),
                                        static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(written));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty()) return std::string();
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int written = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                        reinterpret_cast<const unsigned char*>(text.data()),
                                        static_cast<int>(text.size()));
    if (written < 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    out.resize(static_cast<std::size_t>(written) - padding);
    // OpenSSL trims spaces and ignores stray bits behind the last character: only the one spelling
    // is let in.
    if (to_base64(out) != text) return std::nullopt;
    return out;
}

void fill_random(std::span<std::uint8_t> out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
        stop_on_bug("the random generator failed");
}

}  // namespace gongkai::storage::audit
