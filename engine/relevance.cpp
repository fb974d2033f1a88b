#include "engine/relevance.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

template <class Items, class Item>
bool contains(const Items& items, const Item& item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

bool has(const std::vector<EffectSpec>& effects, EffectKind kind) {
    return std::any_of(effects.begin(), effects.end(),
                       [&](const EffectSpec& effect) { return effect.kind == kind; });
}

bool writes_for_the_public(const Field& field) {
    return field.content && field.published && !field.derived && !field.assigned &&
           (field.type == FieldType::text || field.type == FieldType::table);
}

}  // namespace

bool Relevance::Way::sets(FieldId field) const {
    return action != nullptr &&
           std::any_of(action->sets.begin(), action->sets.end(),
                       [&](const FieldSet& set) { return set.field == field; });
}

Relevance::Relevance(const Definition& definition, const Policy& policy,
                     const std::vector<bool>& tracked)
    : definition_(definition), policy_(policy), tracked_(tracked) {
    const States none(definition.states.size());
    fields_.assign(definition.fields.size(), none);
    live_.assign(definition.signatures.size(), none);
    void_ = identity_ = live_;
    timers_.assign(definition.timers.size(), none);
    worth_differs_.assign(definition.signatures.size(), false);
    forks_ = none;
    for (std::size_t i = 0; i < definition.states.size(); ++i)
        forks_[i] = definition.states[i].parallel.has_value();
    asked_by_guards_.resize(definition.states.size());
    asked_by_rules_.resize(definition.states.size());
    find_ways();
    find_readers();
    spread_questions(asked_by_guards_);
    spread_questions(asked_by_rules_);
    spread_signatures();
    spread_fields();
    spread_timers();
    spread_relations();
}

// Where a step that may be taken back can have led: through forks of which no branch applied, too.
std::vector<StateId> Relevance::landings(const Action& action) const {
    std::vector<StateId> states;
    if (!action.withdrawable) return states;
    for (StateId at = action.to; at != kNone && !contains(states, at);) {
        states.push_back(at);
        const auto& fork = definition_.states[at].parallel;
        at = fork ? fork->then : kNone;
    }
    return states;
}

void Relevance::find_ways() {
    const auto add = [&](StateId from, StateId to) {
        if (from != kNone && to != kNone) ways_.push_back({from, to, kNone, false, nullptr});
    };
    for (const Action& action : definition_.actions) {
        ways_.push_back({action.from, action.to, action.sign, action.not_by_drafter, &action});
        for (const StateId landed : landings(action))
            add(landed, action.from);
    }
    for (std::size_t i = 0; i < definition_.states.size(); ++i) {
        const auto id = static_cast<StateId>(i);
        const State& state = definition_.states[i];
        if (state.parallel) {
            for (const Branch& branch : state.parallel->branches)
                add(id, branch.start);
            add(id, state.parallel->then);
            for (const ExitRoute& route : state.parallel->interrupts)
                add(id, route.to);
        }
        if (state.countersign) {
            add(id, state.countersign->passed);
            add(id, state.countersign->failed);
            add(id, state.countersign->vetoed);
        }
        // Whatever happens in a sibling may lead out of the fork from here; what goes on inside a
        // sibling is its own place's business.
        const StateId owner = definition_.regions[state.region].owner;
        if (owner == kNone) continue;
        add(id, definition_.states[owner].parallel->then);
        for (const ExitRoute& route : definition_.states[owner].parallel->interrupts)
            add(id, route.to);
    }
    // In a nested fork a sibling further out may end it.
    for (std::size_t i = 0; i < definition_.states.size(); ++i) {
        const StateId owner = definition_.regions[definition_.states[i].region].owner;
        if (owner == kNone) continue;
        for (StateId outer = definition_.regions[definition_.states[owner].region].owner;
             outer != kNone; outer = definition_.regions[definition_.states[outer].region].owner) {
            add(static_cast<StateId>(i), definition_.states[outer].parallel->then);
            for (const ExitRoute& route : definition_.states[outer].parallel->interrupts)
                add(static_cast<StateId>(i), route.to);
        }
    }
}

void Relevance::ask(const Guard& guard, std::vector<Term>& questions) {
    for (const Term& term : guard.terms) {
        const bool of_related =
            term.op >= Op::every_related_in_tag && term.op <= Op::related_at_least;
        if (of_related && !contains(questions, term)) questions.push_back(term);
    }
}

// A step goes on through forks and ends of branches: what is asked there is asked by the step.
void Relevance::spread_questions(Questions& questions) const {
    for (bool grown = true; grown;) {
        grown = false;
        for (const Way& way : ways_) {
            const StateKind kind = definition_.states[way.to].kind;
            if (kind != StateKind::parallel && kind != StateKind::exit) continue;
            for (const Term& term : questions[way.to]) {
                if (contains(questions[way.from], term)) continue;
                questions[way.from].push_back(term);
                grown = true;
            }
        }
    }
}

