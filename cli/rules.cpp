#include "cli/rules.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>
#include <map>
#include <random>

#include "app/proofs.hpp"
#include "cli/shipped.hpp"
#include "engine/simulate.hpp"
#include "language/duty_reader.hpp"
#include "language/letter_reader.hpp"
#include "language/report_reader.hpp"
#include "language/rulebook.hpp"
#include "language/supervision_reader.hpp"
#include "language/tariff_reader.hpp"

namespace gongkai::cli {

LoadedFlows load_flows(const RulesOptions& options) {
    LoadedFlows loaded;
    std::vector<language::SourceFile> files;
    if (options.directory.empty()) {
        files = shipped_files();
    } else {
        auto read = language::load_directory(options.directory);
        if (!read) {
            complain(read.error().message);
            loaded.exit = kBadInput;
            return loaded;
        }
        files = std::move(*read);
    }
    auto compilation = language::compile(files);
    std::vector<language::Diagnostic> diagnostics = compilation.diagnostics;
    bool sound = compilation.rulebook.has_value();
    // Letters, reports, duties and tariffs hang on the flows or stand beside them: their mistakes
    // are told as well.
    const auto tell_errors = [&](const std::vector<language::Diagnostic>& more) {
        if (!language::has_errors(more)) return;
        diagnostics.insert(diagnostics.end(), more.begin(), more.end());
        sound = false;
    };
    if (compilation.rulebook) {
        std::vector<const engine::Definition*> flows;
        for (const auto& flow : compilation.rulebook->flows)
            flows.push_back(&flow->definition);
        std::vector<language::DutyFlow> of_duties;
        for (const auto& flow : compilation.rulebook->flows)
            of_duties.push_back({&flow->definition, flow->alike});
        tell_errors(language::read_letters(files, flows).diagnostics);
        for (const language::SourceFile& file : files) {
            if (file.path == language::kAnnualReportPath)
                tell_errors(language::read_annual_mapping(file, flows, compilation.rulebook->roles)
                                .diagnostics);
            if (file.path == language::kSupervisionPath)
                tell_errors(
                    language::read_supervision_mapping(file, flows, compilation.rulebook->roles)
                        .diagnostics);
            if (file.path == language::kDutiesPath)
                tell_errors(language::read_duties(file, of_duties).diagnostics);
        }
    }
    for (const language::SourceFile& file : files) {
        if (file.path == language::kInformationFeePath)
            tell_errors(language::read_tariff(file).diagnostics);
    }
    if (!diagnostics.empty()) {
        const std::string text =
            options.json ? language::to_json(diagnostics) + "\n" : language::render(diagnostics);
        fmt::print(options.json ? stdout : stderr, "{}", text);
    }
    if (!sound) {
        loaded.exit = kBadInput;
        return loaded;
    }
    for (const auto& flow : compilation.rulebook->flows) {
        if (options.flow.empty() || flow->definition.flow == options.flow) {
            loaded.flows.push_back(flow);
        }
    }
    if (loaded.flows.empty()) {
        complain(options.flow.empty() ? "there is no flow" : "there is no flow " + options.flow);
        loaded.exit = kBadInput;
    }
    return loaded;
}

namespace {

namespace json = boost::json;

void print(const engine::StoryStep& step, std::size_t number) {
    fmt::print("    {:>2}. {:<10} {}\n        -> {}\n", number, step.actor, step.action,
               step.state);
}

void print(const std::string& flow, const engine::Finding& finding) {
    fmt::print("{}: {}: {}\n", flow, code(finding.kind), finding.subject);
    fmt::print("  {}\n  {}\n", finding.message, finding.message_zh);
    if (!finding.file.empty()) fmt::print("  {}:{}\n", finding.file, finding.line);
    for (const std::string& article : finding.basis)
        fmt::print("  basis: {}\n", article);
    if (!finding.story.empty()) fmt::print("  the shortest way there:\n");
    for (std::size_t i = 0; i < finding.story.size(); ++i)
        print(finding.story[i], i + 1);
    fmt::print("\n");
}

json::array story_json(const std::vector<engine::StoryStep>& story) {
    json::array steps;
    for (const auto& step : story) {
        steps.push_back({{"actor", step.actor}, {"action", step.action}, {"state", step.state}});
    }
    return steps;
}

json::object to_json(const std::string& flow, const engine::Finding& finding) {
    json::array basis(finding.basis.begin(), finding.basis.end());
    return {{"flow", flow},
            {"kind", code(finding.kind)},
            {"subject", finding.subject},
            {"message", finding.message},
            {"message_zh", finding.message_zh},
            {"file", finding.file},
            {"line", finding.line},
            {"basis", std::move(basis)},
            {"story", story_json(finding.story)}};
}

}  // namespace

int check_rules(const RulesOptions& options) {
    const LoadedFlows loaded = load_flows(options);
    if (loaded.exit != kOk) return loaded.exit;
    std::vector<app::Provable> provable;
    for (const auto& flow : loaded.flows)
        provable.push_back({flow->definition, flow->policy});
    const std::vector<app::Proof> proofs = app::check_all(provable);
    std::vector<engine::CheckReport> reports;
    std::vector<const engine::Policy*> policies;
    json::array flows;
    json::array findings;
    std::size_t found = 0;
    const auto tell = [&](const std::string& flow, const engine::Finding& finding) {
        ++found;
        if (options.json) {
            findings.push_back(to_json(flow, finding));
        } else {
            print(flow, finding);
        }
    };
    for (std::size_t i = 0; i < proofs.size(); ++i) {
        const auto& flow = loaded.flows[i];
        const engine::CheckReport& report = proofs[i].report;
        reports.push_back(report);
        policies.push_back(&flow->policy);
        const auto ms = proofs[i].took.count();
        for (const auto& finding : report.findings)
            tell(flow->definition.flow, finding);
        if (options.json) {
            flows.push_back({{"flow", flow->definition.flow},
                             {"states", report.states},
                             {"steps", report.steps},
                             {"milliseconds", ms}});
        } else {
            fmt::print("{:<12} {:>8} states {:>9} steps {:>6} ms  {}\n", flow->definition.flow,
                       report.states, report.steps, ms,
                       report.findings.empty() ? "proven" : "NOT PROVEN");
        }
    }
    // A rule that is bound to no flow by name must be put to the test by one of them all.
    if (options.flow.empty()) {
        for (const auto& finding : engine::vacuous_rules(policies, reports))
            tell("policy", finding);
    }
    if (options.json) {
        const json::object all{{"flows", std::move(flows)}, {"findings", std::move(findings)}};
        fmt::print("{}\n", json::serialize(all));
    }
    return found == 0 ? kOk : kFound;
}

int explore_rules(const ExploreOptions& options) {
    const LoadedFlows loaded = load_flows(options);
    if (loaded.exit != kOk) return loaded.exit;
    json::array flows;
    bool complete = true;
    for (const auto& flow : loaded.flows) {
        const engine::Explorer explorer(flow->definition, flow->policy);
        std::map<std::string, std::size_t> visits;
        const engine::Graph graph =
            engine::explore(explorer, {options.max_states},
                            [&](std::uint32_t, std::uint32_t, const engine::Explorer::Step& step) {
                                ++visits[explorer.tell(step.move, step.after).action];
                            });
        complete = complete && graph.complete;
        if (options.json) {
            json::object actions;
            for (const auto& [action, count] : visits)
                actions[action] = count;
            flows.push_back({{"flow", flow->definition.flow},
                             {"states", graph.nodes.size()},
                             {"steps", graph.edges.size()},
                             {"complete", graph.complete},
                             {"actions", std::move(actions)}});
            continue;
        }
        fmt::print("{} ({}): {} abstract states, {} steps{}\n", flow->definition.flow,
                   flow->definition.title, graph.nodes.size(), graph.edges.size(),
                   graph.complete ? "" : ", CUT OFF");
        for (const auto& [action, count] : visits)
            fmt::print("  {:>9}  {}\n", count, action);
    }
    if (options.json) fmt::print("{}\n", json::serialize(flows));
    return complete ? kOk : kFound;
}

int simulate_rules(const SimulateOptions& options) {
    const LoadedFlows loaded = load_flows(options);
    if (loaded.exit != kOk) return loaded.exit;
    const std::uint64_t first = options.seed != 0 ? options.seed : std::random_device{}();
    json::array walks;
    for (const auto& flow : loaded.flows) {
        for (std::uint64_t i = 0; i < options.walks; ++i) {
            const auto walk =
                engine::simulate(flow->definition, flow->policy, first + i, options.max_steps);
            if (options.json) {
                walks.push_back({{"flow", flow->definition.flow},
                                 {"seed", first + i},
                                 {"at_rest", walk.at_rest},
                                 {"steps", story_json(walk.steps)}});
                continue;
            }
            fmt::print("{} ({}), seed {}{}\n", flow->definition.flow, flow->definition.title,
                       first + i, walk.at_rest ? ", comes to rest" : "");
            for (std::size_t k = 0; k < walk.steps.size(); ++k)
                print(walk.steps[k], k + 1);
        }
    }
    if (options.json) fmt::print("{}\n", json::serialize(walks));
    return kOk;
}

}  // namespace gongkai::cli
