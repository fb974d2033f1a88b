#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "language/diagnostic.hpp"
#include "language/diagram.hpp"
#include "language/graph.hpp"
#include "language/layered_layout.hpp"
#include "language/unicode.hpp"

namespace gongkai::language {

namespace {

// All against white 4.5:1 or better, as GB/T 37668 and WCAG ask of text.
constexpr const char* kInk = "#1b1f24";
constexpr const char* kFaint = "#57606a";
constexpr const char* kActive = "#0b5cad";  // white text on it: 6.6:1
constexpr const char* kFonts =
    "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif";

constexpr double kTitleSize = 14;
constexpr double kSmallSize = 11;
constexpr std::size_t kMostCells =
    44;  // of one line; longer ones are cut, with the whole in <title>

std::string xml(std::string_view text) {
    std::string out;
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t start = offset;
        const auto c = next_code_point(text, offset);
        if (!c) {
            ++offset;
            out += "\xEF\xBF\xBD";
            continue;
        }
        switch (*c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (*c < 0x20 || is_forbidden(*c)) {
                    out += ' ';
                } else {
                    out += text.substr(start, offset - start);
                }
        }
    }
    return out;
}

std::string cut(std::string_view text, std::size_t most = kMostCells) {
    if (cells(text) <= most) return std::string(text);
    std::size_t offset = 0;
    std::size_t used = 0;
    while (offset < text.size()) {
        std::size_t next = offset;
        const auto c = next_code_point(text, next);
        if (!c) {
            next = offset + 1;
        } else {
            used += static_cast<std::size_t>(cell_width(*c));
        }
        if (used > most - 1) break;
        offset = next;
    }
    return std::string(text.substr(0, offset)) + "…";
}

// A cell is half an em; Latin letters are at times a little wider.
double width_of(std::string_view text, double size) {
    return static_cast<double>(cells(text)) * size * 0.54;
}

// An arrow that climbs further than this is said in words within its box: a flow in which every
// reviewer may return to the drafter would otherwise drown in lines.
constexpr std::size_t kMostClimbs = 2;

struct Box {
    std::string caption;  // what it is part of
    std::string title;
    std::vector<std::string> notes;
};

class Svg {
  public:
    Svg(const engine::Definition& definition, const engine::Document* at)
        : definition_(definition), at_(at), graph_(graph_of(definition, at)) {}

    std::string run() {
        lay_out_all();
        head();
        groups();
        for (std::size_t e = 0; e < graph_.edges.size(); ++e)
            arrow(e);
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            box(i);
        // Last, so that no line runs through a word.
        for (std::size_t e = 0; e < graph_.edges.size(); ++e)
            label(e);
        return out_ + "</svg>\n";
    }

  private:
    std::string path_of(std::size_t group) const {
        std::string out;
        for (; group != SIZE_MAX; group = graph_.groups[group].parent) {
            out = graph_.groups[group].title + (out.empty() ? "" : " › ") + out;
        }
        return out;
    }

    void lay_out_all() {
        far_.resize(graph_.nodes.size());
        measure();
        lay_out(layout_, graph_.start);
        std::vector<GraphEdge> near;
        for (std::size_t e = 0; e < graph_.edges.size(); ++e) {
            const GraphEdge& edge = graph_.edges[e];
            if (layout_.edges[e].climbs <= kMostClimbs || edge.label.empty()) {
                near.push_back(edge);
            } else {
                far_[edge.from].push_back(cut(edge.label, kMostCells / 2) + " → " +
                                          graph_.nodes[edge.to].title);
            }
        }
        if (near.size() == graph_.edges.size()) return;
        graph_.edges = std::move(near);
        layout_ = {};
        boxes_.clear();
        labels_.clear();
        measure();
        lay_out(layout_, graph_.start);
    }

