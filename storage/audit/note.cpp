#include "storage/audit/note.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "storage/audit/canonical_json.hpp"
#include "storage/audit/files.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::storage::audit {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr std::string_view dash = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::string_view private_prefix = "PRIVATE+KEY+";
constexpr char ed25519 = '\x01';
constexpr std::size_t most_note_bytes = 1 << 20;
constexpr std::size_t most_signatures = 64;

Error malformed(std::string message) {
    return {ErrorCode::malformed, std::move(message)};
}

bool is_utf8(std::string_view text) {
    std::string ignored;
    return append_json_string(ignored, text);
}

std::uint32_t id_of(std::string_view bytes) {
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < 4; ++i)
        id = id << 8 | static_cast<unsigned char>(bytes[i]);
    return id;
}

std::string id_bytes(std::uint32_t id) {
    return {static_cast<char>(id >> 24), static_cast<char>(id >> 16), static_cast<char>(id >> 8),
            static_cast<char>(id)};
}

std::string id_hex(std::uint32_t id) {
    const std::string bytes = id_bytes(id);
    return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

struct KeyText {
    std::string name;
    std::uint32_t id = 0;
    std::string bytes;  // 32 of them
};

// "<name>+<id>+<base64>": what both halves of a key look like behind their prefix.
Result<KeyText> parse_key(std::string_view text, const char* what) {
    const std::string kind(what);
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos)
        return malformed(kind + " does not have the form name+id+key");
    KeyText key;
    key.name = text.substr(0, first);
    if (!is_key_name(key.name)) return malformed(kind + " has a name that cannot be one");
    const auto id = bytes_from_hex(text.substr(first + 1, second - first - 1));
    if (!id || id->size() != 4)
        return malformed(kind + " has an id that is not 8 hexadecimal digits");
    key.id = id_of(*id);
    const auto bytes = from_base64(text.substr(second + 1));
    if (!bytes || bytes->size() != 33) return malformed(kind + " is not base64 of 33 bytes");
    if (bytes->front() != ed25519) return malformed(kind + " is not of the type Ed25519 (1)");
    key.bytes = bytes->substr(1);
    return key;
}

}  // namespace

bool is_key_name(std::string_view name) {
    if (name.empty() || !is_utf8(name)) return false;
    for (const char c : name) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '+' || c == '\x7f') return false;
    }
    // The spaces of Unicode beyond ASCII, in UTF-8.
    static constexpr std::string_view spaces[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    return std::none_of(std::begin(spaces), std::end(spaces), [&](std::string_view space) {
        return name.find(space) != std::string_view::npos;
    });
}

Result<Note> parse_note(std::string_view bytes) {
    if (bytes.size() > most_note_bytes) return malformed("a signed note is larger than 1 MiB");
    if (!is_utf8(bytes)) return malformed("a signed note is not UTF-8");
    for (const char c : bytes) {
        if (static_cast<unsigned char>(c) < ' ' && c != '\n')
            return malformed("a signed note has a control character");
    }
    const std::size_t split = bytes.rfind("\n\n");
    if (split == std::string_view::npos)
        return malformed("a signed note has no empty line before its signatures");
    Note note;
    note.text = bytes.substr(0, split + 1);
    std::string_view rest = bytes.substr(split + 2);
    if (rest.empty()) return malformed("a signed note has no signature");
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos)
            return malformed("a signed note does not end with a newline");
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (!line.starts_with(dash))
            return malformed("a signature line does not start with a dash");
        line.remove_prefix(dash.size());
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos) return malformed("a signature line has no signature");
        const auto decoded = from_base64(line.substr(space + 1));
        if (!is_key_name(line.substr(0, space)))
            return malformed("a signature line has a name that cannot be one");
        if (!decoded || decoded->size() < 5)
            return malformed("a signature line is not base64 of a signature");
        if (note.signatures.size() == most_signatures)
            return malformed("a signed note has more than 64 signatures");
        note.signatures.push_back(
            {std::string(line.substr(0, space)), id_of(*decoded), decoded->substr(4)});
    }
    return note;
}

VerifierKey::VerifierKey(std::string name, std::string_view key) : name_(std::move(name)) {
    std::copy_n(key.begin(), key_.size(), key_.begin());
    const std::string named = name_ + "\n" + ed25519;
    const Hash hash = thread_hasher(HashAlgorithm::sha256).digest(named, key);
    key_id_ = id_of(as_view(hash));
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
    TRY(const KeyText key, parse_key(trimmed(text), "a verifier key"));
    VerifierKey verifier(key.name, key.bytes);
    if (verifier.key_id_ != key.id)
        return malformed("a verifier key has an id that is not its own");
    return verifier;
}

