#include "cli/report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "cli/outcome.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const std::string& one : list)
        out.emplace_back(one);
    return out;
}
json::array ids(const std::vector<engine::DocumentId>& list) {
    json::array out;
    for (const engine::DocumentId id : list)
        out.emplace_back(std::to_string(id));
    return out;
}

int tell(const app::ReportRefused& refused, bool as_json) {
    json::array faults;
    for (const app::ReportFault& fault : refused.faults) {
        faults.push_back({{"code", fault.code},
                          {"message", fault.message},
                          {"message_zh", fault.message_zh},
                          {"cells", texts(fault.cells)},
                          {"documents", ids(fault.documents)}});
        if (as_json) continue;
        std::string words =
            fmt::format("{}: {}\n    {}", fault.code, fault.message, fault.message_zh);
        for (const std::string& cell : fault.cells)
            words += "\n    cell: " + cell;
        for (const engine::DocumentId id : fault.documents)
            words += fmt::format("\n    document: {}", id);
        complain(words);
    }
    if (as_json) fmt::print("{}\n", json::serialize(json::object{{"faults", std::move(faults)}}));
    return kFound;
}

int forbidden() {
    complain("refused: not_allowed: this person may not see that report\n    此人无权查看该报告");
    return kFound;
}

Result<void> write_file(const std::string& path, const Result<std::string>& bytes) {
    if (path.empty()) return {};
    if (!bytes) return bytes.error();
    return storage::audit::write_file(path, *bytes);
}

// Into the files that were named; to stdout where none was.
int give(const ReportOptions& options, const app::Page& page, const std::string& as_json) {
    const auto written = [&]() -> Result<void> {
        TRY_VOID(write_file(options.json_file, as_json + "\n"));
        if (!options.html.empty()) TRY_VOID(write_file(options.html, app::page_html(page)));
        if (!options.docx.empty()) TRY_VOID(write_file(options.docx, app::page_docx(page)));
        if (!options.xlsx.empty()) TRY_VOID(write_file(options.xlsx, app::page_xlsx(page)));
        return {};
    }();
    if (!written) return failed(written.error());
    const bool files = !(options.json_file.empty() && options.html.empty() &&
                         options.docx.empty() && options.xlsx.empty());
    if (options.json) {
        fmt::print("{}\n", as_json);
    } else if (!files) {
        fmt::print("{}", app::page_text(page));
    }
    return kOk;
}

// The report, or the exit code of what became of it.
template <class Report, class Show>
int show(const app::ReportOutcome<Report>& outcome, bool as_json, Show give_it) {
    if (const auto* refused = std::get_if<app::ReportRefused>(&outcome))
        return tell(*refused, as_json);
    if (const auto* error = std::get_if<Error>(&outcome)) return failed(*error);
    if (const auto* report = std::get_if<Report>(&outcome)) return give_it(*report);
    return forbidden();
}

int show_cell(const AnnualOptions& options, const app::CellView& view) {
    json::array documents;
    for (const app::CellDocument& one : view.documents) {
        documents.push_back({{"document", std::to_string(one.id)},
                             {"title", one.title},
                             {"department", one.department}});
        if (!options.json) fmt::print("{}  {}  {}\n", one.id, one.department, one.title);
    }
    if (options.json) {
        fmt::print("{}\n", json::serialize(json::object{{"cell", view.cell},
                                                        {"figure", view.figure},
                                                        {"documents", std::move(documents)}}));
    } else {
        fmt::print("{}: {}\n", view.cell, view.figure);
    }
    return kOk;
}

}  // namespace

int report_annual(const AnnualOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    app::Reports& reports = desk->application->reports();
    if (!options.cell.empty())
        return show<app::CellView>(
            reports.cell(desk->principal, options.year, options.cell), options.json,
            [&](const app::CellView& view) { return show_cell(options, view); });
    return show<app::AnnualReport>(reports.annual(desk->principal, options.year), options.json,
                                   [&](const app::AnnualReport& report) {
                                       return give(options, app::annual_page(report),
                                                   app::annual_json(report, true));
                                   });
}

int report_statistics(const StatisticsOptions& options) {
    const auto from = engine::parse_date(options.from), to = engine::parse_date(options.to);
    if (!from || !to) {
        complain("--from and --to are days, as in 2026-01-31");
        return kUsage;
    }
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    return show<app::Statistics>(
        desk->application->reports().statistics(desk->principal, {*from, *to}, options.department),
        options.json, [&](const app::Statistics& statistics) {
            return give(options, app::statistics_page(statistics),
                        app::statistics_json(statistics));
        });
}

int report_supervision(const SupervisionOptions& options) {
    const auto desk = desk_to_read(options, options.as);
    if (!desk) return failed(desk.error());
    return show<app::Supervision>(
        desk->application->reports().supervision(desk->principal, options.department), options.json,
        [&](const app::Supervision& supervision) {
            return give(options, app::supervision_page(supervision),
                        app::supervision_json(supervision));
        });
}

}  // namespace gongkai::cli
