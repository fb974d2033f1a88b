// duty list: what the clock opens (workflows/duties.yaml), when it comes next, and the document of
// what came last. Beside a server as well.
#pragma once

#include "cli/installation.hpp"

namespace gongkai::cli {

int list_duties(const InstallationOptions& options);

}  // namespace gongkai::cli
