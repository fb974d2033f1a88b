#include "app/year/year_report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace gongkai::app {

namespace {

namespace json = boost::json;

json::object counts(const std::map<std::string, std::uint64_t>& map) {
    json::object out;
    for (const auto& [name, count] : map)
        out[name] = count;
    return out;
}

std::string listed(const std::map<std::string, std::uint64_t>& map) {
    std::string out;
    for (const auto& [name, count] : map)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, count);
    return out.empty() ? "none" : out;
}

}  // namespace

void YearReport::broke(std::string code, engine::DocumentId document, std::string what) {
    if (++breaches_in_all <= kMostBreaches)
        breaches.push_back({std::move(code), document, std::move(what)});
}

std::string year_text(const YearReport& report) {
    std::string out;
    const auto line = [&](const std::string& text) { out += text + "\n"; };
    line(fmt::format("the year {}, seed {}: {} to {}", report.year, report.seed, report.first_day,
                     report.last_day));
    line(
        fmt::format("{} documents ({} of them opened in {}), {} steps, {} attempts refused, {} "
                    "leaves",
                    report.documents, report.documents_in_year, report.year, report.steps,
                    report.refusals, report.leaves));
    line("root " + report.root);
    for (const auto& [name, flow] : report.flows)
        line(fmt::format("  {:<26} {:>6} documents {:>7} steps  {}", name, flow.opened, flow.steps,
                         listed(flow.states)));
    line("refused: " + listed(report.refused));
    line("ran out: " + listed(report.ran_out));
    line(fmt::format("  of these again, when work came back after the last day: {}",
                     report.ran_out_again));
    line("requests by outcome: " + listed(report.outcomes));
    line(fmt::format("published {}, withdrawn {}, purged {}, steps of deputies {}, late now {}",
                     report.published, report.withdrawn, report.purged, report.by_deputy,
                     report.late_now));
    line("from hand to hand: " + listed(report.hands));
    line(fmt::format("bodies with a note of the attribute {}, with a mark of secrecy {}",
                     report.noted, report.marked));
    line(fmt::format(
        "rules: {} of them spoke, {} times; steps decided again from the record: {}, "
        "refusals: {}",
        report.rules.size(), report.rules_asked, report.replayed_steps, report.replayed_refusals));
    line(fmt::format("annual report: {}",
                     report.annual_made ? "every cross-check holds" : "NOT MADE"));
    line(fmt::format(
        "the year took {:.1f} s ({:.0f} steps/s), its verification {:.1f} s, the "
        "reports {:.1f} s",
        report.seconds_year,
        report.seconds_year > 0 ? static_cast<double>(report.steps) / report.seconds_year : 0.0,
        report.seconds_verification, report.seconds_reports));
    line(fmt::format("decide: p50 {:.0f} us, p99 {:.0f} us of {} decisions", report.decide_p50_us,
                     report.decide_p99_us, report.decided));
    for (const YearReport::Breach& breach : report.breaches)
        line(fmt::format("BROKEN {}: document {}: {}", breach.code, breach.document, breach.what));
    line(report.held() ? "everything held"
                       : fmt::format("{} things did NOT hold", report.breaches_in_all));
    return out;
}

std::string year_json(const YearReport& report) {
    json::object flows;
    for (const auto& [name, flow] : report.flows)
        flows[name] = json::object{
            {"documents", flow.opened}, {"steps", flow.steps}, {"states", counts(flow.states)}};
    json::object annual;
    for (const auto& [cell, figure] : report.annual)
        annual[cell] = figure;
    json::array breaches;
    for (const YearReport::Breach& breach : report.breaches)
        breaches.push_back({{"code", breach.code},
                            {"document", std::to_string(breach.document)},
                            {"what", breach.what}});
    const json::object all{{"year", report.year},
                           {"seed", report.seed},
                           {"first_day", report.first_day},
                           {"last_day", report.last_day},
                           {"documents", report.documents},
                           {"documents_in_year", report.documents_in_year},
                           {"steps", report.steps},
                           {"refusals", report.refusals},
                           {"leaves", report.leaves},
                           {"root", report.root},
                           {"flows", std::move(flows)},
                           {"refused", counts(report.refused)},
                           {"ran_out", counts(report.ran_out)},
                           {"outcomes", counts(report.outcomes)},
                           {"published", report.published},
                           {"withdrawn", report.withdrawn},
                           {"purged", report.purged},
                           {"by_deputy", report.by_deputy},
                           {"hands", counts(report.hands)},
                           {"noted", report.noted},
                           {"marked", report.marked},
                           {"ran_out_again", report.ran_out_again},
                           {"late_now", report.late_now},
                           {"rules", counts(report.rules)},
                           {"replayed_steps", report.replayed_steps},
                           {"replayed_refusals", report.replayed_refusals},
                           {"annual", std::move(annual)},
                           {"annual_made", report.annual_made},
                           {"held", report.held()},
                           {"breach_count", report.breaches_in_all},
                           {"breaches", std::move(breaches)},
                           {"timings",
                            {{"seconds_year", report.seconds_year},
                             {"seconds_verification", report.seconds_verification},
                             {"seconds_reports", report.seconds_reports},
                             {"decide_p50_us", report.decide_p50_us},
                             {"decide_p99_us", report.decide_p99_us},
                             {"decisions", report.decided}}}};
    return json::serialize(all);
}

}  // namespace gongkai::app
