// What every verb of `gongkai` has in common.
#pragma once

#include <string>

#include "engine/result.hpp"

namespace gongkai::cli {

// Exit codes, the same for every verb.
enum Exit : int {
    kOk = 0,        // done; what was checked is in order
    kFound = 1,     // done; what was checked is not in order, or what was asked for was refused
    kUsage = 2,     // the words of the command are off
    kBadInput = 3,  // a file that was given cannot be read or is malformed
    kFailed = 4,    // the world failed: disk, database, network
};

struct Common {
    bool json = false;  // machine-readable output on stdout, one JSON value
};

// To stderr: "gongkai: what".
void complain(const std::string& what);

// kBadInput for what the caller can mend in what was given, kFailed for the rest.
Exit exit_of(const engine::Error& error);
// Complains, and gives the exit code.
Exit failed(const engine::Error& error);

}  // namespace gongkai::cli
