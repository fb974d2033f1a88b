// When the world fails: the disk, the database, the clock. Nothing is lost, and what goes on is
// said.
#include <sqlite3.h>

#include <fstream>

#include "tests/rest/bureau.hpp"
#include "tests/storage/failing_vfs.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
using storage::testing::FailingVfs;
namespace fs = std::filesystem;

namespace {

// Every database that is opened while one lives lies on a disk that can be made to fail.
class FailingDisk {
  public:
    FailingDisk() { sqlite3_vfs_register(sqlite3_vfs_find(FailingVfs::name()), 1); }
    ~FailingDisk() {
        work();
        sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
    }
    void fail_to_write(int code) { FailingVfs::write_code() = code; }
    void work() { FailingVfs::write_code() = 0; }
};

void copy_database(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    for (const char* name : {"gongkai.db", "gongkai.db-wal", "gongkai.db-shm"}) {
        fs::remove(to / name);
        if (fs::exists(from / name)) fs::copy_file(from / name, to / name);
    }
}

void execute(const fs::path& database, const char* sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &handle) == SQLITE_OK);
    CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
}

// Reading goes on, and so does logging in to read; every kind of write is refused like this.
void check_read_only(Bureau& bureau, const std::string& id, unsigned status,
                     const std::string& code) {
    const auto refused = [&](const Answer& answer) {
        INFO(show(answer));
        CHECK(answer.status == status);
        CHECK(answer.code() == code);
    };
    const auto leaves = bureau.leaves();
    const std::string path = "/api/v1/documents/" + id;
    const auto clerk = bureau.as("lihua");
    refused(clerk.post("/api/v1/documents", new_document()));
    refused(clerk.post(path + "/actions/submit", json::object()));
    refused(clerk.patch(path, {{"fields", {{"summary", "x"}}}}, {{"If-Match", "\"1\""}}));
    refused(bureau.as("sysadmin").put("/api/v1/departments/x", {{"title", "新"}}));
    const auto bulk = clerk.post(
        "/api/v1/actions/bulk", {{"items", json::array{{{"document", id}, {"action", "submit"}}}}});
    CHECK(bulk.number("/items/0/status") == status);
    CHECK(bulk.text("/items/0/problem/code") == code);

    CHECK(clerk.get(path).text("/states/0/name") == "drafting");
    CHECK(clerk.get("/api/v1/worklist").number("/total") == 1);
    CHECK(bureau.login("wangfang").get("/api/v1/documents").status == 200);
    CHECK(bureau.anonymous().get("/public/v1/documents").status == 200);
    CHECK(bureau.anonymous().get("/metrics").body.find("gongkai_writable 0") != std::string::npos);
    CHECK(bureau.anonymous().get("/healthz").status == 200);
    const auto ready = bureau.anonymous().get("/readyz");
    CHECK(ready.status == 503);
    CHECK(ready.at("/ready") == false);
    CHECK(ready.at("/writable") == false);
    CHECK(ready.text("/not_writable") != "");
    CHECK(bureau.leaves() == leaves);
}

}  // namespace

TEST_CASE(
    "world: on a full disk writes are answered 507, reading goes on, and room brings it back") {
    FailingDisk disk;
    Bureau bureau;
    const auto id = draft(bureau);
    bureau.as("sysadmin");
    CHECK(bureau.anonymous().get("/readyz").status == 200);
    disk.fail_to_write(SQLITE_FULL);
    check_read_only(bureau, id, 507, "storage_full");
    disk.work();
    CHECK(bureau.as("lihua").post("/api/v1/documents", new_document()).status == 201);
    CHECK(bureau.anonymous().get("/readyz").status == 200);
    act(bureau, "lihua", id, "submit");
    // And what was acknowledged is there after a restart.
    bureau.close();
    REQUIRE(bureau.open().has_value());
    CHECK(state_of(bureau, id) == "release/attribution/department_check");
}

TEST_CASE("world: a disk that cannot be trusted any more stops the service") {
    FailingDisk disk;
    Bureau bureau;
    const auto id = draft(bureau);
    disk.fail_to_write(SQLITE_IOERR_WRITE);
    const auto answer =
        bureau.as("lihua").post("/api/v1/documents/" + id + "/actions/submit", json::object());
    // Whoever was being answered hears that it failed, not that it was done.
    CHECK(answer.status == 500);
    CHECK(answer.code() == "internal_error");
    CHECK(bureau.service().wait() == api::Service::Ended::storage_broken);
}

