// What is wrong with a rule file is told: with its code, at its place, all of it at once.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "language/rulebook.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

using Places = std::vector<std::string>;

Places wrong(const std::vector<SourceFile>& files) {
    const Compilation compilation = compile(files);
    CHECK(compilation.rulebook.has_value() != has_errors(compilation.diagnostics));
    return test::places(compilation.diagnostics);
}

// A flow with these lines after `states:`, which is line 4.
std::string flow(const std::string& states) {
    return "flow: f\nfields: [title, attribute, note, formed_at]\nstart: a\nstates:\n" + states;
}

// The action `x` of a state that is otherwise right, on line 7.
Places action(const std::string& text, const std::string& more = "") {
    return wrong(test::with_vocabulary(
        flow("  a:\n    worklist: clerk\n    actions: {x: {" + text + "}, y: {to: b}}\n" +
             "    deadlines: {soon: {within: 2 days, late: escalate to clerk}, "
             "wait: {at_least: 1 day}}\n  b: {final: true}\n" +
             more)));
}

Places deadline(const std::string& text) {
    return wrong(test::with_vocabulary(
        flow("  a:\n    worklist: clerk\n    actions: {x: {to: b}, t: {to: b, by: clock}, "
             "u: {to: b}}\n  b: {final: true}\ndeadlines:\n  d: {" +
             text + "}\n  e: {within: 1 day, late: take t}\n")));
}

Places with_part(const std::string& use, const std::string& part,
                 const std::string& on = "{done: b}") {
    auto files = test::with_vocabulary("flow: f\nfields: [title]\nuses:\n  p: " + use +
                                       "\nstart: a\nstates:\n  a: {run: p, on: " + on +
                                       "}\n  b: {final: true}\n");
    files.push_back({"parts/p.yaml", part});
    return wrong(files);
}

const char* const kPart =
    "part: p\nexits: [done]\nparameters: {n: {default: 1 day}, m: }\nstart: x\nstates:\n"
    "  x: {worklist: $m, actions: {go: {to: done}}, deadlines: {d: {within: $n, late: escalate "
    "to clerk}}}\n";

}  // namespace

TEST_CASE("mistakes: a whole set of broken rules reads as in the golden file") {
    const auto files = load_directory(GONGKAI_SOURCE_DIR "/tests/language/broken");
    REQUIRE(files.has_value());
    const Compilation compilation = compile(files.value());
    CHECK_FALSE(compilation.rulebook.has_value());
    for (const auto& [tongue, name] :
         {std::pair{Tongue::english, "broken.en.txt"}, {Tongue::chinese, "broken.zh.txt"}}) {
        const std::string actual = render(compilation.diagnostics, tongue);
        const std::string expected = test::read_text("tests/language/golden/" + std::string(name));
        // What it says now, to compare and, if it is better, to copy.
        const auto beside = std::filesystem::path(GONGKAI_BINARY_DIR) / name;
        if (actual != expected) std::ofstream(beside, std::ios::binary) << actual;
        INFO("see " << beside);
        CHECK(actual == expected);
    }
}

TEST_CASE("mistakes: in the shape of a file") {
    const auto one = [](const std::string& text) { return wrong(test::with_vocabulary(text)); };
    CHECK(one("flow: f\nstart: a\n") == Places{"missing_key 1:1"});
    CHECK(one("a: b\n") == Places{"missing_key 1:1"});
    CHECK(one("flow: f\npart: f\nstart: a\nstates: {a: {}}\n") == Places{"conflicting_keys 1:1"});
    CHECK(one("[1, 2]\n") == Places{"missing_key 1:1"});
    CHECK(one("flow: F\nstart: a\nopen: clerk\nstates: {a: {final: true}}\n") ==
          Places{"bad_name 1:7"});
    CHECK(one("flow: f\nopen: clerk\nstart: a\nstates: [a]\n") == Places{"wrong_shape 4:9"});
    CHECK(one("flow: f\nopen: clerk\nstart: a\nstates: {a: text}\n") == Places{"wrong_shape 4:13"});
    CHECK(one("flow: f\nopen: clerk\nstart:\nstates: {a: {final: true}}\n") ==
          Places{"empty_value 3:1"});
    CHECK(one("flow: f\nopen: clerk\nstart: [a]\nstates: {a: {final: true}}\n") ==
          Places{"wrong_shape 3:8"});
    CHECK(one("flow: f\nopen: clerk\nstart: a\nstates: {a: {final: true}}\nstarts: a\n") ==
          Places{"unknown_key 5:1"});
    CHECK(one("flow: f\nopen: clerk\nstart: a\nstates: {a: {final: True}}\n") ==
          Places{"bad_value 4:21"});
    CHECK(one("flow: f\nopen: clerk\nstart: a\nstates: {a: {final: $x}}\n") ==
          Places{"bad_value 4:21"});
    CHECK(one("flow: f\nopen: clerk\nstart: in\nstates: {in: {final: true}}\n") ==
          Places{"reserved_name 4:10"});
    CHECK(one("flow: f\nfields: [title, title]\nopen: clerk\nstart: a\nstates: {a: {final: "
              "true}}\n") == Places{"duplicate_name 2:17"});
    CHECK(one("flow: f\nstart: a\nstates: {a: {final: true}}\n") == Places{"nobody_acts 2:8"});
    CHECK(one("flow: f\nopen: []\nstart: a\nstates: {a: {final: true}}\n") ==
          Places{"nobody_acts 3:8"});
    CHECK(one("flow: f\nopen: [clock]\nstart: a\nstates: {a: {final: true}}\n") == Places{});
}

