#include <future>
#include <map>

#include "app/content.hpp"
#include "app/record.hpp"
#include "engine/evolve.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/leaf.hpp"
#include "storage/audit/merkle.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

using engine::Reason;

input::Edit edit(std::vector<PlainField> fields) {
    return {std::move(fields), std::nullopt};
}

input::Act action(const std::string& name) {
    input::Act act;
    act.action = name;
    return act;
}

const PlainValue* value(const DocumentView& view, const std::string& field) {
    for (const FieldView& one : view.fields) {
        if (view.flow->definition.fields[one.field].name == field) return &one.value;
    }
    return nullptr;
}

}  // namespace

TEMPLATE_TEST_CASE("documents: a notice goes from draft to publication by four hands", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    CHECK(opened.created);
    CHECK(opened.revision == 1);
    REQUIRE(opened.states.size() == 1);
    CHECK(opened.states[0].name == "drafting");

    office.act("clerk", opened.id, "submit");
    const Done cleared = office.act("secrecy", opened.id, "clear");
    CHECK(cleared.states[0].name == "issuing");
    const Done published = office.act("leader", opened.id, "issue");
    CHECK(published.publication == engine::Publication::published);
    CHECK(published.revision == 4);
    CHECK(published.content == opened.content);

    const auto found = office.publications.find(opened.id);
    REQUIRE((found && *found));
    const storage::PublicDocument& page = **found;
    CHECK(page.title == "关于就业补助的通知");
    CHECK(page.content == opened.content);
    CHECK(page.fields.find("第一条 内容。") != std::string::npos);
    CHECK(page.fields.find("secrecy_mark") == std::string::npos);
    CHECK_FALSE(page.draft);

    SECTION("the proof of the page opens to what it shows") {
        const auto proof = storage::audit::parse_canonical(page.proof_openings);
        REQUIRE(proof.has_value());
        const std::string content(proof->at("content").as_string());
        CHECK(storage::audit::sha256(content) == page.content);
        for (const auto& opening : proof->at("openings").as_array()) {
            const std::string field(opening.at("field").as_string());
            const auto fields = storage::audit::parse_canonical(page.fields);
            const std::string text(fields->at(field).as_string());
            const auto bytes =
                storage::audit::bytes_from_hex(std::string_view(opening.at("salt").as_string()));
            storage::audit::Salt salt{};
            std::copy(bytes->begin(), bytes->end(), salt.begin());
            CHECK(storage::audit::to_hex(storage::audit::commit(salt, text)) ==
                  std::string_view(opening.at("commitment").as_string()));
        }
    }

    SECTION("taken down, only title and reason are left") {
        CHECK(office.refused("leader", opened.id, action("take_down")) == Reason::fields_missing);
        input::Act take_down = action("take_down");
        take_down.fields = {{"withdrawal_reason", std::string("数据有误")}};
        CHECK(done(office.submit("leader", opened.id, take_down)).publication ==
              engine::Publication::withdrawn);
        const auto stub = office.publications.find(opened.id);
        REQUIRE((stub && *stub));
        CHECK((*stub)->withdrawn);
        CHECK((*stub)->title == "关于就业补助的通知");
        CHECK((*stub)->fields.find("数据有误") != std::string::npos);
        CHECK((*stub)->fields.find("第一条") == std::string::npos);
        CHECK((*stub)->attachments.empty());
    }
}

TEMPLATE_TEST_CASE("documents: what is issued and taken down in one commit was public at its time",
                   "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    office.act("clerk", opened.id, "submit");
    office.act("secrecy", opened.id, "clear");
    const Instant issued_at = office.clock.now();

    // The writer is held until all three wait in its queue, and so share a commit.
    std::promise<void> held;
    const auto hold = [until = held.get_future().share()](storage::Transaction&) -> Result<void> {
        until.wait();
        return {};
    };
    REQUIRE(office.store->submit(hold, [](const Result<void>&) {}).has_value());
    input::Act take_down = action("take_down");
    take_down.fields = {{"withdrawal_reason", std::string("数据有误")}};
    std::vector<Outcome> outcomes;
    std::promise<void> answered;
    const auto keep = [&](Outcome outcome) {
        outcomes.push_back(std::move(outcome));
        if (outcomes.size() == 2) answered.set_value();
    };
    office.documents.submit(office.request("leader", opened.id, action("issue")), keep);
    const auto an_hour_later = [&](storage::Transaction&) -> Result<void> {
        office.clock.advance_ms(engine::ms_per_hour);
        return {};
    };
    REQUIRE(office.store->submit(an_hour_later, [](const Result<void>&) {}).has_value());
    office.documents.submit(office.request("leader", opened.id, take_down), keep);
    held.set_value();
    answered.get_future().wait();

    CHECK(done(outcomes[0]).publication == engine::Publication::published);
    CHECK(done(outcomes[1]).publication == engine::Publication::withdrawn);
    const auto stub = office.publications.find(opened.id);
    REQUIRE((stub && *stub));
    CHECK((*stub)->withdrawn);
    CHECK((*stub)->published_at == issued_at);
}

