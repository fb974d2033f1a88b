// The rules. A pure function of its arguments: no clock, no randomness, no I/O; time, actor and ids
// arrive as values.
#pragma once

#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "engine/calendar.hpp"
#include "engine/command.hpp"
#include "engine/definition.hpp"
#include "engine/document.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/refusal.hpp"

namespace gongkai::engine {

enum class ActorKind { person, machine, scheduler };

// A role that the actor may exercise, in their own name or as somebody's deputy (代理) at this
// moment.
struct Grant {
    std::string role;
    DepartmentCode department;
    PersonId on_behalf_of = 0;  // 0: in their own name
    bool operator==(const Grant&) const = default;
};

struct Actor {
    ActorKind kind = ActorKind::person;
    PersonId id = 0;
    std::vector<Grant>
        grants;  // already limited to what is valid now: periods are the directory's business
};

// The hash that signatures bind to: over the content fields (in definition order, with their values
// or commitments) and the attachments. Given by the caller so that the engine needs no
// cryptography; must be pure.
using ContentHash = Digest (*)(const Definition&, const std::vector<std::optional<Value>>& fields,
                               const std::vector<Attachment>& attachments);

struct Context {
    const Actor& actor;
    Instant now;
    const Calendar& calendar;
    ContentHash content_hash;
    std::optional<std::uint32_t> expected_revision;  // If-Match
    PersonId on_behalf_of =
        0;  // act as this person's deputy; 0: whichever grant fits, one's own first
    const Policy* policy =
        nullptr;  // checked on every decision; nullptr only in check(), which looks for breaches
    const Definition* target = nullptr;  // of Migrate
};

// What happened and what the world is asked. The caller's duties, in order, in one transaction:
//  1. fold `events` with evolve() and store the result as revision + 1;
//  2. carry out or queue `effects`;
//  3. write one audit leaf with the command, the events, the actor and `exercised`.
struct Decision {
    std::vector<Event> events;
    std::vector<Effect> effects;
    std::optional<Grant> exercised;  // the grant that made it lawful; nullopt for the scheduler
};

using Verdict = std::variant<Decision, Refusal>;

// `document` is nullptr for Open only. The document must be pinned to `definition` (flow_mismatch
// otherwise).
Verdict decide(const Definition& definition, const Document* document, const Command& command,
               const Context& context);

}  // namespace gongkai::engine
