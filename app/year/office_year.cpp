#include "app/year/office_year.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "app/audit.hpp"
#include "app/projection.hpp"
#include "app/year/desk.hpp"
#include "app/year/rule_watch.hpp"
#include "app/year/staff.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using engine::Date;
using engine::Error;

namespace {

constexpr std::int64_t kSittings[] = {9 * engine::ms_per_hour, 14 * engine::ms_per_hour,
                                      16 * engine::ms_per_hour};
constexpr std::int64_t kOpens = 8 * engine::ms_per_hour;
constexpr int kAgain = 3;               // working days until somebody looks again at what is stuck
constexpr std::size_t kMostTasks = 80;  // of one person at one sitting

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Run {
  public:
    Run(Application& application, ManualClock& clock, const language::OfficeYear& plan,
        const OfficeYearOptions& options)
        : application_(application),
          clock_(clock),
          plan_(plan),
          options_(options),
          first_(engine::to_date(options.year, 1, 1) - static_cast<int>(plan.lead_in_days)),
          last_(engine::to_date(options.year, 12, 31) + static_cast<int>(plan.closing_days)),
          chance_(options.seed),
          watch_(report_),
          desk_(application, plan, chance_, watch_, report_,
                [this](std::int64_t ms) { keep(go_on(clock_.now() + ms)); }) {}

    Result<YearReport> operator()();

  private:
    bool in_year(Date day) const { return engine::year_of(day) == options_.year; }
    bool works(Date day) const {
        return application_.calendars().current()->calendar.is_working_day(day);
    }
    void plan_openings();
    Result<void> day(Date day);
    void sitting();
    void go_through(const Worker& who);
    bool ready(const WorklistEntry& entry);
    void take_up_rested();
    // To this moment, through every deadline that runs out until then.
    Result<void> go_on(Instant until);
    void keep(Result<void> result) {
        if (!result && !failed_) failed_ = result.error();
    }
    Result<void> compare_stored();
    Result<void> verify();
    Result<void> make_reports();
    void note_states();

    Application& application_;
    ManualClock& clock_;
    const language::OfficeYear& plan_;
    const OfficeYearOptions& options_;
    Date first_, last_;
    Chance chance_;
    YearReport report_;
    RuleWatch watch_;
    Desk desk_;
    Staff staff_;
    std::optional<Error> failed_;

    struct Opening {
        std::string flow, department;
    };
    std::map<Date, std::vector<Opening>> openings_;
    int today_ = 0;  // working days since the first
    struct Waiting {
        Instant since{};
        int until = 0;
    };
    std::map<std::pair<engine::DocumentId, std::string>, Waiting> waiting_;
    struct Stuck {
        std::uint32_t revision = 0;
        int until = 0;
    };
    std::map<std::tuple<engine::DocumentId, std::string, PersonId>, Stuck> stuck_;
    std::multimap<int, Desk::Rested> agenda_;
    std::set<std::pair<engine::DocumentId, std::string>> refused_deadlines_;
};

void Run::plan_openings() {
    std::int64_t shares = 0;
    for (const language::FlowHabit& habit : plan_.flows)
        shares += habit.share;
    const auto days = [&](Date from, Date to, const std::vector<language::Season>& seasons) {
        std::vector<Date> out;
        for (Date day = from; day <= to; ++day) {
            const engine::Civil civil = engine::to_civil(day);
            const int at = civil.month * 100 + civil.day;
            const bool wanted =
                seasons.empty() ||
                std::any_of(seasons.begin(), seasons.end(), [&](const language::Season& season) {
                    return at >= season.from && at <= season.to;
                });
            if (wanted && works(day)) out.push_back(day);
        }
        return out;
    };
    const auto put = [&](const language::FlowHabit& habit, std::size_t count,
                         const std::vector<Date>& among) {
        for (std::size_t i = 0; i < count && !among.empty(); ++i) {
            const Date day = among[chance_.below(among.size())];
            const std::string& department =
                habit.departments[chance_.below(habit.departments.size())];
            if (day >= first_ && day <= last_) openings_[day].push_back({habit.flow, department});
        }
    };
    const int year = options_.year;
    for (const language::FlowHabit& habit : plan_.flows) {
        if (habit.share == 0 || habit.departments.empty()) continue;
        const std::size_t count = (options_.documents * static_cast<std::size_t>(habit.share) +
                                   static_cast<std::size_t>(shares) - 1) /
                                  static_cast<std::size_t>(shares);
        put(habit, count,
            days(engine::to_date(year, 1, 1), engine::to_date(year, 12, 31), habit.seasons));
        if (!habit.seasons.empty()) {
            for (const int other : {year - 1, year + 1})
                put(habit, count,
                    days(engine::to_date(other, 1, 1), engine::to_date(other, 12, 31),
                         habit.seasons));
        } else if (plan_.lead_in_days > 0) {
            put(habit, count * static_cast<std::size_t>(plan_.lead_in_days) / 365,
                days(first_, engine::to_date(year, 1, 1) - 1, {}));
        }
    }
}

Result<void> Run::go_on(Instant until) {
    for (;;) {
        std::vector<std::pair<engine::DocumentId, storage::RunningTimer>> next;
        // Behind those that a rule does not let run out.
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(next, reader.due_timers(until, refused_deadlines_.size() + 1));
            return {};
        };
        TRY_VOID(application_.store().read(query));
        std::erase_if(next, [&](const auto& one) {
            return refused_deadlines_.count({one.first, one.second.name}) != 0;
        });
        if (next.empty()) break;
        clock_.set(std::max(clock_.now(), next.front().second.due));
        TRY(const Scheduler::Work work, application_.scheduler().advance(clock_.now()));
        if (work.ticked == 0 && work.recomputed == 0 &&
            refused_deadlines_.emplace(next.front().first, next.front().second.name).second)
            report_.broke("deadline_refused", next.front().first, next.front().second.name);
    }
    clock_.set(std::max(clock_.now(), until));
    return {};
}

