// A request that may come twice and is to be carried out once.
#pragma once

#include <string>

#include "engine/value.hpp"

namespace gongkai::app {

// Same key, actor and fingerprint: the same answer again, for 48 hours. The same key with another
// fingerprint is a conflict.
struct Idempotency {
    std::string key;               // 1 to 200 characters
    engine::Digest fingerprint{};  // over method, path and body
};

}  // namespace gongkai::app
