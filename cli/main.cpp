// gongkai: one program for everything that can be asked of the rules, the record and the server.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/draw.hpp"
#include "cli/fee.hpp"
#include "cli/rules.hpp"
#include "cli/serve.hpp"
#include "cli/simulate_year.hpp"
#include "cli/verbs.hpp"

namespace gongkai::cli {

void complain(const std::string& what) {
    fmt::print(stderr, "gongkai: {}\n", what);
}

Exit exit_of(const engine::Error& error) {
    switch (error.code) {
        case engine::ErrorCode::malformed:
        case engine::ErrorCode::not_found:
        case engine::ErrorCode::conflict:
        case engine::ErrorCode::invalid_argument:
            return kBadInput;
        default:
            return kFailed;
    }
}

Exit failed(const engine::Error& error) {
    complain(error.message);
    return exit_of(error);
}

void add_data_options(CLI::App& verb, DataOptions& options) {
    verb.add_option("--data", options.data, "folder of the installation")->capture_default_str();
    verb.add_option("--checkpoints", options.checkpoints,
                    "folder of the signed checkpoints, best on another disk; default: "
                    "DATA/checkpoints");
    verb.add_flag("--json", options.json, "machine-readable output on stdout");
}

void add_installation_options(CLI::App& verb, InstallationOptions& options) {
    add_data_options(verb, options);
    verb.add_option("--workflows", options.workflows,
                    "folder of rules; default: those that the program ships with");
    verb.add_option("--calendar", options.calendar, "what deadlines are counted on")
        ->capture_default_str();
}

namespace {

void add_rules_options(CLI::App& verb, RulesOptions& options) {
    verb.add_option("workflows", options.directory,
                    "folder of rules; default: those that the program ships with");
    verb.add_option("--flow", options.flow, "only this flow");
    verb.add_flag("--json", options.json, "one JSON value on stdout");
}

void add_rules_verbs(CLI::App& app, Run& run) {
    static RulesOptions check;
    auto* verb = app.add_subcommand("check", "prove that no flow can break a rule");
    add_rules_options(*verb, check);
    verb->callback([&run] { run = [] { return check_rules(check); }; });

    static DrawOptions picture;
    verb = app.add_subcommand("draw", "the picture of a flow, on stdout");
    add_rules_options(*verb, picture);
    verb->add_option("--format", picture.format, "what it is drawn in")
        ->check(CLI::IsMember({"mermaid", "dot", "svg"}))
        ->capture_default_str();
    verb->add_option("--document", picture.document,
                     "a document of the installation: its flow, and where it stands")
        ->excludes("workflows")
        ->excludes("--flow");
    verb->add_option("--data", picture.data, "folder of the installation")
        ->capture_default_str()
        ->needs("--document");
    verb->callback([&run] { run = [] { return draw(picture); }; });

    static FeeOptions fee;
    verb = app.add_subcommand("fee", "what an answer would cost (信息处理费), band by band");
    verb->add_option("--method", fee.method, "per_item (按件) or per_volume (按量)")->required();
    verb->add_option("--count", fee.count, "requests of one applicant in a month, or pages")
        ->required();
    verb->add_option("--workflows", fee.workflows,
                     "folder of rules; default: those that the program ships with");
    verb->add_flag("--json", fee.json, "one JSON value on stdout");
    verb->callback([&run] { run = [] { return quote_fee(fee); }; });

    static ExploreOptions graph;
    verb = app.add_subcommand("explore", "count the states and steps that a flow can reach");
    add_rules_options(*verb, graph);
    verb->add_option("--max-states", graph.max_states, "stop there")->capture_default_str();
    verb->callback([&run] { run = [] { return explore_rules(graph); }; });

    static SimulateOptions walk;
    verb = app.add_subcommand("simulate", "walk through a flow at random");
    add_rules_options(*verb, walk);
    verb->add_option("--seed", walk.seed, "the same seed walks the same way; default: a new one");
    verb->add_option("--walks", walk.walks, "how many")->capture_default_str();
    verb->add_option("--max-steps", walk.max_steps, "longest walk")->capture_default_str();
    static SimulateYearOptions year;
    auto* whole = verb->add_option("--year", year.year,
                                   "instead: a whole year of an office, on the real engine and "
                                   "store, that proves itself")
                      ->expected(0, 1)
                      ->default_str("2026")
                      ->check(CLI::Range(2019, 2199));
    verb->add_option("--documents", year.documents, "of the year, at least")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000))
        ->needs(whole);
    verb->add_option("--data", year.data, "folder that the year's installation is kept in")
        ->needs(whole);
    verb->add_option("--report", year.report, "folder for year.json and the reports of the year")
        ->needs(whole);
    verb->add_option("--calendar", year.calendar, "what deadlines are counted on")
        ->capture_default_str()
        ->needs(whole);
    verb->callback([&run, whole] {
        if (whole->count() == 0) {
            run = [] { return simulate_rules(walk); };
            return;
        }
        if (year.year == 0) year.year = 2026;
        if (walk.seed != 0) year.seed = walk.seed;
        year.workflows = walk.directory;
        year.json = walk.json;
        run = [] { return simulate_year(year); };
    });
}

void add_serve_verb(CLI::App& app, Run& run) {
    static ServeOptions server;
    auto* verb = app.add_subcommand("serve", "serve the REST API");
    add_installation_options(*verb, server);
    verb->add_option("--address", server.address, "address to listen on")->capture_default_str();
    verb->add_option("--port", server.port, "port; 0: the system chooses")->capture_default_str();
    verb->add_option("--origin", server.origin,
                     "name of the record in its checkpoints, given once for ever")
        ->capture_default_str();
    verb->add_flag("--sample", server.sample,
                   "set up a small sample bureau, where there is nobody yet");
    verb->add_option("--allow-target", server.allowed_targets,
                     "where messages to subscribers may go; may be repeated. Without any, none is "
                     "sent. A private address must be listed as an address")
        ->type_name("HOST[:PORT]|*.SUFFIX[:PORT]|ADDRESS[:PORT]|CIDR")
        ->allow_extra_args(false);
    verb->add_option("--access-log", server.access_log,
                     "one JSON line a request, into this file; - for stderr");
    verb->add_option("--drain-seconds", server.drain_seconds,
                     "how long requests in flight may take when the server is stopped")
        ->capture_default_str();
    verb->callback([&run] { run = [] { return serve(server); }; });
}

int main_of(int argc, char** argv) {
    CLI::App app("Gongkai: disclosure approval that proves itself", "gongkai");
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done and in order, 1 not in order or refused, 2 usage, 3 unreadable input, "
        "4 the world failed.");
    Run run;
    add_serve_verb(app, run);
    add_rules_verbs(app, run);
    add_document_verbs(app, run);
    add_deadline_verbs(app, run);
    add_audit_verbs(app, run);
    add_backup_verbs(app, run);
    add_report_verbs(app, run);
    add_user_verbs(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    return run();
}

}  // namespace
}  // namespace gongkai::cli

int main(int argc, char** argv) {
    try {
        return gongkai::cli::main_of(argc, argv);
    } catch (const std::exception& error) {
        gongkai::cli::complain(error.what());
        return gongkai::cli::kFailed;
    }
}
