#include "bench/load/bare_loop.hpp"

#include <algorithm>
#include <cstring>

#include "storage/audit/hash.hpp"
#include "storage/document_codec.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite/texts.hpp"
#include "storage/sqlite/writer_transaction.hpp"

namespace gongkai::bench {

namespace sq = storage::sqlite;
namespace audit = storage::audit;
using storage::StepRecord;

namespace {

constexpr int kCheckpointFrames = 4'000;
constexpr const char* kFindKey =
    "SELECT fingerprint, status, response, created FROM idempotency WHERE key_hash = ?1";

void check(sqlite3* db, int rc) {
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
    std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(db));
    std::exit(1);
}

std::int64_t signed_id(std::uint64_t id) {
    return static_cast<std::int64_t>(id);
}

// An empty string as a blob of length 0, never as NULL.
std::string_view view(std::string_view bytes) {
    return bytes.data() == nullptr ? std::string_view("", 0) : bytes;
}

}  // namespace

BareLoop::BareLoop(const std::string& path) {
    sq::Options options;
    options.path = path;
    must(sq::open(options))->close();
    check(db_, sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                               nullptr));
    execute(
        "PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
        "PRAGMA wal_autocheckpoint = 0; PRAGMA recursive_triggers = ON;"
        "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;");
    sqlite3_wal_hook(
        db_,
        [](void* frames, sqlite3*, const char*, int count) {
            *static_cast<int*>(frames) = count;
            return SQLITE_OK;
        },
        &frames_);
    find_ = prepare(
        "SELECT department, revision, last_record, last_leaf, keys, body FROM documents "
        "WHERE id = ?1");
    leaf_ = prepare("INSERT INTO leaves VALUES(?1, ?2, ?3, ?4, ?5)");
}

BareLoop::~BareLoop() {
    for (const auto& [sql, statement] : statements_)
        sqlite3_finalize(statement);
    sqlite3_close(db_);
}

// ---- making the tape
// ------------------------------------------------------------------------------

void BareLoop::record(const std::vector<Written>& written) {
    for (const Written& one : written) {
        const StepRecord& step = one.step;
        const std::uint64_t record = steps_.size();
        Known& known = known_[step.after.id];
        Step& out = steps_.emplace_back();
        out.document = signed_id(step.after.id);
        out.previous = known.record;
        out.leaf = step.leaf;
        record_tasks(step, record, known, out);
        record_timers(step, known, out);
        record_texts(step, known, out);
        if (step.publication) record_publication(*step.publication, record, out);
        std::string keys, body;
        sq::encode_keys(known.keys, keys);
        storage::encode_document(step.after, body);
        out.put = {
            prepare(step.created ? "INSERT INTO documents(id, revision, last_record, last_leaf, "
                                   "keys, body, department) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                                 : "UPDATE documents SET revision = ?2, last_record = ?3, "
                                   "last_leaf = ?4, keys = ?5, body = ?6 WHERE id = ?1"),
            {out.document, std::int64_t{step.after.revision}, signed_id(record), std::string_view(),
             keep(std::move(keys)), keep(std::move(body))}};
        if (step.created) out.put.values.emplace_back(name(step.after.department));
        if (one.idempotency) record_idempotency(*one.idempotency, out);
        known.record = signed_id(record);
    }
}

