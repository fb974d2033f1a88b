// Relations between documents: both sides are written in one transaction, and say the same.
#include "tests/app/forgery.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kRequest = R"(
flow: request
title: 依申请公开
fields: [title]
open: clerk @ own department
relations:
  redaction: {flow: redaction, title: 区分处理文本}
  merged: {flow: request, title: 并案申请}
start: received
states:
  received:
    title: 受理
    worklist: clerk @ own department
    actions:
      handle: {title: 转办, to: handling}
  handling:
    title: 办理
    worklist: clerk @ own department
    relates: [redaction, merged]
    actions:
      answer: {title: 答复, to: answered, when: every redaction in tag done}
      seal: {title: 清除, to: sealed}
  answered: {title: 已答复, final: true, tags: concluded}
  sealed: {title: 已清除, final: true, enter: [purge]}
)";

constexpr const char* kRedaction = R"(
flow: redaction
title: 区分处理
fields: [title, internal]
open: clerk @ own department
start: working
states:
  working:
    title: 处理
    tags: open
    worklist: clerk @ own department
    edit: [title, internal]
    actions:
      approve: {title: 批准, to: approved, by: leader @ own department, sign: issue, not_by: [drafter]}
  approved:
    title: 已批准
    final: true
    tags: done
    worklist: leader @ own department
    actions:
      reopen: {title: 退回重做, to: working}
)";

void activate(Office& office) {
    auto rules = notice_rules();
    rules.push_back({"redaction.yaml", kRedaction});
    rules.push_back({"request.yaml", kRequest});
    const auto compilation = language::compile(rules);
    INFO(language::render(compilation.diagnostics));
    REQUIRE(compilation.rulebook.has_value());
    std::vector<std::shared_ptr<const Flow>> flows;
    for (const auto& flow : compilation.rulebook->flows)
        flows.push_back(Flow::make(*flow));
    REQUIRE(office.flows.activate(flows).has_value());
}

input::Open opening(const std::string& flow, engine::DocumentId parent = 0,
                    const std::string& relation = "redaction",
                    const std::string& department = "employment") {
    input::Open open;
    open.flow = flow;
    open.department = department;
    if (parent != 0) open.parent = {parent, relation};
    return open;
}

engine::DocumentId handled_request(Office& office) {
    const Done opened = done(office.submit("clerk", 0, opening("request")));
    office.act("clerk", opened.id, "handle");
    return opened.id;
}

DocumentView seen(Office& office, const std::string& login, engine::DocumentId id) {
    auto view = office.documents.find(office.as(login), id);
    REQUIRE(view.has_value());
    return std::move(*view);
}

}  // namespace

TEMPLATE_TEST_CASE("related: a document opened under another, and both know of it", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto request = handled_request(office);
    const auto before = office.leaves();
    const Done child = done(office.submit("clerk", 0, opening("redaction", request)));
    CHECK(child.created);
    CHECK(child.flow == "redaction");
    CHECK(office.leaves() == before + 2);

    DocumentView above = seen(office, "clerk", request);
    REQUIRE(above.related.size() == 1);
    CHECK(above.related[0].document == child.id);
    CHECK(above.related[0].relation == "redaction");
    CHECK(above.related[0].relation_title == "区分处理文本");
    CHECK(above.related[0].tags == std::vector<std::string>{"open"});
    CHECK(above.document.revision == 3);
    const DocumentView below = seen(office, "clerk", child.id);
    REQUIRE(below.related_from.size() == 1);
    CHECK(below.related_from[0].document == request);
    CHECK(below.related_from[0].relation_title == "区分处理文本");
    CHECK(below.document.revision == 1);

    // What it does is heard, and nothing is heard where nothing changed for the other.
    input::Act answer;
    answer.action = "answer";
    CHECK(office.refused("clerk", request, answer) == engine::Reason::guard_failed);
    input::Edit edit;
    edit.fields = {{"internal", std::string("说明")}};
    const auto quiet = office.leaves();
    done(office.submit("clerk", child.id, edit));
    CHECK(office.leaves() == quiet + 1);
    office.act("leader", child.id, "approve");
    CHECK(office.leaves() == quiet + 3);
    above = seen(office, "clerk", request);
    CHECK(above.document.related[0].tags == std::vector<std::string>{"done"});
    CHECK(above.document.revision == 4);
    office.act("leader", child.id, "reopen");
    CHECK(office.refused("clerk", request, answer) == engine::Reason::guard_failed);
    office.act("leader", child.id, "approve");
    office.act("clerk", request, "answer");
}

TEMPLATE_TEST_CASE("related: what the parent refuses leaves nothing of the child", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const Done received = done(office.submit("clerk", 0, opening("request")));
    const auto documents = [&] {
        return office.documents.list(office.as("clerk"), {})->rows.size();
    };
    const auto leaves = office.leaves();
    const Outcome outcome = office.submit("clerk", 0, opening("redaction", received.id));
    REQUIRE(std::holds_alternative<Refused>(outcome));
    CHECK(std::get<Refused>(outcome).refusal.reason == engine::Reason::not_relatable);
    CHECK(std::get<Refused>(outcome).id == received.id);
    CHECK(office.leaves() == leaves + 1);
    CHECK(documents() == 1);

    office.act("clerk", received.id, "handle");
    CHECK(office.refused("clerk", 0, opening("redaction", received.id, "redactoin")) ==
          engine::Reason::unknown_relation);
    CHECK(office.refused("clerk", 0, opening("redaction", received.id, "merged")) ==
          engine::Reason::relation_mismatch);
    // Who may not know of the parent is told what somebody is told where there is none.
    const Outcome hidden = office.submit("leader", 0, opening("redaction", received.id));
    REQUIRE(std::holds_alternative<Invalid>(hidden));
    CHECK(describe(hidden) ==
          describe(office.submit("leader", 0, opening("redaction", received.id + 1))));
    CHECK(documents() == 1);
    CHECK(seen(office, "clerk", received.id).document.related.empty());
}