TEMPLATE_TEST_CASE("documents: refusals are answered with their reason and written down", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    const std::uint64_t before = office.leaves();

    CHECK(office.refused("leader", opened.id, action("submit")) == Reason::role_missing);
    CHECK(office.refused("clerk", opened.id, action("clear")) == Reason::wrong_state);
    CHECK(office.refused("clerk", opened.id, action("dance")) == Reason::unknown_action);
    StepRequest stale = office.request("clerk", opened.id, action("submit"));
    stale.expected_revision = 7;
    const Outcome conflict = office.documents.run(stale);
    REQUIRE(std::holds_alternative<Refused>(conflict));
    CHECK(std::get<Refused>(conflict).refusal.reason == Reason::revision_conflict);
    CHECK(std::get<Refused>(conflict).record != storage::kNoRecord);
    CHECK(office.leaves() == before + 4);

    // The document is where it was, and its next step does not name the refusals.
    const Done submitted = office.act("clerk", opened.id, "submit");
    CHECK(submitted.revision == 2);
    const auto leaves = office.all_leaves();
    const auto step = storage::audit::decode_leaf(leaves.back().bytes);
    REQUIRE(step.has_value());
    const auto first = storage::audit::decode_leaf(leaves[before - 1].bytes);
    REQUIRE(first.has_value());
    CHECK(first->revision == 1);
    CHECK(step->previous == storage::audit::leaf_hash(leaves[before - 1].bytes));
}

TEMPLATE_TEST_CASE("documents: refused attempts fill no disk", "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    const std::uint64_t before = office.leaves();
    for (int i = 0; i < 70; ++i)
        CHECK(office.refused("clerk", opened.id, action("clear")) == Reason::wrong_state);
    CHECK(office.leaves() == before + 60);
    CHECK(office.metrics.refusals_unrecorded == 10);
    // Another actor is not silenced by that, and the first has another minute.
    CHECK(office.refused("leader", opened.id, action("submit")) == Reason::role_missing);
    CHECK(office.leaves() == before + 61);
    office.clock.advance_ms(60'000);
    CHECK(office.refused("clerk", opened.id, action("clear")) == Reason::wrong_state);
    CHECK(office.leaves() == before + 62);
}

TEMPLATE_TEST_CASE("documents: a drafter cannot clear their own document", "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    REQUIRE(std::holds_alternative<Nothing>(office.administration.set_roles_of(
        office.admin("security"), office.id("clerk"),
        {{"clerk", "employment"}, {"secrecy_officer", "employment"}})));
    const Done opened = office.draft();
    office.act("clerk", opened.id, "submit");
    CHECK(office.refused("clerk", opened.id, action("clear")) == Reason::own_draft);
    CHECK(office.act("secrecy", opened.id, "clear").revision == 3);
}

