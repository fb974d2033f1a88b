// Which values of a choice a guard tells apart. Internal to engine/abstraction.cpp: values that no
// guard tells apart are one value to an exploration, which matters for a choice of many values (the
// outcomes of a request).
#pragma once

#include <vector>

#include "engine/definition.hpp"

namespace gongkai::engine {

// A part of a guard that speaks of this field only, as large as it can be.
struct ChoiceTest {
    FieldId field = kNone;
    std::vector<bool> passes;  // [0]: without value; [1 + i]: with choice i
};

std::vector<ChoiceTest> choice_tests(const Guard& guard, const Definition& definition);

}  // namespace gongkai::engine
