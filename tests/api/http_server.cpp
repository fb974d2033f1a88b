#include "http_testing.hpp"

using namespace gongkai::api;
using namespace gongkai::api::testing;

TEST_CASE("server: a request is answered with the security headers and a request id") {
    Running running(simple_routes());
    Client client(running.port());
    const auto reply = client.ask(get("/hello"));
    CHECK(reply.version == "HTTP/1.1");
    CHECK(reply.status == 200);
    CHECK(reply.body == "hello");
    CHECK(reply.header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    CHECK(reply.header("X-Frame-Options") == "DENY");
    CHECK(reply.header("Referrer-Policy") == "no-referrer");
    CHECK(reply.header("Cache-Control") == "no-store");
    CHECK(reply.header("Content-Security-Policy").find("default-src 'none'") == 0);
    CHECK(reply.header("Date").size() == 29);
    CHECK(reply.header("Connection").empty());
    const auto second = client.ask(get("/hello"));
    CHECK(second.status == 200);
    CHECK(!reply.header("X-Request-Id").empty());
    CHECK(reply.header("X-Request-Id") != second.header("X-Request-Id"));
}

TEST_CASE("server: a body, a path parameter and a query arrive as they were meant") {
    Running running(simple_routes());
    Client client(running.port());
    CHECK(client.ask(post("/echo", "公开")).body == "公开");
    CHECK(client.ask(get("/items/a%2Fb?q=%E5%85%AC+x&q=2")).body == "a/b|公 x");
    const std::string long_body(90'000, 'x');
    CHECK(client.ask(post("/echo", long_body)).body == long_body);
}

TEST_CASE("server: a handler may answer later and from another thread") {
    Router router;
    std::thread worker;
    router.add({.method = Method::get,
                .pattern = "/later",
                .handler =
                    [&worker](const Request&, Responder responder) {
                        if (worker.joinable()) worker.join();
                        worker = std::thread([responder] {
                            responder.complete(
                                text_response(200, std::string(responder.request().path)));
                            responder.complete(text_response(200, "a second answer"));
                        });
                    },
                .operation = "later"});
    router.add({.method = Method::get,
                .pattern = "/dropped",
                .handler = [](const Request&, const Responder&) {},
                .operation = "dropped"});
    Running running(std::move(router));
    Client client(running.port());
    for (int i = 0; i < 20; ++i)
        CHECK(client.ask(get("/later")).body == "/later");
    const auto dropped = client.ask(get("/dropped"));
    CHECK(dropped.status == 500);
    CHECK(dropped.body.find("\"code\":\"internal_error\"") != dropped.body.npos);
    CHECK(client.ask(get("/later")).status == 200);
    worker.join();
}
