// The log: one JSON object a line, with a constant event name and ids. Never text of a document,
// never a secret. It is for operators and is not the record.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gongkai::app {

enum class LogLevel { info, warning, error };

// {"time":"2026-11-23T08:15:30.123Z","level":"warning","event":"clock_set_back","by_ms":"1200"}
// Any thread. Values are strings; those that are not UTF-8 are left out.
void log_event(LogLevel level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, std::string>> members = {});

// Where lines go (without the newline): by default the standard error stream. For tests, and for a
// program that has a log of its own. Not while other threads log.
void set_log_sink(std::function<void(const std::string& line)> sink);

}  // namespace gongkai::app
