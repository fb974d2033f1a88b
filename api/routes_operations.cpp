// For operators: is it alive, may it be sent requests, what does it count, what does it speak.
#include "api/contract.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Answer show_alive(Edge&, const Request&) {
    return text_response(200, "ok\n");
}

Answer show_ready(Edge& edge, const Request&) {
    const app::Health health = edge.app.health();
    json::Writer out;
    out.begin_object()
        .member("ready", health.ready)
        .member("writable", health.writable)
        .member_unless_empty("not_writable", health.not_writable)
        .member("pressure", health.pressure)
        .member("leaves", health.leaves)
        .member("checkpointed", health.checkpointed)
        .member("outbox_pending", health.outbox_pending)
        .member("flows", health.flows)
        .key("unpublished_years")
        .begin_array();
    for (const int year : health.unpublished_years)
        out.value(year);
    out.end_array().end_object();
    return json_response(health.ready ? 200 : 503, out.take());
}

Answer show_metrics(Edge& edge, const Request&) {
    return edge.metrics.scrape();
}

Answer show_contract(Edge&, const Request& request) {
    const std::string etag = "\"" + std::string(contract_sha256()) + "\"";
    Response response;
    if (request.headers.get("If-None-Match") == etag) {
        response.status = 304;
    } else {
        response.content_type = "application/yaml";
        response.body = StaticBytes{contract()};
    }
    response.headers.add("ETag", etag);
    response.headers.set("Cache-Control", "no-cache");
    return response;
}

}  // namespace

void add_operation_routes(Router& router, Edge& edge) {
    const auto add = [&](const char* pattern, Handler handler, const char* operation) {
        router.add({.method = Method::get,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .operation = operation,
                    .authenticated = false});
    };
    add("/healthz", at_once(edge, show_alive), "show_alive");
    add("/readyz", on_reader(edge, show_ready), "show_ready");
    add("/metrics", on_reader(edge, show_metrics), "show_metrics");
    add("/openapi.yaml", at_once(edge, show_contract), "show_contract");
}

}  // namespace gongkai::api
