// The raw limit: the rows that a run of the program writes, as a tape of bound SQL statements that
// is played back on SQLite's C interface with the same durability (WAL, synchronous=FULL), the same
// tree hashes and the same read of the document before each step. Everything else that the program
// does is absent: no rules, no names to be numbered, nothing encoded.
#pragma once

#include <sqlite3.h>

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "bench/load/measure.hpp"
#include "storage/audit/merkle.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/store.hpp"

namespace gongkai::bench {

// What one step gave the store.
struct Written {
    storage::StepRecord step;
    std::optional<storage::IdempotencyRecord> idempotency;
};

class BareLoop {
  public:
    // On a new database at `path`, with the program's own schema.
    explicit BareLoop(const std::string& path);
    ~BareLoop();
    BareLoop(const BareLoop&) = delete;
    BareLoop& operator=(const BareLoop&) = delete;

    // Makes the tape; `written` must outlive it.
    void record(const std::vector<Written>& written);
    // Plays it, with one commit for every `group` steps.
    Usage play(std::size_t group);

  private:
    using Bound = std::variant<std::monostate, std::int64_t, std::string_view>;
    struct Row {
        sqlite3_stmt* statement = nullptr;
        std::vector<Bound> values;
        bool text = false;  // the strings are TEXT, not BLOB
    };
    struct Step {
        std::int64_t document = 0;
        std::int64_t previous = -1;
        std::string_view leaf;
        std::optional<Row> find_key;
        std::vector<Row> rows;
        Row put;  // its fourth value, the leaf's hash, is known when it is played
        std::vector<std::pair<std::int64_t, std::int64_t>> queues;  // change of their length
    };
    struct Known {  // of a document, while the tape is made
        storage::sqlite::DocumentKeys keys;
        std::int64_t record = -1;
    };

    void record_tasks(const storage::StepRecord& step, std::uint64_t record, Known& known,
                      Step& out);
    void record_timers(const storage::StepRecord& step, Known& known, Step& out);
    void record_texts(const storage::StepRecord& step, Known& known, Step& out);
    void record_publication(const storage::PublicDocument& publication, std::uint64_t record,
                            Step& out);
    void record_idempotency(const storage::IdempotencyRecord& idempotency, Step& out);
    void play(const Step& step, std::int64_t record);

    void execute(const char* sql);
    sqlite3_stmt* prepare(const char* sql);
    void run(const Row& row);
    void bind(const Row& row);
    void bind(sqlite3_stmt* statement, int at, std::string_view bytes, bool text);
    void once(sqlite3_stmt* statement);
    std::int64_t number(const char* find, const char* add, const std::string& key,
                        const std::string& a, const std::string& b);
    std::int64_t name(const std::string& text);
    std::int64_t queue(const std::string& role, const std::string& department);
    std::string_view keep(std::string bytes);

    sqlite3* db_ = nullptr;
    sqlite3_stmt *find_ = nullptr, *leaf_ = nullptr;
    int frames_ = 0;
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
    std::unordered_map<std::string, std::int64_t> numbers_;
    std::unordered_map<std::int64_t, std::int64_t> counts_;
    std::unordered_map<storage::DocumentId, Known> known_;
    std::deque<std::string> kept_;
    std::vector<Step> steps_;
    std::uint64_t texts_ = 0;
    storage::audit::Frontier tree_;
    storage::Digest root_{};
};

}  // namespace gongkai::bench
