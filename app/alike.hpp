// Finding the documents that are like one: repeated requests (条例 35, 36(6)), repeats among the
// petitions. What counts is data: the key `alike` of the flow. It is asked as the flow stands
// today, also of documents that follow an earlier version of it.
//
// Nothing is judged here. The law names no number of requests that is too many, so there is none:
// what was found is counted and shown, and who handles the document says what follows.
//
// Any thread.
#pragma once

#include <string>
#include <vector>

#include "app/clock.hpp"
#include "app/flow.hpp"
#include "app/identity.hpp"
#include "app/views.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

struct AlikeReason {
    std::size_t group = 0;  // into AlikeView::groups
    int nearness = 100;     // percent
};

struct AlikeRow {
    DocumentSummary document;
    Instant opened{};
    std::string number;             // a number that the system gave it, where it has one
    std::vector<std::string> tags;  // of its active states
    std::vector<AlikeReason> reasons;
};

struct AlikeMonth {
    std::string month;  // 2026-11, in China
    std::size_t count = 0;
};
struct AlikeCount {
    language::AlikeGroup group;
    std::size_t count = 0;           // documents alike in this, without the one that was asked for
    std::vector<AlikeMonth> months;  // newest first, those with any
};

struct AlikeView {
    engine::DocumentId id = 0;
    std::shared_ptr<const Flow> flow;
    engine::Date since{};            // nothing older was looked at
    std::size_t looked_at = 0;       // documents of the flow
    bool complete = true;            // false: there were more (ScanBounds, app/flow_scan.hpp)
    std::vector<AlikeCount> groups;  // of the flow, in its order
    std::vector<AlikeRow> rows;      // newest first, those that the principal may read
    std::size_t left_out = 0;        // further ones, which are counted and not shown
};

inline constexpr int kAlikeMonths = 12;
inline constexpr int kMostAlikeMonths = 120;
inline constexpr std::size_t kMostAlikeRows = 200;

class Alike {
  public:
    // All must outlive it.
    Alike(storage::Store& store, Flows& flows, Identity& identity, Clock& clock)
        : store_(store), flows_(flows), identity_(identity), clock_(clock) {}

    // Of the documents of the same flow that were opened in the last `months` (1 to
    // kMostAlikeMonths) and that the principal may read. A document that was purged or is marked
    // secret is like nothing. Error `not_found`.
    Result<AlikeView> find(const Principal& principal, engine::DocumentId id,
                           int months = kAlikeMonths);

  private:
    storage::Store& store_;
    Flows& flows_;
    Identity& identity_;
    Clock& clock_;
};

}  // namespace gongkai::app
