#include "language/expression.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine/guard.hpp"
#include "language/rulebook.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;
using engine::Op;

namespace {

// A flow in which one action has the guard, with a fork, a countersigning and tags to speak of.
std::vector<SourceFile> rules(const std::string& guard) {
    return test::with_vocabulary(
        "flow: test\n"
        "fields: [title, attribute, note, steps, formed_at, urgent, copies, issued_at]\n"
        "relations: {part_of: {flow: test}}\n"
        "start: a\n"
        "states:\n"
        "  a:\n"
        "    relates: part_of\n"
        "    worklist: clerk\n"
        "    tags: open\n"
        "    actions:\n"
        "      go:\n"
        "        to: b\n"
        "        sign: final\n"
        "        when: " +
        guard +
        "\n"
        "    deadlines: {soon: {within: 2 days, late: escalate to clerk}}\n"
        "  b:\n"
        "    countersign: {by: leader, seats: 3, quorum: 2, sign: confidentiality}\n"
        "    on: {passed: c, failed: a}\n"
        "  c: {final: true}\n"
        "deadlines:\n"
        "  whole: {within: 9 days, period: true}\n"
        "  soon: {within: 5 days, in: b, late: escalate to clerk}\n");
}

std::string written(const engine::Definition& definition, const engine::Guard& guard) {
    static const char* kNames[] = {"constant", "given", "equals",    "less",   "at_most", "same",
                                   "before",   "by",    "files",     "signed", "another", "role",
                                   "in",       "tag",   "approvals", "every",  "some",    "related",
                                   "expired",  "late",  "not",       "and",    "or"};
    std::string out;
    for (const engine::Term& term : guard.terms) {
        if (!out.empty()) out += ' ';
        out += kNames[static_cast<std::size_t>(term.op)];
        const bool field = term.op >= Op::field_given && term.op <= Op::field_at_most_field;
        if (field) out += ":" + definition.fields.at(term.subject).name;
        if (term.op == Op::signed_live || term.op == Op::signed_by_another) {
            out += ":" + definition.signatures.at(term.subject).name;
        }
        if (term.op == Op::in_state || term.op == Op::approvals_at_least) {
            out += ":" + definition.states.at(term.subject).name;
        }
        const bool joins = term.op >= Op::op_not;
        if (engine::asks_of_deadline(term)) {
            out += ":" + definition.timers.at(term.subject).name;
            if (term.op == Op::deadline_expired) continue;
        }
        if (!joins && term.op != Op::field_given && term.op != Op::signed_live &&
            term.op != Op::signed_by_another && term.op != Op::in_state) {
            out += fmt::format(":{}", term.operand);
        }
    }
    return out;
}

std::string compiled(const std::string& guard) {
    const Compilation compilation = compile(rules(guard));
    INFO(guard);
    CHECK(render(compilation.diagnostics) == "");
    if (!compilation.rulebook) return "";
    const auto& definition = compilation.rulebook->flows.front()->definition;
    const engine::Guard& made = definition.actions.front().when;
    CHECK(stack_depth(made.terms) <= engine::kGuardDepth);
    return written(definition, made);
}

// Code, column within the guard, and what is said.
std::string mistake(const std::string& guard) {
    const Compilation compilation = compile(rules(guard));
    CHECK_FALSE(compilation.rulebook.has_value());
    std::string out;
    for (const Diagnostic& d : compilation.diagnostics) {
        if (!out.empty()) out += " | ";
        CHECK(d.line == 14);
        out += fmt::format("{} {}+{}", d.code, d.column - 14, d.length);
        if (!d.hint.empty()) out += ": " + d.hint;
    }
    return out;
}

}  // namespace

