#include "engine/abstraction.hpp"

#include <algorithm>
#include <set>

#include "engine/guard.hpp"

#include "engine/choice_tests.hpp"

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
        case FieldType::moment:
            return Instant{number};
        case FieldType::text:
        case FieldType::table:
            break;
    }
    return Committed{Digest{}, static_cast<std::uint32_t>(std::max<std::int64_t>(number, 0))};
}

// What a comparison sees of a number, date or moment; nullopt for what has no order.
std::optional<std::int64_t> ordered(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    if (const auto* date = std::get_if<Date>(&value)) return date->days;
    if (const auto* moment = std::get_if<Instant>(&value)) return moment->ms;
    return std::nullopt;
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

constexpr std::size_t kMaxWorlds = 256;

constexpr Digest kPresent{1};
constexpr Digest kOlder{2};

}  // namespace

Abstraction::Abstraction(const Definition& definition, const Policy& policy)
    : definition_(definition), tests_(definition.fields.size()) {
    // Its days are no days of a calendar.
    for (Field& field : definition_.fields)
        field.past = false;
    for (const Action& action : definition_.actions)
        read_guard(action.when);
    for (const State& state : definition_.states) {
        if (!state.parallel) continue;
        for (const Branch& branch : state.parallel->branches)
            read_guard(branch.when);
    }
    for (const PolicyRule& rule : policy.rules)
        read_guard(rule.require);
    asked_timers_ = asked_timers(definition, policy);
    choose_values();
    choose_timers();
    for (std::size_t i = 0; i < values_.size(); ++i)
        tracked_.push_back(!values_[i].empty());
    relevance_.emplace(definition_, policy, tracked_);
    choose_worlds();
}

