// gongkai audit, as an auditor uses it.
#include <fstream>

#include "storage/audit/note.hpp"
#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace fs = std::filesystem;
namespace json = boost::json;

TEST_CASE("cli audit: an exported record is verified by both verifiers, without the database") {
    Installation place;
    place.publish();
    const std::string bundle = place.folder / "bundle";
    const Ran exported = gongkai({"audit", "export", "--data", place.words(), bundle});
    INFO(told(exported));
    REQUIRE(exported.exit == 0);
    const Ran checkpoint = gongkai({"audit", "checkpoint", "--data", place.words(), "--json"});
    REQUIRE(checkpoint.exit == 0);
    const std::string key(checkpoint.json().at("vkey").as_string());
    CHECK(checkpoint.json().at("not_covered").to_number<int>() == 0);
    fs::remove_all(place.data);

    const Ran verified = gongkai({"audit", "verify", bundle, "--key", key, "--json"});
    INFO(told(verified));
    CHECK(verified.exit == 0);
    CHECK(verified.err.empty());
    const json::value report = verified.json();
    CHECK(report.at("verified").as_bool());
    CHECK_FALSE(report.at("key_from_bundle").as_bool());
    CHECK(report.at("replay").at("steps").to_number<int>() == 5);
    CHECK(report.at("replay").at("refusals").to_number<int>() == 1);
    CHECK(report.at("replay").at("definitions").at(0).at("flow").as_string() == "notice");
    const Ran second = run({"node", GONGKAI_SOURCE_DIR "/tools/verify_audit.mjs", "bundle", bundle,
                            "--vkey", key, "--json"});
    INFO(told(second));
    CHECK(second.exit == 0);
    CHECK(second.json().at("leaves") == report.at("leaves"));

    SECTION("in words, with the key in a file") {
        std::ofstream(place.folder / "vkey") << key << "\n";
        const Ran words = gongkai({"audit", "verify", bundle, "--key", place.folder / "vkey"});
        CHECK(words.exit == 0);
        CHECK(words.out.find("\nverified\n") != std::string::npos);
        CHECK(words.out.find("note: without --key") == std::string::npos);
    }
    SECTION("without a key it says what that is worth") {
        const Ran words = gongkai({"audit", "verify", bundle});
        CHECK(words.exit == 0);
        CHECK(words.out.find("note: without --key") != std::string::npos);
    }
    SECTION("a changed byte is found") {
        std::string leaves = contents(fs::path(bundle) / "leaves.jsonl");
        const std::size_t at = leaves.find("\"own_draft\"");
        leaves.replace(at == std::string::npos ? leaves.find("\"reason\":\"") + 10 : at + 1, 1,
                       "x");
        std::ofstream(fs::path(bundle) / "leaves.jsonl", std::ios::binary) << leaves;
        const Ran found = gongkai({"audit", "verify", bundle, "--key", key, "--json"});
        CHECK(found.exit == 1);
        std::string codes;
        const json::value report_of_it = found.json();
        for (const auto& finding : report_of_it.at("findings").as_array())
            codes += std::string(finding.at("code").as_string()) + " ";
        CHECK(codes.find("checkpoint_root") != std::string::npos);
        CHECK(codes.find("refusal_reason") != std::string::npos);
        const Ran words = gongkai({"audit", "verify", bundle});
        CHECK(words.exit == 1);
        CHECK(words.out.find("NOT verified") != std::string::npos);
    }
    SECTION("another key believes nothing") {
        const auto other = storage::audit::SigningKey::generate("gongkai").value().verifier();
        const Ran found = gongkai({"audit", "verify", bundle, "--key", other.to_string()});
        CHECK(found.exit == 1);
        CHECK(found.out.find("checkpoint_signature") != std::string::npos);
    }
}

