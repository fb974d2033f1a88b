// An application of which nothing moves by itself, for tests.
#pragma once

#include "app/application.hpp"

namespace gongkai::app::testing {

// In memory, without scheduler, outbox and proof of the flows, with passwords that are quick to
// hash; its log is silenced. Both must outlive the application.
ApplicationOptions still_options(std::vector<RuleFile> rules, Clock& clock, Randomness& randomness);

}  // namespace gongkai::app::testing
