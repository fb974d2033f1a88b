// Reads workflows/reports/supervision.yaml: which flow holds the tasks of a plan, by which date a
// task is due and in which fields its evidence stands; and plan files, which open such tasks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition.hpp"
#include "language/diagnostic.hpp"
#include "language/rulebook.hpp"
#include "language/source.hpp"

namespace gongkai::language {

inline constexpr std::string_view kSupervisionPath = "reports/supervision.yaml";

struct SupervisionMapping {
    std::vector<std::string> readers;  // roles that see the whole office
    std::string plan_flow;
    std::string task_flow;
    std::string due;                    // date field of a task
    std::vector<std::string> evidence;  // text fields of a task
};
struct SupervisionReading {
    std::optional<SupervisionMapping> mapping;
    std::vector<Diagnostic> diagnostics;
};
// `roles` are those of the rulebook; every reader must be one of them.
SupervisionReading read_supervision_mapping(const SourceFile& file,
                                            std::span<const engine::Definition* const> flows,
                                            std::span<const Role> roles);

// A plan as it is handed in:
//
//     plan: disclosure-2026            # names it for ever, so that it can be brought in again
//     department: office
//     fields: {title: 政务公开实施方案, body: ..., plan_ends_on: 2026-12-31}
//     tasks:
//       - id: T-1                      # the same, within the plan
//         department: employment
//         fields: {title: ..., due_on: 2026-07-30, ...}
struct PlanEntry {
    std::string id;
    std::string department;
    std::vector<std::pair<std::string, std::string>> fields;  // name, value as written
};
struct PlanFile {
    std::string name;
    PlanEntry plan;  // its id is empty
    std::vector<PlanEntry> tasks;
};
struct PlanReading {
    std::optional<PlanFile> plan;  // nothing when there was an error
    std::vector<Diagnostic> diagnostics;
};
// The fields are held against the flows (nullptr: not looked at); values are for the use-case.
PlanReading read_plan(const SourceFile& file, const engine::Definition* plan,
                      const engine::Definition* task);

}  // namespace gongkai::language
