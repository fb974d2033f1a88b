// What a supervisor asks of a period: were limits kept, how long do steps take, where do documents
// wait, what was returned and why, what was published, and what of the law's list is covered.
//
// Read out of the history of each document (the leaves of the record), never out of counters.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/flow.hpp"
#include "app/page/page.hpp"
#include "engine/time.hpp"
#include "storage/audit/leaf.hpp"

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
    std::uint64_t count() const { return count_; }
    double average_days() const;  // of what was added, to the millisecond
    double median_days() const;   // to the hour
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

// What happened to one document within a period, taken from its leaves (oldest first) into the sums
// of all.
class StatisticsCount {
  public:
    explicit StatisticsCount(Period period) : period_(period) {}

    struct Returned {
        ReturnedDocument what;
        std::optional<engine::Digest> comment;  // its commitment
    };
    // The state of one document while its history is read.
    struct Story {
        struct Stay {
            std::string state;
            engine::Instant since{};
        };
        struct Limit {
            std::string phase;
            engine::Instant due{};
        };
        std::map<std::string, Stay> stays;  // by region
        std::map<std::string, Limit> limits;
        std::vector<Returned> returned;
        bool active = false;  // something happened within the period
    };
    // Error `malformed` where the leaf is none of ours.
    Result<void> read(const Flow& flow, const storage::audit::Leaf& leaf, Story& story);
    // Where the document is now.
    void stands(const Flow& flow, const engine::Document& document, engine::Instant now);

    Statistics take() &&;

  private:
    DeadlineFigures& deadline(const Flow& flow, const engine::Timer& timer);
    StepFigures* step(const Flow& flow, const std::string& state);
    void note_limits(const Flow& flow, engine::Instant at,
                     const std::map<std::string, Story::Limit>& after, Story& story);
    void note_move(const Flow& flow, const std::string& region, const std::string* to,
                   engine::Instant at, Story& story);

    Period period_;
    std::map<std::pair<std::string, std::string>, DeadlineFigures> deadlines_;
    std::map<std::pair<std::string, std::string>, StepFigures> steps_;
    std::map<std::tuple<std::string, std::string, std::string>, ReturnFigures> returns_;
    std::map<std::string, FlowFigures> flows_;
};

std::string statistics_json(const Statistics& statistics);
Page statistics_page(const Statistics& statistics);

}  // namespace gongkai::app
