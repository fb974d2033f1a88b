#include "engine/policy.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

bool published(std::span<const Effect> effects, bool draft) {
    return std::any_of(effects.begin(), effects.end(), [&](const Effect& effect) {
        const auto* publish = std::get_if<Publish>(&effect);
        return publish != nullptr && publish->draft == draft;
    });
}

bool entered(std::span<const Event> events, const Definition& definition, std::uint16_t tag) {
    return std::any_of(events.begin(), events.end(), [&](const Event& event) {
        const auto* moved = std::get_if<Moved>(&event);
        if (moved == nullptr || moved->to == kNone) return false;
        const auto& tags = definition.states[moved->to].tags;
        return std::find(tags.begin(), tags.end(), tag) != tags.end();
    });
}

}  // namespace

bool speaks(const PolicyRule& rule, const Definition& definition, const Document& after,
            std::span<const Event> events, std::span<const Effect> effects) {
    return std::any_of(rule.moments.begin(), rule.moments.end(), [&](Moment moment) {
        switch (moment) {
            case Moment::always: {
                const StateId root = after.places[0].state;
                return !rule.on_final || (root != kNone && definition.states[root].final);
            }
            case Moment::publish:
                return published(effects, false);
            case Moment::publish_draft:
                return published(effects, true);
            case Moment::enter_tag:
                return rule.tag != kNone && entered(events, definition, rule.tag);
        }
        return false;
    });
}

}  // namespace gongkai::engine
