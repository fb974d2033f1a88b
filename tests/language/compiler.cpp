// The definition that comes out of tests/language/rules, in detail.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/guard.hpp"
#include "language/rulebook.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;
using engine::kNone;

namespace {

struct Decision {
    std::shared_ptr<const Flow> flow;
    const engine::Definition& definition;

    Decision() : flow(make()), definition(flow->definition) {}

    static std::shared_ptr<const Flow> make() {
        static const Compilation compilation = compile(test::fixture_rules());
        REQUIRE(compilation.rulebook);
        return compilation.rulebook->find("decision");
    }

    const engine::State& state(std::string_view name) const {
        const engine::StateId id = definition.state(name);
        INFO(name);
        REQUIRE(id != kNone);
        return definition.states[id];
    }
    const engine::Action& action(std::string_view state_name, std::string_view name) const {
        for (const engine::ActionId id : state(state_name).actions) {
            if (definition.actions[id].name == name) return definition.actions[id];
        }
        FAIL(name);
        return definition.actions.front();
    }
    const engine::Timer& timer(std::string_view name) const {
        const engine::TimerId id = definition.timer(name);
        INFO(name);
        REQUIRE(id != kNone);
        return definition.timers[id];
    }
    std::string name(engine::StateId id) const {
        return id == kNone ? "none" : definition.states[id].name;
    }
    std::set<std::string> names(const std::vector<engine::StateId>& ids) const {
        std::set<std::string> out;
        for (const engine::StateId id : ids)
            out.insert(name(id));
        return out;
    }
    std::vector<std::string> fields(const std::vector<engine::FieldId>& ids) const {
        std::vector<std::string> out;
        for (const engine::FieldId id : ids)
            out.push_back(definition.fields[id].name);
        return out;
    }
};

using Strings = std::vector<std::string>;
using Names = std::set<std::string>;
using engine::Assignment;
using engine::Scope;

}  // namespace

