// The sample bureau of `serve --sample`: 楚雄市人力资源和社会保障局 in small, with somebody for
// every role that the shipped flows name.
#pragma once

#include <string>
#include <vector>

#include "app/administration.hpp"
#include "app/identity.hpp"

namespace gongkai::app {

struct SampleAccount {
    std::string login;
    std::string name;
    std::string title;     // what they are, for the one who reads the list
    std::string password;  // shown once; empty for a machine
    std::string key;       // of a machine: shown once
    std::vector<storage::RoleHolding> roles;
};

struct SampleBureau {
    std::vector<storage::Department> departments;
    std::vector<SampleAccount> accounts;
};

// Into an empty installation; Error `conflict` otherwise. Takes a second or two: a dozen passwords
// are hashed.
Result<SampleBureau> create_sample(Administration& administration, Identity& identity,
                                   Randomness& randomness);

}  // namespace gongkai::app
