// Requests that two programs could read differently, byte by byte over a real socket.
#include <atomic>
#include <vector>

#include "http_testing.hpp"

using namespace gongkai::api;
using namespace gongkai::api::testing;
using namespace std::string_literals;

namespace {

const std::string host = "Host: test\r\n";

struct Row {
    std::string name, bytes;
    unsigned status;
};

std::string fields(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += "X-" + std::to_string(i) + ": y\r\n";
    return out;
}

// A head of exactly that many bytes.
std::string head_of(std::size_t size) {
    std::string head = "GET /hello HTTP/1.1\r\n" + host + "X: ";
    return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
}

const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: smuggled\r\n\r\n";

}  // namespace

TEST_CASE(
    "strict: doubtful heads are refused, the connection closed and nothing behind them served") {
    std::atomic<int> served_after{0};
    ServerConfig config;
    config.linger = std::chrono::milliseconds(20);
    config.sweep = std::chrono::milliseconds(5);
    config.served = [&](const Served& served) {
        if (served.request && served.request->headers.get("Host") == "smuggled") ++served_after;
    };
    Running running(simple_routes(), std::move(config));
    const std::string line = "POST /echo HTTP/1.1\r\n" + host;
    const std::vector<Row> table = {
        {"chunked", line + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 411},
        {"unknown coding", line + "Transfer-Encoding: cow\r\n\r\n", 411},
        {"identity coding", line + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n", 411},
        {"coding and length", line + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         411},
        {"coding with a tab", line + "Transfer-Encoding:\tchunked\r\n\r\n", 411},
        {"coding on GET", "GET /hello HTTP/1.1\r\n" + host + "transfer-ENCODING: chunked\r\n\r\n",
         411},
        {"coding in 1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
        {"name with a space", line + "Transfer-Encoding : chunked\r\n\r\n", 400},
        {"two lengths", line + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400},
        {"a list of lengths", line + "Content-Length: 0, 0\r\n\r\n", 400},
        {"signed length", line + "Content-Length: +0\r\n\r\n", 400},
        {"negative length", line + "Content-Length: -1\r\n\r\n", 400},
        {"hexadecimal length", line + "Content-Length: 0x0\r\n\r\n", 400},
        {"length with a space", line + "Content-Length: 0 0\r\n\r\n", 400},
        {"empty length", line + "Content-Length:\r\n\r\n", 400},
        {"overflowing length", line + "Content-Length: 18446744073709551617\r\n\r\n", 400},
        {"folded line", line + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", 400},
        {"folded with a tab", line + "X: a\r\n\tb\r\nContent-Length: 0\r\n\r\n", 400},
        {"folded length", line + "Content-Length:\r\n 0\r\n\r\n", 400},
        {"folded first field", "GET /hello HTTP/1.1\r\n Host: test\r\n\r\n", 400},
        {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
        {"two hosts", "GET /hello HTTP/1.1\r\n" + host + host + "\r\n", 400},
        {"empty host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"host with user", "GET /hello HTTP/1.1\r\nHost: a@b/c\r\n\r\n", 400},
        {"host with path", "GET /hello HTTP/1.1\r\nHost: a/c\r\n\r\n", 400},
        {"host list", "GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"host with a bad port", "GET /hello HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
        {"host with a large port", "GET /hello HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400},
        {"absolute target", "GET http://test/hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"asterisk target", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 400},
        {"authority target", "CONNECT test:80 HTTP/1.1\r\n" + host + "\r\n", 400},
        {"no slash", "GET hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"fragment", "GET /hello#a HTTP/1.1\r\n" + host + "\r\n", 400},
        {"backslash", "GET /a\\..\\hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"raw UTF-8 in the target", "GET /公开 HTTP/1.1\r\n" + host + "\r\n", 400},
        {"dot segments", "GET /items/../hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"encoded dot segments", "GET /items/%2e%2E/hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"encoded NUL", "GET /items/a%00 HTTP/1.1\r\n" + host + "\r\n", 400},
        {"encoded line break", "GET /items/a%0d%0aX:y HTTP/1.1\r\n" + host + "\r\n", 400},
        {"half an escape", "GET /items/a%2 HTTP/1.1\r\n" + host + "\r\n", 400},
        {"overlong UTF-8", "GET /items/%C0%AF HTTP/1.1\r\n" + host + "\r\n", 400},
        {"bad query", "GET /hello?q=%FF HTTP/1.1\r\n" + host + "\r\n", 400},
        {"NUL in a value", "GET /hello HTTP/1.1\r\n" + host + "X: a\0b\r\n\r\n"s, 400},
        {"NUL in a name", "GET /hello HTTP/1.1\r\n" + host + "X\0: ab\r\n\r\n"s, 400},
        {"NUL in the target", "GET /hel\0lo HTTP/1.1\r\n"s + host + "\r\n", 400},
        {"bell in a value", "GET /hello HTTP/1.1\r\n" + host + "X: \a\r\n\r\n", 400},
        {"DEL in a value", "GET /hello HTTP/1.1\r\n" + host + "X: \x7F\r\n\r\n", 400},
        {"bare CR in a value", "GET /hello HTTP/1.1\r\n" + host + "X: a\rY: b\r\n\r\n", 400},
        {"value not UTF-8", "GET /hello HTTP/1.1\r\n" + host + "X: \xFF\r\n\r\n", 400},
        {"bare LF", "GET /hello HTTP/1.1\nHost: test\n\n", 400},
        {"bare LF in the middle", "GET /hello HTTP/1.1\r\nHost: test\nX: y\r\n\r\n", 400},
        {"blank first line", "\r\nGET /hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"two spaces", "GET  /hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"tab for space", "GET\t/hello HTTP/1.1\r\n" + host + "\r\n", 400},
        {"trailing space", "GET /hello HTTP/1.1 \r\n" + host + "\r\n", 400},
        {"no version", "GET /hello\r\n" + host + "\r\n", 400},
        {"lower-case version", "GET /hello http/1.1\r\n" + host + "\r\n", 400},
        {"version 2.0", "GET /hello HTTP/2.0\r\n" + host + "\r\n", 505},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"s, 400},
        {"field without colon", "GET /hello HTTP/1.1\r\n" + host + "X\r\n\r\n", 400},
        {"empty name", "GET /hello HTTP/1.1\r\n" + host + ": x\r\n\r\n", 400},
        {"two authorizations",
         get("/hello").substr(0, 33) + "Authorization: a\r\nauthorization: b\r\n\r\n", 400},
        {"two idempotency keys", line + "Idempotency-Key: 1\r\nIdempotency-Key: 1\r\n\r\n", 400},
        {"unknown expectation", line + "Content-Length: 5\r\nExpect: 200-maybe\r\n\r\n", 417},
        {"unknown method", "BREW /hello HTTP/1.1\r\n" + host + "\r\n", 501},
        {"method in lower case", "get /hello HTTP/1.1\r\n" + host + "\r\n", 501},
        {"65 fields", "GET /hello HTTP/1.1\r\n" + host + fields(64) + "\r\n", 431},
        {"8 KiB and a byte", head_of(8193), 431},
        {"a line without end", "GET /" + std::string(9000, 'a'), 431},
    };
    for (const auto& row : table) {
        INFO(row.name);
        Client client(running.port());
        client.send(row.bytes);
        client.send(smuggled);
        const auto reply = client.receive();
        CHECK(reply.status == row.status);
        CHECK(reply.header("Connection") == "close");
        CHECK(reply.header("Content-Type") == "application/problem+json");
        CHECK(reply.header("X-Content-Type-Options") == "nosniff");
        CHECK(client.closed());
    }
    CHECK(served_after == 0);
    CHECK(Client(running.port()).ask(get("/hello")).status == 200);
}

TEST_CASE("strict: what looks odd but is right is served") {
    Running running(simple_routes());
    const std::vector<Row> table = {
        {"exactly 8 KiB", head_of(8192), 200},
        {"exactly 64 fields", "GET /hello HTTP/1.1\r\n" + host + fields(63) + "\r\n", 200},
        {"IPv6 host", "GET /hello HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
        {"host in capitals", "GET /hello HTTP/1.1\r\nHOST: EXAMPLE.gov.cn:80\r\n\r\n", 200},
        {"UTF-8 in a value", "GET /hello HTTP/1.1\r\n" + host + "X-Name: 公开\r\n\r\n", 200},
        {"no space behind the colon", "GET /hello HTTP/1.1\r\nHost:test\r\nX:\r\n\r\n", 200},
        {"1.0 without host", "GET /hello HTTP/1.0\r\n\r\n", 200},
        {"trailing slash", get("/hello/"), 200},
        {"query alone", get("/hello?"), 200},
        {"empty body", post("/echo", ""), 200},
        {"double slash", get("//hello"), 400},
        {"nothing there", get("/nothing"), 404},
        {"a route's prefix", get("/items"), 404},
        {"more than the route", get("/items/1/2"), 404},
        // RFC 9112, 6.3: neither a length nor a coding, so there is no body.
        {"POST without length", "POST /echo HTTP/1.1\r\n" + host + "\r\n", 200},
    };
    for (const auto& row : table) {
        INFO(row.name);
        Client client(running.port());
        CHECK(client.ask(row.bytes).status == row.status);
    }
}

TEST_CASE("strict: a body over the route's limit is refused before it is read") {
    std::atomic<int> calls{0};
    Router router;
    router.add({.method = Method::put,
                .pattern = "/small",
                .handler = sync([&](const Request& r) {
                    ++calls;
                    return text_response(200, r.body);
                }),
                .operation = "small",
                .body_limit = 10});
    router.add({.method = Method::get,
                .pattern = "/small",
                .handler = sync([&](const Request&) {
                    ++calls;
                    return text_response(200, "");
                }),
                .operation = "read"});
    ServerConfig config;
    config.linger = std::chrono::milliseconds(20);
    config.sweep = std::chrono::milliseconds(5);
    Running running(std::move(router), std::move(config));
    const auto put = [](std::string_view length) {
        return "PUT /small HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::string(length) +
               "\r\n";
    };
    {
        Client client(running.port());
        const auto reply = client.ask(put("999999999999") + "\r\n");
        CHECK(reply.status == 413);
        CHECK(reply.body.find("\"limit\":10") != reply.body.npos);
        CHECK(client.closed());
    }
    {
        INFO("a small body is skipped, and the connection goes on");
        Client client(running.port());
        CHECK(client.ask(put("11") + "\r\n12345").status == 413);
        CHECK(client.ask("678901" + put("10") + "\r\n1234567890").body == "1234567890");
    }
    {
        INFO("GET takes no body");
        Client client(running.port());
        CHECK(
            client.ask("GET /small HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\nx").status ==
            413);
    }
    {
        INFO("who asks first is told not to send");
        Client client(running.port());
        CHECK(client.ask(put("11") + "Expect: 100-continue\r\n\r\n").status == 413);
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        CHECK(client.ask(put("10") + "Expect: 100-Continue\r\n\r\n").status == 100);
        CHECK(client.ask("abcdefghij").body == "abcdefghij");
    }
    CHECK(calls == 2);
}
