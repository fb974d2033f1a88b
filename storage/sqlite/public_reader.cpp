#include "storage/sqlite/snapshot_reader.hpp"

namespace gongkai::storage::sqlite {

namespace {

#define PUBLIC_COLUMNS                                                                   \
    "document, record, draft, withdrawn, flow, title, fields, proof_openings, content, " \
    "department, published_at FROM publications "

std::int64_t clamp(std::uint64_t value) {
    return value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value);
}

}  // namespace

Result<PublicDocument> SnapshotPublicReader::document(Statement& row) {
    PublicDocument out;
    out.document = row.id(0);
    out.record = row.id(1);
    out.draft = row.integer(2) != 0;
    out.withdrawn = row.integer(3) != 0;
    out.flow = row.text(4);
    out.title = row.text(5);
    out.fields = row.text(6);
    out.proof_openings = row.text(7);
    TRY(out.content, row.digest(8));
    out.department = row.text(9);
    out.published_at.ms = row.integer(10);
    Statement& attachments = connection_.statement(
        "SELECT digest, size, name FROM publication_attachments WHERE document = ?1 "
        "ORDER BY position");
    const Cursor cursor(attachments);
    attachments.bind_id(1, out.document);
    for (;;) {
        TRY(const bool more, attachments.step());
        if (!more) return out;
        PublicAttachment& attachment = out.attachments.emplace_back();
        TRY(attachment.digest, attachments.digest(0));
        attachment.size = attachments.id(1);
        attachment.name = attachments.text(2);
    }
}

Result<std::optional<PublicDocument>> SnapshotPublicReader::find(DocumentId id) {
    Statement& query = connection_.statement("SELECT " PUBLIC_COLUMNS "WHERE document = ?1");
    const Cursor cursor(query);
    TRY(const bool known, query.bind_id(1, id).step());
    if (!known) return std::optional<PublicDocument>();
    TRY(PublicDocument found, document(query));
    return std::optional(std::move(found));
}

Result<PublicPage> SnapshotPublicReader::list(const std::string& flow,
                                              std::optional<std::uint64_t> before,
                                              std::size_t limit) {
    PublicPage page;
    Statement& query = connection_.statement(
        flow.empty() ? "SELECT " PUBLIC_COLUMNS "WHERE record < ?1 ORDER BY record DESC"
                     : "SELECT " PUBLIC_COLUMNS
                       "WHERE flow = ?2 AND record < ?1 ORDER BY record DESC");
    const Cursor cursor(query);
    query.bind(1, clamp(before.value_or(INT64_MAX)));
    if (!flow.empty()) query.bind_text(2, flow);
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return page;
        if (page.rows.size() == limit) {
            if (limit > 0) page.next = page.rows.back().record;
            return page;
        }
        TRY(PublicDocument found, document(query));
        page.rows.push_back(std::move(found));
    }
}

Result<bool> SnapshotPublicReader::has_attachment(DocumentId id, const Digest& digest) {
    Statement& query = connection_.statement(
        "SELECT 1 FROM publication_attachments WHERE document = ?1 AND digest = ?2");
    const Cursor cursor(query);
    return query.bind_id(1, id).bind_digest(2, digest).step();
}

}  // namespace gongkai::storage::sqlite
