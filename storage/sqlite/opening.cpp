#include "storage/sqlite/opening.hpp"

#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/schema.hpp"

namespace gongkai::storage::sqlite {

Result<std::int64_t> recognise(Connection& connection, const std::string& path) {
    TRY(const auto application, connection.integer("PRAGMA application_id"));
    if (application != kApplicationId)
        return Error{ErrorCode::invalid_argument,
                     path + " is not a database of Gongkai (application id " +
                         std::to_string(application) + ")"};
    TRY(const auto version, connection.integer("PRAGMA user_version"));
    if (version > kSchemaVersion)
        return Error{ErrorCode::invalid_argument,
                     path + " was written by a newer Gongkai: its schema has version " +
                         std::to_string(version) + ", this program knows " +
                         std::to_string(kSchemaVersion) + ". Use the newer program"};
    if (version < 1)
        return Error{ErrorCode::invalid_argument,
                     path + " has the impossible schema version " + std::to_string(version)};
    return version;
}

Result<void> check_expected(Connection& connection, std::uint64_t size,
                            const std::vector<TreeHead>& expected) {
    for (const TreeHead& head : expected) {
        if (head.size > size)
            return Error{ErrorCode::integrity,
                         "the database holds " + std::to_string(size) +
                             " records, a signed checkpoint " + std::to_string(head.size) +
                             ": records are missing (an old copy was restored, or the database "
                             "was cut short). Nothing is written"};
        TRY(const Digest root, audit::root_at(head.size, node_reader(connection)));
        if (root != head.root)
            return Error{ErrorCode::integrity,
                         "the first " + std::to_string(head.size) +
                             " records are not those of the signed checkpoint of that size: the "
                             "record was changed or replaced. Nothing is written"};
    }
    return {};
}

}  // namespace gongkai::storage::sqlite
