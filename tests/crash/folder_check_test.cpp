// What is compared after a kill covers every part: whatever is wrong in a folder, or in what the
// clients believe, is found.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>

#include "storage/audit/checkpoint.hpp"
#include "tests/crash/folder_check.hpp"
#include "tests/crash/kill_bureau.hpp"
#include "tests/crash/kill_desk.hpp"
#include "tests/crash/server_process.hpp"

using namespace gongkai;
using namespace gongkai::crash;
namespace fs = std::filesystem;

namespace {

// A folder on which one client has worked, and what that client knows.
struct Worked {
    Folder folder;
    Bureau bureau = set_up_bureau(folder.path());
    Desk desk{bureau, 20'260'918, 0};
    std::shared_ptr<const app::Flow> flow = notice_flow();

    Worked() {
        ServerProcess server({.data = bureau.data, .log = folder.path() / "log"});
        REQUIRE(server.listening());
        int answers = 0;
        desk.work(server.port(), [&] {
            if (++answers == 250) server.kill();
        });
        REQUIRE(desk.complaints().empty());
        server.kill();
        server.wait();
        desk.ledger().open.reset();  // asked of a server that was dead already
        fs::rename(bureau.data, folder.path() / "sound");
    }

    std::vector<Harm> harm(const std::function<void(Ledger&, const fs::path&)>& change) {
        const fs::path data = folder.path() / "changed";
        fs::remove_all(data);
        fs::copy(folder.path() / "sound", data, fs::copy_options::recursive);
        Ledger ledger = desk.ledger();
        change(ledger, data);
        return FolderCheck(data, bureau.leaves, flow).look({&ledger}, true);
    }
};

// The last document of which it holds.
KnownDocument& that(Ledger& ledger, const std::function<bool(const KnownDocument&)>& holds) {
    for (auto one = ledger.documents.rbegin(); one != ledger.documents.rend(); ++one)
        if (holds(*one)) return *one;
    throw std::runtime_error("there is no such document; ask for more answers");
}
KnownDocument& in_state(Ledger& ledger, const std::string& state) {
    return that(ledger, [&](const KnownDocument& one) { return one.state == state; });
}

// How a folder, or what is believed of it, is changed, and what must be said of it.
struct Change {
    const char* name;
    const char* words;
    std::function<void(Ledger&, const fs::path&)> make;
};

using Make = decltype(Change::make);

Make on(std::function<KnownDocument&(Ledger&)> which, std::function<void(KnownDocument&)> change) {
    return [=](Ledger& ledger, const fs::path&) { change(which(ledger)); };
}
Make in(const char* state, std::function<void(KnownDocument&)> change) {
    return on([=](Ledger& ledger) -> KnownDocument& { return in_state(ledger, state); }, change);
}
KnownDocument& first(Ledger& ledger) {
    return ledger.documents[0];
}
KnownDocument& with_file(Ledger& ledger) {
    return that(ledger,
                [](const KnownDocument& one) { return !one.files.empty() && !one.sealed(); });
}

// What no code of the product would write. The fences stand aside.
Make sql(const char* statements) {
    return [=](Ledger&, const fs::path& data) {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((data / "gongkai.db").c_str(), &database) == SQLITE_OK);
        const std::string script = std::string(
                                       "DROP TRIGGER leaves_stay;"
                                       "DROP TRIGGER leaves_are_kept;") +
                                   statements;
        char* why = nullptr;
        const int done = sqlite3_exec(database, script.c_str(), nullptr, nullptr, &why);
        INFO(script << " " << (why != nullptr ? why : ""));
        CHECK(done == SQLITE_OK);
        CHECK(sqlite3_total_changes(database) > 0);
        sqlite3_free(why);
        sqlite3_close(database);
    };
}

fs::path some_file(const fs::path& data) {
    for (const auto& entry : fs::recursive_directory_iterator(data / "files"))
        if (entry.is_regular_file()) return entry.path();
    throw std::runtime_error("there is no file; ask for more answers");
}