TEST_CASE("mistakes: in the set of files") {
    const std::string good = "flow: f\nopen: clerk\nstart: a\nstates: {a: {final: true}}\n";
    auto files = test::with_vocabulary(good);
    files.push_back({"second.yaml", good});
    CHECK(wrong(files) == Places{"duplicate_name 1:7"});
    CHECK(wrong({{"flow.yaml", good}}) == Places{"missing_file 0:0"});
    CHECK(wrong({}) == Places{"missing_file 0:0"});
    files = test::with_vocabulary(good);
    files.push_back({"flow.yaml", good});
    CHECK(wrong(files) == Places{"duplicate_name 0:0", "duplicate_name 1:7"});
    files = test::with_vocabulary(good);
    for (const char* name : {"flow.yml", "Flow.yaml", "a b.yaml", "../x.yaml", "/x.yaml",
                             "a//b.yaml", ".yaml", "a/.yaml", "a\nfile 1 b.yaml"}) {
        files.back().path = "vocabulary.yaml";
        auto more = files;
        more.push_back({name, good});
        INFO(name);
        CHECK(wrong(more) == Places{"bad_file_name 0:0"});
    }
    files.push_back({"parts/idle.yaml", kPart});
    CHECK(wrong(files) == Places{"unused_part 1:1"});
    files.back().text = "part: p\nexits: [done]\nstart: x\nstates: {x: {final: perhaps}}\n";
    CHECK(wrong(files) == Places{"unused_part 1:1", "bad_value 4:21"});
}

TEST_CASE("mistakes: in an action") {
    CHECK(action("to: b") == Places{});
    CHECK(action("to: c") == Places{"unknown_state 7:23"});
    CHECK(action("title: x") == Places{"missing_key 7:15"});
    CHECK(action("kind: stay") == Places{});
    CHECK(action("kind: stay, to: a") == Places{});
    CHECK(action("kind: stay, to: b") == Places{"conflicting_keys 7:35"});
    CHECK(action("kind: back, to: b") == Places{"bad_value 7:25"});
    CHECK(action("to: b, by: clrk") == Places{"unknown_role 7:30"});
    CHECK(action("to: b, by: clerk @ home") == Places{"bad_who 7:30"});
    CHECK(action("to: b, by: clerk @ department") == Places{"bad_who 7:30"});
    CHECK(action("to: b, by: [clerk, leader @ anywhere, x @ department y-1]") ==
          Places{"unknown_role 7:57"});
    CHECK(action("to: b, needs: [titel]") == Places{"unknown_field 7:34"});
    CHECK(action("to: b, needs: body") == Places{"unknown_field 7:33"});
    CHECK(action("to: b, needs: attachments") == Places{"unknown_field 7:33"});
    CHECK(action("to: b, asks: [note]") == Places{"field_derived 7:33"});
    CHECK(action("to: b, needs: [note]") == Places{});
    CHECK(action("to: b, when: [a]") == Places{"wrong_shape 7:32"});
    CHECK(action("to: b, comment: always") == Places{"bad_value 7:35"});
    CHECK(action("to: b, sign: finale") == Places{"unknown_signature 7:32"});
    CHECK(action("to: b, not_by: drafters") == Places{"bad_value 7:34"});
    CHECK(action("to: b, sign: final, not_by: [signer of first]") ==
          Places{"unknown_signature 7:58"});
    CHECK(action("to: b, after: later") == Places{"unknown_deadline 7:33"});
    CHECK(action("to: b, after: soon") == Places{"not_a_minimum 7:33"});
    CHECK(action("to: b, after: wait") == Places{});
    CHECK(action("to: b, when: not expired soon") == Places{});
    CHECK(action("to: b, when: not expired wait") == Places{});
    CHECK(action("to: b, when: not expired later") == Places{"unknown_deadline 7:44"});
    CHECK(action("to: b, when: expired there",
                 "deadlines: {there: {within: 1 day, in: b, period: true}}\n") ==
          Places{"deadline_not_running 7:32"});
    CHECK(action("to: b, restart: son") == Places{"unknown_deadline 7:35"});
    CHECK(action("kind: stay, extend: {deadline: soon, by: 1 month}") ==
          Places{"unit_mismatch 7:60"});
    CHECK(action("kind: stay, extend: {deadline: wait, by: 1 day}") ==
          Places{"not_a_deadline 7:50"});
    CHECK(action("to: b, hand_over: true") == Places{});
    CHECK(action("to: b, hand_over: true, withdrawable: true") == Places{"conflicting_keys 7:37"});
    CHECK(action("to: b, hand_over: perhaps").size() == 1);
    CHECK(action("kind: stay, extend: {by: 1 day}") == Places{"missing_key 7:39"});
    CHECK(action("to: b, effects: [publish drafts]") == Places{"bad_effect 7:36"});
    CHECK(action("to: b, effects: [notify nobody as told]") == Places{"unknown_role 7:43"});
    CHECK(action("to: b, effects: [notify clerk as Told]") == Places{"bad_name 7:52"});
    CHECK(action("to: b, effects: call 110") == Places{"bad_name 7:40"});
    CHECK(action("to: b, by: clock") == Places{"never_taken 7:15"});
    CHECK(action("to: b, by: clock, sign: final") ==
          Places{"never_taken 7:15", "conflicting_keys 7:43"});
}

