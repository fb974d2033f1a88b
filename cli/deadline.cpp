#include "cli/deadline.hpp"

#include <fmt/format.h>

#include "api/present_deadlines.hpp"
#include "app/deadlines.hpp"

namespace gongkai::cli {

int explain_deadlines(const DeadlineExplainOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    auto view = app::deadlines_of(desk->application->documents(), desk->application->calendars(),
                                  desk->principal, options.document);
    if (!view) return failed(view.error());
    const auto& timers = view->flow->definition.timers;
    if (!options.deadline.empty()) {
        std::erase_if(view->deadlines, [&](const app::DeadlineView& deadline) {
            return timers[deadline.timer].name != options.deadline;
        });
    }
    if (options.json) {
        fmt::print("{}\n", api::deadlines_json(*view));
    } else {
        for (const app::DeadlineView& deadline : view->deadlines) {
            const engine::Timer& timer = timers[deadline.timer];
            const std::string last = app::last_day(deadline.state);
            fmt::print("{} ({}){}{}\n", timer.title, timer.name, last.empty() ? "" : "  ", last);
            for (const std::string& article : timer.basis)
                fmt::print("  {}\n", article);
            for (const std::string& sentence : options.english ? app::explained_en(*view, deadline)
                                                               : app::explained_zh(*view, deadline))
                fmt::print("  - {}\n", sentence);
        }
    }
    if (!view->deadlines.empty()) return kOk;
    complain("the document has no such deadline that has ever run");
    return kFound;
}

}  // namespace gongkai::cli
