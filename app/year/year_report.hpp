// What a simulated year came to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/document.hpp"

namespace gongkai::app {

struct YearReport {
    struct Flow {
        std::uint64_t opened = 0, steps = 0;
        std::map<std::string, std::uint64_t> states;  // where its documents are at the end
    };
    // Something that must not be. Codes: rule_broken, fold_differs, stored_differs, timer_early,
    // timer_twice, deadline_refused, unexpected_refusal, unexpected_outcome,
    // forbidden_step_carried_out, other_refusal, record_not_verified, report_refused,
    // carried_over_differs, flow_untouched.
    struct Breach {
        std::string code;
        engine::DocumentId document = 0;  // 0: of none alone
        std::string what;
    };

    int year = 0;
    std::uint64_t seed = 0;
    std::string first_day, last_day;  // of the simulation, lead-in and closing included
    std::uint64_t documents = 0, documents_in_year = 0;
    std::uint64_t steps = 0;     // of people, the system and the clock
    std::uint64_t refusals = 0;  // of attempts that were made on purpose
    std::uint64_t leaves = 0;
    std::string root;
    std::map<std::string, Flow> flows;
    std::map<std::string, std::uint64_t> refused;   // by code
    std::map<std::string, std::uint64_t> ran_out;   // deadlines, "FLOW/TIMER"
    std::map<std::string, std::uint64_t> outcomes;  // of requests
    std::uint64_t published = 0, withdrawn = 0, purged = 0;
    std::uint64_t by_deputy = 0;
    // How tasks went from hand to hand: "claim", "release", "reassign", "withdraw".
    std::map<std::string, std::uint64_t> hands;
    std::uint64_t noted = 0, marked = 0;  // bodies written with a 附注, with a mark of secrecy
    std::uint64_t rules_asked = 0;        // rules that spoke at a step
    std::map<std::string, std::uint64_t> rules;  // how often each did
    std::uint64_t replayed_steps = 0, replayed_refusals = 0;
    std::uint64_t ran_out_again = 0;  // when work came back after the last day
    std::uint64_t late_now = 0;       // deadlines that have passed and whose task is still open
    std::map<std::string, std::int64_t> annual;  // cells that have a figure
    bool annual_made = false;
    std::uint64_t breaches_in_all = 0;
    std::vector<Breach> breaches;  // at most kMostBreaches

    // Timings, for a reader: they are not part of what is repeated by a seed.
    double seconds_year = 0, seconds_verification = 0, seconds_reports = 0;
    double decide_p50_us = 0, decide_p99_us = 0;
    std::uint64_t decided = 0;

    static constexpr std::size_t kMostBreaches = 100;
    void broke(std::string code, engine::DocumentId document, std::string what);
    bool held() const { return breaches_in_all == 0; }
};

std::string year_text(const YearReport& report);
std::string year_json(const YearReport& report);

}  // namespace gongkai::app
