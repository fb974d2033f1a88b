#include "storage/sqlite/snapshot_reader.hpp"

#include <algorithm>

#include "storage/document_codec.hpp"

namespace gongkai::storage::sqlite {

namespace {

constexpr std::int64_t kAll = INT64_MAX;

// SQLite's integers are signed: a bound beyond them is no bound.
std::int64_t clamp(std::uint64_t value) {
    return value > static_cast<std::uint64_t>(kAll) ? kAll : static_cast<std::int64_t>(value);
}

// Frees the snapshot's cursors at the end of the scope.
struct ResetAll {
    std::vector<Statement>& statements;
    ~ResetAll() {
        for (Statement& statement : statements)
            statement.reset();
    }
};

Result<StoredLeaf> leaf_of(Statement& row) {
    return StoredLeaf{row.id(0), row.id(1), row.id(2), row.text(3)};
}

}  // namespace

std::vector<Statement>& SnapshotReader::side_by_side(Sql sql, std::size_t count) {
    std::vector<Statement>& all = parallel_[sql];
    while (all.size() < count)
        all.push_back(connection_.prepare(sql));
    return all;
}

// ---- documents
// ------------------------------------------------------------------------------------

namespace {

#define DOCUMENT_COLUMNS                                                                          \
    "d.id, d.last_record, d.body, c.title, c.source, c.source_id FROM documents d JOIN captions " \
    "c ON c.document = d.id "

Result<DocumentRow> document_of(Connection& connection, Statement& row) {
    DocumentRow out;
    out.last_record = row.id(1);
    TRY(out.document, decode_document(row.bytes(2)));
    TRY(out.title, read_title(connection, row.id(3)));
    out.source = row.text(4);
    out.source_id = row.text(5);
    return out;
}

}  // namespace

Result<std::optional<DocumentRow>> SnapshotReader::find_document(DocumentId id) {
    Statement& find = connection_.statement("SELECT " DOCUMENT_COLUMNS "WHERE d.id = ?1");
    const Cursor cursor(find);
    TRY(const bool known, find.bind_id(1, id).step());
    if (!known) return std::optional<DocumentRow>();
    TRY(DocumentRow row, document_of(connection_, find));
    return std::optional(std::move(row));
}

Result<std::optional<DocumentId>> SnapshotReader::find_external(const std::string& source,
                                                                const std::string& id) {
    Statement& find = connection_.statement(
        "SELECT document FROM externals WHERE source = ?1 AND source_id = ?2");
    const Cursor cursor(find);
    TRY(const bool known, find.bind_text(1, source).bind_text(2, id).step());
    return known ? std::optional(find.id(0)) : std::nullopt;
}

Result<DocumentPage> SnapshotReader::documents(const DocumentFilter& filter) {
    DocumentPage page;
    const std::int64_t before = clamp(filter.before);
    // One ordered list for each department, merged; or one for all.
    std::vector<std::int64_t> departments;
    for (const DepartmentCode& code : filter.departments) {
        TRY(const auto id, names_.find(code));
        if (id && std::find(departments.begin(), departments.end(), *id) == departments.end())
            departments.push_back(*id);
    }
    const bool limited = !filter.departments.empty();
    if (limited && departments.empty()) return page;
    const std::size_t lists = limited ? departments.size() : 1;
    std::vector<Statement>& queries =
        side_by_side(limited ? "SELECT " DOCUMENT_COLUMNS
                               "WHERE d.department = ?2 AND d.id < ?1 ORDER BY d.id DESC"
                             : "SELECT " DOCUMENT_COLUMNS "WHERE d.id < ?1 ORDER BY d.id DESC",
                     lists);
    const ResetAll reset{queries};
    std::vector<bool> has_row(lists);
    for (std::size_t i = 0; i < lists; ++i) {
        queries[i].bind(1, before);
        if (limited) queries[i].bind(2, departments[i]);
        TRY(const bool row, queries[i].step());
        has_row[i] = row;
    }
    std::size_t scanned = 0;
    DocumentId last = 0;
    for (;;) {
        std::size_t newest = lists;
        for (std::size_t i = 0; i < lists; ++i) {
            if (has_row[i] && (newest == lists || queries[i].id(0) > queries[newest].id(0)))
                newest = i;
        }
        if (newest == lists) return page;
        if (page.rows.size() == filter.limit || scanned == filter.scan_limit) {
            // Nothing was looked at: the caller asked for an empty page.
            if (scanned > 0) page.next = last;
            return page;
        }
        last = queries[newest].id(0);
        ++scanned;
        TRY(DocumentRow row, document_of(connection_, queries[newest]));
        if (!filter.matches || filter.matches(row.document)) page.rows.push_back(std::move(row));
        TRY(const bool more, queries[newest].step());
        has_row[newest] = more;
    }
}

Result<std::vector<Opening>> SnapshotReader::openings(DocumentId id) {
    DocumentKeys keys;
    {
        Statement& find = connection_.statement("SELECT keys FROM documents WHERE id = ?1");
        const Cursor cursor(find);
        TRY(const bool known, find.bind_id(1, id).step());
        if (!known) return std::vector<Opening>();
        TRY_VOID(decode_keys(find.bytes(0), keys));
    }
    return read_openings(connection_, keys.last_text);
}

// ---- worklists
// ------------------------------------------------------------------------------------

Result<WorklistRow> SnapshotReader::worklist_row(Statement& task, const QueueKey& queue) {
    WorklistRow row;
    row.number = task.id(0);
    row.document = task.id(1);
    row.task.region = static_cast<engine::RegionId>(task.integer(2));
    TRY(row.task.state, names_.name(task.integer(3)));
    row.task.role = queue.role;
    row.task.department = queue.department;
    row.task.claimed_by = static_cast<PersonId>(task.integer(4));
    row.task.since.ms = task.integer(5);
    if (!task.is_null(6)) row.task.due = Instant{task.integer(6)};
    Statement& caption =
        connection_.statement("SELECT flow, title FROM captions WHERE document = ?1");
    const Cursor cursor(caption);
    TRY(const bool known, caption.bind_id(1, row.document).step());
    if (!known)
        return Error{ErrorCode::malformed,
                     "document " + std::to_string(row.document) + " has no caption"};
    TRY(row.flow, names_.name(caption.integer(0)));
    TRY(row.title, read_title(connection_, caption.id(1)));
    return row;
}

Result<std::vector<WorklistRow>> SnapshotReader::worklist(std::span<const QueueKey> queues,
                                                          std::uint64_t after, std::size_t limit) {
    std::vector<WorklistRow> out;
    std::vector<std::pair<std::int64_t, const QueueKey*>> known;
    for (const QueueKey& queue : queues) {
        TRY(const auto id, names_.find_queue(queue.role, queue.department));
        const auto same = [&id](const auto& other) { return other.first == *id; };
        if (id && std::none_of(known.begin(), known.end(), same)) known.emplace_back(*id, &queue);
    }
    std::vector<Statement>& queries = side_by_side(
        "SELECT number, document, region, state, claimed_by, since, due FROM tasks "
        "WHERE queue = ?1 AND number > ?2 ORDER BY number",
        known.size());
    const ResetAll reset{queries};
    // The queue whose next task is the oldest comes next.
    std::vector<std::pair<std::uint64_t, std::size_t>> heads;
    for (std::size_t i = 0; i < known.size(); ++i) {
        TRY(const bool row, queries[i].bind(1, known[i].first).bind(2, clamp(after)).step());
        if (row) heads.emplace_back(queries[i].id(0), i);
    }
    std::make_heap(heads.begin(), heads.end(), std::greater<>());
    while (!heads.empty() && out.size() < limit) {
        std::pop_heap(heads.begin(), heads.end(), std::greater<>());
        const std::size_t i = heads.back().second;
        heads.pop_back();
        TRY(WorklistRow row, worklist_row(queries[i], *known[i].second));
        out.push_back(std::move(row));
        TRY(const bool more, queries[i].step());
        if (!more) continue;
        heads.emplace_back(queries[i].id(0), i);
        std::push_heap(heads.begin(), heads.end(), std::greater<>());
    }
    return out;
}

Result<std::uint64_t> SnapshotReader::count(const QueueKey& queue) {
    Statement& query =
        connection_.statement("SELECT tasks FROM queues WHERE role = ?1 AND department = ?2");
    const Cursor cursor(query);
    TRY(const bool known, query.bind_text(1, queue.role).bind_text(2, queue.department).step());
    return known ? query.id(0) : std::uint64_t{0};
}

// ---- the record
// -----------------------------------------------------------------------------------

Result<std::vector<StoredLeaf>> SnapshotReader::history(RecordId newest, std::size_t limit) {
    std::vector<StoredLeaf> out;
    Statement& find = connection_.statement(
        "SELECT record, document, previous, bytes FROM leaves WHERE record = ?1");
    for (RecordId record = newest; record != kNoRecord && out.size() < limit;) {
        const Cursor cursor(find);
        TRY(const bool known, find.bind_id(1, record).step());
        if (!known)
            return Error{ErrorCode::not_found,
                         "record " + std::to_string(record) + " does not exist"};
        TRY(StoredLeaf leaf, leaf_of(find));
        record = leaf.previous;
        out.push_back(std::move(leaf));
    }
    return out;
}

Result<std::vector<StoredLeaf>> SnapshotReader::leaves(RecordId first, std::size_t limit) {
    std::vector<StoredLeaf> out;
    Statement& query = connection_.statement(
        "SELECT record, document, previous, bytes FROM leaves WHERE record >= ?1 "
        "ORDER BY record LIMIT ?2");
    const Cursor cursor(query);
    query.bind(1, clamp(first)).bind(2, clamp(limit));
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        TRY(StoredLeaf leaf, leaf_of(query));
        out.push_back(std::move(leaf));
    }
}

