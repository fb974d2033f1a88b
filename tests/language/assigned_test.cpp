// Fields that the system gives: what compiles, and what is told of each mistake.
#include <catch2/catch.hpp>

#include "language/rulebook.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

using Places = std::vector<std::string>;

const std::string kFlow =
    "flow: f\nfields: [title, kind, number, code]\nopen: clerk\nassigns: [number, code]\n"
    "start: a\nstates:\n"
    "  a: {worklist: clerk, edit: all, actions: {x: {to: b, needs: [number, kind]}}}\n"
    "  b: {final: true}\n";

std::vector<SourceFile> rules(const std::string& number, const std::string& flow = kFlow) {
    return {{"flow.yaml", flow},
            {"vocabulary.yaml",
             "roles: {clerk: {title: 经办人}}\n"
             "fields:\n"
             "  number: {" +
                 number +
                 "}\n"
                 "  title: {title: 标题, type: text}\n"
                 "  kind: {title: 类别, type: choice, choices: {a: 甲}}\n"
                 "  urgent: {title: 紧急, type: flag}\n"
                 "  code: {title: 查询码, type: text, assigned: {code: 10}}\n"}};
}

Places wrong(const std::string& assigned) {
    return test::places(compile(rules("type: text, assigned: " + assigned)).diagnostics);
}

}  // namespace

TEST_CASE("assigned: a pattern is read into its pieces") {
    const auto compilation =
        compile(rules("type: text, assigned: \"登〔{year}〕{flow}{field:kind}-{number:4}号\""));
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);
    const engine::Definition& flow = compilation.rulebook->find("f")->definition;
    using Piece = engine::Assigned::Piece;
    using Kind = Piece::Kind;
    const auto number = flow.field("number");
    CHECK(flow.fields[number].assigned->pattern == std::vector<Piece>{{Kind::literal, "登〔", 0},
                                                                      {Kind::year, "", 0},
                                                                      {Kind::literal, "〕", 0},
                                                                      {Kind::flow, "", 0},
                                                                      {Kind::field, "kind", 0},
                                                                      {Kind::literal, "-", 0},
                                                                      {Kind::number, "", 4},
                                                                      {Kind::literal, "号", 0}});
    CHECK(flow.fields[flow.field("code")].assigned->code_length == 10);
    CHECK(flow.assigns == std::vector<engine::FieldId>{number, flow.field("code")});
    // `edit: all` leaves out what the system gives.
    CHECK(flow.states[flow.start].editable ==
          std::vector<engine::FieldId>{flow.field("title"), flow.field("kind")});
}

TEST_CASE("assigned: every mistake is told where it stands") {
    CHECK(wrong("\"{number}\"") == Places{});
    CHECK(wrong("\"{year}-{month}-{department}-{number:12}\"") == Places{});
    CHECK(wrong("\"{year}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"{number}-{number}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"{year}{number}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"{number}{field:title}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"2026{number}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"a-{number:0}\"") == Places{"bad_pattern 3:37"});
    CHECK(wrong("\"a-{number:13}\"") == Places{"bad_pattern 3:37"});
    CHECK(wrong("\"a-{number:x}\"") == Places{"bad_pattern 3:37"});
    CHECK(wrong("\"{yaer}-{number}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"{year-{number}\"") == Places{"bad_pattern 3:35"});
    CHECK(wrong("\"year}-{number}\"") == Places{"bad_pattern 3:39"});
    CHECK(wrong("\"{number}-{\"") == Places{"bad_pattern 3:44"});
    CHECK(wrong("\"{field:Title}-{number}\"") == Places{"bad_name 3:42"});
    CHECK(wrong("\"{field:urgent}-{number}\"") == Places{"unknown_field 3:42"});
    CHECK(wrong("\"{field:code}-{number}\"") == Places{"bad_pattern 3:42"});
    CHECK(wrong("[a]") == Places{"wrong_shape 3:34"});
    CHECK(wrong("{code: 7}") == Places{"bad_number 3:41"});
    CHECK(wrong("{code: 33}") == Places{"bad_number 3:41"});
    CHECK(wrong("{length: 10}") == Places{"missing_key 3:34", "unknown_key 3:35"});
    CHECK(test::places(compile(rules("type: number, assigned: \"{number}\"")).diagnostics).back() ==
          "conflicting_keys 3:36");
}

TEST_CASE("assigned: nobody sets such a field, and no other is given") {
    const auto flow = [](const std::string& action) {
        return test::places(
            compile(rules("type: text, assigned: \"{number}\"",
                          "flow: f\nfields: [title, number, code]\nstart: a\nstates:\n"
                          "  a: {worklist: clerk, actions: {x: {to: b, " +
                              action + "}}}\n  b: {final: true}\n"))
                .diagnostics);
    };
    CHECK(flow("assigns: [number, code]") == Places{});
    CHECK(flow("asks: [number]") == Places{"field_assigned 5:52"});
    CHECK(flow("assigns: title") == Places{"field_not_assigned 5:54"});
    CHECK(flow("assigns: nubmer") == Places{"unknown_field 5:54"});
    CHECK(flow("by: clock, assigns: number") ==
          Places{"conflicting_keys 5:34", "never_taken 5:34"});
}
