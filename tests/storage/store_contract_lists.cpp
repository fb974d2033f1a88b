// The contract: worklists, lists, timers, the outbox, the public projection, the directory.
#include <catch2/catch.hpp>

#include "tests/storage/store_contract.hpp"

using namespace gongkai::storage;
using namespace gongkai::storage::testing;

namespace {

std::vector<WorklistRow> worklist(Store& store, const std::vector<QueueKey>& queues,
                                  std::uint64_t after = 0, std::size_t limit = 100) {
    return ask(store, [&](Reader& r) { return r.worklist(queues, after, limit); });
}

std::vector<DocumentId> ids(const std::vector<WorklistRow>& rows) {
    std::vector<DocumentId> out;
    for (const WorklistRow& row : rows)
        out.push_back(row.document);
    return out;
}

std::vector<DocumentId> ids(const DocumentPage& page) {
    std::vector<DocumentId> out;
    for (const DocumentRow& row : page.rows)
        out.push_back(row.document.id);
    return out;
}

std::uint64_t count(Store& store, const std::string& role, const std::string& department) {
    return ask(store, [&](Reader& r) { return r.count({role, department}); });
}

}  // namespace

TEMPLATE_TEST_CASE("store: a worklist merges queues, oldest arrival first", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    for (DocumentId id = 1; id <= 6; ++id) {
        StepRecord step = first_step(id);
        step.tasks[0].department = id % 2 == 0 ? "employment" : "insurance";
        REQUIRE(write(*store, step));
    }
    REQUIRE(write(*store, next_step(2, 2)));  // goes to the reviewer
    const QueueKey even{"clerk", "employment"}, odd{"clerk", "insurance"}, other{"clerk", ""};
    CHECK(ids(worklist(*store, {even})) == std::vector<DocumentId>{4, 6});
    CHECK(ids(worklist(*store, {even, odd, other})) == std::vector<DocumentId>{1, 3, 4, 5, 6});
    CHECK(ids(worklist(*store, {even, even})) == std::vector<DocumentId>{4, 6});
    CHECK(ids(worklist(*store, {{"reviewer", "employment"}})) == std::vector<DocumentId>{2});
    CHECK(worklist(*store, {}).empty());
    CHECK(worklist(*store, {other}).empty());
    CHECK(worklist(*store, {even, odd}, 0, 0).empty());
    CHECK(count(*store, "clerk", "employment") == 2);
    CHECK(count(*store, "clerk", "insurance") == 3);
    CHECK(count(*store, "reviewer", "employment") == 1);
    CHECK(count(*store, "nobody", "employment") == 0);
}

TEMPLATE_TEST_CASE("store: pages of a worklist neither repeat nor skip while steps are written", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    for (DocumentId id = 1; id <= 20; ++id)
        REQUIRE(write(*store, first_step(id)));
    const std::vector<QueueKey> queue{{"clerk", "employment"}};
    std::vector<DocumentId> seen;
    std::uint64_t after = 0;
    DocumentId next = 100;
    for (int page = 0;; ++page) {
        const auto rows = worklist(*store, queue, after, 3);
        if (rows.empty()) break;
        for (const WorklistRow& row : rows)
            seen.push_back(row.document);
        after = rows.back().number;
        // What was shown moves on, what was not shown is claimed, and new ones arrive.
        if (page < 3) {
            REQUIRE(write(*store, next_step(rows.front().document, 2)));
            StepRecord claim = next_step(20 - static_cast<DocumentId>(page), 2);
            claim.tasks = first_step(claim.after.id).tasks;
            claim.tasks[0].claimed_by = 9;
            REQUIRE(write(*store, claim));
            REQUIRE(write(*store, first_step(next++)));
        }
    }
    std::vector<DocumentId> expected;
    for (DocumentId id = 1; id <= 20; ++id)
        expected.push_back(id);
    for (DocumentId id = 100; id < next; ++id)
        expected.push_back(id);
    CHECK(seen == expected);
}

