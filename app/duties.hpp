// The documents that the clock opens (workflows/duties.yaml): one for each duty, department, item
// of the catalogue (where it looks after those) and day that it falls on, for ever. What was opened
// is known by the number of its source, "duty:NAME" "DEPARTMENT/2026-11-27" or
// "DEPARTMENT/ITEM/2026-11-27", so neither a restart nor a clock that is set back opens another.
// A duty that looks after what many documents ask for (app/crowds.hpp) looks on the day that it
// falls on, and opens one for each crowd that has none, "DEPARTMENT/FIRST DOCUMENT": none of whose
// documents was the first of an earlier one, is named in one that was opened, or has a document of
// that flow under it.
// Whether the clock may open it is decided by the flow like everything else.
//
// After a time in which nothing ran: what is due every day is opened for today only; of anything
// longer the newest occurrence is opened late, once. Nothing is opened for days before the record
// began. A clock that is set back opens nothing until it has run on for an hour: then it had been
// ahead, and its day is today.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/calendars.hpp"
#include "app/catalog.hpp"
#include "app/clock.hpp"
#include "app/documents.hpp"
#include "app/flow.hpp"
#include "app/identity.hpp"
#include "engine/duty.hpp"

namespace gongkai::app {

// Of HandIn::source; nobody but the clock hands in under it.
inline constexpr std::string_view kDutySource = "duty:";

class Duties {
  public:
    using List = std::vector<engine::Duty>;
    // All must outlive it.
    Duties(storage::Store& store, Documents& documents, Catalog& catalog, Flows& flows,
           Calendars& calendars, Identity& identity)
        : store_(store),
          documents_(documents),
          catalog_(catalog),
          flows_(flows),
          calendars_(calendars),
          identity_(identity) {}

    void set(std::shared_ptr<const List> duties);
    std::shared_ptr<const List> all() const;

    // Opens what is due and waits for it. From the scheduler's rounds. How many were opened. One
    // that fails is logged and tried again later; it keeps none of the others from being opened.
    std::size_t open_due(Instant now);

    // One document that comes again: of a duty, a department, an item.
    struct Series {
        engine::Duty duty;  // of an item with a day of its own: on that day
        engine::DepartmentCode department;
        std::optional<engine::DutyItem> item;
        std::optional<engine::DutyCrowd> crowd;
        std::string source() const;  // of HandIn
        std::string number(const engine::Occurrence&) const;
    };
    struct SeriesView {
        Series series;
        engine::Occurrence next;
        std::optional<engine::Occurrence> last;      // that was to be opened
        std::optional<engine::DocumentId> document;  // of it, where it was
        // Of a duty with `alike`: what many ask for.
        std::size_t waiting = 0;                 // crowds that would have a document opened now
        std::vector<engine::DocumentId> opened;  // for crowds, newest first
    };
    // Every one in the order of the file, of departments that exist. Any thread.
    Result<std::vector<SeriesView>> view(Instant now) const;

  private:
    struct Due {
        Series series;
        engine::Occurrence occurrence;
    };
    // An item of the catalogue, as duties choose it.
    struct Item {
        engine::DutyItem item;
        std::string catalog, from;
        std::optional<engine::Date> day;  // of some leap year
    };
    Result<std::vector<Item>> items() const;
    std::vector<Series> series_of(const List& duties, const std::vector<Item>& items) const;
    std::vector<Due> due_on(engine::Date today, const List& duties, Instant now);
    // What was opened for crowds, newest first, and whom and what it speaks of.
    struct Opened {
        std::vector<engine::DocumentId> documents;
        std::set<std::string> keys, numbers;
    };
    Result<Opened> opened_for_crowds(const Series& series) const;
    // Those that no document was opened for.
    Result<std::vector<engine::DutyCrowd>> open_crowds(const Series& series, const Opened& opened,
                                                       engine::Date today) const;
    std::vector<engine::DutyCrowd> found_crowds(const Series& series,
                                                const engine::Occurrence& occurrence,
                                                engine::Date today, Instant now);
    // Whether a document was opened by this.
    bool open(const Due& due, engine::Date today, Instant now);
    Result<bool> wanted(const Due& due);
    Outcome hand_in(const Due& due, const Flow& flow, engine::Date today);
    Result<bool> record_began_by(engine::Date day);
    // Whether the clock shows a day before the latest one that was seen, and is not believed yet.
    bool set_back(engine::Date today, Instant now);

    storage::Store& store_;
    Documents& documents_;
    Catalog& catalog_;
    Flows& flows_;
    Calendars& calendars_;
    Identity& identity_;
    mutable std::mutex mutex_;
    std::shared_ptr<const List> duties_ = std::make_shared<const List>();
    // Of the scheduler's thread alone.
    std::optional<engine::Date> record_began_;
    std::optional<engine::Date> latest_;   // that was seen, until the clock was corrected
    std::optional<Instant> behind_since_;  // what the clock showed when it was found set back
    std::shared_ptr<const List> seen_;     // by the last round: other duties are tried at once
    // The catalogue as it was when the record had so many leaves.
    std::vector<Item> items_;
    std::uint64_t items_at_ = 0;
    std::string items_trouble_;  // why it could not be read the last time; empty: it could
    // What many ask for, as it was found on the day of an occurrence; by source and department.
    struct Found {
        engine::Date day{};
        std::vector<engine::DutyCrowd> crowds;
    };
    std::map<std::string, Found> found_;
    // When to look again at what is opened already, was refused or failed; by source and number.
    std::map<std::string, Instant> not_before_;
};

}  // namespace gongkai::app
