// The duties of the clock (workflows/duties.yaml) as JSON.
#pragma once

#include <string>
#include <vector>

#include "app/duties.hpp"

namespace gongkai::api {

std::string duties_json(const std::vector<app::Duties::SeriesView>& duties);

}  // namespace gongkai::api
