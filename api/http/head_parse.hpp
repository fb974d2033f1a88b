// From the bytes of a head to a Request: the strict scan, then Boost.Beast's parser, then the
// target. Pure; Beast stays in the source file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/http/head_scan.hpp"
#include "api/http/message.hpp"
#include "api/http/problem.hpp"

namespace gongkai::api {

// What the session must know of a head besides the Request.
struct HeadInfo {
    bool http_1_0 = false;
    bool keep_alive = false;
    bool expects_continue = false;
    std::optional<std::uint64_t> content_length;
};

// Every refusal ends the connection.
struct HeadRefusal {
    EdgeProblem problem = EdgeProblem::malformed_request;
    std::string_view fault;  // a constant word
};

// Fills method, path, segments, query and headers. After a refusal nothing may be relied on, and
// the connection is to be closed.
std::optional<HeadRefusal> parse_head(std::string_view head, const HeadLimits& limits,
                                      Request& request, HeadInfo& info);

EdgeProblem problem_of(HeadFault fault);

}  // namespace gongkai::api
