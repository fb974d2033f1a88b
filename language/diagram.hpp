// Pictures of a flow: for people who would rather see than read. All three show the same: states,
// the actions between them, forks with their joins, and where a document stands.
//
// Titles are shown as they stand in the definition, escaped for the format; no title can leave its
// place in the picture.
#pragma once

#include <string>

#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::language {

// A stateDiagram-v2. `at`: the document whose states are marked, pinned to this definition;
// nullptr for the flow alone. The same for all three.
std::string mermaid(const engine::Definition& definition, const engine::Document* at = nullptr);

// DOT, with a cluster for every fork and every part that a state runs.
std::string graphviz(const engine::Definition& definition, const engine::Document* at = nullptr);

// A complete picture without script, style sheet or outside reference, so that it may stand in a
// page under a strict Content-Security-Policy; role="img" with a title and a description that says
// in words where the document stands. Nothing is told by colour alone.
std::string svg(const engine::Definition& definition, const engine::Document* at = nullptr);

}  // namespace gongkai::language