TEST_CASE("mistakes: in a state") {
    const auto state = [](const std::string& text) {
        return wrong(
            test::with_vocabulary(flow("  a: {" + text + "}\n  b: {final: true}\nopen: clerk\n")));
    };
    CHECK(state("final: true") == Places{});
    CHECK(state("actions: {x: {to: b}}") == Places{"nobody_acts 5:17"});
    CHECK(state("edit: [title]") == Places{"nobody_acts 5:3"});
    CHECK(state("worklist: clerk, edit: [note]") == Places{"field_derived 5:31"});
    CHECK(state("worklist: clerk, edit: all") == Places{});
    CHECK(state("worklist: clerk, edit: [all]") == Places{"unknown_field 5:31"});
    CHECK(state("renew: [finl]") == Places{"unknown_signature 5:15"});
    CHECK(state("renew: [final]") == Places{});
    CHECK(state("consult: {whom: xx}") == Places{"unknown_role 5:23"});
    CHECK(state("consult: {blocks: true}") == Places{"missing_key 5:16"});
    CHECK(state("reassign: xx") == Places{"unknown_role 5:17"});
    CHECK(state("tags: [A]") == Places{"bad_name 5:14"});
    CHECK(state("on: {done: b}") == Places{"unknown_key 5:7"});
    CHECK(state("run: p, on: {done: b}") == Places{"unknown_part 5:12"});
    CHECK(state("run: p, on: {done: b}, worklist: clerk") ==
          Places{"unknown_part 5:12", "unknown_key 5:30"});
    CHECK(state("run: p, all: {x: {run: p}}") == Places{"conflicting_keys 5:3"});
    CHECK(state("all: {}, then: b") == Places{"missing_key 5:12"});
    CHECK(state("all: {x: {run: p}}") == Places{"missing_key 5:6", "unknown_part 5:22"});
    CHECK(state("all: {x: {run: p}}, any: {y: {run: p}}, then: b") ==
          Places{"conflicting_keys 5:3", "unknown_part 5:22"});
    CHECK(state("quorum: 1, then: b") ==
          Places{"conflicting_keys 5:3", "quorum_out_of_range 5:15"});
    CHECK(state("countersign: {by: clerk, seats: 0, quorum: 1}, on: {passed: b, failed: b}") ==
          Places{"bad_number 5:39"});
    CHECK(state("countersign: {by: clerk, seats: 02, quorum: 1}, on: {passed: b, failed: b}") ==
          Places{"bad_number 5:39"});
    CHECK(state("countersign: {by: clerk, seats: 2, quorum: 3}, on: {passed: b, failed: b}") ==
          Places{"quorum_out_of_range 5:50"});
    CHECK(state("countersign: {by: clerk, seats: 2, quorum: 1}, on: {passed: b, other: b}") ==
          Places{"exit_not_routed 5:3", "unknown_exit 5:70"});
    CHECK(state("countersign: {by: clerk, seats: 2, quorum: 1, not_by: signer of final}, "
                "on: {passed: b, failed: b}") == Places{"bad_value 5:61"});
}

