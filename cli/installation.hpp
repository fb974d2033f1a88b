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

using Opened = engine::Result<std::unique_ptr<app::Application>>;
// An installation to change without a server. Errors: `not_found` where there is none (it is not
// made), `unavailable` where a process has it: the message names what to do instead.
Opened open_to_change(const InstallationOptions& options);
// The same to look at, by these rules and calendar; beside a server or without one.
Opened open_to_read(const InstallationOptions& options);

// Somebody to act as, without a password: whoever may read the files may also do this. Error
// `not_found` where nobody, or no active person, has the login.
engine::Result<app::Principal> principal_of(app::Application& application,
                                            const std::string& login);

// An installation with somebody who looks at it, or acts in it.
struct Desk {
    std::unique_ptr<app::Application> application;
    app::Principal principal;
};
engine::Result<Desk> desk_to_read(const InstallationOptions& options, const std::string& login);
engine::Result<Desk> desk_to_change(const InstallationOptions& options, const std::string& login);

}  // namespace gongkai::cli
