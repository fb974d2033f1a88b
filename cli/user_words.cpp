// The words of `gongkai user`.
#include <CLI/CLI.hpp>

#include "cli/user.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

namespace {

void add_as(CLI::App& verb, UserWords& options, const char* who) {
    verb.add_option("--as", options.as,
                    std::string("who acts: the login of a ") + who +
                        "; the password is asked for, or read from stdin")
        ->type_name("LOGIN")
        ->required();
    add_installation_options(verb, options);
}

void add_init(CLI::App& user, Run& run) {
    static InitWords init;
    auto* verb = user.add_subcommand("init", "the three administrators of an empty installation");
    verb->add_option("--department", init.departments,
                     "departments to begin with; the administrators belong to the first")
        ->type_name("CODE=TITLE")
        ->allow_extra_args(false)
        ->capture_default_str();
    verb->add_option("--system", init.system, "login of the system administrator")
        ->capture_default_str();
    verb->add_option("--security", init.security, "login of the security administrator")
        ->capture_default_str();
    verb->add_option("--auditor", init.auditor, "login of the auditor")->capture_default_str();
    verb->add_flag("--ask", init.ask,
                   "ask for the passwords, or read them from stdin, one a line; default: made up "
                   "and shown once");
    verb->add_option("--origin", init.origin,
                     "name of the record in its checkpoints, given once for ever")
        ->capture_default_str();
    add_installation_options(*verb, init);
    verb->callback([&run] { run = [] { return init_users(init); }; });
}

void add_key(CLI::App& user, Run& run) {
    static KeyWords key;
    auto* verb = user.add_subcommand("key", "issue a key to a machine account, or revoke one");
    auto* login = verb->add_option("login", key.login, "the machine account");
    verb->add_option("--label", key.label, "what it is for")->capture_default_str();
    verb->add_option("--expires", key.expires, "the last day on which it works")
        ->type_name("2027-01-31");
    auto* revoke = verb->add_option("--revoke", key.revoke, "number of the key to withdraw");
    revoke->excludes(login);
    add_as(*verb, key, "security administrator");
    verb->callback([&run, login, revoke] {
        if (login->count() + revoke->count() == 0) throw CLI::RequiredError("login or --revoke");
        run = [] { return machine_key(key); };
    });
}

}  // namespace

void add_user_verbs(CLI::App& app, Run& run) {
    auto* user = app.add_subcommand("user", "the people of an installation that no server has");
    user->require_subcommand(1);
    add_init(*user, run);

    static DataOptions list;
    auto* verb = user->add_subcommand("list", "who there is; beside a server as well");
    add_data_options(*verb, list);
    verb->callback([&run] { run = [] { return list_users(list); }; });

    static AddWords add;
    verb = user->add_subcommand("add", "a person, or the account of another system");
    verb->add_option("login", add.login, "2 to 64 of a-z 0-9 . _ -")->required();
    verb->add_option("--name", add.name, "as others see it")->required();
    verb->add_flag("--machine", add.machine, "another system: has keys and no password");
    add_as(*verb, add, "system administrator");
    verb->callback([&run] { run = [] { return add_user(add); }; });

    static RolesWords roles;
    verb = user->add_subcommand("roles", "the roles that somebody has from now on, all of them");
    verb->add_option("login", roles.login)->required();
    auto* given = verb->add_option("roles", roles.roles, "the whole list");
    given->type_name("ROLE@DEPARTMENT ...");
    auto* none = verb->add_flag("--none", roles.none, "take all away");
    none->excludes(given);
    add_as(*verb, roles, "security administrator");
    verb->callback([&run, given, none] {
        if (given->count() + none->count() == 0) throw CLI::RequiredError("roles or --none");
        run = [] { return give_roles(roles); };
    });

    static PasswordWords password;
    verb =
        user->add_subcommand("password", "set somebody's password, asked for or read from stdin");
    verb->add_option("login", password.login)->required();
    verb->add_flag("--generate", password.generate, "make one up and show it once");
    add_installation_options(*verb, password);
    verb->callback([&run] { run = [] { return set_password(password); }; });

    static UserWords disable;
    verb = user->add_subcommand("disable", "nothing is taken from somebody who is disabled");
    verb->add_option("login", disable.login)->required();
    add_as(*verb, disable, "system administrator");
    verb->callback([&run] { run = [] { return set_user_active(disable, false); }; });

    static UserWords enable;
    verb = user->add_subcommand("enable", "somebody who was disabled");
    verb->add_option("login", enable.login)->required();
    add_as(*verb, enable, "system administrator");
    verb->callback([&run] { run = [] { return set_user_active(enable, true); }; });

    add_key(*user, run);
}

}  // namespace gongkai::cli
