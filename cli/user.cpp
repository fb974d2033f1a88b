#include "cli/user.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>

#include "cli/secret.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using app::Administration;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

int refused(const app::Denied& why) {
    complain(why.message + " (" + why.code + "; " + why.message_zh + ")");
    return kFound;
}

template <class T>
int refused_or_failed(const app::AdminResult<T>& result) {
    if (const auto* why = std::get_if<app::Denied>(&result)) return refused(*why);
    return failed(std::get<Error>(result));
}

void print(const json::object& value) {
    fmt::print("{}\n", json::serialize(value));
}

// An installation that no server has, opened to change its people. `api` is what to use instead
// where one has it.
Result<std::unique_ptr<app::Application>> open(const InstallationOptions& options, const char* api,
                                               const std::string& origin = "gongkai") {
    TRY(app::ApplicationOptions opening, application_options(options));
    opening.origin = origin;
    opening.activate_rules = false;
    opening.scheduler = false;
    opening.outbox.thread = false;
    auto opened = app::Application::open(std::move(opening));
    if (opened || opened.error().code != ErrorCode::unavailable) return opened;
    return Error{ErrorCode::unavailable,
                 opened.error().message + ". While a server runs, ask its API: " + api};
}

// An installation that is there already.
Result<std::unique_ptr<app::Application>> open_existing(const InstallationOptions& options,
                                                        const char* api) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::path(options.data) / "gongkai.db", ignored))
        return Error{ErrorCode::not_found,
                     "there is no installation in " + options.data + " (no gongkai.db)"};
    return open(options, api);
}

// The one who acts; nullopt where the password was not right.
Result<std::optional<app::AdminRequest>> acting(app::Application& application,
                                                const UserWords& options) {
    const auto directory = application.identity().directory();
    const storage::Person* person = directory->person(options.as);
    TRY(const std::string password, read_secret("Password of " + options.as));
    TRY(const bool right,
        application.identity().check_password(person == nullptr ? 0 : person->id, password));
    if (person == nullptr || !right) return std::optional<app::AdminRequest>();
    return std::optional(
        app::AdminRequest{{person->id, person->machine, {}}, "command line", std::nullopt});
}

// Opens, lets somebody act about the person that is named, and tells what came of it.
template <class Deed>
int administer(const UserWords& options, const char* api, Deed deed) {
    const auto application = open_existing(options, api);
    if (!application) return failed(application.error());
    const auto request = acting(**application, options);
    if (!request) return failed(request.error());
    if (*request) return deed(**application, **request);
    complain("nobody has the login " + options.as + " and this password");
    return kFound;
}

std::optional<app::PersonId> find(app::Application& application, const std::string& login) {
    const auto directory = application.identity().directory();
    const storage::Person* person = directory->person(login);
    return person == nullptr ? std::nullopt : std::optional(person->id);
}

int unknown(const std::string& login) {
    complain("nobody has the login " + login);
    return kBadInput;
}

Result<storage::RoleHolding> holding_of(const std::string& text) {
    const std::size_t at = text.find('@');
    if (at == 0 || at == std::string::npos || at + 1 == text.size())
        return Error{ErrorCode::invalid_argument, text + " is not of the form ROLE@DEPARTMENT"};
    return storage::RoleHolding{text.substr(0, at), text.substr(at + 1)};
}

Result<storage::Department> department_of(const std::string& text) {
    const std::size_t at = text.find('=');
    if (at == 0 || at == std::string::npos || at + 1 == text.size())
        return Error{ErrorCode::invalid_argument, text + " is not of the form CODE=TITLE"};
    return storage::Department{text.substr(0, at), text.substr(at + 1), "", true};
}

std::string made_up(app::Application& application) {
    return app::random_token(application.randomness(), 12);  // 96 bits: 16 characters
}

