#include "engine/rules.hpp"

#include <algorithm>

#include "engine/authority.hpp"
#include "engine/guard.hpp"

namespace gongkai::engine {

namespace {

const Place& place_of(const Inquiry& inquiry, const State& state) {
    return inquiry.document.places[state.region];
}

std::optional<Grant> authority(const Inquiry& inquiry, const State& state, const Action* action,
                               const std::vector<Assignment>& assignments,
                               const Separation& separation, Blockers& blockers) {
    if (holds_incompatible_roles(inquiry.definition, inquiry.context.actor)) {
        blockers.add(refuse(Reason::incompatible_roles, state, action));
        return std::nullopt;
    }
    Authority answer =
        authorize(inquiry.definition, inquiry.document, inquiry.context, assignments, separation);
    if (!answer.grant) {
        Refusal refusal = refuse(answer.reason, state, action);
        refusal.who_could = assignments;
        blockers.add(std::move(refusal));
    }
    return std::move(answer.grant);
}

void not_claimed_by_other(const Inquiry& inquiry, const State& state, const Action* action,
                          Blockers& blockers) {
    const PersonId claimed_by = place_of(inquiry, state).claimed_by;
    if (claimed_by == 0 || claimed_by == inquiry.context.actor.id) return;
    Refusal refusal = refuse(Reason::claimed_by_other, state, action);
    refusal.person = claimed_by;
    blockers.add(std::move(refusal));
}

void times_have_passed(const Inquiry& inquiry, const State& state, const Action& action,
                       Blockers& blockers) {
    for (const TimerId id : action.after) {
        const TimerState& timer = inquiry.document.timers[id];
        if (timer.phase == TimerPhase::expired) continue;
        if (timer.phase == TimerPhase::running && inquiry.context.now >= timer.due) continue;
        Refusal refusal = refuse(Reason::too_early, state, &action);
        const auto& basis = inquiry.definition.timers[id].basis;
        refusal.basis.insert(refusal.basis.begin(), basis.begin(), basis.end());
        refusal.rule = inquiry.definition.timers[id].name;
        if (timer.phase == TimerPhase::running) refusal.from = timer.due;
        blockers.add(std::move(refusal));
        if (blockers.done()) return;
    }
}

void consultations_answered(const Inquiry& inquiry, const State& state, const Action& action,
                            Blockers& blockers) {
    if (!state.consult || !state.consult->blocks || action.kind == ActionKind::stay) return;
    const bool open =
        std::any_of(inquiry.document.consultations.begin(), inquiry.document.consultations.end(),
                    [&](const Consultation& consultation) {
                        return consultation.region == state.region && !consultation.answered;
                    });
    if (open) blockers.add(refuse(Reason::consultation_open, state, &action));
}

void can_extend(const Inquiry& inquiry, const State& state, const Action& action,
                Blockers& blockers) {
    if (!action.extends) return;
    const TimerState& timer = inquiry.document.timers[action.extends->timer];
    // 条例 33: the extension is told before the time is over.
    const bool runs = timer.phase == TimerPhase::paused ||
                      (timer.phase == TimerPhase::running && inquiry.context.now < timer.due);
    if (!runs) {
        blockers.add(refuse(Reason::not_extendable, state, &action));
    } else if (timer.extended && action.extends->once) {
        blockers.add(refuse(Reason::extension_exhausted, state, &action));
    }
}

bool live(const CastVote& vote, const State& state, const Inquiry& inquiry) {
    return inquiry.definition.states[vote.state].name == state.name &&
           vote.content == inquiry.document.content;
}

bool mentions(const Guard& guard, const std::vector<FieldId>& fields) {
    return std::any_of(guard.terms.begin(), guard.terms.end(), [&](const Term& term) {
        const auto among = [&](FieldId field) {
            return std::find(fields.begin(), fields.end(), field) != fields.end();
        };
        const bool reads_field = term.op >= Op::field_given && term.op <= Op::field_at_most_field;
        const bool reads_two = term.op >= Op::fields_equal && term.op <= Op::field_at_most_field;
        const bool reads_day = term.op == Op::deadline_expired_by;
        return (reads_field && among(term.subject)) ||
               ((reads_two || reads_day) && among(static_cast<FieldId>(term.operand)));
    });
}

bool value_fits(const Field& field, const Value& value) {
    switch (field.type) {
        case FieldType::flag:
            return std::holds_alternative<bool>(value);
        case FieldType::number:
            return std::holds_alternative<std::int64_t>(value);
        case FieldType::date:
            return std::holds_alternative<Date>(value);
        case FieldType::choice:
            return std::holds_alternative<Choice>(value) &&
                   std::get<Choice>(value).index < field.choices.size();
        case FieldType::text:
            return std::holds_alternative<Committed>(value) &&
                   (field.max_size == 0 || std::get<Committed>(value).size <= field.max_size);
        case FieldType::table:
            return std::holds_alternative<Committed>(value);
        case FieldType::moment:
            return std::holds_alternative<Instant>(value);
    }
    return false;
}

bool in_future(const Value& value, Instant now) {
    if (const auto* date = std::get_if<Date>(&value)) return *date > date_in_china(now);
    const auto* moment = std::get_if<Instant>(&value);
    return moment != nullptr && *moment > now;
}

// A guard that does not hold, and everything that it was held against.
struct FailedGuard {
    const Definition& definition;
    const Document& document;
    const State& state;
    const Action& action;
    const Grant* grant;
    Instant now;
};

Refusal refuse_by_timer(const FailedGuard& failed, Reason reason, TimerId id) {
    Refusal refusal = refuse(reason, failed.state, &failed.action);
    // The articles of the period first, then those of the action that it does not stand on as well.
    std::vector<std::string> basis = failed.definition.timers[id].basis;
    for (std::string& article : refusal.basis) {
        if (std::find(basis.begin(), basis.end(), article) == basis.end())
            basis.push_back(std::move(article));
    }
    refusal.basis = std::move(basis);
    return refusal;
}

// Where nothing but time keeps the guard from holding, what it waits for, or has waited too long
// for, is the answer.
Refusal guard_failed(const FailedGuard& failed) {
    std::vector<TimerId> over;
    Document in_time = failed.document;
    for (const Term& term : failed.action.when.terms) {
        if (!asks_of_deadline(term)) continue;
        if (!holds(Guard{{term}, {}}, failed.definition, failed.document, failed.grant, failed.now))
            continue;
        over.push_back(term.subject);
        in_time.timers[term.subject].phase = TimerPhase::idle;
    }
    const auto would_hold = [&](const Document& document) {
        return holds(failed.action.when, failed.definition, document, failed.grant, failed.now);
    };
    if (!over.empty() && would_hold(in_time)) {
        const Timer& timer = failed.definition.timers[over.front()];
        Refusal refusal = refuse_by_timer(failed, Reason::period_over, over.front());
        refusal.rule = timer.name;
        refusal.rule_title = timer.title;
        refusal.until = failed.document.timers[over.front()].due;
        return refusal;
    }
    for (const Term& term : failed.action.when.terms) {
        if (term.op != Op::deadline_expired) continue;
        const TimerState& timer = failed.document.timers[term.subject];
        if (timer.phase != TimerPhase::running || expired(timer, failed.now)) continue;
        Document later = failed.document;
        later.timers[term.subject].phase = TimerPhase::expired;
        if (!would_hold(later)) continue;
        Refusal refusal = refuse_by_timer(failed, Reason::guard_failed, term.subject);
        refusal.rule = failed.action.when.text;
        refusal.from = timer.due;
        return refusal;
    }
    Refusal refusal = refuse(Reason::guard_failed, failed.state, &failed.action);
    refusal.rule = failed.action.when.text;
    return refusal;
}

}  // namespace

Refusal refuse(Reason reason, const State& state, const Action* action) {
    Refusal refusal;
    refusal.reason = reason;
    refusal.state = state.name;
    if (action != nullptr) {
        refusal.action = action->name;
        refusal.basis = action->basis.empty() ? state.basis : action->basis;
    } else {
        refusal.basis = state.basis;
    }
    return refusal;
}

std::optional<Grant> may_act(const Inquiry& inquiry, const State& state, const Action& action,
                             Blockers& blockers) {
    if (action.system) {
        blockers.add(refuse(Reason::system_only, state, &action));
        return std::nullopt;
    }
    auto grant = authority(inquiry, state, &action, action.by,
                           {action.not_by_drafter, action.not_by_signer_of}, blockers);
    if (blockers.done()) return grant;
    not_claimed_by_other(inquiry, state, &action, blockers);
    if (blockers.done()) return grant;
    times_have_passed(inquiry, state, action, blockers);
    if (blockers.done()) return grant;
    consultations_answered(inquiry, state, action, blockers);
    if (blockers.done()) return grant;
    can_extend(inquiry, state, action, blockers);
    return grant;
}

std::optional<Grant> may_edit(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    auto grant = authority(inquiry, state, nullptr, state.worklist, {}, blockers);
    if (!blockers.done()) not_claimed_by_other(inquiry, state, nullptr, blockers);
    return grant;
}

std::optional<Grant> may_vote(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    const Countersign& rule = *state.countersign;
    auto grant = authority(inquiry, state, nullptr, rule.by, {rule.not_by_drafter, {}}, blockers);
    if (!grant) return grant;
    const PersonId person = inquiry.context.actor.id;
    const PersonId principal = grant->on_behalf_of;
    std::size_t cast = 0;
    bool voted = false;
    bool department_voted = false;
    for (const CastVote& vote : inquiry.document.votes) {
        if (!live(vote, state, inquiry)) continue;
        ++cast;
        // A deputy's vote uses up both voices: one's own and that of the one stood in for.
        for (const PersonId mine : {person, principal}) {
            voted = voted || (mine != 0 && (vote.voter == mine || vote.on_behalf_of == mine));
        }
        department_voted = department_voted || vote.department == grant->department;
    }
    if (voted) blockers.add(refuse(Reason::already_voted, state));
    if (blockers.done()) return grant;
    if (cast >= rule.seats || (rule.distinct_departments && department_voted)) {
        blockers.add(refuse(Reason::not_a_seat, state));
    }
    return grant;
}

std::optional<Grant> may_claim(const Inquiry& inquiry, const State& state, bool lapsed,
                               Blockers& blockers) {
    auto grant = authority(inquiry, state, nullptr, state.worklist, {}, blockers);
    // Nobody waits for somebody who cannot work on it any more.
    if (!blockers.done() && !lapsed) not_claimed_by_other(inquiry, state, nullptr, blockers);
    return grant;
}

std::optional<Grant> may_release(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    if (place_of(inquiry, state).claimed_by != inquiry.context.actor.id) {
        blockers.add(refuse(Reason::not_claimed, state));
        if (blockers.done()) return std::nullopt;
    }
    return authority(inquiry, state, nullptr, state.worklist, {}, blockers);
}

std::optional<Grant> may_reassign(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    const PersonId claimed_by = place_of(inquiry, state).claimed_by;
    // Whoever has claimed a task may hand it on; so may those whom the flow names, whoever has
    // claimed it.
    const bool own = claimed_by != 0 && claimed_by == inquiry.context.actor.id;
    return authority(inquiry, state, nullptr, own ? state.worklist : state.reassigners, {},
                     blockers);
}

std::optional<Grant> may_withdraw(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    const Place& place = place_of(inquiry, state);
    const PersonId person = inquiry.context.actor.id;
    if (place.via == kNone || (place.moved_by != person && place.moved_for != person)) {
        blockers.add(refuse(Reason::not_withdrawable, state));
        if (blockers.done() || place.via == kNone) return std::nullopt;
    }
    const Action& action = inquiry.definition.actions[place.via];
    if (place.touched) blockers.add(refuse(Reason::touched, state, &action));
    if (blockers.done()) return std::nullopt;
    // Who has lost the role since may not take back what they did with it.
    return authority(inquiry, state, &action, action.by, {}, blockers);
}

std::optional<Grant> may_consult(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    if (!state.consult) {
        blockers.add(refuse(Reason::unknown_consultation, state));
        return std::nullopt;
    }
    auto grant = authority(inquiry, state, nullptr, state.worklist, {}, blockers);
    if (!blockers.done()) not_claimed_by_other(inquiry, state, nullptr, blockers);
    return grant;
}

std::optional<Grant> may_renew(const Inquiry& inquiry, const State& state, SignatureId kind,
                               Blockers& blockers) {
    if (std::find(state.renewable.begin(), state.renewable.end(), kind) == state.renewable.end()) {
        blockers.add(refuse(Reason::signature_not_renewable, state));
        return std::nullopt;
    }
    if (inquiry.document.live_signature(kind) != nullptr) {
        blockers.add(refuse(Reason::signature_not_void, state));
        return std::nullopt;
    }
    const PersonId person = inquiry.context.actor.id;
    const bool was_signer =
        std::any_of(inquiry.document.signatures.begin(), inquiry.document.signatures.end(),
                    [&](const Signature& old) { return old.kind == kind && old.signer == person; });
    if (!was_signer) {
        blockers.add(refuse(Reason::not_the_signer, state));
        return std::nullopt;
    }
    // The rule under which it was given holds for the renewal: the role, and separation of duties,
    // which the signer may have lost by editing.
    for (const Action& action : inquiry.definition.actions) {
        if (action.sign != kind) continue;
        Blockers here(Blockers::Want::first);
        auto grant = authority(inquiry, state, &action, action.by,
                               {action.not_by_drafter, action.not_by_signer_of}, here);
        if (grant) return grant;
        if (!blockers.any()) blockers.add(std::move(std::move(here).take().front()));
    }
    if (!blockers.any()) blockers.add(refuse(Reason::signature_not_renewable, state));
    return std::nullopt;
}

std::vector<FieldId> not_assigned(const Definition& definition, const Document& document,
                                  const std::vector<FieldId>& assigns) {
    std::vector<FieldId> missing;
    for (const FieldId field : assigns) {
        if (given(document, field)) continue;
        const std::size_t before = missing.size();
        for (const Assigned::Piece& piece : definition.fields[field].assigned->pattern) {
            if (piece.kind != Assigned::Piece::Kind::field) continue;
            const FieldId named = definition.field(piece.text);
            if (!given(document, named)) missing.push_back(named);
        }
        if (missing.size() == before) missing.push_back(field);
    }
    return missing;
}

std::optional<Grant> may_relate(const Inquiry& inquiry, const State& state, Blockers& blockers) {
    auto grant = authority(inquiry, state, nullptr, state.worklist, {}, blockers);
    if (!blockers.done()) not_claimed_by_other(inquiry, state, nullptr, blockers);
    return grant;
}

void document_ready(const Definition& definition, const Document& document, const State& state,
                    const Action& action, const Grant* grant, Instant now, bool asked,
                    Blockers& blockers) {
    std::vector<FieldId> missing;
    for (const FieldId field : action.needs) {
        if (given(document, field)) continue;
        const bool comes_with_it =
            asked && std::find(action.asks.begin(), action.asks.end(), field) != action.asks.end();
        const bool given_by_system =
            asked &&
            std::find(action.assigns.begin(), action.assigns.end(), field) != action.assigns.end();
        if (!comes_with_it && !given_by_system) missing.push_back(field);
    }
    if (!asked) {
        for (const FieldId field : not_assigned(definition, document, action.assigns)) {
            if (std::find(missing.begin(), missing.end(), field) == missing.end())
                missing.push_back(field);
        }
    }
    if (!missing.empty()) {
        Refusal refusal = refuse(Reason::fields_missing, state, &action);
        refusal.fields = std::move(missing);
        blockers.add(std::move(refusal));
        if (blockers.done()) return;
    }
    if (asked && (mentions(action.when, action.asks) || mentions(action.when, action.assigns)))
        return;
    if (!holds(action.when, definition, document, grant, now)) {
        blockers.add(guard_failed({definition, document, state, action, grant, now}));
    }
}

std::optional<Refusal> check_changes(const Definition& definition, const State& state,
                                     const std::vector<FieldChange>& changes,
                                     const std::vector<FieldId>& allowed, Instant now) {
    for (const FieldChange& change : changes) {
        const bool known = change.field < definition.fields.size();
        const bool may =
            known && (definition.fields[change.field].derived ||
                      std::find(allowed.begin(), allowed.end(), change.field) != allowed.end());
        Reason reason = Reason::field_not_editable;
        if (may) {
            const Field& field = definition.fields[change.field];
            if (!change.value) continue;
            const bool fits = value_fits(field, *change.value);
            if (fits && !(field.past && in_future(*change.value, now))) continue;
            reason = fits ? Reason::date_in_future : Reason::field_invalid;
        }
        Refusal refusal = refuse(reason, state);
        if (known) refusal.fields = {change.field};
        return refusal;
    }
    return std::nullopt;
}

}  // namespace gongkai::engine
