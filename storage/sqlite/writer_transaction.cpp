#include "storage/sqlite/writer_transaction.hpp"

#include <cstring>

#include "storage/audit/hash.hpp"
#include "storage/document_codec.hpp"

namespace gongkai::storage::sqlite {

namespace {

bool ends_batch(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::storage_broken ||
           code == ErrorCode::unavailable;
}

// Narrows the index on idempotency keys; the key itself is compared as well.
std::int64_t hash_of_key(PersonId actor, const std::string& key) {
    const Digest digest = audit::sha256(std::to_string(actor) + ":" + key);
    std::int64_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

}  // namespace

WriterTransaction::WriterTransaction(Connection& connection, audit::Frontier frontier)
    : connection_(connection),
      numbering_(connection),
      frontier_(frontier),
      batch_frontier_(frontier),
      job_frontier_(frontier) {}

// ---- batch and job
// --------------------------------------------------------------------------------

Result<void> WriterTransaction::begin_batch(bool savepoints) {
    savepoints_ = savepoints;
    must_repeat_ = false;
    batch_frontier_ = frontier_;
    batch_purged_ = false;
    counts_.clear();
    fatal_.reset();
    return connection_.statement("BEGIN IMMEDIATE").run();
}

void WriterTransaction::begin_job() {
    job_writes_ = false;
    job_purges_ = false;
    job_error_.reset();
    job_counts_.clear();
    row_id_ = 0;
    unused_key_.reset();
}

void WriterTransaction::note(const Error& error) {
    if (ends_batch(error.code) && !fatal_) fatal_ = error;
}

Result<void> WriterTransaction::begin_write() {
    if (fatal_) return *fatal_;
    if (job_error_) return *job_error_;
    if (job_writes_) return {};
    if (savepoints_) {
        TRY_VOID(connection_.statement("SAVEPOINT job").run());
        job_frontier_ = frontier_;
    }
    job_writes_ = true;
    return {};
}

Result<void> WriterTransaction::end_job(Result<void> result) {
    if (fatal_) return *fatal_;
    if (job_error_ && result) result = *job_error_;
    if (!job_writes_) return result;
    if (result) {
        if (savepoints_) {
            if (const auto released = connection_.statement("RELEASE job").run(); !released) {
                fatal_ = released.error();
                return *fatal_;
            }
        }
        for (const auto& [queue, change] : job_counts_)
            counts_[queue] += change;
        batch_purged_ = batch_purged_ || job_purges_;
        numbering_.keep();
        return result;
    }
    if (!savepoints_) {
        must_repeat_ = true;
        return result;
    }
    frontier_ = job_frontier_;
    if (numbering_.has_new()) numbering_.forget();
    auto undone = connection_.statement("ROLLBACK TO job").run();
    if (undone) undone = connection_.statement("RELEASE job").run();
    if (!undone) fatal_ = undone.error();
    return result;
}

Result<void> WriterTransaction::commit_batch() {
    for (const auto& [queue, change] : counts_) {
        if (change == 0) continue;
        TRY_VOID(seen(connection_.statement("UPDATE queues SET tasks = tasks + ?2 WHERE id = ?1")
                          .bind(1, queue)
                          .bind(2, change)
                          .run()));
    }
    return seen(connection_.statement("COMMIT").run());
}

void WriterTransaction::abandon_batch() {
    // SQLite may have rolled back by itself.
    if (connection_.in_transaction()) (void)connection_.statement("ROLLBACK").run();
    frontier_ = batch_frontier_;
    numbering_.forget();
    batch_purged_ = false;
}

// ---- reading
// --------------------------------------------------------------------------------------

// The row as it is now; `body` (may be null) receives the document where there is one.
Result<WriterTransaction::Row*> WriterTransaction::load(DocumentId id,
                                                        std::optional<engine::Document>* body) {
    if (body == nullptr && row_id_ == id && id != 0) return &row_;
    row_id_ = 0;
    Statement& find = connection_.statement(
        "SELECT department, revision, last_record, last_leaf, keys, body FROM documents "
        "WHERE id = ?1");
    const Cursor cursor(find);
    TRY(row_.stored, find.bind_id(1, id).step());
    if (row_.stored) {
        row_.department = find.integer(0);
        row_.revision = static_cast<std::uint32_t>(find.integer(1));
        row_.last_record = find.id(2);
        TRY(last_leaf_, find.digest(3));
        TRY_VOID(decode_keys(find.bytes(4), row_.keys));
        if (body != nullptr) {
            TRY(*body, decode_document(find.bytes(5)));
        }
    } else {
        row_.last_record = kNoRecord;
        row_.keys = {};
    }
    row_id_ = id;
    return &row_;
}

Result<std::optional<StoredDocument>> WriterTransaction::find_document(DocumentId id) {
    std::optional<engine::Document> body;
    TRY(Row* const row, seen(load(id, &body)));
    if (!row->stored) return std::optional<StoredDocument>();
    return std::optional(StoredDocument{std::move(*body), row->last_record, last_leaf_});
}

Result<std::optional<DocumentId>> WriterTransaction::find_external(const std::string& source,
                                                                   const std::string& id) {
    Statement& find = connection_.statement(
        "SELECT document FROM externals WHERE source = ?1 AND source_id = ?2");
    const Cursor cursor(find);
    TRY(const bool known, seen(find.bind_text(1, source).bind_text(2, id).step()));
    return known ? std::optional(find.id(0)) : std::nullopt;
}

Result<std::vector<Opening>> WriterTransaction::openings(DocumentId id) {
    TRY(const Row* const row, seen(load(id, nullptr)));
    return seen(read_openings(connection_, row->keys.last_text));
}

Result<std::optional<PublicDocument>> WriterTransaction::find_publication(DocumentId id) {
    return seen(read_publication(connection_, id));
}

Result<std::optional<IdempotencyRecord>> WriterTransaction::find_idempotency(
    PersonId actor, const std::string& key) {
    const std::int64_t hash = hash_of_key(actor, key);
    Statement& find = connection_.statement(
        "SELECT fingerprint, status, response, created FROM idempotency "
        "WHERE key_hash = ?1 AND actor = ?2 AND key = ?3");
    const Cursor cursor(find);
    TRY(const bool known, seen(find.bind(1, hash).bind(2, actor).bind_text(3, key).step()));
    if (!known) {
        unused_key_ = UnusedKey{actor, key, hash};
        return std::optional<IdempotencyRecord>();
    }
    IdempotencyRecord record{actor, key, {}, 0, {}, {}};
    TRY(record.fingerprint, find.digest(0));
    record.status = static_cast<std::uint16_t>(find.integer(1));
    record.response = find.text(2);
    record.created.ms = find.integer(3);
    return std::optional(std::move(record));
}

// ---- leaves and idempotency
// -----------------------------------------------------------------------

Result<RecordId> WriterTransaction::append_leaf(DocumentId document, RecordId previous,
                                                const std::string& leaf) {
    const RecordId record = frontier_.size();
    const audit::NodeBlob nodes = frontier_.append(leaf);
    last_leaf_ = nodes.leaf();
    TRY_VOID(connection_
                 .statement("INSERT OR FAIL INTO leaves(record, document, previous, bytes, nodes) "
                            "VALUES(?1, ?2, ?3, ?4, ?5)")
                 .bind_id(1, record)
                 .bind_id(2, document)
                 .bind_id(3, previous)
                 .bind_text(4, leaf)
                 .bind_blob(5, nodes.bytes())
                 .run());
    return record;
}

Result<RecordId> WriterTransaction::write_leaf(DocumentId document, const std::string& leaf) {
    if (document == 0) return write([&] { return append_leaf(0, kNoRecord, leaf); });
    TRY(Row* const row, seen(load(document, nullptr)));
    return write([&]() -> Result<RecordId> {
        TRY(const RecordId record, append_leaf(document, row->last_record, leaf));
        if (!row->stored) return record;
        row->last_record = record;
        TRY_VOID(connection_.statement("UPDATE documents SET last_record = ?2 WHERE id = ?1")
                     .bind_id(1, document)
                     .bind_id(2, record)
                     .run());
        return record;
    });
}

Result<void> WriterTransaction::write_idempotency(const IdempotencyRecord& record) {
    // Who has looked for the key in this job need not look again.
    if (!unused_key_ || unused_key_->actor != record.actor || unused_key_->key != record.key) {
        TRY(const auto known, find_idempotency(record.actor, record.key));
        if (known)
            return Error{ErrorCode::conflict, "the idempotency key of actor " +
                                                  std::to_string(record.actor) +
                                                  " is used already"};
    }
    const std::int64_t hash = unused_key_->hash;
    unused_key_.reset();
    return write([&]() -> Result<void> {
        TRY_VOID(sweep_idempotency(record.created));
        return connection_
            .statement(
                "INSERT INTO idempotency"
                "(actor, key, fingerprint, status, response, created, key_hash) "
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .bind(1, record.actor)
            .bind_text(2, record.key)
            .bind_digest(3, record.fingerprint)
            .bind(4, record.status)
            .bind_text(5, record.response)
            .bind(6, record.created.ms)
            .bind(7, hash)
            .run();
    });
}

// Some of the oldest go now and then, more than have come since: the table stays as long as the
// time that it covers, and no step pays for a big sweep.
Result<void> WriterTransaction::sweep_idempotency(Instant newest) {
    if (keys_since_sweep_++ % kKeysASweep != 0) return {};
    return connection_
        .statement(
            "DELETE FROM idempotency WHERE created < ?1 AND number IN "
            "(SELECT number FROM idempotency ORDER BY number LIMIT ?2)")
        .bind(1, newest.ms - kIdempotencyKeptMs)
        .bind(2, 4 * kKeysASweep)
        .run();
}

}  // namespace gongkai::storage::sqlite
