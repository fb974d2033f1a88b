#include "tests/app/options.hpp"

#include "app/log.hpp"

namespace gongkai::app::testing {

ApplicationOptions still_options(std::vector<RuleFile> rules, Clock& clock,
                                 Randomness& randomness) {
    set_log_sink([](const std::string&) {});
    ApplicationOptions options;
    options.rules = std::move(rules);
    options.identity.argon2_bytes = 8 * 1024;
    options.identity.argon2_passes = 1;
    options.scheduler = false;
    options.prove = false;
    options.outbox.thread = false;
    options.clock = &clock;
    options.randomness = &randomness;
    return options;
}

}  // namespace gongkai::app::testing
