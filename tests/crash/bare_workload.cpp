#include "tests/crash/bare_workload.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <optional>
#include <random>

#include "tests/crash/power_cut_vfs.hpp"

namespace gongkai::crash {
namespace {

constexpr const char* tables = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE documents(id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, step INTEGER NOT NULL);
CREATE TABLE tasks(document INTEGER PRIMARY KEY, step INTEGER NOT NULL);
CREATE TABLE leaves(step INTEGER PRIMARY KEY, document INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE outbox(step INTEGER PRIMARY KEY);
COMMIT;
)sql";

// How far the four tables disagree: documents against their leaves, tasks against documents, gaps
// in the record, messages against the record.
constexpr const char* disagreement = R"sql(
SELECT (SELECT count(*) FROM documents d WHERE
            revision <> (SELECT count(*) FROM leaves l WHERE l.document = d.id)
            OR step <> (SELECT max(step) FROM leaves l WHERE l.document = d.id))
     + (SELECT count(*) FROM documents d LEFT JOIN tasks t ON t.document = d.id
            WHERE t.step IS NOT d.step)
     + abs((SELECT count(*) FROM leaves) - (SELECT coalesce(max(step), 0) FROM leaves))
     + abs((SELECT count(*) FROM leaves) - (SELECT count(*) FROM outbox))
     + abs((SELECT count(*) FROM leaves) - (SELECT coalesce(sum(revision), 0) FROM documents))
)sql";

class Database {
  public:
    explicit Database(const std::string& vfs) {
        open_ = sqlite3_open_v2("bare.db", &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                vfs.c_str()) == SQLITE_OK;
    }
    ~Database() { sqlite3_close(handle_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    bool run(const std::string& sql) {
        return open_ && sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    std::optional<std::int64_t> number(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        std::optional<std::int64_t> out;
        if (open_ && sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW) {
            out = sqlite3_column_int64(statement, 0);
        }
        sqlite3_finalize(statement);
        return out;
    }
    std::string error() const { return sqlite3_errmsg(handle_); }
    bool is_intact() {
        return number(
                   "SELECT count(*) FROM pragma_integrity_check(1) "
                   "WHERE integrity_check = 'ok'") == 1;
    }

    bool prepare(Mistake mistake) {
        const bool wrong = mistake == Mistake::wrong_pragma_order;
        const bool set = wrong ? run("PRAGMA journal_mode = WAL; PRAGMA synchronous = EXTRA;")
                               : run("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL;");
        if (!set) return false;
        const auto known = number("SELECT count(*) FROM sqlite_schema");
        if (!known || (*known == 0 && !run(tables))) return false;
        return run(mistake == Mistake::synchronous_normal ? "PRAGMA synchronous = NORMAL"
                                                          : "PRAGMA synchronous = FULL") &&
               run("PRAGMA wal_autocheckpoint = 0");
    }

  private:
    sqlite3* handle_ = nullptr;
    bool open_ = false;
};

class Harness {
  public:
    Harness(std::uint64_t seed, Directory directory, Mistake mistake)
        : seed_{seed},
          mistake_{mistake},
          random_{seed},
          disk_{seed, directory},
          vfs_{fmt::format("power_cut_{}", seed), disk_} {}

    Tally run(int cuts) {
        while (tally_.cuts < cuts) {
            // A new database now and then: its first moments are the most dangerous ones.
            const bool fresh = harmed_ || tally_.cuts % 6 == 0;
            if (fresh) {
                disk_.load({});
                acknowledged_ = asked_ = 0;
                harmed_ = false;
            }
            live(1 + below(fresh ? 60 : 120));
            disk_.restart();
            ++tally_.cuts;
            // One in four recoveries is left to the next life, which may be cut off in it.
            if (!harmed_ && below(4) != 0) verify();
        }
        return tally_;
    }

  private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    // Works until the power goes.
    void live(std::uint64_t operations) {
        disk_.cut_after(operations);
        while (disk_.is_on()) {
            Database database(vfs_.name());
            std::optional<std::int64_t> there;
            if (database.prepare(mistake_)) {
                there = database.number("SELECT coalesce(max(step), 0) FROM leaves");
            }
            if (!disk_.is_on()) return;
            if (!there) return harm(tally_.broken, database.error(), 0);
            const auto number = static_cast<std::uint64_t>(*there);
            if (number < acknowledged_) return lose(number);
            asked_ = acknowledged_ = number;
            // Now and then the server is stopped and started in good order.
            const std::uint64_t commits = 1 + below(30);
            for (std::uint64_t i = 0; i < commits && commit(database); ++i) {
                if (below(12) == 0) {
                    database.run(below(2) == 0 ? "PRAGMA wal_checkpoint(PASSIVE)"
                                               : "PRAGMA wal_checkpoint(TRUNCATE)");
                }
            }
        }
    }

    // A group commit of one to four steps.
    bool commit(Database& database) {
        if (!database.run("BEGIN IMMEDIATE")) return false;
        const std::uint64_t steps = 1 + below(4);
        std::uint64_t next = acknowledged_;
        std::string messages;
        for (std::uint64_t i = 0; i < steps; ++i) {
            const std::uint64_t step = ++next;
            const std::uint64_t document = below(12);
            const std::uint64_t length = below(10) == 0 ? below(9000) : below(400);
            if (!database.run(fmt::format(
                    "INSERT INTO leaves VALUES({0}, {1}, zeroblob({2}));"
                    "INSERT INTO documents VALUES({1}, 1, {0}) ON CONFLICT(id) DO UPDATE SET "
                    "revision = revision + 1, step = {0};"
                    "REPLACE INTO tasks VALUES({1}, {0});",
                    step, document, length))) {
                return false;
            }
            messages += fmt::format("INSERT INTO outbox VALUES({});", step);
        }
        asked_ = next;
        if (mistake_ == Mistake::two_transactions) {
            if (!database.run("COMMIT; BEGIN IMMEDIATE;" + messages)) return false;
        } else if (!database.run(messages)) {
            return false;
        }
        if (mistake_ == Mistake::early_acknowledgement) acknowledge(next);
        if (!database.run("COMMIT")) return false;
        acknowledge(next);
        return true;
    }

    void acknowledge(std::uint64_t steps) {
        tally_.acknowledged += steps - acknowledged_;
        acknowledged_ = steps;
    }

    void verify() {
        Database database(vfs_.name());
        // A new database that nobody was told of may be gone altogether.
        const auto known = database.number("SELECT count(*) FROM sqlite_schema");
        if (known == 0 && acknowledged_ == 0) return;
        const auto steps = database.number("SELECT coalesce(max(step), 0) FROM leaves");
        if (known == 0) return lose(0);
        if (!steps || !database.is_intact()) return harm(tally_.broken, database.error(), 0);
        const auto number = static_cast<std::uint64_t>(*steps);
        if (number < acknowledged_) return lose(number);
        if (number > asked_) return harm(tally_.disagreed, "more than was asked for", number);
        if (database.number(disagreement) != 0) return harm(tally_.disagreed, "disagree", number);
        acknowledged_ = number;
    }

    void lose(std::uint64_t there) { harm(tally_.lost, "lost", there); }

    // The next life begins with an empty disk.
    void harm(int& count, const std::string& what, std::uint64_t there) {
        ++count;
        if (tally_.first.empty()) {
            tally_.first =
                fmt::format("seed {}, cut {}: {}: {} steps there, {} acknowledged, {} asked for",
                            seed_, tally_.cuts, what, there, acknowledged_, asked_);
        }
        harmed_ = true;
    }

    std::uint64_t seed_;
    Mistake mistake_;
    std::mt19937_64 random_;
    Disk disk_;
    PowerCutVfs vfs_;
    Tally tally_;
    std::uint64_t acknowledged_ = 0;  // steps that somebody was told are done
    std::uint64_t asked_ = 0;         // the last step of the commit under way
    bool harmed_ = false;
};

}  // namespace

Tally cut_bare_database(std::uint64_t seed, Directory directory, Mistake mistake, int cuts) {
    return Harness(seed, directory, mistake).run(cuts);
}

}  // namespace gongkai::crash