bool Relevance::asked(const Document& document, const Term& term,
                      const Questions& questions) const {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        return place.state != kNone && contains(questions[place.state], term);
    });
}

void Relevance::read(const Guard& guard, StateId state) {
    for (const Term& term : guard.terms) {
        switch (term.op) {
            case Op::signed_live:
            case Op::signed_by_another:
                if (term.subject == kNone) break;
                live_[term.subject][state] = true;
                if (term.op == Op::signed_by_another) worth_differs_[term.subject] = true;
                break;
            case Op::fields_equal:
            case Op::field_less_field:
            case Op::field_at_most_field:
                fields_[static_cast<FieldId>(term.operand)][state] = true;
                [[fallthrough]];
            case Op::field_given:
            case Op::field_equals:
            case Op::field_less:
            case Op::field_at_most:
                fields_[term.subject][state] = true;
                break;
            case Op::deadline_expired_by:
                fields_[static_cast<FieldId>(term.operand)][state] = true;
                [[fallthrough]];
            case Op::deadline_expired:
                timers_[term.subject][state] = true;
                break;
            default:
                break;
        }
    }
}

// Whether the rule holds in this state whatever the document is like: what it says of tags and
// states decides it.
bool Relevance::always_holds(const PolicyRule& rule, const State& state, StateId id) const {
    if (state.region != 0 || state.parallel) return false;  // there may be others beside it
    enum class Truth { no, unknown, yes };
    const auto truth = [](bool value) { return value ? Truth::yes : Truth::no; };
    std::vector<Truth> stack;
    for (const Term& term : rule.require.terms) {
        switch (term.op) {
            case Op::constant:
                stack.push_back(truth(term.operand != 0));
                break;
            case Op::in_state:
                stack.push_back(truth(term.subject == id));
                break;
            case Op::in_tag:
                stack.push_back(
                    truth(contains(state.tags, static_cast<std::uint16_t>(term.operand))));
                break;
            case Op::op_not:
                if (stack.back() != Truth::unknown) stack.back() = truth(stack.back() == Truth::no);
                break;
            case Op::op_and:
            case Op::op_or: {
                const Truth right = stack.back();
                stack.pop_back();
                stack.back() = term.op == Op::op_and ? std::min(stack.back(), right)
                                                     : std::max(stack.back(), right);
                break;
            }
            default:
                stack.push_back(Truth::unknown);
                break;
        }
    }
    return stack.empty() || stack.back() == Truth::yes;
}

// Whether a step into this state can be one that the rule speaks of.
bool Relevance::may_speak(const PolicyRule& rule, const State& state, StateId id) const {
    const auto brings = [&](EffectKind kind) {
        return has(state.on_enter, kind) ||
               std::any_of(definition_.actions.begin(), definition_.actions.end(),
                           [&](const Action& action) {
                               return action.to == id && has(action.effects, kind);
                           });
    };
    return std::any_of(rule.moments.begin(), rule.moments.end(), [&](Moment moment) {
        switch (moment) {
            case Moment::always:
                return !rule.on_final || state.final;
            case Moment::enter_tag:
                return contains(state.tags, rule.tag);
            case Moment::publish:
                return brings(EffectKind::publish);
            case Moment::publish_draft:
                return brings(EffectKind::publish_draft);
        }
        return false;
    });
}

void Relevance::find_readers() {
    for (const Action& action : definition_.actions) {
        read(action.when, action.from);
        ask(action.when, asked_by_guards_[action.from]);
        for (const FieldId field : action.needs)
            fields_[field][action.from] = true;
        for (const SignatureId kind : action.not_by_signer_of)
            identity_[kind][action.from] = true;
        for (const TimerId timer : action.after)
            timers_[timer][action.from] = true;
        if (action.extends) timers_[action.extends->timer][action.from] = true;
        for (const StateId landed : landings(action))
            if (action.sign != kNone) identity_[action.sign][landed] = true;
    }
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        const ActionId taken = definition_.timers[i].on_expiry;
        if (taken != kNone) timers_[i][definition_.actions[taken].from] = true;
    }
    for (std::size_t i = 0; i < definition_.states.size(); ++i) {
        const auto id = static_cast<StateId>(i);
        const State& state = definition_.states[i];
        for (const SignatureId kind : state.renewable)
            void_[kind][i] = worth_differs_[kind] = true;
        if (state.parallel) {
            for (const Branch& branch : state.parallel->branches) {
                read(branch.when, id);
                ask(branch.when, asked_by_rules_[id]);
            }
        }
        // Rules are held against what a step leads to, as it was before it: in both states.
        for (const PolicyRule& rule : policy_.rules) {
            if (!may_speak(rule, state, id) || always_holds(rule, state, id)) continue;
            read(rule.require, id);
            ask(rule.require, asked_by_rules_[id]);
            for (const Way& way : ways_) {
                if (way.to != id) continue;
                ask(rule.require, asked_by_rules_[way.from]);
                const auto matters = [&](FieldId field) {
                    if (!way.sets(field)) fields_[field][way.from] = true;
                };
                for (const Term& term : rule.require.terms) {
                    const bool two =
                        term.op >= Op::fields_equal && term.op <= Op::field_at_most_field;
                    if (two || term.op == Op::deadline_expired_by) {
                        matters(static_cast<FieldId>(term.operand));
                    }
                    const bool of_field =
                        term.op >= Op::field_given && term.op <= Op::field_at_most_field;
                    if (of_field) matters(term.subject);
                }
            }
        }
    }
}