TEST_CASE("mistakes: in a relation") {
    const auto relation = [](const std::string& text, const std::string& state = "") {
        return wrong(
            test::with_vocabulary(flow("  a: {worklist: clerk, relates: r" + state +
                                       "}\n  b: {final: true}\nrelations: {r: {" + text + "}}\n")));
    };
    CHECK(relation("flow: f") == Places{});
    CHECK(relation("flow: f, title: 关联, basis: x") == Places{});
    CHECK(relation("flow: f, public_link: 原件") == Places{});
    CHECK(relation("flow: f, public_link: [原件]") == Places{"wrong_shape 7:39"});
    CHECK(relation("flow: f, public_link:") == Places{"empty_value 7:26"});
    CHECK(relation("title: x") == Places{"missing_key 7:16"});
    CHECK(relation("flow: g") == Places{"unknown_flow 7:23"});
    CHECK(relation("flow: f, to: f") == Places{"unknown_key 7:26"});
    CHECK(relation("flow: f", "x") == Places{"unknown_relation 5:33", "unused_relation 7:13"});
    CHECK(relation("flow: f", ", actions: {x: {to: b, when: some r in tag t}}") ==
          Places{"unknown_tag 5:77"});
    CHECK(wrong(test::with_vocabulary(
              flow("  a: {relates: r}\n  b: {final: true}\nopen: clerk\nrelations: {r: {flow: "
                   "f}}\n"))) == Places{"nobody_acts 5:3"});
    CHECK(wrong(test::with_vocabulary(flow("  a: {worklist: clerk}\nrelations: {in: {flow: "
                                           "f}}\n"))) ==
          Places{"reserved_name 6:13", "unused_relation 6:13"});
}

TEST_CASE("mistakes: in a deadline") {
    CHECK(deadline("within: 3 days, late: escalate to clerk") == Places{});
    CHECK(deadline("late: escalate to clerk") == Places{"missing_key 10:3"});
    CHECK(deadline("within: 3 days, at_least: 3 days") == Places{"conflicting_keys 10:3"});
    for (const char* amount :
         {"3", "0 days", "-1 days", "03 days", "3 weeks", "10001 days", "3 day s", "three days",
          "3 working", "3 working days long", "3days"}) {
        INFO(amount);
        CHECK(deadline("within: " + std::string(amount)) == Places{"bad_amount 10:15"});
    }
    for (const char* amount : {"1 hour", "1 working day", "10000 months"}) {
        INFO(amount);
        CHECK(deadline("within: " + std::string(amount)) == Places{});
    }
    CHECK(deadline("within: 3 days, from: title") == Places{"type_error 10:29"});
    CHECK(deadline("within: 3 days, from: copies") == Places{"unknown_field 10:29"});
    CHECK(deadline("within: 3 days, in: [a, c]") == Places{"unknown_state 10:31"});
    CHECK(deadline("within: 3 days, in: a/b") == Places{"unknown_state 10:27"});
    CHECK(deadline("within: 3 days, in: a, until: b") == Places{"conflicting_keys 10:37"});
    CHECK(deadline("within: 3 days, pauses_in: c") == Places{"unknown_state 10:34"});
    CHECK(deadline("within: 3 days, late: publish") == Places{"bad_value 10:29"});
    CHECK(deadline("within: 3 days, late: take z") == Places{"unknown_action 10:34"});
    CHECK(deadline("within: 3 days, late: take x") == Places{"not_for_clock 10:34"});
    CHECK(deadline("within: 3 days, late: take t") == Places{});
    CHECK(deadline("within: 3 days, late: [take t, escalate to clerk]") == Places{});
    CHECK(deadline("at_least: 3 days, late: take t") == Places{"conflicting_keys 10:31"});
    CHECK(deadline("within: 3 days, late: escalate to clerk, reminder: true") == Places{});
    CHECK(deadline("within: 3 days, reminder: false") == Places{});
    CHECK(deadline("within: 3 days, reminder: true") == Places{"missing_key 10:3"});
    CHECK(deadline("within: 3 days, late: take t, reminder: true") == Places{"missing_key 10:3"});
    CHECK(deadline("at_least: 3 days, reminder: true") == Places{"conflicting_keys 10:3"});
    CHECK(deadline("within: 3 days, period: true") == Places{});
    CHECK(deadline("within: 3 days, period: true, late: take t") == Places{});
    CHECK(deadline("at_least: 3 days, period: true") == Places{"conflicting_keys 10:3"});
    CHECK(deadline("within: 3 days, late: escalate to clerk, reminder: true, period: true") ==
          Places{"conflicting_keys 10:3"});
    CHECK(deadline("within: 3 days, period: always") == Places{"bad_value 10:31"});
    CHECK(deadline("within: 3 days, from: {field: formed_at, when: expired e}") ==
          Places{"deadline_on_deadline 10:54"});
    CHECK(deadline("within: 3 days, late: escalate to clerk, reminder: soon") ==
          Places{"bad_value 10:58"});
    CHECK(wrong(test::with_vocabulary(
              flow("  a:\n    worklist: clerk\n    actions: {t: {to: b, by: clock}}\n"
                   "    deadlines: {d: {within: 1 day, late: take t, in: a}}\n"
                   "  b:\n    worklist: clerk\n    actions: {t: {to: a, by: clock}}\n"
                   "deadlines: {d: {within: 1 day, late: take t}}\n"))) ==
          Places{"conflicting_keys 8:17", "ambiguous_action 12:43"});
}

