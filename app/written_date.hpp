// A date as it stands in a 公文: 2026年11月2日, also with full-width digits or blanks;
// 二〇二六年十一月二日; 2026-11-02, also with / or dots.
#pragma once

#include <optional>
#include <string_view>

#include "engine/time.hpp"

namespace gongkai::app {

// nullopt where it is none, or a day that does not exist. Blanks around and within do not matter.
std::optional<engine::Date> parse_written_date(std::string_view text);

// Whether the text is meant as a date and nothing else, read or not: 2026年　月　日.
bool looks_like_written_date(std::string_view text);

}  // namespace gongkai::app