bool Run::ready(const WorklistEntry& entry) {
    const auto [at, fresh] = waiting_.try_emplace({entry.document, entry.state});
    Waiting& waiting = at->second;
    if (fresh || waiting.since != entry.since) {
        language::Range wait = plan_.wait;
        if (const language::FlowHabit* habit = plan_.flow(entry.flow)) {
            const auto own = habit->waits.find(entry.state);
            if (own != habit->waits.end()) wait = own->second;
        }
        if (chance_.of_100(plan_.late_of_100)) wait = plan_.late_wait;
        waiting = {entry.since, today_ + static_cast<int>(chance_.in(wait))};
    }
    return today_ >= waiting.until;
}

void Run::go_through(const Worker& who) {
    std::size_t worked = 0;
    std::uint64_t after = 0;
    while (worked < kMostTasks) {
        const auto page = application_.documents().worklist(who.principal, after, 200);
        if (!page) return keep(page.error());
        for (const WorklistEntry& entry : page->rows) {
            if (!ready(entry)) continue;
            const engine::Document* document = watch_.document(entry.document);
            if (document == nullptr) continue;
            const std::tuple key{entry.document, entry.state, who.principal.person};
            const auto stuck = stuck_.find(key);
            if (stuck != stuck_.end() && stuck->second.revision == document->revision &&
                today_ < stuck->second.until)
                continue;
            const bool got_on = desk_.work(who, entry.document, entry.state);
            if (got_on) {
                ++worked;
                report_.by_deputy += entry.on_behalf_of != 0 ? 1 : 0;
                stuck_.erase(key);
                // Where it is still there, it waits again.
                waiting_.erase({entry.document, entry.state});
            } else {
                stuck_[key] = {document->revision, today_ + kAgain};
            }
            if (failed_ || worked >= kMostTasks) return;
        }
        if (!page->next) return;
        after = *page->next;
    }
}

void Run::take_up_rested() {
    for (const Desk::Rested& rested : desk_.take_rested()) {
        language::RestHabit rest = plan_.rest;
        if (const language::FlowHabit* habit = plan_.flow(rested.flow)) {
            const auto own = habit->rests.find(rested.state);
            if (own != habit->rests.end()) rest = own->second;
        }
        if (chance_.of_100(rest.of_100))
            agenda_.emplace(today_ + static_cast<int>(chance_.in(rest.days)), rested);
    }
}

