// check, explore, simulate: what can be asked of the rules without a database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace gongkai::language {
struct Flow;
}

namespace gongkai::cli {

struct RulesOptions : Common {
    std::string directory;  // empty: the flows that the program ships with
    std::string flow;       // empty: all
};

// The flows that are meant; diagnostics are printed. Otherwise the exit code.
struct LoadedFlows {
    std::vector<std::shared_ptr<const language::Flow>> flows;
    int exit = kOk;
};
LoadedFlows load_flows(const RulesOptions& options);

// Exit kFound where a flow has a finding; each is printed with the shortest story that shows it.
int check_rules(const RulesOptions& options);

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
