// gongkai backup, gongkai restore: what an operator relies on when the machine is gone.
#include <fstream>

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace fs = std::filesystem;

namespace {

fs::path only_file(const fs::path& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) return entry.path();
    }
    return {};
}

void fails(const std::vector<std::string>& words, int exit, const char* what) {
    const Ran ran = gongkai(words);
    INFO(told(ran));
    CHECK(ran.exit == exit);
    CHECK(ran.err.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("cli backup: made beside a server, restored elsewhere, and the record goes on") {
    Installation place;
    const engine::DocumentId id = place.publish();
    const std::string backup = place.folder / "backup";
    const std::string safe = place.folder / "safe.key";
    {
        const auto server = place.serve();
        const Ran ran = gongkai({"backup", "--data", place.words(), backup, "--json"});
        INFO(told(ran));
        REQUIRE(ran.exit == 0);
        CHECK(ran.json().at("files").at("copied").to_number<int>() == 1);
        CHECK_FALSE(ran.json().at("with_key").as_bool());
    }
    CHECK_FALSE(fs::exists(fs::path(backup) / "audit.key"));
    CHECK((fs::status(backup).permissions() & fs::perms::others_all) == fs::perms::none);
    fs::copy_file(place.data / "audit.key", safe);
    fs::remove_all(place.data);

    const Ran restored =
        gongkai({"restore", backup, "--data", place.words(), "--key", safe, "--json"});
    INFO(told(restored));
    REQUIRE(restored.exit == 0);
    CHECK(restored.json().at("has_key").as_bool());
    CHECK(restored.json().at("leaves") == restored.json().at("checkpoint"));
    CHECK(contents(only_file(place.data / "files")) == place.attachment);
    {
        const auto server = place.serve();
        CHECK(server->health().writable);
        place.draft(*server, "新的一件");
        const auto page = server->publications().find(id);
        REQUIRE(page.has_value());
        CHECK(page->has_value());
    }
    const std::string bundle = place.folder / "bundle";
    REQUIRE(gongkai({"audit", "export", "--data", place.words(), bundle}).exit == 0);
    const Ran verified = gongkai({"audit", "verify", bundle, "--checkpoint",
                                  fs::path(backup) / "checkpoints" / "checkpoint"});
    INFO(told(verified));
    CHECK(verified.exit == 0);
    // An installation is never overwritten.
    fails({"restore", backup, "--data", place.words()}, 3, "never overwritten");
    fails({"backup", "--data", place.words(), backup}, 3, "never overwritten");
}

TEST_CASE("cli restore: what was signed after the backup is not given up unnoticed") {
    Installation place;
    place.publish();
    const std::string backup = place.folder / "backup";
    const std::string elsewhere = place.folder / "elsewhere";
    REQUIRE(gongkai({"backup", "--data", place.words(), backup, "--with-key"}).exit == 0);
    {
        const auto server = place.serve();
        place.draft(*server, "备份以后的一件");
        REQUIRE(server->checkpoint().has_value());
    }
    // The other disk, with the checkpoints, is still there.
    const std::string checkpoints = place.data / "checkpoints";
    fails({"restore", backup, "--data", elsewhere, "--checkpoints", checkpoints}, 1,
          "would be lost");
    CHECK_FALSE(fs::exists(elsewhere));
    // Who accepts the loss restores with the checkpoints of the backup.
    const Ran ran = gongkai({"restore", backup, "--data", elsewhere});
    INFO(told(ran));
    CHECK(ran.exit == 0);
    CHECK(fs::exists(fs::path(elsewhere) / "audit.key"));
    CHECK((fs::status(fs::path(elsewhere) / "audit.key").permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("cli restore: onto a machine whose checkpoints are kept elsewhere") {
    Installation place;
    place.publish();
    const std::string backup = place.folder / "backup";
    const std::string elsewhere = place.folder / "elsewhere";
    const std::string checkpoints = place.folder / "disk2";
    REQUIRE(gongkai({"backup", "--data", place.words(), backup}).exit == 0);
    const Ran ran = gongkai({"restore", backup, "--data", elsewhere, "--checkpoints", checkpoints});
    INFO(told(ran));
    CHECK(ran.exit == 0);
    // Without the key it says what is missing.
    CHECK(ran.out.find("audit.key") != std::string::npos);
    CHECK(fs::exists(fs::path(checkpoints) / "checkpoint"));
    CHECK_FALSE(fs::exists(fs::path(elsewhere) / "checkpoints"));
    fs::copy_file(place.data / "audit.key", fs::path(elsewhere) / "audit.key");
    CHECK(
        gongkai({"audit", "checkpoint", "--data", elsewhere, "--checkpoints", checkpoints}).exit ==
        0);
}

TEST_CASE("cli restore: a backup that an older program made is brought up to this one") {
    Installation place;
    place.publish();
    const fs::path backup = place.folder / "backup";
    REQUIRE(gongkai({"backup", "--data", place.words(), backup, "--with-key"}).exit == 0);
    const Ran older = run({"python3", "-c",
                           "import sqlite3, sys; db = sqlite3.connect(sys.argv[1])\n"
                           "db.executescript('DROP VIEW published_links; DROP TABLE links; '\n"
                           "                 'DROP TABLE catalog_items; DROP TABLE series; '\n"
                           "                 'DROP TABLE codes; PRAGMA user_version = 1')",
                           backup / "gongkai.db"});
    INFO(told(older));
    REQUIRE(older.exit == 0);
    const std::string elsewhere = place.folder / "elsewhere";
    const Ran ran = gongkai({"restore", backup, "--data", elsewhere});
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    CHECK(gongkai({"audit", "checkpoint", "--data", elsewhere}).exit == 0);
}

TEST_CASE("cli restore: a backup that is not in order sets nothing up") {
    Installation place;
    place.publish();
    const fs::path backup = place.folder / "backup";
    const std::string elsewhere = place.folder / "elsewhere";
    REQUIRE(gongkai({"backup", "--data", place.words(), backup}).exit == 0);
    SECTION("a byte of the database was changed") {
        std::string database = contents(backup / "gongkai.db");
        const std::size_t at = database.find("\"kind\":\"step\"");
        REQUIRE(at != std::string::npos);
        database[at + 9] = 'S';
        std::ofstream(backup / "gongkai.db", std::ios::binary) << database;
        fails({"restore", backup, "--data", elsewhere}, 1, "does not match its hashes");
    }
    SECTION("it is no backup") {
        fs::remove(backup / "FORMAT");
        fails({"restore", backup, "--data", elsewhere}, 3, "is no backup");
        fails({"restore", place.folder / "nowhere", "--data", elsewhere}, 3, "is no backup");
    }
    SECTION("the key is another") {
        const auto other = storage::audit::SigningKey::generate("gongkai").value();
        REQUIRE(other.save(place.folder / "other.key").has_value());
        fails({"restore", backup, "--data", elsewhere, "--key", place.folder / "other.key"}, 1,
              "not the key of this record");
    }
    SECTION("its checkpoint was signed by nobody") {
        std::string note = contents(backup / "checkpoints" / "checkpoint");
        note[note.size() - 5] ^= 1;
        std::ofstream(backup / "checkpoints" / "checkpoint", std::ios::binary) << note;
        const Ran ran = gongkai({"restore", backup, "--data", elsewhere});
        INFO(told(ran));
        CHECK(ran.exit != 0);
    }
    CHECK_FALSE(fs::exists(elsewhere));
}

TEST_CASE("cli backup: an attachment that is damaged or gone is told, the rest is kept") {
    Installation place;
    place.publish();
    const fs::path file = only_file(place.data / "files");
    const std::string backup = place.folder / "backup";
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    const char* how = "";
    SECTION("damaged") {
        std::ofstream(file, std::ios::binary) << "other bytes";
        how = "is damaged";
    }
    SECTION("gone") {
        fs::remove(file);
        how = "is missing";
    }
    const Ran ran = gongkai({"backup", "--data", place.words(), backup});
    INFO(told(ran));
    CHECK(ran.exit == 1);
    CHECK(ran.err.find(how) != std::string::npos);
    CHECK(ran.err.find(file.filename().string()) != std::string::npos);
    CHECK(gongkai({"restore", backup, "--data", place.folder / "elsewhere", "--key",
                   place.data / "audit.key"})
              .exit == 1);
    CHECK(fs::exists(place.folder / "elsewhere"));
}

TEST_CASE("cli backup: where there is nothing, nothing is made") {
    Installation place;
    fails({"backup", "--data", place.words(), place.folder / "backup"}, 3, "no installation");
    CHECK(fs::is_empty(place.folder.path()));
    CHECK(gongkai({"backup"}).exit == 2);
    CHECK(gongkai({"backup", "--help"}).out.find("--with-key") != std::string::npos);
    CHECK(gongkai({"restore", "--help"}).out.find("--key") != std::string::npos);
}

}  // namespace gongkai::cli::testing