void Run::sitting() {
    std::vector<Worker> people = staff_.present();
    chance_.shuffle(people);
    while (!agenda_.empty() && agenda_.begin()->first <= today_) {
        const Desk::Rested rested = agenda_.begin()->second;
        agenda_.erase(agenda_.begin());
        for (const Worker& who : people) {
            if (failed_ || desk_.work(who, rested.document, rested.state)) break;
        }
        take_up_rested();
    }
    for (const Worker& who : people) {
        if (failed_) return;
        go_through(who);
        take_up_rested();
    }
}

Result<void> Run::day(Date day) {
    TRY_VOID(go_on(engine::start_of_day(day)));
    if (!works(day)) return {};
    ++today_;
    TRY_VOID(staff_.begin(day, chance_));
    TRY_VOID(go_on(engine::start_of_day(day) + kOpens));
    std::vector<Worker> people = staff_.present();
    if (staff_.portal() != nullptr) people.push_back(*staff_.portal());
    for (const Opening& opening : openings_[day]) {
        // Whoever could is away: they come to it on the next day.
        if (!desk_.open(people, opening.flow, opening.department) && day < last_)
            openings_[day + 1].push_back(opening);
    }
    for (const std::int64_t at : kSittings) {
        TRY_VOID(go_on(engine::start_of_day(day) + at));
        sitting();
        if (failed_) return *failed_;
    }
    return {};
}

Result<void> Run::compare_stored() {
    for (const auto& [id, mine] : watch_.documents()) {
        const auto query = [&, id = id](storage::Reader& reader) -> Result<void> {
            TRY(const auto row, reader.find_document(id));
            if (!row || row->document != mine)
                report_.broke("stored_differs", id,
                              "the stored document is not what its steps say");
            return {};
        };
        TRY_VOID(application_.store().read(query));
    }
    return {};
}

Result<void> Run::verify() {
    TRY_VOID(application_.checkpoint());
    std::error_code ignored;
    std::filesystem::remove_all(options_.bundle, ignored);
    TRY_VOID(export_record(application_, options_.bundle));
    TRY(const AuditReport audit, verify_record(options_.bundle, {}));
    std::filesystem::remove_all(options_.bundle, ignored);
    report_.replayed_steps = audit.replay.steps;
    report_.replayed_refusals = audit.replay.refusals;
    for (const auto& finding : audit.bundle.findings.kept())
        report_.broke("record_not_verified", 0, finding.code + ": " + finding.message);
    if (!audit.verified() && audit.bundle.findings.kept().empty())
        report_.broke("record_not_verified", 0, "the record");
    if (report_.replayed_steps != report_.steps)
        report_.broke("record_not_verified", 0,
                      std::to_string(report_.replayed_steps) + " steps were decided again, not " +
                          std::to_string(report_.steps));
    return {};
}

