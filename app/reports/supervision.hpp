// 落实情况: what the leading group sees. Every department with what it has open and late, the tasks
// of the plans, and whatever is late in any flow, the latest first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/page/page.hpp"
#include "engine/document.hpp"
#include "engine/time.hpp"

namespace gongkai::app {

// Who has to do what next: at a task, and where a document rests while a deadline of that place
// runs or has passed (the report is published, but its submission is not recorded).
struct NextStep {
    std::string state, title;          // where it waits
    engine::Instant since{};           // ... and since when
    std::vector<std::string> who;      // roles, by their titles: "经办人（就业促进科）"
    std::vector<std::string> actions;  // what they may do, by their titles
    std::vector<std::string> fields;   // what is to be filled in for the deadline, by the titles
};

struct LateItem {
    engine::DocumentId document = 0;
    std::string flow, flow_title;
    std::string title;  // empty where whoever asks may not read the document
    engine::DepartmentCode department;
    std::string limit, limit_title;  // the deadline
    std::vector<std::string> basis;
    engine::Date due;               // its last day
    std::int64_t working_days = 0;  // late by
    std::int64_t late_ms = 0;
    std::vector<NextStep> next;
};

struct TaskItem {
    engine::DocumentId document = 0;
    std::string title;
    engine::DepartmentCode department;
    std::string plan, plan_id;  // of the file that it was imported from; may be empty
    std::optional<engine::Date> due;
    bool finished = false;
    std::int64_t working_days_late = 0;  // 0: not late
    std::int64_t working_days_left = 0;  // of one that is not finished and not late
    std::string state, state_title;
    std::string evidence;  // empty: none, or not for whoever asks
    std::size_t attachments = 0;
    std::vector<NextStep> next;
};

struct DepartmentLine {
    engine::DepartmentCode code;
    std::string title;
    std::uint64_t open = 0;      // documents that somebody has to do something about
    std::uint64_t late = 0;      // ... of which a deadline has passed
    std::uint64_t due_soon = 0;  // ... or will within five working days
    std::uint64_t tasks = 0, tasks_finished = 0, tasks_late = 0;
};

struct Supervision {
    engine::Instant made{};
    std::vector<engine::DepartmentCode> departments;  // what was looked at; empty: all
    std::vector<DepartmentLine> lines;                // those that have anything, by code
    std::vector<TaskItem> tasks;                      // by due date; at most kMostTasks
    std::uint64_t all_tasks = 0;
    std::vector<LateItem> late;  // the latest first; at most kMostLate
    std::uint64_t all_late = 0;  // deadlines that have passed
};
inline constexpr std::size_t kMostTasks = 2'000;
inline constexpr std::size_t kMostLate = 500;

std::string supervision_json(const Supervision& supervision);
Page supervision_page(const Supervision& supervision);

}  // namespace gongkai::app