// The three, with passwords.
Result<std::vector<Administration::FirstPerson>> officers(app::Application& application,
                                                          const InitWords& options,
                                                          const std::string& department) {
    struct Officer {
        const std::string& login;
        const char* name;
        const char* role;
    };
    std::vector<Administration::FirstPerson> people;
    for (const Officer& officer : {Officer{options.system, "系统管理员", app::kSystemAdmin},
                                   Officer{options.security, "安全保密管理员", app::kSecurityAdmin},
                                   Officer{options.auditor, "安全审计员", app::kAuditor}}) {
        std::string password;
        if (options.ask) {
            TRY(password, read_new_secret("Password for " + officer.login));
        } else {
            password = made_up(application);
        }
        people.push_back({{officer.login, officer.name, false},
                          {{officer.role, department}},
                          std::move(password)});
    }
    return people;
}

json::array roles_json(const std::vector<storage::RoleHolding>& roles) {
    json::array out;
    for (const storage::RoleHolding& holding : roles)
        out.push_back({{"role", holding.role}, {"department", holding.department}});
    return out;
}

}  // namespace

int init_users(const InitWords& options) {
    std::vector<storage::Department> departments;
    for (const std::string& text : options.departments) {
        auto department = department_of(text);
        if (!department) return failed(department.error());
        departments.push_back(std::move(*department));
    }
    const auto application = open(options, "GET /api/v1/people", options.origin);
    if (!application) return failed(application.error());
    const auto people = officers(**application, options, departments.front().code);
    if (!people) return failed(people.error());
    const auto ids = (*application)->administration().bootstrap(departments, *people);
    if (!ids) return failed(ids.error());
    json::array accounts;
    for (std::size_t i = 0; i < people->size(); ++i) {
        const auto& first = (*people)[i];
        json::object account{{"person", (*ids)[i]},
                             {"login", first.person.login},
                             {"role", first.roles.front().role}};
        if (!options.ask) account["password"] = first.password;
        accounts.push_back(std::move(account));
    }
    if (options.json) {
        print({{"accounts", std::move(accounts)}});
        return kOk;
    }
    fmt::print("The three administrators were set up.{}\n",
               options.ask ? "" : " Their passwords are shown only now:");
    for (const auto& first : *people)
        fmt::print("  {:<16} {:<16} {}\n", first.person.login, options.ask ? "" : first.password,
                   first.person.name);
    return kOk;
}

int list_users(const DataOptions& options) {
    const auto application = app::Application::open(read_only_options(options));
    if (!application) return failed(application.error());
    const auto directory = (*application)->identity().directory();
    json::array people;
    for (const storage::Person& person : directory->directory().people) {
        if (options.json) {
            people.push_back({{"person", person.id},
                              {"login", person.login},
                              {"name", person.name},
                              {"machine", person.machine},
                              {"active", person.active},
                              {"roles", roles_json(person.roles)}});
            continue;
        }
        std::string roles;
        for (const storage::RoleHolding& holding : person.roles)
            roles += " " + holding.role + "@" + holding.department;
        fmt::print("{:>5}  {:<20} {}{}{}{}\n", person.id, person.login, person.name,
                   person.machine ? " (machine)" : "", person.active ? "" : " (disabled)", roles);
    }
    if (options.json) print({{"people", std::move(people)}});
    return kOk;
}

int add_user(const AddWords& options) {
    return administer(
        options, "POST /api/v1/people",
        [&](app::Application& application, const app::AdminRequest& request) {
            const auto added = application.administration().add_person(
                request, {options.login, options.name, options.machine});
            const auto* id = std::get_if<app::PersonId>(&added);
            if (id == nullptr) return refused_or_failed(added);
            if (options.json) {
                print({{"person", *id}, {"login", options.login}});
            } else {
                fmt::print(
                    "{} is person {}; roles and {} are the security administrator's to give\n",
                    options.login, *id, options.machine ? "a key" : "a password");
            }
            return +kOk;
        });
}