void BareLoop::record_tasks(const StepRecord& step, std::uint64_t record, Known& known, Step& out) {
    std::vector<sq::TaskKey> tasks;
    std::uint64_t arrivals = 0;
    for (const storage::Task& task : step.tasks) {
        sq::TaskKey key{queue(task.role, task.department),
                        0,
                        task.region,
                        name(task.state),
                        task.claimed_by,
                        task.since.ms,
                        task.due ? std::optional(task.due->ms) : std::nullopt};
        auto& before = known.keys.tasks;
        const auto same = std::find_if(before.begin(), before.end(), [&](const sq::TaskKey& old) {
            return old.queue == key.queue && old.region == key.region && old.state == key.state &&
                   old.since == key.since;
        });
        if (same != before.end()) {
            key.number = same->number;
            before.erase(same);
        } else {
            key.number = sq::first_task_number(record) + arrivals++;
            out.rows.push_back(
                {prepare("INSERT INTO tasks VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
                 {key.queue, signed_id(key.number), out.document, std::int64_t{key.region},
                  key.state, std::int64_t{0}, key.since, key.due ? Bound(*key.due) : Bound()}});
            out.queues.emplace_back(key.queue, 1);
        }
        tasks.push_back(key);
    }
    for (const sq::TaskKey& gone : known.keys.tasks) {
        out.rows.push_back({prepare("DELETE FROM tasks WHERE queue = ?1 AND number = ?2"),
                            {gone.queue, signed_id(gone.number)}});
        out.queues.emplace_back(gone.queue, -1);
    }
    known.keys.tasks = std::move(tasks);
}

void BareLoop::record_timers(const StepRecord& step, Known& known, Step& out) {
    std::vector<sq::TimerKey> timers;
    for (const storage::RunningTimer& timer : step.timers)
        timers.push_back({timer.due.ms, timer.timer, name(timer.name), timer.provisional});
    const auto missing = [](const std::vector<sq::TimerKey>& in, const sq::TimerKey& timer) {
        return std::find(in.begin(), in.end(), timer) == in.end();
    };
    for (const sq::TimerKey& gone : known.keys.timers) {
        if (!missing(timers, gone)) continue;
        out.rows.push_back(
            {prepare("DELETE FROM timers WHERE due = ?1 AND document = ?2 AND timer = ?3"),
             {gone.due, out.document, std::int64_t{gone.timer}}});
    }
    for (const sq::TimerKey& timer : timers) {
        if (!missing(known.keys.timers, timer)) continue;
        out.rows.push_back({prepare("INSERT INTO timers VALUES(?1, ?2, ?3, ?4, ?5)"),
                            {timer.due, out.document, std::int64_t{timer.timer}, timer.name,
                             std::int64_t{timer.provisional}}});
    }
    known.keys.timers = std::move(timers);
}

void BareLoop::record_texts(const StepRecord& step, Known& known, Step& out) {
    const auto append = [&](std::string_view commitment, std::string_view salt,
                            std::string_view text) {
        out.rows.push_back({prepare("INSERT INTO texts VALUES(?1, ?2, ?3, ?4, ?5)"),
                            {signed_id(++texts_), signed_id(known.keys.last_text), view(commitment),
                             view(salt), view(text)}});
        known.keys.last_text = texts_;
    };
    for (const storage::Opening& opening : step.openings)
        append(audit::as_view(opening.commitment), audit::as_view(opening.salt), opening.text);
    if (step.title) append({}, {}, *step.title);
    if (step.created) {
        out.rows.push_back({prepare("INSERT INTO captions VALUES(?1, ?2, ?3, '', '')"),
                            {out.document, name(step.after.flow), signed_id(texts_)}});
    }
}

void BareLoop::record_publication(const storage::PublicDocument& publication, std::uint64_t record,
                                  Step& out) {
    std::string body;
    sq::encode_publication(publication, body);
    out.rows.push_back({prepare("INSERT INTO publications VALUES(?1, ?2, 1, 'flow', ?3)"),
                        {signed_id(record), out.document, keep(std::move(body))}});
}

void BareLoop::record_idempotency(const storage::IdempotencyRecord& idempotency, Step& out) {
    const auto digest = audit::sha256(std::to_string(idempotency.actor) + ":" + idempotency.key);
    std::int64_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    out.find_key = Row{prepare(kFindKey), {hash}};
    out.rows.push_back({prepare("INSERT INTO idempotency(actor, key, fingerprint, status, "
                                "response, created, key_hash) "
                                "VALUES(?1, ?2, zeroblob(32), 200, ?3, ?4, ?5)"),
                        {std::int64_t{idempotency.actor}, std::string_view(idempotency.key),
                         std::string_view(idempotency.response), idempotency.created.ms, hash},
                        true});
}

// ---- playing it
// -----------------------------------------------------------------------------------

Usage BareLoop::play(std::size_t group) {
    sqlite3_stmt* const begin = prepare("BEGIN IMMEDIATE");
    sqlite3_stmt* const commit = prepare("COMMIT");
    sqlite3_stmt* const count = prepare("UPDATE queues SET tasks = tasks + ?2 WHERE id = ?1");
    const Stopwatch watch;
    for (std::size_t at = 0; at < steps_.size();) {
        once(begin);
        counts_.clear();
        const std::size_t end = std::min(at + group, steps_.size());
        for (; at < end; ++at)
            play(steps_[at], static_cast<std::int64_t>(at));
        for (const auto& [queue, change] : counts_) {
            if (change == 0) continue;
            sqlite3_bind_int64(count, 1, queue);
            sqlite3_bind_int64(count, 2, change);
            once(count);
        }
        once(commit);
        root_ = tree_.root();
        if (frames_ >= kCheckpointFrames)
            check(db_, sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                                 nullptr));
    }
    return watch.read();
}

