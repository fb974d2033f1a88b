// Signed notes (c2sp.org/signed-note): a text with signatures by named keys that any tool of that
// family verifies.
//
//   <text, every line ended by a newline>
//   <an empty line>
//   — <key name> <base64 of 4 bytes key id and the signature>
//
// Only Ed25519 (type 0x01) is made and verified. Signatures by unknown keys are ignored, as the
// specification asks.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"

struct evp_pkey_st;

namespace gongkai::storage::audit {

using engine::Result;

struct NoteSignature {
    std::string name;
    std::uint32_t key_id = 0;
    std::string signature;  // raw bytes, without the key id
};

struct Note {
    std::string text;  // what is signed: with its last newline, without the empty line
    std::vector<NoteSignature> signatures;
};

// Error `malformed` says what is wrong. At most 1 MiB and 64 signatures.
Result<Note> parse_note(std::string_view bytes);

// Not empty, UTF-8, no space, control character or '+'.
bool is_key_name(std::string_view name);

// The public half: "<name>+<key id in 8 hexadecimal digits>+<base64 of 0x01 and the 32 byte key>".
class VerifierKey {
  public:
    // Surrounding white space is ignored, so that the contents of a file can be given as they are.
    static Result<VerifierKey> parse(std::string_view text);

    const std::string& name() const noexcept { return name_; }
    std::uint32_t key_id() const noexcept { return key_id_; }
    std::string to_string() const;
    bool verify(std::string_view text, std::string_view signature) const;
    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

  private:
    friend class SigningKey;
    VerifierKey(std::string name, std::string_view key);
    std::string name_;
    std::uint32_t key_id_ = 0;
    std::array<char, 32> key_{};
};

// The private half: "PRIVATE+KEY+<name>+<key id>+<base64 of 0x01 and the 32 byte seed>" and a
// newline, in a file that only its owner may read.
class SigningKey {
  public:
    // Error `invalid_argument` where is_key_name(name) is false.
    static Result<SigningKey> generate(std::string_view name);
    static Result<SigningKey> parse(std::string_view text);
    // Error `invalid_argument` where others than the owner may read the file.
    static Result<SigningKey> load(const std::filesystem::path& path);
    // Mode 0600. Error `conflict` where the file exists: a key is never overwritten.
    Result<void> save(const std::filesystem::path& path) const;

    const VerifierKey& verifier() const noexcept { return verifier_; }
    // The whole note. `text` must end with a newline and have no control character besides
    // newlines: error `invalid_argument` otherwise.
    Result<std::string> sign(std::string_view text) const;

  private:
    SigningKey(std::string_view name, std::string_view seed, std::shared_ptr<evp_pkey_st> key,
               std::string_view public_key);
    static Result<SigningKey> from_seed(std::string_view name, std::string_view seed);
    VerifierKey verifier_;
    std::shared_ptr<evp_pkey_st> key_;
    std::string seed_;
};

// The text of the note if at least one of the keys signed it and no signature by one of the keys is
// wrong. Error `malformed` where it is no note, `integrity` where it is not signed by them.
Result<std::string> open_note(std::string_view bytes, const std::vector<VerifierKey>& keys);

}  // namespace gongkai::storage::audit