TEMPLATE_TEST_CASE("related: an existing document is attached, but not above itself", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto first = handled_request(office);
    const auto second = handled_request(office);
    const auto third = handled_request(office);
    const auto attach = [](engine::DocumentId id) { return input::Relate{"merged", id}; };
    done(office.submit("clerk", first, attach(second)));
    done(office.submit("clerk", second, attach(third)));
    CHECK(seen(office, "clerk", second).related_from.at(0).document == first);
    CHECK(seen(office, "clerk", second).related.at(0).document == third);
    for (const auto above : {first, second, third})
        CHECK(office.refused("clerk", third, attach(above)) == engine::Reason::relation_cycle);
    CHECK(office.refused("clerk", first, attach(second)) == engine::Reason::already_related);

    // Below two parents: both hear.
    done(office.submit("clerk", first, attach(third)));
    office.act("clerk", third, "answer");
    for (const auto above : {first, second}) {
        const auto view = seen(office, "clerk", above);
        const auto* known = view.document.related_by(1, third);
        REQUIRE(known != nullptr);
        CHECK(known->tags == std::vector<std::string>{"concluded"});
    }
    // A purged parent hinders nobody, and takes nobody under it.
    office.act("clerk", first, "seal");
    office.act("clerk", second, "answer");
    const Outcome outcome = office.submit("clerk", 0, opening("redaction", first));
    REQUIRE(std::holds_alternative<Invalid>(outcome));
    CHECK(std::get<Invalid>(outcome).code == "purged_document");
}

TEMPLATE_TEST_CASE("related: what somebody may not see is no document to them", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto request = handled_request(office);
    const auto leaves = office.leaves();
    const auto code = [&](const Outcome& outcome) {
        INFO(describe(outcome));
        REQUIRE(std::holds_alternative<Invalid>(outcome));
        return std::get<Invalid>(outcome).where + " " + std::get<Invalid>(outcome).code;
    };
    CHECK(
        code(office.submit("stranger", 0, opening("redaction", request, "redaction", "pension"))) ==
        "/parent/document unknown_document");
    CHECK(code(office.submit("stranger", 0, opening("redaction", 4711, "redaction", "pension"))) ==
          "/parent/document unknown_document");
    const Done foreign =
        done(office.submit("stranger", 0, opening("redaction", 0, "redaction", "pension")));
    CHECK(code(office.submit("clerk", request, input::Relate{"redaction", foreign.id})) ==
          "/document unknown_document");
    CHECK(code(office.submit("clerk", request, input::Relate{"redaction", 4711})) ==
          "/document unknown_document");
    CHECK(office.leaves() == leaves + 1);

    // A child in another department: who may not see it does not find it at the parent, either.
    const Outcome outcome =
        office.submit("clerk", 0, opening("redaction", request, "redaction", "pension"));
    CHECK(std::holds_alternative<Refused>(outcome));
}

TEST_CASE("related: the record is decided again, and a change that was not heard is found") {
    Memory backend;
    Office office(backend.open());
    activate(office);
    const auto request = handled_request(office);
    const Done child = done(office.submit("clerk", 0, opening("redaction", request)));
    const auto other = handled_request(office);
    done(office.submit("clerk", request, input::Relate{"merged", other}));
    office.refused("clerk", other, input::Relate{"merged", request});
    office.act("leader", child.id, "approve");
    office.act("clerk", request, "answer");
    {
        Forgery forgery(office);
        CHECK(forgery.found().all == std::set<std::string>{});
    }
    const auto found_at = [](const Forgery& forgery, std::size_t at) {
        return forgery.found().all.contains("relation_facts@" + std::to_string(at));
    };
    {
        Forgery forgery(office);
        const std::size_t at = forgery.step("\"hear\"");
        std::string& command = forgery.at(at).command;
        command.replace(command.find("\"done\""), 6, "\"open\"");
        CHECK(found_at(forgery, at));
    }
    {
        // Not heard at all: found at the next thing that is done with the parent.
        Forgery forgery(office);
        forgery.drop(forgery.step("\"hear\""));
        CHECK(found_at(forgery, forgery.step("\"answer\"")));
    }
    {
        Forgery forgery(office);
        const std::size_t at = forgery.step("\"relate\"");
        for (std::string* said : {&forgery.at(at).command, &forgery.at(at).events})
            said->replace(said->find("\"open\""), 6, "\"done\"");
        CHECK(found_at(forgery, at));
    }
    {
        Forgery forgery(office);
        const std::size_t at = forgery.refusal("\"relate\"");
        std::string& command = forgery.at(at).command;
        command.replace(command.find("true"), 4, "false");
        CHECK(found_at(forgery, at));
    }
}

}  // namespace gongkai::app::testing