void Abstraction::read_guard(const Guard& guard) {
    for (ChoiceTest& test : choice_tests(guard, definition_))
        tests_[test.field].choices.push_back(std::move(test.passes));
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
            case Op::field_less_field:
            case Op::field_at_most_field:
                // Before, on and after the day of a step (kEarly), so that each order can be met.
                for (const FieldId field : {term.subject, static_cast<FieldId>(term.operand)}) {
                    for (const std::int64_t day : {-1, 0, 1})
                        add_unique(tests_[field].boundaries, day);
                }
                break;
            case Op::deadline_expired_by:
                for (const Date day : {kFirstDay, kAfterAll})
                    add_unique(tests_[static_cast<FieldId>(term.operand)].boundaries, day.days);
                break;
            case Op::attachments_at_least:
                attachments_ = std::max(attachments_, static_cast<std::size_t>(term.operand));
                break;
            case Op::every_related_in_tag:
            case Op::some_related_in_tag:
            case Op::related_at_least: {
                const bool known =
                    std::any_of(related_tests_.begin(), related_tests_.end(),
                                [&](const Guard& test) { return test.terms.front() == term; });
                if (!known) related_tests_.push_back(Guard{{term}, {}});
                break;
            }
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
    class_of_choice_.resize(definition_.fields.size());
    for (std::size_t i = 0; i < definition_.fields.size(); ++i) {
        const Field& field = definition_.fields[i];
        const Tests& tests = tests_[i];
        if (!tests.any()) continue;
        if (field.type == FieldType::choice && !tests.all_choices) {
            choose_choices(static_cast<FieldId>(i), tests.given || needed[i]);
            continue;
        }
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

// The first of those choices that pass the same tests stands for all of them.
void Abstraction::choose_choices(FieldId field, bool missing_differs) {
    const std::size_t count = definition_.fields[field].choices.size() + 1;
    auto& values = values_[field];
    auto& classes = class_of_choice_[field];
    std::vector<std::vector<bool>> met;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<bool> passed{missing_differs && i == 0};
        for (const std::vector<bool>& test : tests_[field].choices)
            passed.push_back(test[i]);
        const auto same = std::find(met.begin(), met.end(), passed);
        classes.push_back(static_cast<std::size_t>(same - met.begin()));
        if (same != met.end()) continue;
        met.push_back(std::move(passed));
        if (i == 0) {
            values.push_back(std::nullopt);
        } else {
            values.push_back(value_of(FieldType::choice, static_cast<std::int64_t>(i) - 1));
        }
    }
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
    timers_ = asked_timers_;
    for (const Action& action : definition_.actions) {
        for (const TimerId timer : action.after)
            timers_[timer] = true;
        if (action.extends) timers_[action.extends->timer] = true;
    }
    for (std::size_t i = 0; i < definition_.timers.size(); ++i) {
        Timer& timer = definition_.timers[i];
        if (timer.on_expiry != kNone) timers_[i] = true;
        if (!timers_[i]) timer.runs_in.clear();
        constexpr auto beyond = static_cast<std::int32_t>(kLastDue.ms / ms_per_hour);
        timer.amount = Amount{timer.minimum ? 1 : beyond, Unit::hours};
        timer.origins.clear();
        timer.on = kNone;
    }
}

// For each relation: how many there are, and of each tag that is asked about whether none, one or
// all of them are in it. Two worlds of which no test tells one from the other are one.
void Abstraction::choose_worlds() {
    worlds_.push_back({});
    if (related_tests_.empty()) return;
    const auto truths = [&](const std::vector<RelatedDocument>& related) {
        Document document;
        document.related = related;
        std::vector<bool> values;
        for (const Guard& test : related_tests_)
            values.push_back(holds(test, definition_, document, nullptr, kEarly));
        return values;
    };
    for (std::size_t i = 0; i < definition_.relations.size(); ++i) {
        const auto relation = static_cast<RelationId>(i);
        std::set<std::int64_t> tags;
        std::set<std::int64_t> counts{0};
        for (const Guard& test : related_tests_) {
            const Term& term = test.terms.front();
            if (term.subject != relation) continue;
            if (term.op == Op::related_at_least) {
                counts.insert(std::max<std::int64_t>(term.operand - 1, 0));
                counts.insert(term.operand);
            } else {
                tags.insert(term.operand);
                counts.insert({1, 2});
            }
        }
        std::size_t patterns = 1;
        for (std::size_t tag = 0; tag < tags.size() && patterns <= kMaxWorlds; ++tag)
            patterns *= 3;
        if (patterns > kMaxWorlds) {
            worlds_complete_ = false;
            return;
        }
        const std::vector<World> before = worlds_;
        std::set<std::vector<bool>> seen;
        for (const World& world : before)
            seen.insert(truths(world.related));
        for (const World& world : before) {
            for (const std::int64_t count : counts) {
                for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
                    World more = world;
                    for (std::int64_t n = 0; n < count; ++n) {
                        RelatedDocument one{relation, static_cast<DocumentId>(n) + 2, {}, {}};
                        std::size_t rest = pattern;
                        for (const std::int64_t tag : tags) {
                            const bool there = rest % 3 == 2 || (rest % 3 == 1 && n == 0);
                            rest /= 3;
                            const auto& name =
                                definition_.related_tags[static_cast<std::size_t>(tag)];
                            if (there) one.tags.push_back(name);
                        }
                        std::sort(one.tags.begin(), one.tags.end());
                        more.related.push_back(std::move(one));
                    }
                    if (seen.insert(truths(more.related)).second) worlds_.push_back(more);
                    if (worlds_.size() > kMaxWorlds) {
                        worlds_complete_ = false;
                        return;
                    }
                }
            }
        }
    }
    const std::vector<bool> without = truths({});
    for (World& world : worlds_) {
        world.answers = truths(world.related);
        const std::vector<bool>& here = world.answers;
        for (std::size_t i = 0; i < here.size(); ++i) {
            if (here[i] == without[i]) continue;
            const Term& term = related_tests_[i].terms.front();
            const std::string& name = definition_.relations[term.subject].name;
            if (!world.text.empty()) world.text += ", ";
            if (!here[i]) world.text += "not ";
            if (term.op == Op::related_at_least) {
                world.text += "related " + name + " >= " + std::to_string(term.operand);
            } else {
                world.text += term.op == Op::every_related_in_tag ? "every " : "some ";
                world.text += name + " in tag " +
                              definition_.related_tags[static_cast<std::size_t>(term.operand)];
            }
        }
    }
}

