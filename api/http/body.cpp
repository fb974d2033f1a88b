#include "api/http/body.hpp"

#include "api/http/text.hpp"
#include "api/json/writer.hpp"

namespace gongkai::api {

namespace {

bool is_json_type(std::string_view type) {
    const auto semicolon = type.find(';');
    auto name = type.substr(0, semicolon);
    while (name.ends_with(' '))
        name.remove_suffix(1);
    if (!same_ignoring_case(name, "application/json")) return false;
    if (semicolon == type.npos) return true;
    auto parameter = type.substr(semicolon + 1);
    while (parameter.starts_with(' '))
        parameter.remove_prefix(1);
    return same_ignoring_case(parameter, "charset=utf-8") ||
           same_ignoring_case(parameter, "charset=\"utf-8\"");
}

std::string errors_of(const json::Issues& issues) {
    json::Writer out;
    out.begin_array();
    for (const auto& issue : issues)
        out.begin_object()
            .member("pointer", issue.pointer)
            .member("fault", json::name_of(issue.fault))
            .member("detail", issue.detail)
            .member("detail_zh", issue.detail_zh)
            .end_object();
    return out.end_array().take();
}

}  // namespace

boost::system::result<json::Document, Problem> parse_body(const Request& request) {
    if (!is_json_type(request.headers.get("Content-Type")))
        return problem(EdgeProblem::unsupported_media_type);
    auto document = json::parse(request.body);
    if (document) return std::move(*document);
    const auto& issue = document.error();
    auto refusal = problem(EdgeProblem::invalid_json);
    refusal.with_detail(issue.detail, issue.detail_zh).with("errors", errors_of({issue}));
    return refusal;
}

Problem problem_of(const json::Issues& issues) {
    auto refusal = problem(EdgeProblem::invalid_body);
    if (!issues.empty())
        refusal.with_detail(issues.front().pointer + ": " + issues.front().detail,
                            issues.front().pointer + "：" + issues.front().detail_zh);
    refusal.with("errors", errors_of(issues));
    return refusal;
}

}  // namespace gongkai::api
