// draw: the picture of a flow, with the position of a document marked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/rules.hpp"

namespace gongkai::cli {

struct DrawOptions : RulesOptions {
    std::string format = "mermaid";  // mermaid | dot | svg
    // Of this installation: the flow that it follows, in the version that it follows.
    std::optional<std::uint64_t> document;
    std::string data = "data";
};
int draw(const DrawOptions& options);

}  // namespace gongkai::cli
