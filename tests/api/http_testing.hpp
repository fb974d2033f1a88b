// A server on a port of the system's choice, and a client that sends exactly the bytes it is given.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "api/http/server.hpp"
#include "tests/api/http_client.hpp"

namespace gongkai::api::testing {

// Sends exactly the bytes it is given, and says so at once where nobody listens.
class Client : public HttpClient {
  public:
    explicit Client(std::uint16_t port) : HttpClient(port) {
        if (!connected()) FAIL("cannot connect to 127.0.0.1:" << port);
    }
};

class Running {
  public:
    explicit Running(Router router, ServerConfig config = {})
        : server(std::move(config), std::move(router)) {
        REQUIRE(server.listen());
        thread_ = std::thread([this] { server.run(); });
    }
    ~Running() {
        server.stop();
        if (thread_.joinable()) thread_.join();
    }
    // Waits for run() to return by itself, after a drain.
    void wait() { thread_.join(); }
    std::uint16_t port() const { return server.port(); }

    Server server;

  private:
    std::thread thread_;
};

inline std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n";
}
inline std::string post(std::string_view target, std::string_view body,
                        std::string_view more_fields = "") {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_fields) + "\r\n" + std::string(body);
}

// The routes that most tests need: /hello, /echo (the body), /segments (what was decoded).
inline Router simple_routes() {
    Router router;
    router.add({.method = Method::get,
                .pattern = "/hello",
                .handler = sync([](const Request&) { return text_response(200, "hello"); }),
                .operation = "hello"});
    router.add({.method = Method::post,
                .pattern = "/echo",
                .handler = sync([](const Request& r) { return text_response(200, r.body); }),
                .operation = "echo",
                .body_limit = 100'000});
    router.add({.method = Method::get,
                .pattern = "/items/{id}",
                .handler = sync([](const Request& r) {
                    return text_response(200, std::string(r.param("id")) + "|" +
                                                  std::string(r.query_value("q").value_or("-")));
                }),
                .operation = "item"});
    return router;
}

}  // namespace gongkai::api::testing
