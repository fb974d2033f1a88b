// Checkpoints (c2sp.org/tlog-checkpoint): a signed statement that the record had this many leaves
// and this root.
//
// A checkpoint is signed after the leaves that it covers are durable, and is kept outside of the
// database, best on another disk: so that a database that was restored, truncated or rewritten is
// noticed when the server starts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/merkle.hpp"
#include "storage/audit/note.hpp"

namespace gongkai::storage::audit {

struct Checkpoint {
    std::string
        origin;  // which record: the signing key's name; with "/sm3" behind it for the second tree
    std::uint64_t size = 0;
    Hash root{};
    bool operator==(const Checkpoint&) const = default;
};

// The origin of a record's tree over this algorithm.
std::string origin_of(std::string_view key_name, HashAlgorithm algorithm);

// The text of the note. `origin` must be a key name (is_key_name).
std::string checkpoint_text(const Checkpoint& checkpoint);
// Extension lines are allowed and ignored. Error `malformed` says what is wrong.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The whole signed note; the origin is the key's name.
Result<std::string> sign_checkpoint(std::uint64_t size, const Hash& root, const SigningKey& key,
                                    HashAlgorithm algorithm = HashAlgorithm::sha256);
// Error `malformed`: not a signed checkpoint. Error `integrity`: signed by nobody whom these keys
// know, or of another origin than `origin`.
Result<Checkpoint> open_checkpoint(std::string_view note, std::string_view origin,
                                   const std::vector<VerifierKey>& keys);

// Error `integrity` unless the tree of `size` leaves behind the reader is an extension of the
// checkpoint's tree; the message says whether leaves are missing or differ. Passes on the reader's
// error.
Result<void> check_extends(const Checkpoint& checkpoint, std::uint64_t size,
                           const NodeReader& reader,
                           HashAlgorithm algorithm = HashAlgorithm::sha256);

// The folder that the checkpoints of one tree are kept in:
//   checkpoint          the last one, a signed note; replaced in one step
//   checkpoints.jsonl   all of them, one a line as {"note":"..."}
//   lock                taken while writing, so that two servers cannot fork the record unnoticed
class CheckpointFolder {
  public:
    // The folder is made where it does not exist. `keys` are those whose checkpoints are believed.
    static Result<CheckpointFolder> open(std::filesystem::path folder, std::string origin,
                                         std::vector<VerifierKey> keys);

    // For who only looks: nothing is made. A folder that does not exist never had a checkpoint.
    static CheckpointFolder existing(std::filesystem::path folder, std::string origin,
                                     std::vector<VerifierKey> keys);

    // The last checkpoint, verified; nullopt where there never was one. A file that cannot be read
    // or verified is an error, never nullopt.
    Result<std::optional<Checkpoint>> last() const;
    // Its bytes, unverified.
    Result<std::optional<std::string>> last_note() const;

    // Adds a signed checkpoint, durably. Error `integrity`: it is not verified by the keys, covers
    // fewer leaves than the last one, or as many with another root; nothing is changed. The same
    // checkpoint again is no error. The caller has made sure that it extends the last one
    // (check_extends).
    Result<void> add(std::string_view note);

    // Every checkpoint ever added, oldest first, unverified. What a crash tore off the end is left
    // out.
    Result<void> for_each(const std::function<Result<void>(std::string_view note)>& visit) const;

  private:
    CheckpointFolder(std::filesystem::path folder, std::string origin,
                     std::vector<VerifierKey> keys);
    std::filesystem::path folder_;
    std::string origin_;
    std::vector<VerifierKey> keys_;
};

// One line of checkpoints.jsonl, without the newline, and back.
std::string checkpoint_line(std::string_view note);
Result<std::string> parse_checkpoint_line(std::string_view line);

}  // namespace gongkai::storage::audit
