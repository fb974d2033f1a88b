// What is asked of a database before anybody works with it.
#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// The version of its schema, 1 to kSchemaVersion. Error `invalid_argument` where it is no database
// of this program, or one of a newer version.
Result<std::int64_t> recognise(Connection& connection, const std::string& path);

// Error `integrity` where the tree in the database does not extend what was signed before.
Result<void> check_expected(Connection& connection, std::uint64_t size,
                            const std::vector<TreeHead>& expected);

}  // namespace gongkai::storage::sqlite