std::string VerifierKey::to_string() const {
    return name_ + "+" + id_hex(key_id_) + "+" +
           to_base64(ed25519 + std::string(key_.data(), key_.size()));
}

bool VerifierKey::verify(std::string_view text, std::string_view signature) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                    reinterpret_cast<const unsigned char*>(key_.data()),
                                    key_.size()),
        EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    return key && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                            text.size()) == 1;
}

SigningKey::SigningKey(std::string_view name, std::string_view seed,
                       std::shared_ptr<evp_pkey_st> key, std::string_view public_key)
    : verifier_(std::string(name), public_key), key_(std::move(key)), seed_(seed) {}

Result<SigningKey> SigningKey::from_seed(std::string_view name, std::string_view seed) {
    std::shared_ptr<EVP_PKEY> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                     reinterpret_cast<const unsigned char*>(seed.data()),
                                     seed.size()),
        EVP_PKEY_free);
    std::array<unsigned char, 32> public_key{};
    std::size_t size = public_key.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1)
        return Error{ErrorCode::io, "OpenSSL cannot make an Ed25519 key"};
    return SigningKey(name, seed, std::move(key), as_view(public_key));
}

Result<SigningKey> SigningKey::generate(std::string_view name) {
    if (!is_key_name(name))
        return Error{ErrorCode::invalid_argument,
                     "a key name must not be empty and have no space, control character or plus"};
    std::array<std::uint8_t, 32> seed{};
    fill_random(seed);
    auto key = from_seed(name, as_view(seed));
    OPENSSL_cleanse(seed.data(), seed.size());
    return key;
}

Result<SigningKey> SigningKey::parse(std::string_view text) {
    text = trimmed(text);
    if (!text.starts_with(private_prefix))
        return malformed("a signing key does not start with PRIVATE+KEY+");
    TRY(const KeyText key, parse_key(text.substr(private_prefix.size()), "a signing key"));
    TRY(SigningKey signing, from_seed(key.name, key.bytes));
    if (signing.verifier().key_id() != key.id)
        return malformed("a signing key has an id that is not its own");
    return signing;
}

Result<SigningKey> SigningKey::load(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
        return Error{ErrorCode::invalid_argument,
                     "the signing key " + path.string() + " can be read by others: chmod 600 it"};
    TRY(const std::string text, read_file(path, 4096));
    auto key = parse(text);
    if (!key) return Error{key.error().code, path.string() + ": " + key.error().message};
    return key;
}

Result<void> SigningKey::save(const std::filesystem::path& path) const {
    return create_file(path,
                       std::string(private_prefix) + verifier_.name() + "+" +
                           id_hex(verifier_.key_id()) + "+" + to_base64(ed25519 + seed_) + "\n",
                       0600);
}

Result<std::string> SigningKey::sign(std::string_view text) const {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; };
    if (text.empty() || text.back() != '\n' || !is_utf8(text) ||
        std::any_of(text.begin(), text.end(), is_control))
        return Error{
            ErrorCode::invalid_argument,
            "a text to sign must be UTF-8, end with a newline and have no control character"};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
        return Error{ErrorCode::io, "OpenSSL cannot make an Ed25519 signature"};
    std::string note(text);
    note += '\n';
    note += dash;
    note += verifier_.name() + " " + to_base64(id_bytes(verifier_.key_id()) + signature) + "\n";
    return note;
}

Result<std::string> open_note(std::string_view bytes, const std::vector<VerifierKey>& keys) {
    TRY(Note note, parse_note(bytes));
    bool is_signed = false;
    for (const NoteSignature& signature : note.signatures) {
        for (const VerifierKey& key : keys) {
            if (key.key_id() != signature.key_id || key.name() != signature.name) continue;
            if (!key.verify(note.text, signature.signature))
                return Error{ErrorCode::integrity, "the signature by " + key.name() + " is wrong"};
            is_signed = true;
        }
    }
    if (!is_signed) return Error{ErrorCode::integrity, "the note is not signed by a known key"};
    return std::move(note.text);
}

}  // namespace gongkai::storage::audit
