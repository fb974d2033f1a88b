#include "api/present_deadlines.hpp"

#include "api/present.hpp"

namespace gongkai::api {

namespace {

std::string_view name_of(engine::TimerPhase phase) {
    constexpr std::string_view names[] = {"idle", "running", "paused", "expired"};
    return names[static_cast<std::size_t>(phase)];
}

}  // namespace

std::string deadlines_json(const app::DeadlinesView& view) {
    json::Writer out(4096);
    out.begin_object()
        .member("document", std::to_string(view.document))
        .member("calendar", app::version_of(*view.calendar))
        .key("deadlines")
        .begin_array();
    for (const app::DeadlineView& deadline : view.deadlines) {
        const engine::Timer& timer = view.flow->definition.timers[deadline.timer];
        out.begin_object()
            .member("name", timer.name)
            .member("title", timer.title)
            .member_unless_empty("limit", timer.limit)
            .member("minimum", timer.minimum)
            .member("reminder", timer.reminder)
            .member("phase", name_of(deadline.state.phase))
            .member_unless_empty("last_day", app::last_day(deadline.state))
            .member("provisional", deadline.state.provisional)
            .member("extended", deadline.state.extended);
        write_texts(out, "basis", timer.basis);
        write_texts(out, "explained", app::explained_en(view, deadline));
        write_texts(out, "explained_zh", app::explained_zh(view, deadline));
        out.end_object();
    }
    return out.end_array().end_object().take();
}

std::string calendar_change_json(const app::CalendarChange& change) {
    json::Writer out(4096);
    out.begin_object().member("from", change.from).member("to", change.to);
    if (change.first_day) out.member("first_day", engine::to_string(*change.first_day));
    out.key("moved").begin_array();
    for (const app::MovedDeadline& moved : change.moved) {
        out.begin_object()
            .member("document", std::to_string(moved.document))
            .member("flow", moved.flow)
            .member_unless_empty("title", moved.title)
            .member("deadline", moved.timer)
            .member("before", app::last_day(moved.before))
            .member("after", app::last_day(moved.after))
            .member("provisional", moved.after.provisional)
            .end_object();
    }
    return out.end_array().end_object().take();
}

}  // namespace gongkai::api