    void measure() {
        for (const GraphNode& node : graph_.nodes) {
            Box box;
            // A fork is the frame of itself: its caption names what surrounds it.
            std::size_t group = node.group;
            const bool bar =
                node.kind == GraphNode::Kind::fork || node.kind == GraphNode::Kind::join;
            if (bar && group != SIZE_MAX) group = graph_.groups[group].parent;
            box.caption = cut(path_of(group));
            box.title = cut(node.title);
            for (const std::string& stay : node.stays)
                box.notes.push_back(cut("↻ " + stay));
            for (const std::string& far : far_[boxes_.size()])
                box.notes.push_back(cut(far));
            if (node.active) box.title = "● " + box.title;
            LayoutNode place;
            place.width = std::max({80.0, width_of(box.title, kTitleSize) + 28,
                                    width_of(box.caption, kSmallSize) + 28});
            for (const std::string& note : box.notes)
                place.width = std::max(place.width, width_of(note, kSmallSize) + 28);
            place.height =
                34 + (box.caption.empty() ? 0 : 15) + 15 * static_cast<double>(box.notes.size());
            if (bar) place.height -= 8;
            layout_.nodes.push_back(place);
            boxes_.push_back(std::move(box));
        }
        for (const GraphEdge& edge : graph_.edges) {
            LayoutEdge line;
            line.from = edge.from;
            line.to = edge.to;
            line.back = edge.kind == GraphEdge::Kind::back;
            const bool clock = edge.kind == GraphEdge::Kind::clock;
            labels_.push_back(cut(edge.label + (clock ? "（到期）" : "")));
            if (!edge.label.empty()) {
                line.label_width = width_of(labels_.back(), kSmallSize) + 6;
                line.label_height = 15;
            }
            layout_.edges.push_back(std::move(line));
        }
    }

    void head() {
        std::string where;
        for (const GraphNode& node : graph_.nodes) {
            if (node.active) where += (where.empty() ? "" : "、") + node.title;
        }
        std::string description = fmt::format("共 {} 个环节。", graph_.nodes.size());
        if (at_ != nullptr) {
            description += where.empty() ? "文件不在任何环节。" : "文件当前位于：" + where + "。";
        }
        // Ids are shared by a whole page: they carry the name of the flow.
        const std::string id = "flow-" + xml(definition_.flow);
        out_ += fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" lang=\"zh-CN\" "
            "aria-labelledby=\"{0}-title {0}-desc\" width=\"{1:.0f}\" height=\"{2:.0f}\" "
            "viewBox=\"0 0 {1:.0f} {2:.0f}\" font-family=\"{3}\">\n"
            "<title id=\"{0}-title\">{4}</title>\n<desc id=\"{0}-desc\">{5}</desc>\n"
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
            id, layout_.width, layout_.height, kFonts, xml("流程图：" + definition_.title),
            xml(description));
    }

    bool within(std::size_t group, std::size_t outer) const {
        for (; group != SIZE_MAX; group = graph_.groups[group].parent) {
            if (group == outer) return true;
        }
        return false;
    }

