#include "engine/definition.hpp"

namespace gongkai::engine {

namespace {

template <class Things>
std::uint16_t position(const Things& things, std::string_view name) {
    for (std::size_t i = 0; i < things.size(); ++i) {
        if (things[i].name == name) return static_cast<std::uint16_t>(i);
    }
    return kNone;
}

}  // namespace

FieldId Definition::field(std::string_view name) const {
    return position(fields, name);
}
StateId Definition::state(std::string_view name) const {
    return position(states, name);
}
SignatureId Definition::signature(std::string_view name) const {
    return position(signatures, name);
}
TimerId Definition::timer(std::string_view name) const {
    return position(timers, name);
}
RelationId Definition::relation(std::string_view name) const {
    return position(relations, name);
}

std::vector<bool> asked_timers(const Definition& definition, const Policy& policy) {
    std::vector<bool> asked(definition.timers.size());
    const auto read = [&](const Guard& guard) {
        for (const Term& term : guard.terms)
            if (asks_of_deadline(term)) asked[term.subject] = true;
    };
    for (const Action& action : definition.actions)
        read(action.when);
    for (const State& state : definition.states) {
        if (!state.parallel) continue;
        for (const Branch& branch : state.parallel->branches)
            read(branch.when);
    }
    for (const PolicyRule& rule : policy.rules)
        read(rule.require);
    return asked;
}

}  // namespace gongkai::engine
