#include "engine/assignment.hpp"

namespace gongkai::engine {

std::vector<FieldId> to_assign(const Definition& definition, const Document* document,
                               const Command& command) {
    if (document == nullptr)
        return std::holds_alternative<Open>(command) ? definition.assigns : std::vector<FieldId>{};
    const auto* act = std::get_if<Act>(&command);
    if (act == nullptr) return {};
    const Action* action = nullptr;
    for (const Place& place : document->places) {
        if (place.state == kNone) continue;
        const State& here = definition.states[place.state];
        if (!act->state.empty() && here.name != act->state) continue;
        for (const ActionId id : here.actions) {
            if (definition.actions[id].name != act->action) continue;
            if (action != nullptr) return {};
            action = &definition.actions[id];
        }
    }
    std::vector<FieldId> lacking;
    if (action == nullptr) return lacking;
    for (const FieldId field : action->assigns) {
        if (!document->fields[field]) lacking.push_back(field);
    }
    return lacking;
}

}  // namespace gongkai::engine
