// What a supervisor asks of a period: were limits kept, how long do steps take, where do documents
// wait, what was returned and why, what was published, and what of the law's list is covered.
//
// Read out of the leaves of the record (app/reports/ledger.hpp), never out of counters beside it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "app/flow.hpp"
#include "app/page/page.hpp"
#include "engine/time.hpp"

namespace gongkai::app {

struct Period {
    engine::Date from, to;  // both included, days in China
    bool has(engine::Instant at) const {
        const engine::Date day = engine::date_in_china(at);
        return day >= from && day <= to;
    }
};

// Whole hours, each with how often it was seen: beyond two years as two years. Its size is bounded,
// however many are added.
class Durations {
  public:
    void add(std::int64_t ms);
    // The same in two parts: so many of so many whole hours, and the milliseconds of all of them.
    void add_hours(std::int32_t hours, std::uint64_t times);
    void add_ms(std::int64_t ms) { sum_ms_ += static_cast<double>(ms); }
    std::uint64_t count() const { return count_; }
    double average_days() const;  // of what was added, to the millisecond
    double median_days() const;   // to the hour
    static std::int32_t whole_hours(std::int64_t ms);

  private:
    std::map<std::int32_t, std::uint64_t> hours_;
    std::uint64_t count_ = 0;
    double sum_ms_ = 0;
};

struct DeadlineFigures {
    std::string flow, flow_title, name, title;
    std::vector<std::string> basis;
    std::uint64_t kept = 0, missed = 0;      // within the period
    std::uint64_t running = 0, overdue = 0;  // now
    // Of those that were kept or missed, in per cent; nullopt where there was none.
    std::optional<double> on_time() const;
};
struct StepFigures {
    std::string flow, flow_title, state, title;
    Durations left;             // of stays that ended within the period
    std::uint64_t waiting = 0;  // documents that are there now
    std::optional<engine::Instant> oldest;
};
struct ReturnFigures {
    std::string flow, flow_title, state, state_title, action, title;
    std::uint64_t count = 0;
};
struct ReturnedDocument {
    engine::DocumentId document = 0;
    engine::Instant at{};
    std::string flow, state, action;
    std::optional<std::string> comment;  // nullopt: none, purged, or not for whoever asks
    bool operator<(const ReturnedDocument& other) const {
        return std::tie(at, document) < std::tie(other.at, other.document);
    }
};
struct FlowFigures {
    std::string title;
    std::uint64_t opened = 0, published = 0, drafts = 0, withdrawn = 0;  // within the period
};
struct ClassCoverage {  // of 条例 第20条
    std::string name, title;
    std::uint64_t published = 0;  // now public
    std::uint64_t in_period = 0;  // of these, published within the period
};
struct ItemCoverage {
    std::string code, catalog, level1, level2;
};

struct Statistics {
    Period period{};
    engine::Instant made{};
    std::vector<engine::DepartmentCode> departments;  // empty: all
    std::uint64_t documents = 0;                      // that had something happen in the period
    std::vector<DeadlineFigures> deadlines;
    std::vector<StepFigures> steps;
    std::vector<ReturnFigures> returns;
    std::vector<ReturnedDocument> returned;  // the latest, newest first
    std::map<std::string, FlowFigures> flows;
    std::vector<ClassCoverage> classes;  // all fifteen, in order
    std::uint64_t items = 0, items_covered = 0;
    std::vector<ItemCoverage> items_without;  // at most kMostMissing
};
inline constexpr std::size_t kMostReturned = 100;
inline constexpr std::size_t kMostMissing = 1'000;

// One kind of thing that happens to documents and that is counted.
struct Happening {
    enum class Kind : std::uint8_t {
        kept,      // a limit (`name`)
        missed,    // ...
        left,      // a step (`state`); of: the whole hours that the stay took
        stayed,    // ... n: their milliseconds
        returned,  // from a step, by the action `name`
        opened,
        published,
        drafts,     // put out for comment
        withdrawn,  // from the public
        active,     // something; of: the day of the last thing before, so that a period counts each
                    // document once
    };
    using Key = std::tuple<Kind, std::string, std::string, std::string>;
    Kind kind = Kind::active;
    std::string flow, state, name;
    std::string flow_title, state_title, title;
    std::vector<std::string> basis;
    Key key() const { return {kind, flow, state, name}; }
};

// A limit that somebody of the office has to keep. Where the clock only goes on by itself
// (第三方逾期 不答复, 申请人逾期不补正, 到期评估) nobody of the office was late.
bool binds(const engine::Timer& timer);
// A place where somebody has something to do; what rests, or waits for its branches, is none.
bool is_step(const engine::State& state);

// What happened within a period and how things stand now, on the way to its figures.
class StatisticsCount {
  public:
    explicit StatisticsCount(Period period) : period_(period) {}

    const Period& period() const { return period_; }
    void add(const Happening& what, std::int32_t of, std::int64_t n);
    // Where the document is now.
    void stands(const Flow& flow, const engine::Document& document, engine::Instant now);

    Statistics take() &&;

  private:
    DeadlineFigures& deadline(const Happening& what);
    StepFigures& step(const Happening& what);

    Period period_;
    std::uint64_t documents_ = 0;
    std::map<std::pair<std::string, std::string>, DeadlineFigures> deadlines_;
    std::map<std::pair<std::string, std::string>, StepFigures> steps_;
    std::map<std::tuple<std::string, std::string, std::string>, ReturnFigures> returns_;
    std::map<std::string, FlowFigures> flows_;
};

std::string statistics_json(const Statistics& statistics);
Page statistics_page(const Statistics& statistics);

}  // namespace gongkai::app
