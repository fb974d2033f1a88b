#include "engine/policy.hpp"

#include <algorithm>

namespace gongkai::engine {

Occasion::Occasion(const Definition& definition, const Document& after,
                   std::span<const Event> events, std::span<const Effect> effects) {
    for (const Effect& effect : effects) {
        if (const auto* publish = std::get_if<Publish>(&effect))
            (publish->draft ? published_draft_ : published_) = true;
    }
    const StateId root = after.places[0].state;
    rests_ = root != kNone && definition.states[root].final;
    for (const Event& event : events) {
        const auto* moved = std::get_if<Moved>(&event);
        if (moved == nullptr || moved->to == kNone) continue;
        const auto& tags = definition.states[moved->to].tags;
        entered_.insert(entered_.end(), tags.begin(), tags.end());
    }
}

bool Occasion::calls(const PolicyRule& rule) const {
    return std::any_of(rule.moments.begin(), rule.moments.end(), [&](Moment moment) {
        switch (moment) {
            case Moment::always:
                return !rule.on_final || rests_;
            case Moment::publish:
                return published_;
            case Moment::publish_draft:
                return published_draft_;
            case Moment::enter_tag:
                return rule.tag != kNone &&
                       std::find(entered_.begin(), entered_.end(), rule.tag) != entered_.end();
        }
        return false;
    });
}

}  // namespace gongkai::engine