TEST_CASE("compiler: the flow, its fields and its people") {
    const Decision d;
    CHECK(d.definition.flow == "decision");
    CHECK(d.definition.title == "决策公开");
    CHECK(d.definition.basis == Strings{"国令713 第14条", "国令711 第26条"});
    CHECK(d.name(d.definition.start) == "drafting");
    CHECK(d.definition.openers ==
          std::vector<Assignment>{{"clerk", Scope::own_department, ""},
                                  {"office_head", Scope::own_department, ""}});
    CHECK(d.definition.incompatible_roles ==
          std::vector<Strings>{{"system_admin", "security_admin", "auditor"}});

    const engine::Field& attribute = d.definition.fields[d.definition.field("attribute")];
    CHECK(attribute.type == engine::FieldType::choice);
    REQUIRE(attribute.choices.size() == 3);
    CHECK(attribute.choices[1].name == "on_request");
    CHECK(attribute.choices[1].title == "依申请公开");
    CHECK(attribute.published);
    CHECK(attribute.content);
    CHECK(attribute.basis.size() == 1);
    CHECK(d.definition.fields[d.definition.field("title")].max_size == 200);
    CHECK(d.definition.fields[d.definition.field("body")].max_size == 200'000);
    CHECK(d.definition.fields[d.definition.field("copies")].max_size == 0);
    CHECK_FALSE(d.definition.fields[d.definition.field("urgent")].content);
    CHECK(d.definition.fields[d.definition.field("attribute_note")].derived);
    CHECK(d.definition.fields[d.definition.field("steps")].columns.size() == 3);

    // Only signatures that some step gives, in the order of the vocabulary.
    Strings signatures;
    for (const auto& kind : d.definition.signatures)
        signatures.push_back(kind.name);
    CHECK(signatures == Strings{"confidentiality", "collective", "final"});
}

TEST_CASE("compiler: a task") {
    const Decision d;
    const engine::State& drafting = d.state("drafting");
    CHECK(drafting.title == "起草");
    CHECK(drafting.region == 0);
    CHECK(drafting.kind == engine::StateKind::task);
    CHECK_FALSE(drafting.final);
    CHECK(drafting.worklist == std::vector<Assignment>{{"clerk", Scope::own_department, ""}});
    CHECK(d.fields(drafting.editable) ==
          Strings{"title", "body", "summary", "attribute", "attribute_reason", "formed_at"});
    CHECK(drafting.edit_attachments);
    REQUIRE(drafting.consult);
    CHECK(drafting.consult->blocks);
    CHECK(drafting.consult->whom == std::vector<Assignment>{{"expert", Scope::anywhere, ""}});
    CHECK(drafting.file == "decision.yaml");
    CHECK(drafting.line == 13);

    const engine::Action& submit = d.action("drafting", "submit");
    CHECK(submit.title == "送审");
    CHECK(d.name(submit.to) == "secrecy/review");
    CHECK(submit.kind == engine::ActionKind::forward);
    CHECK(submit.by == drafting.worklist);
    CHECK(d.fields(submit.needs) == Strings{"title", "body", "attribute"});
    CHECK(submit.when.text == "attribute = proactive or attribute_reason given");
    CHECK(submit.when.terms.size() == 3);
    CHECK(submit.withdrawable);
    CHECK(submit.comment == engine::CommentRule::optional);
    CHECK(d.action("drafting", "discard").comment == engine::CommentRule::required);

    const engine::State& signing = d.state("signing");
    CHECK(signing.worklist ==
          std::vector<Assignment>{{"chief", Scope::anywhere, ""},
                                  {"leader", Scope::department, "government_office"}});
    CHECK(signing.editable.size() == 10);  // all but the derived one
    CHECK(signing.edit_attachments);
    CHECK(signing.renewable.size() == 2);

    const engine::Action& issue = d.action("signing", "issue");
    CHECK(d.definition.signatures[issue.sign].name == "final");
    CHECK(issue.not_by_drafter);
    CHECK(issue.not_by_signer_of.empty());
    REQUIRE(issue.effects.size() == 3);
    CHECK(issue.effects[0].kind == engine::EffectKind::publish);
    CHECK(issue.effects[1].kind == engine::EffectKind::notify);
    CHECK(issue.effects[1].name == "published");
    CHECK(issue.effects[1].whom == std::vector<Assignment>{{"clerk", Scope::own_department, ""}});
    CHECK(issue.effects[2].kind == engine::EffectKind::call_out);
    CHECK(issue.effects[2].name == "filing");
    CHECK(d.state("published").final);
}

TEST_CASE("compiler: a part is inlined, with its parameters, and its exits lead on") {
    const Decision d;
    CHECK(d.definition.state("secrecy") == kNone);
    const engine::State& review = d.state("secrecy/review");
    CHECK(review.region == 0);
    CHECK(review.file == "parts/confidentiality_review.yaml");
    // The parameter's own default stands in the part; its place is the part's.
    CHECK(review.worklist ==
          std::vector<Assignment>{{"secrecy_officer", Scope::own_department, ""}});

    const engine::Action& clear = d.action("secrecy/review", "clear");
    CHECK(d.name(clear.to) == "participation");
    CHECK(d.definition.signatures[clear.sign].name == "confidentiality");
    CHECK(clear.not_by_drafter);
    // `signer of first_review`: nothing in this flow gives that signature.
    CHECK(clear.not_by_signer_of.empty());
    CHECK(d.fields(clear.asks) == Strings{"secrecy_opinion"});
    CHECK(d.name(d.action("secrecy/review", "classify").to) == "sealed");
    const engine::Action& back = d.action("secrecy/review", "return");
    CHECK(d.name(back.to) == "drafting");
    CHECK(back.kind == engine::ActionKind::return_to);
    CHECK(back.comment == engine::CommentRule::required);
    const engine::Action& refer = d.action("secrecy/review", "refer");
    CHECK(refer.kind == engine::ActionKind::refer_up);
    CHECK(d.name(refer.to) == "secrecy/referred");
    CHECK(refer.basis == Strings{"国令711 第17条"});
    // What has no articles of its own stands on those of what it is a part of.
    CHECK(review.basis == Strings{"国令711 第17条", "保密法 第35条"});
    CHECK(d.state("drafting").basis == Strings{"国令713 第14条", "国令711 第26条"});

    const engine::Action& extend = d.action("secrecy/review", "extend");
    CHECK(extend.kind == engine::ActionKind::stay);
    CHECK(extend.to == extend.from);
    REQUIRE(extend.extends);
    CHECK(d.definition.timers[extend.extends->timer].name == "secrecy/reply");
    CHECK(extend.extends->at_most.count == 5);
    CHECK(extend.extends->at_most.unit == engine::Unit::working_days);
    CHECK(extend.extends->once);
    const engine::Action& answered = d.action("secrecy/referred", "answered");
    REQUIRE(answered.restarts.size() == 1);
    CHECK(d.definition.timers[answered.restarts[0]].name == "secrecy/reply");

    // The same part with another period, within a part within a branch.
    CHECK(d.timer("secrecy/reply").amount.count == 7);
    CHECK(d.timer("participation/experts/check/reply").amount.count == 3);
    CHECK(d.timer("participation/comments/comment_period").amount.count == 40);
    CHECK(d.timer("either/y/comment_period").amount.count == 40);

    // Its exit, within a part within a branch, ends the branch.
    CHECK(d.name(d.action("participation/experts/check/review", "clear").to) ==
          "participation/experts/done");

    Strings groups;
    for (const engine::Group& group : d.definition.groups)
        groups.push_back(group.name + " " + group.title);
    CHECK(std::find(groups.begin(), groups.end(), "secrecy 保密审查") != groups.end());
    CHECK(std::find(groups.begin(), groups.end(), "participation/experts 专家意见") !=
          groups.end());
    CHECK(std::find(groups.begin(), groups.end(), "participation/experts/check 专家材料保密审查") !=
          groups.end());
}

TEST_CASE("compiler: a fork has a region for each branch, and exits to wait at") {
    const Decision d;
    const engine::StateId id = d.definition.state("participation");
    const engine::State& fork = d.state("participation");
    CHECK(fork.kind == engine::StateKind::parallel);
    REQUIRE(fork.parallel);
    const engine::Parallel& parallel = *fork.parallel;
    CHECK(parallel.join == engine::Join::all);
    CHECK(d.name(parallel.then) == "meeting");
    REQUIRE(parallel.branches.size() == 2);

    const engine::Branch& comments = parallel.branches[0];
    CHECK(comments.name == "comments");
    CHECK(comments.title == "征求公众意见");
    CHECK(comments.required);
    CHECK(comments.when.text == "not urgent = yes");
    CHECK(d.name(comments.start) == "participation/comments/collecting");
    const engine::Branch& experts = parallel.branches[1];
    CHECK(experts.title == "专家意见");
    CHECK_FALSE(experts.required);
    CHECK(comments.region != experts.region);
    for (const auto* branch : {&comments, &experts}) {
        REQUIRE(branch->region < d.definition.regions.size());
        CHECK(d.definition.regions[branch->region].owner == id);
        CHECK(d.definition.states[branch->start].region == branch->region);
    }
    CHECK(d.definition.regions[experts.region].branch == 1);

    const engine::State& done = d.state("participation/comments/done");
    CHECK(done.kind == engine::StateKind::exit);
    CHECK(done.exit == "done");
    CHECK(done.region == comments.region);
    CHECK(d.name(d.action("participation/comments/feedback", "publish_feedback").to) ==
          "participation/comments/done");
    REQUIRE(parallel.interrupts.size() == 1);
    CHECK(parallel.interrupts[0].exit == "objected");
    CHECK(d.name(parallel.interrupts[0].to) == "drafting");

    CHECK(d.state("quick").parallel->join == engine::Join::quorum);
    CHECK(d.state("quick").parallel->quorum == 2);
    CHECK(d.state("either").parallel->join == engine::Join::any);
    // Region 0 is the flow; every other belongs to a fork, once.
    CHECK(d.definition.regions.size() == 1 + 2 + 3 + 2);
    CHECK(d.definition.regions[0].owner == kNone);
}

TEST_CASE("compiler: no action leaves its region") {
    const Decision d;
    for (const engine::Action& action : d.definition.actions) {
        REQUIRE(action.to != kNone);
        CHECK(d.definition.states[action.from].region == d.definition.states[action.to].region);
    }
    for (std::size_t i = 0; i < d.definition.states.size(); ++i) {
        for (const engine::ActionId id : d.definition.states[i].actions)
            CHECK(d.definition.actions[id].from == i);
    }
}

TEST_CASE("compiler: a countersigning") {
    const Decision d;
    const engine::State& meeting = d.state("meeting");
    CHECK(meeting.kind == engine::StateKind::countersign);
    REQUIRE(meeting.countersign);
    const engine::Countersign& votes = *meeting.countersign;
    CHECK(votes.by == std::vector<Assignment>{{"leader", Scope::anywhere, ""}});
    CHECK(votes.seats == 5);
    CHECK(votes.quorum == 3);
    CHECK(votes.veto == std::vector<Assignment>{{"chief", Scope::anywhere, ""}});
    CHECK(d.definition.signatures[votes.sign].name == "collective");
    CHECK(votes.not_by_drafter);
    CHECK(votes.distinct_departments);
    CHECK(d.name(votes.passed) == "signing");
    CHECK(d.name(votes.failed) == "drafting");
    CHECK(d.name(votes.vetoed) == "discarded");
    CHECK(votes.comment_on_rejection == engine::CommentRule::required);
    // Who votes finds it in the list.
    CHECK(meeting.worklist.size() == 2);
    CHECK(d.action("meeting", "again").resets_votes);
}

TEST_CASE("compiler: deadlines know the states that they run and rest in") {
    const Decision d;
    const engine::Timer& publish = d.timer("publish");
    CHECK(publish.amount.count == 20);
    CHECK(publish.amount.unit == engine::Unit::working_days);
    REQUIRE(publish.origins.size() == 1);
    CHECK(d.definition.fields[publish.origins[0].field].name == "formed_at");
    CHECK(publish.origins[0].when.always());
    CHECK(publish.basis == Strings{"国令711 第26条"});
    CHECK(publish.escalate_to ==
          std::vector<Assignment>{{"disclosure_officer", Scope::anywhere, ""}});
    CHECK(d.names(publish.pauses_in) == Names{"secrecy/referred"});
    // Everywhere but at rest, and at no exit of a branch.
    const Names running = d.names(publish.runs_in);
    for (const engine::State& state : d.definition.states) {
        const bool rests = state.final || state.kind == engine::StateKind::exit;
        INFO(state.name);
        CHECK(running.contains(state.name) == !rests);
    }
    for (const engine::Timer& timer : d.definition.timers) {
        CHECK(std::is_sorted(timer.runs_in.begin(), timer.runs_in.end()));
        CHECK(std::is_sorted(timer.pauses_in.begin(), timer.pauses_in.end()));
        CHECK_FALSE(timer.runs_in.empty());
    }

    CHECK(d.names(d.timer("secrecy/overall").runs_in) ==
          Names{"secrecy/review", "secrecy/referred"});
    CHECK(d.timer("secrecy/overall").amount.unit == engine::Unit::months);
    CHECK(d.names(d.timer("secrecy/reply").pauses_in) == Names{"secrecy/referred"});

    const engine::Timer& minimum = d.timer("participation/comments/comment_period");
    CHECK(minimum.minimum);
    CHECK(d.names(minimum.runs_in) == Names{"participation/comments/collecting"});
    const engine::Action& close = d.action("participation/comments/collecting", "close");
    REQUIRE(close.after.size() == 1);
    CHECK(d.definition.timers[close.after[0]].name == minimum.name);

    const engine::Timer& longest = d.timer("participation/comments/too_long");
    REQUIRE(longest.on_expiry != kNone);
    const engine::Action& expire = d.definition.actions[longest.on_expiry];
    CHECK(expire.name == "expire");
    CHECK(expire.system);
    CHECK(expire.by.empty());
    CHECK(d.name(expire.from) == "participation/comments/collecting");
}

TEST_CASE("compiler: tags of a state that runs a part are those of its states") {
    const auto compiled = [](const std::string& tags) {
        auto files = test::with_vocabulary(
            "flow: f\nfields: [title]\nuses: {p: parts/p}\nstart: a\nstates:\n"
            "  a: {run: p, on: {done: b}, " +
            tags + "}\n  b: {final: true, tags: [end]}\n");
        files.push_back({"parts/p.yaml",
                         "part: p\nexits: [done]\nstart: x\nstates:\n"
                         "  x: {worklist: clerk, tags: own, actions: {go: {to: done}}}\n"});
        const Compilation compilation = compile(files);
        INFO(render(compilation.diagnostics));
        REQUIRE(compilation.rulebook);
        return compilation.rulebook->flows.front()->definition;
    };
    const engine::Definition with = compiled("tags: outer");
    Strings tags;
    for (const std::uint16_t tag : with.states[with.state("a/x")].tags)
        tags.push_back(with.tags[tag]);
    CHECK(tags == Strings{"outer", "own"});
    CHECK(with.openers == std::vector<Assignment>{{"clerk", Scope::own_department, ""}});
}

TEST_CASE("compiler: policy is compiled for each flow; what the flow does not have is false") {
    const Compilation compilation = compile(test::fixture_rules());
    REQUIRE(compilation.rulebook);
    const auto decision = compilation.rulebook->find("decision");
    REQUIRE(decision->policy.rules.size() == 4);
    const engine::PolicyRule& secrecy = decision->policy.rules[0];
    CHECK(secrecy.id == "no_publication_without_secrecy_review");
    CHECK(secrecy.basis.size() == 2);
    CHECK(secrecy.moments ==
          std::vector<engine::Moment>{engine::Moment::publish, engine::Moment::publish_draft});
    REQUIRE(secrecy.require.terms.size() == 1);
    CHECK(secrecy.require.terms[0].op == engine::Op::signed_by_another);
    CHECK(secrecy.flows == Strings{"decision"});
    CHECK(secrecy.file == "policy.yaml");
    CHECK(secrecy.line == 2);
    const engine::PolicyRule& entering = decision->policy.rules[2];
    CHECK(entering.moments == std::vector<engine::Moment>{engine::Moment::enter_tag});
    REQUIRE(entering.tag != kNone);
    CHECK(decision->definition.tags[entering.tag] == "public");
    CHECK(entering.require.terms.back().op == engine::Op::op_not);
    CHECK(decision->policy.rules[3].on_final);
    CHECK(decision->policy.rules[3].moments == std::vector<engine::Moment>{engine::Moment::always});

    // `short` has no secrecy review, no note, no such tag and no state `secrecy`.
    const auto poor = compilation.rulebook->find("short");
    const auto& rules = poor->policy.rules;
    REQUIRE(rules.size() == 4);
    REQUIRE(rules[0].require.terms.size() == 1);
    CHECK(rules[0].require.terms[0].op == engine::Op::constant);
    CHECK(rules[0].require.terms[0].operand == 0);
    // attribute = proactive and not (false)
    REQUIRE(rules[1].require.terms.size() == 4);
    CHECK(rules[1].require.terms[1].op == engine::Op::constant);
    CHECK(rules[1].require.terms[1].operand == 0);
    CHECK(rules[1].require.terms[2].op == engine::Op::op_not);
    CHECK(rules[2].tag == kNone);
}

TEST_CASE("compiler: a parameter within a guard is compiled where it stands") {
    const auto compiled = [](const std::string& with) {
        auto files = test::with_vocabulary(
            "flow: f\nfields: [title, copies, attribute]\nuses: {p: {part: parts/p, with: {also: " +
            with + "}}}\nstart: a\nstates:\n  a: {run: p, on: {done: b}}\n  b: {final: true}\n");
        files.push_back({"parts/p.yaml",
                         "part: p\nexits: [done]\nparameters: {also: }\nstart: x\nstates:\n"
                         "  x:\n    worklist: clerk\n    actions:\n"
                         "      go: {to: done, when: title given and $also and copies > 1}\n"});
        return compile(files);
    };
    const Compilation good = compiled("attribute = proactive or copies = 7");
    INFO(render(good.diagnostics));
    REQUIRE(good.rulebook);
    const engine::Guard& guard = good.rulebook->flows.front()->definition.actions[0].when;
    CHECK(guard.text == "title given and (attribute = proactive or copies = 7) and copies > 1");
    std::vector<engine::Op> ops;
    for (const engine::Term& term : guard.terms)
        ops.push_back(term.op);
    using engine::Op;
    CHECK(ops == std::vector<Op>{Op::field_given, Op::field_equals, Op::field_equals, Op::op_or,
                                 Op::op_and, Op::field_given, Op::field_at_most, Op::op_not,
                                 Op::op_and, Op::op_and});

    // A mistake in it is its author's.
    const Compilation bad = compiled("attribute = proactiv");
    REQUIRE(bad.diagnostics.size() == 1);
    CHECK(bad.diagnostics[0].file == "flow.yaml");
    CHECK(bad.diagnostics[0].line == 3);
    CHECK(bad.diagnostics[0].excerpt_column == 52);
    const Compilation open = compiled("attribute = proactive) or (true");
    REQUIRE(open.diagnostics.size() == 1);
    CHECK(open.diagnostics[0].code == "guard_syntax");
}

TEST_CASE("compiler: a relation leads to another flow, whose tags guards and policy speak of") {
    auto files = test::with_vocabulary(
        "flow: f\nrelations: {child: {flow: g, title: 下级, public_link: 上级}}\nstart: "
        "a\nstates:\n"
        "  a: {worklist: clerk, relates: child, actions: {go: {to: b, when: every child in tag "
        "done}}}\n  b: {final: true}\n");
    files.push_back({"g.yaml",
                     "flow: g\nopen: clerk\nstart: a\nstates: {a: {final: true, tags: [done, "
                     "open]}}\n"});
    files.push_back({"policy.yaml",
                     "policy:\n  r: {at: always, require: every child in tag open}\n"
                     "  s: {at: always, never: some child in tag open or related child >= 1}\n"});
    const Compilation compilation = compile(files);
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);
    const auto f = compilation.rulebook->find("f");
    REQUIRE(f->definition.relations.size() == 1);
    CHECK(f->definition.relations[0].name == "child");
    CHECK(f->definition.relations[0].title == "下级");
    CHECK(f->definition.relations[0].flow == "g");
    CHECK(f->definition.relations[0].public_link == "上级");
    CHECK(f->definition.states[0].relates == std::vector<engine::RelationId>{0});
    CHECK(f->definition.related_tags == std::vector<std::string>{"done", "open"});
    // The same without the other flow beside it.
    const auto again = recompile(f->sources);
    REQUIRE(again.has_value());
    CHECK((*again)->definition.related_tags == f->definition.related_tags);
    CHECK((*again)->policy.rules[0].require.terms == f->policy.rules[0].require.terms);
    // In a flow without the relation nothing is related.
    const auto g = compilation.rulebook->find("g");
    CHECK(g->definition.related_tags.empty());
    engine::Document document;
    CHECK(engine::holds(g->policy.rules[0].require, g->definition, document, nullptr, {}));
    CHECK(engine::holds(g->policy.rules[1].require, g->definition, document, nullptr, {}));
    CHECK(engine::holds(f->policy.rules[1].require, f->definition, document, nullptr, {}));
    document.related.push_back({0, 5, {"done"}, engine::Publication::none});
    CHECK_FALSE(engine::holds(f->policy.rules[0].require, f->definition, document, nullptr, {}));
    CHECK_FALSE(engine::holds(f->policy.rules[1].require, f->definition, document, nullptr, {}));
}
