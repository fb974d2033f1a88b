// Every state that a flow can reach, found with the real decide() and evolve(), so that there is no
// second set of rules to disagree with.
//
// The abstraction is finite. Kept: the active states; the choices and flags that some guard or rule
// reads (only the values that it tells apart); whether a text, number or date that a guard asks for
// is given; which signatures are live and whether the drafter had a hand in them; votes; phases of
// the timers that can change the course. What an editor wrote stays open until a guard reads it,
// and what nobody will read again is forgotten. Left out, and treated as both: other values, and
// time (a deadline may pass or not at any moment). Claims and consultations only hold people up, so
// a walk without them meets every state that one with them does.
//
// Its people: the drafter opens the document and edits it wherever their role allows. Each step
// that signs is tried by the drafter, by the drafter as deputy of somebody else, by somebody else
// as the drafter's deputy, and by somebody who has done nothing yet; any other step by the last,
// because separation of duties only ever forbids.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::engine {

// A document of which some fields may hold any of their values: what an editor may have written, as
// long as nobody has looked. A field is given a value only when a guard reads it.
struct Abstract {
    Document document;
    std::vector<bool> any;  // by FieldId; only tracked fields
};

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
    // known: no step, but it came out that an action (`subject`) is not open to a document that
    // holds what this one holds.
    enum class Kind : std::uint8_t { open, edit, act, vote, withdraw, renew, tick, known };
    Kind kind = Kind::open;
    std::uint8_t person = 0;
    std::uint8_t on_behalf_of = 0;
    std::uint16_t subject = kNone;  // action, state, field, signature or timer, by kind
    std::uint16_t detail = 0;       // choice of the field, ballot
};

class Explorer {
  public:
    // Both must outlive the explorer. The policy says only which fields and signatures matter; it
    // refuses nothing here.
    Explorer(const Definition& definition, const Policy& policy);
    ~Explorer();

    using Key = std::string;  // an abstract state, packed

    // What a visitor sees of a step. Fields of `after` that nobody has read yet may hold anything.
    struct Step {
        const Move& move;
        const Abstract& after;
        const Decision& decision;
        const Key& key;  // of `after`
    };
    using Visitor = std::function<void(const Step&)>;

    void initial(const Visitor& visit) const;
    void successors(const Key& from, const Visitor& visit) const;
    Document representative(const Key& key) const;
    StoryStep tell(const Move& move, const Document& after) const;

    // Field values that became known between two states, and the text " [attribute = withheld]" of
    // them.
    using Facts = std::vector<FieldChange>;
    Facts facts(const Key& before, const Key& after) const;
    std::string tell(const Facts& facts) const;

    // A way to fill what is still open after the step so that the rule does not hold; nullopt: it
    // holds in all.
    std::optional<Facts> breach(const Guard& rule, const Step& step) const;

  private:
    Facts facts(const Abstract& before, const Abstract& after) const;

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
void explore(const Explorer& explorer, const ExploreLimits& limits, Graph& graph,
             const EdgeVisitor& seen);
Graph explore(const Explorer& explorer, const ExploreLimits& limits, const EdgeVisitor& seen);

// The way to a node, from the opening on.
std::vector<StoryStep> story(const Explorer& explorer, const Graph& graph, std::uint32_t node);

}  // namespace gongkai::engine
