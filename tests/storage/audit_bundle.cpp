#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <sstream>

#include "storage/audit/canonical_json.hpp"
#include "tests/storage/audit_fixture.hpp"

using namespace gongkai::storage::audit;
using gongkai::engine::ErrorCode;
namespace fs = std::filesystem;

namespace {

// A bundle of the record on disk.
struct Exported {
    explicit Exported(const Record& record) : folder(temporary.path / "bundle") {
        const auto written = write_bundle(folder, record.source());
        if (!written) FAIL(written.error().message);
        CHECK(*written == record.leaves.size());
        options.key = record.key.verifier();
    }
    TemporaryFolder temporary;
    fs::path folder;
    VerifyOptions options;

    std::vector<std::string> lines(const char* name) const {
        std::istringstream text(contents(folder / name));
        std::vector<std::string> out;
        for (std::string line; std::getline(text, line);)
            out.push_back(line);
        return out;
    }
    void put_lines(const char* name, const std::vector<std::string>& lines) const {
        std::string text;
        for (const std::string& line : lines)
            text += line + "\n";
        overwrite(folder / name, text);
    }

    // What both verifiers say, having made sure that they say the same.
    Said verdict() const {
        const auto report = verify_bundle(folder, options);
        std::vector<std::string> arguments{"bundle", folder.string()};
        if (options.key) arguments.insert(arguments.end(), {"--vkey", options.key->to_string()});
        for (std::size_t i = 0; i < options.checkpoints.size(); ++i) {
            const fs::path path = temporary.path / ("checkpoint" + std::to_string(i));
            overwrite(path, options.checkpoints[i]);
            arguments.insert(arguments.end(), {"--checkpoint", path.string()});
        }
        const Said second = second_verifier(arguments);
        if (!report) {
            CHECK(second.exit == 2);
            return second;
        }
        const Said first = said(*report);
        CHECK(first.exit == second.exit);
        CHECK(first.findings == second.findings);
        CHECK(first.leaves == second.leaves);
        return first;
    }
};

const std::multiset<std::string> nothing;

}  // namespace

TEST_CASE("bundle: a record that was not touched is verified") {
    const Record record = a_record();
    Exported bundle(record);
    const auto report = verify_bundle(bundle.folder, bundle.options);
    REQUIRE(report.has_value());
    CHECK(report->verified());
    CHECK(report->leaves == record.leaves.size());
    CHECK(report->documents == 3);
    CHECK(report->admin == 2);
    CHECK(report->refusals == 6);
    CHECK(report->steps + report->admin + report->refusals == report->leaves);
    CHECK(report->root == record.frontier.root());
    CHECK(report->checkpoint->size == record.leaves.size());
    CHECK_FALSE(report->key_from_bundle);
    CHECK(bundle.verdict().findings == nothing);

    bundle.options.checkpoints = {record.history[2], record.history.back()};
    CHECK(bundle.verdict().findings == nothing);
    bundle.options.key.reset();
    CHECK(bundle.verdict().findings == nothing);
    CHECK(verify_bundle(bundle.folder, bundle.options)->key_from_bundle);
}

TEST_CASE("bundle: an empty record is verified") {
    Record record;
    record.sign();
    const Exported bundle(record);
    CHECK(bundle.verdict().findings == nothing);
}

TEST_CASE("bundle: what is optional may be left out") {
    const Exported bundle(a_record());
    for (const char* name : {"openings.jsonl", "checkpoints.jsonl", "sm3"})
        fs::remove_all(bundle.folder / name);
    CHECK(bundle.verdict().findings == nothing);
}

TEST_CASE("bundle: the visitor sees every leaf and may add findings") {
    const Record record = a_record();
    Exported bundle(record);
    std::vector<std::string> seen;
    bundle.options.visit = [&](const BundleLeaf& leaf, Findings& findings) {
        CHECK(leaf.index == seen.size());
        CHECK(leaf.hash == leaf_hash(leaf.bytes));
        REQUIRE(leaf.leaf != nullptr);
        seen.emplace_back(leaf.bytes);
        if (leaf.index == 7) findings.add("replay", leaf.index, "an illegal step");
    };
    const auto report = verify_bundle(bundle.folder, bundle.options);
    CHECK(seen == record.leaves);
    CHECK(said(*report).findings == std::multiset<std::string>{"replay@7"});

    std::vector<std::string> again;
    REQUIRE(for_each_leaf(bundle.folder, [&](std::uint64_t, std::string_view bytes) {
                again.emplace_back(bytes);
                return gongkai::engine::Result<void>();
            }).has_value());
    CHECK(again == record.leaves);
}

