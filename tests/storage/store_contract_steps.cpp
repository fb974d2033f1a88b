// The contract: steps, groups of them, and what is refused.
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "storage/audit/merkle.hpp"
#include "tests/storage/store_contract.hpp"

using namespace gongkai::storage;
using namespace gongkai::storage::testing;
using gongkai::engine::Error;

namespace {

// Holds the writer in a job, so that what is submitted meanwhile is committed as one group.
class Gate {
  public:
    explicit Gate(Store& store) {
        REQUIRE(store.submit(
            [this](Transaction&) -> Result<void> {
                std::unique_lock lock(mutex_);
                entered_ = true;
                changed_.notify_all();
                changed_.wait(lock, [this] { return open_; });
                return {};
            },
            [this](const Result<void>&) {
                const std::lock_guard lock(mutex_);
                left_ = true;
                changed_.notify_all();
            }));
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return entered_; });
    }
    ~Gate() { open(); }
    void open() {
        std::unique_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return left_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool entered_ = false, open_ = false, left_ = false;
};

}  // namespace

TEMPLATE_TEST_CASE("store: a step is there as a whole once it was acknowledged", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    StepRecord step = first_step(11);
    step.openings = {opening("what was written")};
    step.timers = {{3, "publish", Instant{9'000}, true}};
    step.outbox = {{1, 11, "moved", "{}", Instant{1'000}}};
    step.external = {"oa", "2026-17"};
    REQUIRE(write(*store, step));

    const auto row = ask(*store, [](Reader& r) { return r.find_document(11); });
    REQUIRE(row);
    CHECK(row->document == step.after);
    CHECK(row->title == "Document 11");
    CHECK(row->source == "oa");
    CHECK(row->source_id == "2026-17");
    CHECK(row->last_record == 0);
    CHECK(ask(*store, [](Reader& r) { return r.find_external("oa", "2026-17"); }) == 11);
    const auto history = ask(*store, [&](Reader& r) { return r.history(row->last_record, 10); });
    REQUIRE(history.size() == 1);
    CHECK(history[0].bytes == step.leaf);
    CHECK(history[0].document == 11);
    CHECK(history[0].previous == kNoRecord);
    const auto texts = ask(*store, [](Reader& r) { return r.openings(11); });
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].text == "what was written");
    CHECK(texts[0].salt == step.openings[0].salt);
    const auto timers = ask(*store, [](Reader& r) { return r.due_timers(Instant{9'000}, 10); });
    REQUIRE(timers.size() == 1);
    CHECK(timers[0] == std::pair<DocumentId, RunningTimer>{11, step.timers[0]});
    CHECK(ask(*store, [](Reader& r) { return r.outbox_pending(); }) == 1);
    const auto page = ask(*store, [](Reader& r) {
        return r.worklist(std::vector<QueueKey>{{"clerk", "employment"}}, 0, 10);
    });
    REQUIRE(page.size() == 1);
    CHECK(page[0].document == 11);
    CHECK(page[0].flow == "decision");
    CHECK(page[0].title == "Document 11");
    CHECK(page[0].task == step.tasks[0]);
    CHECK(store->head().size == 1);
    CHECK(store->head().root == audit::leaf_hash(step.leaf));
}

TEMPLATE_TEST_CASE("store: a job sees what earlier jobs and it itself have written", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    REQUIRE(write(*store, first_step(1)));
    std::vector<std::uint32_t> seen;
    REQUIRE(store->run([&seen](Transaction& t) -> Result<void> {
        for (std::uint32_t revision = 2; revision < 5; ++revision) {
            TRY(const auto stored, t.find_document(1));
            seen.push_back(stored->document.revision);
            TRY_VOID(t.write_step(next_step(1, revision)));
        }
        return {};
    }));
    CHECK(seen == std::vector<std::uint32_t>{1, 2, 3});
    const auto row = ask(*store, [](Reader& r) { return r.find_document(1); });
    REQUIRE(row);
    CHECK(row->document.revision == 4);
    const auto history = ask(*store, [&](Reader& r) { return r.history(row->last_record, 10); });
    REQUIRE(history.size() == 4);
    CHECK(history[0].bytes == next_step(1, 4).leaf);
    CHECK(history[3].bytes == first_step(1).leaf);
}

TEMPLATE_TEST_CASE("store: the last leaf of a document is named with its hash", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    REQUIRE(write(*store, first_step(1)));
    REQUIRE(write(*store, first_step(2)));
    std::optional<StoredDocument> stored;
    REQUIRE(store->run([&stored](Transaction& t) -> Result<void> {
        TRY(stored, t.find_document(1));
        return {};
    }));
    CHECK(stored->last_record == 0);
    CHECK(stored->last_leaf == audit::leaf_hash(first_step(1).leaf));

    // A refused attempt becomes the newest of the history and changes nothing else: the next step
    // still names the leaf of the step before.
    REQUIRE(store->run([](Transaction& t) -> Result<void> {
        TRY_VOID(t.write_leaf(1, "refused"));
        TRY_VOID(t.write_leaf(0, "an administrative act"));
        TRY_VOID(t.write_leaf(99, "refused to open"));
        return {};
    }));
    REQUIRE(store->run([&stored](Transaction& t) -> Result<void> {
        TRY(stored, t.find_document(1));
        return {};
    }));
    CHECK(stored->last_record == 2);
    CHECK(stored->last_leaf == audit::leaf_hash(first_step(1).leaf));
    CHECK(stored->document == document(1));
    const auto all = ask(*store, [](Reader& r) { return r.leaves(2, 10); });
    REQUIRE(all.size() == 3);
    CHECK(all[0].previous == 0);
    CHECK(all[1].document == 0);
    CHECK(all[1].previous == kNoRecord);
    CHECK(all[2].previous == kNoRecord);
    REQUIRE(write(*store, next_step(1, 2)));
    const auto history = ask(*store, [](Reader& r) { return r.history(5, 10); });
    REQUIRE(history.size() == 3);
    CHECK(history[1].bytes == "refused");
}

TEMPLATE_TEST_CASE("store: a failing job leaves nothing and does not disturb its group", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    std::vector<std::optional<ErrorCode>> outcomes(5);
    std::vector<int> order;
    {
        Gate gate(*store);
        for (int i = 0; i < 5; ++i) {
            REQUIRE(store->submit(
                [i](Transaction& t) -> Result<void> {
                    StepRecord step = first_step(static_cast<DocumentId>(i + 1));
                    step.tasks.push_back(task("drafting", "clerk" + std::to_string(i), {}, ""));
                    step.openings = {opening("text " + std::to_string(i))};
                    step.outbox = {{1, step.after.id, "moved", "{}", {}}};
                    TRY_VOID(t.write_step(step));
                    TRY_VOID(t.write_idempotency({7, "key " + std::to_string(i), {}, 201, "", {}}));
                    if (i == 1) return Error{ErrorCode::not_found, "refused on purpose"};
                    if (i == 3) throw std::runtime_error("thrown on purpose");
                    return {};
                },
                [i, &outcomes, &order](const Result<void>& result) {
                    outcomes[static_cast<std::size_t>(i)] = code_of(result);
                    order.push_back(i);
                }));
        }
    }
    REQUIRE(store->run([](Transaction&) -> Result<void> { return {}; }));
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(!outcomes[0]);
    CHECK(outcomes[1] == ErrorCode::not_found);
    CHECK(!outcomes[2]);
    CHECK(outcomes[3] == ErrorCode::invalid_argument);
    CHECK(!outcomes[4]);

    for (DocumentId id = 1; id <= 5; ++id) {
        const bool kept = id != 2 && id != 4;
        CAPTURE(id);
        CHECK(ask(*store, [&](Reader& r) { return r.find_document(id); }).has_value() == kept);
        CHECK(ask(*store, [&](Reader& r) { return r.openings(id); }).size() == (kept ? 1 : 0));
        const QueueKey queue{"clerk" + std::to_string(id - 1), ""};
        CHECK(ask(*store, [&](Reader& r) { return r.count(queue); }) == (kept ? 1 : 0));
        bool known = false;
        REQUIRE(store->run([&](Transaction& t) -> Result<void> {
            TRY(const auto record, t.find_idempotency(7, "key " + std::to_string(id - 1)));
            known = record.has_value();
            return {};
        }));
        CHECK(known == kept);
    }
    CHECK(ask(*store, [](Reader& r) { return r.tree_size(); }) == 3);
    CHECK(ask(*store, [](Reader& r) { return r.outbox_pending(); }) == 3);
    CHECK(ask(*store, [](Reader& r) { return r.count({"clerk", "employment"}); }) == 3);
    CHECK(ask(*store, [](Reader& r) { return r.tree_root(3); }) == store->head().root);
    // What was numbered in a job that was undone is numbered again without harm.
    StepRecord again = first_step(6);
    again.tasks = {task("drafting", "clerk1", {}, ""), task("drafting", "clerk3", {}, "")};
    REQUIRE(write(*store, again));
    CHECK(ask(*store, [](Reader& r) { return r.count({"clerk1", ""}); }) == 1);
    CHECK(ask(*store, [](Reader& r) { return r.count({"clerk3", ""}); }) == 1);
}

TEMPLATE_TEST_CASE("store: a step on another revision is a conflict and writes nothing", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    REQUIRE(write(*store, first_step(1)));
    REQUIRE(write(*store, next_step(1, 2)));
    CHECK(code_of(write(*store, next_step(1, 2))) == ErrorCode::conflict);
    CHECK(code_of(write(*store, next_step(1, 4))) == ErrorCode::conflict);
    CHECK(code_of(write(*store, first_step(1))) == ErrorCode::conflict);
    CHECK(code_of(write(*store, next_step(2, 2))) == ErrorCode::not_found);
    CHECK(code_of(write(*store, first_step(0))) == ErrorCode::invalid_argument);
    CHECK(code_of(write(*store, first_step(~DocumentId{0}))) == ErrorCode::invalid_argument);
    CHECK(store->head().size == 2);

    // A job that goes on after a conflict keeps the rest of what it wrote.
    REQUIRE(store->run([](Transaction& t) -> Result<void> {
        CHECK(code_of(t.write_step(next_step(1, 7))) == ErrorCode::conflict);
        TRY_VOID(t.write_leaf(1, "refused"));
        return {};
    }));
    CHECK(store->head().size == 3);
}

TEMPLATE_TEST_CASE("store: the id of another system belongs to one document", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    StepRecord step = first_step(1);
    step.external = {"oa", "17"};
    REQUIRE(write(*store, step));
    step = first_step(2);
    step.external = {"oa", "17"};
    CHECK(code_of(write(*store, step)) == ErrorCode::conflict);
    CHECK(!ask(*store, [](Reader& r) { return r.find_document(2); }));
    CHECK(store->head().size == 1);
    step.external = {"other", "17"};
    CHECK(write(*store, step));
    CHECK(ask(*store, [](Reader& r) { return r.find_external("oa", "17"); }) == 1);
    CHECK(ask(*store, [](Reader& r) { return r.find_external("other", "17"); }) == 2);
    CHECK(!ask(*store, [](Reader& r) { return r.find_external("oa", "18"); }));
}

TEMPLATE_TEST_CASE("store: an idempotency key is kept with its answer and belongs to its actor", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const IdempotencyRecord record{7, "k", digest_of("body"), 201, R"({"id":1})", Instant{5}};
    const auto put = [&store](const IdempotencyRecord& r) {
        return store->run([&r](Transaction& t) { return t.write_idempotency(r); });
    };
    const auto find = [&store](PersonId actor, const std::string& key) {
        std::optional<IdempotencyRecord> found;
        REQUIRE(store->run([&](Transaction& t) -> Result<void> {
            TRY(found, t.find_idempotency(actor, key));
            return {};
        }));
        return found;
    };
    REQUIRE(put(record));
    CHECK(code_of(put(record)) == ErrorCode::conflict);
    const auto found = find(7, "k");
    REQUIRE(found);
    CHECK(found->fingerprint == record.fingerprint);
    CHECK(found->status == 201);
    CHECK(found->response == record.response);
    CHECK(found->created == record.created);
    CHECK(!find(8, "k"));
    CHECK(!find(7, "K"));
    // Kept for two days at least, whatever comes after it.
    for (int i = 0; i < 20; ++i) {
        IdempotencyRecord later = record;
        later.key = "later " + std::to_string(i);
        later.created = record.created + kIdempotencyKeptMs;
        REQUIRE(put(later));
    }
    CHECK(find(7, "k"));
}

TEMPLATE_TEST_CASE("store: a full queue and a closed store take nothing on", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open(4);
    const auto job = [](Transaction&) -> Result<void> { return {}; };
    int done = 0;
    {
        Gate gate(*store);
        for (int i = 0; i < 4; ++i) {
            CHECK(store->pressure() == Approx(i / 4.0));
            REQUIRE(store->submit(job, [&done](const Result<void>&) { ++done; }));
        }
        CHECK(store->pressure() == 1.0);
        CHECK(code_of(store->submit(job, [&done](const Result<void>&) { done += 100; })) ==
              ErrorCode::unavailable);
    }
    store->close();
    CHECK(done == 4);
    CHECK(code_of(store->submit(job, [&done](const Result<void>&) { done += 100; })) ==
          ErrorCode::unavailable);
    CHECK(code_of(store->read([](Reader&) -> Result<void> { return {}; })) ==
          ErrorCode::unavailable);
    CHECK(code_of(store->writable()) == ErrorCode::unavailable);
    CHECK(done == 4);
}

TEMPLATE_TEST_CASE("store: the tree answers for every size that it had", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    // Told after the completions of a commit, so a little later than who waited for one.
    std::mutex mutex;
    std::condition_variable told;
    std::vector<TreeHead> heads;
    store->on_commit([&](const TreeHead& head) {
        const std::lock_guard lock(mutex);
        heads.push_back(head);
        told.notify_one();
    });
    std::vector<Digest> roots{audit::empty_root()};
    audit::Frontier tree;
    for (int i = 0; i < 21; ++i) {
        const std::string leaf = "leaf " + std::to_string(i);
        REQUIRE(store->run([&leaf](Transaction& t) -> Result<void> {
            TRY_VOID(t.write_leaf(0, leaf));
            return {};
        }));
        tree.append(leaf);
        roots.push_back(tree.root());
    }
    {
        std::unique_lock lock(mutex);
        REQUIRE(told.wait_for(lock, std::chrono::seconds(10), [&] { return heads.size() == 21; }));
        CHECK(heads.back().size == 21);
        CHECK(heads.back().root == tree.root());
    }
    for (std::uint64_t size = 0; size <= 21; ++size)
        CHECK(ask(*store, [&](Reader& r) { return r.tree_root(size); }) == roots[size]);
    CHECK(ask(*store, [](Reader& r) { return r.tree_node(0, 20); }) == audit::leaf_hash("leaf 20"));
    CHECK(ask(*store, [](Reader& r) { return r.tree_node(4, 0); }) == roots[16]);
    CHECK(ask(*store, [](Reader& r) { return r.leaf_index(20); }) == 20);
    CHECK(!ask(*store, [](Reader& r) { return r.leaf_index(21); }));
    const auto refused = store->read([](Reader& r) -> Result<void> {
        CHECK(code_of(r.tree_root(22)) == ErrorCode::not_found);
        CHECK(code_of(r.tree_node(0, 21)) == ErrorCode::not_found);
        CHECK(code_of(r.tree_node(4, 1)) == ErrorCode::not_found);
        CHECK(code_of(r.history(21, 1)) == ErrorCode::not_found);
        return {};
    });
    CHECK(refused);
}
