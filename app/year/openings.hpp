// When in a simulated year which documents come in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/year/chance.hpp"
#include "engine/calendar.hpp"

namespace gongkai::app {

struct Opening {
    std::string flow, department;
};

struct Days {
    engine::Date first, last;  // both included
};

// `documents` of the year by the shares of the plan, rounded up for each flow, on working days. A
// flow with a season has as many in the season of the years before and after, as far as
// `simulated` reaches; the others as many as fall to the lead-in. In the order of the days, by
// chance.
std::map<engine::Date, std::vector<Opening>> plan_openings(const language::OfficeYear& plan,
                                                           const engine::Calendar& calendar,
                                                           int year, std::size_t documents,
                                                           const Days& simulated, Chance& chance);

}  // namespace gongkai::app
