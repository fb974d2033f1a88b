#include "cli/report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "app/field_words.hpp"
#include "cli/outcome.hpp"
#include "language/supervision_reader.hpp"
#include "language/yaml_document.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

struct Desk {
    std::unique_ptr<app::Application> application;
    app::Principal principal;
};
Result<Desk> desk_of(const ReportOptions& options) {
    Desk desk;
    TRY(desk.application, open_to_read(options));
    TRY(desk.principal, principal_of(*desk.application, options.as));
    return desk;
}

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

// ---- plans

Result<std::vector<app::PlainField>> values(const app::Flow& flow,
                                            const language::PlanEntry& entry) {
    std::vector<app::PlainField> out;
    for (const auto& [name, text] : entry.fields) {
        const engine::FieldId id = flow.definition.field(name);
        if (id == engine::kNone) continue;  // the reader has refused those
        auto value = app::value_by_words(flow.definition.fields[id], text);
        if (const auto* invalid = std::get_if<app::Invalid>(&value))
            return Error{ErrorCode::malformed,
                         fmt::format("{}{}{}: {}", entry.id, entry.id.empty() ? "" : ": ", name,
                                     invalid->message)};
        out.push_back({name, std::get<app::PlainValue>(std::move(value))});
    }
    return out;
}

struct PlanStep {
    std::string id;  // of the task; empty: the plan itself
    app::input::HandIn input;
};

Result<std::vector<PlanStep>> steps_of(app::Application& application,
                                       const language::PlanFile& plan,
                                       const language::SupervisionMapping& mapping) {
    std::vector<PlanStep> steps;
    const auto add = [&](const std::string& name,
                         const language::PlanEntry& entry) -> Result<void> {
        const auto flow = application.flows().current(name);
        TRY(auto fields, values(*flow, entry));
        // Each with a source id of its own, so that bringing it in again opens nothing twice.
        steps.push_back({entry.id, app::input::HandIn{
                                       "plan:" + plan.name, entry.id.empty() ? "plan" : entry.id,
                                       name, entry.department, std::move(fields), std::nullopt}});
        return {};
    };
    TRY_VOID(add(mapping.plan_flow, plan.plan));
    for (const language::PlanEntry& task : plan.tasks)
        TRY_VOID(add(mapping.task_flow, task));
    return steps;
}

}  // namespace

int report_annual(const AnnualOptions& options) {
    const auto desk = desk_of(options);
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
    const auto desk = desk_of(options);
    if (!desk) return failed(desk.error());
    return show<app::Statistics>(
        desk->application->reports().statistics(desk->principal, {*from, *to}, options.department),
        options.json, [&](const app::Statistics& statistics) {
            return give(options, app::statistics_page(statistics),
                        app::statistics_json(statistics));
        });
}

int report_supervision(const SupervisionOptions& options) {
    const auto desk = desk_of(options);
    if (!desk) return failed(desk.error());
    return show<app::Supervision>(
        desk->application->reports().supervision(desk->principal, options.department), options.json,
        [&](const app::Supervision& supervision) {
            return give(options, app::supervision_page(supervision),
                        app::supervision_json(supervision));
        });
}

int import_plan(const PlanImportOptions& options) {
    auto text = storage::audit::read_file(options.file, language::kMaxFileBytes);
    if (!text) return failed(text.error());
    const auto application = options.dry_run ? open_to_read(options) : open_to_change(options);
    if (!application) return failed(application.error());
    const auto principal = principal_of(**application, options.as);
    if (!principal) return failed(principal.error());
    const auto mapping = (*application)->reports().supervision_mapping();
    if (!mapping || mapping->plan_flow.empty() || mapping->task_flow.empty()) {
        complain("the rules say of no flow that it holds plans (reports/supervision.yaml)");
        return kBadInput;
    }
    const auto plan_flow = (*application)->flows().current(mapping->plan_flow);
    const auto task_flow = (*application)->flows().current(mapping->task_flow);
    const auto reading = language::read_plan({options.file, std::move(*text)},
                                             plan_flow ? &plan_flow->definition : nullptr,
                                             task_flow ? &task_flow->definition : nullptr);
    if (!reading.plan) {
        if (options.json) {
            fmt::print("{}\n", language::to_json(reading.diagnostics));
        } else {
            fmt::print(stderr, "{}", language::render(reading.diagnostics));
        }
        return kBadInput;
    }
    auto steps = steps_of(**application, *reading.plan, *mapping);
    if (!steps) return failed(steps.error());
    int exit = kOk;
    json::array answers;
    for (PlanStep& step : *steps) {
        const std::string id = step.id.empty() ? reading.plan->name : step.id;
        if (options.dry_run) {
            if (!options.json) fmt::print("{}: would be brought in\n", id);
            continue;
        }
        app::StepRequest request;
        request.principal = *principal;
        request.request_id = "plan import";
        request.input = std::move(step.input);
        const app::Outcome outcome = (*application)->documents().run(std::move(request));
        if (exit == kOk) exit = exit_of(outcome);
        if (options.json) {
            answers.push_back(
                {{"id", id}, {"outcome", json::parse(as_json(**application, outcome))}});
        } else {
            fmt::print("{}: {}\n", id, in_words(**application, outcome));
        }
    }
    if (options.json)
        fmt::print("{}\n", json::serialize(json::object{{"plan", reading.plan->name},
                                                        {"brought_in", std::move(answers)},
                                                        {"dry_run", options.dry_run}}));
    const auto closed = (*application)->close();
    return closed ? exit : failed(closed.error());
}

}  // namespace gongkai::cli
