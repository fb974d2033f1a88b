// Deputies (代理) and the keys of machines.
#include "api/directory_json.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr std::uint64_t kBodyLimit = 16 * 1024;

Answer list_deputies(Edge& edge, const Request& request) {
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    json::Writer out;
    out.begin_object().key("deputies").begin_array();
    for (const auto& deputy : directory.deputies)
        write_deputy(out, deputy, *edge.app.identity().directory());
    return json_response(200, out.end_array().end_object().take());
}

Answer appoint_deputy(Edge& edge, const Request& request) {
    app::NewDeputy deputy;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        deputy.principal = read_person(in, "principal");
        deputy.deputy = read_person(in, "deputy");
        deputy.roles = in.optional_texts("roles", {.max = 100}, {.max = 64})
                           .value_or(std::vector<std::string>{});
        for (const auto& [name, at] : {std::pair{"from", &deputy.from}, {"until", &deputy.until}}) {
            if (const auto time = read_time(in, name))
                *at = *time;
            else if (!in.has(name))
                in.refuse(name, json::Fault::missing, "missing", "缺少该项");
        }
    }));
    TRY(const auto id,
        told(edge.app.administration().appoint_deputy(admin_request(request), deputy)));
    json::Writer out;
    return json_response(201, out.begin_object().member("id", id).end_object().take());
}

Answer recall_deputy(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    return nothing_or(edge.app.administration().recall_deputy(admin_request(request), id));
}

Answer list_keys(Edge& edge, const Request& request) {
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    json::Writer out;
    out.begin_object().key("keys").begin_array();
    for (const auto& key : directory.keys)
        write_key(out, key, *edge.app.identity().directory());
    return json_response(200, out.end_array().end_object().take());
}

Answer issue_key(Edge& edge, const Request& request) {
    engine::PersonId machine = 0;
    std::string label;
    std::optional<app::Instant> expires;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        machine = read_person(in, "machine");
        label = in.text("label", {.max = 100});
        expires = read_time(in, "expires");
    }));
    TRY(const auto issued,
        told(edge.app.administration().issue_key(admin_request(request), machine, label, expires)));
    json::Writer out;
    out.begin_object().member("id", issued.id).member("key", issued.key).end_object();
    return json_response(201, out.take());
}

Answer revoke_key(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    return nothing_or(edge.app.administration().revoke_key(admin_request(request), id));
}

}  // namespace

void add_account_routes(Router& router, Edge& edge) {
    const auto add = [&](Method method, const char* pattern, Handler handler,
                         const char* operation) {
        router.add({.method = method,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .operation = operation,
                    .body_limit = method == Method::del ? 0 : kBodyLimit});
    };
    add(Method::get, "/api/v1/deputies", on_reader(edge, list_deputies), "list_deputies");
    add(Method::post, "/api/v1/deputies", on_waiter(edge, appoint_deputy), "appoint_deputy");
    add(Method::del, "/api/v1/deputies/{id}", on_waiter(edge, recall_deputy), "recall_deputy");
    add(Method::get, "/api/v1/keys", on_reader(edge, list_keys), "list_keys");
    add(Method::post, "/api/v1/keys", on_waiter(edge, issue_key), "issue_key");
    add(Method::del, "/api/v1/keys/{id}", on_waiter(edge, revoke_key), "revoke_key");
}

}  // namespace gongkai::api
