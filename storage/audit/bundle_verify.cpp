#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <map>
#include <set>
#include <unordered_map>

#include "storage/audit/bundle.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::storage::audit {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;

constexpr std::size_t most_line_bytes = 16 << 20;
constexpr std::uint64_t most_note_bytes = 1 << 20;

// Lines of a file without their newlines. A torn last line is not given out.
class Lines {
  public:
    explicit Lines(const fs::path& path) : path_(path), file_(path, std::ios::binary) {}

    bool is_open() const { return file_.is_open(); }
    // False at the end.
    Result<bool> next(std::string& line) {
        if (is_torn_ || !std::getline(file_, line)) {
            if (file_.bad()) return Error{ErrorCode::io, "cannot read " + path_.string()};
            return false;
        }
        if (line.size() > most_line_bytes)
            return Error{ErrorCode::io, path_.string() + " has a line longer than 16 MiB"};
        is_torn_ = file_.eof();
        return !is_torn_;
    }
    bool is_torn() const { return is_torn_; }

  private:
    fs::path path_;
    std::ifstream file_;
    bool is_torn_ = false;
};

// One checkpoint that somebody claims, and what became of it.
struct Claim {
    std::string where;
    std::uint64_t size = 0;
    Hash root{};
    bool is_good = false;
};

// What the next leaf of a document must be linked to.
struct Chain {
    std::uint64_t revision = 0;
    Hash last{};
};

struct OpeningLine {
    std::uint64_t leaf = 0;
    BundleText opened;
};

class Verification {
  public:
    Verification(const fs::path& folder, const VerifyOptions& options)
        : folder_(folder), options_(options) {}

    Result<BundleReport> run() {
        TRY_VOID(read_format());
        TRY_VOID(read_key());
        TRY_VOID(read_checkpoints());
        TRY_VOID(read_leaves());
        judge_checkpoints();
        judge_sm3();
        TRY_VOID(judge_named_files("definitions", "definition", definitions_));
        TRY_VOID(judge_named_files("calendars", "calendar", calendars_));
        return std::move(report_);
    }

  private:
    void found(const char* code, std::optional<std::uint64_t> leaf, std::string message) {
        report_.findings.add(code, leaf, std::move(message));
    }

    // The file's bytes; nullopt, with a finding where it is required, if it is not there.
    Result<std::optional<std::string>> read(const char* name, bool is_required) {
        auto bytes = read_file(folder_ / name, most_note_bytes);
        if (bytes) return std::optional<std::string>(std::move(*bytes));
        // Too long to be what it should be: whoever reads the nothing in its place will say so.
        if (bytes.error().code == ErrorCode::malformed)
            return std::optional<std::string>(std::in_place);
        if (bytes.error().code != ErrorCode::not_found) return std::move(bytes).error();
        if (is_required) found("file_missing", std::nullopt, std::string(name) + " is not there");
        return std::optional<std::string>();
    }

    Result<void> read_format() {
        std::error_code failure;
        if (!fs::is_directory(folder_, failure))
            return Error{ErrorCode::not_found, folder_.string() + " is not a folder"};
        TRY(const auto format, read("FORMAT", true));
        if (format && *format != "gongkai-audit-bundle 1\n")
            found("format_unknown", std::nullopt,
                  "FORMAT is not that of a bundle that this program reads");
        return {};
    }

    Result<void> read_key() {
        if (options_.key) {
            keys_ = {*options_.key};
            return {};
        }
        report_.key_from_bundle = true;
        TRY(const auto text, read("vkey", true));
        if (!text) return {};
        auto key = VerifierKey::parse(*text);
        if (key)
            keys_ = {std::move(*key)};
        else
            found("key_malformed", std::nullopt, "vkey: " + key.error().message);
        return {};
    }

    // The checkpoint, if it is believed; otherwise a finding.
    std::optional<Checkpoint> believed(std::string_view note, const std::string& where,
                                       HashAlgorithm algorithm = HashAlgorithm::sha256) {
        if (keys_.empty()) return std::nullopt;
        auto checkpoint = open_checkpoint(note, origin_of(keys_[0].name(), algorithm), keys_);
        if (checkpoint) return std::move(*checkpoint);
        found(checkpoint.error().code == ErrorCode::malformed ? "checkpoint_malformed"
                                                              : "checkpoint_signature",
              std::nullopt, where + ": " + checkpoint.error().message);
        return std::nullopt;
    }
    void claim(std::string_view note, const std::string& where) {
        if (const auto checkpoint = believed(note, where))
            claims_.push_back({where, checkpoint->size, checkpoint->root, false});
    }