TEMPLATE_TEST_CASE("store: a claimed task keeps its place, one that comes back stands last", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    for (DocumentId id = 1; id <= 3; ++id)
        REQUIRE(write(*store, first_step(id)));
    const std::vector<QueueKey> queue{{"clerk", "employment"}};
    StepRecord claim = next_step(1, 2);
    claim.tasks = first_step(1).tasks;
    claim.tasks[0].claimed_by = 9;
    claim.tasks[0].due = Instant{77};
    REQUIRE(write(*store, claim));
    auto rows = worklist(*store, queue);
    CHECK(ids(rows) == std::vector<DocumentId>{1, 2, 3});
    CHECK(rows[0].task == claim.tasks[0]);
    CHECK(count(*store, "clerk", "employment") == 3);

    StepRecord returned = next_step(1, 3);
    returned.tasks = {task("drafting", "clerk", Instant{5'000})};
    REQUIRE(write(*store, returned));
    rows = worklist(*store, queue);
    CHECK(ids(rows) == std::vector<DocumentId>{2, 3, 1});
    CHECK(rows[2].task.claimed_by == 0);
    CHECK(!rows[2].task.due);
    CHECK(count(*store, "clerk", "employment") == 3);

    // One document may stand in several queues, and twice in one.
    StepRecord forked = next_step(2, 2);
    forked.tasks = {task("comments", "clerk", {}), task("experts", "clerk", {}),
                    task("risk", "officer", {}, "")};
    forked.tasks[1].region = 1;
    forked.tasks[2].region = 2;
    REQUIRE(write(*store, forked));
    CHECK(count(*store, "clerk", "employment") == 4);
    CHECK(count(*store, "officer", "") == 1);
    StepRecord finished = next_step(2, 3);
    finished.tasks.clear();
    REQUIRE(write(*store, finished));
    CHECK(count(*store, "clerk", "employment") == 2);
    CHECK(count(*store, "officer", "") == 0);
}

TEMPLATE_TEST_CASE("store: documents are listed newest first, by department and by page", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    for (DocumentId id = 1; id <= 9; ++id) {
        StepRecord step = first_step(id);
        step.after.department = id % 3 == 0 ? "a" : id % 3 == 1 ? "b" : "c";
        REQUIRE(write(*store, step));
    }
    const auto list = [&store](DocumentFilter filter) {
        return ask(*store, [&](Reader& r) { return r.documents(filter); });
    };
    DocumentFilter filter;
    filter.limit = 4;
    auto page = list(filter);
    CHECK(ids(page) == std::vector<DocumentId>{9, 8, 7, 6});
    REQUIRE(page.next);
    filter.before = *page.next;
    page = list(filter);
    CHECK(ids(page) == std::vector<DocumentId>{5, 4, 3, 2});
    filter.before = *page.next;
    page = list(filter);
    CHECK(ids(page) == std::vector<DocumentId>{1});
    CHECK(!page.next);

    filter = {};
    filter.departments = {"a", "c", "nobody", "a"};
    CHECK(ids(list(filter)) == std::vector<DocumentId>{9, 8, 6, 5, 3, 2});
    filter.limit = 6;
    CHECK(!list(filter).next);
    filter.departments = {"nobody"};
    CHECK(list(filter).rows.empty());
    CHECK(!list(filter).next);

    // A page may end early where many rows were looked at; the cursor goes on from there.
    filter = {};
    filter.matches = [](const gongkai::engine::Document& d) { return d.id == 2; };
    filter.scan_limit = 5;
    page = list(filter);
    CHECK(page.rows.empty());
    REQUIRE(page.next);
    CHECK(*page.next == 5);
    filter.before = *page.next;
    page = list(filter);
    CHECK(ids(page) == std::vector<DocumentId>{2});
    CHECK(!page.next);

    // A document that moves to another department is found there.
    StepRecord moved = next_step(9, 2);
    moved.after.department = "b";
    REQUIRE(write(*store, moved));
    filter = {};
    filter.departments = {"b"};
    CHECK(ids(list(filter)) == std::vector<DocumentId>{9, 7, 4, 1});
    filter.departments = {"a"};
    CHECK(ids(list(filter)) == std::vector<DocumentId>{6, 3});
}

TEMPLATE_TEST_CASE("store: timers follow the last step of their document", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    StepRecord step = first_step(1);
    step.timers = {{0, "review", Instant{100}, false}, {1, "publish", Instant{300}, true}};
    REQUIRE(write(*store, step));
    step = first_step(2);
    step.timers = {{0, "review", Instant{200}, true}};
    REQUIRE(write(*store, step));
    const auto due = [&store](std::int64_t now, std::size_t limit = 10) {
        return ask(*store, [&](Reader& r) { return r.due_timers(Instant{now}, limit); });
    };
    const auto provisional = [&store](DocumentId after) {
        return ask(*store, [&](Reader& r) { return r.provisional_timers(after, 10); });
    };
    CHECK(due(99).empty());
    CHECK(due(100).size() == 1);
    CHECK(due(300).size() == 3);
    CHECK(due(300)[1].first == 2);
    CHECK(due(300, 2).size() == 2);
    REQUIRE(provisional(0).size() == 2);
    CHECK(provisional(0)[0].second.name == "publish");
    CHECK(provisional(1).size() == 1);
    CHECK(provisional(2).empty());

    // Recomputed: the same day, not provisional any more; and one that stops.
    step = next_step(1, 2);
    step.timers = {{1, "publish", Instant{300}, false}};
    REQUIRE(write(*store, step));
    CHECK(due(150).empty());
    REQUIRE(due(300).size() == 2);
    CHECK(!due(300)[1].second.provisional);
    CHECK(provisional(0).size() == 1);
    REQUIRE(write(*store, next_step(2, 2)));
    CHECK(due(300).size() == 1);
    CHECK(provisional(0).empty());
}

TEMPLATE_TEST_CASE("store: the outbox keeps the order of each document and subscriber", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const auto send = [&store](DocumentId id, std::uint32_t revision, std::uint32_t subscriber) {
        StepRecord step = revision == 1 ? first_step(id) : next_step(id, revision);
        step.outbox = {{subscriber, id, "moved", "{\"revision\":" + std::to_string(revision) + "}",
                        Instant{revision}}};
        REQUIRE(write(*store, step));
    };
    const auto change = [&store](auto&& how) {
        return store->run([&](Transaction& t) -> Result<void> { return how(t); });
    };
    const auto ready = [&store](std::uint32_t subscriber, std::int64_t now) {
        std::vector<std::uint64_t> numbers;
        const auto rows =
            ask(*store, [&](Reader& r) { return r.outbox_ready(subscriber, Instant{now}, 100); });
        for (const OutboxRow& row : rows)
            numbers.push_back(row.number);
        return numbers;
    };
    using Numbers = std::vector<std::uint64_t>;
    send(1, 1, 5);  // 1
    send(1, 2, 5);  // 2
    send(2, 1, 5);  // 3
    send(1, 3, 6);  // 4
    send(1, 4, 5);  // 5
    CHECK(ready(5, 0).empty());
    CHECK(ready(5, 10) == Numbers{1, 3});
    CHECK(ready(6, 10) == Numbers{4});
    CHECK(ready(7, 10).empty());
    CHECK(ask(*store, [](Reader& r) { return r.outbox_pending(); }) == 5);

    // Delivered: the next of the same lane, and of no other.
    REQUIRE(change([](Transaction& t) { return t.outbox_delivered(1); }));
    CHECK(code_of(change([](Transaction& t) { return t.outbox_delivered(1); })) ==
          ErrorCode::not_found);
    CHECK(ready(5, 10) == Numbers{3, 2});
    CHECK(ready(6, 10) == Numbers{4});

    // Failed: waits, and all behind it wait too.
    REQUIRE(change([](Transaction& t) { return t.outbox_failed(2, Instant{50}, "timeout"); }));
    CHECK(ready(5, 10) == Numbers{3});
    CHECK(ready(5, 50) == Numbers{3, 2});
    CHECK(ask(*store, [](Reader& r) { return r.outbox_ready(5, Instant{50}, 1); }).size() == 1);
    auto rows = ask(*store, [](Reader& r) { return r.outbox_ready(5, Instant{50}, 100); });
    CHECK(rows[1].attempts == 1);
    CHECK(rows[1].last_error == "timeout");
    CHECK(rows[1].message.payload == "{\"revision\":2}");
    CHECK(rows[1].message.subscriber == 5);

    // Dead: stands aside, the next goes on; it can be seen and sent again, before the others.
    REQUIRE(change([](Transaction& t) { return t.outbox_dead(2, "gone"); }));
    CHECK(ready(5, 50) == Numbers{3, 5});
    CHECK(ask(*store, [](Reader& r) { return r.outbox_pending(); }) == 3);
    rows = ask(*store, [](Reader& r) { return r.outbox_dead(0, 10); });
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].number == 2);
    CHECK(rows[0].dead);
    CHECK(rows[0].attempts == 2);
    CHECK(rows[0].last_error == "gone");
    CHECK(ask(*store, [](Reader& r) { return r.outbox_dead(2, 10); }).empty());
    CHECK(code_of(change([](Transaction& t) { return t.outbox_delivered(2); })) ==
          ErrorCode::not_found);
    CHECK(code_of(change([](Transaction& t) { return t.outbox_replay(5); })) ==
          ErrorCode::not_found);
    CHECK(code_of(change([](Transaction& t) { return t.outbox_replay(99); })) ==
          ErrorCode::not_found);
    REQUIRE(change([](Transaction& t) { return t.outbox_replay(2); }));
    CHECK(ready(5, 50) == Numbers{2, 3});
    CHECK(ask(*store, [](Reader& r) { return r.outbox_dead(0, 10); }).empty());
    REQUIRE(change([](Transaction& t) { return t.outbox_delivered(2); }));
    CHECK(ready(5, 50) == Numbers{3, 5});

    // Nobody waits: a dead letter that is sent again is ready at once.
    REQUIRE(change([](Transaction& t) { return t.outbox_dead(3, "gone"); }));
    REQUIRE(change([](Transaction& t) { return t.outbox_replay(3); }));
    CHECK(ready(5, 50) == Numbers{3, 5});
    CHECK(ready(6, 50) == Numbers{4});
}

TEMPLATE_TEST_CASE("store: the public sees what was published, and the last state of it", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const auto publish = [&store](DocumentId id, const std::string& flow) {
        StepRecord step = first_step(id);
        PublicDocument p;
        p.document = id;
        p.flow = flow;
        p.title = "Published " + std::to_string(id);
        p.fields = R"({"body":"text"})";
        p.attachments = {{digest_of("a"), 10, "a.pdf"}, {digest_of("b"), 20, "b.pdf"}};
        p.proof_openings = "{}";
        p.content = digest_of("content");
        p.department = "employment";
        p.published_at = Instant{5};
        step.publication = p;
        REQUIRE(write(*store, step));
    };
    const auto find = [&store](DocumentId id) {
        return ask_public(*store, [id](PublicReader& r) { return r.find(id); });
    };
    const auto list = [&store](const std::string& flow, std::optional<std::uint64_t> before,
                               std::size_t limit) {
        return ask_public(*store, [&](PublicReader& r) { return r.list(flow, before, limit); });
    };
    const auto has = [&store](DocumentId id, const std::string& what) {
        return ask_public(*store,
                          [&](PublicReader& r) { return r.has_attachment(id, digest_of(what)); });
    };
    for (DocumentId id = 1; id <= 5; ++id)
        publish(id, id % 2 == 0 ? "service" : "decision");
    REQUIRE(write(*store, first_step(6)));

    REQUIRE(find(1));
    CHECK(find(1)->title == "Published 1");
    CHECK(find(1)->record == 0);
    REQUIRE(find(1)->attachments.size() == 2);
    CHECK(find(1)->attachments[1].name == "b.pdf");
    CHECK(find(1)->attachments[1].size == 20);
    CHECK(!find(6));
    CHECK(has(1, "a"));
    CHECK(!has(1, "c"));
    CHECK(!has(6, "a"));

    auto page = list("", std::nullopt, 2);
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].document == 5);
    REQUIRE(page.next);
    page = list("", page.next, 3);
    REQUIRE(page.rows.size() == 3);
    CHECK(page.rows[0].document == 3);
    CHECK(!page.next);
    page = list("service", std::nullopt, 10);
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].document == 4);
    CHECK(page.rows[0].attachments.size() == 2);
    CHECK(list("nothing", std::nullopt, 10).rows.empty());

    // 撤稿: a stub takes its place, nothing of the content stays.
    StepRecord withdrawn = next_step(1, 2);
    withdrawn.publication = PublicDocument{};
    withdrawn.publication->document = 1;
    withdrawn.publication->withdrawn = true;
    withdrawn.publication->flow = "decision";
    withdrawn.publication->title = "Withdrawn: wrong annex";
    REQUIRE(write(*store, withdrawn));
    REQUIRE(find(1));
    CHECK(find(1)->withdrawn);
    CHECK(find(1)->fields.empty());
    CHECK(find(1)->attachments.empty());
    CHECK(find(1)->record == 6);
    CHECK(!has(1, "a"));
    CHECK(list("decision", std::nullopt, 10).rows.size() == 3);
}

