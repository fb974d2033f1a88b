// Deadlines, how they came about, and what another calendar does to them, as JSON.
#pragma once

#include <string>

#include "app/calendar_change.hpp"
#include "app/deadlines.hpp"

namespace gongkai::api {

std::string deadlines_json(const app::DeadlinesView& view);
std::string calendar_change_json(const app::CalendarChange& change);

}  // namespace gongkai::api
