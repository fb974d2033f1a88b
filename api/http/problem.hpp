// Problem details (RFC 9457): the one form in which this server says no.
//
//   {"type": "urn:gongkai:problem:body_too_large", "title": "...", "title_zh": "...", "status":
//   413,
//    "code": "body_too_large", "detail": "...", "detail_zh": "...", "article": "...", ...}
//
// code is permanent: clients may switch on it, so it is never reused with another meaning. title
// and detail are English; the _zh members say the same to the officer at the console.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.hpp"

namespace gongkai::api {

struct Problem {
    // Not an aggregate: a number must not be taken for a problem, see boost::system::result.
    Problem() = default;
    unsigned status = 500;
    std::string code{};
    std::string title{}, title_zh{};
    std::string detail{}, detail_zh{};  // optional
    std::string article{};  // optional: the article of law behind it, "国令711 第19条"
    // Further members: name, and a value that is JSON already (see api/json/writer.hpp).
    struct Member {
        std::string name, json;
    };
    std::vector<Member> members{};

    Problem& with_detail(std::string english, std::string chinese);
    Problem& with(std::string name, std::string json);
};

// The problems that the edge itself answers with.
enum class EdgeProblem : std::uint8_t {
    malformed_request,       // 400
    invalid_json,            // 400
    invalid_body,            // 400 the JSON is not what the operation takes
    not_found,               // 404
    method_not_allowed,      // 405
    request_timeout,         // 408
    length_required,         // 411
    body_too_large,          // 413
    unsupported_media_type,  // 415
    expectation_failed,      // 417
    header_too_large,        // 431
    internal_error,          // 500
    method_not_implemented,  // 501
    overloaded,              // 503
    too_many_connections,    // 503
    shutting_down,           // 503
    version_not_supported,   // 505
    storage_full,            // 507
};
std::span<const EdgeProblem> all_edge_problems();
Problem problem(EdgeProblem kind);

std::string to_json(const Problem& problem);
// application/problem+json with the problem's status.
Response to_response(const Problem& problem);
inline Response to_response(EdgeProblem kind) {
    return to_response(problem(kind));
}

}  // namespace gongkai::api
