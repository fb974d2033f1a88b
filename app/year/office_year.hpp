// A year of an office, on the real engine and the real store: `gongkai simulate --year`.
//
// Time is a clock that is set by hand and chance is a function of the seed, so that the same seed
// leads to the same record, byte for byte. On every working day of the calendar those who are there
// go through their worklists three times a day; deadlines run out at their very moment, also at
// night. Afterwards the record is written out and decided again, the documents are compared with
// what their events fold to, and the reports are worked out.
#pragma once

#include <filesystem>
#include <functional>

#include "app/application.hpp"
#include "app/year/year_report.hpp"
#include "language/office_year_reader.hpp"

namespace gongkai::app {

struct OfficeYearOptions {
    int year = 2026;
    std::uint64_t seed = 1;
    std::size_t documents = 5'000;   // at least so many are opened in the year itself
    std::vector<RuleFile> catalogs;  // files of the catalogue that documents hang on
    // Where the record is written out for its verification; emptied before and after.
    std::filesystem::path bundle;
    std::function<void(std::uint64_t done, std::uint64_t all)> progress;  // in days
};

// The first moment of the simulation: what the clock is to be set to before the application is
// opened.
Instant first_moment(const language::OfficeYear& plan, int year);

// `application`: empty, with this clock, without scheduler and outbox. Error: the world failed, or
// the plan does not fit the office; what did not hold stands in the report.
Result<YearReport> simulate_year(Application& application, ManualClock& clock,
                                 const language::OfficeYear& plan,
                                 const OfficeYearOptions& options);

}  // namespace gongkai::app
