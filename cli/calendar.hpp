// calendar load: a year's notice of holidays, or a correction, into an installation.
#pragma once

#include <string>

#include "cli/document.hpp"

namespace gongkai::cli {

struct CalendarLoadOptions : DocumentOptions {
    std::string file;
    bool dry_run = false;  // beside a server as well
};
// Deadlines that come out differently are counted again before it returns, and reported.
int load_calendar(const CalendarLoadOptions& options);

}  // namespace gongkai::cli
