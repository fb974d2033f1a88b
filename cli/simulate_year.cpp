#include "cli/simulate_year.hpp"

#include <fmt/core.h>
#include <stdlib.h>

#include <filesystem>

#include "app/log.hpp"
#include "app/year/office_year.hpp"
#include "cli/installation.hpp"
#include "cli/progress.hpp"
#include "language/rulebook.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

// A new folder, removed with everything in it.
class Workplace {
  public:
    Workplace() {
        std::string pattern = (fs::temp_directory_path() / "gongkai-year-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~Workplace() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

// nullopt: what was wrong has been told.
std::optional<language::OfficeYear> plan_of(const std::vector<language::SourceFile>& files) {
    const auto compilation = language::compile(files);
    if (!compilation.rulebook) {
        fmt::print(stderr, "{}", language::render(compilation.diagnostics));
        return std::nullopt;
    }
    std::vector<const engine::Definition*> flows;
    for (const auto& flow : compilation.rulebook->flows)
        flows.push_back(&flow->definition);
    for (const language::SourceFile& file : files) {
        if (file.path != language::kOfficeYearPath) continue;
        auto reading = language::read_office_year(file, flows);
        if (!reading.plan) fmt::print(stderr, "{}", language::render(reading.diagnostics));
        return std::move(reading.plan);
    }
    complain("the rules say nothing of a simulated year (" +
             std::string(language::kOfficeYearPath) + ")");
    return std::nullopt;
}

Result<void> write_reports(app::Application& application, const SimulateYearOptions& options,
                           const app::YearReport& report) {
    if (options.report.empty()) return {};
    const fs::path folder = options.report;
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) return Error{ErrorCode::io, options.report + ": " + fault.message()};
    TRY_VOID(storage::audit::write_file(folder / "year.json", app::year_json(report) + "\n"));
    TRY(const app::Principal principal, principal_of(application, "auditor"));
    const auto annual = application.reports().annual(principal, options.year);
    if (const auto* one = std::get_if<app::AnnualReport>(&annual)) {
        TRY_VOID(storage::audit::write_file(folder / "annual.json",
                                            app::annual_json(*one, true) + "\n"));
        TRY(const std::string docx, app::page_docx(app::annual_page(*one)));
        TRY_VOID(storage::audit::write_file(folder / "annual.docx", docx));
    }
    const auto statistics = application.reports().statistics(
        principal, {engine::to_date(options.year, 1, 1), engine::to_date(options.year, 12, 31)});
    if (const auto* one = std::get_if<app::Statistics>(&statistics))
        TRY_VOID(storage::audit::write_file(folder / "statistics.html",
                                            app::page_html(app::statistics_page(*one))));
    const auto supervision = application.reports().supervision(principal);
    if (const auto* one = std::get_if<app::Supervision>(&supervision))
        TRY_VOID(storage::audit::write_file(folder / "supervision.html",
                                            app::page_html(app::supervision_page(*one))));
    return {};
}

}  // namespace

int simulate_year(const SimulateYearOptions& options) {
    InstallationOptions installation;
    const Workplace workplace;
    if (workplace.path().empty()) {
        complain("there is no room for temporary files");
        return kFailed;
    }
    installation.data = options.data.empty() ? (workplace.path() / "data").string() : options.data;
    installation.workflows = options.workflows;
    installation.calendar = options.calendar;
    std::error_code ignored;
    if (fs::exists(fs::path(installation.data) / "gongkai.db", ignored)) {
        complain(installation.data + " holds an installation already: a year begins with none");
        return kBadInput;
    }
    auto opening = application_options(installation);
    if (!opening) return failed(opening.error());
    const auto plan = plan_of(opening->rules);
    if (!plan) return kBadInput;

    std::vector<app::RuleFile> catalogs = opening->rules;
    std::erase_if(catalogs, [](const auto& file) { return !file.path.starts_with("catalog/"); });

    app::ManualClock clock(app::first_moment(*plan, options.year));
    app::SeededRandomness randomness(options.seed);
    opening->clock = &clock;
    opening->randomness = &randomness;
    opening->scheduler = false;
    // They were proven when they were shipped, or by `gongkai check`; every step is held against
    // every rule below.
    opening->prove = false;
    // Thousands of refused attempts of a year are to be in the record, each.
    opening->documents.refusals_a_minute = 100'000;
    const auto application = app::Application::open(std::move(*opening));
    if (!application) return failed(application.error());
    ProgressBar progress("the year");
    app::OfficeYearOptions year;
    year.year = options.year;
    year.seed = options.seed;
    year.documents = options.documents;
    year.catalogs = std::move(catalogs);
    year.bundle = workplace.path() / "bundle";
    year.progress = [&](std::uint64_t done, std::uint64_t all) { progress(done, all); };
    const auto report = app::simulate_year(**application, clock, *plan, year);
    if (!report) return failed(report.error());
    if (const auto written = write_reports(**application, options, *report); !written)
        return failed(written.error());
    if (const auto closed = (*application)->close(); !closed) return failed(closed.error());
    fmt::print("{}", options.json ? app::year_json(*report) + "\n" : app::year_text(*report));
    return report->held() ? kOk : kFound;
}

}  // namespace gongkai::cli