    // A frame is drawn where it holds nothing that does not belong to it.
    void groups() {
        for (std::size_t g = 0; g < graph_.groups.size(); ++g) {
            double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
            std::size_t members = 0;
            for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
                if (!within(graph_.nodes[i].group, g)) continue;
                const LayoutNode& n = layout_.nodes[i];
                left = std::min(left, n.center.x - n.width / 2 - 8);
                right = std::max(right, n.center.x + n.width / 2 + 8);
                top = std::min(top, n.center.y - n.height / 2 - 7);
                bottom = std::max(bottom, n.center.y + n.height / 2 + 7);
                ++members;
            }
            if (members < 2) continue;
            const bool alone =
                std::none_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const GraphNode& node) {
                    if (within(node.group, g)) return false;
                    const LayoutNode& n =
                        layout_.nodes[static_cast<std::size_t>(&node - graph_.nodes.data())];
                    return n.center.x + n.width / 2 > left && n.center.x - n.width / 2 < right &&
                           n.center.y + n.height / 2 > top && n.center.y - n.height / 2 < bottom;
                });
            if (!alone) continue;
            out_ += fmt::format(
                "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"10\" "
                "fill=\"#0b5cad\" fill-opacity=\"0.05\" stroke=\"#8c959f\" "
                "stroke-dasharray=\"2 4\"/>\n",
                left, top, right - left, bottom - top);
        }
    }

    void arrow(std::size_t e) {
        const auto& route = layout_.edges[e].route;
        if (route.size() < 2) return;
        const Point end = route.back();
        // The line ends where the head begins.
        const double down = route[route.size() - 2].y <= end.y ? 1 : -1;
        std::string path = fmt::format("M{:.1f} {:.1f}", route[0].x, route[0].y);
        Point last = route[0];
        for (std::size_t i = 1; i < route.size(); ++i) {
            Point p = route[i];
            if (i + 1 == route.size()) p.y -= 7 * down;
            if (p.x == last.x) {
                path += fmt::format("V{:.1f}", p.y);
            } else {
                const double middle = (last.y + p.y) / 2;
                path += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", last.x, middle,
                                    p.x, middle, p.x, p.y);
            }
            last = p;
        }
        const GraphEdge::Kind kind = graph_.edges[e].kind;
        const char* dash = kind == GraphEdge::Kind::back    ? " stroke-dasharray=\"6 4\""
                           : kind == GraphEdge::Kind::clock ? " stroke-dasharray=\"2 3\""
                                                            : "";
        out_ += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.3\"{}/>\n",
                            path, kFaint, dash);
        out_ += fmt::format("<path d=\"M{:.1f} {:.1f}l-4 {}h8z\" fill=\"{}\"/>\n", end.x, end.y,
                            down > 0 ? "-8" : "8", kFaint);
    }

    void label(std::size_t e) {
        if (labels_[e].empty()) return;
        const Point at = layout_.edges[e].label;
        const double width = layout_.edges[e].label_width;
        out_ += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"15\" fill=\"#ffffff\" "
            "fill-opacity=\"0.9\"/>\n",
            at.x - width / 2, at.y - 7.5, width);
        text(at.x, at.y + 4, kSmallSize, kInk, labels_[e]);
    }

    void text(double x, double y, double size, const char* colour, std::string_view words,
              bool bold = false) {
        if (words.empty()) return;
        out_ += fmt::format(
            "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.0f}\" text-anchor=\"middle\" "
            "fill=\"{}\"{}>{}</text>\n",
            x, y, size, colour, bold ? " font-weight=\"bold\"" : "", xml(words));
    }

    void box(std::size_t i) {
        const GraphNode& node = graph_.nodes[i];
        const LayoutNode& place = layout_.nodes[i];
        const Box& words = boxes_[i];
        const double left = place.center.x - place.width / 2;
        const double top = place.center.y - place.height / 2;
        const bool bar = node.kind == GraphNode::Kind::fork || node.kind == GraphNode::Kind::join;
        std::string whole = node.title + "（" + node.state + "）";
        if (const std::string path = path_of(node.group); !path.empty()) {
            whole = path + " › " + whole;
        }
        if (node.active) whole += "：文件当前位于此处";
        out_ += fmt::format("<g>\n<title>{}</title>\n", xml(whole));
        const char* fill = node.active ? kActive : bar ? "#e6ebf1" : "#ffffff";
        const char* ink = node.active ? "#ffffff" : kInk;
        const double round = bar ? 2 : node.kind == GraphNode::Kind::countersign ? 14 : 6;
        out_ += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\" "
            "fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
            left, top, place.width, place.height, round, fill, node.active ? "#062f5a" : kFaint,
            node.active ? 3 : 1.3);
        if (node.final) {  // a second line inside: a resting place
            out_ += fmt::format(
                "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"3\" "
                "fill=\"none\" stroke=\"{}\"/>\n",
                left + 4, top + 4, place.width - 8, place.height - 8, node.active ? ink : kFaint);
        }
        double y = top + (bar ? 18 : 22);
        if (!words.caption.empty()) {
            text(place.center.x, y - 5, kSmallSize, node.active ? ink : kFaint, words.caption);
            y += 13;
        }
        text(place.center.x, y, kTitleSize, ink, words.title, node.active);
        for (const std::string& note : words.notes)
            text(place.center.x, y += 16, kSmallSize, ink, note);
        out_ += "</g>\n";
    }

    const engine::Definition& definition_;
    const engine::Document* at_;
    Graph graph_;
    Layout layout_;
    std::vector<Box> boxes_;
    std::vector<std::vector<std::string>> far_;  // of each node: arrows said in words
    std::vector<std::string> labels_;
    std::string out_;
};

}  // namespace

std::string svg(const engine::Definition& definition, const engine::Document* at) {
    return Svg(definition, at).run();
}

}  // namespace gongkai::language
