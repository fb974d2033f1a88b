// One JSON line for each answered request. Event names and field names are constant, and only ids
// and numbers vary: no path, no query, no body, no text of a document ever gets into it.
//
//   {"time":"2026-03-02T08:00:00.123Z","event":"http_request","request_id":"..","method":"GET",
//    "operation":"documents.read","status":200,"ms":0.412,"in":0,"out":1834,"peer":"10.0.0.7"}
//
// What the edge refused by itself is "http_refused" and carries "reason".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/http/server.hpp"

namespace gongkai::api {

// I/O thread only. Lines are gathered and handed on when there are many of them, on every flush(),
// and at the end.
class AccessLog {
  public:
    // Gets whole lines, each with its line feed, many at a time.
    using Sink = std::function<void(std::string_view lines)>;
    explicit AccessLog(Sink sink) : sink_(std::move(sink)) {}
    ~AccessLog() { flush(); }
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    // For ServerConfig::served.
    void write(const Served& served);
    // For ServerConfig::tick.
    void flush();

  private:
    Sink sink_;
    std::string lines_;
};

// "2026-03-02T08:00:00.123Z"
std::string log_time(std::int64_t unix_ms);

}  // namespace gongkai::api