Result<std::optional<std::uint64_t>> SnapshotReader::leaf_index(RecordId record) {
    TRY(const std::uint64_t size, tree_size());
    return record < size ? std::optional(record) : std::nullopt;
}

Result<std::uint64_t> SnapshotReader::tree_size() {
    return sqlite::tree_size(connection_);
}

Result<Digest> SnapshotReader::tree_node(unsigned level, std::uint64_t index) {
    TRY(const std::uint64_t size, tree_size());
    if (level >= 63 || index >= (size >> level))
        return Error{ErrorCode::not_found, "the audit tree has no complete subtree " +
                                               std::to_string(index) + " on level " +
                                               std::to_string(level)};
    return node_reader(connection_)({level, index});
}

Result<Digest> SnapshotReader::tree_root(std::uint64_t size) {
    TRY(const std::uint64_t now, tree_size());
    if (size > now)
        return Error{ErrorCode::not_found, "the audit tree has " + std::to_string(now) +
                                               " leaves, not " + std::to_string(size)};
    return audit::root_at(size, node_reader(connection_));
}

// ---- timers
// ---------------------------------------------------------------------------------------

Result<std::vector<std::pair<DocumentId, RunningTimer>>> SnapshotReader::timers(Statement& query) {
    const Cursor cursor(query);
    std::vector<std::pair<DocumentId, RunningTimer>> out;
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        RunningTimer timer;
        timer.timer = static_cast<engine::TimerId>(query.integer(1));
        TRY(timer.name, names_.name(query.integer(2)));
        timer.due.ms = query.integer(3);
        timer.provisional = query.integer(4) != 0;
        out.emplace_back(query.id(0), std::move(timer));
    }
}