TEST_CASE("mistakes: in the use of a part") {
    CHECK(with_part("{part: parts/p, with: {m: clerk}}", kPart) == Places{});
    CHECK(with_part("parts/p", kPart) == Places{"missing_parameter 4:3"});
    CHECK(with_part("{part: parts/q, with: {m: clerk}}", kPart) ==
          Places{"unknown_part 4:13", "unused_part 1:1"});
    CHECK(with_part("{part: parts/p, with: {m: clerk, o: 1}}", kPart) ==
          Places{"unknown_parameter 4:39"});
    CHECK(with_part("{part: parts/p, with: {m: [clerk, leader]}}", kPart) == Places{});
    CHECK(with_part("{part: parts/p, with: {m: clerk, n: soon}}", kPart) ==
          Places{"bad_amount 4:42"});
    CHECK(with_part("{part: parts/p, with: {m: clerk}}", kPart, "{}") ==
          Places{"exit_not_routed 7:12"});
    CHECK(with_part("{part: parts/p, with: {m: clerk}}", kPart, "{done: c, other: b}") ==
          Places{"unknown_state 7:26", "unknown_exit 7:29"});
    CHECK(with_part("parts/p", "part: p\nexits: [x, y, x]\nstart: x\nstates: {x: {final: true}}\n",
                    "{x: b, y: b}") ==
          Places{"nobody_acts 5:8", "duplicate_name 2:9", "duplicate_name 2:15"});
    CHECK(
        with_part("parts/p", "part: p\nexits: [done]\nstart: done\nstates: {x: {final: true}}\n") ==
        Places{"unknown_state 3:8"});
    CHECK(with_part("parts/p",
                    "part: p\nexits: [done]\nuses: {again: parts/p}\nstart: x\nstates:\n"
                    "  x: {run: again, on: {done: done}}\n") == Places{"recursive_part 3:15"});
    CHECK(with_part("parts/p",
                    "part: p\nexits: [done]\nstart: x\nstates:\n"
                    "  x: {worklist: clerk, edit: [body], actions: {go: {to: done, when: body "
                    "given}}}\n") == Places{"unknown_field 5:31", "unknown_field 5:69"});
    CHECK(with_part("parts/p",
                    "part: p\nexits: [done]\nstart: x\nstates:\n"
                    "  x: {worklist: $who, actions: {go: {to: done}}}\n") ==
          Places{"unknown_parameter 5:17"});
}

TEST_CASE("mistakes: in a fork") {
    const auto fork = [](const std::string& text) {
        auto files = test::with_vocabulary(
            "flow: f\nfields: [title]\nuses: {p: parts/p}\nopen: clerk\nstart: a\nstates:\n  a: {" +
            text + "}\n  b: {final: true}\n");
        files.push_back({"parts/p.yaml",
                         "part: p\nexits: [done, stop]\nstart: x\nstates:\n"
                         "  x: {worklist: clerk, actions: {go: {to: done}, no: {to: stop}}}\n"});
        return wrong(files);
    };
    CHECK(fork("all: {x: {run: p}, y: {run: p, when: title given}}, then: b, on: {stop: b}") ==
          Places{});
    CHECK(fork("all: {x: {run: p}}, then: c") == Places{"unknown_state 7:33"});
    CHECK(fork("all: {x: {run: p}}, then: b, join: z") == Places{"unknown_branch 7:42"});
    CHECK(fork("all: {x: {run: p}}, then: b, on: {stopp: b}") == Places{"unknown_exit 7:41"});
    CHECK(fork("all: {x: {run: p, when: title}}, then: b") == Places{"guard_syntax 7:35"});
    CHECK(fork("quorum: 2, branches: {x: {run: p}}, then: b") ==
          Places{"quorum_out_of_range 7:15"});
    CHECK(fork("all: {x: {when: true}}, then: b") ==
          Places{"unused_part 3:8", "missing_key 7:16", "unused_part 1:1"});
    CHECK(fork("any: {x: {run: p}}, then: b, actions: {stop: {to: b, by: leader}}") == Places{});
}

