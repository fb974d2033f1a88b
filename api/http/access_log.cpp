#include "api/http/access_log.hpp"

#include <fmt/core.h>

#include <chrono>

#include "api/json/writer.hpp"

namespace gongkai::api {

namespace {

constexpr std::size_t flush_at = 32 * 1024;

}  // namespace

std::string log_time(std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds{unix_ms}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

void AccessLog::write(const Served& served) {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    json::Writer out(320);
    out.begin_object()
        .member("time", log_time(now))
        .member("event", served.fault.empty() ? "http_request" : "http_refused")
        .member_unless_empty("reason", served.fault);
    if (const auto* request = served.request) {
        out.member("request_id", request->request_id)
            .member("method", method_name(request->method))
            .member("operation", request->route ? request->route->operation : "none");
    }
    out.member("status", served.status)
        .key("ms")
        .raw(fmt::format("{:.3f}", duration<double, std::milli>(served.took).count()))
        .member("in", served.request_bytes)
        .member("out", served.response_bytes);
    if (served.request) out.member("peer", served.request->peer);
    lines_ += out.end_object().take();
    lines_ += '\n';
    if (lines_.size() >= flush_at) flush();
}

void AccessLog::flush() {
    if (lines_.empty()) return;
    sink_(lines_);
    lines_.clear();
}

}  // namespace gongkai::api
