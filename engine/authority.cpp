#include "engine/authority.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

enum class Fit { no, other_department, yes };

Fit fit(const Grant& grant, const Assignment& assignment, const DepartmentCode& own) {
    if (grant.role != assignment.role) return Fit::no;
    switch (assignment.scope) {
        case Scope::anywhere:
            return Fit::yes;
        case Scope::own_department:
            return grant.department == own ? Fit::yes : Fit::other_department;
        case Scope::department:
            return grant.department == assignment.department ? Fit::yes : Fit::other_department;
    }
    return Fit::no;
}

bool gave_one_of(const Document& document, std::span<const SignatureId> kinds, PersonId person) {
    if (person == 0) return false;
    return std::any_of(
        document.signatures.begin(), document.signatures.end(), [&](const Signature& signature) {
            return signature.content == document.content &&
                   (signature.signer == person || signature.on_behalf_of == person) &&
                   std::find(kinds.begin(), kinds.end(), signature.kind) != kinds.end();
        });
}

std::optional<Reason> breach(const Document& document, const Separation& separation,
                             PersonId person, PersonId on_behalf_of) {
    if (separation.not_by_drafter &&
        (document.drafted_by(person) || document.drafted_by(on_behalf_of))) {
        return Reason::own_draft;
    }
    if (!separation.not_by_signer_of.empty() &&
        (gave_one_of(document, separation.not_by_signer_of, person) ||
         gave_one_of(document, separation.not_by_signer_of, on_behalf_of))) {
        return Reason::own_signature;
    }
    return std::nullopt;
}

}  // namespace

bool fits(const Grant& grant, std::span<const Assignment> assignments, const DepartmentCode& own) {
    return std::any_of(assignments.begin(), assignments.end(), [&](const Assignment& assignment) {
        return fit(grant, assignment, own) == Fit::yes;
    });
}

Authority authorize(const Definition&, const Document& document, const Context& context,
                    std::span<const Assignment> assignments, const Separation& separation) {
    // The answer is the best that any grant reaches, in the order: no role, other department,
    // separation, yes.
    Authority best;
    const auto consider = [&](const Grant& grant) {
        for (const Assignment& assignment : assignments) {
            const Fit how = fit(grant, assignment, document.department);
            if (how == Fit::no) continue;
            if (how == Fit::other_department) {
                if (best.reason == Reason::role_missing) best.reason = Reason::department_mismatch;
                continue;
            }
            if (const auto why =
                    breach(document, separation, context.actor.id, grant.on_behalf_of)) {
                best.reason = *why;
                continue;
            }
            best.grant = grant;
            return;
        }
    };
    for (const bool own_name : {true, false}) {
        for (const Grant& grant : context.actor.grants) {
            if ((grant.on_behalf_of == 0) != own_name) continue;
            if (context.on_behalf_of != 0 && grant.on_behalf_of != context.on_behalf_of) continue;
            consider(grant);
            if (best.grant) return best;
        }
    }
    return best;
}

bool holds_incompatible_roles(const Definition& definition, const Actor& actor) {
    for (const auto& group : definition.incompatible_roles) {
        const std::string* held = nullptr;
        for (const Grant& grant : actor.grants) {
            if (grant.on_behalf_of != 0) continue;
            if (std::find(group.begin(), group.end(), grant.role) == group.end()) continue;
            if (held != nullptr && *held != grant.role) return true;
            held = &grant.role;
        }
    }
    return false;
}

}  // namespace gongkai::engine
