#include "app/application.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "app/application_rules.hpp"
#include "app/checkpoint_writer.hpp"
#include "app/deadlines.hpp"
#include "app/log.hpp"
#include "language/calendar_reader.hpp"
#include "storage/audit/files.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;
namespace audit = storage::audit;

constexpr int kBrokenStatus = 74;  // EX_IOERR of sysexits.h

void end_process(const Error& why) {
    log_event(LogLevel::error, "storage_broken", {{"why", why.message}});
    ::_exit(kBrokenStatus);
}

// The key that signs the record: made the first time, and never again where there was one.
Result<audit::SigningKey> signing_key(const std::filesystem::path& data, const std::string& origin,
                                      const std::filesystem::path& checkpoints) {
    const std::filesystem::path path = data / "audit.key";
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        audit::remove_unfinished(path);  // it holds a key as well
        return audit::SigningKey::load(path);
    }
    if (std::filesystem::exists(checkpoints / "checkpoint", ignored))
        return Error{ErrorCode::integrity, path.string() + " is missing, but " +
                                               checkpoints.string() +
                                               " has checkpoints that it signed"};
    TRY(auto key, audit::SigningKey::generate(origin));
    TRY_VOID(key.save(path));
    return key;
}

Result<Instant> time_of_last_leaf(storage::Store& store) {
    Instant last{};
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const std::uint64_t size, reader.tree_size());
        if (size == 0) return {};
        TRY(const auto leaves, reader.leaves(size - 1, 1));
        if (leaves.empty()) return {};
        TRY(const auto leaf, audit::decode_leaf(leaves.front().bytes));
        last = {leaf.time_ms};
        return {};
    };
    TRY_VOID(store.read(query));
    return last;
}

}  // namespace

// In the order in which they need each other: destroyed in reverse.
struct Application::Parts {
    ApplicationOptions options;
    std::unique_ptr<Clock> own_clock;
    std::unique_ptr<Randomness> own_randomness;
    Clock* clock = nullptr;
    Randomness* randomness = nullptr;
    Metrics metrics;
    std::optional<FileShelf> shelf;
    std::unique_ptr<CheckpointWriter> checkpoints;  // before the store: commits report to it
    std::optional<audit::CheckpointFolder> folder;  // where checkpoints are only read
    std::optional<audit::VerifierKey> verifier;
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<RecordClock> record_clock;
    std::unique_ptr<Identity> identity;
    std::unique_ptr<Flows> flows;
    std::unique_ptr<Calendars> calendars;
    Uploads uploads;
    std::unique_ptr<Documents> documents;
    std::unique_ptr<Publications> publications;
    std::unique_ptr<Catalog> catalog;
    std::unique_ptr<Letters> letters;
    std::unique_ptr<Alike> alike;
    std::unique_ptr<Intake> intake;
    std::unique_ptr<Attachments> attachments;
    std::unique_ptr<Administration> administration;
    std::unique_ptr<Reports> reports;
    std::unique_ptr<Duties> duties;
    std::unique_ptr<Scheduler> scheduler;
    std::unique_ptr<Outbox> outbox;
    std::atomic<Outbox*> told_of_commits{nullptr};
    std::string origin;
    std::mutex observer_mutex;
    std::function<void()> observer;
    std::atomic<bool> closed{false};

    // Where opening failed half way: no commit may report to what is gone.
    ~Parts() {
        if (store && !closed) store->close();
    }

    std::filesystem::path checkpoint_path() const {
        return options.checkpoints.empty() ? options.data / "checkpoints" : options.checkpoints;
    }
    Result<void> open_store();
    Result<void> look_into_store();
    void committed(const storage::TreeHead& head);
    Result<void> open_services();
    // The calendar by the rules, by what was loaded since, and by one more file.
    Result<engine::Calendar> calendar_with(const RuleFile* file);
    // What was loaded since the rules were written goes before their calendar.
    Result<void> with_loaded_calendars(std::span<const RuleFile> files, CompiledRules& rules);
    Result<void> open_outbox();
    Result<std::vector<std::shared_ptr<const Flow>>> unproven(
        const std::vector<std::shared_ptr<const Flow>>& given);
    Result<void> use(CompiledRules rules);
};