TEST_CASE("bundle: a flipped byte is found, wherever it is") {
    const char* given = std::getenv("GONGKAI_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device{}();
    INFO("GONGKAI_SEED=" << seed);
    std::mt19937 random(seed);
    const Exported bundle(a_record());
    const std::string leaves = contents(bundle.folder / "leaves.jsonl");
    for (int round = 0; round < 200; ++round) {
        std::string altered = leaves;
        altered[random() % altered.size()] ^= static_cast<char>(1 << random() % 8);
        overwrite(bundle.folder / "leaves.jsonl", altered);
        if (round < 5)
            CHECK(bundle.verdict().exit == 1);
        else
            CHECK_FALSE(verify_bundle(bundle.folder, bundle.options)->verified());
    }
}

TEST_CASE("bundle: an altered leaf is narrowed down to between two checkpoints") {
    const Exported bundle(a_record());
    auto leaves = bundle.lines("leaves.jsonl");
    // Still a leaf: only its request id is another one.
    const std::size_t at = leaves[6].find("\"r6\"");
    REQUIRE(at != std::string::npos);
    leaves[6][at + 2] = '7';
    bundle.put_lines("leaves.jsonl", leaves);
    const Said found = bundle.verdict();
    // Checkpoints over 1 and 5 leaves are good, the one over 8 is the first that is not.
    CHECK(found.has("checkpoint_root@5"));
    CHECK_FALSE(found.has("checkpoint_root@1"));
    CHECK(found.has("chain_previous@10"));
    CHECK_FALSE(found.has("leaf_malformed@6"));
}

TEST_CASE("bundle: a leaf that is dropped is found") {
    const Exported bundle(a_record());
    auto leaves = bundle.lines("leaves.jsonl");
    const std::uint64_t before = leaves.size();
    leaves.erase(leaves.begin() + 6);
    bundle.put_lines("leaves.jsonl", leaves);
    const Said found = bundle.verdict();
    CHECK(found.has("checkpoint_root@5"));
    CHECK(found.has("chain_revision@9"));
    CHECK(found.has("chain_previous@9"));
    CHECK(found.has("chain_refusal@6"));
    CHECK(found.has("checkpoint_size@" + std::to_string(before - 1)));
}

TEST_CASE("bundle: two leaves that are swapped are found") {
    const Exported bundle(a_record());
    auto leaves = bundle.lines("leaves.jsonl");
    std::swap(leaves[1], leaves[2]);  // of different documents: no chain notices
    bundle.put_lines("leaves.jsonl", leaves);
    const Said found = bundle.verdict();
    CHECK(found.has("checkpoint_root@1"));
    CHECK_FALSE(found.has("chain_previous@1"));
    CHECK_FALSE(found.has("chain_previous@2"));
}

TEST_CASE("bundle: a truncated tail is found, at a line or inside of one") {
    const Exported bundle(a_record());
    auto leaves = bundle.lines("leaves.jsonl");
    const std::uint64_t all = leaves.size();
    leaves.resize(all - 3);
    bundle.put_lines("leaves.jsonl", leaves);
    Said found = bundle.verdict();
    CHECK(found.has("checkpoint_size@" + std::to_string(all - 3)));
    CHECK_FALSE(found.has("leaf_torn@" + std::to_string(all - 3)));

    const std::string text = contents(bundle.folder / "leaves.jsonl");
    overwrite(bundle.folder / "leaves.jsonl", text.substr(0, text.size() - 40));
    found = bundle.verdict();
    CHECK(found.has("leaf_torn@" + std::to_string(all - 4)));
    CHECK(found.has("checkpoint_size@" + std::to_string(all - 4)));
    CHECK(found.leaves == all - 4);
}

TEST_CASE(
    "bundle: truncation together with the checkpoint is found by a checkpoint kept elsewhere") {
    const Record record = a_record();
    Record shorter = record;
    shorter.leaves.resize(8);
    shorter.openings.resize(8);
    shorter.history.resize(3);
    Exported bundle(shorter);
    CHECK(bundle.verdict().findings == nothing);
    bundle.options.checkpoints = {record.history.back()};
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"checkpoint_size@8"});
}

