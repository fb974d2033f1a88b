// Who is asking. The directory (people, departments, roles, deputies, keys) is held in memory as an
// immutable snapshot and replaced after each administrative commit, so that checking a token or a
// role costs no database.
//
// Sessions and keys: a bearer token is "gks_..." (session, after a login) or "gkm_..." (machine
// key). Stored is only its SHA-256. Both survive a restart. A person who is disabled, or whose
// session or key is withdrawn, is refused from the next request on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "app/clock.hpp"
#include "engine/decide.hpp"
#include "engine/result.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

using engine::DepartmentCode;
using engine::PersonId;
using engine::Result;

// Role names that mean something outside of flows (三员): administration of the system, of roles
// and secrets, and the audit. They exclude each other whatever a vocabulary says.
inline constexpr const char* kSystemAdmin = "system_admin";
inline constexpr const char* kSecurityAdmin = "security_admin";
inline constexpr const char* kAuditor = "auditor";

// Who was authenticated. Holds no roles: those are looked up at the moment of each decision.
struct Principal {
    PersonId person = 0;
    bool machine = false;
    engine::Digest session{};  // of the session token; zero for a machine key
};

// One immutable state of the directory, with its look-ups. Any thread.
class DirectorySnapshot {
  public:
    explicit DirectorySnapshot(storage::Directory directory);

    const storage::Directory& directory() const { return directory_; }
    // nullptr where there is none. Inactive ones are found too.
    const storage::Person* person(PersonId id) const;
    const storage::Person* person(std::string_view login) const;
    const storage::Department* department(std::string_view code) const;
    const storage::MachineKey* key(const engine::Digest& secret_hash) const;
    // The name, or "" where nobody has this number.
    const std::string& name_of(PersonId id) const;

    // What the person may exercise at that moment: their own roles, then those of everyone whom
    // they deputise for (代理) just then and who is active. Empty for an inactive or unknown
    // person.
    engine::Actor actor(PersonId id, Instant now) const;
    // The same without a copy where the person is nobody's deputy.
    std::shared_ptr<const engine::Actor> shared_actor(PersonId id, Instant now) const;
    // Whether the person holds the role in their own name, in whatever department.
    bool holds(PersonId id, std::string_view role) const;

  private:
    storage::Directory directory_;
    std::unordered_map<PersonId, std::size_t> by_id_;
    std::unordered_map<std::string_view, std::size_t> by_login_;
    std::unordered_map<std::string_view, std::size_t> by_code_;
    struct DigestHash {
        std::size_t operator()(const engine::Digest& digest) const noexcept;
    };
    std::unordered_map<engine::Digest, std::size_t, DigestHash> by_secret_;
    std::unordered_map<PersonId, std::vector<std::size_t>> deputies_of_;  // by deputy
    std::unordered_map<PersonId, std::shared_ptr<const engine::Actor>> own_;
};

struct LoggedIn {
    std::string token;  // shown once
    Instant expires{};
    Principal principal;
};
// The same answer for an unknown login, a wrong password, a disabled person and one without a
// password, after the same work: it tells nothing about who exists.
struct LoginRefused {
    // Too many failures: no password is looked at before this moment (429).
    std::optional<Instant> locked_until;
};
using LoginOutcome = std::variant<LoggedIn, LoginRefused, engine::Error>;

class Identity {
  public:
    struct Options {
        std::int64_t session_ms = 12 * engine::ms_per_hour;
        // argon2id, RFC 9106: one hash costs about 110 ms of one core.
        std::size_t argon2_bytes = 19 * 1024 * 1024;
        std::uint64_t argon2_passes = 2;
        unsigned hashes_at_once = 2;
        unsigned hashes_waiting = 8;  // beyond: Error unavailable
        // After this many failures in a row a login is locked, for twice as long each time.
        unsigned failures_allowed = 5;
        std::int64_t first_lock_ms = 30 * engine::ms_per_second;
        std::int64_t longest_lock_ms = 900 * engine::ms_per_second;
    };

    // All three must outlive it.
    Identity(storage::Store& store, Clock& clock, Randomness& randomness, Options options);

    // Reads directory and sessions. Once, before anything else.
    Result<void> load();
    // Reads the directory again: after each administrative commit.
    Result<void> reload();

    std::shared_ptr<const DirectorySnapshot> directory() const;

    // Works for a tenth of a second or waits in a short queue: never on an I/O thread. Writes the
    // session (one commit); on a full disk, or a record that is not written to, it is kept in
    // memory only.
    LoginOutcome login(std::string_view login, std::string_view password);
    // Ends the session. Nothing happens where there is none.
    Result<void> logout(const Principal& principal);
    // Ends all sessions of a person, in memory at once; the caller has written it.
    void forget_sessions_of(PersonId person);

    // The value of a bearer token; nullopt for one that is unknown, expired or withdrawn, or whose
    // person is disabled. An in-memory look-up, any thread.
    std::optional<Principal> authenticate(std::string_view token) const;
    // Whether the principal may still act: active, and its session not ended.
    bool valid(const Principal& principal) const;

    engine::Actor actor_of(const Principal& principal, Instant now) const;

    // argon2id in the PHC string form. Same cost and same queue as a login.
    Result<std::string> hash_password(std::string_view password);
    // Whether this is the password of that person. Same cost and same queue as a login.
    Result<bool> check_password(PersonId person, std::string_view password);
    // Whether a password may be set: 10 to 256 characters, not the login, not one character
    // repeated. The reason in English, or nullopt.
    static std::optional<std::string> unfit_password(std::string_view login,
                                                     std::string_view password);
    // "gkm_..." and what is stored of it.
    std::pair<std::string, engine::Digest> new_machine_key();

    struct Counters {
        std::uint64_t logins = 0, failures = 0, locked = 0, shed = 0;
        std::size_t sessions = 0;
    };
    Counters counters() const;

  private:
    struct DigestHash {
        std::size_t operator()(const engine::Digest& digest) const noexcept;
    };
    struct Failures {
        unsigned count = 0;
        Instant locked_until{};
        Instant last{};
    };
    class HashSlot;
    std::optional<Instant> locked(std::string_view login, Instant now);
    void count_failure(std::string_view login, Instant now);

    storage::Store& store_;
    Clock& clock_;
    Randomness& randomness_;
    Options options_;
    std::string dummy_hash_;  // what an unknown login is compared with

    mutable std::shared_mutex mutex_;  // of the next two
    std::shared_ptr<const DirectorySnapshot> directory_;
    std::unordered_map<engine::Digest, storage::Session, DigestHash> sessions_;
    std::mutex reloading_;

    mutable std::mutex login_mutex_;  // of the rest
    std::condition_variable slot_free_;
    unsigned hashing_ = 0;
    unsigned waiting_ = 0;
    std::unordered_map<std::string, Failures> failures_;
    Counters counters_;
};

}  // namespace gongkai::app
