// The words of `gongkai report` and `gongkai plan`.
#include <CLI/CLI.hpp>

#include "cli/plan.hpp"
#include "cli/report.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

namespace {

void add_report_options(CLI::App& verb, ReportOptions& options) {
    verb.add_option("--as", options.as, "login of the person who looks")->required();
    verb.add_option("--html", options.html, "write it as a page that prints")->type_name("FILE");
    verb.add_option("--docx", options.docx, "write it for a word processor")->type_name("FILE");
    verb.add_option("--xlsx", options.xlsx, "write it as a workbook")->type_name("FILE");
    verb.add_option("--json-file", options.json_file, "write it as JSON")->type_name("FILE");
    add_installation_options(verb, options);
}

}  // namespace

void add_report_verbs(CLI::App& app, Run& run) {
    auto* group = app.add_subcommand("report", "reports from the record; beside a server as well");
    group->require_subcommand(1);

    static AnnualOptions annual;
    auto* verb = group->add_subcommand("annual", "政府信息公开工作年度报告, cross-checked");
    verb->add_option("--year", annual.year, "of which year")->required();
    verb->add_option("--cell", annual.cell,
                     "only this cell, with its documents: table3.total.newReceived");
    add_report_options(*verb, annual);
    verb->callback([&run] { run = [] { return report_annual(annual); }; });

    static StatisticsOptions statistics;
    verb = group->add_subcommand("statistics", "limits kept, days per step, returns, coverage");
    verb->add_option("--from", statistics.from, "first day, 2026-01-01")->required();
    verb->add_option("--to", statistics.to, "last day")->required();
    verb->add_option("--department", statistics.department, "code; default: all that may be seen");
    add_report_options(*verb, statistics);
    verb->callback([&run] { run = [] { return report_statistics(statistics); }; });

    static SupervisionOptions supervision;
    verb = group->add_subcommand("supervision", "落实情况: departments, tasks, what is late");
    verb->add_option("--department", supervision.department, "code; default: all that may be seen");
    add_report_options(*verb, supervision);
    verb->callback([&run] { run = [] { return report_supervision(supervision); }; });

    auto* plans = app.add_subcommand("plan", "plans and their tasks");
    plans->require_subcommand(1);
    static PlanImportOptions plan;
    verb = plans->add_subcommand(
        "import",
        "open a plan and its tasks from a file and attach them to it, in a stopped server's data; "
        "safe to repeat");
    verb->add_option("file", plan.file, "YAML, see docs/operations.md")->required();
    verb->add_option("--as", plan.as, "login of the person who does it")->required();
    verb->add_flag("--dry-run", plan.dry_run,
                   "look at the file and write nothing; beside a server as well");
    add_installation_options(*verb, plan);
    verb->callback([&run] { run = [] { return import_plan(plan); }; });
}

}  // namespace gongkai::cli
