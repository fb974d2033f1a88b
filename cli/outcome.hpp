// What became of a step, for the one who asked for it at a terminal.
#pragma once

#include <string>

#include "app/application.hpp"
#include "app/outcome.hpp"
#include "cli/command.hpp"

namespace gongkai::cli {

// kOk: done. kFound: refused. kBadInput: what was given cannot be read. kFailed: the world.
Exit exit_of(const app::Outcome& outcome);

// "opened as 123, revision 1: 起草 (drafting)"; a refusal with its reason, the article behind it
// and who could act instead. Without a line feed at the end.
std::string in_words(app::Application& application, const app::Outcome& outcome);
std::string in_words(app::Application& application, const engine::Refusal& refusal,
                     const app::Flow* flow);
// The body that the REST API would answer with.
std::string as_json(app::Application& application, const app::Outcome& outcome);

}  // namespace gongkai::cli
