#include "storage/sqlite/schema.hpp"

#include <algorithm>
#include <iterator>

#include "storage/sqlite/opening.hpp"

namespace gongkai::storage::sqlite {

namespace {

// Version 1.
//
// What a step costs is the pages it dirties, so: one narrow row a document, changed in place and
// without an index on what changes; everything else is appended or lies beside what was written a
// moment ago. Names that repeat (states, flows, roles, departments) are stored once and numbered.
constexpr Sql kTables = R"sql(
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- department: names.id. last_record: newest leaf of the document's history; last_leaf: hash of its
-- newest step. keys: the rows of tasks and timers that belong to the document. body:
-- storage/document_codec.hpp.
CREATE TABLE documents(
    id INTEGER PRIMARY KEY, department INTEGER NOT NULL, revision INTEGER NOT NULL,
    last_record INTEGER NOT NULL, last_leaf BLOB NOT NULL, keys BLOB NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX documents_by_department ON documents(department);

-- What lists show of a document and what seldom changes. flow: names.id, title: texts.number.
CREATE TABLE captions(
    document INTEGER PRIMARY KEY, flow INTEGER NOT NULL, title INTEGER NOT NULL,
    source TEXT NOT NULL, source_id TEXT NOT NULL
) STRICT;
CREATE TABLE externals(
    source TEXT NOT NULL, source_id TEXT NOT NULL, document INTEGER NOT NULL,
    PRIMARY KEY(source, source_id)
) STRICT, WITHOUT ROWID;

-- The record. nodes: hashes of the subtrees that this leaf completes, storage/audit/merkle.hpp.
-- previous: the document's record before this one; -1: none.
CREATE TABLE leaves(
    record INTEGER PRIMARY KEY, document INTEGER NOT NULL, previous INTEGER NOT NULL,
    bytes TEXT NOT NULL, nodes BLOB NOT NULL
) STRICT;

-- Appended, and erased in place: storage/sqlite/texts.hpp. previous: the document's text before
-- this one; 0: none. A title has an empty commitment.
CREATE TABLE texts(
    number INTEGER PRIMARY KEY, previous INTEGER NOT NULL, commitment BLOB NOT NULL,
    salt BLOB NOT NULL, text BLOB NOT NULL
) STRICT;

CREATE TABLE queues(
    id INTEGER PRIMARY KEY, role TEXT NOT NULL, department TEXT NOT NULL,
    tasks INTEGER NOT NULL DEFAULT 0, UNIQUE(role, department)
) STRICT;
CREATE TABLE tasks(
    queue INTEGER NOT NULL, number INTEGER NOT NULL, document INTEGER NOT NULL,
    region INTEGER NOT NULL, state INTEGER NOT NULL, claimed_by INTEGER NOT NULL,
    since INTEGER NOT NULL, due INTEGER, PRIMARY KEY(queue, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE timers(
    due INTEGER NOT NULL, document INTEGER NOT NULL, timer INTEGER NOT NULL,
    name INTEGER NOT NULL, provisional INTEGER NOT NULL, PRIMARY KEY(due, document, timer)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_provisional ON timers(document, timer) WHERE provisional = 1;

-- state 0: may be sent, 1: waits behind another of its document and subscriber, 2: dead letter.
CREATE TABLE outbox(
    number INTEGER PRIMARY KEY AUTOINCREMENT, subscriber INTEGER NOT NULL,
    document INTEGER NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL, state INTEGER NOT NULL, next_try INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_lanes ON outbox(subscriber, document, number) WHERE state < 2;
CREATE INDEX outbox_ready ON outbox(subscriber, next_try, number) WHERE state = 0;
CREATE INDEX outbox_dead ON outbox(number) WHERE state = 2;

-- The key itself is compared too; its first eight bytes of hash keep the index narrow.
CREATE TABLE idempotency(
    number INTEGER PRIMARY KEY, actor INTEGER NOT NULL, key TEXT NOT NULL,
    fingerprint BLOB NOT NULL, status INTEGER NOT NULL, response TEXT NOT NULL,
    created INTEGER NOT NULL, key_hash INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_by_key ON idempotency(key_hash);

-- One row for each time that a document was published; live: the present one. The others are
-- erased in place: storage/sqlite/texts.hpp.
CREATE TABLE publications(
    record INTEGER PRIMARY KEY, document INTEGER NOT NULL, live INTEGER NOT NULL,
    flow TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX publications_live ON publications(document) WHERE live = 1;
CREATE INDEX publications_by_flow ON publications(flow, record) WHERE live = 1;

CREATE TABLE departments(
    code TEXT PRIMARY KEY, title TEXT NOT NULL, parent TEXT NOT NULL, active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE people(
    id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    machine INTEGER NOT NULL, active INTEGER NOT NULL, password_hash TEXT NOT NULL
) STRICT;
CREATE TABLE person_roles(
    person INTEGER NOT NULL REFERENCES people(id), position INTEGER NOT NULL, role TEXT NOT NULL,
    department TEXT NOT NULL, PRIMARY KEY(person, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE deputies(
    id INTEGER PRIMARY KEY, principal INTEGER NOT NULL, deputy INTEGER NOT NULL,
    valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, revoked INTEGER NOT NULL
) STRICT;
CREATE TABLE deputy_roles(
    deputy INTEGER NOT NULL REFERENCES deputies(id), position INTEGER NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY(deputy, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE machine_keys(
    id INTEGER PRIMARY KEY, person INTEGER NOT NULL, secret_hash BLOB NOT NULL, label TEXT NOT NULL,
    created INTEGER NOT NULL, expires INTEGER, revoked INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions(
    token_hash BLOB PRIMARY KEY, person INTEGER NOT NULL, created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE subscribers(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
    source TEXT NOT NULL, active INTEGER NOT NULL
) STRICT;
CREATE TABLE sources(
    digest BLOB PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('directory_version', 0);
)sql";

// A fence against a slip of ours or of an operator's hand; the proof is the tree. The density
// triggers stop INSERT OR REPLACE also where recursive_triggers is off. FAIL instead of ABORT on
// the way of every step: nothing was done before it, so nothing has to be undone, and SQLite keeps
// no statement journal for it.
constexpr Sql kFences = R"sql(
CREATE TRIGGER leaves_are_dense BEFORE INSERT ON leaves
    WHEN NEW.record IS NOT (SELECT coalesce(max(record), -1) + 1 FROM leaves)
    BEGIN SELECT RAISE(FAIL, 'the record is append-only'); END;
CREATE TRIGGER leaves_stay BEFORE UPDATE ON leaves
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER leaves_are_kept BEFORE DELETE ON leaves
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER texts_are_kept BEFORE DELETE ON texts
    BEGIN SELECT RAISE(ABORT, 'texts are append-only'); END;
CREATE TRIGGER sources_are_new BEFORE INSERT ON sources
    WHEN EXISTS (SELECT 1 FROM sources WHERE digest = NEW.digest)
    BEGIN SELECT RAISE(ABORT, 'sources are append-only'); END;
CREATE TRIGGER sources_stay BEFORE UPDATE ON sources
    BEGIN SELECT RAISE(ABORT, 'sources are append-only'); END;
CREATE TRIGGER sources_are_kept BEFORE DELETE ON sources
    BEGIN SELECT RAISE(ABORT, 'sources are append-only'); END;
CREATE TRIGGER names_are_new BEFORE INSERT ON names
    WHEN EXISTS (SELECT 1 FROM names WHERE id = NEW.id OR name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'names are append-only'); END;
CREATE TRIGGER names_stay BEFORE UPDATE ON names
    BEGIN SELECT RAISE(ABORT, 'names are append-only'); END;
CREATE TRIGGER names_are_kept BEFORE DELETE ON names
    BEGIN SELECT RAISE(ABORT, 'names are append-only'); END;
)sql";

// What each further version adds to the one before: a fresh database goes through all of them, so
// that there is one way to every table.
constexpr Sql kSteps[] = {
    // 2. The rows are few and change as a whole: pages are read in the order of the numbers.
    R"sql(
CREATE TABLE catalog_items(
    number INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, catalog TEXT NOT NULL,
    flow TEXT NOT NULL, level1 TEXT NOT NULL, details TEXT NOT NULL, ended INTEGER
) STRICT;
CREATE TRIGGER catalog_items_are_kept BEFORE DELETE ON catalog_items
    BEGIN SELECT RAISE(ABORT, 'items of the catalogue are ended, not deleted'); END;
)sql",
    // 3. A series never goes back, and a code never comes to another document.
    R"sql(
CREATE TABLE series(name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER series_go_on BEFORE UPDATE ON series
    WHEN NEW.name IS NOT OLD.name OR NEW.last IS NOT OLD.last + 1
    BEGIN SELECT RAISE(ABORT, 'a series of numbers only goes on'); END;
CREATE TRIGGER series_are_kept BEFORE DELETE ON series
    BEGIN SELECT RAISE(ABORT, 'a series of numbers only goes on'); END;
CREATE TABLE codes(code BLOB PRIMARY KEY, document INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER codes_stay BEFORE UPDATE ON codes
    BEGIN SELECT RAISE(ABORT, 'codes are for ever'); END;
CREATE TRIGGER codes_are_kept BEFORE DELETE ON codes
    BEGIN SELECT RAISE(ABORT, 'codes are for ever'); END;
)sql",
    // 4. Which document an item of the catalogue comes from; 0: a file.
    R"sql(
ALTER TABLE catalog_items ADD COLUMN document INTEGER NOT NULL DEFAULT 0;
)sql",
    // 5. How documents are related, as far as the public may know once both are published: it reads
    // the view only, which tells of no others (stubs of withdrawn ones are among them). position:
    // in which they were related.
    R"sql(
CREATE TABLE links(
    above INTEGER NOT NULL, position INTEGER NOT NULL, below INTEGER NOT NULL,
    relation TEXT NOT NULL, title TEXT NOT NULL, title_above TEXT NOT NULL,
    PRIMARY KEY(above, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_below ON links(below);
CREATE VIEW published_links AS
    SELECT above, below, relation, title, title_above FROM links
    WHERE EXISTS (SELECT 1 FROM publications WHERE document = above AND live = 1)
    AND EXISTS (SELECT 1 FROM publications WHERE document = below AND live = 1);
)sql",
};
static_assert(std::size(kSteps) + 1 == kSchemaVersion);

// From version `from`; 0 is an empty file.
Result<void> bring_up(Connection& writer, std::int64_t from) {
    std::string all = "BEGIN IMMEDIATE;";
    if (from == 0)
        all += std::string(kTables) + kFences +
               "PRAGMA application_id = " + std::to_string(kApplicationId) + ";";
    for (std::int64_t version = std::max<std::int64_t>(from, 1); version < kSchemaVersion;
         ++version)
        all += kSteps[version - 1];
    all += "PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; COMMIT;";
    const auto done = writer.execute(all.c_str());
    if (!done && writer.in_transaction()) (void)writer.execute("ROLLBACK");
    return done;
}

Result<bool> is_empty(Connection& writer) {
    TRY(const auto tables, writer.integer("SELECT count(*) FROM sqlite_schema"));
    return tables == 0;
}

// synchronous=EXTRA comes first: switching to WAL is one commit with a rollback journal, and only
// EXTRA makes the removal of that journal durable. Where it comes back after a power cut it takes
// the whole new database with it.
Result<void> switch_to_wal(Connection& writer, bool wrong_pragma_order) {
    if (wrong_pragma_order) {
        TRY_VOID(writer.execute("PRAGMA journal_mode = WAL;"));
        return writer.execute("PRAGMA synchronous = EXTRA;");
    }
    TRY_VOID(writer.execute("PRAGMA synchronous = EXTRA;"));
    return writer.execute("PRAGMA journal_mode = WAL;");
}

}  // namespace

const ReadableTable kPublicTables[] = {
    {"publications"}, {"catalog_items"}, {"published_links"}, {"links", "published_links"}, {}};

Result<void> prepare_schema(Connection& writer, const std::string& path, bool wrong_pragma_order) {
    TRY(const bool empty, is_empty(writer));
    std::int64_t version = 0;
    if (!empty) {
        TRY(version, recognise(writer, path));
    }
    TRY_VOID(switch_to_wal(writer, wrong_pragma_order));
    if (version < kSchemaVersion) TRY_VOID(bring_up(writer, version));
    return writer.execute("PRAGMA synchronous = FULL;");
}

}  // namespace gongkai::storage::sqlite