int give_roles(const RolesWords& options) {
    std::vector<storage::RoleHolding> roles;
    for (const std::string& text : options.roles) {
        auto holding = holding_of(text);
        if (!holding) return failed(holding.error());
        roles.push_back(std::move(*holding));
    }
    return administer(options, "PUT /api/v1/people/{id}/roles",
                      [&](app::Application& application, const app::AdminRequest& request) {
                          const auto person = find(application, options.login);
                          if (!person) return unknown(options.login);
                          const auto given =
                              application.administration().set_roles_of(request, *person, roles);
                          if (!std::holds_alternative<app::Nothing>(given))
                              return refused_or_failed(given);
                          if (options.json)
                              print({{"person", *person}, {"roles", roles_json(roles)}});
                          else
                              fmt::print("{} has {} roles now\n", options.login, roles.size());
                          return +kOk;
                      });
}

int set_password(const PasswordWords& options) {
    const auto application = open_existing(options, "PUT /api/v1/people/{id}/password");
    if (!application) return failed(application.error());
    if (!find(**application, options.login)) return unknown(options.login);
    Result<std::string> password = options.generate
                                       ? Result<std::string>(made_up(**application))
                                       : read_new_secret("New password for " + options.login);
    if (!password) return failed(password.error());
    const auto set = (*application)->administration().reset_password(options.login, *password);
    if (!set) return failed(set.error());
    if (options.json) {
        json::object out{{"login", options.login}};
        if (options.generate) out["password"] = *password;
        print(out);
    } else if (options.generate) {
        fmt::print("The password of {}, shown only now: {}\n", options.login, *password);
    } else {
        fmt::print("The password of {} was set\n", options.login);
    }
    return kOk;
}

int set_user_active(const UserWords& options, bool active) {
    return administer(
        options, "PATCH /api/v1/people/{id}",
        [&](app::Application& application, const app::AdminRequest& request) {
            const auto person = find(application, options.login);
            if (!person) return unknown(options.login);
            const auto set = application.administration().set_active(request, *person, active);
            if (!std::holds_alternative<app::Nothing>(set)) return refused_or_failed(set);
            if (options.json)
                print({{"person", *person}, {"active", active}});
            else
                fmt::print("{} is {} now\n", options.login, active ? "enabled" : "disabled");
            return +kOk;
        });
}

int machine_key(const KeyWords& options) {
    std::optional<engine::Instant> expires;
    if (!options.expires.empty()) {
        const auto day = engine::parse_date(options.expires);
        if (!day)
            return failed({ErrorCode::invalid_argument,
                           "--expires is not a day like 2027-01-31: " + options.expires});
        // Until that day has ended in China.
        expires = engine::Instant{(std::int64_t{day->days} + 1) * engine::ms_per_day -
                                  engine::china_offset_ms};
    }
    return administer(
        options, options.revoke ? "DELETE /api/v1/keys/{id}" : "POST /api/v1/keys",
        [&](app::Application& application, const app::AdminRequest& request) {
            if (options.revoke) {
                const auto revoked =
                    application.administration().revoke_key(request, *options.revoke);
                if (!std::holds_alternative<app::Nothing>(revoked))
                    return refused_or_failed(revoked);
                if (options.json)
                    print({{"key", *options.revoke}, {"revoked", true}});
                else
                    fmt::print("Key {} is withdrawn\n", *options.revoke);
                return +kOk;
            }
            const auto person = find(application, options.login);
            if (!person) return unknown(options.login);
            const auto issued =
                application.administration().issue_key(request, *person, options.label, expires);
            const auto* key = std::get_if<Administration::IssuedKey>(&issued);
            if (key == nullptr) return refused_or_failed(issued);
            if (options.json)
                print({{"key", key->id}, {"secret", key->key}});
            else
                fmt::print("Key {} of {}, shown only now: {}\n", key->id, options.login, key->key);
            return +kOk;
        });
}

}  // namespace gongkai::cli
