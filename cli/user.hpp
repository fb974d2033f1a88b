// user init | list | add | roles | password | disable | enable | key: the people of an
// installation, from the command line of its machine.
//
// They work on a stopped server's data; list also beside a server. What the API asks of an
// administrator is asked here as well: `as` is the login of the one who acts, whose password is
// read. Two verbs are nobody's: init, which is for an empty installation only, and password, for
// whoever may stop the server. Both stand in the record as what they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/installation.hpp"

namespace gongkai::cli {

struct InitWords : InstallationOptions {
    std::string origin = "gongkai";
    std::vector<std::string> departments{"office=办公室"};  // CODE=TITLE; the first is theirs
    std::string system = "sysadmin", security = "secadmin", auditor = "auditor";
    bool ask = false;  // for the passwords, instead of making some up
};
// The three administrators (三员) of an empty installation.
int init_users(const InitWords& options);

int list_users(const DataOptions& options);

struct UserWords : InstallationOptions {
    std::string login;
    std::string as;  // who acts
};

struct AddWords : UserWords {
    std::string name;
    bool machine = false;
};
int add_user(const AddWords& options);

struct RolesWords : UserWords {
    std::vector<std::string> roles;  // ROLE@DEPARTMENT; the whole new list
    bool none = false;
};
int give_roles(const RolesWords& options);

struct PasswordWords : UserWords {
    bool generate = false;
};
int set_password(const PasswordWords& options);

int set_user_active(const UserWords& options, bool active);

struct KeyWords : UserWords {
    std::string label = "key";
    std::string expires;                  // the last day, 2027-01-31; empty: does not expire
    std::optional<std::uint32_t> revoke;  // instead of issuing one
};
int machine_key(const KeyWords& options);

}  // namespace gongkai::cli
