// Commands and events as they stand in a leaf: canonical JSON with the names of the definition
// instead of its numbers (docs/audit_format.md), and commands back again for replay.
//
// Replaying a step: parse_command() from the leaf, decide() again with the context that the leaf
// states (actor_of(), its time, its calendar and definition), write the events again and compare
// the bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/decide.hpp"
#include "engine/result.hpp"
#include "storage/audit/leaf.hpp"

namespace gongkai::app {

using engine::Result;

// `definition` is the one that the document is pinned to.
void write_command(const engine::Definition& definition, const engine::Command& command,
                   std::string& out);
// `target` is where a Migrated event leads to; nullptr where there is none among the events.
void write_events(const engine::Definition& definition, const engine::Definition* target,
                  std::span<const engine::Event> events, std::string& out);

// Accepts what write_command() writes and nothing else. Error `malformed` says what is wrong.
Result<engine::Command> parse_command(const engine::Definition& definition,
                                      std::string_view canonical);

// The actor as the leaf states them: in a step with the grants that made it lawful, in a refusal
// with those that were held.
engine::Actor actor_of(const storage::audit::Leaf& leaf);

// Name of a region: "" for the flow itself, "participation/comments" for a branch.
std::string region_name(const engine::Definition& definition, engine::RegionId region);

}  // namespace gongkai::app
