#include "cli/duty.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/present_duties.hpp"

namespace gongkai::cli {

namespace {

using Views = std::vector<app::Duties::SeriesView>;

// Of one duty and department: as many as it has items.
struct Group {
    Views::const_iterator begin, end;
};

std::vector<Group> grouped(const Views& views) {
    std::vector<Group> out;
    for (auto one = views.begin(); one != views.end(); ++one) {
        const bool same = !out.empty() &&
                          out.back().begin->series.duty.name == one->series.duty.name &&
                          out.back().begin->series.department == one->series.department;
        if (!same) out.push_back({one, one});
        out.back().end = one + 1;
    }
    return out;
}

void print_alike(const app::Duties::SeriesView& view) {
    const engine::DutyAlike& alike = *view.series.duty.alike;
    fmt::print("    looks for: {} alike in {}, of {} or more by {}\n", alike.flow, alike.by,
               alike.at_least, alike.people);
    if (view.last) fmt::print("    last looked: {}\n", engine::to_string(view.last->day));
    fmt::print("    found and not opened: {}\n", view.waiting);
    std::string opened;
    for (const engine::DocumentId id : view.opened)
        opened += ' ' + std::to_string(id);
    fmt::print("    opened: {}{}\n", view.opened.size(), opened.empty() ? "" : ":" + opened);
}

void print(const Group& group) {
    const auto next = std::min_element(group.begin, group.end, [](const auto& a, const auto& b) {
        return a.next.from < b.next.from;
    });
    const auto& series = group.begin->series;
    fmt::print("{} ({})  {}\n", series.duty.title, series.duty.name, series.department);
    const auto count = group.end - group.begin;
    if (series.item) fmt::print("    items: {}\n", count);
    fmt::print("    next: {}, opened on {}\n", engine::to_string(next->next.day),
               engine::to_string(next->next.from));
    if (series.duty.alike) {
        print_alike(*group.begin);
        return;
    }
    const auto opened = std::count_if(group.begin, group.end,
                                      [](const auto& view) { return view.document.has_value(); });
    if (series.item) {
        fmt::print("    last: {} of {} opened\n", opened, count);
    } else if (group.begin->last && opened == 0) {
        fmt::print("    last: {}, not opened\n", engine::to_string(group.begin->last->day));
    } else if (group.begin->last) {
        fmt::print("    last: {}, document {}\n", engine::to_string(group.begin->last->day),
                   *group.begin->document);
    }
}

}  // namespace

int list_duties(const InstallationOptions& options) {
    const auto application = open_to_read(options);
    if (!application) return failed(application.error());
    const auto views = (*application)->duties().view((*application)->clock().now());
    if (!views) return failed(views.error());
    if (options.json) {
        fmt::print("{}\n", api::duties_json(*views));
    } else {
        for (const Group& group : grouped(*views))
            print(group);
    }
    return kOk;
}

}  // namespace gongkai::cli
