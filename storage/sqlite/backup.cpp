#include "storage/sqlite/backup.hpp"

#include <filesystem>

#include "storage/durable.hpp"
#include "storage/sqlite/opening.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::storage::sqlite {

namespace {

Result<void> check_pages(Connection& connection, const std::string& path) {
    Statement& check = connection.statement("PRAGMA integrity_check(1)");
    const Cursor cursor(check);
    TRY(const bool row, check.step());
    if (row && check.bytes(0) == "ok") return {};
    return Error{ErrorCode::integrity,
                 path + " is damaged: " + (row ? check.text(0) : "integrity_check is silent")};
}

// Every hash computed again from the leaves, none taken from the rows.
Result<TreeHead> check_tree(Connection& connection, const std::string& path) {
    audit::Frontier frontier;
    Statement& leaves =
        connection.statement("SELECT record, bytes, nodes FROM leaves ORDER BY record");
    const Cursor cursor(leaves);
    for (;;) {
        TRY(const bool row, leaves.step());
        if (!row) return TreeHead{frontier.size(), frontier.root()};
        if (leaves.id(0) != frontier.size())
            return Error{ErrorCode::integrity,
                         path + ": record " + std::to_string(frontier.size()) + " is missing"};
        if (frontier.append(leaves.bytes(1)).bytes() != leaves.bytes(2))
            return Error{ErrorCode::integrity, path + ": record " + std::to_string(leaves.id(0)) +
                                                   " does not match its hashes"};
    }
}

Result<TreeHead> check(Connection& connection, const std::string& path) {
    TRY_VOID(check_pages(connection, path));
    return check_tree(connection, path);
}

Result<void> copy(const OpenOptions& source, const std::string& path) {
    TRY(const auto from, Connection::open(source));
    TRY_VOID(from->copy_into(path));
    // The copy says of itself that it has a WAL; one file without company is what a backup is.
    OpenOptions open;
    open.path = path;
    open.access = Access::read_write;
    TRY(const auto target, Connection::open(open));
    return target->execute("PRAGMA journal_mode = DELETE;");
}

Result<void> same_tree(const OpenOptions& source, const TreeHead& head, const std::string& path) {
    TRY(const auto from, Connection::open(source));
    TRY(const Digest root, audit::root_at(head.size, node_reader(*from)));
    if (root == head.root) return {};
    return Error{ErrorCode::integrity, path + " does not hold the same records as the database"};
}

}  // namespace

Result<TreeHead> check_file(const std::string& path) {
    OpenOptions open;
    open.path = path;
    TRY(const auto connection, Connection::open(open));
    TRY_VOID(recognise(*connection, path));
    return check(*connection, path);
}

Result<TreeHead> copy_checked(const OpenOptions& source, const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return Error{ErrorCode::conflict, path + " exists already"};
    const auto discard = [&path] {
        std::error_code error;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(path + suffix, error);
    };
    const auto copy_and_check = [&]() -> Result<TreeHead> {
        TRY_VOID(copy(source, path));
        TRY(const TreeHead head, check_file(path));
        TRY_VOID(same_tree(source, head, path));
        TRY_VOID(sync_directory(directory_of(path)));
        return head;
    };
    auto head = copy_and_check();
    if (!head) discard();
    return head;
}

Result<TreeHead> restore(const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::error_code ignored;
        if (std::filesystem::exists(to + suffix, ignored))
            return Error{ErrorCode::conflict, to + suffix + " exists already"};
    }
    TRY(const TreeHead head, check_file(from));
    TRY_VOID(copy_durably(from, to));
    return head;
}

}  // namespace gongkai::storage::sqlite
