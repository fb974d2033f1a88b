// What an exploration leaves out because it can make no difference.
#include "engine/relevance.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/abstraction.hpp"
#include "engine/check.hpp"
#include "engine/choice_tests.hpp"
#include "tests/engine/fixture.hpp"

using namespace gongkai::engine;
using gongkai::engine::testing::fixture;

TEST_CASE("choice_tests: parts of a guard that speak of one choice are one test") {
    const auto flow = fixture("reply", "reply");
    const Definition& definition = flow->definition;
    const StateId drafting = definition.state("drafting");
    const Action& give = definition.actions[definition.states[drafting].actions[0]];
    const auto whole = choice_tests(give.when, definition);
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].field == definition.field("outcome"));
    // Without value, granted, partial, secret, private, lapsed, repeated.
    CHECK(whole[0].passes == std::vector<bool>{false, true, true, false, false, false, false});

    const StateId signing = definition.state("signing");
    const Action& issue = definition.actions[definition.states[signing].actions[0]];
    const auto part = choice_tests(issue.when, definition);
    REQUIRE(part.size() == 1);
    CHECK(part[0].passes == std::vector<bool>{true, true, false, true, true, true, true});
}

TEST_CASE("abstraction: choices that no guard tells apart are one value") {
    const auto flow = fixture("reply", "reply");
    const Definition& definition = flow->definition;
    const Abstraction abstraction(definition, flow->policy);
    const FieldId outcome = definition.field("outcome");
    // None of the two sets (also without value), granted, partial, and secret for private too.
    REQUIRE(abstraction.values(outcome).size() == 4);
    CHECK_FALSE(abstraction.values(outcome)[0].has_value());

    Document document;
    document.places.resize(definition.regions.size());
    document.places[0].state = definition.state("drafting");
    document.fields.resize(definition.fields.size());
    document.timers.resize(definition.timers.size());
    const auto key = [&](const char* name) {
        const auto& choices = definition.fields[outcome].choices;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            if (choices[i].name == name)
                document.fields[outcome] = Choice{static_cast<std::uint16_t>(i)};
        }
        return abstraction.pack(document);
    };
    const std::string without = abstraction.pack(document);
    CHECK(key("secret") == key("private"));
    CHECK(key("lapsed") == key("repeated"));
    CHECK(key("lapsed") == without);
    CHECK(key("granted") != key("partial"));
    CHECK(key("granted") != key("secret"));
    CHECK(key("granted") != without);
}

TEST_CASE("relevance: a rule whose tags decide it in a state asks for nothing there") {
    const auto flow = fixture("reply", "reply");
    const Definition& definition = flow->definition;
    const Relevance relevance(definition, flow->policy, {false, true});
    const SignatureId issue = definition.signature("issue");
    Document document;
    document.places.resize(1);
    const auto matters = [&](const char* state) {
        document.places[0].state = definition.state(state);
        return relevance.live(document, issue);
    };
    CHECK(matters("delivered"));
    CHECK(matters("filed"));
    CHECK_FALSE(matters("closed"));
    // Signing gives a new one before the rule asks for it.
    CHECK_FALSE(matters("drafting"));
}

TEST_CASE("relevance: what an action sets does not matter before it") {
    const auto flow = fixture("reply", "reply");
    const Definition& definition = flow->definition;
    const Relevance relevance(definition, flow->policy, {false, true});
    Document document;
    document.places.resize(1);
    const auto matters = [&](const char* state) {
        document.places[0].state = definition.state(state);
        return relevance.field(document, definition.field("outcome"));
    };
    CHECK(matters("closed"));
    CHECK(matters("drafting"));
    CHECK(matters("signing"));
    CHECK_FALSE(matters("parked"));
    CHECK(check(definition, flow->policy).findings.empty());
}

TEST_CASE("abstraction: a step is tried in as many worlds of related documents as it asks about") {
    const auto flow = fixture("related", "request");
    const Definition& definition = flow->definition;
    const Abstraction abstraction(definition, flow->policy);
    Document document;
    document.places.resize(definition.regions.size());
    document.places[0].state = definition.state("received");
    REQUIRE(abstraction.outlooks(document).size() == 1);

    document.places[0].state = definition.state("handling");
    const auto outlooks = abstraction.outlooks(document);
    CHECK(outlooks.size() <= abstraction.worlds().size());
    // The rule asks whether a redaction is open: all that people can do is tried in both cases,
    // what else the guards tell apart with the actions only.
    const auto whole = std::count_if(outlooks.begin(), outlooks.end(),
                                     [](const auto& outlook) { return !outlook.guards_only; });
    CHECK(whole == 2);
    CHECK(outlooks.size() > 2);
    CHECK(outlooks[0].world == 0);
}