TEMPLATE_TEST_CASE("store: a purge erases texts, title and projection, and no proof", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    StepRecord step = first_step(1);
    step.openings = {opening("secret one"), opening("secret two")};
    step.publication = PublicDocument{};
    step.publication->document = 1;
    REQUIRE(write(*store, step));
    step = first_step(2);
    step.openings = {opening("harmless")};
    REQUIRE(write(*store, step));
    const auto head = store->head();

    StepRecord purge = next_step(1, 2);
    purge.purge = true;
    purge.openings = {opening("why it is secret")};
    REQUIRE(write(*store, purge));
    CHECK(ask(*store, [](Reader& r) { return r.openings(1); }).empty());
    CHECK(ask(*store, [](Reader& r) { return r.find_document(1); })->title.empty());
    CHECK(!ask_public(*store, [](PublicReader& r) { return r.find(1); }));
    CHECK(ask(*store, [](Reader& r) { return r.openings(2); }).size() == 1);
    CHECK(ask(*store, [](Reader& r) { return r.find_document(2); })->title == "Document 2");
    CHECK(ask(*store, [](Reader& r) { return r.history(2, 10); }).size() == 2);
    CHECK(ask(*store, [&](Reader& r) { return r.tree_root(head.size); }) == head.root);

    // A projection that comes with the purge replaces the old one.
    StepRecord stub = next_step(1, 3);
    stub.purge = true;
    stub.publication = PublicDocument{};
    stub.publication->document = 1;
    stub.publication->withdrawn = true;
    REQUIRE(write(*store, stub));
    CHECK(ask_public(*store, [](PublicReader& r) { return r.find(1); })->withdrawn);
}