Result<void> Application::Parts::open_store() {
    origin = options.origin;
    if (options.data.empty()) {
        store = storage::memory::open();
        store->on_commit([this](const storage::TreeHead& head) { committed(head); });
        return {};
    }
    std::error_code why;
    std::filesystem::create_directories(options.data, why);
    if (why) return Error{ErrorCode::io, options.data.string() + ": " + why.message()};
    TRY(auto key, signing_key(options.data, options.origin, checkpoint_path()));
    verifier = key.verifier();
    origin = verifier->name();
    TRY(auto written, audit::CheckpointFolder::open(checkpoint_path(), origin, {*verifier}));
    TRY(const auto last, written.last());
    storage::sqlite::Options sqlite;
    sqlite.path = (options.data / "gongkai.db").string();
    if (last) sqlite.expected.push_back({last->size, last->root});
    sqlite.on_broken = options.on_broken ? options.on_broken : end_process;
    auto opened = storage::sqlite::open(sqlite);
    if (!opened && opened.error().code == ErrorCode::storage_broken)
        return Error{ErrorCode::storage_broken,
                     sqlite.path + " is damaged, or no database: " + opened.error().message};
    TRY(store, std::move(opened));
    // After the lock: this empties the folder of uploads on their way, and they might be another's.
    TRY(shelf, FileShelf::open(options.data / "files", options.data / "spool"));
    checkpoints = std::make_unique<CheckpointWriter>(
        std::move(written), std::move(key), last ? last->size : 0, options.checkpoint_ms, metrics);
    store->on_commit([this](const storage::TreeHead& head) { committed(head); });
    if (const auto writable = store->writable(); !writable) {
        log_event(LogLevel::error, "not_writable", {{"why", writable.error().message}});
        return {};
    }
    // What was committed before the last crash and not signed any more.
    checkpoints->committed(store->head());
    checkpoints->start();
    return {};
}

Result<void> Application::Parts::look_into_store() {
    storage::sqlite::Options sqlite;
    sqlite.path = (options.data / "gongkai.db").string();
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(sqlite.path, ignored))
        return Error{ErrorCode::not_found,
                     "there is no installation in " + options.data.string() + " (no gongkai.db)"};
    const std::filesystem::path key_path = options.data / "audit.key";
    // A copy that was given away comes without the key.
    if (std::filesystem::exists(key_path, ignored)) {
        TRY(const auto key, audit::SigningKey::load(key_path));
        verifier = key.verifier();
        origin = verifier->name();
        folder = audit::CheckpointFolder::existing(checkpoint_path(), origin, {*verifier});
        TRY(const auto last, folder->last());
        if (last) sqlite.expected.push_back({last->size, last->root});
    }
    TRY(store, storage::sqlite::open_read_only(sqlite));
    return {};
}

// After each commit and its completions, on the store's writer thread.
void Application::Parts::committed(const storage::TreeHead& head) {
    if (checkpoints) checkpoints->committed(head);
    if (Outbox* told = told_of_commits) told->wake();
    const std::lock_guard lock(observer_mutex);
    if (observer) observer();
}

// The flows that this store has never activated: those that it has were proven then.
Result<std::vector<std::shared_ptr<const Flow>>> Application::Parts::unproven(
    const std::vector<std::shared_ptr<const Flow>>& given) {
    std::vector<std::shared_ptr<const Flow>> unknown;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        unknown.clear();
        for (const auto& flow : given) {
            TRY(const auto source, reader.source(flow->definition.digest));
            if (!source) unknown.push_back(flow);
        }
        return {};
    };
    TRY_VOID(store->read(query));
    return unknown;
}

Result<void> Application::Parts::use(CompiledRules rules) {
    if (options.activate_rules && store->writable()) {
        if (options.prove) {
            TRY(const auto unknown, unproven(rules.flows));
            // Seconds, the first time: whoever waits for the server should know for what.
            if (!unknown.empty())
                log_event(LogLevel::info, "proving_flows",
                          {{"flows", std::to_string(unknown.size())}});
            TRY_VOID(prove(unknown));
        }
        TRY_VOID(flows->activate(std::move(rules.flows)));
        TRY_VOID(calendars->activate(std::move(rules.calendar)));
    } else {
        flows->adopt(std::move(rules.flows));
        calendars->adopt(NamedCalendar::make(std::move(rules.calendar)));
    }
    administration->set_roles(std::move(rules.roles));
    reports->set_annual(std::move(rules.annual));
    documents->set_tariff(std::move(rules.information_fee));
    reports->set_supervision(std::move(rules.supervision));
    duties->set(std::move(rules.duties));
    scheduler->recompute_all();
    return {};
}

