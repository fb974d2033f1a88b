// Uploads to a spool and downloads from a file.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "http_testing.hpp"

using namespace gongkai::api;
using namespace gongkai::api::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        std::string name = (fs::temp_directory_path() / "gongkai-http-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}));
    }
};

std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

Router upload_routes(const Folder& kept, std::atomic<int>& calls) {
    Router router;
    router.add({.method = Method::put,
                .pattern = "/files/{name}",
                .handler = sync([&](const Request& r) {
                    ++calls;
                    if (!r.body.empty()) return text_response(500, "a body in memory");
                    std::string answer =
                        to_hex(r.upload->digest()) + " " + std::to_string(r.upload->size());
                    if (r.param("name") == "kept") {
                        fs::rename(r.upload->path(), kept.path / "kept");
                        r.upload->release();
                    }
                    return text_response(201, std::move(answer));
                }),
                .operation = "upload",
                .body_limit = 5'000'000,
                .spooled_upload = true});
    return router;
}

std::string put(std::string_view name, std::size_t size, std::string_view more = "") {
    return "PUT /files/" + std::string(name) +
           " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(size) + "\r\n" +
           std::string(more) + "\r\n";
}

}  // namespace

TEST_CASE(
    "upload: the body goes to a file, its digest is known, and what is not taken is deleted") {
    Folder spool, kept;
    std::atomic<int> calls{0};
    ServerConfig config;
    config.spool_directory = spool.path;
    Running running(upload_routes(kept, calls), std::move(config));
    Client client(running.port());
    CHECK(client.ask(put("a", 3) + "abc").body ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3");
    CHECK(client.ask(put("empty", 0)).body ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0");
    std::string large(3'000'000, 'x');
    for (std::size_t i = 0; i < large.size(); i += 97)
        large[i] = static_cast<char>(i % 251);
    client.send(put("kept", large.size(), "Expect: 100-continue\r\n"));
    CHECK(client.receive().status == 100);
    CHECK(client.ask(large).status == 201);
    CHECK(content(kept.path / "kept") == large);
    CHECK(fs::status(kept.path / "kept").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(calls == 3);
    CHECK(client.ask(put("b", 0)).status == 201);  // the one before is forgotten by now
    while (spool.files() > 0)
        std::this_thread::yield();
}

TEST_CASE("upload: what is too large, broken off or impossible to store leaves nothing behind") {
    Folder spool, kept;
    std::atomic<int> calls{0};
    ServerConfig config;
    config.spool_directory = spool.path;
    config.sweep = config.linger = 5ms;
    Running running(upload_routes(kept, calls), config);
    {
        Client client(running.port());
        CHECK(client.ask(put("a", 5'000'001) + "xyz").status == 413);
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        client.send(put("a", 1'000'000) + std::string(100'000, 'x'));
        client.end_of_sending();
        CHECK(client.receive().status == 0);
    }
    while (running.server.counts().open > 0)
        std::this_thread::yield();
    CHECK(spool.files() == 0);
    CHECK(calls == 0);

    config.spool_directory = spool.path / "absent";
    Running without(upload_routes(kept, calls), config);
    Client client(without.port());
    const auto reply = client.ask(put("a", 3) + "abc");
    CHECK(reply.status == 507);
    CHECK(reply.body.find(spool.path.string()) == reply.body.npos);
    CHECK(calls == 0);
}

TEST_CASE("download: a file is streamed under a name of its own, and HEAD tells its size") {
    Folder folder;
    std::string text(2'500'000, 'a');
    for (std::size_t i = 0; i < text.size(); i += 89)
        text[i] = static_cast<char>('b' + i % 20);
    std::ofstream(folder.path / "stored", std::ios::binary) << text;
    Router router;
    router.add({.method = Method::get,
                .pattern = "/download",
                .handler = sync([&](const Request&) {
                    auto file = OpenFile::open(folder.path / "stored");
                    if (!file) return to_response(EdgeProblem::not_found);
                    return download(std::move(*file), "决策 草案.docx", "application/octet-stream");
                }),
                .operation = "download"});
    Running running(std::move(router));
    Client client(running.port());
    for (int i = 0; i < 3; ++i) {
        const auto reply = client.ask(get("/download"));
        CHECK(reply.status == 200);
        CHECK((reply.body == text));
        CHECK(reply.header("Content-Disposition") ==
              "attachment; filename=\"__ __.docx\"; "
              "filename*=UTF-8''%E5%86%B3%E7%AD%96%20%E8%8D%89%E6%A1%88.docx");
        CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    }
    const auto head = client.ask("HEAD /download HTTP/1.1\r\nHost: t\r\n\r\n", true);
    CHECK(head.header("Content-Length") == "2500000");
    CHECK(client.ask(get("/download")).body.size() == text.size());
    fs::remove(folder.path / "stored");
    CHECK(client.ask(get("/download")).status == 404);
}

TEST_CASE(
    "download: a peer that goes away in the middle, or a file that shrinks, harms nobody else") {
    Folder folder;
    const auto path = folder.path / "stored";
    std::ofstream(path, std::ios::binary) << std::string(20'000'000, 'x');
    bool shrink = false;
    Router router;
    router.add({.method = Method::get,
                .pattern = "/download",
                .handler = sync([&](const Request&) {
                    auto file = OpenFile::open(path);
                    if (shrink) fs::resize_file(path, 1'000'000);
                    return download(std::move(*file), "x", "application/octet-stream");
                }),
                .operation = "download"});
    router.add({.method = Method::post,
                .pattern = "/shrink",
                .handler = sync([&](const Request&) {
                    shrink = true;
                    return no_content();
                }),
                .operation = "shrink"});
    Running running(std::move(router));
    for (int i = 0; i < 3; ++i) {
        Client leaving(running.port());
        leaving.send(get("/download") + get("/download"));
    }
    while (running.server.counts().open > 0)
        std::this_thread::yield();
    Client client(running.port());
    CHECK(client.ask(get("/download")).body.size() == 20'000'000);
    CHECK(client.ask(post("/shrink", "")).status == 204);
    CHECK(client.ask(get("/download")).body.size() == 1'000'000);
    CHECK(client.closed());
    CHECK(Client(running.port()).ask(get("/download")).status == 200);
}

TEST_CASE("download: no file name can break out of its header") {
    struct Row {
        std::string name, plain, extended;
    };
    const Row table[] = {
        {"a.txt", "a.txt", "a.txt"},
        {"a\"; x=\"b", "a__ x__b", "a%22%3B%20x%3D%22b"},
        {"../../etc/passwd", "passwd", "passwd"},
        {"C:\\temp\\x.doc", "x.doc", "x.doc"},
        {"a\r\nSet-Cookie: b", "download", "download"},
        {"\xFF", "download", "download"},
        {"", "download", "download"},
        {"dir/", "download", "download"},
        {"50%.txt", "50_.txt", "50%25.txt"},
        {"公.pdf", "_.pdf", "%E5%85%AC.pdf"},
    };
    for (const auto& row : table) {
        INFO(row.name);
        CHECK(attachment_disposition(row.name) ==
              "attachment; filename=\"" + row.plain + "\"; filename*=UTF-8''" + row.extended);
    }
}

TEST_CASE("file: only regular files are opened for a download") {
    Folder folder;
    CHECK(OpenFile::open(folder.path).has_error());
    CHECK(OpenFile::open(folder.path / "absent").has_error());
    CHECK(OpenFile::open("/dev/null").has_error());
}
