// What goes around the body of a message: the headers of Standard Webhooks (standardwebhooks.com).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace gongkai::app {

// The same for every try, also after a restart, and another for every other message and
// subscriber: the receiver knows by it what it already has. Computed from what is told, so that a
// database that was put back cannot give an old id to new content.
std::string webhook_id(const storage::OutboxMessage& message);

// "v1," and the HMAC-SHA256 of "id.timestamp.body" in base64; nullopt where the secret is not
// "whsec_" and base64.
std::optional<std::string> webhook_signature(std::string_view secret, std::string_view id,
                                             std::int64_t timestamp_s, std::string_view body);

}  // namespace gongkai::app