void BareLoop::play(const Step& step, std::int64_t record) {
    // What a decision is made on has to be read.
    if (step.find_key) run(*step.find_key);
    sqlite3_bind_int64(find_, 1, step.document);
    once(find_);
    const audit::NodeBlob nodes = tree_.append(step.leaf);
    sqlite3_bind_int64(leaf_, 1, record);
    sqlite3_bind_int64(leaf_, 2, step.document);
    sqlite3_bind_int64(leaf_, 3, step.previous);
    bind(leaf_, 4, step.leaf, true);
    bind(leaf_, 5, nodes.bytes(), false);
    once(leaf_);
    for (const Row& row : step.rows)
        run(row);
    bind(step.put);
    bind(step.put.statement, 4, audit::as_view(nodes.leaf()), false);
    once(step.put.statement);
    for (const auto& [queue, change] : step.queues)
        counts_[queue] += change;
}

// ---- SQLite
// ---------------------------------------------------------------------------------------

void BareLoop::execute(const char* sql) {
    check(db_, sqlite3_exec(db_, sql, nullptr, nullptr, nullptr));
}

sqlite3_stmt* BareLoop::prepare(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr)
        check(db_,
              sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
}

void BareLoop::run(const Row& row) {
    bind(row);
    once(row.statement);
}

void BareLoop::bind(sqlite3_stmt* statement, int at, std::string_view bytes, bool text) {
    const auto size = static_cast<int>(bytes.size());
    if (text) {
        sqlite3_bind_text(statement, at, bytes.data(), size, SQLITE_STATIC);
    } else {
        sqlite3_bind_blob(statement, at, bytes.data(), size, SQLITE_STATIC);
    }
}

void BareLoop::bind(const Row& row) {
    int at = 0;
    for (const Bound& value : row.values) {
        ++at;
        if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            sqlite3_bind_int64(row.statement, at, *integer);
        } else if (const auto* bytes = std::get_if<std::string_view>(&value)) {
            bind(row.statement, at, *bytes, row.text);
        } else {
            sqlite3_bind_null(row.statement, at);
        }
    }
}

void BareLoop::once(sqlite3_stmt* statement) {
    check(db_, sqlite3_step(statement));
    check(db_, sqlite3_reset(statement));
}

std::int64_t BareLoop::number(const char* find, const char* add, const std::string& key,
                              const std::string& a, const std::string& b) {
    std::int64_t& id = numbers_[key];
    if (id != 0) return id;
    for (const char* sql : {add, find}) {
        sqlite3_stmt* const statement = prepare(sql);
        sqlite3_bind_text(statement, 1, a.data(), static_cast<int>(a.size()), SQLITE_STATIC);
        if (sqlite3_bind_parameter_count(statement) > 1)
            sqlite3_bind_text(statement, 2, b.data(), static_cast<int>(b.size()), SQLITE_STATIC);
        check(db_, sqlite3_step(statement));
        if (sql == find) id = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return id;
}

std::int64_t BareLoop::name(const std::string& text) {
    return number("SELECT id FROM names WHERE name = ?1", "INSERT INTO names(name) VALUES(?1)",
                  "n" + text, text, "");
}

std::int64_t BareLoop::queue(const std::string& role, const std::string& department) {
    return number("SELECT id FROM queues WHERE role = ?1 AND department = ?2",
                  "INSERT INTO queues(role, department) VALUES(?1, ?2)",
                  "q" + role + "@" + department, role, department);
}

std::string_view BareLoop::keep(std::string bytes) {
    return kept_.emplace_back(std::move(bytes));
}

}  // namespace gongkai::bench