TEMPLATE_TEST_CASE("store: the directory keeps what was put last and counts its changes", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const auto directory = [&store] {
        return ask(*store, [](Reader& r) { return r.directory(); });
    };
    CHECK(directory().version == 0);
    Person ding{0, "ding", "丁", false, true, "hash", {{"clerk", "employment"}, {"head", ""}}};
    Person machine{0, "oa", "OA", true, true, "", {}};
    Deputy deputy{0, 1, 2, {"clerk"}, Instant{1}, Instant{9}, false};
    MachineKey key{0, 2, digest_of("key"), "OA", Instant{1}, std::nullopt, false};
    Subscriber subscriber{0, "OA", "https://oa.example/hook", "whsec_x", "oa", true};
    REQUIRE(store->run([&](Transaction& t) -> Result<void> {
        TRY_VOID(t.put_department({"office", "办公室", "", true}));
        TRY_VOID(t.put_department({"employment", "就业科", "office", true}));
        TRY(ding.id, t.put_person(ding));
        TRY(machine.id, t.put_person(machine));
        TRY(deputy.id, t.put_deputy(deputy));
        TRY(key.id, t.put_key(key));
        TRY(subscriber.id, t.put_subscriber(subscriber));
        return {};
    }));
    Directory now = directory();
    CHECK(now.version == 7);
    REQUIRE(now.departments.size() == 2);
    CHECK(now.departments[0].code == "employment");
    CHECK(now.departments[0].parent == "office");
    REQUIRE(now.people.size() == 2);
    CHECK(now.people[0].id == 1);
    CHECK(now.people[0].name == "丁");
    CHECK(now.people[0].roles == ding.roles);
    CHECK(now.people[1].machine);
    CHECK(now.people[1].roles.empty());
    REQUIRE(now.deputies.size() == 1);
    CHECK(now.deputies[0].roles == deputy.roles);
    CHECK(now.deputies[0].until == Instant{9});
    REQUIRE(now.keys.size() == 1);
    CHECK(now.keys[0].secret_hash == key.secret_hash);
    CHECK(!now.keys[0].expires);
    REQUIRE(now.subscribers.size() == 1);
    CHECK(now.subscribers[0].secret == "whsec_x");

    ding.roles = {{"reviewer", "employment"}};
    ding.active = false;
    deputy.roles.clear();
    deputy.revoked = true;
    key.expires = Instant{99};
    subscriber.active = false;
    REQUIRE(store->run([&](Transaction& t) -> Result<void> {
        TRY_VOID(t.put_department({"employment", "就业局", "office", false}));
        TRY_VOID(t.put_person(ding));
        TRY_VOID(t.put_deputy(deputy));
        TRY_VOID(t.put_key(key));
        TRY_VOID(t.put_subscriber(subscriber));
        return {};
    }));
    now = directory();
    CHECK(now.version == 12);
    CHECK(now.departments.size() == 2);
    CHECK(now.departments[0].title == "就业局");
    CHECK(!now.departments[0].active);
    REQUIRE(now.people.size() == 2);
    CHECK(now.people[0].roles == ding.roles);
    CHECK(!now.people[0].active);
    CHECK(now.deputies[0].revoked);
    CHECK(now.deputies[0].roles.empty());
    CHECK(now.keys[0].expires == Instant{99});
    CHECK(!now.subscribers[0].active);

    // A login belongs to one person.
    Person thief{0, "ding", "X", false, true, "", {}};
    const auto put = [&store](const Person& person) {
        return store->run([&person](Transaction& t) -> Result<void> {
            TRY_VOID(t.put_person(person));
            return {};
        });
    };
    CHECK(code_of(put(thief)) == ErrorCode::conflict);
    machine.login = "ding";
    CHECK(code_of(put(machine)) == ErrorCode::conflict);
    CHECK(directory().version == 12);
    machine.login = "oa2";
    CHECK(put(machine));
    thief.login = "oa";
    CHECK(put(thief));
}

