// The stores that the contract is run on, and what the tests write into them.
//
// A further store joins with a struct like the two below and its name in GONGKAI_STORES: every test
// case of store_contract_*.cpp and store_random.cpp then runs on it as well.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "storage/audit/hash.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/store.hpp"

// A failed check shows the error, not just that there is one.
template <class T>
struct Catch::StringMaker<boost::system::result<T, gongkai::engine::Error>> {
    static std::string convert(const boost::system::result<T, gongkai::engine::Error>& result) {
        return result ? "a value" : result.error().message;
    }
};

namespace gongkai::storage::testing {

using engine::ErrorCode;

// A new, empty folder, removed with everything in it.
class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "gongkai-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

struct MemoryBackend {
    std::unique_ptr<Store> open(std::size_t queue_limit = 4'096) {
        return memory::open(queue_limit);
    }
};

struct SqliteBackend {
    Folder folder;
    std::unique_ptr<Store> open(std::size_t queue_limit = 4'096) {
        sqlite::Options options;
        options.path = folder / "gongkai.db";
        options.queue_limit = queue_limit;
        return sqlite::open(std::move(options)).value();
    }
};

#define GONGKAI_STORES \
    gongkai::storage::testing::MemoryBackend, gongkai::storage::testing::SqliteBackend

inline std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

inline Digest digest_of(std::string_view text) {
    return audit::sha256(text);
}

inline engine::Document document(DocumentId id, std::uint32_t revision = 1) {
    engine::Document d;
    d.id = id;
    d.flow = "decision";
    d.definition = digest_of("flow decision");
    d.revision = revision;
    d.department = "employment";
    d.places = {{1, 0, 7, 0, 0, false, Instant{1'000}}};
    d.fields = {engine::Committed{digest_of("title"), 5}, engine::Choice{2}, std::nullopt};
    d.content = digest_of("content" + std::to_string(id) + "." + std::to_string(revision));
    d.drafters = {7};
    return d;
}

inline Task task(std::string state, std::string role, Instant since,
                 DepartmentCode department = "employment") {
    Task t;
    t.state = std::move(state);
    t.role = std::move(role);
    t.department = std::move(department);
    t.since = since;
    return t;
}

inline StepRecord first_step(DocumentId id) {
    StepRecord step;
    step.after = document(id);
    step.created = true;
    step.leaf = R"({"document":)" + std::to_string(id) + R"(,"revision":1})";
    step.title = "Document " + std::to_string(id);
    step.tasks = {task("drafting", "clerk", Instant{1'000})};
    return step;
}

inline StepRecord next_step(DocumentId id, std::uint32_t revision) {
    StepRecord step;
    step.after = document(id, revision);
    step.leaf =
        R"({"document":)" + std::to_string(id) + R"(,"revision":)" + std::to_string(revision) + "}";
    step.tasks = {task("review", "reviewer", Instant{1'000 + revision})};
    return step;
}

inline Opening opening(const std::string& text) {
    Opening o;
    o.commitment = digest_of("salted " + text);
    o.salt.fill(static_cast<std::uint8_t>(text.size()));
    o.text = text;
    return o;
}

inline Result<void> write(Store& store, const StepRecord& step) {
    return store.run([&step](Transaction& t) -> Result<void> {
        TRY_VOID(t.write_step(step));
        return {};
    });
}

// What a query gives, through a snapshot of its own.
template <class Query>
auto ask(Store& store, Query&& query) {
    using Value = typename decltype(query(std::declval<Reader&>()))::value_type;
    std::optional<Value> out;
    const auto done = store.read([&](Reader& reader) -> Result<void> {
        auto value = query(reader);
        if (!value) return value.error();
        out.emplace(std::move(*value));
        return {};
    });
    if (!done) throw std::runtime_error("a query failed: " + done.error().message);
    return std::move(*out);
}

template <class Query>
auto ask_public(Store& store, Query&& query) {
    using Value = typename decltype(query(std::declval<PublicReader&>()))::value_type;
    std::optional<Value> out;
    const auto done = store.read_public([&](PublicReader& reader) -> Result<void> {
        auto value = query(reader);
        if (!value) return value.error();
        out.emplace(std::move(*value));
        return {};
    });
    if (!done) throw std::runtime_error("a query failed: " + done.error().message);
    return std::move(*out);
}

// The code of a failure; nothing where it went well.
template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace gongkai::storage::testing
