// What a simulated year is held against when it is over.
#pragma once

#include "app/year/office_year.hpp"
#include "app/year/rule_watch.hpp"

namespace gongkai::app {

// Every flow was used; every document is stored as its steps say; the record, written out to
// `options.bundle`, is decided again; the annual reports of the year and of the one before, the
// statistics and the supervision can be made, and what the one carried forward the other carries
// over. What does not hold, and the figures, go into `report`. Error: the world failed.
Result<void> prove_year(Application& application, const language::OfficeYear& plan,
                        const RuleWatch& watch, const OfficeYearOptions& options,
                        YearReport& report);

}  // namespace gongkai::app
