// What is asked of a database before anybody works with it.
#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// Error `invalid_argument` unless it is a database of this program with the schema that it knows.
Result<void> recognise(Connection& connection, const std::string& path);

// Error `integrity` where the tree in the database does not extend what was signed before.
Result<void> check_expected(Connection& connection, std::uint64_t size,
                            const std::vector<TreeHead>& expected);

}  // namespace gongkai::storage::sqlite
