#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "storage/audit/canonical_json.hpp"
#include "tests/storage/audit_fixture.hpp"

using namespace gongkai::storage::audit;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// The proof of the step that published a document, as the portal hands it out.
struct Page {
    Record record = a_record();
    TemporaryFolder temporary;
    ProofOptions options;
    Proof proof;

    Page() {
        proof = record.proof_of(record.leaves.size() - 1);
        proof.content = record.content;
        proof.openings = record.openings.back();
        options.key = record.key.verifier();
    }

    // What both verifiers say of each file, having made sure that they say the same.
    std::vector<Said> verdicts(const std::vector<std::string>& files) const {
        std::vector<std::string> arguments{"proof"};
        for (std::size_t i = 0; i < files.size(); ++i) {
            arguments.push_back((temporary.path / std::to_string(i)).string());
            overwrite(arguments.back(), files[i]);
        }
        if (options.key) arguments.insert(arguments.end(), {"--vkey", options.key->to_string()});
        const auto second = second_verifier_on_all(arguments);
        REQUIRE(second.size() == files.size());
        std::vector<Said> all;
        for (std::size_t i = 0; i < files.size(); ++i) {
            all.push_back(said(verify_proof(files[i], options)));
            INFO(files[i].substr(0, 100));
            CHECK(all[i].exit == second[i].exit);
            CHECK(all[i].findings == second[i].findings);
        }
        return all;
    }
    Said verdict(const std::string& file) const { return verdicts({file})[0]; }
    std::multiset<std::string> found(const Proof& altered) const {
        return verdict(encode_proof(altered).value()).findings;
    }
    std::string at(const char* code) const {
        return std::string(code) + "@" + std::to_string(record.leaves.size() - 1);
    }
};

const std::multiset<std::string> nothing;

}  // namespace

TEST_CASE("proof: a published page proves itself") {
    Page page;
    CHECK(page.found(page.proof) == nothing);
    const ProofReport report = verify_proof(encode_proof(page.proof).value(), page.options);
    REQUIRE(report.opened.size() == 1);
    CHECK(report.opened[0].text == "关于公开征求意见的公告");
    CHECK(report.opened[0].places == std::vector<std::string>{"leaf/events/0/edited/title",
                                                              "content/fields/title/commitment"});
    CHECK(report.leaf->document == 9007199254740993);
    CHECK_FALSE(report.key_from_proof);
    page.options.key.reset();
    CHECK(page.found(page.proof) == nothing);
    CHECK(verify_proof(encode_proof(page.proof).value(), page.options).key_from_proof);
}

TEST_CASE("proof: every leaf of the record can be proved") {
    const Page page;
    std::vector<std::string> files;
    for (std::uint64_t i = 0; i < page.record.leaves.size(); ++i)
        files.push_back(encode_proof(page.record.proof_of(i)).value());
    for (const Said& said : page.verdicts(files))
        CHECK(said.findings == nothing);
}

TEST_CASE("proof: an altered page is found") {
    const Page page;
    Proof altered = page.proof;
    std::string file = encode_proof(page.proof).value();
    file.replace(file.find("征求"), 6, "不征");
    CHECK(page.verdict(file).findings == std::multiset<std::string>{page.at("opening_mismatch")});

    // With a new commitment to fit, it stands nowhere.
    altered.openings[0].text = "关于另一件事的公告";
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("opening_unknown")});

    // With new contents to fit, they are not those that were signed.
    const std::string old =
        to_hex(commit(page.proof.openings[0].salt, page.proof.openings[0].text));
    altered.content->replace(altered.content->find(old), old.size(),
                             to_hex(commit(altered.openings[0].salt, altered.openings[0].text)));
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("content_mismatch")});

    // With a new leaf to fit, it is not in the record.
    altered.leaf.replace(altered.leaf.find(to_hex(sha256(*page.proof.content))), 64,
                         to_hex(sha256(*altered.content)));
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("proof_inclusion")});

    // With another record to fit, the key did not sign it.
    Record other = page.record;
    other.key = SigningKey::generate("records.example.gov.cn/gongkai").value();
    other.leaves.back() = altered.leaf;
    other.frontier = Frontier();
    other.rows.clear();
    for (const std::string& leaf : other.leaves)
        other.rows.emplace_back(other.frontier.append(leaf).bytes());
    other.sign();
    Proof forged = other.proof_of(other.leaves.size() - 1);
    forged.content = altered.content;
    forged.openings = altered.openings;
    CHECK(page.found(forged) == std::multiset<std::string>{"checkpoint_signature"});
}

