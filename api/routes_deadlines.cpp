// How due dates came about, the calendar that they are counted on, and what the clock opens by it.
#include "api/directory_json.hpp"
#include "api/present_deadlines.hpp"
#include "api/present_duties.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr std::uint64_t kBodyLimit = 2 * 1024 * 1024;

Answer show_deadlines(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto id, document_of(request));
    TRY(const auto view, known(app::deadlines_of(edge.app.documents(), edge.app.calendars(),
                                                 principal_of(request), id)));
    return json_response(200, deadlines_json(view));
}

Answer show_calendar(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    const auto calendar = edge.app.calendars().current();
    json::Writer out;
    out.begin_object()
        .member("name", calendar->calendar.name())
        .member("version", app::version_of(*calendar))
        .member("digest", to_hex(calendar->digest))
        .key("unpublished_years")
        .begin_array();
    for (const int year : edge.app.health().unpublished_years)
        out.value(year);
    return json_response(200, out.end_array().end_object().take());
}

// {"source": the YAML of a calendar file, "dry_run": true}
Answer load_calendar(Edge& edge, const Request& request) {
    app::RuleFile file{"calendar.yaml", {}};
    bool dry_run = false;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        file.text = in.text("source", {.max = 1024 * 1024, .multiline = true});
        dry_run = in.optional_boolean("dry_run").value_or(false);
    }));
    if (const auto wrong = app::wrong_calendar(file)) return problem_of(*wrong);
    if (dry_run) {
        TRY(const auto change, known(edge.app.compare_calendar(file)));
        return json_response(200, calendar_change_json(change));
    }
    TRY(const auto change, told(edge.app.load_calendar(admin_request(request), file)));
    return json_response(200, calendar_change_json(change));
}

Answer list_duties(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto duties, known(edge.app.duties().view(edge.app.clock().now())));
    return json_response(200, duties_json(duties));
}

}  // namespace

void add_deadline_routes(Router& router, Edge& edge) {
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/deadlines",
                .handler = on_reader(edge, show_deadlines),
                .operation = "show_deadlines"});
    router.add({.method = Method::get,
                .pattern = "/api/v1/calendar",
                .handler = on_reader(edge, show_calendar),
                .operation = "show_calendar"});
    router.add({.method = Method::post,
                .pattern = "/api/v1/calendar",
                .handler = on_waiter(edge, load_calendar),
                .operation = "load_calendar",
                .body_limit = kBodyLimit});
    router.add({.method = Method::get,
                .pattern = "/api/v1/duties",
                .handler = on_reader(edge, list_duties),
                .operation = "list_duties"});
}

}  // namespace gongkai::api
