#include "app/year/year_proof.hpp"

#include <chrono>

#include "app/audit.hpp"
#include "app/projection.hpp"

namespace gongkai::app {

using engine::Error;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Proof {
  public:
    Proof(Application& application, const language::OfficeYear& plan, const RuleWatch& watch,
          const OfficeYearOptions& options, YearReport& report)
        : application_(application),
          plan_(plan),
          watch_(watch),
          options_(options),
          report_(report) {}

    void note_states();
    Result<void> compare_stored();
    Result<void> verify();
    Result<void> make_reports();

  private:
    // Whether a report could be made; notes why not.
    template <class Outcome>
    bool made(const Outcome& outcome, const std::string& what);
    void note_annual(const AnnualReport& annual);
    void hold_against(const AnnualReport& before, const AnnualReport& now);

    Application& application_;
    const language::OfficeYear& plan_;
    const RuleWatch& watch_;
    const OfficeYearOptions& options_;
    YearReport& report_;
};

Result<void> Proof::compare_stored() {
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

Result<void> Proof::verify() {
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

template <class Outcome>
bool Proof::made(const Outcome& outcome, const std::string& what) {
    if (const auto* refused = std::get_if<ReportRefused>(&outcome)) {
        for (const ReportFault& fault : refused->faults) {
            std::string cells;
            for (const std::string& cell : fault.cells)
                cells += " " + cell;
            report_.broke("report_refused", fault.documents.empty() ? 0 : fault.documents.front(),
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
}

void Proof::note_annual(const AnnualReport& annual) {
    for (const std::string& cell : annual_cells()) {
        const auto figure = figure_of(annual, cell);
        if (!figure || *figure == 0) continue;
        report_.annual[cell] = *figure;
        if (cell.starts_with("table3.total.results."))
            report_.outcomes[cell.substr(21)] = static_cast<std::uint64_t>(*figure);
    }
}

void Proof::hold_against(const AnnualReport& before, const AnnualReport& now) {
    for (std::size_t i = 0; i <= kTotalColumn; ++i) {
        if (before.requests[kCarriedForward][i].value != now.requests[kCarriedOver][i].value)
            report_.broke("carried_over_differs", 0, "column " + std::to_string(i));
    }
}

Result<void> Proof::make_reports() {
    const auto directory = application_.identity().directory();
    const storage::Person* auditor = directory->person("auditor");
    const Principal principal{auditor == nullptr ? 0 : auditor->id, false, {}};
    Reports& reports = application_.reports();
    const auto annual = reports.annual(principal, options_.year);
    report_.annual_made = made(annual, "annual report");
    const auto* now = std::get_if<AnnualReport>(&annual);
    if (now != nullptr) note_annual(*now);
    if (plan_.lead_in_days > 0) {
        const auto before = reports.annual(principal, options_.year - 1);
        made(before, "annual report of the year before");
        const auto* last = std::get_if<AnnualReport>(&before);
        if (last != nullptr && now != nullptr) hold_against(*last, *now);
    }
    made(reports.statistics(principal, {engine::to_date(options_.year, 1, 1),
                                        engine::to_date(options_.year, 12, 31)}),
         "statistics");
    const auto supervision = reports.supervision(principal);
    made(supervision, "supervision");
    if (const auto* one = std::get_if<Supervision>(&supervision)) report_.late_now = one->all_late;
    return {};
}

void Proof::note_states() {
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

}  // namespace

Result<void> prove_year(Application& application, const language::OfficeYear& plan,
                        const RuleWatch& watch, const OfficeYearOptions& options,
                        YearReport& report) {
    Proof proof(application, plan, watch, options, report);
    const auto verifying = std::chrono::steady_clock::now();
    proof.note_states();
    TRY_VOID(proof.compare_stored());
    TRY_VOID(proof.verify());
    report.seconds_verification = seconds_since(verifying);
    const auto reporting = std::chrono::steady_clock::now();
    TRY_VOID(proof.make_reports());
    report.seconds_reports = seconds_since(reporting);
    return {};
}

}  // namespace gongkai::app
