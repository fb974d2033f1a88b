// simulate --year: a year of an office on the real engine and store, and whether everything held.
#pragma once

#include "cli/rules.hpp"

namespace gongkai::cli {

struct SimulateYearOptions {
    int year = 0;
    std::uint64_t seed = 1;
    std::uint64_t documents = 5'000;
    std::string data;    // kept; empty: a temporary folder that is removed
    std::string report;  // folder for year.json and the reports; empty: none
    std::string workflows;
    std::string calendar = "national";
    bool json = false;
};
// Exit kFound where anything did not hold.
int simulate_year(const SimulateYearOptions& options);

}  // namespace gongkai::cli
