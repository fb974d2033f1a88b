// The store as a second process may have it: connections that can only read, and nothing else.
//
// There is no lock to take: SQLite's own locks give each query its snapshot, whether or not a
// server writes at the moment. Nothing here copies the WAL into the database, not even the closing
// of the last connection (storage/sqlite/connection.cpp).
#include <filesystem>

#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/opening.hpp"
#include "storage/sqlite/reader_pool.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::storage::sqlite {

namespace {

class ReadOnlyStore final : public Store {
  public:
    ReadOnlyStore(const OpenOptions& open, const Options& options, TreeHead head, Error refusal)
        : open_(open),
          refusal_(std::move(refusal)),
          readers_(open, options.readers, options.snapshot_limit, nullptr),
          public_readers_(open, options.public_readers, options.snapshot_limit, kPublicTables),
          head_(head) {}
    ~ReadOnlyStore() override { close(); }

    Result<void> submit(Job, Done) override { return refusal_; }
    Result<void> read(const std::function<Result<void>(Reader&)>& query) override {
        return readers_.read(query);
    }
    Result<void> read_public(const std::function<Result<void>(PublicReader&)>& query) override {
        return public_readers_.read(query);
    }

    // Another process may have written since: asked anew each time.
    TreeHead head() override {
        TreeHead now;
        const auto query = [&now](Reader& reader) -> Result<void> {
            TRY(now.size, reader.tree_size());
            TRY(now.root, reader.tree_root(now.size));
            return {};
        };
        const bool known = readers_.read(query).has_value();
        const std::lock_guard lock(mutex_);
        if (known) head_ = now;
        return head_;
    }
    double pressure() override { return 0; }
    Result<void> writable() override { return refusal_; }
    void on_commit(std::function<void(const TreeHead&)>) override {}
    Result<void> backup(const std::string& path) override {
        TRY_VOID(copy_checked(open_, path));
        return {};
    }
    void close() override {
        readers_.close();
        public_readers_.close();
    }

  private:
    const OpenOptions open_;
    const Error refusal_;
    ReaderPool<SnapshotReader> readers_;
    ReaderPool<SnapshotPublicReader> public_readers_;
    std::mutex mutex_;
    TreeHead head_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_read_only(const Options& options) {
    std::error_code ignored;
    if (options.vfs.empty() && !std::filesystem::is_regular_file(options.path, ignored))
        return Error{ErrorCode::not_found, "there is no database at " + options.path};
    OpenOptions open;
    open.path = options.path;
    open.vfs = options.vfs;
    Error refusal{ErrorCode::unavailable,
                  options.path + " is open for reading only: nothing is written"};
    TreeHead head;
    {
        TRY(const auto connection, Connection::open(open));
        TRY(const auto version, recognise(*connection, options.path));
        if (version < kSchemaVersion)
            return Error{ErrorCode::invalid_argument,
                         options.path + " has the older schema version " + std::to_string(version) +
                             ": opened for writing once, it is brought up to " +
                             std::to_string(kSchemaVersion)};
        TRY_VOID(connection->execute("BEGIN"));
        TRY(head.size, tree_size(*connection));
        const auto root = audit::root_at(head.size, node_reader(*connection));
        if (root) head.root = *root;
        const auto extends = root ? check_expected(*connection, head.size, options.expected)
                                  : Result<void>(root.error());
        if (!extends) refusal = extends.error();
        TRY_VOID(connection->execute("COMMIT"));
    }
    return std::unique_ptr<Store>(
        std::make_unique<ReadOnlyStore>(open, options, head, std::move(refusal)));
}

}  // namespace gongkai::storage::sqlite