TEST_CASE("mistakes: in the vocabulary") {
    const auto vocabulary = [](const std::string& text) {
        return wrong({{"vocabulary.yaml", text}});
    };
    CHECK(vocabulary("roles: {a: {title: x}}\n") == Places{});
    CHECK(vocabulary("role: {a: {title: x}}\n") == Places{"unknown_key 1:1"});
    CHECK(vocabulary("roles: {a: x}\n") == Places{"wrong_shape 1:12"});
    CHECK(vocabulary("roles: {drafter: {title: x}}\n") == Places{"reserved_name 1:9"});
    CHECK(vocabulary("roles: {a: {}, b: {}}\nexclusive: [a, b]\n") ==
          Places{"wrong_shape 2:13", "wrong_shape 2:16"});
    CHECK(vocabulary("roles: {a: {}, b: {}}\nexclusive: [[a, c]]\n") ==
          Places{"unknown_role 2:17"});
    CHECK(vocabulary("fields: {a: {title: x}}\n") == Places{"missing_key 1:13"});
    CHECK(vocabulary("fields: {a: {type: text, choices: {x: y}}}\n") ==
          Places{"conflicting_keys 1:35"});
    CHECK(vocabulary("fields: {a: {type: choice}}\n") == Places{"missing_key 1:10"});
    CHECK(vocabulary("fields: {a: {type: flag, max: 3}}\n") == Places{"conflicting_keys 1:31"});
    CHECK(vocabulary("fields: {a: {type: text, max: 0}}\n") == Places{"bad_number 1:31"});
    CHECK(vocabulary("fields: {a: {type: text}}\ngroups: {g: [a, b]}\n") ==
          Places{"unknown_field 2:17"});
    CHECK(vocabulary("fields: {a: {type: text}}\ngroups: {a: [a]}\n") ==
          Places{"duplicate_name 2:10"});
}

TEST_CASE("mistakes: in the policy") {
    const auto policy = [](const std::string& text) {
        auto files = test::with_vocabulary(
            "flow: f\nfields: [title]\nopen: clerk\nstart: a\nstates: {a: {final: true, tags: "
            "end}}\n");
        files.push_back({"policy.yaml", "policy:\n  r: {" + text + "}\n"});
        return wrong(files);
    };
    CHECK(policy("at: publish, require: signed final, in: f") == Places{});
    CHECK(policy("at: [enter end, always], never: body given") == Places{});
    CHECK(policy("at: publish") == Places{"missing_key 2:3"});
    CHECK(policy("at: publish, require: true, never: false") == Places{"conflicting_keys 2:3"});
    CHECK(policy("require: true") == Places{"missing_key 2:6"});
    CHECK(policy("at: published, require: true") == Places{"bad_value 2:11"});
    CHECK(policy("at: [enter end, enter start], require: true") == Places{"conflicting_keys 2:29"});
    CHECK(policy("at: [resting, always], require: true") == Places{"conflicting_keys 2:11"});
    CHECK(policy("at: enter ende, require: true") == Places{"unknown_tag 2:17"});
    CHECK(policy("at: always, require: titel given") == Places{"unknown_field 2:28"});
    CHECK(policy("at: always, require: in tag ende") == Places{"unknown_tag 2:35"});
    CHECK(policy("at: always, require: in b") == Places{"unknown_state 2:31"});
    CHECK(policy("at: always, require: some r in tag end") == Places{"unknown_relation 2:33"});
    CHECK(policy("at: always, require: signed issue") == Places{"unknown_signature 2:35"});
    CHECK(policy("at: always, require: true, in: [f, g]") == Places{"unknown_flow 2:42"});
}

TEST_CASE("mistakes: a guard that asks for what nobody in the flow signs is worth a warning") {
    const Places found = action("to: b, when: signed final");
    CHECK(found == Places{"never_signed 7:32"});
}