bool Abstraction::possible(const World& world, const Document& document) const {
    return std::all_of(world.related.begin(), world.related.end(),
                       [&](const RelatedDocument& related) {
                           return relevance_->may_be_related(document, related.relation);
                       });
}

std::vector<Abstraction::Outlook> Abstraction::outlooks(const Document& document) const {
    std::vector<std::size_t> by_rules;
    std::vector<std::size_t> by_any;
    for (std::size_t i = 0; i < related_tests_.size(); ++i) {
        const Term& term = related_tests_[i].terms.front();
        const bool rule = relevance_->rule_asks(document, term);
        if (rule) by_rules.push_back(i);
        if (rule || relevance_->guard_asks(document, term)) by_any.push_back(i);
    }
    std::vector<Outlook> found;
    std::set<std::vector<bool>> told_by_rules;
    std::set<std::vector<bool>> told_by_any;
    for (std::size_t i = 0; i < worlds_.size(); ++i) {
        if (!possible(worlds_[i], document)) continue;
        const auto answers = [&](const std::vector<std::size_t>& tests) {
            std::vector<bool> here;
            for (const std::size_t test : tests)
                here.push_back(worlds_[i].answers[test]);
            return here;
        };
        if (!told_by_any.insert(answers(by_any)).second) continue;
        found.push_back({i, !told_by_rules.insert(answers(by_rules)).second});
    }
    return found;
}

Value Abstraction::filler(FieldId field) const {
    return value_of(definition_.fields[field].type, 1);
}

// A date or number that an action has set (`today`): the class of the greatest value below it.
std::size_t Abstraction::nearest(FieldId field, const Value& value) const {
    const auto number = ordered(value);
    std::size_t best = 0;  // a value that nobody tells from none
    std::size_t least = 0;
    for (std::size_t i = 1; number && i < values_[field].size(); ++i) {
        const std::int64_t candidate = *ordered(*values_[field][i]);
        if (least == 0 || candidate < *ordered(*values_[field][least])) least = i;
        if (candidate > *number) continue;
        if (best == 0 || candidate > *ordered(*values_[field][best])) best = i;
    }
    return best != 0 ? best : least;
}

std::size_t Abstraction::class_of(FieldId field, const std::optional<Value>& value) const {
    const auto& values = values_[field];
    if (!value) return 0;
    if (!class_of_choice_[field].empty())
        return class_of_choice_[field][std::get<Choice>(*value).index + std::size_t{1}];
    for (std::size_t i = 1; i < values.size(); ++i) {
        const auto* committed = std::get_if<Committed>(&*value);
        if (committed != nullptr) {
            // Texts are told apart by their size only.
            if (std::get<Committed>(*values[i]).size == committed->size) return i;
        } else if (*values[i] == *value) {
            return i;
        }
    }
    return nearest(field, *value);
}

