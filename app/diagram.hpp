// The picture of a flow, with the position of a document marked.
#pragma once

#include <string>
#include <vector>

#include "app/flow.hpp"
#include "engine/document.hpp"

namespace gongkai::app {

enum class Picture { mermaid, graphviz, svg };

// `at`: nullptr for the flow alone.
std::string draw(const Flow& flow, Picture picture, const engine::Document* at = nullptr);

}  // namespace gongkai::app
