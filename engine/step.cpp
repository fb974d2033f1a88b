#include "engine/step.hpp"

#include <algorithm>

#include "engine/evolve.hpp"
#include "engine/guard.hpp"
#include "engine/policy.hpp"
#include "engine/timers.hpp"

namespace gongkai::engine {

namespace {

// A flow whose forks lead into each other without anybody acting would never come to rest. check()
// reports it; here it stops at a depth that no sane flow reaches.
constexpr int kMaxAutomaticMoves = 64;

bool any_active(const Document& document, const std::vector<StateId>& states) {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        return place.state != kNone &&
               std::binary_search(states.begin(), states.end(), place.state);
    });
}

// Writing what the public will read makes an author; setting an attribute or giving an opinion does
// not.
bool is_authorship(const Field& field) {
    return field.content && field.published && !field.derived && !field.assigned &&
           (field.type == FieldType::text || field.type == FieldType::table);
}

}  // namespace

Step::Step(const Definition& definition, Document document, const Context& context,
           std::optional<Grant> exercised)
    : definition_(definition),
      document_(std::move(document)),
      context_(context),
      exercised_(std::move(exercised)) {}

void Step::emit(Event event) {
    evolve(definition_, document_, event);
    events_.push_back(std::move(event));
}

void Step::effect(const EffectSpec& spec, const std::string& subject) {
    switch (spec.kind) {
        case EffectKind::publish:
            emit(PublicationChanged{Publication::published, document_.content});
            effects_.push_back(Publish{false, document_.content});
            break;
        case EffectKind::publish_draft:
            emit(PublicationChanged{Publication::draft, document_.content});
            effects_.push_back(Publish{true, document_.content});
            break;
        case EffectKind::unpublish:
            emit(PublicationChanged{Publication::withdrawn, document_.published_content});
            effects_.push_back(Unpublish{});
            break;
        case EffectKind::purge:
            emit(Purged{});
            effects_.push_back(PurgeContent{});
            break;
        case EffectKind::put_item:
            effects_.push_back(PutItem{});
            break;
        case EffectKind::end_item:
            effects_.push_back(EndItem{});
            break;
        case EffectKind::notify:
            effects_.push_back(Notify{spec.whom, {}, spec.name, subject});
            break;
        case EffectKind::call_out:
            effects_.push_back(CallOut{spec.name});
            break;
    }
}

bool Step::change(const std::vector<FieldChange>& fields,
                  const std::optional<std::vector<Attachment>>& attachments, bool opening) {
    return write(fields, attachments, opening, true);
}

void Step::set(const std::vector<FieldSet>& sets) {
    std::vector<FieldChange> changes;
    for (const FieldSet& set : sets) {
        switch (set.source) {
            case FieldSet::Source::value:
                changes.push_back({set.field, set.value});
                break;
            case FieldSet::Source::today:
                changes.push_back({set.field, date_in_china(context_.now)});
                break;
            case FieldSet::Source::now:
                changes.push_back({set.field, context_.now});
                break;
        }
    }
    write(changes, std::nullopt, false, false);
}

bool Step::write(const std::vector<FieldChange>& fields,
                 const std::optional<std::vector<Attachment>>& attachments, bool opening,
                 bool authored) {
    Edited edited;
    bool content = false;
    bool authorship = opening;
    for (const FieldChange& change : fields) {
        if (document_.fields[change.field] == change.value) continue;
        const Field& field = definition_.fields[change.field];
        content = content || field.content;
        authorship = authorship || is_authorship(field);
        edited.fields.push_back(change);
    }
    if (attachments && *attachments != document_.attachments) {
        edited.attachments = attachments;
        content = authorship = true;
    }
    if (!opening && edited.fields.empty() && !edited.attachments) return false;
    // The clock, nobody of this house, writes nothing that somebody else would have to look at.
    if (authored && authorship && actor() != 0) {
        edited.drafters.push_back(actor());
        if (on_behalf_of() != 0) edited.drafters.push_back(on_behalf_of());
    }
    if (content || opening) {
        auto after = document_.fields;
        for (const FieldChange& change : edited.fields)
            after[change.field] = change.value;
        edited.content = context_.content_hash(
            definition_, after, edited.attachments ? *edited.attachments : document_.attachments);
    } else {
        edited.content = document_.content;
    }
    const auto before = day_zeros();
    const std::vector<FieldChange> changes = edited.fields;
    emit(std::move(edited));
    restart_moved_timers(changes, before);
    return true;
}

