// Who may see a document: one function for pages, lists, counts and attachments. Denied unless one
// of these holds:
//   - a role that the flow names, held in the department that the document belongs to;
//   - a role that the flow names "anywhere", or in the department that it names;
//   - having drafted, signed, voted on, claimed or brought it on (oneself or through a deputy);
//   - a question that was put to one of their roles, or that they asked;
//   - being an auditor: sees everything, changes nothing.
// Roles held as a deputy (代理) count like one's own, while they last.
//
// The public's view is not here: the portal reads only what was published.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "app/flow.hpp"
#include "engine/decide.hpp"
#include "engine/document.hpp"

namespace gongkai::app {

bool may_read(const engine::Actor& actor, const Flow& flow, const engine::Document& document);

// For lists: the departments outside of which this actor sees nothing by role, or nullopt where
// there is no such bound. With the bound, documents of other departments that the actor only had a
// hand in are left out of lists; they are found through the worklist or their address.
std::optional<std::vector<engine::DepartmentCode>> departments_to_list(
    const engine::Actor& actor, std::span<const std::shared_ptr<const Flow>> flows);

}  // namespace gongkai::app