Result<void> Application::Parts::open_services() {
    TRY(const Instant last, time_of_last_leaf(*store));
    record_clock = std::make_unique<RecordClock>(*clock, last);
    identity = std::make_unique<Identity>(*store, *clock, *randomness, options.identity);
    flows = std::make_unique<Flows>(*store);
    calendars = std::make_unique<Calendars>(*store);
    DocumentOptions document_options = options.documents;
    document_options.event_source = options.event_source;
    documents =
        std::make_unique<Documents>(DocumentParts{*store, *flows, *calendars, *identity, *clock,
                                                  *record_clock, *randomness, uploads, metrics},
                                    document_options);
    publications = std::make_unique<Publications>(*store);
    catalog = std::make_unique<Catalog>(*store);
    letters = std::make_unique<Letters>(*documents, *identity, *flows, *clock);
    alike = std::make_unique<Alike>(*store, *flows, *identity, *clock);
    intake = std::make_unique<Intake>(*documents, *identity, *flows, *store, *clock);
    attachments = std::make_unique<Attachments>(shelf ? &*shelf : nullptr, *store, *documents,
                                                *publications, uploads, *clock);
    administration =
        std::make_unique<Administration>(*store, *identity, *record_clock, *randomness, metrics);
    reports = std::make_unique<Reports>(
        ReportParts{*store, *flows, *calendars, *identity, *administration, *clock});
    scheduler =
        std::make_unique<Scheduler>(*store, *documents, *flows, *calendars, *clock, metrics);
    duties = std::make_unique<Duties>(*store, *documents, *catalog, *flows, *calendars, *identity);
    scheduler->on_duties([due = duties.get()](Instant now) { return due->open_due(now); });
    documents->on_purge([files = attachments.get()](std::vector<engine::Digest> digests) {
        files->purged(digests);
    });
    scheduler->on_sweep([files = attachments.get()](Instant now) {
        if (const auto swept = files->sweep(now); !swept)
            log_event(LogLevel::warning, "sweep_failed", {{"why", swept.error().message}});
    });
    return identity->load();
}

Result<void> Application::Parts::open_outbox() {
    TRY(auto targets, TargetRules::parse(options.outbox.allowed_targets));
    outbox = std::make_unique<Outbox>(*store, *identity, *clock, *randomness, metrics,
                                      std::move(targets), options.outbox);
    told_of_commits = outbox.get();
    return {};
}

Result<std::unique_ptr<Application>> Application::open(ApplicationOptions options) {
    CompiledRules rules;
    if (!options.read_only || !options.rules.empty()) {
        TRY(rules, compile_rules(options.rules, options.calendar));
    }
    auto parts = std::make_unique<Parts>();
    parts->options = std::move(options);
    if (parts->options.clock == nullptr) parts->own_clock = system_clock();
    if (parts->options.randomness == nullptr) parts->own_randomness = system_randomness();
    parts->clock = parts->own_clock ? parts->own_clock.get() : parts->options.clock;
    parts->randomness =
        parts->own_randomness ? parts->own_randomness.get() : parts->options.randomness;
    TRY_VOID(parts->options.read_only ? parts->look_into_store() : parts->open_store());
    TRY_VOID(parts->open_services());
    TRY_VOID(parts->open_outbox());
    TRY_VOID(parts->with_loaded_calendars(parts->options.rules, rules));
    TRY_VOID(parts->use(std::move(rules)));
    TRY_VOID(parts->letters->load(parts->options.rules));
    const bool works = !parts->options.read_only;
    if (works && parts->options.scheduler) {
        parts->scheduler->start();
        parts->reports->start();
    }
    if (works && parts->options.outbox.thread) parts->outbox->start();
    return std::unique_ptr<Application>(new Application(std::move(parts)));
}

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Application::~Application() {
    if (const auto closed = close(); !closed)
        log_event(LogLevel::error, "close_failed", {{"why", closed.error().message}});
}

Result<void> Application::close() {
    if (parts_->closed.exchange(true)) return {};
    parts_->scheduler->stop();
    parts_->reports->stop();
    parts_->outbox->stop();
    parts_->store->close();
    if (!parts_->checkpoints) return {};
    return parts_->checkpoints->stop();
}

