// Sees for itself that every step of a simulated year keeps the rules: beside decide(), which has
// its own fence, and on a fold of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/documents.hpp"
#include "app/year/year_report.hpp"

namespace gongkai::app {

// Told each step on the store's writer thread (Documents::watch); asked when none is on its way.
class RuleWatch {
  public:
    explicit RuleWatch(YearReport& report) : report_(report) {}

    void see(const CarriedOut& step);

    // As its own fold has it; nullptr where there is none.
    const engine::Document* document(engine::DocumentId id) const;
    const std::unordered_map<engine::DocumentId, engine::Document>& documents() const {
        return documents_;
    }
    // Documents of this flow, oldest first.
    const std::vector<engine::DocumentId>& of_flow(const std::string& flow) const;

  private:
    void count(const CarriedOut& step);
    void judge_rules(const CarriedOut& step);
    void judge_timer(const CarriedOut& step, const engine::Tick& tick);

    YearReport& report_;
    std::unordered_map<engine::DocumentId, engine::Document> documents_;
    std::map<std::string, std::vector<engine::DocumentId>> by_flow_;
    // Each run of a deadline ends once.
    struct RanOut {
        Instant due{};
        bool begun_anew = false;  // since
    };
    std::map<std::pair<engine::DocumentId, engine::TimerId>, RanOut> ran_out_;
};

}  // namespace gongkai::app