TEST_CASE(
    "world: an older copy put in the place of the database is read, not written, and says why") {
    Bureau bureau;
    const auto id = draft(bureau);
    for (const char* login : {"lihua", "sysadmin"})
        bureau.as(login);
    const fs::path copy = bureau.data().parent_path() / "copy";
    bureau.close();
    copy_database(bureau.data(), copy);
    REQUIRE(bureau.open().has_value());
    act(bureau, "lihua", id, "submit");
    bureau.close();
    copy_database(copy, bureau.data());

    REQUIRE(bureau.open().has_value());
    check_read_only(bureau, id, 503, "read_only");
    CHECK(bureau.anonymous().get("/readyz").text("/not_writable").find("records are missing") !=
          std::string::npos);
    // The last checkpoint still says how much there was.
    const auto checkpoint = bureau.anonymous().get("/public/v1/checkpoint");
    CHECK(checkpoint.number("/size") == static_cast<std::int64_t>(bureau.leaves()) + 1);
}

TEST_CASE("world: a database that was cut short is not taken for whole") {
    Bureau bureau;
    const auto id = draft(bureau);
    for (int i = 0; i < 20; ++i)
        draft(bureau);
    for (const char* login : {"lihua", "sysadmin"})
        bureau.as(login);
    bureau.close();
    const auto database = bureau.data() / "gongkai.db";
    SECTION("records were cut off at its end") {
        execute(database, "DROP TRIGGER leaves_are_kept; DELETE FROM leaves WHERE record > 5");
        REQUIRE(bureau.open().has_value());
        CHECK(bureau.as("lihua").post("/api/v1/documents", new_document()).code() == "read_only");
        CHECK(bureau.anonymous().get("/readyz").text("/not_writable").find("records are missing") !=
              std::string::npos);
    }
    SECTION("the file was cut in half") {
        fs::resize_file(database, fs::file_size(database) / 2);
        const auto opened = bureau.open();
        if (opened.has_value()) {
            CHECK(bureau.as("lihua").post("/api/v1/documents", new_document()).status >= 500);
            CHECK(bureau.anonymous().get("/readyz").status == 503);
        } else {
            INFO(opened.error().message);
            CHECK(opened.error().code == engine::ErrorCode::storage_broken);
            CHECK(opened.error().message.find("gongkai.db") != std::string::npos);
        }
    }
    SECTION("it is gone, and a new one would begin a new record under the old checkpoints") {
        fs::remove(database);
        REQUIRE(bureau.open().has_value());
        const auto ready = bureau.anonymous().get("/readyz");
        CHECK(ready.status == 503);
        CHECK(ready.text("/not_writable").find("records are missing") != std::string::npos);
    }
}

TEST_CASE("world: the database of a newer version is refused and left as it is") {
    Bureau bureau;
    draft(bureau);
    bureau.close();
    const auto database = bureau.data() / "gongkai.db";
    execute(database, "PRAGMA user_version = 99");
    const auto size = fs::file_size(database);
    const auto opened = bureau.open();
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == engine::ErrorCode::invalid_argument);
    CHECK(opened.error().message.find("newer Gongkai") != std::string::npos);
    CHECK(fs::file_size(database) == size);
}

TEST_CASE("world: a clock that steps back makes no time of the record go back") {
    Bureau bureau;
    const auto id = draft(bureau);
    act(bureau, "lihua", id, "submit");
    bureau.clock.advance_ms(-3 * engine::ms_per_hour);
    act(bureau, "wangfang", id, "return", {}, "请补充");
    bureau.clock.advance_ms(-1);
    act(bureau, "lihua", id, "submit");
    const auto history = bureau.as("lihua").get("/api/v1/documents/" + id + "/history");
    std::string newer = "9";
    for (const auto& entry : history.at("/entries").as_array()) {
        const std::string at(entry.at("at").as_string());
        CHECK(at <= newer);
        newer = at;
    }
    CHECK(history.text("/entries/0/at") == "2026-03-02T01:00:00.000Z");
    CHECK(bureau.anonymous().get("/metrics").body.find("gongkai_clock_set_back_total 1") !=
          std::string::npos);
    // Also over a restart: the newest leaf says what time it was.
    bureau.close();
    REQUIRE(bureau.open().has_value());
    act(bureau, "wangfang", id, "agree");
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id + "/history").text("/entries/0/at") ==
          "2026-03-02T01:00:00.000Z");
}

TEST_CASE("world: an installation that signs nothing says so instead of a proof") {
    BureauOptions options;
    options.application = [](app::ApplicationOptions& application) { application.data.clear(); };
    Bureau bureau(options);
    const auto id = draft(bureau);
    for (const std::string& path :
         {"/api/v1/documents/" + id + "/proof", std::string("/public/v1/checkpoint")}) {
        const auto answer = bureau.as("lihua").get(path);
        CHECK(answer.status == 503);
        CHECK(answer.code() == "no_checkpoint");
    }
}