Documents& Application::documents() {
    return *parts_->documents;
}
Attachments& Application::attachments() {
    return *parts_->attachments;
}
Intake& Application::intake() {
    return *parts_->intake;
}
std::shared_ptr<const engine::Tariff> Application::information_fee() {
    return parts_->documents->tariff();
}
Alike& Application::alike() {
    return *parts_->alike;
}
Letters& Application::letters() {
    return *parts_->letters;
}
Publications& Application::publications() {
    return *parts_->publications;
}
Catalog& Application::catalog() {
    return *parts_->catalog;
}
Reports& Application::reports() {
    return *parts_->reports;
}
Identity& Application::identity() {
    return *parts_->identity;
}
Administration& Application::administration() {
    return *parts_->administration;
}
Scheduler& Application::scheduler() {
    return *parts_->scheduler;
}
Duties& Application::duties() {
    return *parts_->duties;
}
Outbox& Application::outbox() {
    return *parts_->outbox;
}
Flows& Application::flows() {
    return *parts_->flows;
}
Calendars& Application::calendars() {
    return *parts_->calendars;
}
storage::Store& Application::store() {
    return *parts_->store;
}
Clock& Application::clock() {
    return *parts_->clock;
}
RecordClock& Application::record_clock() {
    return *parts_->record_clock;
}
Randomness& Application::randomness() {
    return *parts_->randomness;
}
Metrics& Application::metrics() {
    return parts_->metrics;
}

const std::string& Application::origin() const {
    return parts_->origin;
}

const storage::audit::CheckpointFolder* Application::checkpoint_folder() const {
    if (parts_->checkpoints) return &parts_->checkpoints->folder();
    return parts_->folder ? &*parts_->folder : nullptr;
}

std::optional<storage::audit::VerifierKey> Application::verifier_key() const {
    return parts_->verifier;
}

void Application::on_commit(std::function<void()> observer) {
    const std::lock_guard lock(parts_->observer_mutex);
    parts_->observer = std::move(observer);
}

Result<void> Application::checkpoint() {
    TRY_VOID(parts_->store->writable());
    if (!parts_->checkpoints)
        return Error{ErrorCode::invalid_argument, "a record in memory is not signed"};
    parts_->checkpoints->committed(parts_->store->head());
    return parts_->checkpoints->sign_now();
}

Result<void> Application::reload_rules(std::vector<RuleFile> rules) {
    TRY(auto compiled, compile_rules(rules, parts_->options.calendar));
    TRY_VOID(parts_->with_loaded_calendars(rules, compiled));
    TRY_VOID(parts_->use(std::move(compiled)));
    parts_->options.rules = std::move(rules);
    return parts_->letters->load(parts_->options.rules);
}

Result<engine::Calendar> Application::Parts::calendar_with(const RuleFile* file) {
    TRY(auto loaded, loaded_calendars(*store));
    if (file != nullptr) loaded.push_back(*file);
    return calendar_of(options.rules, loaded, options.calendar);
}

Result<void> Application::Parts::with_loaded_calendars(std::span<const RuleFile> files,
                                                       CompiledRules& rules) {
    TRY(const auto loaded, loaded_calendars(*store));
    if (loaded.empty()) return {};
    TRY(rules.calendar, calendar_of(files, loaded, options.calendar));
    return {};
}

Result<CalendarChange> Application::compare_calendar(const RuleFile& file) {
    CalendarChange change;
    TRY(auto next, parts_->calendar_with(&file));
    const auto present = parts_->calendars->current();
    change.from = version_of(*present);
    change.first_day = next.first_day_that_differs(present->calendar);
    TRY(change.moved, moved_deadlines(*parts_->store, *parts_->flows, next, parts_->clock->now()));
    change.to = version_of(*NamedCalendar::make(std::move(next)));
    return change;
}

AdminResult<CalendarChange> Application::load_calendar(const AdminRequest& request,
                                                       const RuleFile& file) {
    const auto reading = language::read_calendar(file);
    if (!reading.file) {
        return engine::Error{engine::ErrorCode::malformed, language::render(reading.diagnostics)};
    }
    auto change = compare_calendar(file);
    if (!change) return change.error();
    const auto kept =
        parts_->administration->load_calendar(request, reading.file->calendar.name(), file.text);
    if (const auto* why = std::get_if<Denied>(&kept)) return *why;
    if (const auto* error = std::get_if<engine::Error>(&kept)) return *error;
    auto next = parts_->calendar_with(nullptr);
    if (!next) return next.error();
    const auto active = parts_->calendars->activate(std::move(*next));
    if (!active) return active.error();
    parts_->scheduler->recompute_all();
    return std::move(*change);
}

