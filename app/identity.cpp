#include "app/identity.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "app/content.hpp"
#include "app/log.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr std::string_view kSessionPrefix = "gks_";
constexpr std::string_view kKeyPrefix = "gkm_";
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenLength = 4 + 43;   // prefix and 32 bytes in base64url
constexpr std::size_t kMostFailures = 10'000;  // logins remembered

}  // namespace

std::size_t Identity::DigestHash::operator()(const engine::Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

// One of the few places at which a password is hashed; waits for it, but not in a long queue.
class Identity::HashSlot {
  public:
    explicit HashSlot(Identity& identity) : identity_(identity) {
        std::unique_lock lock(identity_.login_mutex_);
        const Options& options = identity_.options_;
        if (identity_.hashing_ >= options.hashes_at_once) {
            if (identity_.waiting_ >= options.hashes_waiting) {
                ++identity_.counters_.shed;
                return;
            }
            ++identity_.waiting_;
            identity_.slot_free_.wait(lock,
                                      [&] { return identity_.hashing_ < options.hashes_at_once; });
            --identity_.waiting_;
        }
        ++identity_.hashing_;
        taken_ = true;
    }
    ~HashSlot() {
        if (!taken_) return;
        const std::lock_guard lock(identity_.login_mutex_);
        --identity_.hashing_;
        identity_.slot_free_.notify_one();
    }
    HashSlot(const HashSlot&) = delete;
    HashSlot& operator=(const HashSlot&) = delete;
    bool taken() const { return taken_; }

  private:
    Identity& identity_;
    bool taken_ = false;
};

Identity::Identity(storage::Store& store, Clock& clock, Randomness& randomness, Options options)
    : store_(store),
      clock_(clock),
      randomness_(randomness),
      options_(options),
      directory_(std::make_shared<DirectorySnapshot>(storage::Directory{})) {
    if (sodium_init() < 0) storage::audit::stop_on_bug("libsodium cannot be initialised");
}

Result<void> Identity::load() {
    TRY_VOID(reload());
    std::vector<storage::Session> stored;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(stored, reader.sessions());
        return {};
    };
    TRY_VOID(store_.read(query));
    const Instant now = clock_.now();
    const std::unique_lock lock(mutex_);
    sessions_.clear();
    for (const storage::Session& session : stored) {
        if (now < session.expires) sessions_.emplace(session.token_hash, session);
    }
    return {};
}

Result<void> Identity::reload() {
    // One after the other, so that an older state never replaces a newer one.
    const std::lock_guard only(reloading_);
    storage::Directory stored;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(stored, reader.directory());
        return {};
    };
    TRY_VOID(store_.read(query));
    auto next = std::make_shared<const DirectorySnapshot>(std::move(stored));
    const std::unique_lock lock(mutex_);
    directory_ = std::move(next);
    return {};
}

std::shared_ptr<const DirectorySnapshot> Identity::directory() const {
    const std::shared_lock lock(mutex_);
    return directory_;
}

std::optional<Instant> Identity::locked(std::string_view login, Instant now) {
    const std::lock_guard lock(login_mutex_);
    const auto found = failures_.find(std::string(login));
    if (found == failures_.end() || now >= found->second.locked_until) return std::nullopt;
    ++counters_.locked;
    return found->second.locked_until;
}

void Identity::count_failure(std::string_view login, Instant now) {
    const std::lock_guard lock(login_mutex_);
    ++counters_.failures;
    if (failures_.size() >= kMostFailures) {
        // Whoever tries ten thousand names must not push out the one that is under attack.
        std::erase_if(failures_, [&](const auto& entry) {
            return now >= entry.second.locked_until &&
                   now - entry.second.last > options_.longest_lock_ms;
        });
        if (failures_.size() >= kMostFailures) return;
    }
    Failures& failures = failures_[std::string(login)];
    ++failures.count;
    failures.last = now;
    if (failures.count < options_.failures_allowed) return;
    const unsigned doublings = std::min(failures.count - options_.failures_allowed, 16U);
    const std::int64_t lock_ms =
        std::min(options_.first_lock_ms << doublings, options_.longest_lock_ms);
    failures.locked_until = now + lock_ms;
}

