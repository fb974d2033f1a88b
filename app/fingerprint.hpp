// What an idempotency key is bound to.
#pragma once

#include <initializer_list>
#include <string_view>

#include "engine/value.hpp"

namespace gongkai::app {

// SHA-256 over the parts, each with its length, so that no two lists of parts are taken for one
// another.
engine::Digest fingerprint(std::initializer_list<std::string_view> parts);

}  // namespace gongkai::app
