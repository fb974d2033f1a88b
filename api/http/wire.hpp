// A response's head as bytes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "api/http/message.hpp"

namespace gongkai::api {

std::string_view reason_phrase(unsigned status);

// What the edge adds to a response.
struct Envelope {
    std::string_view date;  // as an HTTP date
    std::string_view request_id;
    std::string_view content_security_policy;
    unsigned retry_after_s = 0;  // sent with 503 when the response has no Retry-After of its own
    bool http_1_0 = false;
    bool keep_alive = true;
};

// Appends status line, fields and blank line. Fields of the response whose name or value could
// break the framing (line breaks, control characters) are left out, and so are those that only the
// edge may set (Content-Length, Connection, Transfer-Encoding, Date).
void write_head(const Response& response, const Envelope& envelope, std::string& out);

// 204 and 304 have no body whatever the handler put into them.
constexpr bool has_body(unsigned status) {
    return status >= 200 && status != 204 && status != 304;
}

// "Mon, 02 Mar 2026 08:00:00 GMT"
std::string http_date(std::int64_t unix_seconds);

}  // namespace gongkai::api