std::vector<std::optional<Instant>> Step::day_zeros() const {
    std::vector<std::optional<Instant>> zeros;
    zeros.reserve(definition_.timers.size());
    for (const Timer& timer : definition_.timers)
        zeros.push_back(timer.origins.empty() ? std::nullopt : day_zero(timer));
    return zeros;
}

void Step::restart_moved_timers(const std::vector<FieldChange>& changes,
                                const std::vector<std::optional<Instant>>& before) {
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        const Timer& timer = definition_.timers[i];
        if (document_.timers[i].phase == TimerPhase::idle) continue;
        const bool first = !timer.origins.empty() && day_zero(timer) != before[i];
        const bool last =
            std::any_of(changes.begin(), changes.end(),
                        [&](const FieldChange& change) { return change.field == timer.on; });
        if (first || last) emit(TimerSet{static_cast<TimerId>(i), TimerState{}});
    }
}

void Step::sign(SignatureId kind) {
    emit(Signed{Signature{kind, actor(), on_behalf_of(), document_.content, context_.now}});
}

void Step::restart(TimerId timer) {
    emit(TimerSet{timer, TimerState{}});
}

void Step::extend(TimerId timer, std::int64_t by) {
    TimerState state = document_.timers[timer];
    state.count += state.unit == Unit::hours ? by * ms_per_hour : by;
    state.extended = true;
    if (state.phase == TimerPhase::running) {
        timer_recompute(definition_.timers[timer], state, context_.calendar);
    }
    emit(TimerSet{timer, state});
}

void Step::hand_over(RegionId region, DepartmentCode to) {
    emit(HandedOver{std::move(to)});
    if (document_.places[region].claimed_by != 0) emit(Claimed{region, 0});
}

void Step::touch(RegionId region) {
    for (;;) {
        const Place& place = document_.places[region];
        if (place.via != kNone && !place.touched) emit(Touched{region});
        const StateId owner = definition_.regions[region].owner;
        if (owner == kNone) return;
        region = definition_.states[owner].region;
    }
}

void Step::move(RegionId region, StateId to, ActionId via) {
    leave(region);
    const StateId owner = definition_.regions[region].owner;
    if (owner != kNone) touch(definition_.states[owner].region);
    enter(region, to, via, true);
}

void Step::move_back(RegionId region, StateId to) {
    leave(region);
    enter(region, to, kNone, false);
}

void Step::leave(RegionId region) {
    const StateId state = document_.places[region].state;
    if (state == kNone || !definition_.states[state].parallel) return;
    for (const Branch& branch : definition_.states[state].parallel->branches) {
        if (document_.places[branch.region].state == kNone) continue;
        leave(branch.region);
        emit(Moved{branch.region, kNone, kNone, 0, 0, context_.now});
    }
}

void Step::enter(RegionId region, StateId id, ActionId via, bool with_effects) {
    const State& state = definition_.states[id];
    emit(Moved{region, id, via, actor(), on_behalf_of(), context_.now});
    if (state.countersign) {
        const bool voted = std::any_of(document_.votes.begin(), document_.votes.end(),
                                       [&](const CastVote& vote) { return vote.state == id; });
        if (voted) emit(VotesReset{id});
    }
    if (with_effects) {
        for (const EffectSpec& spec : state.on_enter)
            effect(spec, state.name);
    }
    if (++depth_ > kMaxAutomaticMoves) return;
    if (state.kind == StateKind::parallel) {
        fork(id, via);
    } else if (state.kind == StateKind::exit) {
        join(region, state.exit);
    }
}

void Step::fork(StateId id, ActionId via) {
    const State& state = definition_.states[id];
    bool started = false;
    forking_.push_back(id);
    for (const Branch& branch : state.parallel->branches) {
        if (!holds(branch.when, definition_, document_, grant(), context_.now)) continue;
        started = true;
        enter(branch.region, branch.start, kNone, true);
        // A branch that ended at once may already have led out of this state.
        if (document_.places[state.region].state != id) break;
    }
    forking_.pop_back();
    if (document_.places[state.region].state == id && join_complete(*state.parallel)) {
        leave(state.region);
        // A fork of which no branch applies was no step of anybody: what led to it leads through.
        enter(state.region, state.parallel->then, started ? kNone : via, true);
    }
}

bool Step::join_complete(const Parallel& parallel) const {
    std::size_t started = 0;
    std::size_t finished = 0;
    bool required_open = false;
    for (const Branch& branch : parallel.branches) {
        const StateId state = document_.places[branch.region].state;
        const bool done = state != kNone && definition_.states[state].kind == StateKind::exit;
        started += state != kNone ? 1 : 0;
        finished += done ? 1 : 0;
        required_open = required_open || (branch.required && !done);
    }
    if (required_open) return false;
    switch (parallel.join) {
        case Join::all:
            return finished == started;
        case Join::any:
            return finished > 0 || started == 0;
        case Join::quorum:
            return finished >= parallel.quorum;
    }
    return false;
}

