#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "storage/audit/bundle.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::storage::audit {

namespace {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

// A file that is written line by line through a buffer and synced at the end.
class LineFile {
  public:
    explicit LineFile(fs::path path) : path_(std::move(path)) {
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (descriptor_ < 0) error_ = errno;
    }
    ~LineFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    Result<void> line(std::string_view text) {
        buffer_ += text;
        buffer_ += '\n';
        return buffer_.size() < buffer_bytes ? result() : flush();
    }
    Result<void> finish() {
        TRY_VOID(flush());
        if (::fsync(descriptor_) != 0) error_ = errno;
        return result();
    }

  private:
    static constexpr std::size_t buffer_bytes = 1 << 18;

    Result<void> flush() {
        std::string_view rest = buffer_;
        while (error_ == 0 && !rest.empty()) {
            const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
            if (written >= 0)
                rest.remove_prefix(static_cast<std::size_t>(written));
            else if (errno != EINTR)
                error_ = errno;
        }
        buffer_.clear();
        return result();
    }
    Result<void> result() const {
        if (error_ == 0) return {};
        return Error{
            error_ == ENOSPC ? ErrorCode::storage_full : ErrorCode::io,
            "cannot write " + path_.string() + ": " + std::generic_category().message(error_)};
    }

    fs::path path_;
    int descriptor_ = -1;
    int error_ = 0;
    std::string buffer_;
};

std::string opening_line(const Opening& opening, const Hash& commitment, std::uint64_t leaf) {
    std::string line;
    CanonicalWriter writer(line);
    writer.begin_object().key("commitment").hex(commitment.data(), commitment.size());
    writer.key("leaf").integer(static_cast<std::int64_t>(leaf));
    writer.key("salt").hex(opening.salt.data(), opening.salt.size());
    writer.key("text").string(opening.text).end_object();
    return writer.finish() ? line : std::string();
}

Result<Frontier> write_leaves(const fs::path& folder, const BundleSource& source,
                              std::optional<Frontier>& sm3) {
    LineFile leaves(folder / "leaves.jsonl");
    LineFile openings(folder / "openings.jsonl");
    Frontier frontier;
    const LeafSink sink = [&](std::string_view bytes,
                              std::span<const Opening> opened) -> Result<void> {
        const std::uint64_t index = frontier.size();
        const std::string where = "leaf " + std::to_string(index);
        if (bytes.find('\n') != std::string_view::npos)
            return Error{ErrorCode::malformed, where + " has a newline: it is not canonical JSON"};
        TRY_VOID(leaves.line(bytes));
        const std::vector<Hash> commitments =
            opened.empty() ? std::vector<Hash>() : hashes_in(bytes);
        for (const Opening& opening : opened) {
            const Hash commitment = commit(opening.salt, opening.text);
            if (!std::binary_search(commitments.begin(), commitments.end(), commitment))
                return Error{ErrorCode::malformed,
                             where + " does not have the commitment that is opened"};
            const std::string line = opening_line(opening, commitment, index);
            if (line.empty())
                return Error{ErrorCode::malformed, where + ": an opened text is not UTF-8"};
            TRY_VOID(openings.line(line));
        }
        frontier.append(bytes);
        if (sm3) sm3->append(bytes);
        return {};
    };
    TRY_VOID(source.leaves(sink));
    TRY_VOID(leaves.finish());
    TRY_VOID(openings.finish());
    return frontier;
}

// The exporter's own mistake must not become an auditor's finding.
Result<void> check_covers(const std::string& note, const Frontier& frontier) {
    TRY(const Note parsed, parse_note(note));
    TRY(const Checkpoint checkpoint, parse_checkpoint(parsed.text));
    if (checkpoint.size != frontier.size() || checkpoint.root != frontier.root())
        return Error{ErrorCode::integrity,
                     "the checkpoint over " + std::to_string(checkpoint.size) +
                         " leaves is not over the " + std::to_string(frontier.size()) +
                         " leaves that were exported"};
    return {};
}

Result<void> write_named(const fs::path& folder, const std::vector<NamedFile>& files) {
    std::error_code failure;
    fs::create_directory(folder, failure);
    if (failure)
        return Error{ErrorCode::io, "cannot make " + folder.string() + ": " + failure.message()};
    for (const NamedFile& file : files) {
        const std::string name =
            to_hex(sha256(file.bytes)) + (file.extension.empty() ? "" : "." + file.extension);
        TRY_VOID(write_file(folder / name, file.bytes));
    }
    return {};
}

Result<std::uint64_t> write_into(const fs::path& folder, const BundleSource& source) {
    std::optional<Frontier> sm3;
    if (source.sm3_checkpoint) sm3.emplace(HashAlgorithm::sm3);
    TRY(const Frontier frontier, write_leaves(folder, source, sm3));
    TRY_VOID(check_covers(source.checkpoint, frontier));
    TRY_VOID(write_file(folder / "checkpoint", source.checkpoint));
    if (sm3) {
        TRY_VOID(check_covers(*source.sm3_checkpoint, *sm3));
        std::error_code failure;
        fs::create_directory(folder / "sm3", failure);
        TRY_VOID(write_file(folder / "sm3" / "checkpoint", *source.sm3_checkpoint));
    }
    if (source.history) {
        LineFile history(folder / "checkpoints.jsonl");
        const TextSink sink = [&](std::string_view note) {
            return history.line(checkpoint_line(note));
        };
        TRY_VOID(source.history(sink));
        TRY_VOID(history.finish());
    }
    TRY_VOID(write_file(folder / "vkey", source.vkey + "\n"));
    TRY_VOID(write_named(folder / "definitions", source.definitions));
    TRY_VOID(write_named(folder / "calendars", source.calendars));
    TRY_VOID(write_file(folder / "FORMAT", "gongkai-audit-bundle 1\n"));
    return frontier.size();
}

}  // namespace

Result<std::uint64_t> write_bundle(const fs::path& folder, const BundleSource& source) {
    std::error_code failure;
    if (fs::exists(folder, failure))
        return Error{ErrorCode::conflict,
                     folder.string() + " exists already: a bundle is never overwritten"};
    const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    std::string beside = (parent / (folder.filename().string() + ".XXXXXX")).string();
    if (::mkdtemp(beside.data()) == nullptr)
        return Error{ErrorCode::io, "cannot make a folder in " + parent.string() + ": " +
                                        std::generic_category().message(errno)};
    fs::permissions(beside, fs::perms(0755), failure);
    Result<std::uint64_t> written = write_into(beside, source);
    if (written) {
        fs::rename(beside, folder, failure);
        if (failure)
            written = Error{ErrorCode::io,
                            "cannot name the bundle " + folder.string() + ": " + failure.message()};
    }
    if (!written) {
        fs::remove_all(beside, failure);
        return written;
    }
    TRY_VOID(sync_folder(parent));
    return written;
}

}  // namespace gongkai::storage::audit
