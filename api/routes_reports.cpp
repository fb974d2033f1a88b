// Reports, in four forms each: the annual report (and the documents behind each of its cells), the
// statistics of a period, and what the leading group sees.
#include <algorithm>

#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"
#include "app/reports/reports.hpp"

namespace gongkai::api {

namespace {

// 422 where one who may see the report asked for one that there cannot be: the first fault gives
// the code, `faults` has all of them.
Problem refused_problem(const app::ReportRefused& refused) {
    const app::ReportFault& first = refused.faults.front();
    Problem out;
    out.status = 422;
    out.code = first.code;
    out.title = first.message;
    out.title_zh = first.message_zh;
    json::Writer faults(1024);
    faults.begin_array();
    for (const app::ReportFault& fault : refused.faults) {
        faults.begin_object()
            .member("code", fault.code)
            .member("message", fault.message)
            .member("message_zh", fault.message_zh);
        write_texts(faults, "cells", fault.cells);
        faults.key("documents").begin_array();
        for (const engine::DocumentId id : fault.documents)
            faults.value(std::to_string(id));
        faults.end_array().end_object();
    }
    faults.end_array();
    out.with("faults", faults.take());
    return out;
}

template <class Report>
Parsed<Report> granted(app::ReportOutcome<Report> outcome) {
    if (auto* report = std::get_if<Report>(&outcome)) return std::move(*report);
    if (const auto* refused = std::get_if<app::ReportRefused>(&outcome))
        return refused_problem(*refused);
    if (const auto* error = std::get_if<engine::Error>(&outcome)) return problem_of(*error);
    return problem_of(
        app::Denied{"not_allowed", "this person may not see that report", "无权查看该报告", ""});
}

enum class Form { json, html, docx, xlsx };

constexpr std::string_view kTypes[] = {
    "application/json", "text/html; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
constexpr std::string_view kEndings[] = {"", ".html", ".docx", ".xlsx"};

// The form that was asked for by the ending of a name or by `as`; else the first of ours that
// Accept names, else JSON.
Form accepted_form(const Request& request) {
    const std::string_view accept = request.headers.get("Accept");
    Form form = Form::json;
    std::size_t first = accept.npos;
    for (const Form one : {Form::json, Form::html, Form::docx, Form::xlsx}) {
        std::string_view type = kTypes[static_cast<std::size_t>(one)];
        type = type.substr(0, type.find(';'));
        const std::size_t at = accept.find(type);
        if (at >= first) continue;
        first = at;
        form = one;
    }
    return form;
}

Parsed<Form> form_of(const Request& request) {
    const std::string as = query_text(request, "as");
    if (as.empty()) return accepted_form(request);
    constexpr std::string_view names[] = {"json", "html", "docx", "xlsx"};
    const auto* const found = std::find(std::begin(names), std::end(names), as);
    if (found == std::end(names))
        return bad_query("as", "is json, html, docx or xlsx", "应为 json、html、docx 或 xlsx");
    return static_cast<Form>(found - names);
}

// "2026", "2026.docx".
Parsed<std::pair<int, Form>> year_and_form(const Request& request) {
    std::string text(request.param("year"));
    Form form = accepted_form(request);
    for (const Form one : {Form::html, Form::docx, Form::xlsx}) {
        const std::string_view ending = kEndings[static_cast<std::size_t>(one)];
        if (!text.ends_with(ending)) continue;
        text.resize(text.size() - ending.size());
        form = one;
    }
    // What is no year is nothing that exists.
    const bool digits = text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) {
                            return c >= '0' && c <= '9';
                        });
    if (!digits) return problem(EdgeProblem::not_found);
    return std::pair(std::stoi(text), form);
}

Answer page_answer(const app::Page& page, Form form, std::string as_json, const std::string& name) {
    if (form == Form::json) return json_response(200, std::move(as_json));
    Response response;
    response.content_type = kTypes[static_cast<std::size_t>(form)];
    if (form == Form::html) {
        response.body = app::page_html(page);
        return response;
    }
    TRY(auto bytes, known(form == Form::docx ? app::page_docx(page) : app::page_xlsx(page)));
    response.body = std::move(bytes);
    response.headers.add(
        "Content-Disposition",
        attachment_disposition(name + std::string(kEndings[static_cast<std::size_t>(form)])));
    return response;
}

Answer show_annual_report(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"documents"}));
    const std::string documents = query_text(request, "documents");
    if (!documents.empty() && documents != "true" && documents != "false")
        return bad_query("documents", "is true or false", "应为 true 或 false");
    TRY(const auto wanted, year_and_form(request));
    TRY(const auto report, granted(edge.app.reports().annual(principal_of(request), wanted.first)));
    return page_answer(app::annual_page(report), wanted.second,
                       app::annual_json(report, documents == "true"),
                       "annual-report-" + std::to_string(report.year));
}

Answer show_annual_cell(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto wanted, year_and_form(request));
    TRY(const auto view, granted(edge.app.reports().cell(principal_of(request), wanted.first,
                                                         std::string(request.param("cell")))));
    json::Writer out(4096);
    out.begin_object().member("cell", view.cell).member("figure", view.figure);
    out.key("documents").begin_array();
    for (const app::CellDocument& one : view.documents)
        out.begin_object()
            .member("id", std::to_string(one.id))
            .member("department", one.department)
            .member("readable", one.readable)
            .member_unless_empty("title", one.title)
            .end_object();
    return json_response(200, out.end_array().end_object().take());
}

Parsed<engine::Date> day_of(const Request& request, std::string_view name) {
    const auto day = engine::parse_date(query_text(request, name));
    if (!day) return bad_query(name, "a day, as in 2026-01-31", "应为日期，例如 2026-01-31");
    return *day;
}

Answer show_statistics(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"from", "to", "department", "as"}));
    TRY(const auto form, form_of(request));
    TRY(const auto from, day_of(request, "from"));
    TRY(const auto to, day_of(request, "to"));
    TRY(const auto statistics,
        granted(edge.app.reports().statistics(principal_of(request), {from, to},
                                              query_text(request, "department"))));
    return page_answer(app::statistics_page(statistics), form, app::statistics_json(statistics),
                       "statistics-" + engine::to_string(from) + "-" + engine::to_string(to));
}

Answer show_supervision(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"department", "as"}));
    TRY(const auto form, form_of(request));
    TRY(const auto supervision, granted(edge.app.reports().supervision(
                                    principal_of(request), query_text(request, "department"))));
    return page_answer(app::supervision_page(supervision), form, app::supervision_json(supervision),
                       "supervision");
}

}  // namespace

void add_report_routes(Router& router, Edge& edge) {
    // They pass over all documents: on the threads that may take their time.
    const auto add = [&](const char* pattern, Ask ask, const char* operation, const char* policy) {
        router.add({.method = Method::get,
                    .pattern = pattern,
                    .handler = on_waiter(edge, ask),
                    .operation = operation,
                    .content_security_policy = policy});
    };
    const char* const printed = "default-src 'none'; style-src 'unsafe-inline'";
    add("/api/v1/reports/annual/{year}", show_annual_report, "show_annual_report", printed);
    add("/api/v1/reports/annual/{year}/cells/{cell}", show_annual_cell, "show_annual_cell", "");
    add("/api/v1/reports/statistics", show_statistics, "show_statistics", printed);
    add("/api/v1/reports/supervision", show_supervision, "show_supervision", printed);
}

}  // namespace gongkai::api
