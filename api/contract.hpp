// api/openapi.yaml as it was built into the program.
#pragma once

#include <string_view>

namespace gongkai::api {

std::string_view contract();
std::string_view contract_sha256();  // hex

}  // namespace gongkai::api
