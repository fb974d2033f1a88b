// The rules that the project ships, as far as language/ is concerned.
#include <algorithm>
#include <catch2/catch.hpp>

#include "language/rulebook.hpp"
#include "language/unicode.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

bool is_chinese(const std::string& text) {
    for (std::size_t offset = 0; offset < text.size();) {
        const auto c = next_code_point(text, offset);
        if (!c) return false;
        if (*c >= 0x4E00 && *c <= 0x9FFF) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("shipped: the rules of workflows/ compile without a diagnostic") {
    const auto files = load_directory(GONGKAI_SOURCE_DIR "/workflows");
    REQUIRE(files.has_value());
    const Compilation compilation = compile(files.value());
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);

    std::vector<std::string> flows;
    for (const auto& flow : compilation.rulebook->flows)
        flows.push_back(flow->definition.flow);
    CHECK(flows == std::vector<std::string>{
                       "annual_report",
                       "catalog_entry",
                       "channel_check",
                       "correction_request",
                       "decision",
                       "disclosure_guide",
                       "disclosure_task",
                       "enforcement_figures",
                       "execution",
                       "interpretation_material",
                       "joint_maker_consultation",
                       "management",
                       "normative_document",
                       "petition",
                       "petition_assistance",
                       "petition_review",
                       "plan",
                       "plan_task",
                       "proactive_proposal",
                       "public_opinion",
                       "redaction",
                       "remedy_case",
                       "request",
                       "result",
                       "service",
                       "site_defect",
                       "site_reading",
                       "supervision_complaint",
                       "third_party_consultation",
                   });
}

TEST_CASE("shipped: people read Chinese titles, and every rule of policy names its article") {
    const auto files = load_directory(GONGKAI_SOURCE_DIR "/workflows");
    REQUIRE(files.has_value());
    const Compilation compilation = compile(files.value());
    REQUIRE(compilation.rulebook);
    std::vector<std::string> bare;
    const auto look = [&](const std::string& name, const std::string& title) {
        if (!is_chinese(title)) bare.push_back(name);
    };
    for (const auto& role : compilation.rulebook->roles)
        look("role " + role.name, role.title);
    for (const auto& kind : compilation.rulebook->signatures)
        look("signature " + kind.name, kind.title);
    for (const auto& flow : compilation.rulebook->flows) {
        const engine::Definition& definition = flow->definition;
        look(definition.flow, definition.title);
        CHECK_FALSE(definition.basis.empty());
        for (const auto& state : definition.states)
            look(definition.flow + ": " + state.name, state.title);
        for (const auto& action : definition.actions)
            look(definition.flow + ": " + definition.states[action.from].name + "." + action.name,
                 action.title);
        for (const auto& timer : definition.timers)
            look(definition.flow + ": " + timer.name, timer.title);
        for (const auto& field : definition.fields)
            look("field " + field.name, field.title);
        for (const auto& rule : flow->policy.rules) {
            look("rule " + rule.id, rule.title);
            CHECK_FALSE(rule.basis.empty());
        }
    }
    CHECK(bare == std::vector<std::string>{});
}

TEST_CASE("shipped: each flow can be made again from its own sources") {
    const auto files = load_directory(GONGKAI_SOURCE_DIR "/workflows");
    REQUIRE(files.has_value());
    const Compilation compilation = compile(files.value());
    REQUIRE(compilation.rulebook);
    for (const auto& flow : compilation.rulebook->flows) {
        const auto again = recompile(flow->sources);
        REQUIRE(again.has_value());
        CHECK(again.value()->definition.digest == flow->definition.digest);
        CHECK(again.value()->definition.states.size() == flow->definition.states.size());
    }
}
