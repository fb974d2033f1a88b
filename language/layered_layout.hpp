// A small layered layout (after Sugiyama): boxes in rows, arrows downwards where possible, labels
// on rows of their own so that they cover nothing. Deterministic; no external program.
#pragma once

#include <cstddef>
#include <vector>

namespace gongkai::language {

struct Point {
    double x = 0;
    double y = 0;
};

struct LayoutNode {
    double width = 0;
    double height = 0;
    Point center;  // out
};

struct LayoutEdge {
    std::size_t from = 0;
    std::size_t to = 0;      // another node than `from`
    double label_width = 0;  // 0: no label
    double label_height = 0;
    bool back = false;         // rather drawn upwards: a return
    std::vector<Point> route;  // out: from the border of `from` to that of `to`; between each two,
                               // a curve with vertical tangents is meant
    Point label;               // out: its centre
    std::size_t climbs = 0;    // out: rows of boxes that it goes upwards
};

struct Layout {
    std::vector<LayoutNode> nodes;
    std::vector<LayoutEdge> edges;
    double width = 0;   // out
    double height = 0;  // out
};

// Places everything; `start` goes to the top. Time grows with the product of arrows and rows.
void lay_out(Layout& layout, std::size_t start);

}  // namespace gongkai::language
