// Departments, people, roles, deputies, keys and subscribers: who may change them (三员), and the
// leaf that each change leaves.
//
//   system_admin    departments, people (not their roles), subscribers, dead letters, the catalogue
//   security_admin  roles, deputies, passwords of others, machine keys, ending sessions
//   auditor         nothing: reads
// The catalogue is also the affair of whoever is kDisclosureOfficer.
// Everyone may set their own password, and appoint or recall their own deputy. Nobody gives roles
// to themselves. Every call waits for its commit: not from the store's writer thread. After it the
// directory is reloaded, so that the change holds from the next request on.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/catalog.hpp"
#include "app/clock.hpp"
#include "app/idempotency.hpp"
#include "app/identity.hpp"
#include "app/metrics.hpp"
#include "app/refusal_bound.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// "No" of the administration: written as a refused attempt where it was about being allowed.
struct Denied {
    // Permanent: not_allowed, own_roles, incompatible_roles, unknown_role, unknown_department,
    // unknown_person, login_taken, code_taken, unfit_password, wrong_password, invalid_value,
    // period_invalid, last_administrator, key_reused, not_found.
    std::string code;
    std::string message;
    std::string message_zh;
    std::string where;  // JSON Pointer into the request, or empty
};

template <class T>
using AdminResult = std::variant<T, Denied, engine::Error>;

struct AdminRequest {
    Principal principal;
    std::string request_id;
    // Repeated: the same answer again, but a key or secret that is shown once stays empty.
    std::optional<Idempotency> idempotency;
};

// What a vocabulary says about roles.
struct RoleCatalog {
    struct Role {
        std::string name;
        std::string title;
    };
    std::vector<Role> roles;
    std::vector<std::vector<std::string>> exclusive;  // nobody holds two of one group
};

struct NewPerson {
    std::string login;  // lower-case letters, digits, '.', '_', '-'; 2 to 64
    std::string name;   // 1 to 100 characters
    bool machine = false;
};

struct NewDeputy {
    PersonId principal = 0;
    PersonId deputy = 0;
    std::vector<std::string> roles;  // empty: all
    Instant from{}, until{};         // at most 366 days
};

struct NewSubscriber {
    std::string name;
    std::string url;     // http or https; whether it may be reached is checked when sending
    std::string source;  // only documents of this source system; empty: all
};

struct Nothing {};

// The role of the office that keeps the catalogue (政务公开工作机构, 条例 第4条), as vocabularies
// call it.
inline constexpr const char* kDisclosureOfficer = "disclosure_officer";

class Administration {
  public:
    // All must outlive it.
    Administration(storage::Store& store, Identity& identity, RecordClock& clock,
                   Randomness& randomness, Metrics& metrics);

    // The roles that may be given. Admin roles of app/identity.hpp are always among them.
    void set_roles(RoleCatalog catalog);
    RoleCatalog roles() const;

    AdminResult<Nothing> put_department(const AdminRequest& request,
                                        const storage::Department& department);
    AdminResult<PersonId> add_person(const AdminRequest& request, const NewPerson& person);
    AdminResult<Nothing> rename_person(const AdminRequest& request, PersonId person,
                                       const std::string& name);
    // Ends their sessions at once.
    AdminResult<Nothing> set_active(const AdminRequest& request, PersonId person, bool active);
    // The whole new list. 三员 and what the vocabulary excludes, also through running deputies.
    AdminResult<Nothing> set_roles_of(const AdminRequest& request, PersonId person,
                                      const std::vector<storage::RoleHolding>& roles);
    // One's own: with the present password; another's: by the security administrator, without.
    AdminResult<Nothing> set_password(const AdminRequest& request, PersonId person,
                                      const std::string& password,
                                      const std::optional<std::string>& present = std::nullopt);
    AdminResult<std::uint32_t> appoint_deputy(const AdminRequest& request, const NewDeputy& deputy);
    AdminResult<Nothing> recall_deputy(const AdminRequest& request, std::uint32_t deputy);

    struct IssuedKey {
        std::uint32_t id = 0;
        std::string key;  // shown once
    };
    AdminResult<IssuedKey> issue_key(const AdminRequest& request, PersonId machine,
                                     const std::string& label, std::optional<Instant> expires);
    AdminResult<Nothing> revoke_key(const AdminRequest& request, std::uint32_t key);

    struct IssuedSubscriber {
        std::uint32_t id = 0;
        std::string secret;  // whsec_..., shown once
    };
    AdminResult<IssuedSubscriber> add_subscriber(const AdminRequest& request,
                                                 const NewSubscriber& subscriber);
    AdminResult<Nothing> set_subscriber_active(const AdminRequest& request, std::uint32_t id,
                                               bool active);
    // A dead letter goes back into the queue.
    AdminResult<Nothing> replay_message(const AdminRequest& request, std::uint64_t number);

    // Makes the catalogue of this name what `catalog` says: items with a known code are replaced
    // and keep their number, those of this name that it no longer has are marked as ended. Its
    // source is kept by digest.
    AdminResult<CatalogCounts> import_catalog(const AdminRequest& request,
                                              const CatalogImport& catalog);

    // Keeps a calendar file in the installation, in force from the next calendar_of() on. `name`:
    // of the calendar. Application::load_calendar() reads it first and puts it into force.
    AdminResult<Nothing> load_calendar(const AdminRequest& request, const std::string& name,
                                       const std::string& source);

    // The directory as an administrator or auditor sees it: password hashes, key hashes and
    // secrets are left out. Anyone else sees names of active people and departments only.
    AdminResult<storage::Directory> directory(const Principal& principal) const;

    // The first administrators of an empty installation, from the command line, by nobody: refused
    // (Error `conflict`) where there is anybody already. Returns their ids in order.
    struct FirstPerson {
        NewPerson person;
        std::vector<storage::RoleHolding> roles;
        std::string password;  // may be empty for a machine
    };
    Result<std::vector<PersonId>> bootstrap(const std::vector<storage::Department>& departments,
                                            const std::vector<FirstPerson>& people);
    // From the command line of the machine itself (whoever may stop the server): sets a password.
    Result<void> reset_password(const std::string& login, const std::string& password);

  private:
    struct Act;
    // The id that the change gave, or 0.
    using Change = std::function<Result<std::uint64_t>(storage::Transaction&)>;
    using Number = AdminResult<std::uint64_t>;
    // Writes change and leaf in one job and reloads the directory. With acting_ held.
    Number carry_out(const AdminRequest& request, const Act& act, const Change& change);
    // Why not, or nullopt where the principal holds the role in their own name. Written down.
    std::optional<Denied> may(const AdminRequest& request, const Act& act) const;
    // The role of the act that the principal holds in their own name; nullptr where they hold none.
    const char* role_for(const AdminRequest& request, const Act& act) const;
    Denied refuse(const AdminRequest& request, const Act& act, Denied why);
    // Whether these roles, with what is deputised, leave everyone with compatible ones.
    std::optional<Denied> compatible(const DirectorySnapshot& directory) const;
    std::optional<Denied> known_roles(const DirectorySnapshot& directory,
                                      const std::vector<storage::RoleHolding>& roles,
                                      bool machine) const;
    std::optional<Denied> still_administered(const storage::Directory& directory) const;

    storage::Store& store_;
    Identity& identity_;
    RecordClock& clock_;
    Randomness& randomness_;
    Metrics& metrics_;
    RefusalBound refusals_{60};
    std::mutex acting_;         // one act after the other: each is checked on what the last left
    mutable std::mutex mutex_;  // of the catalogue
    RoleCatalog catalog_;
};

}  // namespace gongkai::app