LoginOutcome Identity::login(std::string_view login, std::string_view password) {
    const Instant now = clock_.now();
    // Bounded before anything is kept or hashed.
    if (login.size() > 200 || password.size() > 1024) return LoginRefused{};
    if (const auto until = locked(login, now)) return LoginRefused{until};

    const auto people = directory();
    const storage::Person* person = people->person(login);
    const bool known =
        person != nullptr && person->active && !person->machine && !person->password_hash.empty();
    bool right = false;
    {
        const HashSlot slot(*this);
        if (!slot.taken()) return Error{ErrorCode::unavailable, "too many logins at once"};
        {
            // The same work whether there is such a person or not.
            const std::lock_guard lock(login_mutex_);
            if (dummy_hash_.empty()) {
                char hash[crypto_pwhash_STRBYTES];
                const std::string nobody = random_token(randomness_, kTokenBytes);
                if (crypto_pwhash_str_alg(hash, nobody.data(), nobody.size(),
                                          options_.argon2_passes, options_.argon2_bytes,
                                          crypto_pwhash_ALG_ARGON2ID13) != 0)
                    return Error{ErrorCode::unavailable, "no memory to hash a password"};
                dummy_hash_ = hash;
            }
        }
        const std::string& hash = known ? person->password_hash : dummy_hash_;
        right = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
    }
    if (!known || !right) {
        count_failure(login, now);
        return LoginRefused{};
    }

    LoggedIn session;
    session.token = std::string(kSessionPrefix) + random_token(randomness_, kTokenBytes);
    session.expires = now + options_.session_ms;
    session.principal = {person->id, false, storage::audit::sha256(session.token)};
    const storage::Session stored{session.principal.session, person->id, now, session.expires};
    const auto write = [stored](storage::Transaction& tx) { return tx.put_session(stored); };
    if (auto written = store_.run(write); !written) {
        // Where nothing can be written there is still much to read: the session lasts as long as
        // this process.
        const ErrorCode code = written.error().code;
        if (code != ErrorCode::integrity && code != ErrorCode::storage_full)
            return std::move(written).error();
        log_event(LogLevel::warning, "session_in_memory_only", {{"why", written.error().message}});
    }
    {
        const std::lock_guard lock(login_mutex_);
        ++counters_.logins;
        failures_.erase(std::string(login));
    }
    const std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return now >= entry.second.expires; });
    sessions_.emplace(stored.token_hash, stored);
    return session;
}

Result<void> Identity::logout(const Principal& principal) {
    {
        const std::unique_lock lock(mutex_);
        if (sessions_.erase(principal.session) == 0) return {};
    }
    const auto session = principal.session;
    return store_.run([session](storage::Transaction& tx) { return tx.drop_session(session); });
}

void Identity::forget_sessions_of(PersonId person) {
    const std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.person == person; });
}

std::optional<Principal> Identity::authenticate(std::string_view token) const {
    if (token.size() != kTokenLength) return std::nullopt;
    const bool is_session = token.substr(0, kSessionPrefix.size()) == kSessionPrefix;
    if (!is_session && token.substr(0, kKeyPrefix.size()) != kKeyPrefix) return std::nullopt;
    // Looked up by its hash: whoever measures the time learns about the hash, not the token.
    const engine::Digest hash = storage::audit::sha256(token);
    const Instant now = clock_.now();
    const std::shared_lock lock(mutex_);
    if (is_session) {
        const auto found = sessions_.find(hash);
        if (found == sessions_.end() || now >= found->second.expires) return std::nullopt;
        const storage::Person* person = directory_->person(found->second.person);
        if (person == nullptr || !person->active) return std::nullopt;
        return Principal{person->id, person->machine, hash};
    }
    const storage::MachineKey* key = directory_->key(hash);
    if (key == nullptr || key->revoked || (key->expires && now >= *key->expires))
        return std::nullopt;
    const storage::Person* person = directory_->person(key->person);
    if (person == nullptr || !person->active || !person->machine) return std::nullopt;
    return Principal{person->id, true, {}};
}

bool Identity::valid(const Principal& principal) const {
    const std::shared_lock lock(mutex_);
    const storage::Person* person = directory_->person(principal.person);
    if (person == nullptr || !person->active) return false;
    return principal.session == engine::Digest{} || sessions_.count(principal.session) != 0;
}

engine::Actor Identity::actor_of(const Principal& principal, Instant now) const {
    return directory()->actor(principal.person, now);
}

Result<std::string> Identity::hash_password(std::string_view password) {
    const HashSlot slot(*this);
    if (!slot.taken()) return Error{ErrorCode::unavailable, "too many passwords at once"};
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(hash, password.data(), password.size(), options_.argon2_passes,
                              options_.argon2_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return Error{ErrorCode::unavailable, "no memory to hash a password"};
    return std::string(hash);
}

Result<bool> Identity::check_password(PersonId person, std::string_view password) {
    const auto people = directory();
    const storage::Person* found = people->person(person);
    if (found == nullptr || found->password_hash.empty() || password.size() > 1024) return false;
    const HashSlot slot(*this);
    if (!slot.taken()) return Error{ErrorCode::unavailable, "too many passwords at once"};
    return crypto_pwhash_str_verify(found->password_hash.c_str(), password.data(),
                                    password.size()) == 0;
}

std::optional<std::string> Identity::unfit_password(std::string_view login,
                                                    std::string_view password) {
    const auto length = count_code_points(password);
    if (!length) return "a password is UTF-8 text";
    if (*length < 10) return "a password has at least 10 characters";
    if (password.size() > 1024 || *length > 256) return "a password has at most 256 characters";
    if (password == login) return "a password is not the login";
    if (password.find_first_not_of(password.front()) == std::string_view::npos)
        return "a password is not one character repeated";
    return std::nullopt;
}

std::pair<std::string, engine::Digest> Identity::new_machine_key() {
    std::string key = std::string(kKeyPrefix) + random_token(randomness_, kTokenBytes);
    const engine::Digest hash = storage::audit::sha256(key);
    return {std::move(key), hash};
}

Identity::Counters Identity::counters() const {
    Counters counters;
    {
        const std::lock_guard lock(login_mutex_);
        counters = counters_;
    }
    const std::shared_lock lock(mutex_);
    counters.sessions = sessions_.size();
    return counters;
}

}  // namespace gongkai::app
