// Inside app/: who held what, folded from the administrative leaves alone. The replay asks it
// whether the grants that a leaf states were held, and judges each administrative act on the way.
//
// A server decides on the directory that it last read, and reads it again after each act was
// committed. So what was taken from somebody counts for a moment longer, and what somebody was just
// given need not be known yet: `kGraceMs`, docs/audit_format.md section 8.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/decide.hpp"
#include "storage/audit/finding.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

class ReplayedDirectory {
  public:
    static constexpr std::int64_t kGraceMs = 60 * engine::ms_per_second;

    // Judges the act, and takes over what it did.
    void administer(const storage::audit::Leaf& leaf, std::uint64_t index,
                    storage::audit::Findings& findings);

    // What is wrong with the grants that the leaf states, or nullopt: each must have been held; in
    // a refused attempt also nothing that was held may be missing.
    std::optional<std::string> wrong_grants(const storage::audit::Leaf& leaf) const;
    // What somebody could exercise all through the grace.
    engine::Actor settled_actor(engine::PersonId person, std::int64_t now) const;
    // Whether somebody held one of the assignments in their own name: at some time in the grace,
    // and all through it.
    struct Eligible {
        bool ever = false;
        bool always = false;
    };
    Eligible eligible(engine::PersonId person, const std::vector<engine::Assignment>& assignments,
                      const engine::DepartmentCode& own, std::int64_t now) const;
    // The same in their own name or as a deputy.
    Eligible able(engine::PersonId person, const std::vector<engine::Assignment>& assignments,
                  const engine::DepartmentCode& own, std::int64_t now) const;
    bool held_role(engine::PersonId person, const std::string& role, std::int64_t now) const;

    std::size_t people() const { return people_.size(); }

  private:
    // How a person stood from one act to the next.
    struct Standing {
        std::int64_t since = 0;
        bool active = true;
        std::vector<storage::RoleHolding> roles;
    };
    struct Person {
        bool machine = false;
        std::vector<Standing> standings;  // oldest first; only those that the grace still reaches
    };
    struct Appointment {
        engine::PersonId principal = 0;
        engine::PersonId deputy = 0;
        std::vector<std::string> roles;  // empty: all
        engine::Instant from{}, until{};
        std::int64_t since = 0;  // when the appointment was made
        std::optional<std::int64_t> recalled;
    };
    struct Act;

    // Standings that the grace before `now` reaches: all of them where `every`, else any of them.
    template <class Test>
    bool stood(engine::PersonId person, std::int64_t now, bool every, Test test) const;
    bool active(engine::PersonId person, std::int64_t now, bool every) const;
    bool holds(engine::PersonId person, const storage::RoleHolding& holding, std::int64_t now,
               bool every) const;
    bool lends(const Appointment& appointment, const std::string& role, std::int64_t now,
               bool every) const;
    bool held(engine::PersonId actor, const storage::audit::LeafGrant& grant,
              std::int64_t now) const;
    std::optional<std::string> missing_grant(const storage::audit::Leaf& leaf) const;

    const Standing* standing(engine::PersonId person) const;
    void stand(engine::PersonId person, bool machine, Standing next);
    std::optional<std::string> not_allowed(const storage::audit::Leaf& leaf, const Act& act) const;
    bool is_first(std::uint64_t index, std::int64_t time) const;
    // What is wrong with the act and its events, or nullopt; a change that is right is taken over.
    std::optional<std::string> bootstrap(const Act& act);
    std::optional<std::string> change_person(const Act& act);
    std::optional<std::string> change_deputy(const Act& act);

    std::unordered_map<engine::PersonId, Person> people_;
    std::unordered_map<std::uint32_t, Appointment> appointments_;
    std::unordered_map<engine::PersonId, std::vector<std::uint32_t>> deputies_;  // by deputy
    struct Bootstrap {
        std::uint64_t last_leaf = 0;
        std::int64_t time = 0;
    };
    std::optional<Bootstrap> bootstrap_;
};

}  // namespace gongkai::app
