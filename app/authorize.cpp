#include "app/authorize.hpp"

#include <algorithm>
#include <set>

#include "app/identity.hpp"
#include "engine/authority.hpp"

namespace gongkai::app {

namespace {

bool named(const std::vector<std::string>& sorted, const std::string& role) {
    return std::binary_search(sorted.begin(), sorted.end(), role);
}

bool reads_anywhere(const engine::Grant& grant, const Flow& flow) {
    if (grant.role == kAuditor) return true;
    if (named(flow.anywhere_roles, grant.role)) return true;
    return std::any_of(flow.department_roles.begin(), flow.department_roles.end(),
                       [&](const engine::Assignment& assignment) {
                           return assignment.role == grant.role &&
                                  assignment.department == grant.department;
                       });
}

bool reads_by_role(const engine::Grant& grant, const Flow& flow, const engine::Document& document) {
    if (reads_anywhere(grant, flow)) return true;
    return grant.department == document.department && named(flow.own_roles, grant.role);
}

bool had_a_hand(engine::PersonId person, const engine::Document& document) {
    if (person == 0) return false;
    if (document.drafted_by(person)) return true;
    for (const engine::Signature& signature : document.signatures) {
        if (signature.signer == person || signature.on_behalf_of == person) return true;
    }
    for (const engine::CastVote& vote : document.votes) {
        if (vote.voter == person || vote.on_behalf_of == person) return true;
    }
    for (const engine::Place& place : document.places) {
        if (place.state == engine::kNone) continue;
        if (place.claimed_by == person || place.moved_by == person || place.moved_for == person)
            return true;
    }
    for (const engine::Consultation& consultation : document.consultations) {
        if (consultation.asked_by == person || consultation.answered_by == person) return true;
    }
    return false;
}

bool was_asked(const engine::Grant& grant, const engine::Document& document) {
    return std::any_of(document.consultations.begin(), document.consultations.end(),
                       [&](const engine::Consultation& consultation) {
                           return engine::fits(grant, {&consultation.whom, 1}, document.department);
                       });
}

}  // namespace

bool may_read(const engine::Actor& actor, const Flow& flow, const engine::Document& document) {
    // Who was disabled has neither roles nor a past.
    if (actor.id == 0 || (actor.grants.empty() && actor.kind == engine::ActorKind::person))
        return false;
    for (const engine::Grant& grant : actor.grants) {
        if (reads_by_role(grant, flow, document) || was_asked(grant, document)) return true;
    }
    return had_a_hand(actor.id, document);
}

std::optional<std::vector<engine::DepartmentCode>> departments_to_list(
    const engine::Actor& actor, std::span<const std::shared_ptr<const Flow>> flows) {
    std::set<engine::DepartmentCode> departments;
    for (const engine::Grant& grant : actor.grants) {
        if (grant.role == kAuditor) return std::nullopt;
        for (const auto& flow : flows) {
            if (reads_anywhere(grant, *flow)) return std::nullopt;
        }
        departments.insert(grant.department);
    }
    return std::vector<engine::DepartmentCode>(departments.begin(), departments.end());
}

}  // namespace gongkai::app
