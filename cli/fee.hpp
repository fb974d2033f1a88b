// fee: what an answer would cost, without a database.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command.hpp"

namespace gongkai::cli {

struct FeeOptions : Common {
    std::string workflows;  // folder of rules; empty: those that the program ships with
    std::string method;     // per_item or per_volume
    std::int64_t count = 0;
};
int quote_fee(const FeeOptions& options);

}  // namespace gongkai::cli
