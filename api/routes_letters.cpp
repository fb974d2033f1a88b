// Letters about a document: which can be issued now, and each as a page to read or to print.
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr const char* kDocx =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

void write_letter(json::Writer& out, const app::LetterView& letter) {
    out.begin_object()
        .member("name", letter.name)
        .member("title", letter.title)
        .member("applies", letter.applies)
        .member("draft", letter.draft)
        .key("basis")
        .begin_array();
    for (const std::string& article : letter.basis)
        out.value(article);
    out.end_array().key("lacking").begin_array();
    for (const app::LackingValue& one : letter.lacking)
        out.begin_object().member("name", one.name).member("title", one.title).end_object();
    out.end_array().end_object();
}

Answer list_letters(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto id, document_of(request));
    TRY(const auto view, known(edge.app.letters().list(principal_of(request), id)));
    json::Writer out(4096);
    out.begin_object()
        .member("id", std::to_string(view.id))
        .member("revision", view.revision)
        .key("letters")
        .begin_array();
    for (const app::LetterView& letter : view.letters)
        write_letter(out, letter);
    return json_response(200, out.end_array().end_object().take());
}

Problem problem_of(const app::LetterRefusal& refusal) {
    const bool incomplete = refusal.code == app::LetterRefusal::Code::incomplete;
    Problem problem = api::problem(incomplete ? ApiProblem::letter_incomplete
                                              : ApiProblem::letter_not_applicable);
    problem.with_detail(app::sentence_en(refusal), app::sentence_zh(refusal));
    if (!incomplete) return problem;
    json::Writer names(256);
    names.begin_array();
    for (const app::LackingValue& one : refusal.letter.lacking)
        names.begin_object().member("name", one.name).member("title", one.title).end_object();
    problem.with("fields", names.end_array().take());
    return problem;
}

Answer show_letter(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {}));
    TRY(const auto id, document_of(request));
    const std::string file(request.param("file"));
    const std::size_t dot = file.rfind('.');
    const std::string ending = dot == std::string::npos ? std::string() : file.substr(dot);
    if (ending != ".html" && ending != ".docx") return problem(EdgeProblem::not_found);
    TRY(const auto letter,
        known(edge.app.letters().write(principal_of(request), id, file.substr(0, dot))));
    if (const auto* refusal = std::get_if<app::LetterRefusal>(&letter)) return problem_of(*refusal);
    const auto& page = std::get<app::Page>(letter);
    Response response;
    if (ending == ".html") {
        response = text_response(200, app::page_html(page));
        response.content_type = "text/html; charset=utf-8";
    } else {
        TRY(auto bytes, known(app::page_docx(page)));
        response = text_response(200, std::move(bytes));
        response.content_type = kDocx;
        response.headers.add("Content-Disposition", "attachment; filename=\"" + file + "\"");
    }
    return response;
}

}  // namespace

void add_letter_routes(Router& router, Edge& edge) {
    const auto add = [&](const char* pattern, Ask ask, const char* operation) {
        router.add({.method = Method::get,
                    .pattern = pattern,
                    .handler = on_reader(edge, ask),
                    .operation = operation});
    };
    add("/api/v1/documents/{id}/letters", list_letters, "list_letters");
    add("/api/v1/documents/{id}/letters/{file}", show_letter, "show_letter");
}

}  // namespace gongkai::api
