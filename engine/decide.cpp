#include "engine/decide.hpp"

#include <algorithm>

#include "engine/assignment.hpp"
#include "engine/authority.hpp"
#include "engine/guard.hpp"
#include "engine/rules.hpp"
#include "engine/step.hpp"

namespace gongkai::engine {

namespace {

Refusal refuse(Reason reason) {
    Refusal refusal;
    refusal.reason = reason;
    return refusal;
}

std::optional<Refusal> first(Blockers&& blockers) {
    auto list = std::move(blockers).take();
    if (list.empty()) return std::nullopt;
    return std::move(list.front());
}

// One member function a command; each reads from top to bottom as the order of its refusals.
class Decider {
  public:
    Decider(const Definition& definition, const Document* document, const Context& context)
        : definition_(definition), document_(document), context_(context) {}

    Verdict operator()(const Open& command) const;
    Verdict operator()(const Edit& command) const;
    Verdict operator()(const Act& command) const;
    Verdict operator()(const Vote& command) const;
    Verdict operator()(const Withdraw& command) const;
    Verdict operator()(const Claim& command) const;
    Verdict operator()(const Release& command) const;
    Verdict operator()(const Reassign& command) const;
    Verdict operator()(const Consult& command) const;
    Verdict operator()(const Answer& command) const;
    Verdict operator()(const Renew& command) const;
    Verdict operator()(const Tick& command) const;
    Verdict operator()(const Recompute& command) const;
    Verdict operator()(const Migrate& command) const;
    Verdict operator()(const Relate& command) const;
    Verdict operator()(const Hear& command) const;
    Verdict operator()(const Belong& command) const;

  private:
    Inquiry inquiry() const { return {definition_, *document_, context_}; }
    Step step(std::optional<Grant> grant) const {
        return Step(definition_, *document_, context_, std::move(grant));
    }
    // The active state with this name; an empty name means the only active one that the command
    // can be about. Where there is none, or more than one: nullptr, and not_active() says which.
    using CanBeAbout = bool (*)(const State& state);
    const State* active(const std::string& name, CanBeAbout can_be_about) const;
    Refusal not_active(const std::string& name, CanBeAbout can_be_about) const;
    void perform(Step& step, const Action& action) const;
    std::optional<Refusal> check_handing_over(const State& state, const Action& action,
                                              const Act& command) const;
    std::optional<Refusal> check_extension(const State& state, const Action& action,
                                           const Act& command) const;
    void count_votes(Step& step, const State& state, bool vetoed) const;

