// When a rule of the policy speaks, and whether it is kept: asked by decide() as the last fence,
// and by check().
#pragma once

#include <span>

#include "engine/decide.hpp"

namespace gongkai::engine {

// Whether a step with these events and effects, that left the document as it is now, is a moment of
// the rule.
bool speaks(const PolicyRule& rule, const Definition& definition, const Document& after,
            std::span<const Event> events, std::span<const Effect> effects);

}  // namespace gongkai::engine