TEMPLATE_TEST_CASE("documents: the same text again changes nothing and voids no signature", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const std::string body = "第一条 内容。\n（此件公开发布）";
    const Done opened = office.draft(body);
    CHECK(office.refused("clerk", opened.id, edit({{"body", body}})) == Reason::nothing_changed);
    office.act("clerk", opened.id, "submit");
    office.act("secrecy", opened.id, "clear");

    // The leader sends title and body back as they are, and a comma in the title.
    const Done edited =
        done(office.submit("leader", opened.id,
                           edit({{"body", body}, {"title", std::string("关于就业，补助的通知")}})));
    CHECK(edited.content != opened.content);
    const auto view = office.documents.find(office.as("leader"), opened.id);
    REQUIRE(view.has_value());
    CHECK(view->title == "关于就业，补助的通知");
    CHECK(std::get<std::string>(*value(*view, "body")) == body);

    // The edit voided the signature: issuing waits for its renewal, on a view of the difference.
    CHECK(office.refused("leader2", opened.id, action("issue")) == Reason::guard_failed);
    const auto difference =
        office.documents.difference(office.as("secrecy"), opened.id, opened.content);
    REQUIRE(difference.has_value());
    REQUIRE(difference->fields.size() == 1);
    CHECK(std::get<std::string>(difference->fields[0].before) == "关于就业补助的通知");
    CHECK(std::get<std::string>(difference->fields[0].after) == "关于就业，补助的通知");
    CHECK_FALSE(difference->attachments_differ);
    done(office.submit("secrecy", opened.id, input::Renew{"confidentiality"}));
    // Who has edited has drafted: somebody else issues it.
    CHECK(office.refused("leader", opened.id, action("issue")) == Reason::own_draft);
    CHECK(office.act("leader2", opened.id, "issue").publication == engine::Publication::published);
}

