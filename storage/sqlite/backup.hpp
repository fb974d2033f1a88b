#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// Copies the database behind `source` (opened anew, read-only) into `path`, which must not exist,
// and checks the copy as check_file() does. On an error there is nothing at `path`.
Result<TreeHead> copy_checked(const OpenOptions& source, const std::string& path);

}  // namespace gongkai::storage::sqlite
