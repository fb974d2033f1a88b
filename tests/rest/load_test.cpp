// Many requests at once, a queue that is full, a server that is stopped while it works.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <latch>

#include "api/workers.hpp"
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

std::string request(const std::string& method, const std::string& target, const std::string& token,
                    const std::string& body = "") {
    return method + " " + target + " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + token +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// Whether anybody still takes a connection there.
bool takes_connections(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool taken = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return taken;
}

}  // namespace

TEST_CASE(
    "load: a thousand pipelined requests are answered in their order, whatever answers them") {
    Bureau bureau;
    const auto token = bureau.as("lihua").token();
    const auto id = draft(bureau);
    const auto leaves = bureau.leaves();
    // Memory, a reader's thread, the store's writer, nobody: answered by different threads.
    const auto nth = [&](int i) -> std::pair<std::string, unsigned> {
        switch (i % 5) {
            case 0:
                return {request("GET", "/api/v1/me", token), 200};
            case 1:
                return {request("GET", "/api/v1/documents/" + id, token), 200};
            case 2:
                return {request("POST", "/api/v1/documents", token,
                                json::serialize(new_document({{"title", std::to_string(i)}}))),
                        201};
            case 3:
                return {
                    request("POST", "/api/v1/documents/" + id + "/actions/nothing", token, "{}"),
                    409};
            default:
                return {request("GET", "/api/v1/nowhere", token), 404};
        }
    };
    Client client(bureau.port());
    std::jthread sender([&] {
        for (int i = 0; i < 1'000; ++i)
            client.send(nth(i).first);
    });
    std::uint64_t last = 0;
    for (int i = 0; i < 1'000; ++i) {
        const Reply reply = client.receive();
        INFO(i << "\n" << reply.body);
        REQUIRE(reply.status == nth(i).second);
        if (i % 5 == 1) CHECK(reply.body.find("\"" + id + "\"") != std::string::npos);
        if (i % 5 != 2) continue;
        // Ids grow: the answers are those of the requests in their order.
        const auto opened = std::stoull(std::string(json::parse(reply.body).at("id").as_string()));
        CHECK(opened > last);
        last = opened;
    }
    sender.join();
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + std::to_string(last)).text("/title") ==
          "997");
    // Refused attempts are recorded up to a bound.
    CHECK(bureau.leaves() == leaves + 200 + 60);
}

TEST_CASE("load: many people at once lose nothing, and everybody gets their own answer") {
    Bureau bureau;
    const auto token = bureau.as("city-oa").token();
    const auto before = bureau.leaves();
    std::atomic<int> opened{0}, wrong{0};
    std::vector<std::thread> people;
    for (int person = 0; person < 8; ++person) {
        people.emplace_back([&, person] {
            Client client(bureau.port());
            for (int i = 0; i < 25; ++i) {
                const std::string title = std::to_string(person) + "-" + std::to_string(i);
                const auto body = json::serialize(new_document({{"title", title}}));
                const Reply reply = client.ask(request("POST", "/api/v1/documents", token, body));
                if (reply.status != 201) continue;
                ++opened;
                const auto id = std::string(json::parse(reply.body).at("id").as_string());
                const Reply shown = client.ask(request("GET", "/api/v1/documents/" + id, token));
                if (shown.status != 200 || json::parse(shown.body).at("title").as_string() != title)
                    ++wrong;
            }
        });
    }
    for (auto& person : people)
        person.join();
    CHECK(opened == 200);
    CHECK(wrong == 0);
    CHECK(bureau.leaves() == before + 200);
    // Keyset pages: each document once.
    std::set<std::string> seen;
    std::string cursor;
    do {
        const auto page = bureau.as("city-oa").get("/api/v1/documents?limit=30" +
                                                   (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const auto& row : page.at("/documents").as_array())
            CHECK(seen.emplace(row.at("id").as_string()).second);
        cursor = page.text("/next");
    } while (!cursor.empty());
    CHECK(seen.size() == 200);
}

TEST_CASE(
    "load: of many who edit the same revision at once, one is first and the others are told") {
    Bureau bureau;
    const auto token = bureau.as("lihua").token();
    const auto id = draft(bureau);
    std::atomic<int> first{0}, late{0};
    std::vector<std::thread> people;
    for (int person = 0; person < 8; ++person) {
        people.emplace_back([&, person] {
            Client client(bureau.port());
            const std::string body = json::serialize(
                json::value{{"fields", {{"summary", "第" + std::to_string(person) + "稿"}}}});
            const Reply reply = client.ask(
                "PATCH /api/v1/documents/" + id +
                " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + token +
                "\r\nContent-Type: application/json\r\nIf-Match: \"1\"\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
            if (reply.status == 200) ++first;
            if (reply.status == 412) ++late;
        });
    }
    for (auto& person : people)
        person.join();
    CHECK(first == 1);
    CHECK(late == 7);
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id).number("/revision") == 2);
}

