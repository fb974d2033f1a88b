#include "app/log.hpp"

#include <chrono>
#include <cstdio>
#include <mutex>

#include "engine/time.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app {

namespace {

std::mutex& sink_mutex() {
    static std::mutex mutex;
    return mutex;
}

std::function<void(const std::string&)>& sink() {
    static std::function<void(const std::string&)> function;
    return function;
}

const char* name(LogLevel level) {
    switch (level) {
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

}  // namespace

void log_event(LogLevel level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, std::string>> members) {
    using namespace std::chrono;
    const auto ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    std::string line = "{\"time\":\"" + engine::to_string(engine::Instant{ms}) + "\",\"level\":\"" +
                       name(level) + "\",\"event\":";
    storage::audit::append_json_string(line, event);
    for (const auto& [key, value] : members) {
        const std::size_t before = line.size();
        line += ',';
        storage::audit::append_json_string(line, key);
        line += ':';
        if (!storage::audit::append_json_string(line, value)) line.resize(before);
    }
    line += '}';
    const std::lock_guard lock(sink_mutex());
    if (sink()) {
        sink()(line);
    } else {
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stderr);
    }
}

void set_log_sink(std::function<void(const std::string& line)> function) {
    const std::lock_guard lock(sink_mutex());
    sink() = std::move(function);
}

}  // namespace gongkai::app
