// A definition as nodes and arrows, which DOT and SVG are drawn from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/definition.hpp"
#include "engine/document.hpp"

namespace gongkai::language {

struct GraphNode {
    enum class Kind { task, countersign, fork, join };
    Kind kind = Kind::task;
    std::string name;  // "s3"; of the join of s3 "j3"
    std::string title;
    std::string state;               // full name, for those who look closer
    std::vector<std::string> stays;  // titles of actions that lead nowhere else
    bool final = false;
    bool active = false;
    std::size_t group = SIZE_MAX;  // innermost of Graph::groups that it stands in
};

struct GraphEdge {
    enum class Kind { forward, back, clock, branch };
    std::size_t from = 0;
    std::size_t to = 0;
    std::string label;
    Kind kind = Kind::forward;
};

// A part that a state runs, a branch, or a whole fork.
struct GraphGroup {
    std::string title;
    std::size_t parent = SIZE_MAX;
};

struct Graph {
    std::vector<GraphNode> nodes;
    std::vector<GraphEdge> edges;  // no two between the same nodes in the same manner
    std::vector<GraphGroup> groups;
    std::size_t start = SIZE_MAX;
};

Graph graph_of(const engine::Definition& definition, const engine::Document* at);

// Is one of the document's regions in this state?
bool stands_in(const engine::Document* at, engine::StateId state);

}  // namespace gongkai::language