    const Definition& definition_;
    const Document* document_;
    const Context& context_;
};

bool is_step(const State& state) {
    return state.kind != StateKind::parallel && state.kind != StateKind::exit;
}
bool has_votes(const State& state) {
    return state.countersign.has_value();
}
bool has_worklist(const State& state) {
    return is_step(state) && !state.worklist.empty();
}

const State* Decider::active(const std::string& name, CanBeAbout can_be_about) const {
    const State* only = nullptr;
    for (const Place& place : document_->places) {
        if (place.state == kNone) continue;
        const State& state = definition_.states[place.state];
        if (state.name == name) return &state;
        if (!name.empty() || !can_be_about(state)) continue;
        if (only != nullptr) return nullptr;
        only = &state;
    }
    return only;
}

Refusal Decider::not_active(const std::string& name, CanBeAbout can_be_about) const {
    const bool several =
        name.empty() &&
        std::any_of(document_->places.begin(), document_->places.end(), [&](const Place& place) {
            return place.state != kNone && can_be_about(definition_.states[place.state]);
        });
    Refusal refusal = refuse(several ? Reason::ambiguous_action : Reason::wrong_state);
    refusal.state = name;
    return refusal;
}

Verdict Decider::operator()(const Open& command) const {
    Document blank;
    blank.department = command.department;
    Authority authority = authorize(definition_, blank, context_, definition_.openers);
    const State& start = definition_.states[definition_.start];
    if (holds_incompatible_roles(definition_, context_.actor)) {
        return engine::refuse(Reason::incompatible_roles, start);
    }
    const bool by_clock = context_.actor.kind == ActorKind::scheduler;
    if (by_clock ? !definition_.clock_opens : !authority.grant) {
        Refusal refusal = engine::refuse(authority.reason, start);
        refusal.who_could = definition_.openers;
        return refusal;
    }
    std::vector<FieldId> may_be_set = start.editable;
    may_be_set.insert(may_be_set.end(), definition_.assigns.begin(), definition_.assigns.end());
    if (auto refusal =
            check_changes(definition_, start, command.fields, may_be_set, context_.now)) {
        return std::move(*refusal);
    }
    if (!command.attachments.empty() && !start.edit_attachments) {
        return engine::refuse(Reason::attachments_not_editable, start);
    }
    Step step(definition_, Document{}, context_, std::move(authority.grant));
    step.emit(Opened{command.id, definition_.flow, definition_.digest, command.department});
    if (command.parent) step.emit(Belonged{*command.parent});
    step.change(command.fields, command.attachments, true);
    Refusal unassigned = engine::refuse(Reason::fields_missing, start);
    unassigned.fields = not_assigned(definition_, step.document(), definition_.assigns);
    if (!unassigned.fields.empty()) return unassigned;
    step.move(0, definition_.start);
    return std::move(step).finish();
}

Verdict Decider::operator()(const Edit& command) const {
    // Where several active states allow editing, the first in which everything asked for may be
    // edited is meant.
    std::optional<Refusal> nearest;
    for (const Place& place : document_->places) {
        if (place.state == kNone) continue;
        const State& state = definition_.states[place.state];
        if (state.editable.empty() && !state.edit_attachments) continue;
        Blockers blockers(Blockers::Want::first);
        auto grant = may_edit(inquiry(), state, blockers);
        auto refusal = first(std::move(blockers));
        if (!refusal) {
            refusal =
                check_changes(definition_, state, command.fields, state.editable, context_.now);
        }
        if (!refusal && command.attachments && !state.edit_attachments) {
            refusal = engine::refuse(Reason::attachments_not_editable, state);
        }
        if (refusal) {
            if (!nearest || refusal->reason > nearest->reason) nearest = std::move(refusal);
            continue;
        }
        Step edit = step(std::move(grant));
        if (!edit.change(command.fields, command.attachments)) {
            return engine::refuse(Reason::nothing_changed, state);
        }
        edit.touch(state.region);
        return std::move(edit).finish();
    }
    if (nearest) return std::move(*nearest);
    Refusal refusal = refuse(Reason::field_not_editable);
    for (const Place& place : document_->places) {
        if (place.state == kNone || !is_step(definition_.states[place.state])) continue;
        refusal = engine::refuse(Reason::field_not_editable, definition_.states[place.state]);
        break;
    }
    for (const FieldChange& change : command.fields)
        refusal.fields.push_back(change.field);
    return refusal;
}

std::optional<Refusal> Decider::check_handing_over(const State& state, const Action& action,
                                                   const Act& command) const {
    const bool named = command.department && !command.department->empty();
    if (action.hands_over == named) return std::nullopt;
    const Reason reason = named ? Reason::department_forbidden : Reason::department_missing;
    return engine::refuse(reason, state, &action);
}

std::optional<Refusal> Decider::check_extension(const State& state, const Action& action,
                                                const Act& command) const {
    if (!command.extend_by) return std::nullopt;
    if (!action.extends) return engine::refuse(Reason::not_extendable, state, &action);
    if (*command.extend_by < 1 || *command.extend_by > action.extends->at_most.count) {
        return engine::refuse(Reason::extension_too_long, state, &action);
    }
    return std::nullopt;
}

// What an action does once nothing stands in its way.
void Decider::perform(Step& step, const Action& action) const {
    step.set(action.sets);
    if (action.sign != kNone) step.sign(action.sign);
    for (const TimerId timer : action.restarts)
        step.restart(timer);
    if (action.resets_votes) step.emit(VotesReset{action.from});
    for (const EffectSpec& spec : action.effects) {
        step.effect(spec, definition_.states[action.from].name);
    }
    const RegionId region = definition_.states[action.from].region;
    if (action.kind == ActionKind::stay) {
        step.touch(region);
    } else {
        const auto id = static_cast<ActionId>(&action - definition_.actions.data());
        step.move(region, action.to, action.withdrawable ? id : kNone);
    }
}

Verdict Decider::operator()(const Act& command) const {
    const State* state = nullptr;
    const Action* action = nullptr;
    bool state_active = false;
    for (const Place& place : document_->places) {
        if (place.state == kNone) continue;
        const State& here = definition_.states[place.state];
        if (!command.state.empty() && here.name != command.state) continue;
        state_active = true;
        for (const ActionId id : here.actions) {
            if (definition_.actions[id].name != command.action) continue;
            if (action != nullptr) return refuse(Reason::ambiguous_action);
            action = &definition_.actions[id];
            state = &here;
        }
    }
    if (action == nullptr) {
        // An action that the flow has somewhere else is another mistake than one that it never has.
        const bool elsewhere =
            !state_active ||
            std::any_of(definition_.actions.begin(), definition_.actions.end(),
                        [&](const Action& other) { return other.name == command.action; });
        Refusal refusal = refuse(elsewhere ? Reason::wrong_state : Reason::unknown_action);
        refusal.state = command.state;
        refusal.action = command.action;
        return refusal;
    }
    Blockers blockers(Blockers::Want::first);
    auto grant = may_act(inquiry(), *state, *action, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    std::vector<FieldId> may_be_set = action->asks;
    const std::vector<FieldId> given_now = to_assign(definition_, document_, command);
    may_be_set.insert(may_be_set.end(), given_now.begin(), given_now.end());
    if (auto refusal =
            check_changes(definition_, *state, command.fields, may_be_set, context_.now)) {
        refusal->action = action->name;
        return std::move(*refusal);
    }
    Step act = step(std::move(grant));
    act.change(command.fields, std::nullopt);
    Blockers content(Blockers::Want::first);
    document_ready(definition_, act.document(), *state, *action, act.grant(), context_.now, false,
                   content);
    if (auto refusal = first(std::move(content))) return std::move(*refusal);
    if (action->comment == CommentRule::required &&
        (!command.comment || command.comment->size == 0)) {
        return engine::refuse(Reason::comment_required, *state, action);
    }
    if (action->comment == CommentRule::forbidden && command.comment) {
        return engine::refuse(Reason::comment_forbidden, *state, action);
    }
    if (auto refusal = check_handing_over(*state, *action, command)) return std::move(*refusal);
    if (auto refusal = check_extension(*state, *action, command)) return std::move(*refusal);
    if (command.comment) act.emit(Commented{*command.comment});
    if (action->hands_over) act.hand_over(state->region, *command.department);
    if (action->extends) {
        act.extend(action->extends->timer,
                   command.extend_by.value_or(action->extends->at_most.count));
    }
    perform(act, *action);
    return std::move(act).finish();
}

void Decider::count_votes(Step& step, const State& state, bool vetoed) const {
    const Countersign& rule = *state.countersign;
    std::size_t approvals = 0;
    std::size_t others = 0;
    const StateId id = static_cast<StateId>(&state - definition_.states.data());
    for (const CastVote& vote : step.document().votes) {
        if (vote.state != id || vote.content != step.document().content) continue;
        (vote.ballot == Ballot::approve ? approvals : others) += 1;
    }
    if (vetoed) {
        step.move(state.region, rule.vetoed != kNone ? rule.vetoed : rule.failed);
    } else if (approvals >= rule.quorum) {
        step.move(state.region, rule.passed);
    } else if (others + rule.quorum > rule.seats) {
        step.move(state.region, rule.failed);
    }
}

Verdict Decider::operator()(const Vote& command) const {
    const State* state = active(command.state, has_votes);
    if (state == nullptr || !has_votes(*state)) return not_active(command.state, has_votes);
    const Countersign& rule = *state->countersign;
    Blockers blockers(Blockers::Want::first);
    auto grant = may_vote(inquiry(), *state, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    if (command.ballot == Ballot::reject && rule.comment_on_rejection == CommentRule::required &&
        (!command.comment || command.comment->size == 0)) {
        return engine::refuse(Reason::comment_required, *state);
    }
    const bool vetoed =
        command.ballot == Ballot::reject && fits(*grant, rule.veto, document_->department);
    Step vote = step(std::move(grant));
    if (command.comment) vote.emit(Commented{*command.comment});
    vote.touch(state->region);
    const StateId id = static_cast<StateId>(state - definition_.states.data());
    vote.emit(Voted{CastVote{id, vote.actor(), vote.on_behalf_of(), vote.exercised()->department,
                             command.ballot, vote.document().content}});
    if (command.ballot == Ballot::approve && rule.sign != kNone) vote.sign(rule.sign);
    count_votes(vote, *state, vetoed);
    return std::move(vote).finish();
}

Verdict Decider::operator()(const Withdraw& command) const {
    const State* state = active(command.state, is_step);
    if (state == nullptr) return not_active(command.state, is_step);
    Blockers blockers(Blockers::Want::first);
    auto grant = may_withdraw(inquiry(), *state, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    const Place& place = document_->places[state->region];
    const Action& action = definition_.actions[place.via];
    Step withdraw = step(std::move(grant));
    if (action.sign != kNone) withdraw.emit(SignatureWithdrawn{action.sign, place.moved_by});
    withdraw.move_back(state->region, action.from);
    return std::move(withdraw).finish();
}

Verdict Decider::operator()(const Claim& command) const {
    const State* state = active(command.state, has_worklist);
    if (state == nullptr || !has_worklist(*state)) return not_active(command.state, has_worklist);
    Blockers blockers(Blockers::Want::first);
    auto grant = may_claim(inquiry(), *state, command.lapsed, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    if (document_->places[state->region].claimed_by == context_.actor.id) {
        return engine::refuse(Reason::nothing_changed, *state);
    }
    Step claim = step(std::move(grant));
    claim.touch(state->region);
    claim.emit(Claimed{state->region, claim.actor()});
    return std::move(claim).finish();
}

Verdict Decider::operator()(const Release& command) const {
    const State* state = active(command.state, is_step);
    if (state == nullptr) return not_active(command.state, is_step);
    Blockers blockers(Blockers::Want::first);
    auto grant = may_release(inquiry(), *state, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    Step release = step(std::move(grant));
    release.emit(Claimed{state->region, 0});
    return std::move(release).finish();
}

Verdict Decider::operator()(const Reassign& command) const {
    const State* state = active(command.state, has_worklist);
    if (state == nullptr || !has_worklist(*state)) return not_active(command.state, has_worklist);
    Blockers blockers(Blockers::Want::first);
    auto grant = may_reassign(inquiry(), *state, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    if (command.to == 0 || !command.eligible) {
        Refusal refusal = engine::refuse(Reason::assignee_ineligible, *state);
        refusal.who_could = state->worklist;
        return refusal;
    }
    Step reassign = step(std::move(grant));
    reassign.touch(state->region);
    reassign.emit(Claimed{state->region, command.to});
    reassign.effect(Notify{{}, {command.to}, "task.reassigned", state->name});
    return std::move(reassign).finish();
}

Verdict Decider::operator()(const Consult& command) const {
    const State* state = active(command.state, is_step);
    if (state == nullptr) return not_active(command.state, is_step);
    Blockers blockers(Blockers::Want::first);
    auto grant = may_consult(inquiry(), *state, blockers);
    if (auto refusal = first(std::move(blockers))) return std::move(*refusal);
    const auto& allowed = state->consult->whom;
    const bool may_ask =
        std::any_of(allowed.begin(), allowed.end(), [&](const Assignment& assignment) {
            return assignment.role == command.whom.role &&
                   (assignment.scope == Scope::anywhere || assignment == command.whom);
        });
    if (!may_ask) {
        Refusal refusal = engine::refuse(Reason::assignee_ineligible, *state);
        refusal.who_could = allowed;
        return refusal;
    }
    if (command.question.size == 0) return engine::refuse(Reason::comment_required, *state);
    Step consult = step(std::move(grant));
    consult.touch(state->region);
    Consultation consultation;
    consultation.number = static_cast<std::uint32_t>(document_->consultations.size()) + 1;
    consultation.region = state->region;
    consultation.asked_by = consult.actor();
    consultation.whom = command.whom;
    consultation.question = command.question;
    consult.emit(Consulted{std::move(consultation)});
    consult.effect(Notify{{command.whom}, {}, "consultation.asked", state->name});
    return std::move(consult).finish();
}

Verdict Decider::operator()(const Answer& command) const {
    const auto& all = document_->consultations;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Consultation& consultation) {
        return consultation.number == command.consultation && !consultation.answered;
    });
    if (found == all.end()) return refuse(Reason::unknown_consultation);
    const std::vector<Assignment> whom{found->whom};
    Authority authority = authorize(definition_, *document_, context_, whom);
    if (!authority.grant) {
        Refusal refusal = refuse(authority.reason);
        refusal.who_could = whom;
        return refusal;
    }
    if (command.answer.size == 0) return refuse(Reason::comment_required);
    Step answer = step(std::move(authority.grant));
    answer.emit(Answered{command.consultation, answer.actor(), command.answer});
    answer.effect(Notify{{}, {found->asked_by}, "consultation.answered", ""});
    return std::move(answer).finish();
}

Verdict Decider::operator()(const Renew& command) const {
    const SignatureId kind = definition_.signature(command.signature);
    std::optional<Refusal> nearest;
    for (const Place& place : document_->places) {
        if (place.state == kNone || kind == kNone) continue;
        const State& state = definition_.states[place.state];
        Blockers blockers(Blockers::Want::first);
        auto grant = may_renew(inquiry(), state, kind, blockers);
        if (auto refusal = first(std::move(blockers))) {
            if (!nearest || nearest->reason == Reason::signature_not_renewable) nearest = refusal;
            continue;
        }
        Step renew = step(std::move(grant));
        renew.sign(kind);
        return std::move(renew).finish();
    }
    if (nearest) return std::move(*nearest);
    return refuse(Reason::signature_not_renewable);
}

Verdict Decider::operator()(const Tick& command) const {
    const TimerId id = definition_.timer(command.timer);
    if (id == kNone) return refuse(Reason::not_due);
    const Timer& timer = definition_.timers[id];
    const TimerState& state = document_->timers[id];
    if (state.phase != TimerPhase::running || context_.now < state.due) {
        Refusal refusal = refuse(Reason::not_due);
        if (state.phase == TimerPhase::running) refusal.from = state.due;
        return refusal;
    }
    Step tick = step(std::nullopt);
    TimerState expired = state;
    expired.phase = TimerPhase::expired;
    tick.emit(TimerSet{id, expired});
    if (timer.on_expiry != kNone) {
        const Action& action = definition_.actions[timer.on_expiry];
        Blockers blockers(Blockers::Want::first);
        const State& from = definition_.states[action.from];
        document_ready(definition_, tick.document(), from, action, nullptr, context_.now, false,
                       blockers);
        if (document_->in(action.from) && !blockers.any()) perform(tick, action);
    }
    // Work that comes back after the last day is late at once, but whoever was told of that day
    // once is told again only of another.
    if (!timer.escalate_to.empty() && !document_->missed_before(id)) {
        tick.effect(Notify{timer.escalate_to, {}, "deadline.missed", timer.name});
    }
    return std::move(tick).finish();
}

Verdict Decider::operator()(const Recompute&) const {
    Step recompute = step(std::nullopt);
    recompute.recompute_timers();
    if (recompute.document() == *document_) return refuse(Reason::nothing_changed);
    return std::move(recompute).finish();
}

// Where a deadline counts from may be said by what stands under the document: what is done there
// ends it at once, not only when somebody works here again.
void put(Step& step, Related event) {
    const auto before = step.day_zeros();
    step.emit(std::move(event));
    step.restart_moved_timers({}, before);
}

Verdict Decider::operator()(const Relate& command) const {
    const RelationId id = definition_.relation(command.relation);
    if (id == kNone) return refuse(Reason::unknown_relation);
    const Relation& relation = definition_.relations[id];
    // Where several active states relate documents in this way, the first in which it may be done
    // is meant.
    std::optional<Refusal> nearest;
    for (const Place& place : document_->places) {
        if (place.state == kNone) continue;
        const State& state = definition_.states[place.state];
        if (std::find(state.relates.begin(), state.relates.end(), id) == state.relates.end()) {
            continue;
        }
        Blockers blockers(Blockers::Want::first);
        auto grant = may_relate(inquiry(), state, blockers);
        if (auto refusal = first(std::move(blockers))) {
            if (!nearest || refusal->reason > nearest->reason) nearest = std::move(refusal);
            continue;
        }
        if (command.flow != relation.flow) {
            return engine::refuse(Reason::relation_mismatch, state);
        }
        if (document_->related_by(id, command.document) != nullptr) {
            return engine::refuse(Reason::already_related, state);
        }
        if (command.ancestor || command.document == document_->id) {
            return engine::refuse(Reason::relation_cycle, state);
        }
        if (document_->related.size() >= kMaxRelated) {
            return engine::refuse(Reason::too_many_related, state);
        }
        Step relate = step(std::move(grant));
        relate.touch(state.region);
        put(relate,
            Related{RelatedDocument{id, command.document, command.tags, command.publication}});
        return std::move(relate).finish();
    }
    if (nearest) return std::move(*nearest);
    Refusal refusal = refuse(Reason::not_relatable);
    for (const Place& place : document_->places) {
        if (place.state == kNone || !is_step(definition_.states[place.state])) continue;
        refusal = engine::refuse(Reason::not_relatable, definition_.states[place.state]);
        break;
    }
    return refusal;
}

// What a related document does is no step of anybody here, and no rule of this flow can forbid it:
// the rules are asked again at the next step that somebody takes.
Verdict Decider::operator()(const Hear& command) const {
    if (context_.actor.kind != ActorKind::scheduler) return refuse(Reason::system_only);
    Step hear = step(std::nullopt);
    for (const RelatedDocument& known : document_->related) {
        if (known.document != command.document) continue;
        RelatedDocument now{known.relation, known.document, command.tags, command.publication};
        if (now != known) put(hear, Related{std::move(now)});
    }
    if (hear.document() == *document_) return refuse(Reason::nothing_changed);
    return std::move(hear).finish_unjudged();
}

Verdict Decider::operator()(const Belong& command) const {
    if (context_.actor.kind != ActorKind::scheduler) return refuse(Reason::system_only);
    const auto& parents = document_->parents;
    if (std::find(parents.begin(), parents.end(), command.parent) != parents.end()) {
        return refuse(Reason::nothing_changed);
    }
    Step belong = step(std::nullopt);
    belong.emit(Belonged{command.parent});
    return std::move(belong).finish_unjudged();
}

// By name, from one set of things to another; kNone where the other has none.
template <class From, class To>
std::uint16_t same_name(const From& from, const To& to, std::uint16_t id) {
    if (id == kNone) return kNone;
    const auto at = std::find_if(to.begin(), to.end(),
                                 [&](const auto& other) { return other.name == from[id].name; });
    return at == to.end() ? kNone : static_cast<std::uint16_t>(at - to.begin());
}

std::optional<Value> translate(const Field& from, const Field& to, const Value& value) {
    if (from.type != to.type) return std::nullopt;
    const auto* choice = std::get_if<Choice>(&value);
    if (choice == nullptr) return value;
    const std::uint16_t index = same_name(from.choices, to.choices, choice->index);
    if (index == kNone) return std::nullopt;
    return Choice{index};
}

Verdict Decider::operator()(const Migrate&) const {
    if (context_.target == nullptr || context_.target->flow != definition_.flow) {
        return refuse(Reason::no_migration_path);
    }
    const Definition& target = *context_.target;
    if (target.digest == definition_.digest) return refuse(Reason::nothing_changed);
    Document after = *document_;
    after.definition = target.digest;
    after.places.assign(target.regions.size(), Place{});
    after.fields.assign(target.fields.size(), std::nullopt);
    after.timers.assign(target.timers.size(), TimerState{});
    after.missed.clear();
    for (const Place& place : document_->places) {
        if (place.state == kNone) continue;
        const StateId state = same_name(definition_.states, target.states, place.state);
        if (state == kNone) {
            Refusal refusal = refuse(Reason::no_migration_path);
            refusal.state = definition_.states[place.state].name;
            return refusal;
        }
        Place& moved = after.places[target.states[state].region];
        moved = place;
        moved.state = state;
        moved.via = kNone;
    }
    for (std::size_t i = 0; i < definition_.fields.size(); ++i) {
        const auto& value = document_->fields[i];
        if (!value) continue;
        const FieldId id = same_name(definition_.fields, target.fields, static_cast<FieldId>(i));
        auto kept = id == kNone ? std::nullopt
                                : translate(definition_.fields[i], target.fields[id], *value);
        if (!kept) {
            Refusal refusal = refuse(Reason::no_migration_path);
            refusal.fields = {static_cast<FieldId>(i)};
            return refusal;
        }
        after.fields[id] = kept;
    }
    std::erase_if(after.signatures, [&](Signature& signature) {
        signature.kind = same_name(definition_.signatures, target.signatures, signature.kind);
        return signature.kind == kNone;
    });
    std::erase_if(after.votes, [&](CastVote& vote) {
        vote.state = same_name(definition_.states, target.states, vote.state);
        return vote.state == kNone;
    });
    for (RelatedDocument& related : after.related) {
        related.relation = same_name(definition_.relations, target.relations, related.relation);
        if (related.relation == kNone) return refuse(Reason::no_migration_path);
    }
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        const TimerId id = same_name(definition_.timers, target.timers, static_cast<TimerId>(i));
        if (id == kNone) continue;
        after.timers[id] = document_->timers[i];
        if (i >= document_->missed.size() || !document_->missed[i]) continue;
        if (after.missed.size() <= id) after.missed.resize(id + 1U);
        after.missed[id] = document_->missed[i];
    }
    // The content is what it was; only its place in the list of fields may have changed. Signatures
    // and votes on it stay live, those on older content stay void.
    const Digest before = document_->content;
    after.content = context_.content_hash(target, after.fields, after.attachments);
    for (Signature& signature : after.signatures) {
        if (signature.content == before) signature.content = after.content;
    }
    for (CastVote& vote : after.votes) {
        if (vote.content == before) vote.content = after.content;
    }
    Decision decision;
    decision.events.push_back(Migrated{target.digest, std::move(after)});
    return decision;
}

}  // namespace

Verdict decide(const Definition& definition, const Document* document, const Command& command,
               const Context& context) {
    const bool opening = std::holds_alternative<Open>(command);
    if (opening && document != nullptr) return refuse(Reason::already_open);
    if (!opening) {
        if (document == nullptr) return refuse(Reason::no_such_document);
        if (document->definition != definition.digest) return refuse(Reason::flow_mismatch);
        const bool from_clock = std::holds_alternative<Tick>(command);
        if (document->purged && !from_clock) return refuse(Reason::purged);
        if (context.expected_revision && *context.expected_revision != document->revision) {
            return refuse(Reason::revision_conflict);
        }
    }
    return std::visit(Decider(definition, document, context), command);
}

}  // namespace gongkai::engine
