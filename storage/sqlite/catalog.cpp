#include "storage/sqlite/catalog.hpp"

#include <algorithm>

#include "storage/sqlite/snapshot_reader.hpp"
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::storage::sqlite {

namespace {

// Columns number, code, catalog, flow, level1, details, ended, document.
CatalogItem item_of(const Statement& row) {
    CatalogItem item;
    item.number = row.id(0);
    item.code = row.text(1);
    item.catalog = row.text(2);
    item.flow = row.text(3);
    item.level1 = row.text(4);
    item.details = row.text(5);
    if (!row.is_null(6)) item.ended = Instant{row.integer(6)};
    item.document = row.id(7);
    return item;
}

}  // namespace

Result<std::optional<CatalogItem>> find_catalog_item(Connection& connection,
                                                     const std::string& code) {
    Statement& query = connection.statement(
        "SELECT number, code, catalog, flow, level1, details, ended, document "
        "FROM catalog_items "
        "WHERE code = ?1");
    const Cursor cursor(query);
    TRY(const bool known, query.bind_text(1, code).step());
    return known ? std::optional(item_of(query)) : std::nullopt;
}

Result<CatalogPage> read_catalog(Connection& connection, const CatalogFilter& filter) {
    CatalogPage page;
    Statement& query = connection.statement(
        "SELECT number, code, catalog, flow, level1, details, ended, document "
        "FROM catalog_items "
        "WHERE number > ?1 AND (?2 = '' OR catalog = ?2) AND (?3 = '' OR flow = ?3) "
        "AND (?4 = '' OR level1 = ?4) AND (?5 = 1 OR ended IS NULL) ORDER BY number");
    const Cursor cursor(query);
    const std::uint64_t after = std::min<std::uint64_t>(filter.after, INT64_MAX);
    query.bind_id(1, after)
        .bind_text(2, filter.catalog)
        .bind_text(3, filter.flow)
        .bind_text(4, filter.level1)
        .bind(5, filter.ended ? 1 : 0);
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return page;
        if (page.rows.size() == filter.limit) {
            if (filter.limit > 0) page.next = page.rows.back().number;
            return page;
        }
        page.rows.push_back(item_of(query));
    }
}

Result<std::optional<CatalogItem>> WriterTransaction::find_catalog_item(const std::string& code) {
    return seen(sqlite::find_catalog_item(connection_, code));
}

Result<CatalogPage> WriterTransaction::catalog(const CatalogFilter& filter) {
    return seen(read_catalog(connection_, filter));
}

Result<std::uint64_t> WriterTransaction::put_catalog_item(const CatalogItem& item) {
    return write([&]() -> Result<std::uint64_t> {
        Statement& put = connection_.statement(
            "INSERT INTO catalog_items(code, catalog, flow, level1, details, ended, document) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(code) DO UPDATE SET catalog = ?2, "
            "flow = ?3, level1 = ?4, details = ?5, ended = ?6, document = ?7 RETURNING number");
        const Cursor cursor(put);
        put.bind_text(1, item.code)
            .bind_text(2, item.catalog)
            .bind_text(3, item.flow)
            .bind_text(4, item.level1)
            .bind_text(5, item.details);
        item.ended ? put.bind(6, item.ended->ms) : put.bind_null(6);
        put.bind_id(7, item.document);
        TRY_VOID(put.step());
        return put.id(0);
    });
}

Result<std::optional<CatalogItem>> SnapshotReader::find_catalog_item(const std::string& code) {
    return sqlite::find_catalog_item(connection_, code);
}

Result<CatalogPage> SnapshotReader::catalog(const CatalogFilter& filter) {
    return read_catalog(connection_, filter);
}

Result<CatalogPage> SnapshotPublicReader::catalog(const CatalogFilter& filter) {
    return read_catalog(connection_, filter);
}

}  // namespace gongkai::storage::sqlite
