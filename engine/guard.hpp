// Evaluation of guards: total, no allocation, no failure.
#pragma once

#include "engine/decide.hpp"

namespace gongkai::engine {

// `exercised` is the grant of the one who acts (nullptr: nobody, so `actor is` is false).
bool holds(const Guard& guard, const Definition& definition, const Document& document,
           const Grant* exercised);

// Whether the field has a value; a text or table must also not be empty.
bool given(const Document& document, FieldId field);

}  // namespace gongkai::engine
