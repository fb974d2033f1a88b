// Rule tests as scripts that a lawyer could read: people, commands, and what must come of each. See
// tests/engine/cases/. One line each:
//
//   flow approval in office      a new document of this flow, compiled from
//                                tests/engine/fixtures/office; "in workflows": a shipped one
//   person 李 clerk@jobs, section_head@jobs      somebody, with roles held in departments
//   deputy 王 for 赵             王 may exercise what 赵 holds
//   at 2026-03-02 09             the time in China; later steps happen then
//
//   李 opens title=关于… attribute=proactive     => drafting
//   李 does submit                               => review
//   李 does clear                                => refused own_draft
//   王 for 赵 does return comment=补充依据        => drafting
//   赵 votes approve | edits f=v | withdraws | claims | releases | reassigns to 钱 | renews s |
//      asks role@dept q | answers 1 a | relates redaction 21 redaction open
//   clock ticks publish                          => late
//   clock hears 21 done | belongs 40 request merged
//
//   expect due_at reply 2026-03-30T17:00        (hours)
//   expect signed confidentiality | drafter 李 | due publish 2026-03-30 (or idle, paused, expired,
//   not-running) |
//          field attribute proactive | related redaction 21 done | effect publish; each of them
//          with "not" before it
//
// After `=>` stand the names of all active states, or `refused` and the permanent code.
#pragma once

#include <string>

namespace gongkai::engine::testing {

// Runs the script; throws std::runtime_error naming the line where what came is not what was
// expected.
void run_script(const std::string& path);

}  // namespace gongkai::engine::testing
