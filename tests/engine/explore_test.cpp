#include "engine/check.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "engine/abstraction.hpp"
#include "engine/evolve.hpp"
#include "engine/offers.hpp"
#include "engine/simulate.hpp"
#include "tests/engine/fixture.hpp"

using namespace gongkai::engine;
using gongkai::engine::testing::fixture;

TEST_CASE("explore: packing an abstract state and unpacking it gives the same state") {
    for (const char* name : {"approval", "meeting", "branches", "skipped"}) {
        const auto flow = fixture("office", name);
        const Explorer explorer(flow->definition, flow->policy);
        const Abstraction abstraction(flow->definition, flow->policy);
        const Graph graph = explore(explorer, {}, [](auto, auto, const auto&) {});
        REQUIRE(graph.nodes.size() > 5);
        for (const auto& key : graph.keys)
            REQUIRE(abstraction.pack(abstraction.unpack(key)) == key);
    }
}

TEST_CASE("explore: a cut-off exploration says so, and check proves nothing from it") {
    const auto flow = fixture("office", "approval");
    const CheckReport report = check(flow->definition, flow->policy, {.max_states = 3});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].kind == FindingKind::too_large);
}

TEST_CASE("check: a publication of the wrong attribute is found with its shortest story") {
    const auto flow = fixture("office", "approval");
    const CheckReport report = check(flow->definition, flow->policy);
    REQUIRE(report.findings.size() == 1);
    const Finding& finding = report.findings[0];
    CHECK(finding.kind == FindingKind::policy_broken);
    CHECK(finding.subject == "only_proactive_is_published");
    REQUIRE(finding.story.size() == 6);
    CHECK(finding.story.front().action == "open");
    CHECK(finding.story.back().action == "publish (签发公开)");
}

TEST_CASE("simulate: the same seed walks the same way, and some walk comes to rest") {
    const auto flow = fixture("office", "approval");
    bool rested = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        const Walk a = simulate(flow->definition, flow->policy, seed, 60);
        const Walk b = simulate(flow->definition, flow->policy, seed, 60);
        REQUIRE(a.steps.size() == b.steps.size());
        for (std::size_t i = 0; i < a.steps.size(); ++i)
            CHECK(a.steps[i].action == b.steps[i].action);
        rested = rested || a.at_rest;
    }
    CHECK(rested);
}

TEST_CASE("check: a roster without a second pair of eyes cannot finish the flow") {
    const auto flow = fixture("office", "approval");
    std::vector<RosterPerson> people{
        {1,
         "李",
         {{"clerk", "jobs", 0}, {"secrecy_officer", "office", 0}, {"leader", "office", 0}}}};
    const auto findings = check_roster(flow->definition, people, "jobs");
    const auto has = [&](FindingKind kind, const std::string& subject) {
        return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
            return finding.kind == kind && finding.subject == subject;
        });
    };
    CHECK(has(FindingKind::dead_action, "review.clear"));
    CHECK(has(FindingKind::dead_action, "approval.publish"));

    people.push_back({2, "王", {{"secrecy_officer", "office", 0}}});
    people.push_back({3, "赵", {{"leader", "office", 0}, {"chief", "office", 0}}});
    const auto enough = check_roster(flow->definition, people, "jobs");
    CHECK(std::none_of(enough.begin(), enough.end(), [](const Finding& finding) {
        return finding.kind == FindingKind::no_way_out;
    }));
}

TEST_CASE("offers: what is offered is what decide allows, on random walks") {
    const std::uint64_t seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (const char* name : {"approval", "meeting", "branches", "skipped"}) {
        const auto flow = fixture("office", name);
        const Definition& definition = flow->definition;
        const Explorer explorer(definition, flow->policy);
        const Graph graph = explore(explorer, {}, [](auto, auto, const auto&) {});
        for (int round = 0; round < 200; ++round) {
            const Document document =
                explorer.representative(graph.keys[random() % graph.keys.size()]);
            Actor actor;
            actor.id = random() % 3 + 1;
            for (const char* role :
                 {"clerk", "secrecy_officer", "leader", "chief", "expert", "section_head"}) {
                if (random() % 2 == 0) actor.grants.push_back({role, kDepartment, 0});
            }
            const Context context{actor,
                                  kLate,
                                  testing::test_calendar(),
                                  testing::test_content_hash,
                                  std::nullopt,
                                  0,
                                  nullptr,
                                  nullptr};
            for (const Offer& offer : offers(definition, document, context)) {
                if (offer.kind != Offer::Kind::act || !offer.asks.empty()) continue;
                Act act;
                act.action = definition.actions[offer.action].name;
                act.state = definition.states[offer.state].name;
                act.comment = Committed{Digest{}, 1};
                const Verdict verdict = decide(definition, &document, act, context);
                CAPTURE(name, act.action, act.state);
                REQUIRE(offer.allowed() == std::holds_alternative<Decision>(verdict));
                if (!offer.allowed()) {
                    CHECK(offer.blockers.front().reason == std::get<Refusal>(verdict).reason);
                }
            }
        }
    }
}

TEST_CASE("explore: related documents stand in every way that a guard tells apart") {
    const auto flow = fixture("related", "request");
    const Abstraction abstraction(flow->definition, flow->policy);
    REQUIRE(abstraction.worlds_complete());
    CHECK(abstraction.worlds().front().related.empty());
    // `every redaction in tag done`, `some redaction in tag open` and `related redaction >= 3` are
    // true or false independently of each other, and so is `related merged >= 1`.
    CHECK(abstraction.worlds().size() == 16);
    const CheckReport report = check(flow->definition, flow->policy);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings.front().kind == FindingKind::policy_broken);
    CHECK(report.findings.front().story.back().action ==
          "answer (答复) [some redaction in tag open]");
    // They are no part of a state: received, handling (from where nothing is withdrawn), answered
    // and closed.
    CHECK(report.states == 4);
}

TEST_CASE("explore: nothing is related before anybody can have related it") {
    const auto flow = fixture("related", "request");
    const Explorer explorer(flow->definition, flow->policy);
    explore(explorer, {}, [&](std::uint32_t, std::uint32_t, const Explorer::Step& step) {
        const StateId handling = flow->definition.state("handling");
        const bool handled = step.after.in(handling) || step.move.kind == Move::Kind::act;
        if (!handled) CHECK(step.after.related.empty());
        if (step.after.in(handling) && step.move.world == 0) CHECK(step.after.related.empty());
    });
}

TEST_CASE("check: where related documents stand in too many ways, nothing is proven") {
    auto definition = fixture("related", "request")->definition;
    for (std::uint16_t i = 0; i < 9; ++i) {
        definition.related_tags.push_back("t" + std::to_string(i));
        const std::int64_t tag = static_cast<std::int64_t>(definition.related_tags.size()) - 1;
        auto& terms = definition.actions.front().when.terms;
        terms.push_back({Op::some_related_in_tag, 0, tag});
        if (i > 0) terms.push_back({Op::op_or, kNone, 0});
    }
    const CheckReport report = check(definition, {});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings.front().kind == FindingKind::too_large);
}
