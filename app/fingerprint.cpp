#include "app/fingerprint.hpp"

#include <string>

#include "storage/audit/hash.hpp"

namespace gongkai::app {

engine::Digest fingerprint(std::initializer_list<std::string_view> parts) {
    std::string bytes;
    for (const std::string_view part : parts)
        bytes.append(std::to_string(part.size())).append(":").append(part);
    return storage::audit::sha256(bytes);
}

}  // namespace gongkai::app
