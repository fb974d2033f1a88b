// A JSON request body as a handler wants it: a struct, or the problem to answer with.
#pragma once

#include <boost/system/result.hpp>
#include <utility>

#include "api/http/message.hpp"
#include "api/http/problem.hpp"
#include "api/json/reader.hpp"

namespace gongkai::api {

// 415 unless the Content-Type is application/json (a charset of utf-8 is allowed), 400 invalid_json
// with the pointer of the fault.
boost::system::result<json::Document, Problem> parse_body(const Request& request);

// 400 invalid_body with "errors": [{"pointer", "fault", "detail", "detail_zh"}, ...].
Problem problem_of(const json::Issues& issues);

// Parses the body and runs the function on it, see json::read.
template <std::invocable<json::Reader&> Function>
auto read_body(const Request& request, Function function)
    -> boost::system::result<decltype(function(std::declval<json::Reader&>())), Problem> {
    const auto document = parse_body(request);
    if (!document) return document.error();
    json::Issues issues;
    auto value = json::read(document->root(), issues, std::move(function));
    if (!issues.empty()) return problem_of(issues);
    return value;
}

}  // namespace gongkai::api
