// Series of numbers, and the codes under which documents are found.
#include "storage/sqlite/snapshot_reader.hpp"
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

namespace {

Result<std::optional<DocumentId>> document_of(Connection& connection, const Digest& code) {
    Statement& query = connection.statement("SELECT document FROM codes WHERE code = ?1");
    const Cursor cursor(query);
    TRY(const bool known, query.bind_digest(1, code).step());
    return known ? std::optional<DocumentId>(query.id(0)) : std::nullopt;
}

}  // namespace

Result<std::uint64_t> WriterTransaction::take_number(const std::string& series) {
    return write([&]() -> Result<std::uint64_t> {
        Statement& take = connection_.statement(
            "INSERT INTO series(name, last) VALUES(?1, 1) "
            "ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last");
        const Cursor cursor(take);
        TRY_VOID(take.bind_text(1, series).step());
        return take.id(0);
    });
}

Result<std::uint64_t> WriterTransaction::last_number(const std::string& series) {
    const auto last = [&]() -> Result<std::uint64_t> {
        Statement& query = connection_.statement("SELECT last FROM series WHERE name = ?1");
        const Cursor cursor(query);
        TRY(const bool known, query.bind_text(1, series).step());
        return known ? query.id(0) : 0;
    };
    return seen(last());
}

Result<std::optional<DocumentId>> WriterTransaction::find_code(const Digest& code) {
    return seen(document_of(connection_, code));
}

Result<std::optional<DocumentId>> SnapshotReader::find_code(const Digest& code) {
    return document_of(connection_, code);
}

}  // namespace gongkai::storage::sqlite
