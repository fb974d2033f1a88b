// The deadlines of a document, each with how its due date came about: read out of the document's
// own history and counted once more on the present calendar.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/calendars.hpp"
#include "app/documents.hpp"
#include "engine/explain.hpp"

namespace gongkai::app {

struct DeadlineView {
    engine::TimerId timer = engine::kNone;  // into flow->definition.timers
    engine::TimerState state;
    engine::DeadlineExplanation explanation;
    // By step of the explanation, the title of what it began with: the field that day 0 stands in,
    // or the state that was entered (of a pause, the one that it rests in). Empty where a field
    // that was changed since is all there is to tell.
    std::vector<std::string> began_with;
};

struct DeadlinesView {
    engine::DocumentId document = 0;
    std::shared_ptr<const Flow> flow;
    std::string title;                              // of the document
    std::vector<DeadlineView> deadlines;            // those that have ever run, in the flow's order
    std::shared_ptr<const NamedCalendar> calendar;  // that they are counted on
};

// Error `not_found` as Documents::find. Reads the whole history of the document.
Result<DeadlinesView> deadlines_of(Documents& documents, const Calendars& calendars,
                                   const Principal& principal, engine::DocumentId id);

// One sentence for each step, oldest first, and what the count passed over; e.g.
//   "自 2026-09-18（收到申请之日）起算，20 个工作日，至 2026-10-22" /
//   "counts from 2026-09-18 (收到申请之日): 20 working days, until 2026-10-22"
std::vector<std::string> explained_zh(const DeadlinesView& view, const DeadlineView& deadline);
std::vector<std::string> explained_en(const DeadlinesView& view, const DeadlineView& deadline);

// "2026-10-22", or for a deadline in hours "2026-10-22 15:30" (China time); empty where it has
// none.
std::string last_day(const engine::TimerState& state);
// "national@1a2b3c4d5e6f": name and the beginning of its digest.
std::string version_of(const NamedCalendar& calendar);

}  // namespace gongkai::app
