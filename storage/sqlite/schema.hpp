// The tables of the SQLite store, and how a database is created, recognised and refused.
#pragma once

#include "storage/sqlite/connection.hpp"

namespace gongkai::storage::sqlite {

// "GKAI" in the header of the file.
inline constexpr std::int64_t kApplicationId = 0x474B4149;
inline constexpr std::int64_t kSchemaVersion = 5;

// What the public connection may read. Ends with a row without a table.
extern const ReadableTable kPublicTables[];

// Makes `writer` ready: creates the tables in an empty file, brings those of an older version up to
// this one (all of it or nothing), switches to WAL. Errors:
// invalid_argument for the database of another program or of a newer version of this one (nothing
// was changed). `wrong_pragma_order` is a planted mistake for the crash harness.
Result<void> prepare_schema(Connection& writer, const std::string& path, bool wrong_pragma_order);

}  // namespace gongkai::storage::sqlite
