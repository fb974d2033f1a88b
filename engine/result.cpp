#include "engine/result.hpp"

namespace gongkai::engine {

const char* to_string(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::malformed:
            return "malformed";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::storage_full:
            return "storage_full";
        case ErrorCode::storage_broken:
            return "storage_broken";
        case ErrorCode::integrity:
            return "integrity";
        case ErrorCode::io:
            return "io";
    }
    return "unknown";
}

}  // namespace gongkai::engine
