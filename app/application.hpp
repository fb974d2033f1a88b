// Everything wired together: what `gongkai serve` and the tests of the edge open.
//
// The folder `data` holds gongkai.db, files/, checkpoints/ and audit.key (made the first time). The
// checkpoints should lie on another disk (Options::checkpoints): they are what a restored or
// truncated database is found out by.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/administration.hpp"
#include "app/alike.hpp"
#include "app/attachments.hpp"
#include "app/calendar_change.hpp"
#include "app/calendars.hpp"
#include "app/catalog.hpp"
#include "app/clock.hpp"
#include "app/documents.hpp"
#include "app/duties.hpp"
#include "app/flow.hpp"
#include "app/identity.hpp"
#include "app/intake.hpp"
#include "app/letters.hpp"
#include "app/metrics.hpp"
#include "app/outbox.hpp"
#include "app/publications.hpp"
#include "app/reports/reports.hpp"
#include "app/scheduler.hpp"
#include "engine/calendar.hpp"
#include "engine/tariff.hpp"
#include "language/source.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// A text file that rules or calendars are read from; paths as in workflows/ ("decision.yaml").
using RuleFile = language::SourceFile;

struct ApplicationOptions {
    std::filesystem::path data;         // empty: everything in memory, for tests
    std::filesystem::path checkpoints;  // empty: data/checkpoints
    // The files of workflows/ (flows, parts, vocabulary, policy, calendars, letters). Read at
    // start.
    std::vector<RuleFile> rules;
    // A flow is used only after engine/check.hpp found nothing in it; what this store has used
    // before was proven then. false: for tests of flows that were proven elsewhere.
    bool prove = true;
    // false: the rules say which roles there are, and no flow or calendar becomes the current one:
    // for administration from the command line.
    bool activate_rules = true;
    std::string calendar = "national";  // name of the calendar that deadlines are counted on
    std::string origin = "gongkai";     // name of the record in its checkpoints
    std::string event_source = "urn:gongkai";
    Identity::Options identity;
    DocumentOptions documents;
    // For a second process, beside a server or without one: nothing is created, changed, signed or
    // scheduled, and every change is refused with `unavailable`. `rules` may be empty then: the
    // flows that documents follow are read from the database.
    bool read_only = false;
    bool scheduler = true;               // start the scheduler's thread
    OutboxOptions outbox;                // what other systems are told, and where they may be
    std::int64_t checkpoint_ms = 1'000;  // at most one a second
    // The database cannot be trusted any more (an I/O error, corruption). By default this is
    // logged and the process ends at once, with status 74 (EX_IOERR).
    std::function<void(const engine::Error&)> on_broken;
    // For tests: the system's own where they are nullptr. Must outlive the application.
    Clock* clock = nullptr;
    Randomness* randomness = nullptr;
};

// For readiness probes and for the operator's page.
struct Health {
    bool ready = false;        // may be sent requests
    bool writable = false;     // takes on changes
    std::string not_writable;  // why not, for an operator
    double pressure = 0;       // fill of the write queue, 0 .. 1
    std::uint64_t leaves = 0;
    std::uint64_t checkpointed = 0;  // leaves under the last signed checkpoint
    std::uint64_t outbox_pending = 0;
    std::size_t flows = 0;
    std::vector<int> unpublished_years;  // this year and next, where the calendar lacks the notice
};

class Application {
  public:
    // Errors: `malformed` where the rules do not compile or break the policy (the message has the
    // diagnostics, as a compiler prints them, or the stories), `integrity` where a checkpoint
    // cannot be believed, `io`, ... . A database that does not extend its last checkpoint is opened
    // for reading only: see health().
    static Result<std::unique_ptr<Application>> open(ApplicationOptions options);
    ~Application();  // closes
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    Documents& documents();
    Attachments& attachments();
    Publications& publications();
    Catalog& catalog();
    Letters& letters();
    Alike& alike();
    Intake& intake();
    // 信息处理费; nullptr where the rules have none. Any thread.
    std::shared_ptr<const engine::Tariff> information_fee();
    Reports& reports();
    Identity& identity();
    Administration& administration();
    Scheduler& scheduler();
    Duties& duties();
    Outbox& outbox();
    Flows& flows();
    Calendars& calendars();
    storage::Store& store();
    Clock& clock();
    RecordClock& record_clock();
    Randomness& randomness();
    Metrics& metrics();

    // Of the record: for proofs, exports and their verification.
    const std::string& origin() const;
    const storage::audit::CheckpointFolder* checkpoint_folder() const;  // nullptr in memory
    std::optional<storage::audit::VerifierKey> verifier_key() const;
    // Called on the store's writer thread after each commit, when its answers were given: quick,
    // must not throw. Not called any more once another (or none) was set.
    void on_commit(std::function<void()> observer);

    // Signs a checkpoint over everything that is committed, now.
    Result<void> checkpoint();

    Health health();
    std::vector<MetricSample> samples();

    // Compiles and proves the rules anew and makes them current; documents stay pinned to theirs.
    // Error `malformed`: nothing changed.
    Result<void> reload_rules(std::vector<RuleFile> rules);

    // Takes a year's notice, or a correction, into the calendar that deadlines are counted on:
    // every running deadline that comes out differently is counted again, each in a step of its
    // document (in the rounds of the scheduler that follow). Error `malformed`: the file is wrong,
    // nothing changed. By a system administrator.
    AdminResult<CalendarChange> load_calendar(const AdminRequest& request, const RuleFile& file);
    // What that would change.
    Result<CalendarChange> compare_calendar(const RuleFile& file);

    // Stops scheduler and outbox, finishes what was queued, signs the last checkpoint. Later calls
    // do nothing.
    Result<void> close();

  private:
    struct Parts;
    explicit Application(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace gongkai::app