TEST_CASE("load: a request that is repeated before it is answered is carried out once") {
    Bureau bureau;
    const auto token = bureau.as("lihua").token();
    const auto before = bureau.leaves();
    const std::string body = json::serialize(new_document());
    std::mutex mutex;
    std::set<std::string> ids;
    int replayed = 0;
    std::vector<std::thread> people;
    for (int person = 0; person < 8; ++person) {
        people.emplace_back([&] {
            Client client(bureau.port());
            const Reply reply = client.ask(
                "POST /api/v1/documents HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + token +
                "\r\nContent-Type: application/json\r\nIdempotency-Key: once\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
            const std::lock_guard lock(mutex);
            if (reply.status == 201) ids.emplace(json::parse(reply.body).at("id").as_string());
            replayed += reply.header("Idempotency-Replayed") == "true" ? 1 : 0;
        });
    }
    for (auto& person : people)
        person.join();
    CHECK(ids.size() == 1);
    CHECK(replayed == 7);
    CHECK(bureau.leaves() == before + 1);
}

TEST_CASE("load: a full queue turns writes away before their body is read, with Retry-After") {
    BureauOptions options;
    options.service = [](api::ServiceOptions& service) { service.pressure = 0; };
    Bureau bureau(options);
    const auto oa = bureau.as("city-oa");
    const auto leaves = bureau.leaves();
    const auto answer = oa.post("/api/v1/documents", new_document());
    CHECK(answer.status == 503);
    CHECK(answer.code() == "overloaded");
    CHECK(answer.header("Retry-After") == "1");
    CHECK(oa.upload("x").status == 503);
    CHECK(oa.get("/api/v1/worklist").status == 200);
    CHECK(bureau.leaves() == leaves);
}

TEST_CASE("load: workers take no more than their queue, and finish what they took") {
    std::atomic<int> done{0};
    std::latch begun(1), go_on(1);
    api::Workers workers(1, 2);
    REQUIRE(workers.run([&] {
        begun.count_down();
        go_on.wait();
        ++done;
    }));
    begun.wait();
    CHECK(workers.run([&] { ++done; }));
    CHECK(workers.run([&] { ++done; }));
    CHECK_FALSE(workers.run([&] { ++done; }));
    go_on.count_down();
    workers.stop();
    CHECK(done == 3);
    CHECK_FALSE(workers.run([&] { ++done; }));
}

TEST_CASE("load: drained, the server answers what is in flight and takes nobody new") {
    Bureau bureau;
    const auto body = json::serialize(new_document());
    const auto whole = request("POST", "/api/v1/documents", bureau.as("lihua").token(), body);
    Client in_flight(bureau.port()), idle(bureau.port());
    // Half a request: the server is waiting for the rest of its body.
    in_flight.send(whole.substr(0, whole.size() - 10));
    CHECK(idle.ask(get("/healthz")).status == 200);
    bureau.service().drain(std::chrono::seconds(30));
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (takes_connections(bureau.port()) && std::chrono::steady_clock::now() < patience) {
    }
    CHECK_FALSE(takes_connections(bureau.port()));
    CHECK(idle.closed());
    in_flight.send(whole.substr(whole.size() - 10));
    const Reply reply = in_flight.receive();
    CHECK(reply.status == 201);
    CHECK(reply.header("Connection") == "close");
    CHECK(in_flight.closed());
    CHECK(bureau.service().wait() == api::Service::Ended::drained);
    // And it is there, signed for.
    const auto id = std::string(json::parse(reply.body).at("id").as_string());
    const auto leaves = bureau.leaves();
    REQUIRE(bureau.application().close().has_value());
    CHECK(bureau.application().health().checkpointed == leaves);
}
