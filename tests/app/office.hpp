// A small office for the tests of the use-cases: a flow that uses most of the language, a handful
// of people, a clock that is set by hand, on the memory store or on SQLite in a folder of its own.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/administration.hpp"
#include "app/documents.hpp"
#include "app/publications.hpp"
#include "app/scheduler.hpp"
#include "language/rulebook.hpp"
#include "storage/store.hpp"

namespace gongkai::app::testing {

// A new, empty folder, removed with everything in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct Memory {
    std::unique_ptr<storage::Store> open();
};
struct Sqlite {
    Folder folder;
    std::unique_ptr<storage::Store> open();
};
#define GONGKAI_APP_STORES Memory, Sqlite

// The rules of the flow "notice" (version: 1 or 2).
std::vector<language::SourceFile> notice_rules(int version = 1);
std::shared_ptr<const Flow> notice_flow(int version = 1);

class Office {
  public:
    explicit Office(std::unique_ptr<storage::Store> opened);

    // Of one of the people below, without logging in.
    Principal as(const std::string& login) const;
    PersonId id(const std::string& login) const;
    AdminRequest admin(const std::string& login) const;

    StepRequest request(const std::string& login, engine::DocumentId document, Input input) const;
    Outcome submit(const std::string& login, engine::DocumentId document, Input input);
    // A finished draft with title, body and attribute, by `clerk`.
    Done draft(const std::string& body = "第一条 内容。\n（此件公开发布）");
    // ... brought to the end of the flow.
    Done publish();
    Done act(const std::string& login, engine::DocumentId document, const std::string& action,
             std::optional<std::string> comment = std::nullopt);
    engine::Reason refused(const std::string& login, engine::DocumentId document, Input input);

    std::uint64_t leaves();
    std::vector<storage::StoredLeaf> all_leaves();
    std::vector<storage::OutboxRow> outbox();

    ManualClock clock;
    SeededRandomness randomness{20'261'123};
    std::unique_ptr<storage::Store> store;
    Metrics metrics;
    RecordClock record_clock;
    Identity identity;
    Flows flows;
    Calendars calendars;
    Uploads uploads;
    Documents documents;
    Administration administration;
    Publications publications;
};

// What the outcome is, for a message of a failed check.
std::string describe(const Outcome& outcome);
const Done& done(const Outcome& outcome);

}  // namespace gongkai::app::testing