Result<std::vector<std::pair<DocumentId, RunningTimer>>> SnapshotReader::due_timers(
    Instant now, std::size_t limit) {
    return timers(connection_
                      .statement("SELECT document, timer, name, due, provisional FROM timers "
                                 "WHERE due <= ?1 ORDER BY due, document, timer LIMIT ?2")
                      .bind(1, now.ms)
                      .bind(2, clamp(limit)));
}

Result<std::vector<std::pair<DocumentId, RunningTimer>>> SnapshotReader::provisional_timers(
    DocumentId after, std::size_t limit) {
    return timers(connection_
                      .statement("SELECT document, timer, name, due, provisional FROM timers "
                                 "WHERE provisional = 1 AND document > ?1 "
                                 "ORDER BY document, timer LIMIT ?2")
                      .bind(1, clamp(after))
                      .bind(2, clamp(limit)));
}

// ---- small tables
// ---------------------------------------------------------------------------------

Result<Directory> SnapshotReader::directory() {
    return read_directory(connection_);
}

Result<std::vector<Session>> SnapshotReader::sessions() {
    Statement& query = connection_.statement(
        "SELECT token_hash, person, created, expires FROM sessions ORDER BY token_hash");
    const Cursor cursor(query);
    std::vector<Session> out;
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        Session& session = out.emplace_back();
        TRY(session.token_hash, query.digest(0));
        session.person = static_cast<PersonId>(query.integer(1));
        session.created.ms = query.integer(2);
        session.expires.ms = query.integer(3);
    }
}