TEST_CASE("guard: every form of the language") {
    CHECK(compiled("title given") == "given:title");
    CHECK(compiled("steps missing") == "given:steps not");
    CHECK(compiled("attribute = proactive") == "equals:attribute:0");
    CHECK(compiled("attribute != withheld") == "equals:attribute:1 not");
    CHECK(compiled("attribute in [proactive, withheld]") ==
          "equals:attribute:0 equals:attribute:1 or");
    CHECK(compiled("urgent = yes") == "equals:urgent:1");
    CHECK(compiled("urgent in [no]") == "equals:urgent:0");
    CHECK(compiled("copies = -5") == "equals:copies:-5");
    CHECK(compiled("copies < 10") == "less:copies:10");
    CHECK(compiled("copies <= 10") == "at_most:copies:10");
    CHECK(compiled("copies > 10") == "given:copies at_most:copies:10 not and");
    CHECK(compiled("copies >= 10") == "given:copies less:copies:10 not and");
    CHECK(compiled("formed_at >= 1970-01-11") == "given:formed_at less:formed_at:10 not and");
    CHECK(compiled("formed_at <= issued_at") == "by:formed_at:7");
    CHECK(compiled("formed_at > issued_at") == "before:issued_at:4");
    CHECK(compiled("formed_at = issued_at") == "by:formed_at:7 by:issued_at:4 and");
    CHECK(compiled("formed_at = 2024-02-29") == "equals:formed_at:19782");
    CHECK(compiled("length of title <= 20") == "at_most:title:20");
    CHECK(compiled("rows of steps >= 2") == "given:steps less:steps:2 not and");
    CHECK(compiled("rows of steps = 2") == "at_most:steps:2 less:steps:2 not and");
    CHECK(compiled("attribute matches note") == "same:attribute:2");
    CHECK(compiled("attachments >= 2") == "files:2");
    CHECK(compiled("attachments given") == "files:1");
    CHECK(compiled("attachments missing") == "files:1 not");
    CHECK(compiled("attachments < 3") == "files:3 not");
    CHECK(compiled("attachments <= 3") == "files:4 not");
    CHECK(compiled("attachments > 3") == "files:4");
    CHECK(compiled("attachments = 3") == "files:3 files:4 not and");
    CHECK(compiled("signed confidentiality") == "signed:confidentiality");
    CHECK(compiled("signed final by another") == "another:final");
    CHECK(compiled("actor is leader") == "role:0");
    CHECK(compiled("in b") == "in:b");
    CHECK(compiled("in tag open") == "tag:0");
    CHECK(compiled("approvals of b >= 2") == "approvals:b:2");
    CHECK(compiled("every part_of in tag open") == "every:0");
    CHECK(compiled("some part_of in tag open") == "some:0");
    CHECK(compiled("expired whole") == "expired:whole");
    CHECK(compiled("expired whole by formed_at") == "late:whole:4");
    // The state's own comes before that of the flow.
    CHECK(compiled("title given and not expired soon") == "given:title expired:a/soon not and");
    CHECK(compiled("related part_of >= 2") == "related:2");
    CHECK(compiled("related part_of = 0") == "related:0 related:1 not and");
    CHECK(compiled("not some part_of in tag open and related part_of < 3") ==
          "some:0 not related:3 not and");
    CHECK(compiled("true") == "constant:1");
    CHECK(compiled("false") == "constant:0");
}

TEST_CASE("guard: not binds closest, then and, then or; parentheses change that") {
    CHECK(compiled("title given or steps given and not attachments given") ==
          "given:title given:steps files:1 not and or");
    CHECK(compiled("(title given or steps given) and not attachments given") ==
          "given:title given:steps or files:1 not and");
    CHECK(compiled("not (title given or steps given)") == "given:title given:steps or not");
    CHECK(compiled("not not true") == "constant:1 not not");
    CHECK(compiled("true and true and true") == "constant:1 constant:1 and constant:1 and");
}

TEST_CASE("guard: it may be quoted, or folded over several lines") {
    CHECK(compiled("\"title given\"") == "given:title");
    CHECK(compiled(">-\n          title given\n          and true") ==
          "given:title constant:1 and");
}

TEST_CASE("guard: mistakes are told at their place, with what was probably meant") {
    CHECK(mistake("tilte given") == "unknown_field 1+5: did you mean `title`?");
    CHECK(mistake("body given") == "unknown_field 1+4: add it to `fields` of the flow `test`");
    CHECK(mistake("title given and atribute = proactive") ==
          "unknown_field 17+8: did you mean `attribute`?");
    CHECK(mistake("attribute = proactiv") == "unknown_choice 13+8: did you mean `proactive`?");
    CHECK(mistake("attribute in [proactive, other]") ==
          "unknown_choice 26+5: there are: proactive, withheld");
    CHECK(mistake("attribute = on or xyz given") ==
          "unknown_choice 13+2: there are: proactive, withheld | unknown_field 19+3");
    CHECK(mistake("attribute < proactive") == "type_error 11+1");
    CHECK(mistake("title = x") == "type_error 1+5: `title given` asks whether there is any");
    CHECK(mistake("title < 5") == "type_error 7+1: write `length of title < ...`");
    CHECK(mistake("steps >= 2") == "type_error 7+2: write `rows of steps >= ...`");
    CHECK(mistake("length of steps < 5") == "type_error 11+5");
    CHECK(mistake("rows of title < 5") == "type_error 9+5");
    CHECK(mistake("attribute matches title") == "type_error 19+5");
    CHECK(mistake("urgent = true") == "guard_syntax 10+4");
    CHECK(mistake("formed_at < 2026-02-30") ==
          "bad_date 13+10: write year, month and day like 2026-01-31");
    CHECK(mistake("formed_at < urgent") == "type_error 13+6");
    CHECK(mistake("formed_at < 20260101") == "guard_syntax 13+8");
    CHECK(mistake("copies < 99999999999999999999") == "bad_number 10+20");
    CHECK(mistake("attachments >= -1") == "bad_number 16+2");
    CHECK(mistake("signed finall") == "unknown_signature 8+6: did you mean `final`?");
    CHECK(mistake("signed final by someone") == "guard_syntax 17+7");
    CHECK(mistake("actor is leder") == "unknown_role 10+5: did you mean `leader`?");
    CHECK(mistake("in d") == "unknown_state 4+1");
    CHECK(mistake("in tag opne") == "unknown_tag 8+4: did you mean `open`?");
    CHECK(mistake("approvals of a >= 1") == "type_error 14+1");
    CHECK(mistake("approvals of x >= 1") == "unknown_state 14+1");
    CHECK(mistake("every partof in tag open") == "unknown_relation 7+6: did you mean `part_of`?");
    CHECK(mistake("some part_of in tag opne") == "unknown_tag 21+4: did you mean `open`?");
    CHECK(mistake("every part_of in open") == "guard_syntax 18+4");
    CHECK(mistake("every part_of") == "guard_syntax 13+1");
    CHECK(mistake("every given") == "unknown_field 1+5");
    CHECK(mistake("expired son") == "unknown_deadline 9+3: did you mean `soon`?");
    CHECK(mistake("expired") == "unknown_field 1+7 | guard_syntax 7+1");
    CHECK(mistake("expired whole by title") == "type_error 18+5");
    CHECK(mistake("expired whole by 2026-01-01") == "guard_syntax 18+10");
    CHECK(mistake("expired given") == "unknown_field 1+7");
    CHECK(mistake("related part_of >= 101") == "bad_number 20+3");
    CHECK(mistake("related part_of") == "guard_syntax 15+1");
    CHECK(mistake("(title given") == "guard_syntax 12+1");
    CHECK(mistake("title given)") == "guard_syntax 12+1");
    CHECK(mistake("title given steps given") == "guard_syntax 13+5");
    CHECK(mistake("title") == "guard_syntax 5+1");
    CHECK(mistake("and true") == "guard_syntax 1+3");
    CHECK(mistake("not") == "guard_syntax 3+1");
    CHECK(mistake("title given or") == "guard_syntax 14+1");
    CHECK(mistake("Title given") == "guard_syntax 1+1: names are written in lower case");
    CHECK(mistake("true && true") ==
          "guard_syntax 6+1: conditions are joined by `and`, `or` and `not`");
    CHECK(mistake("标题 given") == "guard_syntax 1+1");
    CHECK(mistake("$x") == "unknown_parameter 1+2");
}

