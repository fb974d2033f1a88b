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
#include "tests/crash/step_receiver.hpp"

using namespace gongkai;
using namespace gongkai::crash;
namespace fs = std::filesystem;

namespace {

struct Found {
    fs::path data;
    Ledger ledger;
    Told told;
};

// A folder on which one client has worked, and what that client knows.
struct Worked {
    Folder folder;
    StepReceiver receiver;
    Bureau bureau = set_up_bureau(folder.path(), receiver.port());
    Desk desk{bureau, 20'260'918, 0};
    std::shared_ptr<const app::Flow> flow = notice_flow();

    Worked() {
        ServerProcess server(
            {.data = bureau.data, .log = folder.path() / "log", .receiver = receiver.port()});
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

    std::vector<Harm> harm(const std::function<void(Found&)>& change) {
        const fs::path data = folder.path() / "changed";
        fs::remove_all(data);
        fs::copy(folder.path() / "sound", data, fs::copy_options::recursive);
        Found found{data, desk.ledger(), receiver.told()};
        change(found);
        return FolderCheck(data, bureau.leaves, flow).look({&found.ledger}, true, found.told);
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
    std::function<void(Found&)> make;
};

using Make = decltype(Change::make);

Make on(std::function<KnownDocument&(Ledger&)> which, std::function<void(KnownDocument&)> change) {
    return [=](Found& found) { change(which(found.ledger)); };
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
    return [=](Found& found) {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((found.data / "gongkai.db").c_str(), &database) == SQLITE_OK);
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

void sign_what_is_not_there(Found& found) {
    namespace audit = storage::audit;
    const auto key = audit::SigningKey::load(found.data / "audit.key").value();
    auto folder = audit::CheckpointFolder::open(found.data / "checkpoints", key.verifier().name(),
                                                {key.verifier()});
    REQUIRE(folder->add(audit::sign_checkpoint(9'999, {}, key).value()).has_value());
}

const std::vector<Change> kLost = {
    {"a step", "the disk has revision", on(first, [](auto& one) { one.steps.emplace_back(); })},
    {"a document", "document 1",
     [](Found& found) {
         found.ledger.documents.push_back(found.ledger.documents[0]);
         found.ledger.documents.back().id = 1;
     }},
    {"a refused attempt", "the refused attempt 1 ",
     [](Found& found) {
         found.ledger.refusals.push_back({found.ledger.documents[0].id, "role_missing", "r", 1});
     }},
    {"the files", "an attachment of", [](Found& found) { fs::remove_all(found.data / "files"); }},
    {"a message that nobody got", "nobody was told of step 1",
     [](Found& found) { found.told.erase(found.ledger.documents[0].id); }},
    {"leaves that were signed", "a checkpoint over 9999", sign_what_is_not_there},
};

const std::vector<Change> kDisagreed = {
    {"a step that nobody asked for", "the disk has revision",
     on(first, [](auto& one) { one.steps.pop_back(); })},
    {"a document that nobody asked for", "is nobody's",
     [](Found& found) { found.ledger.documents.pop_back(); }},
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
    {"a message that is not there", "messages wait, not",
     sql("DELETE FROM outbox WHERE number IN "
         "(SELECT max(number) FROM outbox WHERE subscriber = 1)")},
    {"a message of another step", "not the message of step",
     sql("UPDATE outbox SET payload = replace(payload, '\"leaf\":\"', '\"leaf\":\"0') "
         "WHERE number IN (SELECT max(number) FROM outbox WHERE subscriber = 1)")},
    {"a step that was told and is not there", "which is not there",
     [](Found& found) {
         auto& steps = found.told[found.ledger.documents[0].id];
         steps.push_back({steps.back().revision + 1, ""});
     }},
    {"a document that was told and is not there", "told of 1,",
     [](Found& found) {
         found.told[1].push_back({1, ""});
     }},
    {"steps that were told in another order", "told of step 2 of",
     [](Found& found) {
         found.told[found.ledger.documents[0].id].erase(
             found.told[found.ledger.documents[0].id].begin());
     }},
    {"a step that was told otherwise", "told something else",
     [](Found& found) { found.told[found.ledger.documents[0].id][0].leaf = "00"; }},
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
     [](Found& found) {
         const fs::path file = some_file(found.data);
         fs::permissions(file, fs::perms::owner_all);
         std::ofstream(file) << "x";
     }},
};

const std::vector<Change> kBroken = {
    {"a database that is cut short", "malformed",
     [](Found& found) {
         fs::remove(found.data / "gongkai.db-wal");
         fs::resize_file(found.data / "gongkai.db", fs::file_size(found.data / "gongkai.db") / 2);
     }},
    {"a task of nobody", "has no caption",
     sql("UPDATE tasks SET document = 1 WHERE number IN (SELECT min(number) FROM tasks)")},
    {"a checkpoint of another key", "checkpoint",
     [](Found& found) {
         fs::remove(found.data / "audit.key");
         const auto key = storage::audit::SigningKey::generate("gongkai").value();
         REQUIRE(key.save(found.data / "audit.key").has_value());
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
    for (const Harm& one : worked.harm([](Found&) {}))
        FAIL_CHECK(one.what);
    check_found(worked, kLost, &Tally::lost);
    check_found(worked, kDisagreed, &Tally::disagreed);
    check_found(worked, kBroken, &Tally::broken);
}
