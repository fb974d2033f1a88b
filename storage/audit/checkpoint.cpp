#include "storage/audit/checkpoint.hpp"

#include <boost/json/object.hpp>
#include <charconv>
#include <fstream>

#include "storage/audit/canonical_json.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::storage::audit {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr std::uint64_t most_note_bytes = 1 << 20;

Error malformed(std::string message) {
    return {ErrorCode::malformed, std::move(message)};
}

// The next line without its newline, or nothing where there is none left.
std::optional<std::string_view> next_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::string origin_of(std::string_view key_name, HashAlgorithm algorithm) {
    return std::string(key_name) + (algorithm == HashAlgorithm::sm3 ? "/sm3" : "");
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
    return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
           to_base64(as_view(checkpoint.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
    const auto origin = next_line(text);
    const auto size = next_line(text);
    const auto root = next_line(text);
    if (!root) return malformed("a checkpoint has fewer than three lines");
    if (origin->empty()) return malformed("a checkpoint has no origin");
    Checkpoint checkpoint;
    checkpoint.origin = *origin;
    const auto [end, failure] =
        std::from_chars(size->data(), size->data() + size->size(), checkpoint.size);
    if (failure != std::errc() || end != size->data() + size->size() ||
        (size->size() > 1 && size->front() == '0') || checkpoint.size >> 63 != 0)
        return malformed("a checkpoint's second line is not a tree size");
    const auto bytes = from_base64(*root);
    if (!bytes || bytes->size() != checkpoint.root.size())
        return malformed("a checkpoint's third line is not base64 of 32 bytes");
    std::copy(bytes->begin(), bytes->end(), checkpoint.root.begin());
    while (!text.empty()) {
        const auto extension = next_line(text);
        if (!extension || extension->empty())
            return malformed("a checkpoint has an empty extension line");
    }
    return checkpoint;
}

Result<std::string> sign_checkpoint(std::uint64_t size, const Hash& root, const SigningKey& key,
                                    HashAlgorithm algorithm) {
    return key.sign(checkpoint_text({origin_of(key.verifier().name(), algorithm), size, root}));
}

Result<Checkpoint> open_checkpoint(std::string_view note, std::string_view origin,
                                   const std::vector<VerifierKey>& keys) {
    TRY(const std::string text, open_note(note, keys));
    TRY(Checkpoint checkpoint, parse_checkpoint(text));
    if (checkpoint.origin != origin)
        return Error{ErrorCode::integrity, "the checkpoint is of " + checkpoint.origin +
                                               ", not of " + std::string(origin)};
    return checkpoint;
}

Result<void> check_extends(const Checkpoint& checkpoint, std::uint64_t size,
                           const NodeReader& reader, HashAlgorithm algorithm) {
    if (size < checkpoint.size)
        return Error{
            ErrorCode::integrity,
            "the record has " + std::to_string(size) +
                " leaves, but a checkpoint was signed over " + std::to_string(checkpoint.size) +
                ": leaves are missing, the database was truncated or restored from an older copy"};
    TRY(const Hash root, root_at(checkpoint.size, reader, algorithm));
    if (root != checkpoint.root)
        return Error{ErrorCode::integrity,
                     "the first " + std::to_string(checkpoint.size) +
                         " leaves of the record are not those that a checkpoint was "
                         "signed over: the database was altered, or is another one"};
    return {};
}

CheckpointFolder::CheckpointFolder(std::filesystem::path folder, std::string origin,
                                   std::vector<VerifierKey> keys)
    : folder_(std::move(folder)), origin_(std::move(origin)), keys_(std::move(keys)) {}

Result<CheckpointFolder> CheckpointFolder::open(std::filesystem::path folder, std::string origin,
                                                std::vector<VerifierKey> keys) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        return Error{ErrorCode::io,
                     "cannot make the folder " + folder.string() + ": " + failure.message()};
    return existing(std::move(folder), std::move(origin), std::move(keys));
}

CheckpointFolder CheckpointFolder::existing(std::filesystem::path folder, std::string origin,
                                            std::vector<VerifierKey> keys) {
    return CheckpointFolder(std::move(folder), std::move(origin), std::move(keys));
}

Result<std::optional<std::string>> CheckpointFolder::last_note() const {
    auto note = read_file(folder_ / "checkpoint", most_note_bytes);
    if (note) return std::optional<std::string>(std::move(*note));
    if (note.error().code == ErrorCode::not_found) return std::optional<std::string>();
    return std::move(note).error();
}

Result<std::optional<Checkpoint>> CheckpointFolder::last() const {
    TRY(const auto note, last_note());
    if (!note) return std::optional<Checkpoint>();
    auto checkpoint = open_checkpoint(*note, origin_, keys_);
    if (!checkpoint)
        return Error{checkpoint.error().code,
                     (folder_ / "checkpoint").string() + ": " + checkpoint.error().message};
    return std::optional<Checkpoint>(std::move(*checkpoint));
}

Result<void> CheckpointFolder::add(std::string_view note) {
    TRY(const FileLock lock, FileLock::take(folder_ / "lock"));
    remove_unfinished(folder_ / "checkpoint");
    TRY(const Checkpoint added, open_checkpoint(note, origin_, keys_));
    TRY(const std::optional<Checkpoint> before, last());
    if (before == added) return {};
    if (before && added.size <= before->size)
        return Error{ErrorCode::integrity, "a checkpoint over " + std::to_string(added.size) +
                                               " leaves cannot follow one over " +
                                               std::to_string(before->size)};
    // The last checkpoint first: it is what a start is held against. A crash between the two costs
    // a line of history.
    TRY_VOID(write_file(folder_ / "checkpoint", note));
    return append_line(folder_ / "checkpoints.jsonl", checkpoint_line(note));
}

Result<void> CheckpointFolder::for_each(
    const std::function<Result<void>(std::string_view note)>& visit) const {
    const std::filesystem::path path = folder_ / "checkpoints.jsonl";
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) return {};
    std::ifstream file(path, std::ios::binary);
    std::string line;
    std::uint64_t number = 0;
    while (std::getline(file, line) && !file.eof()) {
        ++number;
        const auto note = parse_checkpoint_line(line);
        if (!note)
            return Error{note.error().code, path.string() + ":" + std::to_string(number) + ": " +
                                                note.error().message};
        TRY_VOID(visit(*note));
    }
    if (file.bad() || !file.eof()) return Error{ErrorCode::io, "cannot read " + path.string()};
    return {};
}

std::string checkpoint_line(std::string_view note) {
    std::string line;
    CanonicalWriter writer(line);
    writer.begin_object().key("note").string(note).end_object();
    if (!writer.finish()) stop_on_bug("a checkpoint that is not UTF-8");
    return line;
}

Result<std::string> parse_checkpoint_line(std::string_view line) {
    TRY(const boost::json::value value, parse_canonical(line));
    const auto* object = value.if_object();
    const auto* note =
        object != nullptr && object->size() == 1 ? object->if_contains("note") : nullptr;
    if (note == nullptr || !note->is_string())
        return malformed("not a line of the form {\"note\":\"...\"}");
    return std::string(note->get_string());
}

}  // namespace gongkai::storage::audit