void sign_what_is_not_there(Ledger&, const fs::path& data) {
    namespace audit = storage::audit;
    const auto key = audit::SigningKey::load(data / "audit.key").value();
    auto folder = audit::CheckpointFolder::open(data / "checkpoints", key.verifier().name(),
                                                {key.verifier()});
    REQUIRE(folder->add(audit::sign_checkpoint(9'999, {}, key).value()).has_value());
}

const std::vector<Change> kLost = {
    {"a step", "the disk has revision", on(first, [](auto& one) { one.steps.emplace_back(); })},
    {"a document", "document 1",
     [](Ledger& ledger, const fs::path&) {
         ledger.documents.push_back(ledger.documents[0]);
         ledger.documents.back().id = 1;
     }},
    {"a refused attempt", "the refused attempt 1 ",
     [](Ledger& ledger, const fs::path&) {
         ledger.refusals.push_back({ledger.documents[0].id, "role_missing", "r", 1});
     }},
    {"the files", "an attachment of",
     [](Ledger&, const fs::path& data) { fs::remove_all(data / "files"); }},
    {"leaves that were signed", "a checkpoint over 9999", sign_what_is_not_there},
};

const std::vector<Change> kDisagreed = {
    {"a step that nobody asked for", "the disk has revision",
     on(first, [](auto& one) { one.steps.pop_back(); })},
    {"a document that nobody asked for", "is nobody's",
     [](Ledger& ledger, const fs::path&) { ledger.documents.pop_back(); }},
    {"a leaf of another request", "another request",
     on(first, [](auto& one) { one.steps[0].request = "another"; })},
    {"other contents", "other contents",
     on(first, [](auto& one) { one.steps[0].content[0] ^= 1; })},
    {"a title", "other texts", in("drafting", [](auto& one) { one.title = "x"; })},
    {"a body", "other texts", in("drafting", [](auto& one) { one.body = "x"; })},
    {"a text that was to be purged", "other texts",
     in("drafting", [](auto& one) { one.state = "sealed"; })},
    {"a state", "not in the state review", in("drafting", [](auto& one) { one.state = "review"; })},
    {"a page that is not there", "in the state published: published false",
     in("review", [](auto& one) { one.state = "published"; })},
    {"a page that should not be there", "published true",
     in("published", [](auto& one) { one.state = "review"; })},
    {"a page that was taken down", "the published page is another",
     in("withdrawn", [](auto& one) { one.state = "published"; })},
    {"an attachment", "other attachments",
     on(with_file, [](auto& one) { one.files[0].digest[0] ^= 1; })},
    {"a key that is not there", "is not there", sql("DELETE FROM idempotency WHERE number = 1")},
    {"a key with another answer", "another step",
     sql("UPDATE idempotency SET response = replace(response, '\"revision\":1', "
         "'\"revision\":2') WHERE number IN (SELECT min(number) FROM idempotency)")},
    {"a task that is not there", "its tasks are not those", sql("DELETE FROM tasks")},
    {"a task that somebody else claimed", "its tasks are not those",
     sql("UPDATE tasks SET claimed_by = 99")},
    {"a count of tasks", "tasks are counted", sql("UPDATE queues SET tasks = tasks + 1")},
    {"a deadline that is not there", "its deadlines are not those", sql("DELETE FROM timers")},
    {"another deadline", "its deadlines are not those", sql("UPDATE timers SET due = due + 1")},
    {"a message that is not there", "messages about them",
     sql("DELETE FROM outbox WHERE number = 5")},
    {"a message twice", "not the message of step",
     sql("DELETE FROM outbox WHERE number = 5;"
         "INSERT INTO outbox SELECT 5, subscriber, document, type, payload, created, state, "
         "next_try, attempts, last_error FROM outbox WHERE number = 6")},
    {"a row of another department", "its row says something else",
     on(first, [](auto& one) { one.department = "office"; })},
    {"a leaf twice", "does not follow",
     sql("INSERT INTO leaves SELECT record + 1, document, previous, bytes, nodes FROM leaves "
         "WHERE instr(bytes, '\"kind\":\"step\"') ORDER BY record DESC LIMIT 1")},
    {"a leaf with other bytes", "another request",
     sql("UPDATE leaves SET bytes = replace(bytes, '\"request\":\"', '\"request\":\"x')")},
    {"the newest hash of the tree", "the root is not that of the leaves",
     sql("UPDATE leaves SET nodes = zeroblob(length(nodes)) "
         "WHERE record IN (SELECT max(record) FROM leaves)")},
    {"a file with other bytes", "has other bytes",
     [](Ledger&, const fs::path& data) {
         const fs::path file = some_file(data);
         fs::permissions(file, fs::perms::owner_all);
         std::ofstream(file) << "x";
     }},
};

const std::vector<Change> kBroken = {
    {"a database that is cut short", "malformed",
     [](Ledger&, const fs::path& data) {
         fs::remove(data / "gongkai.db-wal");
         fs::resize_file(data / "gongkai.db", fs::file_size(data / "gongkai.db") / 2);
     }},
    {"a task of nobody", "has no caption",
     sql("UPDATE tasks SET document = 1 WHERE number IN (SELECT min(number) FROM tasks)")},
    {"a checkpoint of another key", "checkpoint",
     [](Ledger&, const fs::path& data) {
         fs::remove(data / "audit.key");
         const auto key = storage::audit::SigningKey::generate("gongkai").value();
         REQUIRE(key.save(data / "audit.key").has_value());
     }},
    {"an older hash of the tree", "record 30 does not match",
     sql("UPDATE leaves SET nodes = zeroblob(length(nodes)) WHERE record = 30")},
};

void check_found(Worked& worked, const std::vector<Change>& changes, int Tally::*kind) {
    for (const Change& change : changes) {
        INFO(change.name);
        const auto harm = worked.harm(change.make);
        bool found = false;
        for (const Harm& one : harm) {
            UNSCOPED_INFO("  " << one.what);
            found = found || (one.kind == kind && one.what.find(change.words) != std::string::npos);
        }
        CHECK(found);
    }
}

}  // namespace

TEST_CASE("whatever a kill could spoil in a folder would be found", "[kill]") {
    Worked worked;
    for (const Harm& one : worked.harm([](Ledger&, const fs::path&) {}))
        FAIL_CHECK(one.what);
    check_found(worked, kLost, &Tally::lost);
    check_found(worked, kDisagreed, &Tally::disagreed);
    check_found(worked, kBroken, &Tally::broken);
}
