// Inside app/: the leaf of an administrative act.
//
// Its command is {"type": name, ...}, its events say what the directory holds afterwards. Numbers,
// codes, role names and times stand in it; names of people, logins, labels and addresses do not
// (they are personal data, and would outlive their erasure).
#pragma once

#include <string>

#include "engine/decide.hpp"
#include "engine/result.hpp"
#include "engine/time.hpp"
#include "storage/audit/canonical_json.hpp"

namespace gongkai::app {

struct AdminAct {
    std::string command;  // canonical JSON
    std::string events;   // canonical JSON array; empty: a refused attempt
    std::string reason;   // of a refused attempt
    engine::PersonId actor = 0;
    std::string role;  // that made it lawful; empty: one's own affair, or the command line
    std::string request;
    engine::Instant at{};
};

engine::Result<std::string> admin_leaf(const AdminAct& act);

}  // namespace gongkai::app