    Result<void> read_checkpoints() {
        TRY(const auto note, read("checkpoint", true));
        if (note) {
            claim(*note, "checkpoint");
            has_own_claim_ = !claims_.empty();
        }
        for (std::size_t i = 0; i < options_.checkpoints.size(); ++i)
            claim(options_.checkpoints[i], "given checkpoint " + std::to_string(i + 1));
        Lines history(folder_ / "checkpoints.jsonl");
        std::string line;
        std::uint64_t number = 0;
        std::uint64_t size_before = 0;
        while (history.is_open()) {
            TRY(const bool has_line, history.next(line));
            if (!has_line) break;
            const std::string where = "checkpoints.jsonl line " + std::to_string(++number);
            const auto text = parse_checkpoint_line(line);
            if (!text) {
                found("checkpoint_malformed", std::nullopt, where + ": " + text.error().message);
                continue;
            }
            const std::size_t claims_before = claims_.size();
            claim(*text, where);
            if (claims_.size() == claims_before) continue;
            if (claims_.back().size < size_before)
                found("checkpoint_order", std::nullopt,
                      where + " covers fewer leaves than the line before");
            size_before = claims_.back().size;
        }
        if (history.is_torn())
            found("checkpoint_malformed", std::nullopt,
                  "checkpoints.jsonl: the last line has no newline");
        return {};
    }

    Result<void> read_leaves() {
        Lines leaves(folder_ / "leaves.jsonl");
        if (!leaves.is_open()) {
            found("file_missing", std::nullopt, "leaves.jsonl is not there");
        }
        Lines openings(folder_ / "openings.jsonl");
        TRY_VOID(next_opening(openings));
        TRY(const auto sm3_note, read("sm3/checkpoint", false));
        if (sm3_note) {
            if (available(HashAlgorithm::sm3))
                sm3_.emplace(HashAlgorithm::sm3);
            else
                found("checkpoint_malformed", std::nullopt,
                      "sm3/checkpoint: this program's OpenSSL has no SM3");
            sm3_claim_ = believed(*sm3_note, "sm3/checkpoint", HashAlgorithm::sm3);
        }
        // The roots at all claimed sizes are taken in passing.
        std::vector<Claim*> by_size;
        for (Claim& claim : claims_)
            by_size.push_back(&claim);
        std::stable_sort(by_size.begin(), by_size.end(),
                         [](const Claim* a, const Claim* b) { return a->size < b->size; });
        auto next = by_size.begin();
        const auto compare = [&] {
            for (; next != by_size.end() && (*next)->size == frontier_.size(); ++next)
                (*next)->is_good = (*next)->root == frontier_.root();
        };
        compare();
        std::string line;
        while (leaves.is_open()) {
            TRY(const bool has_line, leaves.next(line));
            if (!has_line) break;
            TRY_VOID(read_leaf(line, openings));
            compare();
        }
        report_.leaves = frontier_.size();
        report_.root = frontier_.root();
        report_.documents = chains_.size();
        if (leaves.is_torn())
            found("leaf_torn", frontier_.size(), "the last line of leaves.jsonl has no newline");
        while (opening_) {
            found("opening_unknown", opening_->leaf, "an opening of a leaf that is not there");
            TRY_VOID(next_opening(openings));
        }
        if (openings.is_torn())
            found("opening_malformed", std::nullopt,
                  "openings.jsonl: the last line has no newline");
        return {};
    }

    Result<void> read_leaf(std::string_view bytes, Lines& openings) {
        const std::uint64_t index = frontier_.size();
        const Hash hash = frontier_.append(bytes).leaf();
        if (sm3_) sm3_->append(bytes);
        const auto leaf = decode_leaf(bytes);
        if (leaf) {
            judge_time(*leaf, index);
            link(*leaf, index, hash);
        } else {
            found("leaf_malformed", index, leaf.error().message);
        }
        const bool is_opened = opening_ && opening_->leaf == index;
        const std::vector<Hash> commitments = is_opened ? hashes_in(bytes) : std::vector<Hash>();
        std::vector<BundleText> texts;
        while (opening_ && opening_->leaf == index) {
            if (std::binary_search(commitments.begin(), commitments.end(),
                                   opening_->opened.commitment))
                texts.push_back(std::move(opening_->opened));
            else
                found("opening_unknown", index,
                      "an opening of a commitment that the leaf does not have");
            TRY_VOID(next_opening(openings));
        }
        if (options_.visit)
            options_.visit({index, bytes, hash, leaf ? &*leaf : nullptr, texts}, report_.findings);
        return {};
    }

