#include "language/diagram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "language/graph.hpp"
#include "language/unicode.hpp"

namespace gongkai::language {

using engine::kNone;
using engine::StateId;
using engine::StateKind;

namespace {

// ---- Mermaid

// Everything that could mean something to Mermaid goes as a character number.
std::string mermaid_text(std::string_view text) {
    std::string out;
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t start = offset;
        const auto c = next_code_point(text, offset);
        if (!c) {
            ++offset;
            continue;
        }
        const bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                           (*c >= 'A' && *c <= 'Z') || *c == ' ' || *c == ',' || *c == '.' ||
                           *c == '_' || *c >= 0xA0;
        if (plain && !is_forbidden(*c)) {
            out += text.substr(start, offset - start);
        } else if (*c < 0x20 || is_forbidden(*c)) {
            out += ' ';
        } else {
            out += fmt::format("#{};", static_cast<std::uint32_t>(*c));
        }
    }
    return out;
}

class Mermaid {
  public:
    Mermaid(const engine::Definition& definition, const engine::Document* at)
        : definition_(definition), at_(at) {}

    std::string run() {
        out_ = "stateDiagram-v2\n    direction TB\n";
        region(0, definition_.start, "    ");
        std::string active;
        for (StateId id = 0; id < definition_.states.size(); ++id) {
            const bool shown = definition_.states[id].kind != StateKind::exit;
            if (!shown || !stands_in(at_, id)) continue;
            active += fmt::format("{}s{}", active.empty() ? "" : ",", id);
        }
        if (!active.empty()) {
            out_ +=
                "    classDef active fill:#0b5cad,color:#ffffff,stroke:#062f5a,stroke-width:3px\n";
            out_ += fmt::format("    class {} active\n", active);
        }
        return std::move(out_);
    }

  private:
    void arrow(const std::string& indent, const std::string& from, const std::string& to,
               const std::string& label) {
        out_ += fmt::format("{}{} --> {}", indent, from, to);
        if (!label.empty()) out_ += ": " + mermaid_text(label);
        out_ += '\n';
    }

    // Where an arrow within `region` to this state ends. An exit ends its region; those that
    // interrupt are drawn from the fork, as Mermaid knows no arrow out of a region.
    std::string end(StateId id) const {
        return definition_.states[id].kind == StateKind::exit ? "[*]" : fmt::format("s{}", id);
    }

    void region(engine::RegionId number, StateId start, const std::string& indent) {
        for (StateId id = 0; id < definition_.states.size(); ++id) {
            const engine::State& state = definition_.states[id];
            if (state.region != number || state.kind == StateKind::exit) continue;
            out_ += fmt::format("{}state \"{}\" as s{}", indent, mermaid_text(state.title), id);
            if (!state.parallel || state.parallel->branches.empty()) {
                out_ += '\n';
                continue;
            }
            out_ += " {\n";
            bool first = true;
            for (const engine::Branch& branch : state.parallel->branches) {
                if (!first) out_ += indent + "    --\n";
                first = false;
                region(branch.region, branch.start, indent + "    ");
            }
            out_ += indent + "}\n";
        }
        if (start != kNone) arrow(indent, "[*]", end(start), "");
        for (StateId id = 0; id < definition_.states.size(); ++id) {
            if (definition_.states[id].region == number) arrows(id, indent);
        }
    }

    void arrows(StateId id, const std::string& indent) {
        const engine::State& state = definition_.states[id];
        const std::string from = fmt::format("s{}", id);
        for (const engine::ActionId action_id : state.actions) {
            const engine::Action& action = definition_.actions[action_id];
            if (action.to == kNone) continue;
            arrow(indent, from, end(action.to), action.title + (action.system ? "（到期）" : ""));
        }
        if (state.countersign) {
            const engine::Countersign& votes = *state.countersign;
            for (const auto& [to, label] : {std::pair{votes.passed, "通过"},
                                            {votes.failed, "未通过"},
                                            {votes.vetoed, "否决"}}) {
                if (to != kNone) arrow(indent, from, end(to), label);
            }
        }
        if (state.parallel) {
            for (const engine::ExitRoute& route : state.parallel->interrupts) {
                if (route.to != kNone)
                    arrow(indent, from, end(route.to), exit_title(state, route.exit));
            }
            if (state.parallel->then != kNone) arrow(indent, from, end(state.parallel->then), "");
        }
        if (state.final) arrow(indent, from, "[*]", "");
    }