TEST_CASE("bundle: leaves that no checkpoint covers are found") {
    const Record record = a_record();
    const Exported bundle(record);
    overwrite(bundle.folder / "checkpoint", record.history[2]);
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"leaves_unsigned@8"});
}

TEST_CASE("bundle: an altered checkpoint is found") {
    const Record record = a_record();
    const Exported bundle(record);
    const auto with = [&](const std::string& note) {
        overwrite(bundle.folder / "checkpoint", note);
        return bundle.verdict().findings;
    };
    std::string note = record.history.back();
    const std::string size = "\n" + std::to_string(record.leaves.size()) + "\n";
    CHECK(with(std::string(note).replace(note.find(size), size.size(), "\n22\n")) ==
          std::multiset<std::string>{"checkpoint_signature"});
    CHECK(with("") == std::multiset<std::string>{"checkpoint_malformed"});
    CHECK(with(note.substr(0, note.size() - 1)) ==
          std::multiset<std::string>{"checkpoint_malformed"});
    CHECK(with(record.key.sign("records.example.gov.cn/gongkai\n5\n").value()) ==
          std::multiset<std::string>{"checkpoint_malformed"});
    const Hash root = record.frontier.root();
    CHECK(
        with(record.key.sign(checkpoint_text({"elsewhere", record.leaves.size(), root})).value()) ==
        std::multiset<std::string>{"checkpoint_signature"});
    // The key itself signs a root that is not the record's: the history before it still agrees.
    CHECK(
        with(sign_checkpoint(record.leaves.size(), sha256("other"), record.key).value()) ==
        std::multiset<std::string>{"checkpoint_fork@" + std::to_string(record.leaves.size() - 3)});
    fs::remove(bundle.folder / "checkpoint");
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"file_missing"});
    CHECK(with(std::string(2 << 20, 'a')) == std::multiset<std::string>{"checkpoint_malformed"});
}

TEST_CASE("bundle: a wrong key believes nothing") {
    const Record record = a_record();
    Exported bundle(record);
    bundle.options.key = SigningKey::generate("records.example.gov.cn/gongkai").value().verifier();
    const Said found = bundle.verdict();
    CHECK(found.findings.count("checkpoint_signature") == record.history.size() + 2);
    bundle.options.key.reset();
    overwrite(bundle.folder / "vkey", "nonsense");
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"key_malformed"});
}

TEST_CASE("bundle: a forked history is found") {
    const Record record = a_record();
    Exported bundle(record);
    // The same key once signed another history of seven leaves, and shows it to somebody.
    const std::string other = sign_checkpoint(7, sha256("another history"), record.key).value();
    bundle.options.checkpoints = {other};
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"checkpoint_fork@5"});
    bundle.options.checkpoints.clear();
    auto history = bundle.lines("checkpoints.jsonl");
    history.insert(history.begin() + 2, checkpoint_line(other));
    bundle.put_lines("checkpoints.jsonl", history);
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"checkpoint_fork@5"});
    std::swap(history[0], history[1]);
    history.emplace_back("{}");
    bundle.put_lines("checkpoints.jsonl", history);
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"checkpoint_fork@5",
                                                                  "checkpoint_malformed",
                                                                  "checkpoint_order"});
}

