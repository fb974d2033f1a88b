#include "engine/simulate.hpp"

namespace gongkai::engine {

namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the engine has no randomness of its own, a walk is a
// function of its seed.
struct Generator {
    std::uint64_t state;
    std::uint64_t next() {
        state += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
};

}  // namespace

Walk simulate(const Definition& definition, const Policy& policy, std::uint64_t seed,
              std::size_t max_steps) {
    const Explorer explorer(definition, policy);
    Generator generator{seed};
    Walk walk;
    Explorer::Key at;
    explorer.initial([&](const Explorer::Step& step) {
        at = step.key;
        walk.steps.push_back(explorer.tell(step.move, step.after));
    });
    while (walk.steps.size() < max_steps) {
        // One of the possible steps, each as likely as the other: the k-th replaces the choice with
        // probability 1/k.
        std::uint64_t seen = 0;
        Explorer::Key next;
        StoryStep told;
        bool rests = false;
        explorer.successors(at, [&](const Explorer::Step& step) {
            if (step.key == at || generator.next() % ++seen != 0) return;
            next = step.key;
            told = explorer.tell(step.move, step.after);
            const StateId root = step.after.places[0].state;
            rests = root != kNone && definition.states[root].final;
        });
        if (seen == 0) break;
        walk.steps.push_back(std::move(told));
        at = std::move(next);
        if (rests) {
            walk.at_rest = true;
            break;
        }
    }
    return walk;
}

}  // namespace gongkai::engine
