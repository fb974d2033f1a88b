// check, draw, explore, simulate: what can be asked of the rules without a database.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command.hpp"

namespace gongkai::cli {

struct RulesOptions : Common {
    std::string directory;  // empty: the flows that the program ships with
    std::string flow;       // empty: all
};

// Exit kFound where a flow has a finding; each is printed with the shortest story that shows it.
int check_rules(const RulesOptions& options);

struct DrawOptions : RulesOptions {
    std::string format = "mermaid";  // mermaid | dot | svg
};
int draw(const DrawOptions& options);

struct ExploreOptions : RulesOptions {
    std::uint64_t max_states = 2'000'000;
};
int explore_rules(const ExploreOptions& options);

struct SimulateOptions : RulesOptions {
    std::uint64_t seed = 0;  // 0: a new one, printed
    std::uint64_t walks = 1;
    std::uint64_t max_steps = 60;
};
int simulate_rules(const SimulateOptions& options);

}  // namespace gongkai::cli
