#include "app/year/office_year.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include "app/year/desk.hpp"
#include "app/year/openings.hpp"
#include "app/year/rule_watch.hpp"
#include "app/year/staff.hpp"
#include "app/year/year_proof.hpp"
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
          desk_(application, plan, staff_, chance_, watch_, report_,
                [this](std::int64_t ms) { keep(go_on(clock_.now() + ms)); }) {}

    Result<YearReport> operator()();

  private:
    bool in_year(Date day) const { return engine::year_of(day) == options_.year; }
    bool works(Date day) const {
        return application_.calendars().current()->calendar.is_working_day(day);
    }
    Result<void> day(Date day);
    void sitting();
    void go_through(const Worker& who);
    bool ready(const WorklistEntry& entry);
    void plan_to_come_back();
    // To this moment, through every deadline that runs out until then.
    Result<void> go_on(Instant until);
    void keep(Result<void> result) {
        if (!result && !failed_) failed_ = result.error();
    }

    Application& application_;
    ManualClock& clock_;
    const language::OfficeYear& plan_;
    const OfficeYearOptions& options_;
    Date first_, last_;
    Chance chance_;
    YearReport report_;
    RuleWatch watch_;
    Staff staff_;
    Desk desk_;
    std::optional<Error> failed_;

    std::map<Date, std::vector<Opening>> openings_;  // by the day
    int today_ = 0;                                  // working days since the first
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
    std::multimap<int, Desk::Arrival> agenda_;
    std::set<std::pair<engine::DocumentId, std::string>> refused_deadlines_;
};

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
                // Where it is still there, it waits again, unless they have it in hand.
                const auto& places = document->places;
                const bool in_hand = std::any_of(
                    places.begin(), places.end(),
                    [&](const auto& place) { return place.claimed_by == who.principal.person; });
                if (!in_hand) waiting_.erase({entry.document, entry.state});
            } else {
                stuck_[key] = {document->revision, today_ + kAgain};
            }
            if (failed_ || worked >= kMostTasks) return;
        }
        if (!page->next) return;
        after = *page->next;
    }
}

void Run::plan_to_come_back() {
    for (const Desk::Arrival& arrival : desk_.take_arrivals()) {
        language::RestHabit habit{plan_.reassigns_of_100, plan_.wait};
        if (arrival.rests) {
            habit = plan_.rest;
            if (const language::FlowHabit* of = plan_.flow(arrival.flow)) {
                const auto own = of->rests.find(arrival.state);
                if (own != of->rests.end()) habit = own->second;
            }
        }
        if (chance_.of_100(habit.of_100))
            agenda_.emplace(today_ + static_cast<int>(chance_.in(habit.days)), arrival);
    }
}

void Run::sitting() {
    std::vector<Worker> people = staff_.present();
    chance_.shuffle(people);
    while (!agenda_.empty() && agenda_.begin()->first <= today_) {
        const Desk::Arrival at = agenda_.begin()->second;
        agenda_.erase(agenda_.begin());
        for (const Worker& who : people) {
            if (failed_ || (at.rests ? desk_.work(who, at.document, at.state)
                                     : desk_.hand_on(who, at.document, at.state)))
                break;
        }
        plan_to_come_back();
    }
    for (const Worker& who : people) {
        if (failed_) return;
        go_through(who);
        plan_to_come_back();
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

Result<YearReport> Run::operator()() {
    report_.year = options_.year;
    report_.seed = options_.seed;
    report_.first_day = engine::to_string(first_);
    report_.last_day = engine::to_string(last_);
    const auto started = std::chrono::steady_clock::now();
    TRY(staff_, Staff::settle(application_, plan_));
    TRY_VOID(Staff::bring_in(application_, options_.catalogs));
    application_.documents().watch([this](const CarriedOut& step) { watch_.see(step); });
    openings_ = plan_openings(plan_, application_.calendars().current()->calendar, options_.year,
                              options_.documents, {first_, last_}, chance_);
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

    TRY_VOID(prove_year(application_, plan_, watch_, options_, report_));
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
