// What only the SQLite store promises: what it refuses to open, what it does when the disk fails,
// and what lies in its files.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/schema.hpp"
#include "tests/storage/failing_vfs.hpp"
#include "tests/storage/random_values.hpp"
#include "tests/storage/store_contract.hpp"

using namespace gongkai::storage;
using namespace gongkai::storage::testing;
using gongkai::engine::Error;
using gongkai::storage::sqlite::Connection;
using gongkai::storage::sqlite::Options;

namespace {

Options options_for(const Folder& folder) {
    Options options;
    options.path = folder / "gongkai.db";
    return options;
}

std::unique_ptr<Store> opened(Options options) {
    auto store = sqlite::open(std::move(options));
    INFO((store ? "" : store.error().message));
    REQUIRE(store.has_value());
    return std::move(*store);
}

// Another program's connection to the database: none of the store's settings.
class Stranger {
  public:
    explicit Stranger(const std::string& path) {
        REQUIRE(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
    }
    ~Stranger() { sqlite3_close(handle_); }
    // The message of the failure; empty: it worked.
    std::string execute(const std::string& sql) {
        char* message = nullptr;
        sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &message);
        const std::string out = message ? message : "";
        sqlite3_free(message);
        return out;
    }

  private:
    sqlite3* handle_ = nullptr;
};

Result<void> write_leaf(Store& store, const std::string& leaf) {
    return store.run([&leaf](Transaction& t) -> Result<void> {
        TRY_VOID(t.write_leaf(0, leaf));
        return {};
    });
}

struct WorkingVfs {
    ~WorkingVfs() {
        FailingVfs::write_code() = 0;
        FailingVfs::sync_code() = 0;
    }
};

}  // namespace

TEST_CASE("sqlite store: what was acknowledged is there after opening again") {
    const Folder folder;
    TreeHead head;
    {
        const auto store = opened(options_for(folder));
        for (DocumentId id = 1; id <= 5; ++id)
            REQUIRE(write(*store, first_step(id)));
        REQUIRE(write(*store, next_step(3, 2)));
        head = store->head();
    }
    const auto store = opened(options_for(folder));
    CHECK(store->head().size == 6);
    CHECK(store->head().root == head.root);
    CHECK(ask(*store, [](Reader& r) { return r.find_document(3); })->document.revision == 2);
    CHECK(ask(*store, [](Reader& r) { return r.count({"clerk", "employment"}); }) == 4);
    REQUIRE(write(*store, next_step(3, 3)));
    CHECK(ask(*store, [](Reader& r) { return r.history(6, 10); }).size() == 3);
    CHECK(ask(*store, [&](Reader& r) { return r.tree_root(6); }) == head.root);
}

TEST_CASE("sqlite store: a second one on the same database is refused") {
    const Folder folder;
    auto first = opened(options_for(folder));
    const auto second = sqlite::open(options_for(folder));
    REQUIRE(!second);
    CHECK(second.error().code == ErrorCode::unavailable);
    CHECK(second.error().message.find("in use") != std::string::npos);
    REQUIRE(write(*first, first_step(1)));
    first.reset();
    CHECK(sqlite::open(options_for(folder)).has_value());
}