TEMPLATE_TEST_CASE("store: sessions end, sources stay", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const auto put = [&store](const char* token, PersonId person, std::int64_t from,
                              std::int64_t until) {
        REQUIRE(store->run([&](Transaction& t) {
            return t.put_session({digest_of(token), person, Instant{from}, Instant{until}});
        }));
    };
    const auto count_sessions = [&store] {
        return ask(*store, [](Reader& r) { return r.sessions(); }).size();
    };
    put("a", 1, 0, 10);
    put("b", 1, 0, 100);
    put("c", 2, 5, 100);
    CHECK(count_sessions() == 3);
    put("d", 2, 10, 100);  // "a" has ended
    CHECK(count_sessions() == 3);
    REQUIRE(store->run([](Transaction& t) { return t.drop_session(digest_of("b")); }));
    CHECK(count_sessions() == 2);
    REQUIRE(store->run([](Transaction& t) { return t.drop_sessions_of(2); }));
    CHECK(count_sessions() == 0);

    const auto source = [&store](const std::string& text) {
        return store->run([&text](Transaction& t) {
            return t.put_source(digest_of("d"), "flow", "decision", text);
        });
    };
    REQUIRE(source("flow: decision"));
    REQUIRE(source("something else"));
    CHECK(ask(*store, [](Reader& r) { return r.source(digest_of("d")); }) == "flow: decision");
    CHECK(!ask(*store, [](Reader& r) { return r.source(digest_of("e")); }));
    const auto sources = ask(*store, [](Reader& r) { return r.sources(); });
    REQUIRE(sources.size() == 1);
    CHECK(sources[0].kind == "flow");
    CHECK(sources[0].name == "decision");
}
