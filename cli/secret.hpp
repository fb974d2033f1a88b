// Passwords: from the terminal without showing them, or from stdin; never from the words of the
// command, which every user of the machine can see.
#pragma once

#include <string>

#include "engine/result.hpp"

namespace gongkai::cli {

// One line. Asks where stdin is a terminal. Error `invalid_argument` at the end of the input.
engine::Result<std::string> read_secret(const std::string& prompt);
// The same, asked for twice where stdin is a terminal.
engine::Result<std::string> read_new_secret(const std::string& prompt);

}  // namespace gongkai::cli
