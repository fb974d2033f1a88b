#include "engine/abstraction.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

Value value_of(FieldType type, std::int64_t number) {
    switch (type) {
        case FieldType::flag:
            return number != 0;
        case FieldType::number:
            return number;
        case FieldType::date:
            return Date{static_cast<std::int32_t>(number)};
        case FieldType::choice:
            return Choice{static_cast<std::uint16_t>(number)};
        case FieldType::text:
        case FieldType::table:
            break;
    }
    return Committed{Digest{}, static_cast<std::uint32_t>(std::max<std::int64_t>(number, 0))};
}

void add_unique(std::vector<std::int64_t>& list, std::int64_t value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

void put(std::string& key, std::uint32_t value) {
    key.push_back(static_cast<char>(value & 0xFF));
    key.push_back(static_cast<char>(value >> 8 & 0xFF));
}
void put_byte(std::string& key, std::size_t value) {
    key.push_back(static_cast<char>(value));
}

template <class List, class Thing>
bool contains(const List& list, const Thing& thing) {
    return std::find(list.begin(), list.end(), thing) != list.end();
}

bool reads_field(Op op) {
    return op >= Op::field_given && op <= Op::fields_equal;
}

struct Unpacker {
    const std::string& key;
    std::size_t at = 0;
    std::uint8_t byte() { return static_cast<std::uint8_t>(key[at++]); }
    std::uint16_t word() {
        const std::uint16_t low = byte();
        return static_cast<std::uint16_t>(low | byte() << 8);
    }
};

// After the places in a key: whether anything can still happen to the document.
constexpr char kMoving = 0;
constexpr char kAtRest = 1;
constexpr char kPurged = 2;

constexpr std::uint8_t kAny = 0xFF;
constexpr Digest kPresent{1};
constexpr Digest kOlder{2};

}  // namespace

Abstraction::Abstraction(const Definition& definition, const Policy& policy)
    : definition_(definition), tests_(definition.fields.size()) {
    for (const Action& action : definition_.actions)
        read_guard(action.when);
    for (const State& state : definition_.states) {
        if (!state.parallel) continue;
        for (const Branch& branch : state.parallel->branches)
            read_guard(branch.when);
    }
    for (const PolicyRule& rule : policy.rules)
        read_guard(rule.require);
    choose_values();
    choose_what_matters(policy);
    choose_timers();
    for (std::size_t i = 0; i < values_.size(); ++i)
        tracked_.push_back(!values_[i].empty());
    relevance_.emplace(definition_, policy, tracked_);
}

void Abstraction::read_guard(const Guard& guard) {
    for (const Term& term : guard.terms) {
        switch (term.op) {
            case Op::field_given:
                tests_[term.subject].given = true;
                break;
            case Op::field_equals:
                add_unique(tests_[term.subject].equals, term.operand);
                break;
            case Op::field_less:
                add_unique(tests_[term.subject].boundaries, term.operand - 1);
                add_unique(tests_[term.subject].boundaries, term.operand);
                break;
            case Op::field_at_most:
                add_unique(tests_[term.subject].boundaries, term.operand);
                add_unique(tests_[term.subject].boundaries, term.operand + 1);
                break;
            case Op::fields_equal:
                tests_[term.subject].all_choices = true;
                tests_[static_cast<FieldId>(term.operand)].all_choices = true;
                break;
            case Op::attachments_at_least:
                attachments_ = std::max(attachments_, static_cast<std::size_t>(term.operand));
                break;
            default:
                break;
        }
    }
}

void Abstraction::choose_values() {
    std::vector<bool> needed(definition_.fields.size());
    for (const Action& action : definition_.actions) {
        for (const FieldId field : action.needs)
            needed[field] = true;
    }
    values_.resize(definition_.fields.size());
    for (std::size_t i = 0; i < definition_.fields.size(); ++i) {
        const Field& field = definition_.fields[i];
        const Tests& tests = tests_[i];
        if (!tests.any()) continue;
        std::vector<std::int64_t> numbers = tests.equals;
        for (const std::int64_t boundary : tests.boundaries)
            add_unique(numbers, boundary);
        std::int64_t others = 0;
        if (field.type == FieldType::choice) {
            others = static_cast<std::int64_t>(field.choices.size());
        } else if (field.type == FieldType::flag) {
            others = 2;
        }
        // One more value stands for all those that no guard names, unless "no value" can stand for
        // them as well.
        const bool missing_differs = tests.given || needed[i];
        bool other_added = !missing_differs && !tests.all_choices;
        for (std::int64_t other = 0; other < others; ++other) {
            const bool named = std::find(numbers.begin(), numbers.end(), other) != numbers.end();
            if (named || (other_added && !tests.all_choices)) continue;
            numbers.push_back(other);
            other_added = true;
        }
        if (others == 0 && missing_differs && numbers.empty()) numbers.push_back(1);
        auto& values = values_[i];
        values.push_back(std::nullopt);
        for (const std::int64_t number : numbers)
            values.push_back(value_of(field.type, number));
    }
}