void Step::join(RegionId region, const std::string& exit) {
    const StateId owner = definition_.regions[region].owner;
    const State& state = definition_.states[owner];
    for (const ExitRoute& route : state.parallel->interrupts) {
        if (route.exit != exit) continue;
        leave(state.region);
        enter(state.region, route.to, kNone, true);
        return;
    }
    // While the fork is still starting branches, it asks about the join itself at the end.
    if (std::find(forking_.begin(), forking_.end(), owner) != forking_.end()) return;
    if (join_complete(*state.parallel)) {
        leave(state.region);
        enter(state.region, state.parallel->then, kNone, true);
    }
}

std::optional<Instant> Step::day_zero(const Timer& timer) const {
    for (const TimerOrigin& origin : timer.origins) {
        if (!holds(origin.when, definition_, document_, grant(), context_.now)) continue;
        const auto& value = document_.fields[origin.field];
        if (!value) return std::nullopt;
        if (const auto* date = std::get_if<Date>(&*value)) return start_of_day(*date);
        if (const auto* moment = std::get_if<Instant>(&*value)) return *moment;
        return std::nullopt;
    }
    return std::nullopt;
}

TimerState Step::started(const Timer& timer) const {
    Instant from = context_.now;
    if (!timer.origins.empty()) {
        const auto zero = day_zero(timer);
        if (!zero) return TimerState{};
        from = *zero;
    }
    if (timer.on == kNone) return timer_started(timer, from, context_.calendar);
    const auto& last = document_.fields[timer.on];
    const auto* date = last ? std::get_if<Date>(&*last) : nullptr;
    if (date == nullptr) return TimerState{};
    return timer_started_until(timer, from, *date, context_.calendar);
}

// A last day before day 0 is a slip of who wrote it: no deadline may begin with it. Where day 0 is
// the entry into a state there is no such slip: who comes back after the last day is late.
std::optional<Refusal> Step::turned_around() const {
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        const Timer& timer = definition_.timers[i];
        const TimerState& state = document_.timers[i];
        if (timer.on == kNone || timer.origins.empty() || state.phase != TimerPhase::running ||
            state.count >= 0)
            continue;
        Refusal refusal;
        refusal.reason = Reason::due_before_start;
        refusal.basis = timer.basis;
        refusal.rule = timer.name;
        refusal.fields = {timer.on};
        return refusal;
    }
    return std::nullopt;
}

void Step::settle_timers() {
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        const Timer& timer = definition_.timers[i];
        TimerState state = document_.timers[i];
        if (!any_active(document_, timer.runs_in)) {
            state = TimerState{};
        } else {
            if (state.phase == TimerPhase::idle) state = started(timer);
            const bool rests = any_active(document_, timer.pauses_in);
            if (rests && state.phase == TimerPhase::running) {
                timer_pause(state, context_.now, context_.calendar);
            } else if (!rests && state.phase == TimerPhase::paused) {
                timer_resume(timer, state, context_.now, context_.calendar);
            }
        }
        if (state != document_.timers[i]) emit(TimerSet{static_cast<TimerId>(i), state});
    }
}

void Step::recompute_timers() {
    for (const MovedTimer& moved : moved_timers(definition_, document_, context_.calendar))
        emit(TimerSet{moved.timer, moved.after});
}

std::optional<Refusal> Step::broken_rule() const {
    if (context_.policy == nullptr) return std::nullopt;
    const Occasion occasion(definition_, document_, events_, effects_);
    for (const PolicyRule& rule : context_.policy->rules) {
        if (!occasion.calls(rule)) continue;
        if (holds(rule.require, definition_, document_, grant(), context_.now)) continue;
        Refusal refusal;
        refusal.reason = Reason::policy_violation;
        refusal.basis = rule.basis;
        refusal.rule = rule.id;
        refusal.rule_title = rule.title;
        return refusal;
    }
    return std::nullopt;
}

Decision Step::finish_unjudged() && {
    settle_timers();
    return Decision{std::move(events_), std::move(effects_), std::move(exercised_)};
}

Verdict Step::finish() && {
    settle_timers();
    if (auto refusal = turned_around()) return std::move(*refusal);
    if (auto refusal = broken_rule()) return std::move(*refusal);
    return Decision{std::move(events_), std::move(effects_), std::move(exercised_)};
}

}  // namespace gongkai::engine
