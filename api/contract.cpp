#include "api/contract.hpp"

#include "embedded/openapi.hpp"

namespace gongkai::api {

std::string_view contract() {
    return embedded::openapi().front().bytes;
}

std::string_view contract_sha256() {
    return embedded::openapi().front().sha256;
}

}  // namespace gongkai::api
