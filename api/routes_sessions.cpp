// Logging in and out, and what everybody may know and change about themselves.
#include "api/directory_json.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr json::TextRule kPassword{.min = 1, .max = 256};

Answer log_in(Edge& edge, const Request& request) {
    std::string login, password;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        login = in.text("login", {.max = 64});
        password = in.text("password", kPassword);
    }));
    const auto outcome = edge.app.identity().login(login, password);
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return problem_of(*error);
    if (const auto* refused = std::get_if<app::LoginRefused>(&outcome)) {
        if (!refused->locked_until) return problem(ApiProblem::invalid_credentials);
        Response response =
            to_response(problem(ApiProblem::too_many_attempts)
                            .with("from", json::quoted(engine::to_string(*refused->locked_until))));
        const auto wait = *refused->locked_until - edge.app.clock().now();
        response.headers.add("Retry-After",
                             std::to_string(wait > 0 ? wait / engine::ms_per_second + 1 : 1));
        return response;
    }
    const auto& in = std::get<app::LoggedIn>(outcome);
    json::Writer out;
    out.begin_object()
        .member("token", in.token)
        .member("expires", engine::to_string(in.expires))
        .key("person");
    write_self(out, edge, in.principal);
    return json_response(201, out.end_object().take());
}

Answer log_out(Edge& edge, const Request& request) {
    TRY_VOID(known(edge.app.identity().logout(principal_of(request))));
    return no_content();
}

Answer show_self(Edge& edge, const Request& request) {
    json::Writer out;
    write_self(out, edge, principal_of(request));
    return json_response(200, out.take());
}

Answer change_own_password(Edge& edge, const Request& request) {
    std::string present, password;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        present = in.text("present", kPassword);
        password = in.text("password", kPassword);
    }));
    return nothing_or(edge.app.administration().set_password(
        admin_request(request), principal_of(request).person, password, present));
}

}  // namespace

void add_session_routes(Router& router, Edge& edge) {
    router.add({.method = Method::post,
                .pattern = "/api/v1/sessions",
                .handler = on_waiter(edge, log_in),
                .operation = "log_in",
                .authenticated = false,
                .body_limit = 4 * 1024});
    router.add({.method = Method::del,
                .pattern = "/api/v1/sessions",
                .handler = on_waiter(edge, log_out),
                .operation = "log_out",
                .body_limit = 0});
    router.add({.method = Method::get,
                .pattern = "/api/v1/me",
                .handler = at_once(edge, show_self),
                .operation = "show_self"});
    router.add({.method = Method::put,
                .pattern = "/api/v1/me/password",
                .handler = on_waiter(edge, change_own_password),
                .operation = "change_own_password",
                .body_limit = 4 * 1024});
}

}  // namespace gongkai::api
