// A small year of a simulated office, with a document of every flow at least.
#include <catch2/catch.hpp>

#include "app/year/office_year.hpp"
#include "app/year/rule_watch.hpp"
#include "engine/evolve.hpp"
#include "language/rulebook.hpp"
#include "tests/app/office.hpp"
#include "tests/app/options.hpp"

namespace gongkai::app::testing {

namespace {

std::vector<RuleFile> shipped() {
    auto files = language::load_directory(GONGKAI_SOURCE_DIR "/workflows");
    REQUIRE(files.has_value());
    return std::move(*files);
}

language::OfficeYearReading read(const std::function<void(std::string&)>& spoil = {}) {
    const auto files = shipped();
    const auto compiled = language::compile(files);
    REQUIRE(compiled.rulebook.has_value());
    std::vector<const engine::Definition*> flows;
    for (const auto& flow : compiled.rulebook->flows)
        flows.push_back(&flow->definition);
    for (RuleFile file : files) {
        if (file.path != language::kOfficeYearPath) continue;
        if (spoil) spoil(file.text);
        return language::read_office_year(file, flows);
    }
    FAIL("the year is not shipped");
    return {};
}

YearReport year(std::uint64_t seed) {
    auto plan = read().plan;
    REQUIRE(plan.has_value());
    plan->lead_in_days = 10;
    // Fewer ways round: the test is short.
    plan->returns = 1;
    // ... and everything that people rarely do is done.
    plan->claims_of_100 = 30;
    plan->releases_of_100 = plan->reassigns_of_100 = plan->withdraws_of_100 = 25;
    Folder folder;
    ManualClock clock(first_moment(*plan, 2026));
    SeededRandomness randomness(seed);
    ApplicationOptions options = still_options(shipped(), clock, randomness);
    options.data = folder.path() / "data";
    auto application = Application::open(std::move(options));
    REQUIRE(application.has_value());
    OfficeYearOptions asked;
    asked.seed = seed;
    asked.documents = 29;
    asked.bundle = folder.path() / "bundle";
    asked.catalogs = shipped();
    // Each item of a catalogue that falls due opens a task: one catalogue is enough.
    std::erase_if(asked.catalogs,
                  [](const auto& file) { return file.path != "catalog/general.yaml"; });
    auto report = simulate_year(**application, clock, *plan, asked);
    REQUIRE(report.has_value());
    return std::move(*report);
}

}  // namespace

TEST_CASE("a year: every rule holds, nothing is early or twice, and a seed repeats it") {
    const YearReport one = year(7);
    INFO(year_text(one));
    CHECK(one.held());
    CHECK(one.annual_made);
    CHECK(one.documents_in_year >= 29);
    CHECK(one.flows.size() == 29);
    for (const auto& [name, flow] : one.flows) {
        INFO(name);
        CHECK(flow.opened > 0);
    }
    CHECK(one.steps == one.replayed_steps);
    CHECK(one.refusals == one.replayed_refusals);
    CHECK(one.refusals > 0);
    CHECK(one.by_deputy > 0);
    for (const char* hand : {"claim", "release", "reassign", "withdraw"}) {
        INFO(hand);
        CHECK(one.hands.count(hand) == 1);
    }
    CHECK(one.noted > 0);
    CHECK(year(7).root == one.root);
    CHECK(year(8).root != one.root);
}

TEST_CASE("a year: a planted break of a rule is found") {
    const auto compiled = language::compile(shipped());
    REQUIRE(compiled.rulebook.has_value());
    const auto& flows = compiled.rulebook->flows;
    const auto at = std::find_if(flows.begin(), flows.end(), [](const auto& flow) {
        return flow->definition.flow == "site_defect";
    });
    REQUIRE(at != flows.end());
    const auto flow = Flow::make(**at);
    const engine::Definition& definition = flow->definition;
    engine::Decision opening;
    opening.events.push_back(
        engine::Opened{1, definition.flow, definition.digest, engine::DepartmentCode("office")});
    engine::Document before;
    engine::evolve_step(definition, before, opening.events);
    const engine::Command open = engine::Open{1, "office", {}, {}, {}};

    const engine::Command command = engine::Act{"close", "", {}, {}, {}};
    const auto closed = definition.state("closed");
    REQUIRE(closed != engine::kNone);

    YearReport report;
    RuleWatch watch(report);
    watch.see({*flow, nullptr, before, open, opening, {}});
    CHECK(report.held());
    engine::Decision decision;
    decision.events.push_back(engine::Moved{0, closed});
    // What is claimed to be the outcome is not what the event leads to.
    engine::Document after = before;
    after.places[0].state = closed;
    after.revision = 9;
    watch.see({*flow, &before, after, command, decision, {}});
    const auto found = [&](const char* code) {
        return std::any_of(report.breaches.begin(), report.breaches.end(),
                           [&](const auto& breach) { return breach.code == code; });
    };
    CHECK(found("rule_broken"));
    CHECK(found("fold_differs"));

    // A deadline that runs out before its time, and twice.
    YearReport timers;
    RuleWatch second(timers);
    second.see({*flow, nullptr, before, open, opening, {}});
    before.timers[0] = {
        engine::TimerPhase::running, false, false, engine::Unit::days, 1, {0}, {100}};
    after = before;
    after.timers[0].phase = engine::TimerPhase::expired;
    const engine::Command tick = engine::Tick{definition.timers[0].name};
    const engine::Decision none;
    second.see({*flow, &before, after, tick, none, {99}});
    const auto has = [&](const char* code) {
        return std::any_of(timers.breaches.begin(), timers.breaches.end(),
                           [&](const auto& breach) { return breach.code == code; });
    };
    CHECK(has("timer_early"));
    CHECK_FALSE(has("timer_twice"));
}

TEST_CASE("a year: what is wrong in its file is told at its place") {
    struct Mistake {
        const char *from, *to, *code;
    };
    const Mistake mistakes[] = {
        {"lead_in: 45", "lead_in: many", "bad_number"},
        {"wait: 0..2", "wait: 2..0", "bad_range"},
        {"  attribute: {proactive: 88", "  attribut: {proactive: 88", "unknown_field"},
        {"on_request: 7", "on_wish: 7", "unknown_choice"},
        {"  site_reading:\n", "  site_writing:\n", "unknown_flow"},
        {"waits: {pending: 15..50}", "waits: {pondering: 15..50}", "unknown_state"},
        {"weights: {postpone: 8}", "weights: {pospone: 8}", "unknown_action"},
        {"relates: {materials: 15}", "relates: {matters: 15}", "unknown_relation"},
        {"mistakes: 4", "mistakes: 101", "bad_number"},
        {"reassigns: 4", "reassigns: many", "bad_number"},
        {"secrecy_mark: {no: 199", "secrecy_mark: {never: 199", "unknown_choice"},
        {"opens_with: [title, body, decision_kind", "opens_with: [body_note, decision_kind",
         "unknown_field"},
        {"from: 12-05, to: 12-12", "from: 12-12, to: 12-05", "bad_range"},
        {"  plan:\n", "  plan_task:\n", "duplicate_key"},
        {"rest: {of_100: 3, days: 5..90}\n", "", "missing_key"},
    };
    for (const Mistake& mistake : mistakes) {
        INFO(mistake.from);
        const auto reading = read([&](std::string& text) {
            const std::size_t at = text.find(mistake.from);
            REQUIRE(at != text.npos);
            text.replace(at, std::string(mistake.from).size(), mistake.to);
        });
        CHECK_FALSE(reading.plan.has_value());
        const bool told = std::any_of(
            reading.diagnostics.begin(), reading.diagnostics.end(), [&](const auto& one) {
                return one.code == mistake.code && one.line > 0 && !one.message_zh.empty();
            });
        INFO(language::render(reading.diagnostics));
        CHECK(told);
    }
}

}  // namespace gongkai::app::testing