    void judge_time(const Leaf& leaf, std::uint64_t index) {
        if (leaf.time_ms < latest_ms_)
            found("time_backwards", index, "its time is before that of a leaf before it");
        latest_ms_ = std::max(latest_ms_, leaf.time_ms);
    }

    void link(const Leaf& leaf, std::uint64_t index, const Hash& hash) {
        if (leaf.kind == LeafKind::admin) ++report_.admin;
        if (leaf.kind == LeafKind::refusal) ++report_.refusals;
        if (leaf.kind == LeafKind::step) ++report_.steps;
        if (!leaf.document) return;
        definitions_.emplace(*leaf.definition, index);
        calendars_.emplace(*leaf.calendar, index);
        const auto chain = chains_.find(*leaf.document);
        const std::uint64_t revision = chain == chains_.end() ? 0 : chain->second.revision;
        const bool is_linked =
            chain == chains_.end() ? !leaf.previous : leaf.previous == chain->second.last;
        const std::string document = "document " + std::to_string(*leaf.document);
        if (leaf.kind == LeafKind::refusal) {
            if (leaf.revision != revision || !is_linked)
                found("chain_refusal", index,
                      document +
                          ": an attempt that is not linked to the document's last step, revision " +
                          std::to_string(revision));
            return;
        }
        if (leaf.revision != revision + 1)
            found("chain_revision", index,
                  document + ": revision " + std::to_string(leaf.revision) +
                      " follows on revision " + std::to_string(revision));
        if (!is_linked)
            found("chain_previous", index, document + ": not linked to the document's last step");
        chains_[*leaf.document] = {leaf.revision, hash};
    }

    // Steps on to the next line that is an opening with the right text.
    Result<void> next_opening(Lines& lines) {
        opening_.reset();
        std::string line;
        while (lines.is_open() && !opening_) {
            TRY(const bool has_line, lines.next(line));
            if (!has_line) break;
            ++opening_number_;
            const std::string where = "openings.jsonl line " + std::to_string(opening_number_);
            auto opening = parse_opening(line);
            if (!opening) {
                found("opening_malformed", std::nullopt, where + ": " + opening.error().message);
            } else if (opening->first.leaf < opening_leaf_) {
                found("opening_order", std::nullopt,
                      where + " is of a smaller leaf than the line before");
            } else {
                opening_leaf_ = opening->first.leaf;
                if (commit(opening->second, opening->first.opened.text) !=
                    opening->first.opened.commitment)
                    found("opening_mismatch", opening->first.leaf,
                          where + ": salt and text do not give the commitment");
                else
                    opening_ = std::move(opening->first);
            }
        }
        return {};
    }

    static Result<std::pair<OpeningLine, Salt>> parse_opening(std::string_view line) {
        const Error malformed{ErrorCode::malformed, "not an opening"};
        const auto value = parse_canonical(line);
        const json::object* object = value ? value->if_object() : nullptr;
        if (object == nullptr || object->size() != 4) return malformed;
        const json::value* commitment = object->if_contains("commitment");
        const json::value* leaf = object->if_contains("leaf");
        const json::value* salt = object->if_contains("salt");
        const json::value* text = object->if_contains("text");
        if (!commitment || !leaf || !salt || !text || !commitment->is_string() ||
            !leaf->is_int64() || leaf->get_int64() < 0 || !salt->is_string() || !text->is_string())
            return malformed;
        const auto hash = hash_from_hex(commitment->get_string());
        const auto salt_bytes = bytes_from_hex(salt->get_string());
        std::pair<OpeningLine, Salt> out;
        if (!hash || !salt_bytes || salt_bytes->size() != out.second.size()) return malformed;
        out.first = {static_cast<std::uint64_t>(leaf->get_int64()),
                     {*hash, std::string(std::string_view(text->get_string()))}};
        std::copy(salt_bytes->begin(), salt_bytes->end(), out.second.begin());
        return out;
    }

