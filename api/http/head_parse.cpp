#include "api/http/head_parse.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "api/http/target.hpp"
#include "api/http/text.hpp"

namespace gongkai::api {

namespace http = boost::beast::http;

EdgeProblem problem_of(HeadFault fault) {
    switch (fault) {
        case HeadFault::version:
            return EdgeProblem::version_not_supported;
        case HeadFault::transfer_encoding:
            return EdgeProblem::length_required;
        case HeadFault::too_large:
        case HeadFault::too_many_fields:
            return EdgeProblem::header_too_large;
        default:
            return EdgeProblem::malformed_request;
    }
}

std::optional<HeadRefusal> parse_head(std::string_view head, const HeadLimits& limits,
                                      Request& request, HeadInfo& info) {
    if (const auto fault = scan_head(head, limits); fault != HeadFault::none)
        return HeadRefusal{problem_of(fault), name_of(fault)};

    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.bytes));
    parser.body_limit(boost::none);
    boost::system::error_code ec;
    const auto used = parser.put(boost::asio::const_buffer(head.data(), head.size()), ec);
    // The scan is the stricter of the two; where they disagree all the same, nobody is right.
    if ((ec && ec != http::error::need_more) || !parser.is_header_done() || used != head.size())
        return HeadRefusal{EdgeProblem::malformed_request, "parser"};

    const auto& message = parser.get();
    info.http_1_0 = message.version() == 10;
    info.keep_alive = message.keep_alive();
    for (const auto& field : message) {
        const auto name = field.name_string(), value = field.value();
        request.headers.add({name.data(), name.size()}, {value.data(), value.size()});
        if (field.name() == http::field::content_length) {
            std::uint64_t length = 0;
            std::from_chars(value.data(), value.data() + value.size(), length);
            info.content_length = length;
        } else if (field.name() == http::field::expect) {
            if (!same_ignoring_case({value.data(), value.size()}, "100-continue"))
                return HeadRefusal{EdgeProblem::expectation_failed, "expect"};
            info.expects_continue = !info.http_1_0;
        }
    }
    const auto target = message.target(), method = message.method_string();
    if (!split_target({target.data(), target.size()}, request.path, request.segments,
                      request.query))
        return HeadRefusal{EdgeProblem::malformed_request, "target"};
    const auto known = method_from({method.data(), method.size()});
    if (!known) return HeadRefusal{EdgeProblem::method_not_implemented, "method"};
    request.method = *known;
    return std::nullopt;
}

}  // namespace gongkai::api
