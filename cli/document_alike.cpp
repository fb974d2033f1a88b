#include <fmt/format.h>

#include "api/present_alike.hpp"
#include "cli/document.hpp"
#include "engine/time.hpp"

namespace gongkai::cli {

namespace {

std::string reasons_of(const app::AlikeRow& row, const app::AlikeView& view) {
    std::string out;
    for (const app::AlikeReason& reason : row.reasons) {
        const auto& group = view.groups[reason.group].group;
        out += (out.empty() ? "" : ", ") + group.title;
        if (!group.near.empty()) out += fmt::format(" {}%", reason.nearness);
    }
    return out;
}

void print(const app::AlikeView& view) {
    fmt::print("{} documents of {} since {} looked at{}\n", view.looked_at,
               view.flow->definition.title, engine::to_string(view.since),
               view.complete ? "" : ", not all that there are");
    for (const app::AlikeCount& count : view.groups) {
        fmt::print("{} ({}): {}\n", count.group.title, count.group.name, count.count);
        for (const app::AlikeMonth& month : count.months)
            fmt::print("    {}: {}\n", month.month, month.count);
    }
    for (const app::AlikeRow& row : view.rows) {
        std::string states;
        for (const engine::StateId state : row.document.states)
            states +=
                (states.empty() ? "" : ", ") + row.document.flow->definition.states[state].title;
        fmt::print("{}  {}  {} {}  [{}]\n    {}\n", row.document.id,
                   engine::to_string(engine::date_in_china(row.opened)), row.number,
                   row.document.title.empty() ? "(no title)" : row.document.title, states,
                   reasons_of(row, view));
    }
    if (view.left_out != 0) fmt::print("{} more are counted and not shown\n", view.left_out);
}

}  // namespace

int show_alike(const DocumentAlikeOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    const auto view =
        desk->application->alike().find(desk->principal, options.document, options.months);
    if (!view) return failed(view.error());
    if (options.json) {
        fmt::print("{}\n", api::alike_json(*view));
    } else {
        print(*view);
    }
    return kOk;
}

}  // namespace gongkai::cli