// Where it still matters what a field holds and what was signed.
void Abstraction::choose_what_matters(const Policy& policy) {
    const std::size_t states = definition_.states.size();
    void_matters_.assign(definition_.signatures.size(), std::vector<bool>(states));
    live_matters_ = void_matters_;
    worth_differs_.assign(definition_.signatures.size(), false);
    field_matters_.assign(definition_.fields.size(), std::vector<bool>(states));

    const auto reads = [&](const Guard& guard, StateId state) {
        for (const Term& term : guard.terms) {
            if (term.subject == kNone) continue;
            if (term.op == Op::signed_live || term.op == Op::signed_by_another) {
                live_matters_[term.subject][state] = true;
                if (term.op == Op::signed_by_another) worth_differs_[term.subject] = true;
            } else if (reads_field(term.op)) {
                field_matters_[term.subject][state] = true;
                if (term.op == Op::fields_equal) {
                    field_matters_[static_cast<FieldId>(term.operand)][state] = true;
                }
            }
        }
    };
    for (const Action& action : definition_.actions) {
        reads(action.when, action.from);
        for (const FieldId field : action.needs)
            field_matters_[field][action.from] = true;
    }
    editable_.assign(definition_.fields.size(), std::vector<bool>(states));
    for (std::size_t i = 0; i < states; ++i) {
        const State& state = definition_.states[i];
        if (state.worklist.empty()) continue;
        bool body = false;
        for (const FieldId field : state.editable) {
            editable_[field][i] = true;
            body = body || definition_.fields[field].authored();
        }
        // What the system reads out of the body changes with it.
        for (std::size_t field = 0; body && field < definition_.fields.size(); ++field) {
            if (definition_.fields[field].derived) editable_[field][i] = true;
        }
    }
    for (std::size_t i = 0; i < states; ++i) {
        const auto id = static_cast<StateId>(i);
        const State& state = definition_.states[i];
        for (const SignatureId kind : state.renewable)
            void_matters_[kind][i] = worth_differs_[kind] = true;
        if (state.parallel) {
            for (const Branch& branch : state.parallel->branches)
                reads(branch.when, id);
        }
        // Rules are held against what a step leads to.
        for (const PolicyRule& rule : policy.rules) {
            if (may_speak(rule, id)) reads(rule.require, id);
        }
    }
    for (std::size_t i = 0; i < definition_.signatures.size(); ++i) {
        const auto kind = static_cast<SignatureId>(i);
        // Who may sign their own draft may leave a signature that is worth less than an older one.
        const auto replaces = [&](const Action& action) {
            return action.sign == kind && (action.not_by_drafter || !worth_differs_[kind]);
        };
        const auto never = [](StateId) { return false; };
        spread_backwards(void_matters_[i], replaces, never);
        for (std::size_t state = 0; state < states; ++state) {
            if (void_matters_[i][state]) live_matters_[i][state] = true;
        }
        spread_backwards(live_matters_[i], replaces, never);
    }
    for (std::size_t i = 0; i < field_matters_.size(); ++i) {
        const bool process = !definition_.fields[i].content;
        const auto field = static_cast<FieldId>(i);
        // Where it may be filled in anew without touching the content, the old value is forgotten.
        const auto replaces = [&](const Action& action) {
            return process && contains(action.asks, field);
        };
        const auto rewritten = [&](StateId state) { return process && editable_[i][state]; };
        spread_backwards(field_matters_[i], replaces, rewritten);
    }
}

// Whether a step into this state can be one that the rule speaks of.
bool Abstraction::may_speak(const PolicyRule& rule, StateId id) const {
    const State& state = definition_.states[id];
    const auto publishes = [](const std::vector<EffectSpec>& effects) {
        return std::any_of(effects.begin(), effects.end(), [](const EffectSpec& effect) {
            return effect.kind == EffectKind::publish || effect.kind == EffectKind::publish_draft;
        });
    };
    return std::any_of(rule.moments.begin(), rule.moments.end(), [&](Moment moment) {
        switch (moment) {
            case Moment::always:
                return !rule.on_final || state.final;
            case Moment::enter_tag:
                return std::find(state.tags.begin(), state.tags.end(), rule.tag) !=
                       state.tags.end();
            case Moment::publish:
            case Moment::publish_draft:
                break;
        }
        return publishes(state.on_enter) ||
               std::any_of(definition_.actions.begin(), definition_.actions.end(),
                           [&](const Action& action) {
                               return action.to == id && publishes(action.effects);
                           });
    });
}

