// `kill -9` of the real server under load, again and again on the same folder: several clients
// work, the process is killed in the middle of it, what it left is held against what the clients
// were told, and it is started again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/crash/server_process.hpp"
#include "tests/crash/tally.hpp"

namespace gongkai::crash {

struct KillOptions {
    std::uint64_t seed = 0;
    int kills = 0;
    bool stop_at_harm = false;
    std::filesystem::path keep{};  // the first folder with harm in it is copied to here; empty: not
    std::filesystem::path program = gongkai_program();
    std::vector<std::string> environment{};
};

struct KillReport {
    Tally tally;                                 // its cuts are the kills
    int while_starting = 0, while_stopping = 0;  // among them
    int folders = 0;
    std::uint64_t leaves = 0;         // written, in all folders
    std::uint64_t decided_again = 0;  // of them, by the verification of folders that were left well
    std::uint64_t repeated =
        0;  // steps that were carried out although nobody was told, and repeated
    std::chrono::microseconds start_median{}, start_longest{}, round_mean{};
};

// The seed decides what is asked for and when the server is killed; what the kill meets is chance.
KillReport kill_server(const KillOptions& options);

}  // namespace gongkai::crash
