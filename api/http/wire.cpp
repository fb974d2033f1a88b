#include "api/http/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "api/http/text.hpp"

namespace gongkai::api {

namespace {

struct Reason {
    unsigned status;
    std::string_view phrase;
};
constexpr std::array<Reason, 35> reasons = {{{200, "OK"},
                                             {201, "Created"},
                                             {202, "Accepted"},
                                             {204, "No Content"},
                                             {207, "Multi-Status"},
                                             {301, "Moved Permanently"},
                                             {302, "Found"},
                                             {303, "See Other"},
                                             {304, "Not Modified"},
                                             {307, "Temporary Redirect"},
                                             {308, "Permanent Redirect"},
                                             {400, "Bad Request"},
                                             {401, "Unauthorized"},
                                             {403, "Forbidden"},
                                             {404, "Not Found"},
                                             {405, "Method Not Allowed"},
                                             {406, "Not Acceptable"},
                                             {408, "Request Timeout"},
                                             {409, "Conflict"},
                                             {410, "Gone"},
                                             {411, "Length Required"},
                                             {412, "Precondition Failed"},
                                             {413, "Content Too Large"},
                                             {415, "Unsupported Media Type"},
                                             {417, "Expectation Failed"},
                                             {422, "Unprocessable Content"},
                                             {423, "Locked"},
                                             {428, "Precondition Required"},
                                             {429, "Too Many Requests"},
                                             {431, "Request Header Fields Too Large"},
                                             {500, "Internal Server Error"},
                                             {501, "Not Implemented"},
                                             {503, "Service Unavailable"},
                                             {505, "HTTP Version Not Supported"},
                                             {507, "Insufficient Storage"}}};

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 24> digits;
    out.append(digits.data(),
               std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool belongs_to_the_edge(std::string_view name) {
    for (const std::string_view own :
         {"content-length", "connection", "transfer-encoding", "date", "x-request-id"})
        if (same_ignoring_case(name, own)) return true;
    return false;
}

bool is_safe_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
    for (const auto& reason : reasons)
        if (reason.status == status) return reason.phrase;
    return "Status";
}

void write_head(const Response& response, const Envelope& envelope, std::string& out) {
    out.append(envelope.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ");
    append_number(out, response.status);
    out.append(" ").append(reason_phrase(response.status)).append("\r\n");
    append_field(out, "Date", envelope.date);
    if (has_body(response.status)) {
        if (!response.content_type.empty() && is_safe_value(response.content_type))
            append_field(out, "Content-Type", response.content_type);
        out.append("Content-Length: ");
        append_number(out, response.body_size());
        out.append("\r\n");
    }
    bool own_cache_rule = false, own_policy = false, own_retry = false;
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
        const auto [name, value] = response.headers[i];
        if (!is_token(name) || !is_safe_value(value) || belongs_to_the_edge(name)) continue;
        own_cache_rule = own_cache_rule || same_ignoring_case(name, "cache-control");
        own_policy = own_policy || same_ignoring_case(name, "content-security-policy");
        own_retry = own_retry || same_ignoring_case(name, "retry-after");
        append_field(out, name, value);
    }
    if (!own_cache_rule) out.append("Cache-Control: no-store\r\n");
    if (!own_policy) append_field(out, "Content-Security-Policy", envelope.content_security_policy);
    out.append(
        "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: "
        "no-referrer\r\n");
    if (response.status == 503 && !own_retry && envelope.retry_after_s > 0) {
        out.append("Retry-After: ");
        append_number(out, envelope.retry_after_s);
        out.append("\r\n");
    }
    if (!envelope.request_id.empty()) append_field(out, "X-Request-Id", envelope.request_id);
    if (!envelope.keep_alive)
        out.append("Connection: close\r\n");
    else if (envelope.http_1_0)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

std::string http_date(std::int64_t unix_seconds) {
    using namespace std::chrono;
    const sys_seconds time{seconds{unix_seconds}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    static constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                                 "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::string out;
    const auto two = [&out](auto number) {
        const auto n = static_cast<unsigned>(number);
        out += static_cast<char>('0' + n / 10 % 10);
        out += static_cast<char>('0' + n % 10);
    };
    out.append(weekdays[weekday{day}.c_encoding()]).append(", ");
    two(static_cast<unsigned>(date.day()));
    out.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    append_number(out, static_cast<std::uint64_t>(static_cast<int>(date.year())));
    out += ' ';
    two(clock.hours().count());
    out += ':';
    two(clock.minutes().count());
    out += ':';
    two(clock.seconds().count());
    out += " GMT";
    return out;
}

}  // namespace gongkai::api