// Backwards from the states that ask for it, over every step that does not replace it and through
// every state in which it is not rewritten anyhow.
void Abstraction::spread_backwards(std::vector<bool>& matters,
                                   const std::function<bool(const Action&)>& replaces,
                                   const std::function<bool(StateId)>& rewritten) const {
    std::vector<std::vector<StateId>> before(definition_.states.size());
    const auto step = [&](StateId from, StateId to) {
        if (from != kNone && to != kNone && !rewritten(to)) before[to].push_back(from);
    };
    for (const Action& action : definition_.actions) {
        if (!replaces(action)) step(action.from, action.to);
        if (action.withdrawable) step(action.to, action.from);
    }
    for (std::size_t i = 0; i < definition_.states.size(); ++i) {
        const auto id = static_cast<StateId>(i);
        const State& state = definition_.states[i];
        if (state.parallel) {
            for (const Branch& branch : state.parallel->branches)
                step(id, branch.start);
            step(id, state.parallel->then);
            for (const ExitRoute& route : state.parallel->interrupts)
                step(id, route.to);
        }
        if (state.countersign) {
            step(id, state.countersign->passed);
            step(id, state.countersign->failed);
            step(id, state.countersign->vetoed);
        }
        // Whatever another branch does may lead out of the whole fork.
        const StateId owner = definition_.regions[state.region].owner;
        if (owner != kNone) step(id, owner);
    }
    std::vector<StateId> open;
    for (std::size_t i = 0; i < matters.size(); ++i) {
        if (matters[i]) open.push_back(static_cast<StateId>(i));
    }
    while (!open.empty()) {
        const StateId to = open.back();
        open.pop_back();
        for (const StateId from : before[to]) {
            if (matters[from]) continue;
            matters[from] = true;
            open.push_back(from);
        }
    }
}

bool Abstraction::anywhere(const Document& document, const std::vector<bool>& states) const {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        return place.state != kNone && states[place.state];
    });
}

// Nothing can happen any more: one such document is as good as another.
bool Abstraction::at_rest_for_ever(const Document& document) const {
    if (document.purged) return true;
    return std::all_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        if (place.state == kNone) return true;
        const State& state = definition_.states[place.state];
        return state.final && state.actions.empty() && state.editable.empty() &&
               !state.edit_attachments && state.renewable.empty() &&
               (place.via == kNone || place.touched);
    });
}

void Abstraction::choose_timers() {
    timers_.resize(definition_.timers.size());
    for (const Action& action : definition_.actions) {
        for (const TimerId timer : action.after)
            timers_[timer] = true;
        if (action.extends) timers_[action.extends->timer] = true;
    }
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        Timer& timer = definition_.timers[i];
        if (timer.on_expiry != kNone) timers_[i] = true;
        if (!timers_[i]) timer.runs_in.clear();
        timer.amount = Amount{1, Unit::hours};
        timer.from_field.reset();
    }
}

Value Abstraction::filler(FieldId field) const {
    return value_of(definition_.fields[field].type, 1);
}

std::size_t Abstraction::class_of(FieldId field, const std::optional<Value>& value) const {
    const auto& values = values_[field];
    if (!value) return 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        const auto* committed = std::get_if<Committed>(&*value);
        if (committed != nullptr) {
            // Texts are told apart by their size only.
            if (std::get<Committed>(*values[i]).size == committed->size) return i;
        } else if (*values[i] == *value) {
            return i;
        }
    }
    return 0;  // a value that nobody tells from none
}

Abstraction::Signatures Abstraction::pack_signatures(const Document& document) const {
    // Of a signature: its kind, whether it is live, and whether the drafter had a hand in it.
    Signatures signatures;
    for (const Signature& signature : document.signatures) {
        const bool live = signature.content == document.content;
        const SignatureId kind = signature.kind;
        if (!anywhere(document, live ? live_matters_[kind] : void_matters_[kind])) continue;
        const bool drafter =
            document.drafted_by(signature.signer) || document.drafted_by(signature.on_behalf_of);
        signatures.push_back({static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(live),
                              static_cast<std::uint8_t>(drafter)});
    }
    std::sort(signatures.begin(), signatures.end());
    signatures.erase(std::unique(signatures.begin(), signatures.end()), signatures.end());
    return signatures;
}

