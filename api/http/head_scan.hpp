// The strict look at a request's head before the parser sees it. Boost.Beast is lenient where two
// HTTP programs in a row can disagree about where a request ends (folded lines, repeated lengths,
// transfer codings, doubtful hosts); everything of that kind is refused here, so that what Beast
// parses afterwards has one reading only. Pure: bytes in, verdict out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gongkai::api {

struct HeadLimits {
    std::size_t bytes = 8 * 1024;  // request line, fields and the blank line together
    std::size_t fields = 64;
};

enum class HeadFault : std::uint8_t {
    none,
    request_line,    // 400: not METHOD SP /target SP HTTP/x.y, bare line feeds, leading blank lines
    target,          // 400: not in origin-form, or with bytes that a URI cannot have
    version,         // 505
    field,           // 400: name not a token, space before the colon, control or non-UTF-8 bytes
    folded_line,     // 400: a line that begins with space or tab (obs-fold)
    repeated_field,  // 400: a second field of a kind that may come only once
    host,            // 400: none in HTTP/1.1, two, or not a host[:port]
    content_length,  // 400: two, or anything but digits, or more than 18 of them
    transfer_encoding,  // 411: any; the body's end is known from Content-Length or not at all
    too_large,          // 431
    too_many_fields,    // 431
};

// The status that answers a fault. Every fault ends the connection: what follows a head that was
// not understood cannot be understood either.
unsigned status_of(HeadFault fault);
// A constant word for logs and metrics.
std::string_view name_of(HeadFault fault);

// Looks for the end of a head in a buffer that grows.
class HeadFinder {
  public:
    explicit HeadFinder(HeadLimits limits) : limits_(limits) {}
    // The size of the head including its blank line; 0: not yet, read more and ask again with the
    // same bytes and more behind them. fault() says whether it can still become one.
    std::size_t find(std::string_view buffer);
    HeadFault fault() const { return fault_; }
    void reset() {
        line_ = scanned_ = 0;
        fault_ = HeadFault::none;
    }

  private:
    HeadLimits limits_;
    std::size_t line_ = 0;     // where the present line begins
    std::size_t scanned_ = 0;  // bytes already looked at
    HeadFault fault_ = HeadFault::none;
};

// Judges a complete head: what HeadFinder cut off, blank line included.
HeadFault scan_head(std::string_view head, const HeadLimits& limits);

// host [":" port] with a DNS name, an IPv4 address or an IPv6 address in brackets.
bool is_host(std::string_view value);

}  // namespace gongkai::api
