// An office whose year the reports are worked out of: flows that are as small as the reports allow,
// in memory, and a clock that is set by hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

// The rules, with the mapping of the annual report.
std::vector<RuleFile> report_rules();

class ReportOffice {
  public:
    explicit ReportOffice(std::vector<RuleFile> rules = report_rules());

    Principal as(const std::string& login) const;
    // Opens a document with these fields, as its flow's only drafter in that department.
    Done open(const std::string& flow, std::vector<PlainField> fields,
              const std::string& department = "employment");
    Outcome act(const std::string& login, engine::DocumentId id, const std::string& action,
                std::vector<PlainField> fields = {},
                std::optional<std::string> comment = std::nullopt);
    Outcome edit(engine::DocumentId id, std::vector<PlainField> fields);
    void set_day(const std::string& date);  // 09:00 in China

    ManualClock clock{*engine::parse_instant("2026-01-05T01:00:00.000Z")};
    SeededRandomness randomness{20'261'127};
    std::unique_ptr<Application> application;
};

}  // namespace gongkai::app::testing
