#include "language/rulebook.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/language/fixture.hpp"

namespace fs = std::filesystem;
using namespace gongkai;
using namespace gongkai::language;
using language::test::fixture_rules;

TEST_CASE("rulebook: a set of rules that uses the whole language compiles without a diagnostic") {
    const Compilation compilation = compile(fixture_rules());
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);
    CHECK(compilation.rulebook->flows.size() == 2);
    CHECK(compilation.rulebook->find("decision") != nullptr);
    CHECK(compilation.rulebook->find("decisions") == nullptr);
    CHECK(compilation.rulebook->roles.front().title == "经办人");
    CHECK(compilation.rulebook->exclusive_roles.size() == 1);
}

TEST_CASE("rulebook: the sources of a flow make the same flow again") {
    const Compilation compilation = compile(fixture_rules());
    REQUIRE(compilation.rulebook);
    for (const auto& flow : compilation.rulebook->flows) {
        const auto again = recompile(flow->sources);
        REQUIRE(again.has_value());
        CHECK(again.value()->definition.digest == flow->definition.digest);
        CHECK(again.value()->definition.states.size() == flow->definition.states.size());
        CHECK(again.value()->policy.rules.size() == flow->policy.rules.size());
        CHECK(compilation.rulebook->find(flow->definition.digest) == flow);
    }
    // A flow that runs no part carries none.
    CHECK(compilation.rulebook->find("short")->sources.size() == 3);
    CHECK(compilation.rulebook->find("decision")->sources.size() == 6);
}
