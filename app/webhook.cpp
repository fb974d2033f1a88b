#include "app/webhook.hpp"

#include <sodium.h>

#include <array>

#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace audit = storage::audit;

std::string webhook_id(const storage::OutboxMessage& message) {
    const auto hash = audit::sha256(std::to_string(message.subscriber) + "\n" + message.payload);
    return "msg_" + audit::to_hex(std::span(hash).first(16));
}

std::optional<std::string> webhook_signature(std::string_view secret, std::string_view id,
                                             std::int64_t timestamp_s, std::string_view body) {
    constexpr std::string_view prefix = "whsec_";
    if (secret.substr(0, prefix.size()) != prefix) return std::nullopt;
    const auto key = audit::from_base64(secret.substr(prefix.size()));
    if (!key || key->empty()) return std::nullopt;
    const std::string head = std::string(id) + "." + std::to_string(timestamp_s) + ".";
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(*key), key->size());
    crypto_auth_hmacsha256_update(&state, bytes(head), head.size());
    crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
    std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_final(&state, mac.data());
    return "v1," + audit::to_base64(audit::as_view(mac));
}

}  // namespace gongkai::app