    void judge_checkpoints() {
        const std::uint64_t leaves = frontier_.size();
        std::vector<std::uint64_t> good{0};
        for (const Claim& claim : claims_) {
            if (claim.is_good) good.push_back(claim.size);
        }
        std::sort(good.begin(), good.end());
        report_.checkpoints = good.size() - 1;
        for (const Claim& claim : claims_) {
            if (claim.is_good) continue;
            const std::string covers =
                claim.where + " covers " + std::to_string(claim.size) + " leaves";
            if (claim.size > leaves) {
                found(
                    "checkpoint_size", leaves,
                    covers + ", but there are " + std::to_string(leaves) + ": leaves are missing");
                continue;
            }
            const auto next_good = std::lower_bound(good.begin(), good.end(), claim.size);
            const std::uint64_t first = next_good == good.begin() ? 0 : *std::prev(next_good);
            const bool is_fork = good.size() > 1 && good.back() >= claim.size;
            found(is_fork ? "checkpoint_fork" : "checkpoint_root", first,
                  covers + " with another root than theirs" +
                      (is_fork ? ": two histories were signed"
                               : ": a leaf from here on was altered"));
        }
        if (!has_own_claim_) return;
        const Claim& own = claims_.front();
        if (own.is_good) report_.checkpoint = Checkpoint{keys_[0].name(), own.size, own.root};
        judge_unsigned(own.size, "checkpoint");
    }

    void judge_sm3() {
        if (!sm3_ || !sm3_claim_) return;
        const std::string covers =
            "sm3/checkpoint covers " + std::to_string(sm3_claim_->size) + " leaves";
        if (sm3_claim_->size > sm3_->size())
            found("checkpoint_size", sm3_->size(),
                  covers + ", but there are " + std::to_string(sm3_->size()));
        else if (sm3_claim_->size == sm3_->size() && sm3_claim_->root != sm3_->root())
            found("checkpoint_root", 0, covers + " with another root than theirs");
        judge_unsigned(sm3_claim_->size, "sm3/checkpoint");
    }

    void judge_unsigned(std::uint64_t size, const std::string& where) {
        if (size < frontier_.size())
            found("leaves_unsigned", size,
                  where + " covers " + std::to_string(size) + " of " +
                      std::to_string(frontier_.size()) + " leaves");
    }

    Result<void> judge_named_files(const char* name, const std::string& kind,
                                   const std::map<Hash, std::uint64_t>& wanted) {
        std::set<Hash> there;
        std::error_code failure;
        for (fs::directory_iterator entry(folder_ / name, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            TRY(const std::string bytes, read_file(entry->path(), most_line_bytes));
            const std::string file = entry->path().filename().string();
            const Hash hash = sha256(bytes);
            if (file.substr(0, file.find('.')) == to_hex(hash))
                there.insert(hash);
            else
                found(
                    (kind + "_digest").c_str(), std::nullopt,
                    std::string(name) + "/" + file + " does not have the hash that it is named by");
        }
        for (const auto& [hash, leaf] : wanted) {
            if (there.count(hash) == 0)
                found((kind + "_missing").c_str(), leaf,
                      "the " + kind + " " + to_hex(hash) + " is not there");
        }
        return {};
    }

    const fs::path& folder_;
    const VerifyOptions& options_;
    BundleReport report_;
    std::vector<VerifierKey> keys_;
    std::vector<Claim> claims_;  // the bundle's own first, if has_own_claim_
    bool has_own_claim_ = false;
    std::optional<Checkpoint> sm3_claim_;
    Frontier frontier_;
    std::optional<Frontier> sm3_;
    std::int64_t latest_ms_ = 0;  // time of a leaf so far
    std::unordered_map<std::uint64_t, Chain> chains_;
    std::map<Hash, std::uint64_t> definitions_;  // with the first leaf that names it
    std::map<Hash, std::uint64_t> calendars_;
    std::optional<OpeningLine> opening_;
    std::uint64_t opening_number_ = 0;
    std::uint64_t opening_leaf_ = 0;
};

}  // namespace

Result<BundleReport> verify_bundle(const fs::path& folder, const VerifyOptions& options) {
    return Verification(folder, options).run();
}

Result<void> for_each_leaf(
    const fs::path& folder,
    const std::function<Result<void>(std::uint64_t index, std::string_view bytes)>& visit) {
    Lines lines(folder / "leaves.jsonl");
    if (!lines.is_open())
        return Error{ErrorCode::not_found,
                     (folder / "leaves.jsonl").string() + " cannot be opened"};
    std::string line;
    for (std::uint64_t index = 0;; ++index) {
        TRY(const bool has_line, lines.next(line));
        if (!has_line) return {};
        TRY_VOID(visit(index, line));
    }
}

}  // namespace gongkai::storage::audit