    std::string exit_title(const engine::State& fork, const std::string& exit) const {
        for (const engine::Branch& branch : fork.parallel->branches) {
            for (const engine::State& state : definition_.states) {
                if (state.region == branch.region && state.exit == exit) return state.title;
            }
        }
        return exit;
    }

    const engine::Definition& definition_;
    const engine::Document* at_;
    std::string out_;
};

// ---- DOT

std::string dot_text(std::string_view text) {
    std::string out = "\"";
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t start = offset;
        const auto c = next_code_point(text, offset);
        if (!c) {
            ++offset;
        } else if (*c == '"' || *c == '\\') {
            out += '\\';
            out += static_cast<char>(*c);
        } else if (*c < 0x20 || is_forbidden(*c)) {
            out += ' ';
        } else {
            out += text.substr(start, offset - start);
        }
    }
    return out + '"';
}

class Dot {
  public:
    explicit Dot(const Graph& graph) : graph_(graph) {}

    std::string run(const std::string& title) {
        out_ = fmt::format("digraph flow {{\n  label={};\n  labelloc=t;\n", dot_text(title));
        out_ +=
            "  node [shape=box, style=\"rounded,filled\", fillcolor=white, color=\"#57606a\", "
            "fontname=\"Noto Sans CJK SC\"];\n"
            "  edge [color=\"#57606a\", fontname=\"Noto Sans CJK SC\", fontsize=11];\n"
            "  start [shape=circle, label=\"\", width=0.2, fillcolor=\"#24292f\"];\n";
        inside(SIZE_MAX, "  ");
        if (graph_.start != SIZE_MAX) {
            out_ += fmt::format("  start -> {};\n", graph_.nodes[graph_.start].name);
        }
        for (const GraphEdge& edge : graph_.edges) {
            out_ +=
                fmt::format("  {} -> {}", graph_.nodes[edge.from].name, graph_.nodes[edge.to].name);
            std::string attributes;
            if (!edge.label.empty()) attributes = "label=" + dot_text(edge.label);
            const char* style = edge.kind == GraphEdge::Kind::back    ? "style=dashed"
                                : edge.kind == GraphEdge::Kind::clock ? "style=dotted"
                                                                      : "";
            if (*style != '\0') attributes += (attributes.empty() ? "" : ", ") + std::string(style);
            if (!attributes.empty()) out_ += " [" + attributes + "]";
            out_ += ";\n";
        }
        return out_ + "}\n";
    }

  private:
    void inside(std::size_t group, const std::string& indent) {
        for (const GraphNode& node : graph_.nodes) {
            if (node.group == group) put(node, indent);
        }
        for (std::size_t i = 0; i < graph_.groups.size(); ++i) {
            if (graph_.groups[i].parent != group) continue;
            out_ += fmt::format("{}subgraph cluster_{} {{\n{}  label={};\n{}  color=\"#8c959f\";\n",
                                indent, i, indent, dot_text(graph_.groups[i].title), indent);
            inside(i, indent + "  ");
            out_ += indent + "}\n";
        }
    }

    void put(const GraphNode& node, const std::string& indent) {
        std::string attributes = "label=" + dot_text(node.title);
        if (node.kind == GraphNode::Kind::countersign) attributes += ", shape=hexagon";
        if (node.kind == GraphNode::Kind::fork) attributes += ", shape=trapezium";
        if (node.kind == GraphNode::Kind::join) attributes += ", shape=invtrapezium";
        if (node.final) attributes += ", peripheries=2";
        if (node.active) {
            attributes += ", fillcolor=\"#0b5cad\", fontcolor=white, color=\"#062f5a\", penwidth=3";
        }
        if (!node.state.empty()) attributes += ", tooltip=" + dot_text(node.state);
        out_ += fmt::format("{}{} [{}];\n", indent, node.name, attributes);
    }

    const Graph& graph_;
    std::string out_;
};

}  // namespace

std::string mermaid(const engine::Definition& definition, const engine::Document* at) {
    return Mermaid(definition, at).run();
}

std::string graphviz(const engine::Definition& definition, const engine::Document* at) {
    return Dot(graph_of(definition, at)).run(definition.title);
}

}  // namespace gongkai::language