Result<std::optional<std::string>> SnapshotReader::source(const Digest& digest) {
    Statement& find = connection_.statement("SELECT text FROM sources WHERE digest = ?1");
    const Cursor cursor(find);
    TRY(const bool known, find.bind_digest(1, digest).step());
    return known ? std::optional(find.text(0)) : std::nullopt;
}

Result<std::vector<Reader::Source>> SnapshotReader::sources() {
    Statement& query =
        connection_.statement("SELECT digest, kind, name, text FROM sources ORDER BY digest");
    const Cursor cursor(query);
    std::vector<Source> out;
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        Source& source = out.emplace_back();
        TRY(source.digest, query.digest(0));
        source.kind = query.text(1);
        source.name = query.text(2);
        source.text = query.text(3);
    }
}

// ---- outbox
// ---------------------------------------------------------------------------------------

namespace {

#define OUTBOX_COLUMNS                                                                  \
    "number, subscriber, document, type, payload, created, attempts, next_try, state, " \
    "last_error FROM outbox "

Result<std::vector<OutboxRow>> outbox_rows(Statement& query) {
    const Cursor cursor(query);
    std::vector<OutboxRow> out;
    for (;;) {
        TRY(const bool row, query.step());
        if (!row) return out;
        OutboxRow& message = out.emplace_back();
        message.number = query.id(0);
        message.message.subscriber = static_cast<std::uint32_t>(query.integer(1));
        message.message.document = query.id(2);
        message.message.type = query.text(3);
        message.message.payload = query.text(4);
        message.message.created.ms = query.integer(5);
        message.attempts = static_cast<std::uint32_t>(query.integer(6));
        message.next_try.ms = query.integer(7);
        message.dead = query.integer(8) == 2;
        message.last_error = query.text(9);
    }
}

}  // namespace

Result<std::vector<OutboxRow>> SnapshotReader::outbox_ready(std::uint32_t subscriber, Instant now,
                                                            std::size_t limit) {
    return outbox_rows(connection_
                           .statement("SELECT " OUTBOX_COLUMNS
                                      "WHERE state = 0 AND subscriber = ?1 AND next_try <= ?2 "
                                      "ORDER BY next_try, number LIMIT ?3")
                           .bind(1, subscriber)
                           .bind(2, now.ms)
                           .bind(3, clamp(limit)));
}

Result<std::vector<OutboxRow>> SnapshotReader::outbox_dead(std::uint64_t after, std::size_t limit) {
    return outbox_rows(connection_
                           .statement("SELECT " OUTBOX_COLUMNS
                                      "WHERE state = 2 AND number > ?1 ORDER BY number LIMIT ?2")
                           .bind(1, clamp(after))
                           .bind(2, clamp(limit)));
}

Result<std::uint64_t> SnapshotReader::outbox_pending() {
    Statement& query = connection_.statement("SELECT count(*) FROM outbox WHERE state < 2");
    const Cursor cursor(query);
    TRY(const bool row, query.step());
    return row ? query.id(0) : std::uint64_t{0};
}

}  // namespace gongkai::storage::sqlite