TEST_CASE("cli audit: beside a server, with its checkpoints and proofs") {
    Installation place;
    const engine::DocumentId id = place.publish();
    const auto server = place.serve();
    const std::string data = place.words();
    const std::string bundle = place.folder / "bundle";
    REQUIRE(gongkai({"audit", "export", "--data", data, bundle}).exit == 0);
    const Ran checkpoint = gongkai({"audit", "checkpoint", "--data", data});
    REQUIRE(checkpoint.exit == 0);
    CHECK(checkpoint.err.find("key: gongkai+") != std::string::npos);
    std::ofstream(place.folder / "kept") << checkpoint.out;
    const Ran proof = gongkai({"audit", "prove", std::to_string(id), "--data", data});
    INFO(told(proof));
    REQUIRE(proof.exit == 0);
    std::ofstream(place.folder / "proof.json") << proof.out;

    const Ran verified = gongkai({"audit", "verify", bundle, "--checkpoint", place.folder / "kept",
                                  "--proof", place.folder / "proof.json", "--json"});
    INFO(told(verified));
    CHECK(verified.exit == 0);
    CHECK(verified.json().at("proof").at("verified").as_bool());
    CHECK(verified.out.find("第一条 内容。") != std::string::npos);
    const Ran alone = gongkai({"audit", "verify", "--proof", place.folder / "proof.json"});
    CHECK(alone.exit == 0);
    CHECK(alone.out.find("content/fields/body: 第一条") != std::string::npos);

    // The server goes on; who kept a later checkpoint sees that the older export ends too early.
    place.draft(*server, "后来的内容");
    REQUIRE(server->checkpoint().has_value());
    std::ofstream(place.folder / "later") << gongkai({"audit", "checkpoint", "--data", data}).out;
    const Ran short_of =
        gongkai({"audit", "verify", bundle, "--checkpoint", place.folder / "later"});
    CHECK(short_of.exit == 1);
    CHECK(short_of.out.find("checkpoint_size") != std::string::npos);
    // The single record of a refused attempt is proved as well.
    const auto directory = server->identity().directory();
    const auto history =
        server->documents().history({directory->person("auditor")->id, false, {}}, id);
    REQUIRE(history.has_value());
    for (const auto& entry : history->entries) {
        const Ran one = gongkai({"audit", "prove", std::to_string(id), "--record",
                                 std::to_string(entry.record), "--data", data});
        CHECK(one.exit == 0);
    }
}

TEST_CASE("cli audit: what cannot be done is said, with an exit code, and makes nothing") {
    Installation place;
    const std::string bundle = place.folder / "bundle";
    const auto fails = [](const std::vector<std::string>& words, int exit, const char* what) {
        const Ran ran = gongkai(words);
        INFO(told(ran));
        CHECK(ran.exit == exit);
        CHECK(ran.err.find(what) != std::string::npos);
        CHECK(ran.out.empty());
    };
    fails({"audit", "export", "--data", place.words(), bundle}, 3, "no installation");
    fails({"audit", "checkpoint", "--data", place.words()}, 3, "no installation");
    fails({"audit", "prove", "1", "--data", place.words()}, 3, "no installation");
    CHECK_FALSE(fs::exists(place.data));
    place.publish();
    fails({"audit", "prove", "1", "--data", place.words()}, 3, "no such document");
    fails({"audit", "prove", "one", "--data", place.words()}, 2, "document");
    fails({"audit", "prove", "--data", place.words()}, 2, "document is required");
    fs::create_directories(bundle);
    fails({"audit", "export", "--data", place.words(), bundle}, 3, "never overwritten");
    CHECK(fs::is_empty(bundle));
    fails({"audit", "verify"}, 2, "required");
    fails({"audit", "verify", place.folder / "nowhere"}, 3, "is not a folder");
    fails({"audit", "verify", bundle, "--key", "nonsense"}, 3, "--key");
    fails({"audit", "verify", bundle, "--checkpoint", place.folder / "nowhere"}, 3, "nowhere");
    fails({"audit", "dance"}, 2, "subcommand is required");
    const Ran empty = gongkai({"audit", "verify", bundle, "--json"});
    CHECK(empty.exit == 1);
    CHECK(empty.json().at("finding_count").to_number<int>() > 0);
}

TEST_CASE("cli audit: every verb explains itself") {
    for (const char* verb : {"verify", "export", "prove", "checkpoint"}) {
        const Ran ran = gongkai({"audit", verb, "--help"});
        INFO(told(ran));
        CHECK(ran.exit == 0);
        CHECK(ran.out.find("--json") != std::string::npos);
        CHECK(ran.out.find("Exit codes") != std::string::npos);
    }
    CHECK(gongkai({"audit", "--help"}).out.find("checkpoint") != std::string::npos);
}

}  // namespace gongkai::cli::testing
