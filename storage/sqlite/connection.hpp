// The one wrapper around SQLite and SQLiteCpp; no file outside storage/sqlite/ names them.
//
// SQLiteCpp opens, closes and copies databases. Statements are bound to SQLite directly: its
// Column copies a shared pointer for every value read, and it has no persistent statements, which
// costs more than the query itself in the writer's loop. Nothing here throws.
//
// Failures are told apart by extended result codes only, never by message text:
//   SQLITE_FULL                                                       storage_full
//   SQLITE_IOERR*, CORRUPT*, NOTADB, READONLY*, CANTOPEN*, PROTOCOL   storage_broken
//   SQLITE_CONSTRAINT*                                                conflict
//   SQLITE_BUSY*, LOCKED, NOMEM, INTERRUPT                            unavailable
//   anything else                                                     io (a bug in a query of ours)
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/result.hpp"

struct sqlite3;
struct sqlite3_stmt;
namespace SQLite {
class Database;
}

namespace gongkai::storage::sqlite {

using engine::Error;
using engine::ErrorCode;
using engine::Result;
using DigestBytes = std::array<std::uint8_t, 32>;

// SQL is named by the address of its literal: Connection::statement() keeps one prepared statement
// for each.
using Sql = const char*;

class Statement {
  public:
    Statement() = default;
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Parameters count from 1. Text and blobs are not copied: they must live until the statement
    // has been run or reset. What goes wrong in binding is reported by step().
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind_id(int parameter, std::uint64_t value) {
        return bind(parameter, static_cast<std::int64_t>(value));
    }
    Statement& bind_text(int parameter, std::string_view value);
    Statement& bind_blob(int parameter, std::string_view value);
    Statement& bind_digest(int parameter, const DigestBytes& value);
    Statement& bind_null(int parameter);

    // True: there is a row. False: the end, the statement is reset. Error: reset as well.
    Result<bool> step();
    // Steps to the end and resets.
    Result<void> run();
    void reset();

    // Of the present row, columns count from 0. Views are valid until the next step() or reset().
    std::int64_t integer(int column) const;
    std::uint64_t id(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    bool is_null(int column) const;
    std::string_view bytes(int column) const;  // of a text or blob
    std::string text(int column) const { return std::string(bytes(column)); }
    // Error `malformed` where the blob does not have 32 bytes.
    Result<DigestBytes> digest(int column) const;

  private:
    friend class Connection;
    sqlite3_stmt* handle_ = nullptr;
    int failed_ = 0;  // extended result code of prepare or bind
};

// Resets a statement at the end of the scope, so that no read outlives its use.
class Cursor {
  public:
    explicit Cursor(Statement& statement) : statement_(statement) {}
    ~Cursor() { statement_.reset(); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

  private:
    Statement& statement_;
};

// What a connection may read: a table or a view; or a table, but through a view only (or a WITH
// that is called like the view: the fence is against a slip, the queries are the program's own).
struct ReadableTable {
    const char* name = nullptr;
    const char* through = nullptr;
};

enum class Access { read_write, read_only };

struct OpenOptions {
    std::string path;
    std::string vfs;  // empty: the operating system's
    Access access = Access::read_only;
    bool create = false;  // read_write only
    int busy_timeout_ms = 5'000;
    int cache_kib = 4'096;
};

// Not for use by two threads at once.
class Connection {
  public:
    // Opens and makes the settings that every connection has: defensive, no double-quoted strings,
    // untrusted schema, cell size check, no memory map, foreign keys, secure delete.
    // A read-only connection can execute queries only.
    static Result<std::unique_ptr<Connection>> open(const OpenOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Statements without rows; several may be separated by semicolons.
    Result<void> execute(const char* sql);
    // The statement for this literal, prepared on first use, kept as long as the connection. A
    // literal that cannot be prepared gives a statement whose step() reports it.
    Statement& statement(Sql sql);
    // One more statement of the same text, for use beside the first one.
    Statement prepare(Sql sql);
    // The first column of the first row, 0 where there is none.
    Result<std::int64_t> integer(Sql sql);

    bool in_transaction() const;
    std::int64_t changes() const;
    std::int64_t last_rowid() const;
    // Frames in the WAL after the last commit of this connection.
    int wal_frames() const { return wal_frames_; }
    void set_busy_timeout(int milliseconds);

    enum class Checkpoint { passive, truncate };
    struct Checkpointed {
        bool complete = false;  // every frame is in the database file; truncate: the WAL is empty
        int frames = 0;         // left in the WAL
    };
    // A reader in the way is no error: `complete` is false.
    Result<Checkpointed> checkpoint(Checkpoint mode);

    // Closing the last connection copies the WAL into the database; not after this.
    void leave_wal();

    // From now on only these tables can be read, and nothing else can be done. Checked by SQLite
    // for each statement that is prepared later. `tables` ends with a row without a name, lives
    // for ever.
    void allow_only(const ReadableTable* tables);
    // Every statement fails with `unavailable` once `expired` says so; asked now and then while a
    // statement runs, and never after clear_deadline().
    void set_deadline(std::function<bool()> expired);
    void clear_deadline();

    // Copies the whole database into a new file at `path`, page by page, from one snapshot.
    Result<void> copy_into(const std::string& path);

    // The last failure of this connection in words, for an operator.
    Error failure(int extended_code, std::string_view what) const;

  private:
    Connection() = default;
    std::unique_ptr<SQLite::Database> database_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<Sql, Statement> statements_;
    std::function<bool()> expired_;
    int wal_frames_ = 0;
};

}  // namespace gongkai::storage::sqlite
