#include "cli/calendar.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "api/present_deadlines.hpp"
#include "language/calendar_reader.hpp"

namespace gongkai::cli {

namespace {

using engine::Result;

Result<language::SourceFile> read(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    language::SourceFile file{path, {std::istreambuf_iterator<char>(stream), {}}};
    if (stream.bad() || !stream.is_open())
        return engine::Error{engine::ErrorCode::not_found, path + ": cannot be read"};
    return file;
}

// Until every deadline is counted on the new calendar.
Result<void> count_again(app::Application& application) {
    for (bool more = true; more;) {
        TRY(const auto work, application.scheduler().advance(application.clock().now()));
        more = work.more;
    }
    return {};
}

void print(const app::CalendarChange& change, bool dry_run) {
    fmt::print("{} -> {}{}\n", change.from, change.to, dry_run ? " (dry run)" : "");
    if (!change.first_day) {
        fmt::print("no day differs\n");
        return;
    }
    fmt::print("the first day that differs: {}; deadlines counted again: {}\n",
               engine::to_string(*change.first_day), change.moved.size());
    for (const app::MovedDeadline& moved : change.moved)
        fmt::print("{}  {:<12} {}  {} -> {}{}  {}\n", moved.document, moved.flow, moved.timer,
                   app::last_day(moved.before), app::last_day(moved.after),
                   moved.after.provisional ? " (provisional)" : "", moved.title);
}

}  // namespace

int load_calendar(const CalendarLoadOptions& options) {
    const auto file = read(options.file);
    if (!file) return failed(file.error());
    const auto reading = language::read_calendar(*file);
    if (!reading.file) {
        fmt::print(stderr, "{}", language::render(reading.diagnostics));
        return kBadInput;
    }
    const auto desk =
        options.dry_run ? desk_to_read(options, options.as) : desk_to_change(options, options.as);
    if (!desk) return failed(desk.error());
    app::CalendarChange change;
    if (options.dry_run) {
        auto compared = desk->application->compare_calendar(*file);
        if (!compared) return failed(compared.error());
        change = std::move(*compared);
    } else {
        auto loaded =
            desk->application->load_calendar({desk->principal, "cli", std::nullopt}, *file);
        if (const auto* error = std::get_if<engine::Error>(&loaded)) return failed(*error);
        if (const auto* why = std::get_if<app::Denied>(&loaded)) {
            complain(
                fmt::format("refused: {}: {}\n    {}", why->code, why->message, why->message_zh));
            return kFound;
        }
        change = std::move(std::get<app::CalendarChange>(loaded));
        if (const auto counted = count_again(*desk->application); !counted)
            return failed(counted.error());
    }
    if (options.json) {
        fmt::print("{}\n", api::calendar_change_json(change));
    } else {
        print(change, options.dry_run);
    }
    const auto closed = desk->application->close();
    return closed ? kOk : failed(closed.error());
}

}  // namespace gongkai::cli
