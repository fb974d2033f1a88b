// Who is told of every step, and the messages that could not be delivered.
#include "api/directory_json.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

// Subscribers and dead letters are the operator's, and the auditor's to look at.
Parsed<void> may_look(Edge& edge, const Request& request) {
    const auto directory = edge.app.identity().directory();
    const auto person = principal_of(request).person;
    if (directory->holds(person, app::kSystemAdmin) || directory->holds(person, app::kAuditor))
        return {};
    return problem_of(app::Denied{"not_allowed", "This is for the system administrator",
                                  "仅系统管理员可以查看", ""});
}

Answer list_subscribers(Edge& edge, const Request& request) {
    TRY_VOID(may_look(edge, request));
    TRY(const auto directory, told(edge.app.administration().directory(principal_of(request))));
    json::Writer out;
    out.begin_object().key("subscribers").begin_array();
    for (const auto& subscriber : directory.subscribers)
        write_subscriber(out, subscriber);
    return json_response(200, out.end_array().end_object().take());
}

Answer add_subscriber(Edge& edge, const Request& request) {
    app::NewSubscriber subscriber;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        subscriber.name = in.text("name", {.max = 100});
        subscriber.url = in.text("url", {.max = 2'000});
        subscriber.source = in.optional_text("source", {.max = 64}).value_or("");
    }));
    TRY(const auto issued,
        told(edge.app.administration().add_subscriber(admin_request(request), subscriber)));
    json::Writer out;
    out.begin_object().member("id", issued.id).member("secret", issued.secret).end_object();
    return json_response(201, out.take());
}

Answer change_subscriber(Edge& edge, const Request& request) {
    TRY(const auto id, number_of(request, "id"));
    bool active = false;
    TRY_VOID(read_object(request, [&](json::Reader& in) { active = in.boolean("active"); }));
    return nothing_or(
        edge.app.administration().set_subscriber_active(admin_request(request), id, active));
}

Answer list_dead_letters(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"cursor", "limit"}));
    TRY_VOID(may_look(edge, request));
    TRY(const auto cursor, query_number(request, "cursor", ~std::uint64_t{0}));
    TRY(const auto limit, query_limit(request));
    std::vector<storage::OutboxRow> rows;
    TRY_VOID(known(edge.app.store().read([&](storage::Reader& reader) -> engine::Result<void> {
        TRY(rows, reader.outbox_dead(cursor.value_or(0), limit));
        return {};
    })));
    json::Writer out;
    out.begin_object().key("messages").begin_array();
    for (const auto& row : rows)
        out.begin_object()
            .member("number", row.number)
            .member("subscriber", row.message.subscriber)
            .member("document", std::to_string(row.message.document))
            .member("type", row.message.type)
            .member("created", engine::to_string(row.message.created))
            .member("attempts", row.attempts)
            .member("last_error", row.last_error)
            .end_object();
    out.end_array();
    if (rows.size() == limit) out.member("next", std::to_string(rows.back().number));
    return json_response(200, out.end_object().take());
}

Answer replay_dead_letter(Edge& edge, const Request& request) {
    TRY(const auto number, number_of(request, "number"));
    return nothing_or(edge.app.administration().replay_message(admin_request(request), number));
}

}  // namespace

void add_subscriber_routes(Router& router, Edge& edge) {
    const auto add = [&](Method method, const char* pattern, Handler handler,
                         const char* operation) {
        router.add({.method = method,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .operation = operation});
    };
    add(Method::get, "/api/v1/subscribers", on_reader(edge, list_subscribers), "list_subscribers");
    add(Method::post, "/api/v1/subscribers", on_waiter(edge, add_subscriber), "add_subscriber");
    add(Method::patch, "/api/v1/subscribers/{id}", on_waiter(edge, change_subscriber),
        "change_subscriber");
    add(Method::get, "/api/v1/dead-letters", on_reader(edge, list_dead_letters),
        "list_dead_letters");
    router.add({.method = Method::post,
                .pattern = "/api/v1/dead-letters/{number}/replay",
                .handler = on_waiter(edge, replay_dead_letter),
                .operation = "replay_dead_letter",
                .body_limit = 0});
}

}  // namespace gongkai::api
