#include "language/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace gongkai::language {

using engine::kNone;
using engine::StateId;
using engine::StateKind;

bool stands_in(const engine::Document* at, StateId state) {
    return at != nullptr &&
           std::any_of(at->places.begin(), at->places.end(),
                       [&](const engine::Place& place) { return place.state == state; });
}

namespace {

class Maker {
  public:
    Maker(const engine::Definition& definition, const engine::Document* at)
        : definition_(definition), at_(at) {}

    Graph run() {
        make_groups();
        make_nodes();
        for (StateId id = 0; id < definition_.states.size(); ++id)
            make_edges(id);
        if (definition_.start < definition_.states.size()) {
            graph_.start = node_of_[definition_.start];
        }
        return std::move(graph_);
    }

  private:
    // Groups and forks are both known by the path that their states begin with.
    void make_groups() {
        std::map<std::string, std::string> titles;
        for (const engine::Group& group : definition_.groups)
            titles.emplace(group.name, group.title);
        for (const engine::State& state : definition_.states) {
            if (state.kind == StateKind::parallel) titles.emplace(state.name, state.title);
        }
        // In the order of the paths, so that what encloses comes first.
        for (const auto& [path, title] : titles) {
            GraphGroup group{title, SIZE_MAX};
            const std::size_t slash = path.rfind('/');
            if (slash != std::string::npos) group.parent = group_of(path.substr(0, slash));
            group_.emplace(path, graph_.groups.size());
            graph_.groups.push_back(std::move(group));
        }
    }

    std::size_t group_of(std::string path) const {
        for (;;) {
            const auto found = group_.find(path);
            if (found != group_.end()) return found->second;
            const std::size_t slash = path.rfind('/');
            if (slash == std::string::npos) return SIZE_MAX;
            path.resize(slash);
        }
    }

    void make_nodes() {
        node_of_.assign(definition_.states.size(), SIZE_MAX);
        join_of_.assign(definition_.states.size(), SIZE_MAX);
        for (StateId id = 0; id < definition_.states.size(); ++id) {
            const engine::State& state = definition_.states[id];
            if (state.kind == StateKind::exit) continue;
            GraphNode node;
            node.name = fmt::format("s{}", id);
            node.title = state.title;
            node.state = state.name;
            node.final = state.final;
            node.active = stands_in(at_, id);
            node.group = group_of(state.name);
            if (state.countersign) {
                node.kind = GraphNode::Kind::countersign;
                node.title += fmt::format("（{} 席 {} 票）", state.countersign->seats,
                                          state.countersign->quorum);
            }
            if (state.parallel) node.kind = GraphNode::Kind::fork;
            for (const engine::ActionId action : state.actions) {
                if (definition_.actions[action].to == id) {
                    node.stays.push_back(definition_.actions[action].title);
                }
            }
            node_of_[id] = graph_.nodes.size();
            graph_.nodes.push_back(std::move(node));
            if (state.parallel) make_join(id, state);
        }
    }

    void make_join(StateId id, const engine::State& state) {
        GraphNode join;
        join.kind = GraphNode::Kind::join;
        join.name = fmt::format("j{}", id);
        join.state = state.name;
        join.group = group_of(state.name);
        switch (state.parallel->join) {
            case engine::Join::all:
                join.title = "全部完成";
                break;
            case engine::Join::any:
                join.title = "任一完成";
                break;
            case engine::Join::quorum:
                join.title = fmt::format("{} 个完成", state.parallel->quorum);
                break;
        }
        join_of_[id] = graph_.nodes.size();
        graph_.nodes.push_back(std::move(join));
    }

    // An exit of a branch is no place to stand: arrows to it go where it leads.
    std::size_t node_at(StateId id) const {
        if (id >= definition_.states.size()) return SIZE_MAX;
        const engine::State& state = definition_.states[id];
        if (state.kind != StateKind::exit) return node_of_[id];
        const StateId owner = definition_.regions[state.region].owner;
        if (owner == kNone) return SIZE_MAX;
        for (const engine::ExitRoute& route : definition_.states[owner].parallel->interrupts) {
            if (route.exit == state.exit) return node_at(route.to);
        }
        return join_of_[owner];
    }

    void edge(std::size_t from, std::size_t to, const std::string& label, GraphEdge::Kind kind) {
        if (from == SIZE_MAX || to == SIZE_MAX) return;
        const auto key = std::tuple(from, to, kind);
        const auto [found, fresh] = edges_.emplace(key, graph_.edges.size());
        if (fresh) {
            graph_.edges.push_back({from, to, label, kind});
        } else if (!label.empty()) {
            std::string& both = graph_.edges[found->second].label;
            both += (both.empty() ? "" : "／") + label;
        }
    }

    void make_edges(StateId id) {
        const engine::State& state = definition_.states[id];
        const std::size_t from = node_of_[id];
        for (const engine::ActionId action_id : state.actions) {
            const engine::Action& action = definition_.actions[action_id];
            if (action.to == id) continue;
            const auto kind = action.system ? GraphEdge::Kind::clock
                              : action.kind == engine::ActionKind::return_to
                                  ? GraphEdge::Kind::back
                                  : GraphEdge::Kind::forward;
            edge(from, node_at(action.to), action.title, kind);
        }
        if (state.countersign) {
            const engine::Countersign& votes = *state.countersign;
            edge(from, node_at(votes.passed), "通过", GraphEdge::Kind::forward);
            edge(from, node_at(votes.failed), "未通过", GraphEdge::Kind::back);
            if (votes.vetoed != kNone) {
                edge(from, node_at(votes.vetoed), "否决", GraphEdge::Kind::back);
            }
        }
        if (state.parallel) {
            for (const engine::Branch& branch : state.parallel->branches) {
                std::string label = branch.title;
                if (!branch.when.always()) label += "（视条件）";
                edge(from, node_at(branch.start), label, GraphEdge::Kind::branch);
            }
            edge(join_of_[id], node_at(state.parallel->then), "", GraphEdge::Kind::forward);
        }
    }

    const engine::Definition& definition_;
    const engine::Document* at_;
    Graph graph_;
    std::map<std::string, std::size_t> group_;
    std::vector<std::size_t> node_of_;
    std::vector<std::size_t> join_of_;
    std::map<std::tuple<std::size_t, std::size_t, GraphEdge::Kind>, std::size_t> edges_;
};

}  // namespace

Graph graph_of(const engine::Definition& definition, const engine::Document* at) {
    return Maker(definition, at).run();
}

}  // namespace gongkai::language
