#include "storage/sqlite/connection.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cstring>
#include <mutex>
#include <utility>

namespace gongkai::storage::sqlite {

namespace {

ErrorCode classify(int extended_code) {
    switch (extended_code & 0xFF) {
        case SQLITE_FULL:
            return ErrorCode::storage_full;
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_PERM:
            return ErrorCode::storage_broken;
        case SQLITE_CONSTRAINT:
            return ErrorCode::conflict;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
            return ErrorCode::unavailable;
        default:
            return ErrorCode::io;
    }
}

Error describe(sqlite3* handle, int extended_code, std::string_view what) {
    std::string message = "SQLite: ";
    message += what;
    message += ": ";
    message += handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(extended_code);
    message += " (code " + std::to_string(extended_code) + ")";
    return Error{classify(extended_code), std::move(message)};
}

// SQLite counts every allocation under one lock by default; nobody reads the count.
void configure_library() {
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

bool same(const char* a, const char* b) {
    return a != nullptr && b != nullptr && std::strcmp(a, b) == 0;
}

// `view`: whose SELECT it is that reads.
int authorize_tables(void* tables, int action, const char* first, const char*, const char* database,
                     const char* view) {
    switch (action) {
        case SQLITE_SELECT:
            return SQLITE_OK;
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_READ:
            if (database != nullptr && std::strcmp(database, "main") != 0) return SQLITE_DENY;
            for (auto table = static_cast<const ReadableTable*>(tables); table->name != nullptr;
                 ++table) {
                const bool allowed = table->through == nullptr || same(table->through, view);
                if (same(table->name, first) && allowed) return SQLITE_OK;
            }
            return SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace

// ---- Statement
// ------------------------------------------------------------------------------------

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement::Statement(Statement&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), failed_(other.failed_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(failed_, other.failed_);
    return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    if (const int rc = sqlite3_bind_int64(handle_, parameter, value); rc != SQLITE_OK) failed_ = rc;
    return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view value) {
    const int rc = sqlite3_bind_text64(handle_, parameter, value.data() ? value.data() : "",
                                       value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (rc != SQLITE_OK) failed_ = rc;
    return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view value) {
    // A null pointer would bind NULL.
    const int rc = sqlite3_bind_blob64(handle_, parameter, value.data() ? value.data() : "",
                                       value.size(), SQLITE_STATIC);
    if (rc != SQLITE_OK) failed_ = rc;
    return *this;
}

Statement& Statement::bind_digest(int parameter, const DigestBytes& value) {
    return bind_blob(parameter, {reinterpret_cast<const char*>(value.data()), value.size()});
}

Statement& Statement::bind_null(int parameter) {
    if (const int rc = sqlite3_bind_null(handle_, parameter); rc != SQLITE_OK) failed_ = rc;
    return *this;
}

Result<bool> Statement::step() {
    if (handle_ == nullptr) return describe(nullptr, failed_, "cannot prepare a query");
    sqlite3* const database = sqlite3_db_handle(handle_);
    if (failed_ != SQLITE_OK) {
        const Error error = describe(database, std::exchange(failed_, SQLITE_OK), "cannot bind");
        reset();
        return error;
    }
    const int rc = sqlite3_step(handle_);
    if (rc == SQLITE_ROW) return true;
    if (rc == SQLITE_DONE) {
        sqlite3_reset(handle_);
        return false;
    }
    const Error error =
        describe(database, sqlite3_extended_errcode(database), sqlite3_sql(handle_));
    sqlite3_reset(handle_);
    return error;
}

Result<void> Statement::run() {
    for (;;) {
        TRY(const bool row, step());
        if (!row) return {};
    }
}

void Statement::reset() {
    if (handle_ != nullptr) sqlite3_reset(handle_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    const int size = sqlite3_column_bytes(handle_, column);
    return data == nullptr ? std::string_view{}
                           : std::string_view{data, static_cast<std::size_t>(size)};
}

Result<DigestBytes> Statement::digest(int column) const {
    const std::string_view blob = bytes(column);
    DigestBytes out;
    if (blob.size() != out.size())
        return Error{ErrorCode::malformed, std::string("a stored hash has ") +
                                               std::to_string(blob.size()) + " bytes in " +
                                               sqlite3_sql(handle_)};
    std::memcpy(out.data(), blob.data(), out.size());
    return out;
}

// ---- Connection
// -----------------------------------------------------------------------------------

Result<std::unique_ptr<Connection>> Connection::open(const OpenOptions& options) {
    configure_library();
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= options.access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (options.create) flags |= SQLITE_OPEN_CREATE;
    std::unique_ptr<Connection> connection(new Connection());
    try {
        // The busy timeout comes with the opening: all that follows can already meet a lock.
        connection->database_ = std::make_unique<SQLite::Database>(
            options.path, flags, options.busy_timeout_ms, options.vfs);
    } catch (const SQLite::Exception& e) {
        return Error{classify(e.getExtendedErrorCode()),
                     "cannot open the database " + options.path + ": " + e.what()};
    }
    sqlite3* const handle = connection->database_->getHandle();
    connection->handle_ = handle;
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    const std::string settings =
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
        "PRAGMA recursive_triggers = ON; PRAGMA cache_size = -" +
        std::to_string(options.cache_kib) + ";";
    TRY_VOID(connection->execute(settings.c_str()));
    if (options.access == Access::read_only) {
        // A reader in another process may be the last to go: the WAL stays for the writer.
        connection->leave_wal();
        TRY_VOID(connection->execute("PRAGMA query_only = ON;"));
        return connection;
    }
    // Checkpoints are the writer's own decision.
    sqlite3_wal_autocheckpoint(handle, 0);
    sqlite3_wal_hook(
        handle,
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<Connection*>(self)->wal_frames_ = frames;
            return SQLITE_OK;
        },
        connection.get());
    TRY_VOID(connection->execute("PRAGMA secure_delete = ON;"));
    return connection;
}

Connection::~Connection() {
    statements_.clear();
}

Error Connection::failure(int extended_code, std::string_view what) const {
    return describe(handle_, extended_code, what);
}

Result<void> Connection::execute(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return failure(sqlite3_extended_errcode(handle_), sql);
}

Statement Connection::prepare(Sql sql) {
    Statement statement;
    const int rc = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &statement.handle_, nullptr);
    if (rc != SQLITE_OK) statement.failed_ = sqlite3_extended_errcode(handle_);
    return statement;
}

Statement& Connection::statement(Sql sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end() && found->second.handle_ != nullptr) return found->second;
    return statements_.insert_or_assign(sql, prepare(sql)).first->second;
}

Result<std::int64_t> Connection::integer(Sql sql) {
    Statement once = prepare(sql);
    TRY(const bool row, once.step());
    return row ? once.integer(0) : 0;
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(handle_);
}

std::int64_t Connection::last_rowid() const {
    return sqlite3_last_insert_rowid(handle_);
}

void Connection::set_busy_timeout(int milliseconds) {
    sqlite3_busy_timeout(handle_, milliseconds);
}

Result<Connection::Checkpointed> Connection::checkpoint(Checkpoint mode) {
    int in_wal = 0;
    int copied = 0;
    const int rc = sqlite3_wal_checkpoint_v2(
        handle_, "main",
        mode == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
        &in_wal, &copied);
    if ((rc & 0xFF) == SQLITE_BUSY) return Checkpointed{false, wal_frames_};
    if (rc != SQLITE_OK) return failure(sqlite3_extended_errcode(handle_), "checkpoint");
    if (mode == Checkpoint::truncate) wal_frames_ = 0;
    return Checkpointed{in_wal == copied, in_wal};
}

void Connection::leave_wal() {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Connection::allow_only(const ReadableTable* tables) {
    sqlite3_set_authorizer(handle_, &authorize_tables,
                           const_cast<void*>(static_cast<const void*>(tables)));
}

void Connection::set_deadline(std::function<bool()> expired) {
    expired_ = std::move(expired);
    constexpr int instructions = 10'000;
    sqlite3_progress_handler(
        handle_, instructions,
        [](void* self) { return static_cast<Connection*>(self)->expired_() ? 1 : 0; }, this);
}

void Connection::clear_deadline() {
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
}

Result<void> Connection::copy_into(const std::string& path) {
    try {
        SQLite::Database target(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        SQLite::Backup backup(target, *database_);
        // All pages in one step: one snapshot, and no restart when the writer commits.
        if (const int rc = backup.executeStep(-1); rc != SQLITE_DONE)
            return failure(rc, "backup into " + path);
    } catch (const SQLite::Exception& e) {
        return Error{e.getErrorCode() == SQLITE_FULL ? ErrorCode::storage_full : ErrorCode::io,
                     "backup into " + path + ": " + e.what()};
    }
    return {};
}

}  // namespace gongkai::storage::sqlite