TEST_CASE("bundle: a break in a document's chain is found even when it was signed") {
    const auto found_after = [](const std::function<void(Record&)>& lie) {
        Record record = a_record();
        lie(record);
        record.sign();
        return Exported(record).verdict().findings;
    };
    const std::uint64_t next = a_record().leaves.size();
    const std::string at = "@" + std::to_string(next);
    const std::string after = "@" + std::to_string(next + 1);
    CHECK(found_after([](Record& r) { r.step(1); }) == nothing);
    CHECK(found_after([](Record& r) {
              Leaf leaf = a_step_of(r, 1);
              leaf.previous = sha256("not the step before");
              r.append(leaf);
              r.step(1);
          }) == std::multiset<std::string>{"chain_previous" + at});
    CHECK(found_after([](Record& r) {
              Leaf leaf = a_step_of(r, 1);
              leaf.revision += 1;
              r.append(leaf);
              r.step(1);
          }) == std::multiset<std::string>{"chain_revision" + at});
    CHECK(found_after([](Record& r) {
              const Leaf leaf = a_step_of(r, 1);
              r.append(leaf);
              r.append(leaf);
          }) == std::multiset<std::string>{"chain_previous" + after, "chain_revision" + after});
    CHECK(found_after([](Record& r) {
              Leaf leaf = a_step_of(r, 1);
              leaf.revision = 1;
              leaf.previous.reset();
              r.append(leaf);
          }) == std::multiset<std::string>{"chain_previous" + at, "chain_revision" + at});
    CHECK(found_after([](Record& r) {
              Leaf leaf = a_step_of(r, 1);
              leaf.kind = LeafKind::refusal;
              leaf.events.clear();
              leaf.content.reset();
              leaf.reason = "own_draft";
              r.append(leaf);
          }) == std::multiset<std::string>{"chain_refusal" + at});
}

TEST_CASE("bundle: a time that goes back is found even when it was signed") {
    Record record = a_record();
    const std::uint64_t next = record.leaves.size();
    Leaf leaf = a_step_of(record, 1);
    leaf.time_ms = 1795421730000;
    record.append(leaf);
    leaf = a_step_of(record, 1);
    leaf.time_ms -= 3000;  // after that one, but not after the leaf before both
    record.append(leaf);
    // The same time twice is no step back.
    leaf = a_step_of(record, 1);
    record.append(leaf);
    leaf = a_step_of(record, 1);
    leaf.time_ms -= 1000;
    record.append(leaf);
    record.sign();
    CHECK(Exported(record).verdict().findings ==
          std::multiset<std::string>{"time_backwards@" + std::to_string(next),
                                     "time_backwards@" + std::to_string(next + 1)});
}

TEST_CASE("bundle: what is no leaf is found even when it was signed") {
    for (const char* bytes : {"", "{}", "[1, 2]", "\xff", R"({"format":2,"kind":"step"})"}) {
        Record record = a_record();
        record.frontier.append(bytes);
        record.leaves.emplace_back(bytes);
        record.openings.emplace_back();
        record.sign();
        CHECK(Exported(record).verdict().findings ==
              std::multiset<std::string>{"leaf_malformed@" +
                                         std::to_string(record.leaves.size() - 1)});
    }
}

TEST_CASE("bundle: definitions and calendars must be there and be what was named") {
    const Exported bundle(a_record());
    fs::path file = fs::directory_iterator(bundle.folder / "definitions")->path();
    CHECK(file.extension() == ".yaml");
    overwrite(file, contents(file) + "# a comment\n");
    CHECK(bundle.verdict().findings ==
          std::multiset<std::string>{"definition_digest", "definition_missing@1"});
    fs::remove_all(bundle.folder / "definitions");
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"definition_missing@1"});
    file = fs::directory_iterator(bundle.folder / "calendars")->path();
    fs::rename(file, file.parent_path() / "calendar");
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"definition_missing@1",
                                                                  "calendar_digest",
                                                                  "calendar_missing@1"});
}

