// A disk in memory whose power can be cut, to find out what a program that keeps its files on it
// really made durable.
//
// What was written counts as durable only once it was synced. When the power goes, every file loses
// some of what was not: nothing, all of it, or a random choice of its sectors, each write on its
// own, so that a later one may survive an earlier one, the last may be torn in the middle, and a
// stretch that was never written may hold garbage. Names (a file created or deleted) are durable
// only once their directory was synced; until then each name falls back to any state it had since.
//
// All of it is decided by the seed: the same calls give the same losses. Safe for several threads,
// but then their order decides as well.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace gongkai::crash {

// What a sync of one file, or a delete that asks for it, makes durable of the directory.
enum class Directory {
    // All of it, as fsync() of the directory does on Linux.
    whole,
    // The name of that file alone: no more than the interface of SQLite's VFS promises, and what is
    // left where a directory cannot be synced at all (network shares, AIX, Windows).
    own_name,
};

class Disk {
  public:
    using Bytes = std::vector<std::uint8_t>;
    struct Inode;
    using File = std::shared_ptr<Inode>;
    using Names = std::map<std::string, Bytes>;

    Disk(std::uint64_t seed, Directory directory);

    // Every call below except read(), size(), find() and exists() is one operation. The power goes
    // in the middle of the n-th from now (n > 0): that one, and everything after it, fails.
    void cut_after(std::uint64_t n);
    bool is_on() const;
    std::uint64_t operations() const;

    // After a cut: decides what survived. Files that are still open are forgotten by name only; let
    // go of them before. The power is on again.
    void restart();

    // The files as a program sees them now, to begin many runs with; load() makes them durable.
    Names snapshot() const;
    void load(const Names& files);

    // nullptr where there is no such file or the power is off.
    File find(const std::string& name) const;
    File create(const std::string& name);
    bool exists(const std::string& name) const;

    // false: the power is off.
    bool remove(const std::string& name, bool sync_directory);
    bool write(const File& file, std::uint64_t offset, const void* data, std::size_t length);
    bool truncate(const File& file, std::uint64_t size);
    bool sync(const File& file, const std::string& name, bool with_directory);

    // The bytes that are there, at most `length`; SIZE_MAX when the power is off.
    std::size_t read(const File& file, std::uint64_t offset, void* out, std::size_t length) const;
    std::uint64_t size(const File& file) const;

  private:
    struct Name {
        File durable;             // nullptr: not there
        std::vector<File> since;  // every state since then, the last is the present one
        const File& present() const { return since.empty() ? durable : since.back(); }
    };

    bool step();  // counts one operation; false when it is the one that fails, or the power is off
    void sync_name(const std::string& name);
    Bytes survivor(const Inode& inode);
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    mutable std::mutex mutex_;
    std::mt19937_64 random_;
    Directory directory_;
    std::map<std::string, Name> names_;
    std::uint64_t operations_ = 0;
    std::uint64_t cut_at_ = 0;  // 0: never
    bool on_ = true;
};

}  // namespace gongkai::crash
