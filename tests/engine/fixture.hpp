// Flows of tests/engine/fixtures, and what else a decision needs, for the tests of the engine.
#pragma once

#include <memory>
#include <string>

#include "engine/decide.hpp"
#include "language/rulebook.hpp"

namespace gongkai::engine::testing {

// The flow of this name from tests/engine/fixtures/<folder>, or with the folder "workflows" the one
// that is shipped; throws with the rendered diagnostics where it does not compile.
std::shared_ptr<const language::Flow> fixture(const std::string& folder, const std::string& flow);

std::vector<std::shared_ptr<const language::Flow>> fixtures(const std::string& folder);

// The national calendar of 2026, as published.
const Calendar& test_calendar();

// A content hash good enough for the rules: different contents of a test never collide.
Digest test_content_hash(const Definition& definition,
                         const std::vector<std::optional<Value>>& fields,
                         const std::vector<Attachment>& attachments);

}  // namespace gongkai::engine::testing
