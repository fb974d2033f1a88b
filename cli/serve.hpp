// serve: the server, until it is asked to stop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct ServeOptions : InstallationOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: the system chooses, and it is printed
    std::string origin = "gongkai";
    bool sample = false;  // into an empty installation: a bureau with people and passwords
    std::vector<std::string> allowed_targets;  // of messages to subscribers: app/target_rules.hpp
    std::string access_log;                    // a file, "-" for stderr, empty for none
    unsigned drain_seconds = 20;
};

// Says on stdout where it listens (with --json: one line, {"listening": ..., "accounts": [...]}),
// and then serves. SIGINT and SIGTERM drain: no new connections, what is in flight is answered,
// what was committed is signed; a second signal, or the deadline, ends what is left. SIGHUP reads
// the rules again. Exit kFailed also where the disk could not be trusted any more.
int serve(const ServeOptions& options);

}  // namespace gongkai::cli
