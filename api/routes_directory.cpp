// Departments, people and their roles. Who may change what: app/administration.hpp.
#include "api/directory_json.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr json::TextRule kCode{.max = 64};
constexpr json::TextRule kTitle{.max = 100};

Answer list_departments(Edge& edge, const Request& request) {
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    json::Writer out;
    out.begin_object().key("departments").begin_array();
    for (const auto& department : directory.departments)
        write_department(out, department);
    return json_response(200, out.end_array().end_object().take());
}

Answer put_department(Edge& edge, const Request& request) {
    storage::Department department;
    department.code = request.param("code");
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        department.title = in.text("title", kTitle);
        department.parent = in.optional_text("parent", kCode).value_or("");
        department.active = in.optional_boolean("active").value_or(true);
    }));
    return nothing_or(edge.app.administration().put_department(admin_request(request), department));
}

Answer list_people(Edge& edge, const Request& request) {
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    json::Writer out(4096);
    out.begin_object().key("people").begin_array();
    for (const auto& person : directory.people)
        write_account(out, person);
    return json_response(200, out.end_array().end_object().take());
}

Answer show_person(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    for (const auto& person : directory.people) {
        if (person.id != id) continue;
        json::Writer out;
        write_account(out, person);
        return json_response(200, out.take());
    }
    return problem(EdgeProblem::not_found);
}

Answer add_person(Edge& edge, const Request& request) {
    app::NewPerson person;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        person.login = in.text("login", {.max = 64});
        person.name = in.text("name", kTitle);
        person.machine = in.optional_boolean("machine").value_or(false);
    }));
    TRY(const auto id, told(edge.app.administration().add_person(admin_request(request), person)));
    json::Writer out;
    Response response = json_response(201, out.begin_object().member("id", id).end_object().take());
    response.headers.add("Location", "/api/v1/people/" + std::to_string(id));
    return response;
}

Answer change_person(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    std::optional<std::string> name;
    std::optional<bool> active;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        name = in.optional_text("name", kTitle);
        active = in.optional_boolean("active");
    }));
    // Two acts, each repeatable by a key of its own. The one that may be refused goes first.
    auto& administration = edge.app.administration();
    if (active) {
        auto act = admin_request(request);
        if (act.idempotency) act.idempotency->key += "/active";
        TRY_VOID(told(administration.set_active(act, id, *active)));
    }
    if (name) {
        TRY_VOID(told(administration.rename_person(admin_request(request), id, *name)));
    }
    return no_content();
}

Answer set_roles(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    std::vector<storage::RoleHolding> roles;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        in.list("roles", {.max = 100}, [&](json::Reader& item) {
            storage::RoleHolding holding;
            holding.role = item.text("role", kCode);
            holding.department = item.optional_text("department", kCode).value_or("");
            roles.push_back(std::move(holding));
        });
    }));
    return nothing_or(edge.app.administration().set_roles_of(admin_request(request), id, roles));
}

Answer set_password(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    std::string password;
    TRY_VOID(read_object(request,
                         [&](json::Reader& in) { password = in.text("password", {.max = 256}); }));
    return nothing_or(edge.app.administration().set_password(admin_request(request), id, password));
}

Answer list_roles(Edge& edge, const Request&) {
    const auto catalog = edge.app.administration().roles();
    json::Writer out;
    out.begin_object().key("roles").begin_array();
    for (const auto& role : catalog.roles)
        out.begin_object().member("name", role.name).member("title", role.title).end_object();
    out.end_array().key("exclusive").begin_array();
    for (const auto& group : catalog.exclusive) {
        out.begin_array();
        for (const auto& role : group)
            out.value(role);
        out.end_array();
    }
    return json_response(200, out.end_array().end_object().take());
}

}  // namespace

void add_directory_routes(Router& router, Edge& edge) {
    const auto add = [&](Method method, const char* pattern, Handler handler,
                         const char* operation) {
        router.add({.method = method,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .operation = operation});
    };
    add(Method::get, "/api/v1/departments", at_once(edge, list_departments), "list_departments");
    add(Method::put, "/api/v1/departments/{code}", on_waiter(edge, put_department),
        "put_department");
    add(Method::get, "/api/v1/people", on_reader(edge, list_people), "list_people");
    add(Method::post, "/api/v1/people", on_waiter(edge, add_person), "add_person");
    add(Method::get, "/api/v1/people/{id}", on_reader(edge, show_person), "show_person");
    add(Method::patch, "/api/v1/people/{id}", on_waiter(edge, change_person), "change_person");
    add(Method::put, "/api/v1/people/{id}/roles", on_waiter(edge, set_roles), "set_roles");
    add(Method::put, "/api/v1/people/{id}/password", on_waiter(edge, set_password), "set_password");
    add(Method::get, "/api/v1/roles", at_once(edge, list_roles), "list_roles");
}

}  // namespace gongkai::api
