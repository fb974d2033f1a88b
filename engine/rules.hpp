// The rules one by one, for decide() (which wants the first that fails) and offers() (which wants
// them all).
#pragma once

#include "engine/decide.hpp"

namespace gongkai::engine {

// Collects refusals in order of precedence.
class Blockers {
  public:
    enum class Want { first, all };
    explicit Blockers(Want want) : want_(want) {}

    void add(Refusal refusal) { found_.push_back(std::move(refusal)); }
    // Nothing more needs to be asked.
    bool done() const { return want_ == Want::first && !found_.empty(); }
    bool any() const { return !found_.empty(); }
    std::vector<Refusal> take() && { return std::move(found_); }

  private:
    Want want_;
    std::vector<Refusal> found_;
};

struct Inquiry {
    const Definition& definition;
    const Document& document;
    const Context& context;
};

Refusal refuse(Reason reason, const State& state, const Action* action = nullptr);

// Each adds what stands in the way and, where nothing about the person does, returns the grant that
// is exercised.
std::optional<Grant> may_act(const Inquiry& inquiry, const State& state, const Action& action,
                             Blockers& blockers);
std::optional<Grant> may_edit(const Inquiry& inquiry, const State& state, Blockers& blockers);
std::optional<Grant> may_vote(const Inquiry& inquiry, const State& state, Blockers& blockers);
// `lapsed`: Claim::lapsed.
std::optional<Grant> may_claim(const Inquiry& inquiry, const State& state, bool lapsed,
                               Blockers& blockers);
std::optional<Grant> may_release(const Inquiry& inquiry, const State& state, Blockers& blockers);
std::optional<Grant> may_reassign(const Inquiry& inquiry, const State& state, Blockers& blockers);
std::optional<Grant> may_withdraw(const Inquiry& inquiry, const State& state, Blockers& blockers);
std::optional<Grant> may_consult(const Inquiry& inquiry, const State& state, Blockers& blockers);
std::optional<Grant> may_renew(const Inquiry& inquiry, const State& state, SignatureId kind,
                               Blockers& blockers);
// Whether this person may relate documents here at all; which one is the command's matter.
std::optional<Grant> may_relate(const Inquiry& inquiry, const State& state, Blockers& blockers);

// What stands in the way of the system's giving values to these fields: the fields that their
// patterns name and that have none; else, where one of them has no value, the field itself.
std::vector<FieldId> not_assigned(const Definition& definition, const Document& document,
                                  const std::vector<FieldId>& assigns);

// What the action asks of the document; `document` is as it will be signed. With `asked` (offers)
// fields that the action itself asks for do not count as missing.
void document_ready(const Definition& definition, const Document& document, const State& state,
                    const Action& action, const Grant* grant, Instant now, bool asked,
                    Blockers& blockers);

// Whether each change names a field of the list (derived ones are the system's own), with a value
// of its type, and one that has come where the field asks for that.
std::optional<Refusal> check_changes(const Definition& definition, const State& state,
                                     const std::vector<FieldChange>& changes,
                                     const std::vector<FieldId>& allowed, Instant now);

}  // namespace gongkai::engine
