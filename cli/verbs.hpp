// How the verbs come into the program. Each group declares its words in a file of its own, because
// a file that names CLI11 takes five seconds to compile; what a verb does stands elsewhere.
#pragma once

#include <functional>

#include "cli/installation.hpp"

namespace CLI {
class App;
}

namespace gongkai::cli {

// What was asked for, set by the verb that was given.
using Run = std::function<int()>;

void add_audit_verbs(CLI::App& app, Run& run);
void add_backup_verbs(CLI::App& app, Run& run);
void add_deadline_verbs(CLI::App& app, Run& run);  // deadline, calendar, duty
void add_document_verbs(CLI::App& app, Run& run);  // import, document, catalog
void add_report_verbs(CLI::App& app, Run& run);    // report, plan
void add_user_verbs(CLI::App& app, Run& run);

// --data, --checkpoints, --json
void add_data_options(CLI::App& verb, DataOptions& options);
// ... and --workflows, --calendar
void add_installation_options(CLI::App& verb, InstallationOptions& options);

}  // namespace gongkai::cli