Result<void> Run::make_reports() {
    const auto directory = application_.identity().directory();
    const storage::Person* auditor = directory->person("auditor");
    const Principal principal{auditor == nullptr ? 0 : auditor->id, false, {}};
    Reports& reports = application_.reports();
    const auto made = [&](const auto& outcome, const std::string& what) {
        if (const auto* refused = std::get_if<ReportRefused>(&outcome)) {
            for (const ReportFault& fault : refused->faults) {
                std::string cells;
                for (const std::string& cell : fault.cells)
                    cells += " " + cell;
                report_.broke("report_refused",
                              fault.documents.empty() ? 0 : fault.documents.front(),
                              what + ": " + fault.code + cells);
            }
        } else if (const auto* error = std::get_if<Error>(&outcome)) {
            report_.broke("report_refused", 0, what + ": " + error->message);
        } else if (std::holds_alternative<ReportForbidden>(outcome)) {
            report_.broke("report_refused", 0, what + ": not for the auditor");
        } else {
            return true;
        }
        return false;
    };
    const auto annual = reports.annual(principal, options_.year);
    report_.annual_made = made(annual, "annual report");
    if (const auto* one = std::get_if<AnnualReport>(&annual)) {
        for (const std::string& cell : annual_cells()) {
            const auto figure = figure_of(*one, cell);
            if (figure && *figure != 0) report_.annual[cell] = *figure;
            if (figure && *figure != 0 && cell.starts_with("table3.total.results."))
                report_.outcomes[cell.substr(21)] = static_cast<std::uint64_t>(*figure);
        }
    }
    if (plan_.lead_in_days > 0) {
        const auto before = reports.annual(principal, options_.year - 1);
        made(before, "annual report of the year before");
        const auto* last = std::get_if<AnnualReport>(&before);
        const auto* now = std::get_if<AnnualReport>(&annual);
        for (std::size_t i = 0; last != nullptr && now != nullptr && i <= kTotalColumn; ++i) {
            if (last->requests[kCarriedForward][i].value != now->requests[kCarriedOver][i].value)
                report_.broke("carried_over_differs", 0, "column " + std::to_string(i));
        }
    }
    made(reports.statistics(principal, {engine::to_date(options_.year, 1, 1),
                                        engine::to_date(options_.year, 12, 31)}),
         "statistics");
    const auto supervision = reports.supervision(principal);
    made(supervision, "supervision");
    if (const auto* one = std::get_if<Supervision>(&supervision)) report_.late_now = one->all_late;
    return {};
}

void Run::note_states() {
    for (const auto& [id, document] : watch_.documents()) {
        const auto flow = application_.flows().current(document.flow);
        if (!flow) continue;
        std::string where;
        for (const ActiveState& state : active_states(flow->definition, document))
            where += (where.empty() ? "" : "+") + state.name;
        ++report_.flows[document.flow].states[where];
    }
    for (const auto& flow : application_.flows().all()) {
        if (report_.flows[flow->definition.flow].opened == 0)
            report_.broke("flow_untouched", 0, flow->definition.flow);
    }
}

Result<YearReport> Run::operator()() {
    report_.year = options_.year;
    report_.seed = options_.seed;
    report_.first_day = engine::to_string(first_);
    report_.last_day = engine::to_string(last_);
    const auto started = std::chrono::steady_clock::now();
    TRY(staff_, Staff::settle(application_, plan_));
    TRY_VOID(Staff::bring_in(application_, options_.catalogs));
    application_.documents().watch([this](const CarriedOut& step) { watch_.see(step); });
    plan_openings();
    const auto days = static_cast<std::uint64_t>(last_ - first_) + 1;
    std::uint64_t before = 0;
    for (Date day = first_; day <= last_; ++day) {
        TRY_VOID(this->day(day));
        if (engine::year_of(day) < options_.year) before = report_.documents;
        if (in_year(day)) report_.documents_in_year = report_.documents - before;
        if (options_.progress)
            options_.progress(static_cast<std::uint64_t>(day - first_) + 1, days);
    }
    TRY_VOID(go_on(engine::start_of_day(last_ + 1)));
    report_.seconds_year = seconds_since(started);
    const storage::TreeHead head = application_.store().head();
    report_.leaves = head.size;
    report_.root = storage::audit::to_hex(head.root);
    const Latency& decide = application_.metrics().decide;
    report_.decided = decide.count();
    report_.decide_p50_us = decide.quantile(0.5) * 1e6;
    report_.decide_p99_us = decide.quantile(0.99) * 1e6;

    const auto verifying = std::chrono::steady_clock::now();
    note_states();
    TRY_VOID(compare_stored());
    TRY_VOID(verify());
    report_.seconds_verification = seconds_since(verifying);
    const auto reporting = std::chrono::steady_clock::now();
    TRY_VOID(make_reports());
    report_.seconds_reports = seconds_since(reporting);
    application_.documents().watch({});
    return std::move(report_);
}

}  // namespace

Instant first_moment(const language::OfficeYear& plan, int year) {
    return engine::start_of_day(engine::to_date(year, 1, 1) - static_cast<int>(plan.lead_in_days));
}

Result<YearReport> simulate_year(Application& application, ManualClock& clock,
                                 const language::OfficeYear& plan,
                                 const OfficeYearOptions& options) {
    return Run(application, clock, plan, options)();
}

}  // namespace gongkai::app