TEST_CASE("mistakes: parts that would grow without bound are refused") {
    // Each runs the next ten times.
    std::vector<SourceFile> files = test::with_vocabulary(
        "flow: f\nuses: {p: parts/p0}\nopen: clerk\nstart: a\nstates:\n"
        "  a: {run: p, on: {done: b}}\n  b: {final: true}\n");
    for (int i = 0; i < 8; ++i) {
        std::string text = "part: p" + std::to_string(i) + "\nexits: [done]\nuses: {n: parts/p" +
                           std::to_string(i + 1) + "}\nstart: s0\nstates:\n";
        for (int k = 0; k < 10; ++k) {
            text += "  s" + std::to_string(k) +
                    ": {run: n, on: {done: " + (k == 9 ? "done" : "s" + std::to_string(k + 1)) +
                    "}}\n";
        }
        files.push_back({"parts/p" + std::to_string(i) + ".yaml", text});
    }
    files.push_back({"parts/p8.yaml",
                     "part: p8\nexits: [done]\nstart: x\nstates: {x: {worklist: clerk, actions: "
                     "{go: {to: done}}}}\n"});
    CHECK(wrong(files) == Places{"too_large 4:10"});

    // Each doubles what it is given.
    files = test::with_vocabulary(
        "flow: f\nuses: {p: {part: parts/q0, with: {x: [clerk, leader]}}}\nstart: a\nstates:\n"
        "  a: {run: p, on: {done: b}}\n  b: {final: true}\n");
    for (int i = 0; i < 24; ++i) {
        const std::string number = std::to_string(i);
        files.push_back(
            {"parts/q" + number + ".yaml",
             "part: q" + number + "\nexits: [done]\nparameters: {x: }\nuses: {n: {part: parts/q" +
                 std::to_string(i + 1) +
                 ", with: {x: [$x, $x]}}}\nstart: s\nstates: {s: {run: n, on: {done: done}}}\n"});
    }
    files.push_back({"parts/q24.yaml",
                     "part: q24\nexits: [done]\nparameters: {x: }\nstart: s\nstates: {s: "
                     "{worklist: $x, actions: {go: {to: done}}}}\n"});
    const Places found = wrong(files);
    CHECK_FALSE(found.empty());
    CHECK(std::any_of(found.begin(), found.end(),
                      [](const std::string& f) { return f.starts_with("too_"); }));
}

