// An installation as the verbs of the command line open it: where its data lies, and by which rules
// it works.
#pragma once

#include <memory>
#include <string>

#include "app/application.hpp"
#include "cli/command.hpp"

namespace gongkai::cli {

struct DataOptions : Common {
    std::string data = "data";
    std::string checkpoints;  // empty: data/checkpoints
};

struct InstallationOptions : DataOptions {
    std::string workflows;  // folder; empty: the rules that the program ships with
    std::string calendar = "national";
};

// What serve and the verbs that work on a stopped server's data have in common; a caller changes
// what it wants otherwise. Error: the folder of rules cannot be read.
engine::Result<app::ApplicationOptions> application_options(const InstallationOptions& options);

// For looking at it only: beside a server, or without one.
app::ApplicationOptions read_only_options(const DataOptions& options);

}  // namespace gongkai::cli