// Backwards over every way that `passes`.
template <class Passes>
void Relevance::spread(States& matters, Passes passes) const {
    bool grown = true;
    while (grown) {
        grown = false;
        for (const Way& way : ways_) {
            if (!matters[way.to] || matters[way.from] || !passes(way)) continue;
            matters[way.from] = grown = true;
        }
    }
}

void Relevance::spread_signatures() {
    for (std::size_t i = 0; i < live_.size(); ++i) {
        const auto kind = static_cast<SignatureId>(i);
        const auto passes = [&](const Way& way) {
            // Who may sign their own draft may leave one that is worth less than an older one.
            return way.sign != kind || (!way.not_by_drafter && worth_differs_[kind]);
        };
        spread(void_[i], passes);
        spread(identity_[i], passes);
        for (std::size_t state = 0; state < live_[i].size(); ++state) {
            if (void_[i][state] || identity_[i][state]) live_[i][state] = true;
        }
        spread(live_[i], passes);
    }
}

// Whether a walk that comes here may give the field any value, and lose nothing by it.
bool Relevance::can_be_set_freely(FieldId id, const State& state, StateId here) const {
    const Field& field = definition_.fields[id];
    if (state.region != 0 || state.worklist.empty() || state.countersign) return false;
    const bool drafters_state = !definition_.openers.empty() &&
                                state.worklist.front().role == definition_.openers.front().role;
    if (!drafters_state) return false;
    const bool settable =
        field.derived ? std::any_of(state.editable.begin(), state.editable.end(),
                                    [&](FieldId other) {
                                        return writes_for_the_public(definition_.fields[other]);
                                    })
                      : contains(state.editable, id);
    if (!settable) return false;
    if (!field.content) return true;
    // An edit voids what was signed before.
    return std::none_of(live_.begin(), live_.end(),
                        [&](const States& matters) { return matters[here]; });
}

void Relevance::spread_fields() {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (!tracked_[i]) continue;
        const auto id = static_cast<FieldId>(i);
        States free(definition_.states.size());
        for (std::size_t state = 0; state < free.size(); ++state) {
            free[state] =
                can_be_set_freely(id, definition_.states[state], static_cast<StateId>(state));
        }
        spread(fields_[i], [&](const Way& way) { return !free[way.to] && !way.sets(id); });
    }
}

void Relevance::spread_timers() {
    for (std::size_t i = 0; i < timers_.size(); ++i) {
        const Timer& timer = definition_.timers[i];
        spread(timers_[i], [&](const Way& way) {
            const bool anew =
                way.action != nullptr && contains(way.action->restarts, static_cast<TimerId>(i));
            // Nothing stands beside a place of the flow itself that is no fork: where the timer has
            // no part in it, it is dropped.
            const State& to = definition_.states[way.to];
            const bool dropped = to.region == 0 && !to.parallel && !contains(timer.runs_in, way.to);
            return !anew && !dropped;
        });
    }
}

void Relevance::spread_relations() {
    related_.assign(definition_.relations.size(), States(definition_.states.size()));
    for (std::size_t relation = 0; relation < related_.size(); ++relation) {
        States& reached = related_[relation];
        for (std::size_t state = 0; state < reached.size(); ++state) {
            reached[state] =
                contains(definition_.states[state].relates, static_cast<RelationId>(relation));
        }
        for (bool grown = true; grown;) {
            grown = false;
            for (const Way& way : ways_) {
                if (!reached[way.from] || reached[way.to]) continue;
                reached[way.to] = grown = true;
            }
        }
    }
}

bool Relevance::may_be_related(const Document& document, RelationId relation) const {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        return place.state != kNone && related_[relation][place.state];
    });
}

bool Relevance::anywhere(const Document& document, const States& states) const {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        // What lies ahead of a fork lies ahead of its branches.
        return place.state != kNone && !forks_[place.state] && states[place.state];
    });
}

}  // namespace gongkai::engine
