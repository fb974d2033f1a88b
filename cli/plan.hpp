// gongkai plan import: a plan and its tasks from a file.
#pragma once

#include <string>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct PlanImportOptions : InstallationOptions {
    std::string file;
    std::string as;
    bool dry_run = false;
};
// Opens the plan and its tasks and attaches them to it, or brings those up to date that an earlier
// import opened.
int import_plan(const PlanImportOptions& options);

}  // namespace gongkai::cli