TEST_CASE("proof: a proof that proves something else is found") {
    const Page page;
    Proof altered = page.proof;
    altered.index -= 1;
    CHECK(page.verdict(encode_proof(altered).value()).exit == 1);
    altered = page.proof;
    altered.size += 1;
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("proof_inclusion")});
    altered = page.proof;
    altered.path.pop_back();
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("proof_inclusion")});
    altered = page.proof;
    altered.path.push_back(Hash{});
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("proof_inclusion")});
    altered = page.proof;
    altered.checkpoint = page.record.history[2];
    CHECK(page.found(altered) == std::multiset<std::string>{page.at("proof_inclusion")});
    altered.checkpoint = "";
    CHECK(page.found(altered) == std::multiset<std::string>{"checkpoint_malformed"});
    altered = page.proof;
    altered.leaf = "{}";
    CHECK(page.found(altered) ==
          std::multiset<std::string>{page.at("leaf_malformed"), page.at("proof_inclusion")});
    altered = page.proof;
    altered.leaf.clear();
    altered.content = "not JSON";
    CHECK(page.verdict(encode_proof(altered).value()).exit == 1);
    Page own = Page();
    own.options.key.reset();
    altered = own.proof;
    altered.vkey = "nonsense";
    CHECK(own.found(altered) == std::multiset<std::string>{"key_malformed"});
}

TEST_CASE("proof: a file that is no proof is found") {
    const Page page;
    const std::string file = encode_proof(page.proof).value();
    const auto changed = [&](const char* name, const json::value& to) {
        json::value value = json::parse(file);
        if (to.is_null())
            value.as_object().erase(name);
        else
            value.as_object()[name] = to;
        std::string out;
        REQUIRE(write_canonical(value, out).has_value());
        return out;
    };
    CHECK(page.verdict(file.substr(0, file.size() - 1)).findings == nothing);
    CHECK(page.verdict(changed("content", nullptr)).findings == nothing);
    std::vector<std::string> files{"",
                                   "\n",
                                   "{}",
                                   "[]",
                                   "\xef\xbb\xbf" + file,
                                   file + "\n",
                                   file.substr(0, 100),
                                   "{ " + file.substr(1)};
    for (const char* name :
         {"format", "leaf", "index", "size", "path", "checkpoint", "vkey", "openings"}) {
        files.push_back(changed(name, nullptr));
        files.push_back(changed(name, false));
    }
    files.push_back(changed("content", 1));
    files.push_back(changed("index", -1));
    files.push_back(changed("path", {"00"}));
    files.push_back(changed("colour", 1));
    files.push_back(changed("openings", {1}));
    files.push_back(changed("format", "gongkai-proof 2"));
    for (const Said& said : page.verdicts(files))
        CHECK(said.findings == std::multiset<std::string>{"proof_malformed"});
}

TEST_CASE("proof: an attachment that the leaf does not list is found") {
    Page page;
    const std::string file = encode_proof(page.proof).value();
    overwrite(page.temporary.path / "proof.json", file);
    const auto with = [&](const char* bytes) {
        overwrite(page.temporary.path / "attachment", bytes);
        page.options.attachments = {sha256(bytes)};
        const Said second =
            second_verifier({"proof", (page.temporary.path / "proof.json").string(), "--vkey",
                             page.options.key->to_string(), "--attachment",
                             (page.temporary.path / "attachment").string()});
        const Said first = said(verify_proof(file, page.options));
        CHECK(first.findings == second.findings);
        return first.findings;
    };
    CHECK(with("attachment two") == nothing);
    CHECK(with("attachment three") == std::multiset<std::string>{page.at("attachment_unknown")});
}

TEST_CASE("proof: one changed byte is never believed") {
    const char* given = std::getenv("GONGKAI_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device{}();
    INFO("GONGKAI_SEED=" << seed);
    std::mt19937 random(seed);
    const Page page;
    std::string file = encode_proof(page.proof).value();
    // The key in the file is not what is believed here: it comes last, and may say what it likes.
    const std::size_t end = file.find("\"vkey\":");
    std::vector<std::string> files;
    for (int round = 0; round < 300; ++round) {
        files.push_back(file);
        files.back()[random() % end] ^= static_cast<char>(1 << random() % 8);
    }
    for (const Said& said : page.verdicts(files))
        CHECK(said.exit == 1);
}

TEST_CASE("second verifier: it says how it is used and when it cannot verify") {
    CHECK(second_verifier({}).exit == 2);
    CHECK(second_verifier({"bundle"}).exit == 2);
    CHECK(second_verifier({"sing", "."}).exit == 2);
    CHECK(second_verifier({"bundle", ".", "--colour"}).exit == 2);
    CHECK(second_verifier({"bundle", ".", "--vkey", "nonsense"}).exit == 2);
    CHECK(second_verifier({"proof", "no such file"}).exit == 2);
}
