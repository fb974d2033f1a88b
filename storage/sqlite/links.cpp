#include "storage/sqlite/links.hpp"

#include "storage/sqlite/texts.hpp"

namespace gongkai::storage::sqlite {

namespace {

// How many of them are stored already, from the first one on.
Result<std::size_t> count_kept(Connection& connection, DocumentId above,
                               const std::vector<LinkBelow>& links) {
    Statement& query = connection.statement(
        "SELECT below, relation, title, title_above FROM links WHERE above = ?1 "
        "ORDER BY position");
    const Cursor cursor(query);
    query.bind_id(1, above);
    for (std::size_t kept = 0; kept < links.size(); ++kept) {
        TRY(const bool row, query.step());
        if (!row) return kept;
        const LinkBelow stored{query.id(0), query.text(1), query.text(2), query.text(3)};
        if (stored != links[kept]) return kept;
    }
    return links.size();
}

}  // namespace

Result<void> put_links(Connection& connection, DocumentId above,
                       const std::vector<LinkBelow>& links) {
    TRY(const std::size_t kept, count_kept(connection, above, links));
    TRY_VOID(connection.statement("DELETE FROM links WHERE above = ?1 AND position >= ?2")
                 .bind_id(1, above)
                 .bind_id(2, kept)
                 .run());
    for (std::size_t i = kept; i < links.size(); ++i) {
        TRY_VOID(connection
                     .statement("INSERT INTO links(above, position, below, relation, title, "
                                "title_above) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
                     .bind_id(1, above)
                     .bind_id(2, i)
                     .bind_id(3, links[i].below)
                     .bind_text(4, links[i].relation)
                     .bind_text(5, links[i].title)
                     .bind_text(6, links[i].title_above)
                     .run());
    }
    return {};
}

Result<std::vector<PublicLink>> read_links(Connection& connection, DocumentId id) {
    std::vector<PublicLink> out;
    TRY(const auto here, read_publication(connection, id));
    if (!here || here->withdrawn) return out;
    Statement& query = connection.statement(
        "SELECT 1 AS is_above, above AS other, relation, title_above FROM published_links "
        "WHERE below = ?1 UNION ALL "
        "SELECT 0, below, relation, title FROM published_links WHERE above = ?1 "
        "ORDER BY is_above DESC, other, relation");
    const Cursor cursor(query);
    query.bind_id(1, id);
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        TRY(auto other, read_publication(connection, query.id(1)));
        if (!other || other->withdrawn) continue;
        out.push_back({other->document, query.integer(0) == 1, other->draft, query.text(2),
                       query.text(3), std::move(other->flow), std::move(other->title)});
    }
}

}  // namespace gongkai::storage::sqlite