Abstraction::Votes Abstraction::pack_votes(const Document& document) {
    // Voters but the drafter are alike: only how many said what.
    Votes votes;
    for (const CastVote& vote : document.votes) {
        if (vote.content != document.content || !document.in(vote.state)) continue;
        votes.push_back({vote.state, static_cast<std::uint16_t>(vote.ballot),
                         static_cast<std::uint16_t>(vote.voter == kDrafter ? 1 : 0)});
    }
    std::sort(votes.begin(), votes.end());
    return votes;
}

std::string Abstraction::pack(const Abstract& state) const {
    const Document& document = state.document;
    std::string key;
    key.reserve(64);
    for (const Place& place : document.places) {
        put(key, place.state);
        const bool back = place.via != kNone && !place.touched;
        put(key, back ? place.via : kNone);
    }
    if (at_rest_for_ever(document)) {
        key.push_back(document.purged ? kPurged : kAtRest);
        return key;
    }
    key.push_back(kMoving);
    const auto signatures = pack_signatures(document);
    const auto votes = pack_votes(document);
    // An editor may leave any value. Where an edit voids nothing that still matters, the document
    // as it is cannot do more than the edited one.
    const bool withdrawable =
        std::any_of(document.places.begin(), document.places.end(),
                    [](const Place& place) { return place.via != kNone && !place.touched; });
    const bool nothing_to_void =
        votes.empty() && std::none_of(signatures.begin(), signatures.end(),
                                      [](const auto& entry) { return entry[1] != 0; });
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (values_[i].empty()) continue;
        const bool rewritable = !withdrawable &&
                                (nothing_to_void || !definition_.fields[i].content) &&
                                anywhere(document, editable_[i]);
        const bool any = state.any[i] || rewritable || !anywhere(document, field_matters_[i]);
        const auto field = static_cast<FieldId>(i);
        put_byte(key, any ? kAny : class_of(field, document.fields[i]));
    }
    put_byte(key, document.attachments.size());
    for (std::size_t i = 0; i < timers_.size(); ++i) {
        if (!timers_[i]) continue;
        const TimerState& timer = document.timers[i];
        put_byte(key, static_cast<std::size_t>(timer.phase) + (timer.extended ? 4 : 0));
    }

    put_byte(key, signatures.size());
    for (const auto& entry : signatures) {
        for (const std::uint8_t byte : entry)
            put_byte(key, byte);
    }

    put_byte(key, votes.size());
    for (const auto& vote : votes) {
        put(key, vote[0]);
        put_byte(key, vote[1] * 2U + vote[2]);
    }
    return key;
}

Abstract Abstraction::unpack(const std::string& key) const {
    Unpacker in{key};
    Abstract state;
    Document& document = state.document;
    document.id = 1;
    document.flow = definition_.flow;
    document.definition = definition_.digest;
    document.department = kDepartment;
    document.content = kPresent;
    document.drafters = {kDrafter};
    document.places.resize(definition_.regions.size());
    for (Place& place : document.places) {
        place.state = in.word();
        place.via = in.word();
        place.moved_by = place.via == kNone ? 0 : kSomebody;
    }
    document.fields.resize(values_.size());
    document.timers.resize(timers_.size());
    state.any.resize(values_.size());
    const auto mark = static_cast<char>(in.byte());
    if (mark != kMoving) {
        document.purged = mark == kPurged;
        return state;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (values_[i].empty()) {
            document.fields[i] = filler(static_cast<FieldId>(i));
            continue;
        }
        const std::uint8_t packed = in.byte();
        state.any[i] = packed == kAny;
        document.fields[i] = values_[i][state.any[i] ? 0 : packed];
    }
    document.attachments.resize(in.byte());
    for (std::size_t i = 0; i < timers_.size(); ++i) {
        if (!timers_[i]) continue;
        const std::uint8_t packed = in.byte();
        TimerState& timer = document.timers[i];
        timer.phase = static_cast<TimerPhase>(packed & 3);
        timer.extended = (packed & 4) != 0;
        timer.unit = Unit::hours;
        timer.count = ms_per_hour;
        timer.due = kDue;
    }
    document.signatures.resize(in.byte());
    for (Signature& signature : document.signatures) {
        signature.kind = in.byte();
        signature.content = in.byte() != 0 ? kPresent : kOlder;
        signature.signer = in.byte() != 0 ? kDrafter : kSomebody;
    }
    document.votes.resize(in.byte());
    PersonId voter = kFirstVoter;
    for (CastVote& vote : document.votes) {
        vote.state = in.word();
        const std::uint8_t packed = in.byte();
        vote.ballot = static_cast<Ballot>(packed / 2);
        vote.voter = packed % 2 == 1 ? kDrafter : voter++;
        vote.department = kDepartment + std::to_string(vote.voter);
        vote.content = kPresent;
    }
    return state;
}

}  // namespace gongkai::engine
