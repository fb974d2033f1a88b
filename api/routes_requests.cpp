// What the public hands in and asks for without a login: applications for disclosure, their status,
// and what an answer would cost.
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

std::string status_json(const app::RequestStatus& status) {
    json::Writer out(1024);
    out.begin_object()
        .member("query_code", status.query_code)
        .member("state", status.state)
        .member("state_title", status.state_title);
    const auto given = [&](const char* name, const std::string& text) {
        if (!text.empty()) out.member(name, text);
    };
    given("registration_number", status.registration_number);
    given("submitted_on", status.submitted_on);
    given("received_on", status.received_on);
    given("concluded_on", status.concluded_on);
    given("outcome", status.outcome);
    given("outcome_title", status.outcome_title);
    if (status.due) out.member("due", engine::to_string(*status.due));
    return out.end_object().take();
}

Answer answer_of(
    std::variant<app::RequestStatus, app::Invalid, engine::Refusal, engine::Error> outcome,
    unsigned status) {
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return problem_of(*error);
    if (const auto* invalid = std::get_if<app::Invalid>(&outcome)) return problem_of(*invalid);
    // Not the inside of the office: that it cannot be done now, and no more.
    if (std::holds_alternative<engine::Refusal>(outcome))
        return problem(ApiProblem::request_not_taken);
    return json_response(status, status_json(std::get<app::RequestStatus>(outcome)));
}

// Under the titles of the flow's fields, which are what the applicant can read.
Problem incomplete(const app::Flow& flow, const std::vector<std::string>& names) {
    json::Writer list(256);
    std::string words, words_zh;
    list.begin_array();
    for (const std::string& name : names) {
        const engine::FieldId id = flow.definition.field(name);
        const std::string& title = id == engine::kNone ? name : flow.definition.fields[id].title;
        list.begin_object().member("name", name).member("title", title).end_object();
        words += (words.empty() ? "" : ", ") + name;
        words_zh += (words_zh.empty() ? "" : "、") + title;
    }
    Problem out = problem(ApiProblem::request_incomplete);
    out.article = "国令711 第29条";
    out.with_detail("missing: " + words, "未填写：" + words_zh);
    out.with("fields", list.end_array().take());
    return out;
}

Answer submit_request(Edge& edge, const Request& request) {
    app::DisclosureRequest given;
    TRY_VOID(read_object(request, [&](json::Reader& in) {
        const auto text = [&](const char* name, std::size_t most, bool multiline = false) {
            return in.optional_text(name, {.max = most, .multiline = multiline}).value_or("");
        };
        given.applicant_kind = text("applicant_kind", 64);
        given.applicant_name = text("applicant_name", 200);
        given.identity_proof = text("identity_proof", 500, true);
        given.applicant_contact = text("applicant_contact", 500, true);
        given.applicant_address = text("applicant_address", 500, true);
        given.request_description = text("request_description", 5'000, true);
        given.form_wanted = text("form_wanted", 64);
        given.way_wanted = text("way_wanted", 64);
        given.assistance_needed = in.optional_boolean("assistance_needed").value_or(false);
    }));
    if (const auto missing = app::lacking(given); !missing.empty()) {
        const auto flow = edge.app.flows().current("request");
        return flow ? Answer(incomplete(*flow, missing)) : Answer(problem(EdgeProblem::not_found));
    }
    return answer_of(edge.app.intake().submit(given, request.request_id), 201);
}

Answer show_request(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto status,
        known(edge.app.intake().status(std::string(request.param("query_code")))));
    return json_response(200, status_json(status));
}

Answer confirm_request(Edge& edge, const Request& request) {
    return answer_of(
        edge.app.intake().confirm(std::string(request.param("query_code")), request.request_id),
        200);
}

Answer quote_fee(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"method", "count"}));
    const auto tariff = edge.app.information_fee();
    if (!tariff) return problem(EdgeProblem::not_found);
    std::string names;
    for (const engine::TariffMethod& one : tariff->methods)
        names += (names.empty() ? "" : ", ") + one.name;
    const engine::TariffMethod* method = tariff->method(query_text(request, "method"));
    if (method == nullptr)
        return bad_query("method", "exactly one of " + names, "应为下列之一：" + names);
    TRY(const auto count,
        query_number(request, "count", static_cast<std::uint64_t>(engine::kMostFeeUnits)));
    if (!count) return bad_query("count", "how many of them", "应给出数量");
    const auto fee = engine::fee_of(*method, static_cast<std::int64_t>(*count));
    json::Writer out(1024);
    out.begin_object()
        .member("tariff", tariff->name)
        .member("title", tariff->title)
        .member("method", method->name)
        .member("method_title", method->title)
        .member("unit", method->unit)
        .member("count", *count)
        .member("total_yuan", fee->total)
        .member("last_unit_yuan", fee->last_unit)
        .key("basis")
        .begin_array();
    for (const std::string& article : tariff->basis)
        out.value(article);
    out.end_array().key("lines").begin_array();
    for (const engine::FeeLine& line : fee->lines)
        out.begin_object()
            .member("from", line.from)
            .member("to", line.to)
            .member("each_yuan", line.each)
            .member("yuan", line.amount)
            .end_object();
    return json_response(200, out.end_array().end_object().take());
}

}  // namespace

void add_request_routes(Router& router, Edge& edge) {
    router.add({.method = Method::post,
                .pattern = "/public/v1/requests",
                .handler = on_waiter(edge, submit_request),
                .operation = "submit_request",
                .authenticated = false,
                .body_limit = 64 * 1024});
    router.add({.method = Method::get,
                .pattern = "/public/v1/requests/{query_code}",
                .handler = on_reader(edge, show_request),
                .operation = "show_request",
                .authenticated = false});
    router.add({.method = Method::post,
                .pattern = "/public/v1/requests/{query_code}/confirm",
                .handler = on_waiter(edge, confirm_request),
                .operation = "confirm_request",
                .authenticated = false,
                .body_limit = 0});
    router.add({.method = Method::get,
                .pattern = "/public/v1/tariffs/information_fee/quote",
                .handler = on_reader(edge, quote_fee),
                .operation = "quote_fee",
                .authenticated = false});
}

}  // namespace gongkai::api