TEMPLATE_TEST_CASE("documents: what cannot be read is named and writes nothing", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    const std::uint64_t before = office.leaves();
    const auto code = [&](Input input) {
        const Outcome outcome = office.submit("clerk", opened.id, std::move(input));
        INFO(describe(outcome));
        REQUIRE(std::holds_alternative<Invalid>(outcome));
        return std::get<Invalid>(outcome).where + " " + std::get<Invalid>(outcome).code;
    };
    CHECK(code(edit({{"nonsense", true}})) == "/fields/nonsense unknown_field");
    CHECK(code(edit({{"a/b~c", true}})) == "/fields/a~1b~0c unknown_field");
    CHECK(code(edit({{"body_note", std::string("proactive")}})) ==
          "/fields/body_note derived_field");
    CHECK(code(edit({{"attribute", std::string("secret")}})) == "/fields/attribute unknown_choice");
    CHECK(code(edit({{"formed_at", std::string("2026-02-30")}})) == "/fields/formed_at wrong_type");
    CHECK(code(edit({{"copies", std::string("3")}})) == "/fields/copies wrong_type");
    CHECK(code(edit({{"urgent", std::int64_t{1}}})) == "/fields/urgent wrong_type");
    CHECK(code(edit({{"title", std::string("\xFF")}})) == "/fields/title invalid_text");
    CHECK(code(edit({{"title", std::string("a")}, {"title", std::string("b")}})) ==
          "/fields/title duplicate_field");
    CHECK(code(edit({{"steps", Rows{{{"nobody", "x"}}}}})) == "/fields/steps unknown_column");
    CHECK(code(action("no\nname")) == "/action invalid_name");
    input::Edit files = edit({});
    files.attachments = {{PlainAttachment{{}, "a.pdf"}}};
    CHECK(code(files) == "/attachments/0/sha256 unknown_file");
    input::Act wordy = action("submit");
    wordy.comment = std::string(6'000, 'x');
    CHECK(code(wordy) == "/comment too_long");
    CHECK(office.leaves() == before);

    input::Open open;
    open.flow = "nothing";
    open.department = "employment";
    Outcome outcome = office.submit("clerk", 0, open);
    CHECK(std::get<Invalid>(outcome).code == "unknown_flow");
    open.flow = "notice";
    open.department = "moon";
    outcome = office.submit("clerk", 0, open);
    CHECK(std::get<Invalid>(outcome).code == "unknown_department");
}

TEMPLATE_TEST_CASE("documents: values come back as they were handed in", "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    const Rows steps{{{"step", "一"}, {"due", "五月"}}, {{"step", "二"}}};
    done(office.submit("clerk", opened.id,
                       edit({{"steps", steps},
                             {"formed_at", std::string("2026-02-28")},
                             {"copies", std::int64_t{30}},
                             {"urgent", true}})));
    auto view = office.documents.find(office.as("clerk"), opened.id);
    REQUIRE(view.has_value());
    CHECK(std::get<Rows>(*value(*view, "steps")) ==
          Rows{{{"due", "五月"}, {"step", "一"}}, {{"step", "二"}}});
    CHECK(std::get<std::string>(*value(*view, "formed_at")) == "2026-02-28");
    CHECK(std::get<std::int64_t>(*value(*view, "copies")) == 30);
    CHECK(std::get<bool>(*value(*view, "urgent")));
    CHECK(std::get<std::string>(*value(*view, "attribute")) == "proactive");
    CHECK(std::get<std::string>(*value(*view, "body_note")) == "proactive");
    CHECK_FALSE(std::get<bool>(*value(*view, "secrecy_mark")));
    CHECK(view->people.at(office.id("clerk")) == "李经办");

    done(office.submit("clerk", opened.id, edit({{"copies", std::monostate{}}})));
    view = office.documents.find(office.as("clerk"), opened.id);
    CHECK(value(*view, "copies") == nullptr);
}

TEMPLATE_TEST_CASE("documents: an idempotency key is carried out once", "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    input::Open open;
    open.flow = "notice";
    open.department = "employment";
    StepRequest request = office.request("clerk", 0, open);
    request.idempotency = Idempotency{"key-1", storage::audit::sha256("a")};
    const Done first = done(office.documents.run(request));
    const std::uint64_t leaves = office.leaves();

    const Outcome again = office.documents.run(request);
    REQUIRE(std::holds_alternative<Replayed>(again));
    const Done& repeated = std::get<Replayed>(again).done;
    CHECK(repeated.id == first.id);
    CHECK(repeated.revision == 1);
    CHECK(repeated.created);
    CHECK(repeated.record == first.record);
    CHECK(repeated.states[0].title == "起草");
    CHECK(office.leaves() == leaves);

    request.idempotency->fingerprint = storage::audit::sha256("b");
    CHECK(std::holds_alternative<KeyReused>(office.documents.run(request)));
    // Another actor's key is another key.
    StepRequest other = office.request("clerk2", 0, open);
    other.idempotency = Idempotency{"key-1", storage::audit::sha256("a")};
    CHECK(done(office.documents.run(other)).id != first.id);
}

TEMPLATE_TEST_CASE("documents: a purge erases the text and keeps the proof", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    std::vector<engine::Digest> erased;
    office.documents.on_purge(
        [&](std::vector<engine::Digest> files) { erased = std::move(files); });
    const engine::Digest file = storage::audit::sha256("file");
    office.uploads.add(office.id("clerk"), file, 4, office.clock.now());
    input::Open open;
    open.flow = "notice";
    open.department = "employment";
    open.fields = {{"title", std::string("某通知")}, {"body", std::string("机密★1年\n内容")}};
    open.attachments = {{file, "附件.pdf"}};
    const Done opened = done(office.submit("clerk", 0, open));
    CHECK(office.refused("clerk", opened.id, action("submit")) == Reason::fields_missing);
    CHECK(office.act("clerk", opened.id, "seal", "转涉密程序").purged);

    const auto view = office.documents.find(office.as("clerk"), opened.id);
    REQUIRE(view.has_value());
    CHECK(view->title.empty());
    CHECK(std::holds_alternative<std::monostate>(*value(*view, "body")));
    CHECK(erased == std::vector<engine::Digest>{file});
    CHECK_FALSE(office.documents.attachment(office.as("clerk"), opened.id, file).has_value());
    CHECK(office.refused("clerk", opened.id, edit({{"title", std::string("x")}})) ==
          Reason::purged);
    for (const storage::StoredLeaf& leaf : office.all_leaves()) {
        CHECK(leaf.bytes.find("某通知") == std::string::npos);
        CHECK(leaf.bytes.find("转涉密程序") == std::string::npos);
        CHECK(leaf.bytes.find("附件.pdf") == std::string::npos);
    }
    const auto history = office.documents.history(office.as("clerk"), opened.id);
    REQUIRE(history.has_value());
    for (const HistoryEntry& entry : history->entries)
        CHECK_FALSE(entry.comment.has_value());
}

TEMPLATE_TEST_CASE("documents: a clock that steps back stands still in the record", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done opened = office.draft();
    const Instant before = office.clock.now();
    office.clock.advance_ms(-3'600'000);
    office.act("clerk", opened.id, "submit");
    const auto leaf = storage::audit::decode_leaf(office.all_leaves().back().bytes);
    REQUIRE(leaf.has_value());
    CHECK(leaf->time_ms == before.ms);
    CHECK(office.record_clock.steps_back() == 1);
    office.clock.advance_ms(7'200'000);
    office.act("secrecy", opened.id, "clear");
    CHECK(storage::audit::decode_leaf(office.all_leaves().back().bytes)->time_ms ==
          before.ms + 3'600'000);
}

TEMPLATE_TEST_CASE("documents: what another system hands in again is edited or left alone", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    input::HandIn hand_in;
    hand_in.source = "city-oa";
    hand_in.source_id = "公文-7";
    hand_in.flow = "notice";
    hand_in.department = "employment";
    hand_in.fields = {{"title", std::string("通知")}, {"attribute", std::string("proactive")}};
    const Done first = done(office.submit("oa", 0, hand_in));
    CHECK(first.created);
    const std::uint64_t leaves = office.leaves();

    const Done same = done(office.submit("oa", 0, hand_in));
    CHECK(same.id == first.id);
    CHECK_FALSE(same.changed);
    CHECK(office.leaves() == leaves);

    hand_in.fields[0].value = std::string("通知（修改）");
    const Done changed = done(office.submit("oa", 0, hand_in));
    CHECK(changed.id == first.id);
    CHECK(changed.revision == 2);
    CHECK_FALSE(changed.created);
    const auto found = office.documents.find_external(office.as("oa"), "city-oa", "公文-7");
    REQUIRE(found.has_value());
    CHECK(*found == first.id);
    CHECK_FALSE(
        office.documents.find_external(office.as("stranger"), "city-oa", "公文-7").has_value());
}

TEMPLATE_TEST_CASE("documents: the source of a machine account is nobody else's", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    input::HandIn hand_in;
    hand_in.source = "oa";  // the login of the machine
    hand_in.source_id = "公文-8";
    hand_in.flow = "notice";
    hand_in.department = "employment";
    hand_in.fields = {{"title", std::string("通知")}};
    const std::uint64_t leaves = office.leaves();
    const Outcome foreign = office.submit("clerk", 0, hand_in);
    REQUIRE(std::holds_alternative<Invalid>(foreign));
    CHECK(std::get<Invalid>(foreign).code == "foreign_source");
    CHECK(office.leaves() == leaves);
    CHECK(done(office.submit("oa", 0, hand_in)).created);
}

TEMPLATE_TEST_CASE("documents: bulk actions answer item by item", "", GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done one = office.draft();
    const Done two = office.draft();
    std::vector<StepRequest> requests{office.request("clerk", one.id, action("submit")),
                                      office.request("clerk", 12345, action("submit")),
                                      office.request("clerk", two.id, action("clear")),
                                      office.request("clerk", two.id, action("submit"))};
    std::promise<std::vector<Outcome>> promise;
    office.documents.submit_all(std::move(requests), [&](std::vector<Outcome> outcomes) {
        promise.set_value(std::move(outcomes));
    });
    const auto outcomes = promise.get_future().get();
    REQUIRE(outcomes.size() == 4);
    CHECK(std::holds_alternative<Done>(outcomes[0]));
    CHECK(std::get<engine::Error>(outcomes[1]).code == engine::ErrorCode::not_found);
    CHECK(std::holds_alternative<Refused>(outcomes[2]));
    CHECK(std::holds_alternative<Done>(outcomes[3]));
}

TEMPLATE_TEST_CASE("documents: nobody waits for who has claimed and cannot work on it any more", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done draft = office.draft();
    office.act("clerk", draft.id, "submit");
    const auto roles = [&](const char* login, const std::vector<storage::RoleHolding>& held) {
        return std::holds_alternative<Nothing>(
            office.administration.set_roles_of(office.admin("security"), office.id(login), held));
    };
    const auto entry = [&] {
        const auto page = office.documents.worklist(office.as("expert"), 0, 10);
        REQUIRE(page.has_value());
        REQUIRE(page->rows.size() == 1);
        return page->rows.front();
    };
    const auto may_claim = [&] {
        const auto view = office.documents.offers(office.as("expert"), draft.id);
        REQUIRE(view.has_value());
        return std::any_of(view->offers.begin(), view->offers.end(), [](const auto& offer) {
            return offer.kind == engine::Offer::Kind::claim && offer.allowed();
        });
    };
    REQUIRE(roles("expert", {{"secrecy_officer", "pension"}}));
    done(office.submit("secrecy", draft.id, input::Claim{""}));
    CHECK_FALSE(entry().claim_lapsed);
    CHECK_FALSE(may_claim());
    CHECK(office.refused("expert", draft.id, input::Claim{""}) == Reason::claimed_by_other);

    // Another role does not help; a deputy's does, as long as it lasts.
    REQUIRE(roles("secrecy", {{"clerk", "pension"}}));
    CHECK(entry().claim_lapsed);
    CHECK(entry().claimed_by == office.id("secrecy"));
    CHECK(may_claim());
    CHECK(office.refused("expert", draft.id, action("clear")) == Reason::claimed_by_other);
    NewDeputy deputy;
    deputy.principal = office.id("expert");
    deputy.deputy = office.id("secrecy");
    deputy.from = office.clock.now() - 1;
    deputy.until = office.clock.now() + engine::ms_per_day;
    REQUIRE(std::holds_alternative<std::uint32_t>(
        office.administration.appoint_deputy(office.admin("security"), deputy)));
    CHECK_FALSE(entry().claim_lapsed);
    CHECK(office.refused("expert", draft.id, input::Claim{""}) == Reason::claimed_by_other);
    office.clock.advance_ms(engine::ms_per_day);

    CHECK(entry().claim_lapsed);
    done(office.submit("expert", draft.id, input::Claim{""}));
    CHECK(entry().claimed_by == office.id("expert"));
    CHECK_FALSE(entry().claim_lapsed);
    office.act("expert", draft.id, "clear");
    CHECK(office.all_leaves().end()[-2].bytes.find("\"lapsed\":true") != std::string::npos);
}

TEMPLATE_TEST_CASE("documents: every leaf can be decided again with the same bytes", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    const Done published = office.publish();
    const Done second = office.draft();
    office.act("clerk", second.id, "submit");
    done(office.submit("clerk", second.id, input::Withdraw{""}));
    done(office.submit("clerk", second.id, input::Claim{""}));
    done(office.submit("clerk", second.id, input::Release{""}));
    office.act("clerk", second.id, "submit");
    done(office.submit("secrecy", second.id,
                       input::Consult{"", {"expert", engine::Scope::anywhere, {}}, "可以吗？"}));
    CHECK(office.refused("secrecy", second.id, action("clear")) == Reason::consultation_open);
    done(office.submit("expert", second.id, input::Answer{1, "可以。"}));
    done(office.submit("secrecy", second.id, input::Claim{"review"}));

    std::map<std::uint64_t, engine::Document> documents;
    std::size_t replayed = 0;
    for (const storage::StoredLeaf& stored : office.all_leaves()) {
        const auto leaf = storage::audit::decode_leaf(stored.bytes);
        REQUIRE(leaf.has_value());
        if (!leaf->document) continue;
        const auto flow = office.flows.by_digest(*leaf->definition);
        REQUIRE(flow.has_value());
        const engine::Definition& definition = (*flow)->definition;
        const auto command = parse_command(definition, leaf->command);
        REQUIRE(command.has_value());
        const engine::Actor actor = actor_of(*leaf);
        const engine::Context context{actor,
                                      {leaf->time_ms},
                                      office.calendars.current()->calendar,
                                      &content_hash,
                                      std::nullopt,
                                      leaf->on_behalf_of,
                                      &(*flow)->policy,
                                      nullptr};
        const bool known = documents.count(*leaf->document) != 0;
        engine::Document& document = documents[*leaf->document];
        const auto verdict =
            engine::decide(definition, known ? &document : nullptr, *command, context);
        if (leaf->kind == storage::audit::LeafKind::refusal) {
            REQUIRE(std::holds_alternative<engine::Refusal>(verdict));
            CHECK(engine::code(std::get<engine::Refusal>(verdict).reason) == leaf->reason);
            continue;
        }
        REQUIRE(std::holds_alternative<engine::Decision>(verdict));
        const auto& decision = std::get<engine::Decision>(verdict);
        std::string events;
        write_events(definition, nullptr, decision.events, events);
        CHECK(events == leaf->events);
        engine::evolve_step(definition, document, decision.events);
        CHECK(document.content == *leaf->content);
        ++replayed;
    }
    CHECK(replayed == 4 + 9);
    const auto stored = office.documents.find(office.as("audit"), published.id);
    REQUIRE(stored.has_value());
    CHECK(stored->document == documents.at(published.id));
}

}  // namespace gongkai::app::testing