TEST_CASE("sqlite store: a newer version's, another program's and no database are refused") {
    const Folder folder;
    const Options options = options_for(folder);
    opened(options)->close();
    const auto refusal = [&options] {
        const std::string before = read_whole(options.path);
        const auto store = sqlite::open(options);
        REQUIRE(!store);
        CHECK(read_whole(options.path) == before);
        return store.error();
    };
    SECTION("newer") {
        CHECK(Stranger(options.path).execute("PRAGMA user_version = 99").empty());
        CHECK(refusal().code == ErrorCode::invalid_argument);
        CHECK(refusal().message.find("newer Gongkai: its schema has version 99") !=
              std::string::npos);
    }
    SECTION("another program's") {
        CHECK(Stranger(options.path).execute("PRAGMA application_id = 1").empty());
        CHECK(refusal().code == ErrorCode::invalid_argument);
        CHECK(refusal().message.find("not a database of Gongkai") != std::string::npos);
    }
    SECTION("no database") {
        std::ofstream(options.path, std::ios::binary) << std::string(8'192, 'x');
        CHECK(refusal().code == ErrorCode::storage_broken);
    }
}

TEST_CASE("sqlite store: a database of an older version is brought up with all that it holds") {
    const Folder folder;
    const Options options = options_for(folder);
    {
        const auto store = opened(options);
        REQUIRE(write(*store, first_step(1)));
        store->close();
    }
    // Version 1 was the same without the catalogue, version 2 without series and codes, version 3
    // without the document of an item, version 4 without links.
    const std::string older =
        "DROP VIEW published_links; DROP TABLE links;" +
        std::string(
            GENERATE("PRAGMA user_version = 4",
                     "ALTER TABLE catalog_items DROP COLUMN document; PRAGMA user_version = 3",
                     "DROP TABLE series; DROP TABLE codes; "
                     "ALTER TABLE catalog_items DROP COLUMN document; PRAGMA user_version = 2",
                     "DROP TABLE series; DROP TABLE codes; DROP TRIGGER catalog_items_are_kept; "
                     "DROP TABLE catalog_items; PRAGMA user_version = 1"));
    REQUIRE(Stranger(options.path).execute(older).empty());
    CHECK(sqlite::check_file(options.path).has_value());
    const auto store = opened(options);
    CHECK(ask(*store, [](Reader& r) { return r.find_document(1); }));
    CHECK(ask(*store, [](Reader& r) { return r.catalog({}); }).rows.empty());
    CatalogItem item;
    item.code = "JY-1.1";
    REQUIRE(store->run([&](Transaction& t) -> Result<void> {
        TRY_VOID(t.put_catalog_item(item));
        TRY_VOID(t.take_number("登记"));
        return {};
    }));
    for (const DocumentId id : {DocumentId{1}, DocumentId{2}}) {
        StepRecord step = id == 1 ? next_step(1, 2) : first_step(2);
        step.publication = PublicDocument{};
        step.publication->document = id;
        if (id == 1) step.links = {{2, "materials", "Interpretation", "Policy"}};
        REQUIRE(write(*store, step));
    }
    CHECK(ask_public(*store, [](PublicReader& r) { return r.links(1); }).size() == 1);
    CHECK(ask_public(*store, [](PublicReader& r) { return r.links(2); }).size() == 1);
    store->close();
    CHECK(*sqlite::Connection::open({options.path, "", sqlite::Access::read_only})
               .value()
               ->integer("PRAGMA user_version") == sqlite::kSchemaVersion);
    CHECK(Stranger(options.path).execute("DELETE FROM catalog_items").find("not deleted") !=
          std::string::npos);
    for (const char* sql : {"DELETE FROM series", "UPDATE series SET last = 0",
                            "UPDATE series SET last = last + 2", "UPDATE series SET name = 'x'"})
        CHECK(Stranger(options.path).execute(sql).find("only goes on") != std::string::npos);
}

TEST_CASE("sqlite store: the record cannot be changed past its fences") {
    const Folder folder;
    const auto store = opened(options_for(folder));
    REQUIRE(write(*store, first_step(1)));
    REQUIRE(write(*store, next_step(1, 2)));
    REQUIRE(store->run(
        [](Transaction& t) { return t.put_source(digest_of("d"), "flow", "decision", "text"); }));
    const std::string recursive = GENERATE("ON", "OFF");
    Stranger stranger(folder / "gongkai.db");
    REQUIRE(stranger.execute("PRAGMA recursive_triggers = " + recursive).empty());
    for (const char* sql : {
             "UPDATE leaves SET bytes = 'x' WHERE record = 0",
             "UPDATE leaves SET record = 7 WHERE record = 1",
             "DELETE FROM leaves WHERE record = 1",
             "DELETE FROM leaves",
             "INSERT OR REPLACE INTO leaves VALUES(0, 1, -1, 'x', x'00')",
             "REPLACE INTO leaves VALUES(1, 1, -1, 'x', x'00')",
             "INSERT INTO leaves VALUES(1, 1, -1, 'x', x'00')",
             "INSERT INTO leaves VALUES(3, 1, -1, 'x', x'00')",
             "INSERT INTO leaves VALUES(-1, 1, -1, 'x', x'00')",
             "DELETE FROM texts",
             "UPDATE sources SET text = 'x'",
             "DELETE FROM sources",
             "INSERT OR REPLACE INTO sources SELECT digest, kind, name, 'x' FROM sources",
             "UPDATE names SET name = 'x'",
             "DELETE FROM names",
             "INSERT OR REPLACE INTO names VALUES(1, 'x')",
         }) {
        CAPTURE(sql);
        CHECK(stranger.execute(sql).find("append-only") != std::string::npos);
    }
    CHECK(ask(*store, [](Reader& r) { return r.leaves(0, 10); }).size() == 2);
    CHECK(ask(*store, [](Reader& r) { return r.tree_root(2); }) == store->head().root);
    // The fence holds up nobody who goes on at the end.
    CHECK(write(*store, next_step(1, 3)));
}

TEST_CASE("sqlite store: the public connection can read the publication tables only") {
    const Folder folder;
    const auto store = opened(options_for(folder));
    REQUIRE(write(*store, first_step(1)));
    auto connection = *Connection::open({folder / "gongkai.db", "", sqlite::Access::read_only});
    connection->allow_only(sqlite::kPublicTables);
    const auto refused = [&connection](const char* sql) {
        auto statement = connection->prepare(sql);
        return !statement.step();
    };
    CHECK(!refused("SELECT body FROM publications WHERE document = 1 AND live = 1"));
    CHECK(!refused("SELECT record, body FROM publications WHERE flow = 'x' ORDER BY record DESC"));
    CHECK(!refused("SELECT code, details FROM catalog_items"));
    CHECK(!refused("SELECT above, below FROM published_links WHERE below = 1"));
    for (const char* sql : {
             "SELECT body FROM documents",
             "SELECT count(*) FROM documents",
             "SELECT text FROM texts",
             "SELECT title FROM captions",
             "SELECT body FROM publications WHERE document IN (SELECT id FROM documents)",
             "SELECT (SELECT password_hash FROM people)",
             "SELECT bytes FROM leaves",
             "SELECT below FROM links",  // of documents that are not public among them
             "SELECT count(*) FROM links",
             "SELECT below FROM published_links WHERE above IN (SELECT above FROM links)",
             "SELECT below FROM (SELECT below FROM links) AS published_links",
             "SELECT sql FROM sqlite_schema",
             "SELECT name FROM pragma_table_info('people')",
             "SELECT load_extension('x')",
             "PRAGMA table_info(people)",
             "PRAGMA query_only = OFF",
             "ATTACH 'other.db' AS other",
             "CREATE TEMP TABLE t(x)",
             "DELETE FROM publications",
             "UPDATE publications SET body = x'00'",
         }) {
        CAPTURE(sql);
        CHECK(refused(sql));
    }
}

TEST_CASE("sqlite store: a connection for readers cannot write") {
    const Folder folder;
    const auto store = opened(options_for(folder));
    REQUIRE(write(*store, first_step(1)));
    auto connection = *Connection::open({folder / "gongkai.db", "", sqlite::Access::read_only});
    CHECK(!connection->execute("DELETE FROM documents"));
    CHECK(!connection->execute("PRAGMA query_only = OFF; DELETE FROM documents"));
    CHECK(!connection->execute("SELECT \"no such column\""));
    CHECK(ask(*store, [](Reader& r) { return r.find_document(1); }));
}

TEST_CASE("sqlite store: a full disk loses nothing, reading goes on, and room brings it back") {
    const Folder folder;
    Options options = options_for(folder);
    options.max_pages = 120;
    auto store = opened(options);
    DocumentId acknowledged = 0;
    Result<void> last;
    for (DocumentId id = 1; last && id < 1'000; ++id) {
        StepRecord step = first_step(id);
        step.openings = {opening(std::string(6'000, 'x'))};
        last = write(*store, step);
        if (last) acknowledged = id;
    }
    REQUIRE(code_of(last) == ErrorCode::storage_full);
    REQUIRE(acknowledged > 5);
    CHECK(code_of(store->writable()) == ErrorCode::storage_full);
    CHECK(store->head().size == acknowledged);
    CHECK(ask(*store, [](Reader& r) { return r.tree_size(); }) == acknowledged);
    CHECK(!ask(*store, [&](Reader& r) { return r.find_document(acknowledged + 1); }));
    CHECK(ask(*store, [](Reader& r) { return r.count({"clerk", "employment"}); }) == acknowledged);

    // What needs no new page is still written, and says that writing works again.
    REQUIRE(store->run([](Transaction& t) { return t.drop_sessions_of(1); }));
    CHECK(store->writable());
    store.reset();
    options.max_pages = 0;
    store = opened(options);
    CHECK(store->head().size == acknowledged);
    CHECK(write(*store, first_step(acknowledged + 1)));
}

TEST_CASE("sqlite store: after an I/O error everything is refused and the owner is told once") {
    const bool in_sync = GENERATE(true, false);
    const WorkingVfs works_again;
    const Folder folder;
    Options options = options_for(folder);
    options.vfs = FailingVfs::name();
    int told = 0;
    options.on_broken = [&told](const Error& error) {
        ++told;
        CHECK(error.code == ErrorCode::storage_broken);
    };
    {
        const auto store = opened(options);
        REQUIRE(write(*store, first_step(1)));
        (in_sync ? FailingVfs::sync_code() : FailingVfs::write_code()) =
            in_sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
        CHECK(code_of(write(*store, first_step(2))) == ErrorCode::storage_broken);
        // The disk works again: it is too late.
        FailingVfs::write_code() = 0;
        FailingVfs::sync_code() = 0;
        CHECK(code_of(write(*store, first_step(3))) == ErrorCode::storage_broken);
        CHECK(code_of(store->read([](Reader&) -> Result<void> { return {}; })) ==
              ErrorCode::storage_broken);
        CHECK(code_of(store->read_public([](PublicReader&) -> Result<void> { return {}; })) ==
              ErrorCode::storage_broken);
        CHECK(code_of(store->backup(folder / "copy.db")) == ErrorCode::storage_broken);
        CHECK(code_of(store->writable()) == ErrorCode::storage_broken);
        CHECK(told == 1);
        CHECK(store->head().size == 1);
    }
    options.on_broken = nullptr;
    const auto store = opened(options);
    CHECK(ask(*store, [](Reader& r) { return r.find_document(1); }));
    CHECK(!ask(*store, [](Reader& r) { return r.find_document(3); }));
    CHECK(write(*store, first_step(3)));
}

TEST_CASE("sqlite store: a full disk that the system reports is full, not broken") {
    const WorkingVfs works_again;
    const Folder folder;
    Options options = options_for(folder);
    options.vfs = FailingVfs::name();
    const auto store = opened(options);
    REQUIRE(write(*store, first_step(1)));
    FailingVfs::write_code() = SQLITE_FULL;
    CHECK(code_of(write(*store, first_step(2))) == ErrorCode::storage_full);
    CHECK(code_of(write(*store, first_step(2))) == ErrorCode::storage_full);
    CHECK(ask(*store, [](Reader& r) { return r.find_document(1); }));
    FailingVfs::write_code() = 0;
    CHECK(write(*store, first_step(2)));
    CHECK(ask(*store, [](Reader& r) { return r.tree_size(); }) == 2);
}

TEST_CASE("sqlite store: a database that does not extend its checkpoint is opened for reading") {
    const Folder folder;
    Options options = options_for(folder);
    TreeHead early, late;
    {
        const auto store = opened(options);
        for (int i = 0; i < 5; ++i)
            REQUIRE(write_leaf(*store, "leaf " + std::to_string(i)));
        early = store->head();
        REQUIRE(store->backup(folder / "early.db"));
        for (int i = 5; i < 9; ++i)
            REQUIRE(write_leaf(*store, "leaf " + std::to_string(i)));
        late = store->head();
    }
    const auto refused = [](Store& store, const char* why) {
        const auto written = write_leaf(store, "one more");
        REQUIRE(code_of(written) == ErrorCode::integrity);
        CHECK(written.error().message.find(why) != std::string::npos);
        CHECK(code_of(store.writable()) == ErrorCode::integrity);
        CHECK(ask(store, [](Reader& r) { return r.leaves(0, 100); }).size() >= 5);
    };
    SECTION("the same database extends all that was signed") {
        options.expected = {{0, audit::sha256("")}, early, late};
        const auto store = opened(options);
        CHECK(write_leaf(*store, "one more"));
    }
    SECTION("an old copy was put in its place") {
        options.expected = {late};
        for (const char* suffix : {"", "-wal", "-shm"})
            std::filesystem::remove(options.path + suffix);
        REQUIRE(sqlite::restore(folder / "early.db", options.path));
        auto store = opened(options);
        refused(*store, "records are missing");
        CHECK(store->head().size == 5);
        store.reset();
        options.expected = {early};
        store = opened(options);
        CHECK(write_leaf(*store, "another history"));
    }
    SECTION("another history was put in its place") {
        options.expected = {{9, audit::sha256("something else")}};
        refused(*opened(options), "not those of the signed checkpoint");
    }
    SECTION("a hash was changed in the file") {
        CHECK(Stranger(options.path)
                  .execute("DROP TRIGGER leaves_stay; UPDATE leaves SET nodes = zeroblob(128) "
                           "WHERE record = 7")
                  .empty());
        options.expected = {late};
        refused(*opened(options), "not those of the signed checkpoint");
    }
    SECTION("records were cut off at the end") {
        CHECK(Stranger(options.path)
                  .execute("DROP TRIGGER leaves_are_kept; DELETE FROM leaves WHERE record > 6")
                  .empty());
        options.expected = {early, late};
        refused(*opened(options), "records are missing");
    }
    SECTION("a hash that the tree needs is gone") {
        CHECK(Stranger(options.path)
                  .execute("DROP TRIGGER leaves_stay; UPDATE leaves SET nodes = x'00' "
                           "WHERE record = 7")
                  .empty());
        refused(*opened(options), "lacks a hash");
    }
}

TEST_CASE("sqlite store: a purged text is in no file of the database") {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    Random random(seed);
    const Folder folder;
    const std::string mark = "SECRET-7f3a";
    const auto places = [&] {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            const std::string bytes = read_whole(entry.path().string());
            for (auto at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at + 1))
                found.push_back(entry.path().filename().string() + " at " + std::to_string(at) +
                                ": " + bytes.substr(at, 30));
        }
        return found;
    };
    const auto store = opened(options_for(folder));
    // Documents in any order of ids and sizes, comments in between: pages split and cells move,
    // and SQLite leaves copies of them behind in the free room of pages.
    const auto text = [&random](const std::string& begin) {
        return begin + std::string(random.below(random.chance(10) ? 9'000 : 400), '.');
    };
    std::set<DocumentId> known, secret;
    for (int i = 0; i < 150; ++i) {
        const DocumentId id = 1 + random.below(100);
        const bool is_secret = id % 7 == 3;
        StepRecord step = known.contains(id) ? next_step(id, 2) : first_step(id);
        if (known.contains(id)) {
            step.after.revision =
                ask(*store, [&](Reader& r) { return r.find_document(id); })->document.revision + 1;
        }
        const std::string own =
            (is_secret ? mark + " " : "harmless ") + std::to_string(id) + "." + std::to_string(i);
        step.title = text(own + " title ");
        step.openings = {opening(text(own + " one ")), opening(text(own + " two "))};
        step.publication = PublicDocument{};
        step.publication->document = id;
        step.publication->title = *step.title;
        step.publication->fields = text(own + " fields ");
        step.publication->proof_openings = text(own + " proof ");
        step.publication->attachments = {{digest_of("a"), 1, text(own + " name ")}};
        REQUIRE(write(*store, step));
        known.insert(id);
        if (is_secret) secret.insert(id);
    }
    if (!secret.empty()) REQUIRE(!places().empty());
    for (const DocumentId id : secret) {
        StepRecord purge = next_step(id, 0);
        purge.after.revision =
            ask(*store, [&](Reader& r) { return r.find_document(id); })->document.revision + 1;
        purge.purge = true;
        REQUIRE(write(*store, purge));
    }
    CHECK(places() == std::vector<std::string>{});
    for (const DocumentId id : known)
        CHECK(ask(*store, [&](Reader& r) { return r.openings(id); }).empty() ==
              secret.contains(id));
}

TEST_CASE("sqlite store: a purge behind a reader is finished when the reader has ended") {
    const Folder folder;
    Options options = options_for(folder);
    options.idle = std::chrono::milliseconds(5);
    const auto store = opened(options);
    StepRecord step = first_step(1);
    step.openings = {opening("SECRET-7f3a")};
    REQUIRE(write(*store, step));
    StepRecord purge = next_step(1, 2);
    purge.purge = true;
    REQUIRE(store->read([&](Reader& r) -> Result<void> {
        TRY(const auto before, r.openings(1));
        CHECK(before.size() == 1);
        CHECK(write(*store, purge));
        TRY(const auto after, r.openings(1));
        CHECK(after.size() == 1);  // its snapshot is older
        return {};
    }));
    // Any job that comes later also tries again.
    const std::string wal = folder / "gongkai.db-wal";
    for (int i = 0; i < 1'000 && read_whole(wal).find("SECRET-7f3a") != std::string::npos; ++i)
        REQUIRE(store->run([](Transaction&) -> Result<void> { return {}; }));
    CHECK(read_whole(wal).find("SECRET-7f3a") == std::string::npos);
    CHECK(read_whole(folder / "gongkai.db").find("SECRET-7f3a") == std::string::npos);
}

TEST_CASE("sqlite store: the WAL stays short under load") {
    const Folder folder;
    Options options = options_for(folder);
    options.checkpoint_frames = 50;
    const auto store = opened(options);
    for (int i = 0; i < 400; ++i)
        REQUIRE(write_leaf(*store, std::string(3'000, 'x')));
    CHECK(std::filesystem::file_size(folder / "gongkai.db-wal") < 100 * 4'120);
}

TEST_CASE("sqlite store: a query that runs too long is ended") {
    const Folder folder;
    Options options = options_for(folder);
    options.snapshot_limit = std::chrono::milliseconds(0);
    const auto store = opened(options);
    REQUIRE(store->run([](Transaction& t) -> Result<void> {
        for (int i = 0; i < 5'000; ++i)
            TRY_VOID(t.write_leaf(0, "leaf"));
        return {};
    }));
    CHECK(code_of(store->read([](Reader& r) -> Result<void> {
              TRY_VOID(r.leaves(0, 5'000));
              return {};
          })) == ErrorCode::unavailable);
    // The connection is good for the next one.
    CHECK(ask(*store, [](Reader& r) { return r.leaves(0, 5); }).size() == 5);
}

TEST_CASE("sqlite store: readers beside the writer see whole steps only") {
    const Folder folder;
    Options options = options_for(folder);
    options.readers = 2;  // fewer than there are threads
    const auto store = opened(options);
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!stop) {
                const auto acknowledged = store->head().size;
                const auto read = store->read([&](Reader& r) -> Result<void> {
                    TRY(const auto size, r.tree_size());
                    TRY(const auto count, r.count({"clerk", "employment"}));
                    TRY(const auto rows,
                        r.worklist(std::vector<QueueKey>{{"clerk", "employment"}}, 0, 1'000));
                    if (size < acknowledged || count != size || rows.size() != size) ++wrong;
                    return {};
                });
                if (!read) ++wrong;
            }
        });
    }
    for (DocumentId id = 1; id <= 150; ++id)
        CHECK(write(*store, first_step(id)));
    stop = true;
    for (std::thread& thread : threads)
        thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("sqlite store: a backup is whole, checked, and can be restored") {
    const Folder folder;
    const Options options = options_for(folder);
    const std::string copy = folder / "copy.db";
    TreeHead head;
    {
        const auto store = opened(options);
        for (DocumentId id = 1; id <= 30; ++id)
            REQUIRE(write(*store, first_step(id)));
        head = store->head();
        REQUIRE(store->backup(copy));
        CHECK(code_of(store->backup(copy)) == ErrorCode::conflict);
        REQUIRE(write(*store, first_step(31)));
    }
    const auto checked = sqlite::check_file(copy);
    REQUIRE(checked);
    CHECK(checked->size == 30);
    CHECK(checked->root == head.root);
    for (const char* suffix : {"-wal", "-shm", "-journal", ".part"})
        CHECK(!std::filesystem::exists(copy + suffix));

    Options elsewhere = options;
    elsewhere.path = folder / "restored.db";
    REQUIRE(sqlite::restore(copy, elsewhere.path));
    CHECK(code_of(sqlite::restore(copy, elsewhere.path)) == ErrorCode::conflict);
    const auto restored = opened(elsewhere);
    CHECK(restored->head().root == head.root);
    CHECK(ask(*restored, [](Reader& r) { return r.find_document(30); }));
    CHECK(!ask(*restored, [](Reader& r) { return r.find_document(31); }));
    CHECK(write(*restored, first_step(31)));

    // A copy in which a record was changed, and one that is no database.
    CHECK(Stranger(copy)
              .execute("DROP TRIGGER leaves_stay; UPDATE leaves SET bytes = 'x' WHERE record = 7")
              .empty());
    CHECK(code_of(sqlite::check_file(copy)) == ErrorCode::integrity);
    CHECK(code_of(sqlite::restore(copy, folder / "again.db")) == ErrorCode::integrity);
    CHECK(!std::filesystem::exists(folder / "again.db"));
    std::ofstream(folder / "text.db") << std::string(5'000, 'x');
    CHECK(!sqlite::check_file(folder / "text.db"));
    CHECK(!sqlite::check_file(folder / "missing.db"));
    CHECK(!std::filesystem::exists(folder / "missing.db"));
}

TEST_CASE(
    "sqlite store: opened for reading only, it sees what a writer commits and writes nothing") {
    const Folder folder;
    const Options options = options_for(folder);
    auto writer = opened(options);
    REQUIRE(write(*writer, first_step(1)));
    const auto reader = sqlite::open_read_only(options);
    REQUIRE(reader);
    CHECK((*reader)->head().root == writer->head().root);
    CHECK(ask(**reader, [](Reader& r) { return r.find_document(1); }));
    REQUIRE(write(*writer, first_step(2)));
    CHECK((*reader)->head().root == writer->head().root);
    CHECK(ask(**reader, [](Reader& r) { return r.find_document(2); }));

    const auto refused = write(**reader, first_step(3));
    CHECK(code_of(refused) == ErrorCode::unavailable);
    CHECK(refused.error().message.find("reading only") != std::string::npos);
    CHECK(code_of((*reader)->writable()) == ErrorCode::unavailable);
    CHECK(writer->head().size == 2);
    REQUIRE((*reader)->backup(folder / "copy.db"));
    CHECK(sqlite::check_file(folder / "copy.db")->root == writer->head().root);
    CHECK(write(*writer, first_step(3)));
}

TEST_CASE("sqlite store: the last reader to go leaves the WAL to the writer") {
    const Folder folder;
    const Options options = options_for(folder);
    {
        // As a server that was killed leaves it: the last steps are in the WAL only.
        auto writer = opened(options);
        REQUIRE(write(*writer, first_step(1)));
        for (const char* suffix : {"", "-wal"})
            std::filesystem::copy_file(options.path + suffix, folder / "killed.db" + suffix);
    }
    Options killed = options;
    killed.path = folder / "killed.db";
    const std::string database = read_whole(killed.path);
    const std::string wal = read_whole(killed.path + "-wal");
    REQUIRE(!wal.empty());
    {
        const auto reader = sqlite::open_read_only(killed);
        REQUIRE(reader);
        CHECK((*reader)->head().size == 1);
    }
    CHECK(read_whole(killed.path) == database);
    CHECK(read_whole(killed.path + "-wal") == wal);
    CHECK(opened(killed)->head().size == 1);
}

TEST_CASE("sqlite store: for reading only, nothing is made up where there is no database") {
    const Folder folder;
    Options options = options_for(folder);
    CHECK(code_of(sqlite::open_read_only(options)) == ErrorCode::not_found);
    CHECK(std::filesystem::is_empty(folder.path()));
    std::ofstream(options.path) << std::string(5'000, 'x');
    CHECK(!sqlite::open_read_only(options));

    Options empty = options;
    empty.path = folder / "empty.db";
    CHECK(Stranger(empty.path).execute("CREATE TABLE t(x)").empty());
    CHECK(code_of(sqlite::open_read_only(empty)) == ErrorCode::invalid_argument);

    Options old = options;
    old.path = folder / "old.db";
    REQUIRE(write(*opened(old), first_step(1)));
    old.expected = {{5, audit::sha256("something that was signed")}};
    const auto reader = sqlite::open_read_only(old);
    REQUIRE(reader);
    CHECK(code_of((*reader)->writable()) == ErrorCode::integrity);
}
