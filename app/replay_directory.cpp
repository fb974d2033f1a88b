#include "app/replay_directory.hpp"

#include <algorithm>

#include "app/identity.hpp"
#include "engine/authority.hpp"

namespace gongkai::app {

namespace audit = storage::audit;
using engine::PersonId;

namespace {

std::string say(const audit::LeafGrant& grant) {
    std::string out = grant.role;
    if (!grant.department.empty()) out += " @ " + grant.department;
    if (grant.on_behalf_of != 0) out += " for person " + std::to_string(grant.on_behalf_of);
    return out;
}

bool lists(const std::vector<std::string>& roles, const std::string& role) {
    return roles.empty() || std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace

template <class Test>
bool ReplayedDirectory::stood(PersonId person, std::int64_t now, bool every, Test test) const {
    const auto found = people_.find(person);
    if (found == people_.end()) return false;
    const auto& standings = found->second.standings;
    // Who was not there yet when the grace began was not known all through it.
    if (every && standings.front().since > now - kGraceMs) return false;
    for (std::size_t i = 0; i < standings.size(); ++i) {
        const bool reached = i + 1 == standings.size() || standings[i + 1].since >= now - kGraceMs;
        if (reached && test(standings[i]) != every) return !every;
    }
    return every;
}

bool ReplayedDirectory::active(PersonId person, std::int64_t now, bool every) const {
    return stood(person, now, every, [](const Standing& standing) { return standing.active; });
}

bool ReplayedDirectory::holds(PersonId person, const storage::RoleHolding& holding,
                              std::int64_t now, bool every) const {
    return stood(person, now, every, [&](const Standing& standing) {
        return standing.active && std::find(standing.roles.begin(), standing.roles.end(),
                                            holding) != standing.roles.end();
    });
}

bool ReplayedDirectory::held_role(PersonId person, const std::string& role,
                                  std::int64_t now) const {
    return stood(person, now, false, [&](const Standing& standing) {
        return standing.active && std::any_of(standing.roles.begin(), standing.roles.end(),
                                              [&](const auto& one) { return one.role == role; });
    });
}

bool ReplayedDirectory::lends(const Appointment& appointment, const std::string& role,
                              std::int64_t now, bool every) const {
    if (!lists(appointment.roles, role)) return false;
    if (now < appointment.from.ms || now >= appointment.until.ms) return false;
    if (every) return !appointment.recalled && appointment.since <= now - kGraceMs;
    return !appointment.recalled || *appointment.recalled >= now - kGraceMs;
}

bool ReplayedDirectory::held(PersonId actor, const audit::LeafGrant& grant,
                             std::int64_t now) const {
    const storage::RoleHolding holding{grant.role, grant.department};
    if (grant.on_behalf_of == 0) return holds(actor, holding, now, false);
    const auto mine = deputies_.find(actor);
    if (mine == deputies_.end() || !active(actor, now, false)) return false;
    return holds(grant.on_behalf_of, holding, now, false) &&
           std::any_of(mine->second.begin(), mine->second.end(), [&](std::uint32_t id) {
               const Appointment& appointment = appointments_.at(id);
               return appointment.principal == grant.on_behalf_of &&
                      lends(appointment, grant.role, now, false);
           });
}

std::optional<std::string> ReplayedDirectory::missing_grant(const audit::Leaf& leaf) const {
    const auto stated = [&](const audit::LeafGrant& grant) {
        return std::find(leaf.grants.begin(), leaf.grants.end(), grant) != leaf.grants.end();
    };
    for (const engine::Grant& held : settled_actor(leaf.actor, leaf.time_ms).grants) {
        const audit::LeafGrant grant{held.role, held.department, held.on_behalf_of};
        if (!stated(grant)) return say(grant) + " was held and is not stated";
    }
    return std::nullopt;
}

std::optional<std::string> ReplayedDirectory::wrong_grants(const audit::Leaf& leaf) const {
    const auto person = people_.find(leaf.actor);
    if (person == people_.end()) return "there is no person " + std::to_string(leaf.actor);
    const bool machine = leaf.actor_kind == audit::LeafActorKind::machine;
    if (machine != person->second.machine) return "the actor is of another kind";
    for (const audit::LeafGrant& grant : leaf.grants) {
        if (!held(leaf.actor, grant, leaf.time_ms)) return say(grant) + " was not held";
    }
    if (leaf.kind == audit::LeafKind::refusal) return missing_grant(leaf);
    return std::nullopt;
}

engine::Actor ReplayedDirectory::settled_actor(PersonId person, std::int64_t now) const {
    engine::Actor actor;
    actor.id = person;
    const auto add = [&](PersonId holder, PersonId behalf, const Appointment* appointment) {
        const Standing* last = standing(holder);
        if (last == nullptr) return;
        for (const storage::RoleHolding& holding : last->roles) {
            if (holds(holder, holding, now, true) &&
                (appointment == nullptr || lends(*appointment, holding.role, now, true)))
                actor.grants.push_back({holding.role, holding.department, behalf});
        }
    };
    if (!active(person, now, true)) return actor;
    add(person, 0, nullptr);
    const auto mine = deputies_.find(person);
    if (mine == deputies_.end()) return actor;
    for (const std::uint32_t id : mine->second)
        add(appointments_.at(id).principal, appointments_.at(id).principal, &appointments_.at(id));
    return actor;
}

ReplayedDirectory::Eligible ReplayedDirectory::eligible(
    PersonId person, const std::vector<engine::Assignment>& assignments,
    const engine::DepartmentCode& own, std::int64_t now) const {
    const auto fits = [&](const Standing& standing) {
        return standing.active &&
               std::any_of(standing.roles.begin(), standing.roles.end(), [&](const auto& holding) {
                   return engine::fits({holding.role, holding.department, 0}, assignments, own);
               });
    };
    return {stood(person, now, false, fits), stood(person, now, true, fits)};
}

ReplayedDirectory::Eligible ReplayedDirectory::able(
    PersonId person, const std::vector<engine::Assignment>& assignments,
    const engine::DepartmentCode& own, std::int64_t now) const {
    Eligible able = eligible(person, assignments, own, now);
    const auto mine = deputies_.find(person);
    if (mine == deputies_.end()) return able;
    for (const std::uint32_t id : mine->second) {
        const Appointment& appointment = appointments_.at(id);
        const auto through = [&](bool every) {
            const auto fits = [&](const Standing& standing) {
                return standing.active &&
                       std::any_of(
                           standing.roles.begin(), standing.roles.end(), [&](const auto& holding) {
                               const engine::Grant grant{holding.role, holding.department, 0};
                               return engine::fits(grant, assignments, own) &&
                                      lends(appointment, holding.role, now, every);
                           });
            };
            return active(person, now, every) && stood(appointment.principal, now, every, fits);
        };
        able.ever = able.ever || through(false);
        able.always = able.always || through(true);
    }
    return able;
}

const ReplayedDirectory::Standing* ReplayedDirectory::standing(PersonId person) const {
    const auto found = people_.find(person);
    return found == people_.end() ? nullptr : &found->second.standings.back();
}

void ReplayedDirectory::stand(PersonId id, bool machine, Standing next) {
    Person& person = people_[id];
    person.machine = machine;
    auto& standings = person.standings;
    // What the next standing ends is reached as long as the grace reaches the next one's beginning.
    std::size_t passed = 0;
    while (passed + 1 < standings.size() && standings[passed + 1].since < next.since - kGraceMs)
        ++passed;
    standings.erase(standings.begin(), standings.begin() + static_cast<std::ptrdiff_t>(passed));
    standings.push_back(std::move(next));
}

}  // namespace gongkai::app