TEST_CASE("bundle: an altered text is found, a purged one is not missed") {
    const Exported bundle(a_record());
    auto openings = bundle.lines("openings.jsonl");
    REQUIRE(openings.size() == 5);
    const auto with = [&](const std::vector<std::string>& lines) {
        bundle.put_lines("openings.jsonl", lines);
        return bundle.verdict().findings;
    };
    auto altered = openings;
    altered[0].replace(altered[0].find("补充"), 6, "删除");
    CHECK(with(altered) == std::multiset<std::string>{"opening_mismatch@5"});
    altered = openings;
    altered.erase(altered.begin() + 1);
    CHECK(with(altered) == nothing);
    std::swap(altered[0], altered[1]);
    CHECK(with(altered) == std::multiset<std::string>{"opening_order"});
    altered = openings;
    const std::size_t leaf = altered[0].find("\"leaf\":5");
    REQUIRE(leaf != std::string::npos);
    altered[0][leaf + 7] = '3';
    CHECK(with(altered) == std::multiset<std::string>{"opening_unknown@3"});
    altered = openings;
    altered.back().replace(altered.back().find("\"leaf\":"), 9, "\"leaf\":999");
    CHECK(with(altered) == std::multiset<std::string>{"opening_unknown@999"});
    altered = openings;
    altered[2] = "{}";
    CHECK(with(altered) == std::multiset<std::string>{"opening_malformed"});
    overwrite(bundle.folder / "openings.jsonl", openings[0]);
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"opening_malformed"});
}

TEST_CASE("bundle: the SM3 tree is verified beside the first") {
    const Record record = a_record();
    const Exported bundle(record);
    const auto with = [&](std::uint64_t size, const Hash& root) {
        overwrite(bundle.folder / "sm3" / "checkpoint",
                  sign_checkpoint(size, root, record.key, HashAlgorithm::sm3).value());
        return bundle.verdict().findings;
    };
    const std::uint64_t all = record.leaves.size();
    CHECK(with(all, record.frontier.root()) == std::multiset<std::string>{"checkpoint_root@0"});
    CHECK(with(all + 1, Hash{}) ==
          std::multiset<std::string>{"checkpoint_size@" + std::to_string(all)});
    CHECK(with(all - 1, Hash{}) ==
          std::multiset<std::string>{"leaves_unsigned@" + std::to_string(all - 1)});
    overwrite(bundle.folder / "sm3" / "checkpoint", record.history.back());
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"checkpoint_signature"});
}

TEST_CASE("bundle: a folder that is none cannot be verified") {
    const Exported bundle(a_record());
    overwrite(bundle.folder / "FORMAT", "gongkai-audit-bundle 2\n");
    CHECK(bundle.verdict().findings == std::multiset<std::string>{"format_unknown"});
    fs::remove_all(bundle.folder);
    CHECK(bundle.verdict().exit == 2);
    fs::create_directory(bundle.folder);
    const Said found = bundle.verdict();
    CHECK(found.findings ==
          std::multiset<std::string>{"file_missing", "file_missing", "file_missing"});
}

TEST_CASE("bundle: the exporter refuses to write what it could not verify") {
    const Record record = a_record();
    const TemporaryFolder temporary;
    const fs::path folder = temporary.path / "bundle";
    const auto refused = [&](const BundleSource& source) {
        const auto written = write_bundle(folder, source);
        REQUIRE_FALSE(written.has_value());
        CHECK(fs::is_empty(temporary.path));
        return written.error().code;
    };
    BundleSource source = record.source();
    source.checkpoint = record.history[0];
    CHECK(refused(source) == ErrorCode::integrity);
    source = record.source();
    source.sm3_checkpoint = record.history.back();
    CHECK(refused(source) == ErrorCode::integrity);
    source = record.source();
    source.leaves = [](const LeafSink& sink) { return sink("{}\n", {}); };
    CHECK(refused(source) == ErrorCode::malformed);
    source.leaves = [&](const LeafSink& sink) {
        const Opening stranger{Salt{}, "not in the leaf"};
        return sink(record.leaves[1], {&stranger, 1});
    };
    CHECK(refused(source) == ErrorCode::malformed);
    source.leaves = [](const LeafSink&) -> gongkai::engine::Result<void> {
        return gongkai::engine::Error{ErrorCode::io, "the database is gone"};
    };
    CHECK(refused(source) == ErrorCode::io);
    REQUIRE(write_bundle(folder, record.source()).has_value());
    CHECK(write_bundle(folder, record.source()).error().code == ErrorCode::conflict);
}
