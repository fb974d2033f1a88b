#include "api/http/head_scan.hpp"

#include <algorithm>
#include <array>

#include "api/http/text.hpp"

namespace gongkai::api {

namespace {

// Fields that change who asks, what is asked or where the body ends: two of them are two requests
// in one, and the reader of the second might not be the reader of the first.
constexpr std::array<std::string_view, 9> once_only = {
    "authorization",   "content-type", "content-encoding", "cookie", "expect",
    "idempotency-key", "if-match",     "if-none-match",    "origin"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// What RFC 3986 lets stand in path and query, and nothing else but "|", "^", "{", "}", "[", "]" and
// "`", which browsers send as they are. "#" never reaches a server; "\" is a slash to some.
bool is_target_char(char c) {
    return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
}

HeadFault scan_request_line(std::string_view line, bool& http_1_0) {
    const auto first = line.find(' ');
    if (first == line.npos || !is_token(line.substr(0, first))) return HeadFault::request_line;
    line.remove_prefix(first + 1);
    const auto second = line.find(' ');
    if (second == line.npos) return HeadFault::request_line;
    const auto target = line.substr(0, second), version = line.substr(second + 1);
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7]))
        return HeadFault::request_line;
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return HeadFault::version;
    http_1_0 = version.back() == '0';
    if (!target.starts_with('/') || !std::all_of(target.begin(), target.end(), is_target_char))
        return HeadFault::target;
    return HeadFault::none;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_value(std::string_view value) {
    bool ascii = true;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7F) return false;
        ascii = ascii && byte < 0x80;
    }
    return ascii || is_utf8(value);
}

}  // namespace

unsigned status_of(HeadFault fault) {
    switch (fault) {
        case HeadFault::version:
            return 505;
        case HeadFault::transfer_encoding:
            return 411;
        case HeadFault::too_large:
        case HeadFault::too_many_fields:
            return 431;
        default:
            return 400;
    }
}

std::string_view name_of(HeadFault fault) {
    static constexpr std::array<std::string_view, 12> names = {
        "none",           "request_line",      "target",         "version",
        "field",          "folded_line",       "repeated_field", "host",
        "content_length", "transfer_encoding", "too_large",      "too_many_fields"};
    return names[static_cast<std::size_t>(fault)];
}

std::size_t HeadFinder::find(std::string_view buffer) {
    while (fault_ == HeadFault::none) {
        const auto feed = buffer.find('\n', scanned_);
        if (feed == buffer.npos || feed >= limits_.bytes) {
            scanned_ = buffer.size();
            if (buffer.size() >= limits_.bytes) fault_ = HeadFault::too_large;
            return 0;
        }
        // A bare line feed ends a line for some programs and not for others.
        if (feed == line_ || buffer[feed - 1] != '\r') {
            fault_ = HeadFault::request_line;
        } else if (feed == line_ + 1) {
            if (line_ != 0) return feed + 1;
            fault_ = HeadFault::request_line;  // a blank line where the request line should be
        }
        line_ = scanned_ = feed + 1;
    }
    return 0;
}

bool is_host(std::string_view value) {
    if (value.empty() || value.size() > 262) return false;
    std::string_view port;
    if (value.front() == '[') {
        const auto close = value.find(']');
        if (close == value.npos || close < 3) return false;
        const auto address = value.substr(1, close - 1);
        if (address.find_first_not_of("0123456789abcdefABCDEF:.") != address.npos ||
            address.find(':') == address.npos)
            return false;
        port = value.substr(close + 1);
        if (port.empty()) return true;
        if (port.front() != ':') return false;
        port.remove_prefix(1);
    } else {
        const auto colon = value.find(':');
        const auto name = value.substr(0, colon);
        if (name.empty() || name.front() == '.' || name.front() == '-') return false;
        const bool clean = std::all_of(name.begin(), name.end(), [](char c) {
            return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '.' ||
                   c == '-' || c == '_';
        });
        if (!clean || name.find("..") != name.npos) return false;
        if (colon == value.npos) return true;
        port = value.substr(colon + 1);
    }
    if (!all_digits(port) || port.size() > 5) return false;
    unsigned number = 0;
    for (const char c : port)
        number = number * 10 + static_cast<unsigned>(c - '0');
    return number <= 65535;
}

HeadFault scan_head(std::string_view head, const HeadLimits& limits) {
    if (head.size() > limits.bytes) return HeadFault::too_large;
    if (!head.ends_with("\r\n\r\n")) return HeadFault::request_line;
    head.remove_suffix(2);
    const auto next_line = [&head] {
        const auto end = head.find('\n');  // every line ends with CRLF here, see HeadFinder
        auto line = head.substr(0, end);
        head.remove_prefix(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    };
    bool http_1_0 = false;
    if (const auto fault = scan_request_line(next_line(), http_1_0); fault != HeadFault::none)
        return fault;
    std::size_t fields = 0, hosts = 0, lengths = 0;
    std::array<bool, once_only.size()> seen{};
    while (!head.empty()) {
        const auto line = next_line();
        if (line.starts_with(' ') || line.starts_with('\t')) return HeadFault::folded_line;
        if (++fields > limits.fields) return HeadFault::too_many_fields;
        const auto colon = line.find(':');
        if (colon == line.npos || !is_token(line.substr(0, colon))) return HeadFault::field;
        const auto name = line.substr(0, colon), value = trim(line.substr(colon + 1));
        if (!is_value(value)) return HeadFault::field;
        if (same_ignoring_case(name, "host")) {
            if (++hosts > 1 || !is_host(value)) return HeadFault::host;
        } else if (same_ignoring_case(name, "content-length")) {
            if (++lengths > 1 || !all_digits(value) || value.size() > 18)
                return HeadFault::content_length;
        } else if (same_ignoring_case(name, "transfer-encoding")) {
            return HeadFault::transfer_encoding;
        } else {
            for (std::size_t i = 0; i < once_only.size(); ++i)
                if (same_ignoring_case(name, once_only[i])) {
                    if (seen[i]) return HeadFault::repeated_field;
                    seen[i] = true;
                }
        }
    }
    if (hosts == 0 && !http_1_0) return HeadFault::host;
    return HeadFault::none;
}

}  // namespace gongkai::api
