// When a rule of the policy speaks, and whether it is kept: asked by decide() as the last fence,
// and by check().
#pragma once

#include <span>
#include <vector>

#include "engine/decide.hpp"

namespace gongkai::engine {

// A step as the rules look at it: worked out once for all of them.
class Occasion {
  public:
    // Of a step with these events and effects, that left the document as it is now.
    Occasion(const Definition& definition, const Document& after, std::span<const Event> events,
             std::span<const Effect> effects);

    // Whether it is a moment of the rule.
    bool calls(const PolicyRule& rule) const;

  private:
    bool published_ = false;
    bool published_draft_ = false;
    bool rests_ = false;                  // the document has come to a resting place
    std::vector<std::uint16_t> entered_;  // tags of the states that were entered
};

}  // namespace gongkai::engine
