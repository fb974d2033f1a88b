// Reads workflows/duties.yaml: the documents that the clock opens. Its place is beside the rules:
// no document is pinned to it.
//
//     duties:
//       daily_channel_check:
//         title: 每日登录查看
//         flow: channel_check          # one whose `open` names the clock
//         every: working day           # day, week, month, quarter, half year, year
//         departments: [office]
//         fields: {title: 渠道每日查看, checked_on: today}
//         basis: [...]
//       dated_items:                   # a document for each item of the catalogue
//         flow: disclosure_task
//         every: year
//         on: item                     # the day that the item's time limit names
//         ahead: 30                    # opened so many days before
//         items: each_year             # ... whose time limit counts from this
//         catalogs: [general]
//         departments: [office]
//         fields: {title: "{item}（{year}年）", catalog_item: "{code}", due_on: day}
//       asked_often:                   # a document for what many documents ask for
//         flow: proactive_proposal
//         every: week
//         alike: {flow: request, by: thing, people: applicant, named: registration_number,
//                 at_least: 3, within: 12 months}
//         departments: [office]
//         fields: {title: "{first}等{count}件", similar_requests: documents}
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/duty.hpp"
#include "language/alike_group.hpp"
#include "language/diagnostic.hpp"
#include "language/source.hpp"

namespace gongkai::language {

inline constexpr std::string_view kDutiesPath = "duties.yaml";

struct DutyReading {
    std::vector<engine::Duty> duties;  // empty after an error
    std::vector<Diagnostic> diagnostics;
};
// A flow, as duties speak of it. What it points to must outlive the reading.
struct DutyFlow {
    const engine::Definition* definition = nullptr;
    std::span<const AlikeGroup> alike;
};
DutyReading read_duties(const SourceFile& file, std::span<const DutyFlow> flows);

}  // namespace gongkai::language
