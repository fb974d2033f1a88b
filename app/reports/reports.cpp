#include "app/reports/reports.hpp"

#include <algorithm>

#include "app/authorize.hpp"
#include "app/content.hpp"
#include "app/log.hpp"
#include "app/reports/annual_count.hpp"
#include "app/reports/scan.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

bool sees_all(const engine::Actor& actor, const std::vector<std::string>& readers) {
    return std::any_of(actor.grants.begin(), actor.grants.end(), [&](const engine::Grant& grant) {
        return grant.role == kAuditor ||
               std::find(readers.begin(), readers.end(), grant.role) != readers.end();
    });
}

// The department above all others.
std::string office_of(const DirectorySnapshot& directory) {
    for (const storage::Department& department : directory.directory().departments) {
        if (department.parent.empty() && department.active) return department.title;
    }
    return {};
}

}  // namespace

ReportRefused report_refused(const char* code, std::string message, std::string message_zh) {
    return {{{code, std::move(message), std::move(message_zh), {}, {}}}};
}

Reports::~Reports() {
    stop();
}

void Reports::start() {
    folding_ = std::thread([this] {
        const auto folded = ledger_.catch_up([this] { return stopped_.load(); });
        if (!folded && !stopped_)
            log_event(LogLevel::warning, "ledger_failed", {{"why", folded.error().message}});
    });
}

void Reports::stop() {
    stopped_ = true;
    if (folding_.joinable()) folding_.join();
}

void Reports::set_annual(std::shared_ptr<const language::AnnualMapping> mapping) {
    const std::lock_guard lock(mutex_);
    annual_ = std::move(mapping);
}

void Reports::set_supervision(std::shared_ptr<const language::SupervisionMapping> mapping) {
    const std::lock_guard lock(mutex_);
    supervision_ = std::move(mapping);
}

std::shared_ptr<const language::SupervisionMapping> Reports::supervision_mapping() const {
    const std::lock_guard lock(mutex_);
    return supervision_;
}

std::optional<std::vector<engine::DepartmentCode>> Reports::departments_for(
    const engine::Actor& actor, const engine::DepartmentCode& wanted) const {
    const auto mapping = supervision_mapping();
    std::vector<engine::DepartmentCode> departments;
    if (sees_all(actor, mapping ? mapping->readers : std::vector<std::string>{})) {
        if (!wanted.empty()) departments.push_back(wanted);
        return departments;
    }
    for (const engine::Grant& grant : actor.grants) {
        if (!grant.department.empty() && (wanted.empty() || wanted == grant.department))
            departments.push_back(grant.department);
    }
    std::sort(departments.begin(), departments.end());
    departments.erase(std::unique(departments.begin(), departments.end()), departments.end());
    if (departments.empty()) return std::nullopt;
    return departments;
}

std::shared_ptr<const language::AnnualMapping> Reports::annual_mapping() const {
    const std::lock_guard lock(mutex_);
    return annual_;
}

// Who may see the report sees all six sections of it.
Result<void> Reports::fill_texts(const language::AnnualMapping& mapping, AnnualReport& report) {
    if (report.text_document == 0) return {};
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto row, reader.find_document(report.text_document));
        if (!row) return {};
        TRY(const auto flow, parts_.flows.by_digest(row->document.definition));
        TRY(const auto openings, reader.openings(report.text_document));
        const auto text = [&](const std::string& field) {
            return text_in(flow->definition, row->document, openings, field);
        };
        report.overview = text(mapping.texts.overview);
        report.problems = text(mapping.texts.problems);
        report.other = text(mapping.texts.other);
        return {};
    };
    return parts_.store.read(query);
}

ReportOutcome<AnnualReport> Reports::annual(const Principal& principal, int year) {
    const auto mapping = annual_mapping();
    if (!mapping) return Error{ErrorCode::not_found, "the rules have no annual report"};
    if (!parts_.identity.valid(principal)) return ReportForbidden{};
    const engine::Instant now = parts_.clock.now();
    const engine::Actor actor = parts_.identity.actor_of(principal, now);
    if (!sees_all(actor, mapping->readers)) return ReportForbidden{};
    const int this_year = engine::year_of(engine::date_in_china(now));
    if (year < 2008)
        return report_refused("report_unknown_year",
                              "there are reports from 2008 on, when the regulation came into force",
                              "条例自2008年施行，此前没有年度报告");
    if (year > this_year)
        return report_refused("report_unknown_year", "that year has not begun", "该年度尚未开始");

    AnnualCount count(*mapping, year);
    const auto add = [&](const Flow& flow, const engine::Document& document) -> Result<void> {
        count.add(flow.definition, document);
        return {};
    };
    const auto pass = [&]() -> Result<void> {
        if (!ledger_.nearly_there()) return each_document(parts_.store, parts_.flows, {}, add);
        TRY_VOID(ledger_.catch_up());
        const auto ids =
            ledger_.of_flows({mapping->requests.flow, mapping->remedies.flow, mapping->rules.flow,
                              mapping->enforcement.flow, mapping->texts.flow});
        return each_of(parts_.store, parts_.flows, ids, {},
                       [&](const Flow& flow, const storage::DocumentRow& row, storage::Reader&) {
                           return add(flow, row.document);
                       });
    };
    if (const auto passed = pass(); !passed) return passed.error();
    std::vector<ReportFault> faults = count.faults();
    AnnualReport report = std::move(count).report();
    const auto before = mapping->published.find(year - 1);
    auto unequal =
        cross_checks(report, before == mapping->published.end() ? nullptr : &before->second);
    std::move(unequal.begin(), unequal.end(), std::back_inserter(faults));
    if (!faults.empty()) return ReportRefused{std::move(faults)};

    report.made = now;
    report.unfinished = year == this_year;
    report.title = mapping->title;
    report.basis = mapping->basis;
    report.office = office_of(*parts_.identity.directory());
    if (const auto filled = fill_texts(*mapping, report); !filled) return filled.error();
    return report;
}

ReportOutcome<CellView> Reports::cell(const Principal& principal, int year,
                                      const std::string& cell) {
    auto outcome = annual(principal, year);
    if (auto* refused = std::get_if<ReportRefused>(&outcome)) return std::move(*refused);
    if (std::holds_alternative<ReportForbidden>(outcome)) return ReportForbidden{};
    if (auto* error = std::get_if<Error>(&outcome)) return std::move(*error);
    const AnnualReport& report = std::get<AnnualReport>(outcome);
    const auto figure = figure_of(report, cell);
    if (!figure)
        return report_refused("report_unknown_cell", "the form has no cell " + cell,
                              "年度报告表中没有单元格 " + cell);
    CellView view{cell, *figure, {}};
    const engine::Actor actor = parts_.identity.actor_of(principal, parts_.clock.now());
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        for (const engine::DocumentId id : documents_of(report, cell)) {
            TRY(const auto row, reader.find_document(id));
            if (!row) continue;
            TRY(const auto flow, parts_.flows.by_digest(row->document.definition));
            const bool readable = may_read(actor, *flow, row->document);
            view.documents.push_back(
                {id, readable ? row->title : std::string(), row->document.department, readable});
        }
        return {};
    };
    if (const auto read = parts_.store.read(query); !read) return read.error();
    return view;
}

}  // namespace gongkai::app
