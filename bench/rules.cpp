// How long the rules take alone: decide() on the shipped flows, and check() on each of them.
//
// decide() is timed on the states that each flow can reach, with the commands that lead on from
// them, refusals of the wrong person included; the copy of the document and the fold of the events
// are not part of it.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/check.hpp"
#include "engine/offers.hpp"
#include "language/rulebook.hpp"

using namespace gongkai;
using Clock = std::chrono::steady_clock;

namespace {

double us_since(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

engine::Digest constant_content(const engine::Definition&,
                                const std::vector<std::optional<engine::Value>>&,
                                const std::vector<engine::Attachment>&) {
    return engine::Digest{3};
}

void decide_alone(const language::Flow& flow) {
    const engine::Definition& definition = flow.definition;
    const engine::Explorer explorer(definition, flow.policy);
    const engine::Graph graph =
        engine::explore(explorer, {.max_states = 20'000}, [](auto, auto, const auto&) {});
    const engine::Calendar calendar;
    std::vector<double> times;
    for (std::size_t i = 0; i < graph.keys.size(); i += 1 + graph.keys.size() / 2'000) {
        const engine::Document document = explorer.representative(graph.keys[i]);
        for (const engine::Place& place : document.places) {
            if (place.state == engine::kNone) continue;
            for (const engine::ActionId id : definition.states[place.state].actions) {
                const engine::Action& action = definition.actions[id];
                if (action.by.empty()) continue;
                engine::Actor actor;
                actor.id = 5;
                actor.grants = {{action.by.front().role, "d", 0}};
                const engine::Context context{
                    actor,        {1'000'000}, calendar,     constant_content,
                    std::nullopt, 0,           &flow.policy, nullptr};
                engine::Act act;
                act.action = action.name;
                act.comment = engine::Committed{engine::Digest{}, 1};
                const engine::Command command = act;
                constexpr int kRepeat = 20;
                const auto start = Clock::now();
                for (int k = 0; k < kRepeat; ++k) {
                    const auto verdict = engine::decide(definition, &document, command, context);
                    if (verdict.valueless_by_exception()) return;
                }
                times.push_back(us_since(start) / kRepeat);
            }
        }
    }
    std::sort(times.begin(), times.end());
    if (times.empty()) return;
    fmt::print("decide  {:<12} p50 {:6.2f} us  p99 {:6.2f} us  max {:6.2f} us  ({} cases)\n",
               definition.flow, times[times.size() / 2], times[times.size() * 99 / 100],
               times.back(), times.size());
}

}  // namespace

int main(int argc, char** argv) {
    const auto files = language::load_directory(argc > 1 ? argv[1] : "workflows");
    if (!files) {
        fmt::print(stderr, "{}\n", files.error().message);
        return 1;
    }
    const auto start = Clock::now();
    const auto compilation = language::compile(*files);
    if (!compilation.rulebook) {
        fmt::print(stderr, "{}", language::render(compilation.diagnostics));
        return 1;
    }
    fmt::print("compile {} flows: {:.1f} ms\n", compilation.rulebook->flows.size(),
               us_since(start) / 1000);
    double total = 0;
    for (const auto& flow : compilation.rulebook->flows) {
        const auto began = Clock::now();
        const auto report = engine::check(flow->definition, flow->policy);
        const double ms = us_since(began) / 1000;
        total += ms;
        fmt::print("check   {:<12} {:9.1f} ms  {:>8} states {:>9} steps  {} findings\n",
                   flow->definition.flow, ms, report.states, report.steps, report.findings.size());
        for (const auto& finding : report.findings) {
            fmt::print("        {} {}\n", code(finding.kind), finding.subject);
        }
    }
    fmt::print("check   all          {:9.1f} ms\n", total);
    for (const auto& flow : compilation.rulebook->flows)
        decide_alone(*flow);
}