std::string Abstraction::pack(const Document& document) const {
    std::string key;
    key.reserve(64);
    for (const Place& place : document.places) {
        put(key, place.state);
        const bool withdrawable = place.via != kNone && !place.touched;
        put(key, withdrawable ? place.via : kNone);
        put_byte(key, withdrawable ? place.moved_by : 0);
    }
    if (at_rest_for_ever(document)) {
        key.push_back(document.purged ? kPurged : kAtRest);
        return key;
    }
    key.push_back(kMoving);
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (values_[i].empty()) continue;
        const auto field = static_cast<FieldId>(i);
        const bool matters = relevance_->field(document, field);
        put_byte(key, matters ? class_of(field, document.fields[i]) : 0);
    }
    put_byte(key, document.attachments.size());
    for (std::size_t i = 0; i < timers_.size(); ++i) {
        if (!timers_[i]) continue;
        const TimerState& timer = document.timers[i];
        const bool matters = relevance_->timer(document, static_cast<TimerId>(i));
        const auto phase = static_cast<std::size_t>(timer.phase);
        put_byte(key, matters ? phase + (timer.extended ? 4 : 0) : 0);
    }
    put_byte(key, document.drafters.size());
    for (const PersonId drafter : document.drafters)
        put_byte(key, drafter);

    std::vector<std::array<std::uint8_t, 4>> signatures;
    for (const Signature& signature : document.signatures) {
        const SignatureId kind = signature.kind;
        const bool live = signature.content == document.content;
        const bool matters =
            live ? relevance_->live(document, kind) : relevance_->voided(document, kind);
        if (!matters) continue;
        std::array<std::uint8_t, 4> entry{static_cast<std::uint8_t>(kind), 0, 0,
                                          static_cast<std::uint8_t>(live)};
        // Whoever renews a voided one did not give the live ones that it is held against.
        if (live && relevance_->identity(document, kind)) {
            entry[1] = static_cast<std::uint8_t>(signature.signer);
            entry[2] = static_cast<std::uint8_t>(signature.on_behalf_of);
        } else {
            const bool drafter = document.drafted_by(signature.signer) ||
                                 document.drafted_by(signature.on_behalf_of);
            entry[1] = static_cast<std::uint8_t>(drafter ? kDrafter : kSomebody);
        }
        signatures.push_back(entry);
    }
    std::sort(signatures.begin(), signatures.end());
    signatures.erase(std::unique(signatures.begin(), signatures.end()), signatures.end());
    put_byte(key, signatures.size());
    for (const auto& entry : signatures) {
        for (const std::uint8_t byte : entry)
            put_byte(key, byte);
    }

    // Voters but the drafter are alike: only how many said what.
    std::vector<std::array<std::uint16_t, 3>> votes;
    for (const CastVote& vote : document.votes) {
        if (vote.content != document.content || !document.in(vote.state)) continue;
        votes.push_back({vote.state, static_cast<std::uint16_t>(vote.ballot),
                         static_cast<std::uint16_t>(vote.voter == kDrafter ? 1 : 0)});
    }
    std::sort(votes.begin(), votes.end());
    put_byte(key, votes.size());
    for (const auto& vote : votes) {
        put(key, vote[0]);
        put_byte(key, vote[1] * 2U + vote[2]);
    }
    return key;
}

Document Abstraction::unpack(const std::string& key) const {
    Unpacker in{key};
    Document document;
    document.id = 1;
    document.flow = definition_.flow;
    document.definition = definition_.digest;
    document.department = kDepartment;
    document.content = kPresent;
    document.places.resize(definition_.regions.size());
    for (Place& place : document.places) {
        place.state = in.word();
        place.via = in.word();
        place.moved_by = in.byte();
    }
    document.fields.resize(values_.size());
    document.timers.resize(timers_.size());
    const auto mark = static_cast<char>(in.byte());
    if (mark != kMoving) {
        document.purged = mark == kPurged;
        return document;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (values_[i].empty()) {
            document.fields[i] = filler(static_cast<FieldId>(i));
        } else {
            document.fields[i] = values_[i][in.byte()];
        }
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
        timer.due = definition_.timers[i].minimum ? kLeastDue : kLastDue;
    }
    document.drafters.resize(in.byte());
    for (PersonId& drafter : document.drafters)
        drafter = in.byte();
    document.signatures.resize(in.byte());
    for (Signature& signature : document.signatures) {
        signature.kind = in.byte();
        signature.signer = in.byte();
        signature.on_behalf_of = in.byte();
        signature.content = in.byte() != 0 ? kPresent : kOlder;
    }
    document.votes.resize(in.byte());
    PersonId voter = kFirstVoter;
    for (CastVote& vote : document.votes) {
        vote.state = in.word();
        const std::uint8_t packed = in.byte();
        vote.ballot = static_cast<Ballot>(packed / 2);
        vote.voter = packed % 2 == 1 ? kDrafter : voter++;
        vote.department = "d" + std::to_string(vote.voter);
        vote.content = kPresent;
    }
    return document;
}

}  // namespace gongkai::engine
