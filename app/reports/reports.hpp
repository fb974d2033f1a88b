// The reports of an office: queries over the documents as the record has made them, and over the
// record itself. Nothing is counted beside it.
//
// What happened within a period comes from the ledger (app/reports/ledger.hpp), which folds the
// record once and then what is new in it. Documents are looked at a page a snapshot: those that the
// ledger names, or all while it is far behind. Queries keep sums and bounded lists (the annual
// report keeps the numbers of the documents that it counts). On the calling thread; may take
// seconds, and the first statistics as long as the record takes to be folded.
//
// Who may see what: the roles that the mapping names, and auditors, see the whole office; everybody
// else the statistics of the departments in which they hold a role.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "app/administration.hpp"
#include "app/calendars.hpp"
#include "app/clock.hpp"
#include "app/flow.hpp"
#include "app/identity.hpp"
#include "app/reports/annual.hpp"
#include "app/reports/ledger.hpp"
#include "app/reports/statistics.hpp"
#include "app/reports/supervision.hpp"
#include "language/report_reader.hpp"
#include "language/supervision_reader.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// There is no such report, and why. Nothing of it is given away in part.
struct ReportRefused {
    std::vector<ReportFault> faults;
};
ReportRefused report_refused(const char* code, std::string message, std::string message_zh);
// Whoever asks may not see it.
struct ReportForbidden {};

template <class Report>
using ReportOutcome = std::variant<Report, ReportRefused, ReportForbidden, engine::Error>;

struct CellDocument {
    engine::DocumentId id = 0;
    std::string title;  // empty where whoever asks may not read the document
    engine::DepartmentCode department;
    bool readable = false;
};
struct CellView {
    std::string cell;
    std::int64_t figure = 0;
    std::vector<CellDocument> documents;  // in ascending order
};

struct ReportParts {
    storage::Store& store;
    Flows& flows;
    Calendars& calendars;
    Identity& identity;
    Administration& administration;  // for the titles of roles
    Clock& clock;
};

class Reports {
  public:
    explicit Reports(ReportParts parts) : parts_(parts), ledger_(parts.store, parts.flows) {}
    ~Reports();  // stops
    Reports(const Reports&) = delete;
    Reports& operator=(const Reports&) = delete;

    // Folds the record on a thread of its own, so that the first who asks need not wait for it.
    void start();
    void stop();

    // What the rules say of the annual report; nullptr: nothing, and there is none.
    void set_annual(std::shared_ptr<const language::AnnualMapping> mapping);
    // The same of the supervision; nullptr: there are no plans, and only auditors see all.
    void set_supervision(std::shared_ptr<const language::SupervisionMapping> mapping);
    std::shared_ptr<const language::SupervisionMapping> supervision_mapping() const;

    // Error `not_found` where the rules have no annual report.
    ReportOutcome<AnnualReport> annual(const Principal& principal, int year);
    // The documents behind one cell. Fault: report_unknown_cell (the form does not have it).
    ReportOutcome<CellView> cell(const Principal& principal, int year, const std::string& cell);

    // Of the whole office or of one department; of the departments of whoever asks, where they may
    // not see more. Faults: report_unknown_period (it ends before it begins, or has not begun),
    // report_unknown_department.
    ReportOutcome<Statistics> statistics(const Principal& principal, Period period,
                                         const engine::DepartmentCode& department = {});
    ReportOutcome<Supervision> supervision(const Principal& principal,
                                           const engine::DepartmentCode& department = {});

  private:
    std::shared_ptr<const language::AnnualMapping> annual_mapping() const;
    // nullopt: not for this principal. Empty: all departments.
    std::optional<std::vector<engine::DepartmentCode>> departments_for(
        const engine::Actor& actor, const engine::DepartmentCode& wanted) const;
    Result<void> cover(Statistics& statistics);
    // The comments, where whoever asks may read the document.
    Result<void> fill_comments(const engine::Actor& actor,
                               const std::vector<Ledger::Returned>& returned,
                               Statistics& statistics);
    Result<void> fill_texts(const language::AnnualMapping& mapping, AnnualReport& report);

    ReportParts parts_;
    Ledger ledger_;
    std::thread folding_;
    std::atomic<bool> stopped_ = false;
    mutable std::mutex mutex_;
    std::shared_ptr<const language::AnnualMapping> annual_;
    std::shared_ptr<const language::SupervisionMapping> supervision_;
};

}  // namespace gongkai::app
