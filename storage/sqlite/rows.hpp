// What rows of several tables have in common: numbered names, and the keys of the rows that belong
// to one document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/result.hpp"
#include "storage/audit/merkle.hpp"
#include "storage/sqlite/connection.hpp"

namespace gongkai::storage::sqlite {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

// The writer's side of `names` and `queues`: gives a number to every name. What was numbered in a
// job that is rolled back must be forgotten with forget().
class Numbering {
  public:
    explicit Numbering(Connection& connection) : connection_(connection) {}
    Result<std::int64_t> name(std::string_view name);
    Result<std::int64_t> queue(std::string_view role, std::string_view department);
    // True where something was numbered since the last call of forget() or keep().
    bool has_new() const { return has_new_; }
    void keep() { has_new_ = false; }
    void forget();

  private:
    using Map = std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>>;
    Connection& connection_;
    Map names_, queues_;
    std::string queue_key_;
    bool has_new_ = false;
};

// The reader's side: what is committed never changes, so it is remembered for ever.
class NameCache {
  public:
    explicit NameCache(Connection& connection) : connection_(connection) {}
    Result<std::string> name(std::int64_t id);
    // The number of a name; nullopt: nobody has used it yet.
    Result<std::optional<std::int64_t>> find(std::string_view name);
    Result<std::optional<std::int64_t>> find_queue(std::string_view role,
                                                   std::string_view department);

  private:
    using Map = std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>>;
    Connection& connection_;
    std::unordered_map<std::int64_t, std::string> names_;
    Map ids_, queues_;
};

// A row of `tasks` with the key under which it is stored.
struct TaskKey {
    std::int64_t queue = 0;
    std::uint64_t number = 0;
    std::uint16_t region = 0;
    std::int64_t state = 0;  // names.id
    std::uint32_t claimed_by = 0;
    std::int64_t since = 0;
    std::optional<std::int64_t> due;
    bool operator==(const TaskKey&) const = default;
};
struct TimerKey {
    std::int64_t due = 0;
    std::uint16_t timer = 0;
    std::int64_t name = 0;  // names.id
    bool provisional = false;
    bool operator==(const TimerKey&) const = default;
};
// The column documents.keys: with it a step finds the rows that it replaces without any index.
struct DocumentKeys {
    std::vector<TaskKey> tasks;
    std::vector<TimerKey> timers;
    std::uint64_t last_text = 0;  // storage/sqlite/texts.hpp
    bool operator==(const DocumentKeys&) const = default;
};
void encode_keys(const DocumentKeys& keys, std::string& out);
Result<void> decode_keys(std::string_view bytes, DocumentKeys& out);

// Reads tree nodes from `leaves`.
audit::NodeReader node_reader(Connection& connection);
// How many leaves there are; 0 in an empty database.
Result<std::uint64_t> tree_size(Connection& connection);

}  // namespace gongkai::storage::sqlite
