#include <algorithm>

#include "storage/sqlite/links.hpp"
#include "storage/sqlite/snapshot_reader.hpp"

namespace gongkai::storage::sqlite {

namespace {

std::int64_t clamp(std::uint64_t value) {
    return value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value);
}

// Columns record, body.
Result<PublicDocument> document_of(const Statement& row) {
    TRY(PublicDocument document, decode_publication(row.bytes(1)));
    document.record = row.id(0);
    return document;
}

}  // namespace

Result<std::optional<PublicDocument>> SnapshotPublicReader::find(DocumentId id) {
    return read_publication(connection_, id);
}

Result<PublicPage> SnapshotPublicReader::list(const std::string& flow,
                                              std::optional<std::uint64_t> before,
                                              std::size_t limit) {
    PublicPage page;
    Statement& query = connection_.statement(
        flow.empty() ? "SELECT record, body FROM publications WHERE record < ?1 AND live = 1 "
                       "ORDER BY record DESC"
                     : "SELECT record, body FROM publications WHERE flow = ?2 AND record < ?1 "
                       "AND live = 1 ORDER BY record DESC");
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
        TRY(PublicDocument found, document_of(query));
        page.rows.push_back(std::move(found));
    }
}

Result<bool> SnapshotPublicReader::has_attachment(DocumentId id, const Digest& digest) {
    TRY(const auto document, find(id));
    if (!document) return false;
    return std::any_of(document->attachments.begin(), document->attachments.end(),
                       [&digest](const PublicAttachment& a) { return a.digest == digest; });
}

Result<std::vector<PublicLink>> SnapshotPublicReader::links(DocumentId id) {
    return read_links(connection_, id);
}

}  // namespace gongkai::storage::sqlite
