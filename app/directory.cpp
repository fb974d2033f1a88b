#include <algorithm>
#include <cstring>

#include "app/identity.hpp"

namespace gongkai::app {

namespace {

// Appends the roles that somebody holds in their own name, as held on behalf of `behalf`.
void add_grants(const storage::Person& person, const std::vector<std::string>* only,
                PersonId behalf, std::vector<engine::Grant>& grants) {
    for (const storage::RoleHolding& holding : person.roles) {
        const bool wanted = only == nullptr || only->empty() ||
                            std::find(only->begin(), only->end(), holding.role) != only->end();
        if (wanted) grants.push_back({holding.role, holding.department, behalf});
    }
}

}  // namespace

std::size_t DirectorySnapshot::DigestHash::operator()(const engine::Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

DirectorySnapshot::DirectorySnapshot(storage::Directory directory)
    : directory_(std::move(directory)) {
    for (std::size_t i = 0; i < directory_.people.size(); ++i) {
        const storage::Person& person = directory_.people[i];
        by_id_.emplace(person.id, i);
        by_login_.emplace(person.login, i);
        if (!person.active) continue;
        auto actor = std::make_shared<engine::Actor>();
        actor->kind = person.machine ? engine::ActorKind::machine : engine::ActorKind::person;
        actor->id = person.id;
        add_grants(person, nullptr, 0, actor->grants);
        own_.emplace(person.id, std::move(actor));
    }
    for (std::size_t i = 0; i < directory_.departments.size(); ++i)
        by_code_.emplace(directory_.departments[i].code, i);
    for (std::size_t i = 0; i < directory_.keys.size(); ++i)
        by_secret_.emplace(directory_.keys[i].secret_hash, i);
    for (std::size_t i = 0; i < directory_.deputies.size(); ++i) {
        if (!directory_.deputies[i].revoked)
            deputies_of_[directory_.deputies[i].deputy].push_back(i);
    }
}

const storage::Person* DirectorySnapshot::person(PersonId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &directory_.people[found->second];
}

const storage::Person* DirectorySnapshot::person(std::string_view login) const {
    const auto found = by_login_.find(login);
    return found == by_login_.end() ? nullptr : &directory_.people[found->second];
}

const storage::Department* DirectorySnapshot::department(std::string_view code) const {
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? nullptr : &directory_.departments[found->second];
}

const storage::MachineKey* DirectorySnapshot::key(const engine::Digest& secret_hash) const {
    const auto found = by_secret_.find(secret_hash);
    return found == by_secret_.end() ? nullptr : &directory_.keys[found->second];
}

const std::string& DirectorySnapshot::name_of(PersonId id) const {
    static const std::string nobody;
    const storage::Person* found = person(id);
    return found == nullptr ? nobody : found->name;
}

std::shared_ptr<const engine::Actor> DirectorySnapshot::shared_actor(PersonId id,
                                                                     Instant now) const {
    const auto own = own_.find(id);
    if (own == own_.end()) {
        auto nobody = std::make_shared<engine::Actor>();
        nobody->id = id;
        return nobody;
    }
    const auto deputies = deputies_of_.find(id);
    if (deputies == deputies_of_.end()) return own->second;
    std::shared_ptr<engine::Actor> actor;
    for (const std::size_t i : deputies->second) {
        const storage::Deputy& deputy = directory_.deputies[i];
        if (now < deputy.from || now >= deputy.until) continue;
        const storage::Person* principal = person(deputy.principal);
        if (principal == nullptr || !principal->active) continue;
        if (!actor) actor = std::make_shared<engine::Actor>(*own->second);
        add_grants(*principal, &deputy.roles, principal->id, actor->grants);
    }
    if (actor) return actor;
    return own->second;
}

engine::Actor DirectorySnapshot::actor(PersonId id, Instant now) const {
    return *shared_actor(id, now);
}

bool DirectorySnapshot::holds(PersonId id, std::string_view role) const {
    const storage::Person* found = person(id);
    return found != nullptr && found->active &&
           std::any_of(found->roles.begin(), found->roles.end(),
                       [&](const storage::RoleHolding& holding) { return holding.role == role; });
}

}  // namespace gongkai::app
