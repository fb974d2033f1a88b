// What a killed server leaves behind, and what the next one makes of it.
#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <random>
#include <thread>

#include "storage/audit/checkpoint.hpp"
#include "storage/audit/hash.hpp"
#include "tests/crash/kill_bureau.hpp"
#include "tests/crash/server_process.hpp"

using namespace gongkai;
using namespace gongkai::crash;
using api::testing::HttpClient;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct Place {
    Folder folder;
    Bureau bureau = set_up_bureau(folder.path());

    ServerStart start() const { return {.data = bureau.data, .log = folder.path() / "log"}; }
    std::string log() const { return contents(folder.path() / "log"); }
    static std::string contents(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

std::size_t files_below(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

// Asks the server for this and that until it is so, a minute long.
bool becomes(HttpClient& client, const std::function<bool()>& so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!so()) {
        if (std::chrono::steady_clock::now() > end) return false;
        if (ask(client, {"GET", "/healthz", "", {}, ""}).status != 200) return false;
    }
    return true;
}

HttpAnswer write(HttpClient& client, const Bureau& bureau, const std::string& method,
                 const std::string& target, const json::object& body, unsigned revision = 0) {
    HttpAsk request{method, target, bureau.token("lihua"), {}, json::serialize(body)};
    if (revision != 0)
        request.fields.emplace_back("If-Match", "\"" + std::to_string(revision) + "\"");
    return ask(client, request);
}

// Opened with this body; where it can be written to.
std::string open_document(HttpClient& client, const Bureau& bureau, const std::string& body) {
    const json::object fields{{"title", "通知"}, {"body", body}, {"attribute", "proactive"}};
    const auto answer =
        write(client, bureau, "POST", "/api/v1/documents",
              {{"flow", "notice"}, {"department", "employment"}, {"fields", fields}});
    INFO(describe(answer));
    REQUIRE(answer.status == 201);
    return "/api/v1/documents/" + answer.text("id");
}

void attach(HttpClient& client, const Bureau& bureau, const std::string& document,
            const std::string& bytes) {
    const auto taken = ask(client, {"POST",
                                    "/api/v1/attachments",
                                    bureau.token("lihua"),
                                    {{"Content-Type", "application/octet-stream"}},
                                    bytes});
    REQUIRE(taken.status == 201);
    const json::object file{{"sha256", taken.text("sha256")}, {"name", "附件.pdf"}};
    const auto edited =
        write(client, bureau, "PATCH", document, {{"attachments", json::array{file}}}, 1);
    INFO(describe(edited));
    REQUIRE(edited.status == 200);
}

void stop(ServerProcess& server) {
    server.ask_to_stop();
    CHECK(describe_end(server.wait()) == "exited with 0");
}

}  // namespace

TEST_CASE("restart: the lock of a killed server is nobody's, that of a living one holds",
          "[kill]") {
    Place place;
    ServerProcess first(place.start());
    REQUIRE(first.listening());
    {
        ServerProcess second(place.start());
        CHECK_FALSE(second.listening());
        CHECK(describe_end(second.wait()) == "exited with 4");
        CHECK(place.log().find("in use by another process") != std::string::npos);
    }
    HttpClient client(first.port());
    open_document(client, place.bureau, "内容");
    first.kill();
    first.wait();
    CHECK(fs::exists(place.bureau.data / "gongkai.db.lock"));
    ServerProcess third(place.start());
    CHECK(third.listening());
    stop(third);
}

TEST_CASE("restart: an upload that was cut off is swept", "[kill]") {
    Place place;
    const fs::path spool = place.bureau.data / "spool";
    {
        ServerProcess server(place.start());
        REQUIRE(server.listening());
        HttpClient uploading(server.port());
        std::string bytes = to_bytes({"POST",
                                      "/api/v1/attachments",
                                      place.bureau.token("lihua"),
                                      {{"Content-Type", "application/octet-stream"}},
                                      std::string(200'000, 'x')});
        uploading.send(std::string_view(bytes).substr(0, bytes.size() - 1));
        HttpClient client(server.port());
        CHECK(becomes(client, [&] { return files_below(spool) == 1; }));
        server.kill();
        server.wait();
    }
    CHECK(files_below(spool) == 1);
    ServerProcess server(place.start());
    REQUIRE(server.listening());
    CHECK(files_below(spool) == 0);
    CHECK(files_below(place.bureau.data / "files") == 0);
    stop(server);
}

TEST_CASE("restart: a file that nobody came to attach is swept, an attached one stays", "[kill]") {
    Place place;
    const fs::path files = place.bureau.data / "files";
    std::string document;
    {
        ServerProcess server(place.start());
        REQUIRE(server.listening());
        HttpClient client(server.port());
        document = open_document(client, place.bureau, "内容");
        attach(client, place.bureau, document, "attached");
        const HttpAsk upload{"POST",
                             "/api/v1/attachments",
                             place.bureau.token("lihua"),
                             {{"Content-Type", "application/octet-stream"}},
                             "not attached"};
        REQUIRE(ask(client, upload).status == 201);
        server.kill();
        server.wait();
    }
    CHECK(files_below(files) == 2);
    ServerProcess server(place.start());
    REQUIRE(server.listening());
    HttpClient client(server.port());
    CHECK(becomes(client, [&] { return files_below(files) == 1; }));
    const auto found = ask(client, {"GET",
                                    document + "/attachments/" +
                                        storage::audit::to_hex(storage::audit::sha256("attached")),
                                    place.bureau.token("lihua"),
                                    {},
                                    ""});
    CHECK(found.status == 200);
    stop(server);
}

TEST_CASE("restart: what was purged has left the disk, and its file goes with the next start",
          "[kill]") {
    Place place;
    const fs::path data = place.bureau.data;
    const std::string secret = "不得外泄的内容";
    {
        ServerProcess server(place.start());
        REQUIRE(server.listening());
        HttpClient client(server.port());
        const std::string document = open_document(client, place.bureau, "机密★10年\n" + secret);
        attach(client, place.bureau, document, secret);
        const auto sealed = write(client, place.bureau, "POST", document + "/actions/seal",
                                  {{"comment", "属于国家秘密"}});
        INFO(describe(sealed));
        // Killed at the very moment when somebody is told that it is gone.
        server.kill();
        server.wait();
        REQUIRE(sealed.status == 200);
    }
    for (const char* name : {"gongkai.db", "gongkai.db-wal"}) {
        INFO(name);
        CHECK(Place::contents(data / name).find(secret) == std::string::npos);
    }
    ServerProcess server(place.start());
    REQUIRE(server.listening());
    HttpClient client(server.port());
    CHECK(becomes(client, [&] { return files_below(data / "files") == 0; }));
    stop(server);
}

TEST_CASE("restart: half a line in the history of checkpoints is healed", "[kill]") {
    namespace audit = storage::audit;
    Place place;
    const fs::path folder = place.bureau.data / "checkpoints";
    const auto key = audit::SigningKey::load(place.bureau.data / "audit.key").value().verifier();
    const auto notes = [&] {
        std::size_t count = 0;
        const auto kept = audit::CheckpointFolder::open(folder, key.name(), {key}).value();
        const auto walked = kept.for_each([&](std::string_view note) -> engine::Result<void> {
            TRY_VOID(audit::open_checkpoint(note, key.name(), {key}));
            ++count;
            return {};
        });
        CHECK(walked.has_value());
        return count;
    };
    const std::size_t before = notes();
    std::ofstream(folder / "checkpoints.jsonl", std::ios::app) << R"({"note":"gongk)";
    ServerProcess server(place.start());
    REQUIRE(server.listening());
    HttpClient client(server.port());
    open_document(client, place.bureau, "内容");
    stop(server);
    CHECK(notes() > before);
    CHECK(Place::contents(folder / "checkpoints.jsonl").find("gongk)") == std::string::npos);
    CHECK(Place::contents(folder / "checkpoints.jsonl").back() == '\n');
}

TEST_CASE("restart: a first start that is killed spoils nothing", "[kill]") {
    const std::uint64_t seed = std::random_device()();
    std::cout << "first starts: seed " << seed << "\n";
    std::mt19937_64 random(seed);
    int sampled = 0;
    for (int i = 0; i < 12; ++i) {
        Folder folder;
        const ServerStart start{
            .data = folder.path() / "data", .log = folder.path() / "log", .sample = true};
        const auto moment = std::chrono::milliseconds(random() % 700);
        {
            ServerProcess server(start);
            std::this_thread::sleep_for(moment);  // a moment to be killed at
            server.kill();
        }
        INFO("killed after " << moment.count() << " ms");
        ServerProcess server(start);
        const auto said = server.listening();
        INFO(Place::contents(start.log));
        REQUIRE(said);
        // The people came in one step, or they did not come at all.
        if (said->contains("accounts")) ++sampled;
        HttpClient client(server.port());
        const auto ready = ask(client, {"GET", "/readyz", "", {}, ""});
        CHECK(ready.status == 200);
        stop(server);
    }
    std::cout << "  " << sampled << " of 12 had no people yet\n";
}
