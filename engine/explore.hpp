// Every state that a flow can reach, found with the real decide() and evolve(), so that there is no
// second set of rules to disagree with.
//
// The abstraction is finite. Kept: the active states; the choices and flags that some guard or rule
// reads (only the values that it tells apart); whether a text, number or date that a guard asks for
// is given; which signatures are live and whether their signer counts as a drafter, or who it is
// where separation of duties asks; votes; phases of the timers that can change the course, as long
// as they can (they end something by themselves, or a guard, `after` or `extend` asks). Left
// out, and treated as both: other values, and time (a deadline may pass or not at any moment).
// What guards ask of related documents is tried in every combination at every step from the first
// on at which somebody can have related one: they go their own way, and may do so at any moment.
// Claims and consultations only hold people up, so a walk without them meets every state that one
// with them does.
//
// Its people: person 1 opens the document (where the clock may open one: it as well) and edits it
// wherever their role allows; others are fresh, as many as separation of duties can ask for; each
// step that signs is tried by the drafter, by the drafter as deputy of somebody else, by somebody
// else as the drafter's deputy, and by the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::engine {

struct ExploreLimits {
    std::size_t max_states = 2'000'000;
};

// One line of a path, in the order in which it happens.
struct StoryStep {
    std::string actor;   // "甲", "甲 for 乙", "clock"
    std::string action;  // "submit (送审)"
    std::string state;   // the active states afterwards
};

// What led from one abstract state to the next.
struct Move {
    enum class Kind : std::uint8_t { open, edit, act, vote, withdraw, renew, tick };
    Kind kind = Kind::open;
    std::uint8_t person = 0;
    std::uint8_t on_behalf_of = 0;
    std::uint16_t subject = kNone;  // action, state, field, signature or timer, by kind
    std::uint16_t detail = 0;       // choice of the field, ballot
    std::uint16_t world = 0;        // what was related then; 0: nothing
};

class Explorer {
  public:
    // Both must outlive the explorer. The policy says only which fields and signatures matter; it
    // refuses nothing here.
    Explorer(const Definition& definition, const Policy& policy);
    ~Explorer();

    using Key = std::string;  // an abstract state, packed

    // What a visitor sees of a step: the documents before and after are representatives of their
    // abstract states.
    struct Step {
        const Move& move;
        const Document& after;
        const Decision& decision;
        const Key& key;  // of `after`
        Instant now;     // when it was taken
    };
    using Visitor = std::function<void(const Step&)>;

    void initial(const Visitor& visit) const;
    void successors(const Key& from, const Visitor& visit) const;
    Document representative(const Key& key) const;
    StoryStep tell(const Move& move, const Document& after) const;
    // False: related documents can stand in more ways than are tried; nothing is proven.
    bool complete() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The whole reachable graph, in breadth-first order: the first path to a state is a shortest one.
struct Graph {
    static constexpr std::uint32_t kRoot = 0xFFFFFFFF;
    struct Node {
        std::uint32_t parent = kRoot;
        Move move;
    };
    std::vector<Explorer::Key> keys;
    std::vector<Node> nodes;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
    bool complete = true;  // false: cut off at max_states
};

// `seen` is called on every step that is explored, with the indices of its two ends (kRoot for an
// opening).
using EdgeVisitor =
    std::function<void(std::uint32_t from, std::uint32_t to, const Explorer::Step& step)>;
Graph explore(const Explorer& explorer, const ExploreLimits& limits, const EdgeVisitor& seen);

// The way to a node, from the opening on.
std::vector<StoryStep> story(const Explorer& explorer, const Graph& graph, std::uint32_t node);

}  // namespace gongkai::engine