TEST_CASE("guard: what it looks like in a quoted text, the caret still stands below the mistake") {
    const Compilation compilation = compile(rules("\"title  given and  tilte given\""));
    REQUIRE(compilation.diagnostics.size() == 1);
    CHECK(compilation.diagnostics[0].column == 15 + 19);
    const Compilation folded =
        compile(rules(">-\n          title given\n          and tilte given"));
    REQUIRE(folded.diagnostics.size() == 1);
    CHECK(folded.diagnostics[0].line == 16);
    CHECK(folded.diagnostics[0].column == 15);
}

TEST_CASE("guard: the stack that it needs is bounded, and so is its length") {
    std::string deep;
    for (int i = 0; i < 31; ++i)
        deep += "true and (";
    CHECK(stack_depth({}) == 0);
    CHECK_FALSE(compiled("\"" + deep + "true" + std::string(31, ')') + "\"").empty());
    CHECK(mistake("\"true and (" + deep + "true" + std::string(32, ')') + "\"")
              .starts_with("guard_too_complex"));
    CHECK(mistake("\"" + std::string(3000, '(') + "\"").starts_with("guard_too_complex"));
    std::string nots;
    for (int i = 0; i < 600; ++i)
        nots += "not ";
    CHECK(mistake(nots + "true").starts_with("guard_too_complex"));
    std::string longer = "true";
    for (int i = 0; i < 600; ++i)
        longer += " or true";
    CHECK(mistake(longer).starts_with("guard_too_complex"));
}

TEST_CASE("guard: what is compiled is what is evaluated") {
    const Compilation compilation = compile(rules(
        "attribute = proactive and (copies > 3 or formed_at < 2026-01-31) and not title missing"));
    REQUIRE(compilation.rulebook);
    const engine::Definition& definition = compilation.rulebook->flows.front()->definition;
    const engine::Guard& guard = definition.actions.front().when;
    engine::Document document;
    document.places.resize(1);
    document.fields.resize(definition.fields.size());
    const auto set = [&](const char* name, engine::Value value) {
        document.fields[definition.field(name)] = value;
    };
    const auto holds = [&] {
        return engine::holds(guard, definition, document, nullptr, engine::Instant{});
    };
    CHECK_FALSE(holds());
    set("attribute", engine::Choice{0});
    set("title", engine::Committed{{}, 2});
    CHECK_FALSE(holds());  // neither number nor date: no comparison is true
    set("copies", std::int64_t{3});
    CHECK_FALSE(holds());
    set("copies", std::int64_t{4});
    CHECK(holds());
    set("copies", std::int64_t{0});
    set("formed_at", engine::to_date(2026, 1, 30));
    CHECK(holds());
    set("formed_at", engine::to_date(2026, 1, 31));
    CHECK_FALSE(holds());
    set("copies", std::int64_t{9});
    set("title", engine::Committed{{}, 0});
    CHECK_FALSE(holds());
    set("title", engine::Committed{{}, 1});
    set("attribute", engine::Choice{1});
    CHECK_FALSE(holds());
}
