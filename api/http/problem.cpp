#include "api/http/problem.hpp"

#include <array>

#include "api/json/writer.hpp"

namespace gongkai::api {

namespace {

struct Entry {
    EdgeProblem kind;
    unsigned status;
    std::string_view code, title, title_zh;
};

constexpr std::array<Entry, 18> table = {{
    {EdgeProblem::malformed_request, 400, "malformed_request", "The request is not valid HTTP",
     "请求不符合 HTTP 规范"},
    {EdgeProblem::invalid_json, 400, "invalid_json", "The body is not valid JSON",
     "请求体不是合法的 JSON"},
    {EdgeProblem::invalid_body, 400, "invalid_body", "The body does not fit this operation",
     "请求体的内容不符合本操作的要求"},
    {EdgeProblem::not_found, 404, "not_found", "There is nothing here that you may see",
     "此处没有您可以查看的内容"},
    {EdgeProblem::method_not_allowed, 405, "method_not_allowed",
     "This method is not allowed here, see Allow", "此处不支持该请求方法，请见 Allow 头"},
    {EdgeProblem::request_timeout, 408, "request_timeout", "The request took too long to arrive",
     "请求发送超时"},
    {EdgeProblem::length_required, 411, "length_required",
     "A request with a body must state its Content-Length and no Transfer-Encoding",
     "带请求体的请求必须给出 Content-Length，且不得使用 Transfer-Encoding"},
    {EdgeProblem::body_too_large, 413, "body_too_large", "The body is larger than allowed here",
     "请求体超过此处允许的大小"},
    {EdgeProblem::unsupported_media_type, 415, "unsupported_media_type",
     "The body must be application/json", "请求体必须是 application/json"},
    {EdgeProblem::expectation_failed, 417, "expectation_failed",
     "The only expectation understood is 100-continue", "仅支持 Expect: 100-continue"},
    {EdgeProblem::header_too_large, 431, "header_too_large",
     "The request head is larger than allowed", "请求头超过允许的大小"},
    {EdgeProblem::internal_error, 500, "internal_error", "The server failed on this request",
     "服务器处理该请求时出错"},
    {EdgeProblem::method_not_implemented, 501, "method_not_implemented",
     "This method is not known here", "服务器不支持该请求方法"},
    {EdgeProblem::overloaded, 503, "overloaded", "The server is busy, try again later",
     "服务器繁忙，请稍后重试"},
    {EdgeProblem::too_many_connections, 503, "too_many_connections",
     "Too many connections, try again later", "连接数过多，请稍后重试"},
    {EdgeProblem::shutting_down, 503, "shutting_down", "The server is shutting down",
     "服务器正在停止"},
    {EdgeProblem::version_not_supported, 505, "version_not_supported",
     "Only HTTP/1.1 and HTTP/1.0 are spoken here", "仅支持 HTTP/1.1 和 HTTP/1.0"},
    {EdgeProblem::storage_full, 507, "storage_full",
     "There is no room left to store this; nothing was written",
     "存储空间不足，未能保存，也没有写入任何内容"},
}};

constexpr auto kinds = [] {
    std::array<EdgeProblem, table.size()> all{};
    for (std::size_t i = 0; i < table.size(); ++i)
        all[i] = table[i].kind;
    return all;
}();

}  // namespace

Problem& Problem::with_detail(std::string english, std::string chinese) {
    detail = std::move(english);
    detail_zh = std::move(chinese);
    return *this;
}

Problem& Problem::with(std::string name, std::string json) {
    members.push_back({std::move(name), std::move(json)});
    return *this;
}

std::span<const EdgeProblem> all_edge_problems() {
    return kinds;
}

Problem problem(EdgeProblem kind) {
    const auto& entry = table[static_cast<std::size_t>(kind)];
    Problem out;
    out.status = entry.status;
    out.code = entry.code;
    out.title = entry.title;
    out.title_zh = entry.title_zh;
    return out;
}

std::string to_json(const Problem& problem) {
    json::Writer out;
    out.begin_object()
        .member("type", "urn:gongkai:problem:" + problem.code)
        .member("title", problem.title)
        .member_unless_empty("title_zh", problem.title_zh)
        .member("status", problem.status)
        .member("code", problem.code)
        .member_unless_empty("detail", problem.detail)
        .member_unless_empty("detail_zh", problem.detail_zh)
        .member_unless_empty("article", problem.article);
    for (const auto& member : problem.members)
        out.key(member.name).raw(member.json);
    return out.end_object().take();
}

Response to_response(const Problem& problem) {
    Response response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.body = to_json(problem);
    return response;
}

}  // namespace gongkai::api