Health Application::health() {
    Health health;
    const auto writable = parts_->store->writable();
    health.writable = writable.has_value();
    if (!writable) health.not_writable = writable.error().message;
    health.ready = health.writable && !parts_->closed;
    health.pressure = parts_->store->pressure();
    health.leaves = parts_->store->head().size;
    health.checkpointed = parts_->checkpoints ? parts_->checkpoints->signed_size() : 0;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(health.outbox_pending, reader.outbox_pending());
        return {};
    };
    if (!parts_->store->read(query)) health.ready = false;
    health.flows = parts_->flows->all().size();
    const int year = engine::year_of(engine::date_in_china(parts_->clock->now()));
    const auto calendar = parts_->calendars->current();
    for (const int one : {year, year + 1}) {
        if (!calendar->calendar.is_published(one)) health.unpublished_years.push_back(one);
    }
    return health;
}

std::vector<MetricSample> Application::samples() {
    const Metrics& metrics = parts_->metrics;
    const Identity::Counters identity = parts_->identity->counters();
    const Health health = this->health();
    std::vector<MetricSample> samples;
    const auto counter = [&](const char* name, const char* help, std::uint64_t value,
                             std::string labels = {}) {
        samples.push_back({name, std::move(labels), help, true, static_cast<double>(value)});
    };
    const auto gauge = [&](const char* name, const char* help, double value) {
        samples.push_back({name, {}, help, false, value});
    };
    counter("gongkai_steps_total", "steps carried out", metrics.steps);
    for (std::size_t i = 0; i < engine::kReasonCount; ++i) {
        counter("gongkai_refusals_total", "attempts refused, by reason", metrics.refusals[i],
                std::string("reason=\"") + engine::code(static_cast<engine::Reason>(i)) + "\"");
    }
    counter("gongkai_refusals_unrecorded_total", "refused attempts beyond the bound of one actor",
            metrics.refusals_unrecorded);
    counter("gongkai_replayed_total", "answers from an idempotency record", metrics.replayed);
    counter("gongkai_invalid_total", "requests that could not be read", metrics.invalid);
    counter("gongkai_errors_total", "steps that failed for the world", metrics.errors);
    counter("gongkai_shed_total", "requests turned away by a full queue", metrics.shed);
    counter("gongkai_administrative_total", "acts of administration", metrics.administrative);
    counter("gongkai_deadlines_total", "deadlines that ran out", metrics.ticks);
    counter("gongkai_recomputed_total", "documents with deadlines counted again",
            metrics.recomputed);
    counter("gongkai_checkpoints_total", "checkpoints signed", metrics.checkpoints);
    counter("gongkai_checkpoint_failures_total", "checkpoints that could not be signed or kept",
            metrics.checkpoint_failures);
    counter("gongkai_outbox_delivered_total", "messages that were taken", metrics.outbox_delivered);
    counter("gongkai_outbox_failed_total", "tries of messages that were not taken",
            metrics.outbox_failed);
    for (const auto& [share, label] : {std::pair{0.5, "0.5"}, std::pair{0.99, "0.99"}})
        samples.push_back({"gongkai_decide_seconds", std::string("quantile=\"") + label + "\"",
                           "what the rules alone take to decide one step", false,
                           metrics.decide.quantile(share)});
    counter("gongkai_outbox_dead_total", "messages that became dead letters", metrics.outbox_dead);
    counter("gongkai_logins_total", "logins by outcome", identity.logins, "outcome=\"ok\"");
    counter("gongkai_logins_total", "logins by outcome", identity.failures, "outcome=\"failed\"");
    counter("gongkai_logins_total", "logins by outcome", identity.locked, "outcome=\"locked\"");
    counter("gongkai_logins_total", "logins by outcome", identity.shed, "outcome=\"shed\"");
    counter("gongkai_clock_set_back_total", "times the clock was found set back",
            parts_->record_clock->steps_back());
    gauge("gongkai_sessions", "sessions that have not expired",
          static_cast<double>(identity.sessions));
    gauge("gongkai_leaves", "leaves of the record", static_cast<double>(health.leaves));
    gauge("gongkai_checkpointed_leaves", "leaves under the last checkpoint",
          static_cast<double>(health.checkpointed));
    gauge("gongkai_outbox_pending", "messages waiting to be delivered",
          static_cast<double>(health.outbox_pending));
    gauge("gongkai_write_queue_ratio", "fill of the write queue", health.pressure);
    gauge("gongkai_writable", "1 while changes are taken on", health.writable ? 1 : 0);
    return samples;
}

}  // namespace gongkai::app
