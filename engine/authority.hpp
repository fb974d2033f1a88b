// Who may: roles, departments, deputies, separation of duties.
#pragma once

#include <span>

#include "engine/decide.hpp"

namespace gongkai::engine {

// What separation of duties asks of the one who acts, and of the one they stand in for (both are
// looked at).
struct Separation {
    bool not_by_drafter = false;
    std::span<const SignatureId> not_by_signer_of;
};

// The grant that lets the actor do it, or why there is none.
struct Authority {
    std::optional<Grant> grant;
    Reason reason = Reason::role_missing;  // where there is no grant
};

// Tries the actor's own roles first, then those held as a deputy; with Context::on_behalf_of only
// the latter's.
Authority authorize(const Definition& definition, const Document& document, const Context& context,
                    std::span<const Assignment> assignments, const Separation& separation = {});

// Whether this grant fits one of the assignments, for a document of this department.
bool fits(const Grant& grant, std::span<const Assignment> assignments, const DepartmentCode& own);

// 三员分立 and the like: two roles of one exclusive group, held in one's own name.
bool holds_incompatible_roles(const Definition& definition, const Actor& actor);

}  // namespace gongkai::engine
