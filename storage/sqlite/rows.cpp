#include "storage/sqlite/rows.hpp"

#include <cstring>

#include "storage/varint.hpp"

namespace gongkai::storage::sqlite {

namespace {

constexpr Sql kFindName = "SELECT id FROM names WHERE name = ?1";
constexpr Sql kFindQueue = "SELECT id FROM queues WHERE role = ?1 AND department = ?2";

// NUL cannot be in a role: the two parts cannot be confused.
void make_queue_key(std::string& key, std::string_view role, std::string_view department) {
    key.assign(role);
    key.push_back('\0');
    key.append(department);
}

}  // namespace

Result<std::int64_t> Numbering::name(std::string_view name) {
    if (const auto found = names_.find(name); found != names_.end()) return found->second;
    Statement& find = connection_.statement(kFindName);
    const Cursor cursor(find);
    TRY(const bool known, find.bind_text(1, name).step());
    std::int64_t id = 0;
    if (known) {
        id = find.integer(0);
    } else {
        TRY_VOID(
            connection_.statement("INSERT INTO names(name) VALUES(?1)").bind_text(1, name).run());
        id = connection_.last_rowid();
        has_new_ = true;
    }
    names_.emplace(name, id);
    return id;
}

Result<std::int64_t> Numbering::queue(std::string_view role, std::string_view department) {
    make_queue_key(queue_key_, role, department);
    if (const auto found = queues_.find(queue_key_); found != queues_.end()) return found->second;
    Statement& find = connection_.statement(kFindQueue);
    const Cursor cursor(find);
    TRY(const bool known, find.bind_text(1, role).bind_text(2, department).step());
    std::int64_t id = 0;
    if (known) {
        id = find.integer(0);
    } else {
        TRY_VOID(connection_.statement("INSERT INTO queues(role, department) VALUES(?1, ?2)")
                     .bind_text(1, role)
                     .bind_text(2, department)
                     .run());
        id = connection_.last_rowid();
        has_new_ = true;
    }
    queues_.emplace(queue_key_, id);
    return id;
}

void Numbering::forget() {
    names_.clear();
    queues_.clear();
    has_new_ = false;
}

Result<std::string> NameCache::name(std::int64_t id) {
    if (const auto found = names_.find(id); found != names_.end()) return found->second;
    Statement& find = connection_.statement("SELECT name FROM names WHERE id = ?1");
    const Cursor cursor(find);
    TRY(const bool known, find.bind(1, id).step());
    if (!known)
        return Error{ErrorCode::malformed, "the name " + std::to_string(id) + " is not stored"};
    return names_.emplace(id, find.text(0)).first->second;
}

Result<std::optional<std::int64_t>> NameCache::find(std::string_view name) {
    if (const auto found = ids_.find(name); found != ids_.end())
        return std::optional(found->second);
    Statement& find = connection_.statement(kFindName);
    const Cursor cursor(find);
    TRY(const bool known, find.bind_text(1, name).step());
    if (!known) return std::optional<std::int64_t>();
    return std::optional(ids_.emplace(name, find.integer(0)).first->second);
}

Result<std::optional<std::int64_t>> NameCache::find_queue(std::string_view role,
                                                          std::string_view department) {
    std::string key;
    make_queue_key(key, role, department);
    if (const auto found = queues_.find(key); found != queues_.end())
        return std::optional(found->second);
    Statement& find = connection_.statement(kFindQueue);
    const Cursor cursor(find);
    TRY(const bool known, find.bind_text(1, role).bind_text(2, department).step());
    if (!known) return std::optional<std::int64_t>();
    return std::optional(queues_.emplace(std::move(key), find.integer(0)).first->second);
}

void encode_keys(const DocumentKeys& keys, std::string& out) {
    const std::size_t begin = out.size();
    out.resize(begin + 3 * kMaxVarint + keys.tasks.size() * (7 * kMaxVarint + 1) +
               keys.timers.size() * (3 * kMaxVarint + 1));
    RawWriter to(out.data() + begin);
    to.number(keys.tasks.size());
    for (const TaskKey& task : keys.tasks) {
        to.number(static_cast<std::uint64_t>(task.queue));
        to.number(task.number);
        to.number(task.region);
        to.number(static_cast<std::uint64_t>(task.state));
        to.number(task.claimed_by);
        to.signed_number(task.since);
        to.byte(task.due ? 1 : 0);
        if (task.due) to.signed_number(*task.due);
    }
    to.number(keys.timers.size());
    for (const TimerKey& timer : keys.timers) {
        to.signed_number(timer.due);
        to.number(timer.timer);
        to.number(static_cast<std::uint64_t>(timer.name));
        to.byte(timer.provisional ? 1 : 0);
    }
    to.number(keys.last_text);
    out.resize(static_cast<std::size_t>(to.at() - out.data()));
}

Result<void> decode_keys(std::string_view bytes, DocumentKeys& out) {
    RawReader in(bytes);
    out.tasks.resize(in.count());
    for (TaskKey& task : out.tasks) {
        task.queue = static_cast<std::int64_t>(in.number());
        task.number = in.number();
        task.region = in.number_as<std::uint16_t>();
        task.state = static_cast<std::int64_t>(in.number());
        task.claimed_by = in.number_as<std::uint32_t>();
        task.since = in.signed_number();
        task.due.reset();
        if (in.byte_up_to(1) != 0) task.due = in.signed_number();
    }
    out.timers.resize(in.count());
    for (TimerKey& timer : out.timers) {
        timer.due = in.signed_number();
        timer.timer = in.number_as<std::uint16_t>();
        timer.name = static_cast<std::int64_t>(in.number());
        timer.provisional = in.byte_up_to(1) != 0;
    }
    out.last_text = in.number();
    if (in.good() && in.at_end()) return {};
    return Error{ErrorCode::malformed, "the stored task and timer keys of a document are damaged"};
}

audit::NodeReader node_reader(Connection& connection) {
    return [&connection](audit::NodeId node) -> Result<audit::Hash> {
        const audit::NodePlace place = audit::node_place(node);
        Statement& find = connection.statement("SELECT nodes FROM leaves WHERE record = ?1");
        const Cursor cursor(find);
        TRY(const bool known, find.bind_id(1, place.row).step());
        audit::Hash hash;
        if (!known || find.bytes(0).size() < place.offset + hash.size())
            return Error{ErrorCode::integrity,
                         "record " + std::to_string(place.row) + " lacks a hash of the audit tree"};
        std::memcpy(hash.data(), find.bytes(0).data() + place.offset, hash.size());
        return hash;
    };
}

Result<std::uint64_t> tree_size(Connection& connection) {
    Statement& newest = connection.statement("SELECT max(record) FROM leaves");
    const Cursor cursor(newest);
    TRY(const bool row, newest.step());
    return row && !newest.is_null(0) ? newest.id(0) + 1 : std::uint64_t{0};
}

}  // namespace gongkai::storage::sqlite