TEST_CASE("mistakes: of a file that is wrong throughout, the first few hundred are told") {
    std::string text = "flow: f\nopen: clerk\nstart: a\nstates:\n  a: {final: true}\n";
    for (int i = 0; i < 20'000; ++i)
        text += "key" + std::to_string(i) + ": x\n";
    const Places found = wrong(test::with_vocabulary(text));
    CHECK(found.size() == 500);
}

TEST_CASE("mistakes: in a limit of the law, a day 0, a last day, and what an action sets") {
    const auto with_limits = [](const std::string& limits, const std::string& timer) {
        auto files = test::with_vocabulary(
            flow("  a:\n    worklist: clerk\n    actions: {x: {to: b}}\n  b: {final: true}\n"
                 "deadlines:\n  d: {" +
                 timer + ", late: escalate to clerk}\n"));
        files.push_back({"deadlines.yaml", "deadlines:\n  t1: {" + limits + "}\n"});
        return wrong(files);
    };
    CHECK(with_limits("within: 20 days", "limit: t1") == Places{});
    CHECK(with_limits("within: 20 days", "limit: t2") == Places{"unknown_limit 10:14"});
    CHECK(with_limits("within: 20 fortnights", "limit: t1") == Places{"bad_amount 2:16"});
    CHECK(with_limits("title: x", "within: 1 day") == Places{"missing_key 2:3"});
    CHECK(with_limits("within: 1 day, at_least: 1 day", "within: 1 day") ==
          Places{"conflicting_keys 2:3"});
    CHECK(with_limits("yearly: 13-01", "limit: t1") == Places{"bad_date 2:16"});
    CHECK(with_limits("yearly: 02-29", "limit: t1") == Places{});
    CHECK(with_limits("at_least: 3 days", "limit: t1") == Places{"conflicting_keys 10:3"});
    CHECK(deadline("limit: t1, within: 1 day") == Places{"conflicting_keys 10:3"});
    CHECK(deadline("on: title, late: escalate to clerk") == Places{"type_error 10:11"});
    CHECK(deadline("on: formed_at, from: formed_at") == Places{});
    CHECK(deadline("within: 1 day, from: [title]") == Places{"type_error 10:29"});
    CHECK(deadline("within: 1 day, from: [{field: formed_at, when: title gvien}]") ==
          Places{"guard_syntax 10:60"});
    CHECK(deadline("within: 1 day, from: [{when: title given}]") == Places{"missing_key 10:29"});
    CHECK(action("to: b, set: {attribute: proactive, formed_at: today}") == Places{});
    CHECK(action("to: b, set: {attribute: nothing}") == Places{});
    CHECK(action("to: b, set: {attribute: secret}") == Places{"type_error 7:43"});
    CHECK(action("to: b, set: {formed_at: now}") == Places{"type_error 7:43"});
    CHECK(action("to: b, set: {title: today}") == Places{"type_error 7:39"});
    CHECK(action("to: b, set: {colour: today}") == Places{"unknown_field 7:32"});
}

TEST_CASE("mistakes: in what a flow says of the catalogue") {
    const std::string effects =
        "  a:\n    worklist: clerk\n    actions: {x: {to: b}}\n  b: {final: true, enter: put "
        "item}\n";
    const auto item = [&](const std::string& columns) {
        return wrong(test::with_vocabulary(
            "flow: f\nfields: [title, body, attribute, steps, copies]\nstart: a\nitem: {" +
            columns + "}\nstates:\n" + effects));
    };
    const std::string rest =
        "change: attribute, catalog: title, level1: title, level2: title, content: body, "
        "basis: steps, flow: attribute";
    CHECK(item(rest + ", code: title") == Places{});
    CHECK(item(rest + ", code: title, version: copies") == Places{});
    CHECK(item(rest) == Places{"missing_key 4:7"});
    CHECK(item("code: title, " + rest + ", kode: title") == Places{"unknown_key 4:132"});
    CHECK(item("code: titel, " + rest) == Places{"unknown_field 4:14"});
    CHECK(item("code: steps, " + rest) == Places{"type_error 4:14"});
    CHECK(item("code: title, version: title, " + rest) == Places{"type_error 4:30"});
    CHECK(item("code: copies, " + rest) == Places{"type_error 4:14"});
    // An effect on the catalogue by a flow that does not say what it writes there.
    CHECK(wrong(test::with_vocabulary(flow(effects))) == Places{"missing_key 1:7"});
    CHECK(action("to: b, effects: [end item]") == Places{"missing_key 1:7"});
    CHECK(action("to: b, effects: [put items]") == Places{"bad_effect 7:36"});
}

TEST_CASE("mistakes: in what makes documents alike") {
    const auto alike = [&](const std::string& groups) {
        return wrong(test::with_vocabulary(
            "flow: f\nfields: [title, body, attribute, steps, copies]\nstart: a\nalike: {" +
            groups +
            "}\nstates:\n  a: {worklist: clerk, actions: {x: {to: b}}}\n  b: {final: true}\n"));
    };
    CHECK(alike("who: {title: 同一人, same: [title, copies, attribute]}") == Places{});
    CHECK(alike("what: {near: body, at_least: 60, numbers: false}") == Places{});
    CHECK(alike("what: {same: title, near: body, at_least: 100}") == Places{});
    CHECK(alike("what: {same: titel}") == Places{"unknown_field 4:22"});
    CHECK(alike("what: {near: formed_at, at_least: 60}") == Places{"unknown_field 4:22"});
    CHECK(alike("what: {same: steps}") == Places{"type_error 4:22"});
    CHECK(alike("what: {near: copies, at_least: 60}") == Places{"type_error 4:22"});
    CHECK(alike("what: {title: 同一人}") == Places{"missing_key 4:9"});
    CHECK(alike("what: {same: []}") == Places{"missing_key 4:9"});
    CHECK(alike("what: {near: body}") == Places{"missing_key 4:22"});
    CHECK(alike("what: {same: title, at_least: 60}") == Places{"missing_key 4:39"});
    CHECK(alike("what: {same: title, numbers: false}") == Places{"missing_key 4:38"});
    CHECK(alike("what: {near: body, at_least: 0}") == Places{"bad_number 4:38"});
    CHECK(alike("what: {near: body, at_least: 101}") == Places{"bad_number 4:38"});
    CHECK(alike("what: {near: body, at_least: 60, like: x}") == Places{"unknown_key 4:42"});
    CHECK(alike("What: {same: title}") == Places{"bad_name 4:9"});
}

TEST_CASE("mistakes: a part says nothing of what makes documents alike") {
    CHECK(with_part("parts/p",
                    "part: p\nexits: [done]\nstart: x\nalike: {who: {same: title}}\nstates:\n"
                    "  x: {worklist: clerk, actions: {go: {to: done}}}\n") ==
          Places{"unknown_key 4:1"});
}
