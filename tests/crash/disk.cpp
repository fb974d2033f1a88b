#include "tests/crash/disk.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace gongkai::crash {
namespace {

constexpr std::uint64_t sector = 512;

}  // namespace

struct Disk::Inode {
    struct Change {
        std::uint64_t offset = 0;  // of a write; or the new size
        Bytes data;
        bool truncate = false;
    };
    Bytes present;
    Bytes durable;
    std::vector<Change> changes;  // since the last sync

    static void apply(Bytes& bytes, const Change& change) {
        if (change.truncate) {
            bytes.resize(change.offset);
            return;
        }
        if (change.data.empty()) return;
        const std::uint64_t end = change.offset + change.data.size();
        if (bytes.size() < end) bytes.resize(end);
        std::memcpy(bytes.data() + change.offset, change.data.data(), change.data.size());
    }

    void change(Change what) {
        apply(present, what);
        changes.push_back(std::move(what));
    }

    void settle() {
        for (const Change& each : changes)
            apply(durable, each);
        changes.clear();
    }
};

Disk::Disk(std::uint64_t seed, Directory directory) : random_{seed}, directory_{directory} {}

void Disk::cut_after(std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    cut_at_ = operations_ + n;
}

bool Disk::is_on() const {
    const std::lock_guard lock(mutex_);
    return on_;
}

std::uint64_t Disk::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

bool Disk::step() {
    if (!on_) return false;
    if (++operations_ != cut_at_) return true;
    on_ = false;
    return false;
}

Disk::Names Disk::snapshot() const {
    const std::lock_guard lock(mutex_);
    Names out;
    for (const auto& [name, state] : names_) {
        if (state.present()) out[name] = state.present()->present;
    }
    return out;
}

void Disk::load(const Names& files) {
    const std::lock_guard lock(mutex_);
    names_.clear();
    for (const auto& [name, bytes] : files) {
        auto inode = std::make_shared<Inode>();
        inode->present = bytes;
        inode->durable = bytes;
        names_[name].durable = std::move(inode);
    }
    cut_at_ = 0;
    on_ = true;
}

Disk::File Disk::find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    return !on_ || found == names_.end() ? nullptr : found->second.present();
}

bool Disk::exists(const std::string& name) const {
    return find(name) != nullptr;
}

Disk::File Disk::create(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (!on_) return nullptr;
    // A cut in the middle: the name may or may not have come into being, as restart() decides.
    const bool done = step();
    auto inode = std::make_shared<Inode>();
    names_[name].since.push_back(inode);
    return done ? inode : nullptr;
}

bool Disk::remove(const std::string& name, bool sync_directory) {
    const std::lock_guard lock(mutex_);
    if (!on_) return false;
    const bool done = step();
    names_[name].since.push_back(nullptr);
    if (done && sync_directory) sync_name(name);
    return done;
}

bool Disk::write(const File& file, std::uint64_t offset, const void* data, std::size_t length) {
    const std::lock_guard lock(mutex_);
    if (!on_) return false;
    const bool done = step();
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    file->change({offset, Bytes(bytes, bytes + length), false});
    return done;
}

bool Disk::truncate(const File& file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (!on_) return false;
    const bool done = step();
    file->change({size, {}, true});
    return done;
}

bool Disk::sync(const File& file, const std::string& name, bool with_directory) {
    const std::lock_guard lock(mutex_);
    if (!step()) return false;
    file->settle();
    const auto found = names_.find(name);
    const bool named = found != names_.end() && found->second.present() == file;
    if (directory_ == Directory::own_name) {
        if (named) sync_name(name);
    } else if (with_directory) {
        sync_name(name);
    }
    return true;
}

void Disk::sync_name(const std::string& name) {
    for (auto& [each, state] : names_) {
        if (directory_ == Directory::own_name && each != name) continue;
        if (state.since.empty()) continue;
        state.durable = state.since.back();
        state.since.clear();
    }
}

std::size_t Disk::read(const File& file, std::uint64_t offset, void* out,
                       std::size_t length) const {
    const std::lock_guard lock(mutex_);
    if (!on_) return std::numeric_limits<std::size_t>::max();
    if (offset >= file->present.size()) return 0;
    const std::size_t there = std::min<std::size_t>(length, file->present.size() - offset);
    std::memcpy(out, file->present.data() + offset, there);
    return there;
}

std::uint64_t Disk::size(const File& file) const {
    const std::lock_guard lock(mutex_);
    return file->present.size();
}

void Disk::restart() {
    const std::lock_guard lock(mutex_);
    std::map<std::string, Name> after;
    for (const auto& [name, state] : names_) {
        const std::uint64_t choice = below(state.since.size() + 1);
        const File& file = choice == 0 ? state.durable : state.since[choice - 1];
        if (!file) continue;
        auto inode = std::make_shared<Inode>();
        inode->durable = survivor(*file);
        inode->present = inode->durable;
        after[name].durable = std::move(inode);
    }
    names_ = std::move(after);
    cut_at_ = 0;
    on_ = true;
}

Disk::Bytes Disk::survivor(const Inode& inode) {
    const std::uint64_t fate = below(8);
    if (fate < 2) return inode.durable;
    if (fate < 4) return inode.present;
    Bytes out = inode.durable;
    // Which part of the writes made it: from almost none to almost all.
    const std::uint64_t chance = 1 + below(15);
    for (std::size_t i = 0; i < inode.changes.size(); ++i) {
        const Inode::Change& change = inode.changes[i];
        if (change.truncate) {
            if (below(2) == 0) Inode::apply(out, change);
            continue;
        }
        const std::uint64_t end = change.offset + change.data.size();
        for (std::uint64_t at = change.offset; at < end;) {
            const std::uint64_t next = std::min(end, (at / sector + 1) * sector);
            std::uint64_t stop = below(16) < chance ? next : at;
            // Torn inside a sector: now and then, and mostly the last write.
            if (stop == next && below(i + 1 == inode.changes.size() ? 4 : 32) == 0) {
                stop = at + below(next - at + 1);
            }
            const auto from = change.data.begin() + static_cast<std::ptrdiff_t>(at - change.offset);
            Inode::apply(out,
                         {at, Bytes(from, from + static_cast<std::ptrdiff_t>(stop - at)), false});
            // The file has grown, but what was to stand there never arrived.
            if (stop < next && next > out.size() && below(8) == 0) {
                Bytes garbage(next - stop);
                for (auto& byte : garbage)
                    byte = static_cast<std::uint8_t>(below(256));
                Inode::apply(out, {stop, std::move(garbage), false});
            }
            at = next;
        }
    }
    return out;
}

}  // namespace gongkai::crash
