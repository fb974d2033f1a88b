// What a step leaves beside the document: worklist entries, running timers, messages.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/flow.hpp"
#include "app/outcome.hpp"
#include "engine/decide.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// The states that are active, in the order of the regions; without forks and the ends of branches.
std::vector<ActiveState> active_states(const engine::Definition& definition,
                                       const engine::Document& document);

// One entry for each assignment of each active task and countersigning, and
// - for each open question: its `state` is then "consultation/N" (no state can be called so: names
//   have no digit first);
// - for each deadline that ran out and has not been made good, for those to whom it escalates: its
//   `state` is then "missed:DEADLINE". Not where the same document waits in the same queue anyway.
// A resting place (final) is nobody's task.
std::vector<storage::Task> tasks_of(const engine::Definition& definition,
                                    const engine::Document& document);
// N of "consultation/N"; 0 for the name of a state.
std::uint32_t consultation_of_task(std::string_view state);
// DEADLINE of "missed:DEADLINE"; empty for the name of a state, which has no colon.
std::string_view missed_of_task(std::string_view state);

std::vector<storage::RunningTimer> timers_of(const engine::Definition& definition,
                                             const engine::Document& document);

// A step as it is told to subscribers.
struct StepNews {
    const Flow& flow;
    const engine::Document& after;
    const engine::Command& command;
    const engine::Decision& decision;
    const engine::Actor& actor;
    engine::Instant at;
    const std::string& event_source;
    const std::string& leaf;  // its bytes
    const std::optional<std::pair<std::string, std::string>>& external;
};

// "cn.gongkai.document.published" and the like: the most telling thing that happened.
std::string event_type(const StepNews& news);
// A complete CloudEvents 1.0 event in JSON, the same for every subscriber, without any text of the
// document. Its id, "<document>-<revision>", is the same when the message is sent again.
std::string event_json(const StepNews& news);

}  // namespace gongkai::app
