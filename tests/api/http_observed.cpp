// What the server tells about itself: metrics and the access log.
#include <algorithm>
#include <mutex>

#include "api/http/access_log.hpp"
#include "api/http/metrics.hpp"
#include "api/json/document.hpp"
#include "http_testing.hpp"

using namespace gongkai;
using namespace gongkai::api;
using namespace gongkai::api::testing;

TEST_CASE("metrics: requests are counted by operation and status, refusals by reason") {
    HttpMetrics metrics;
    metrics.add_source([] {
        app::MetricSample own, done;
        own.name = done.name = "gongkai_refusals_total";
        own.help = done.help = "a \\ and\na break";
        own.labels = R"(reason="own_draft")";
        done.labels = R"(reason="not_found")";
        own.value = 3;
        done.value = 0;
        return std::vector<app::MetricSample>{own, done};
    });
    auto router = simple_routes();
    router.add({.method = Method::get,
                .pattern = "/metrics",
                .handler = sync([&](const Request&) { return metrics.scrape(); }),
                .operation = "metrics"});
    ServerConfig config;
    config.served = [&](const Served& served) { metrics.count(served); };
    Running running(std::move(router), std::move(config));
    metrics.watch(running.server);
    Client client(running.port());
    client.ask(get("/hello"));
    client.ask(get("/hello"));
    client.ask(get("/nothing?secret=1"));
    client.ask(post("/echo", std::string(100'001, 'x')));
    Client(running.port()).ask("GET / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n");
    Client second(running.port());
    const auto reply = second.ask(get("/metrics"));
    CHECK(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    for (const char* line :
         {"gongkai_http_requests_total{operation=\"hello\",status=\"200\"} 2",
          "gongkai_http_requests_total{operation=\"echo\",status=\"413\"} 1",
          "gongkai_http_requests_total{operation=\"none\",status=\"404\"} 1",
          "gongkai_http_requests_total{operation=\"none\",status=\"411\"} 1",
          "gongkai_http_request_seconds_count{operation=\"hello\"} 2",
          "gongkai_http_refused_total{reason=\"transfer_encoding\"} 1",
          "gongkai_http_refused_total{reason=\"body_too_large\"} 1",
          "# TYPE gongkai_http_requests_total counter",
          "# HELP gongkai_refusals_total a \\\\ and\\na break",
          "gongkai_refusals_total{reason=\"own_draft\"} 3",
          "gongkai_refusals_total{reason=\"not_found\"} 0", "gongkai_http_accepted_total 3"}) {
        INFO(line);
        INFO(reply.body);
        CHECK(reply.body.find(line) != reply.body.npos);
    }
    CHECK(reply.body.find("secret") == reply.body.npos);
    const std::string type = "# TYPE gongkai_refusals_total";
    CHECK(reply.body.find(type) == reply.body.rfind(type));
}

TEST_CASE("access log: one JSON line a request, with ids and numbers and nothing that was said") {
    std::string lines;
    {
        AccessLog log([&](std::string_view more) { lines += more; });
        ServerConfig config;
        config.served = [&](const Served& served) { log.write(served); };
        Running running(simple_routes(), std::move(config));
        Client client(running.port());
        const auto reply = client.ask(post("/echo?note=geheim", "geheim"));
        client.ask(get("/items/geheim?q=geheim"));
        client.ask("GET /geheim HTTP/1.1\r\nHost: geheim/\r\n\r\n");
        CHECK(client.closed());
        CHECK(reply.body == "geheim");
    }
    CHECK(lines.find("geheim") == lines.npos);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 3);
    const auto first = json::parse(std::string_view(lines).substr(0, lines.find('\n')));
    REQUIRE(first.has_value());
    const auto value = [&](std::string_view key) {
        return first->root().element(first->root().find(key)).to_json();
    };
    CHECK(value("event") == "\"http_request\"");
    CHECK(value("operation") == "\"echo\"");
    CHECK(value("method") == "\"POST\"");
    CHECK(value("status") == "200");
    CHECK(value("in") == "6");
    CHECK(value("out") == "6");
    CHECK(value("peer") == "\"127.0.0.1\"");
    CHECK(value("request_id").size() > 10);
    CHECK(lines.find(R"("event":"http_refused","reason":"host","status":400)") != lines.npos);
}

TEST_CASE("access log: times are UTC to the millisecond") {
    CHECK(log_time(0) == "1970-01-01T00:00:00.000Z");
    CHECK(log_time(1'772'438'400'123) == "2026-03-02T08:00:00.123Z");
    CHECK(log_time(951'782'399'999) == "2000-02-28T23:59:59.999Z");
}
