// Random jobs on every store and on the memory store beside it: both must give the same answers.
#include <catch2/catch.hpp>

#include "tests/storage/random_values.hpp"
#include "tests/storage/store_contract.hpp"

using namespace gongkai::storage;
using namespace gongkai::storage::testing;
using gongkai::engine::Error;

namespace {

const std::vector<std::string> kRoles{"clerk", "reviewer", "officer"};
const std::vector<DepartmentCode> kDepartments{"", "a", "b"};

// A job as data, so that it can be given to two stores.
struct Plan {
    struct Write {
        enum class Kind {
            step,
            leaf,
            key,
            delivered,
            failed,
            dead,
            replay,
            person,
            item,
            number
        } kind;
        StepRecord step;
        IdempotencyRecord key;
        DocumentId document = 0;
        std::string text;
        std::uint64_t number = 0;
        Instant at;
        Person person;
        CatalogItem item;
    };
    std::vector<Write> writes;
    bool fails = false;        // at the end, on purpose
    bool stops_early = false;  // at the first write that is refused
};

StepRecord random_step(Random& r, Instant now) {
    StepRecord step;
    step.after = random_document(r);
    step.after.id = 1 + r.below(12);
    step.created = r.chance(25);
    step.after.revision = step.created ? 1 : static_cast<std::uint32_t>(2 + r.below(4));
    step.after.department = kDepartments[1 + r.below(2)];
    step.leaf = "leaf " + r.text() + std::to_string(r.below(1'000'000));
    step.openings = some<Opening>(r, 2, [&r] { return opening(r.text()); });
    if (step.created || r.chance(20)) step.title = r.text();
    step.tasks = some<Task>(r, 3, [&r, now]() -> Task {
        Task t = task("state" + std::to_string(r.below(3)), kRoles[r.below(3)],
                      r.chance(50) ? Instant{5} : now, kDepartments[r.below(3)]);
        t.region = static_cast<std::uint16_t>(r.below(2));
        t.claimed_by = static_cast<PersonId>(r.below(2));
        if (r.chance(50)) t.due = Instant{static_cast<std::int64_t>(r.below(50))};
        return t;
    });
    for (std::uint16_t timer = 0; timer < 3; ++timer) {
        if (r.chance(40))
            step.timers.push_back({timer, "timer" + std::to_string(timer),
                                   Instant{static_cast<std::int64_t>(r.below(50))}, r.chance(30)});
    }
    step.outbox = some<OutboxMessage>(r, 2, [&]() -> OutboxMessage {
        return {static_cast<std::uint32_t>(1 + r.below(2)), step.after.id, "moved", r.text(), now};
    });
    if (r.chance(20)) {
        PublicDocument p;
        p.document = step.after.id;
        p.withdrawn = r.chance(30);
        p.flow = r.chance(50) ? "decision" : "service";
        p.title = r.text();
        p.fields = r.text();
        p.attachments = some<PublicAttachment>(r, 2, [&r]() -> PublicAttachment {
            return {r.digest(), r.below(99), r.text()};
        });
        p.content = r.digest();
        p.department = step.after.department;
        p.published_at = now;
        step.publication = p;
    }
    if (r.chance(30)) {
        step.links.emplace();
        for (std::uint64_t i = r.below(4); i > 0; --i)
            step.links->push_back(
                {1 + r.below(12), "relation" + std::to_string(i), r.text(), r.text()});
    }
    step.purge = r.chance(5);
    if (r.chance(10)) step.codes = {digest_of("code" + std::to_string(r.below(40)))};
    if (step.created && r.chance(30)) step.external = {"oa", std::to_string(r.below(5))};
    return step;
}

Plan random_plan(Random& r, Instant now) {
    using Kind = Plan::Write::Kind;
    Plan plan;
    plan.fails = r.chance(10);
    plan.stops_early = r.chance(70);
    plan.writes = some<Plan::Write>(r, 3, [&]() -> Plan::Write {
        Plan::Write write{};
        const auto dice = r.below(100);
        write.kind = dice < 55   ? Kind::step
                     : dice < 65 ? Kind::leaf
                     : dice < 70 ? Kind::key
                     : dice < 80 ? Kind::delivered
                     : dice < 86 ? Kind::failed
                     : dice < 92 ? Kind::dead
                     : dice < 95 ? Kind::replay
                     : dice < 97 ? Kind::item
                     : dice < 98 ? Kind::number
                                 : Kind::person;
        write.document = r.below(14);
        write.text = r.text();
        write.number = 1 + r.below(30);
        write.at = Instant{static_cast<std::int64_t>(r.below(60))};
        if (write.kind == Kind::step) write.step = random_step(r, now);
        write.key = {static_cast<PersonId>(r.below(2)), r.text(3), r.digest(), 200, r.text(), now};
        write.item = {0,
                      "JY-" + std::to_string(r.below(4)),
                      r.text(3),
                      r.chance(50) ? "service" : "result",
                      r.text(3),
                      r.text(),
                      r.chance(30) ? std::optional(now) : std::nullopt,
                      r.below(3)};
        write.person = {static_cast<PersonId>(r.below(4)),
                        "login" + std::to_string(r.below(4)),
                        r.text(),
                        false,
                        true,
                        "",
                        some<RoleHolding>(r, 2, [&r]() -> RoleHolding {
                            return {kRoles[r.below(3)], kDepartments[r.below(3)]};
                        })};
        return write;
    });
    return plan;
}

Result<void> apply(Transaction& t, const Plan::Write& write) {
    using Kind = Plan::Write::Kind;
    switch (write.kind) {
        case Kind::step:
            TRY_VOID(t.write_step(write.step));
            return {};
        case Kind::leaf:
            TRY_VOID(t.write_leaf(write.document, "refused " + write.text));
            return {};
        case Kind::key:
            return t.write_idempotency(write.key);
        case Kind::delivered:
            return t.outbox_delivered(write.number);
        case Kind::failed:
            return t.outbox_failed(write.number, write.at, write.text);
        case Kind::dead:
            return t.outbox_dead(write.number, write.text);
        case Kind::replay:
            return t.outbox_replay(write.number);
        case Kind::person:
            TRY_VOID(t.put_person(write.person));
            return {};
        case Kind::item:
            TRY_VOID(t.put_catalog_item(write.item));
            return {};
        case Kind::number:
            // A store that gave another number would show it as another failure.
            for (const char* series : {"a", "b"}) {
                TRY(const auto before, t.last_number(series));
                TRY(const auto number, t.take_number(series));
                if (number != before + 1 || number % 5 == 0)
                    return Error{ErrorCode::conflict, "number " + std::to_string(number)};
            }
            return {};
    }
    return {};
}

// The codes that the job met, and its end.
struct Outcome {
    std::vector<std::optional<ErrorCode>> met;
    std::optional<ErrorCode> end;
};

// All plans at once, so that they are committed in groups.
std::vector<Outcome> run(Store& store, const std::vector<Plan>& plans) {
    std::vector<Outcome> outcomes(plans.size());
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const Plan& plan = plans[i];
        Outcome& outcome = outcomes[i];
        const auto queued = store.submit(
            [&plan, &outcome](Transaction& t) -> Result<void> {
                outcome.met.clear();
                for (const Plan::Write& write : plan.writes) {
                    const auto done = apply(t, write);
                    outcome.met.push_back(code_of(done));
                    if (!done && plan.stops_early) return done;
                }
                if (plan.fails) return Error{ErrorCode::unavailable, "on purpose"};
                return {};
            },
            [&outcome](const Result<void>& result) { outcome.end = code_of(result); });
        REQUIRE(queued);
    }
    REQUIRE(store.run([](Transaction&) -> Result<void> { return {}; }));
    return outcomes;
}

std::string in_words(const Outcome& outcome) {
    const auto one = [](const std::optional<ErrorCode>& code) {
        return std::string(code ? to_string(*code) : "ok");
    };
    std::string out;
    for (const auto& code : outcome.met)
        out += one(code) + ", ";
    return out + "end " + one(outcome.end);
}

std::string hex(const Digest& digest) {
    return audit::to_hex(digest).substr(0, 8);
}

// Everything that can be asked of a store, as one text.
std::string everything(Store& store) {
    std::ostringstream out;
    const auto head = store.head();
    out << "head " << head.size << ' ' << hex(head.root) << '\n';
    const auto asked = store.read([&out](Reader& r) -> Result<void> {
        TRY(const auto page, r.documents({}));
        std::vector<DocumentId> ids;
        for (const auto& row : page.rows) {
            std::string body;
            ids.push_back(row.document.id);
            out << "document " << row.document.id << " r" << row.document.revision << " '"
                << row.title << "' " << row.source << '/' << row.source_id << " last "
                << row.last_record << ' ' << row.document.department << ' '
                << hex(row.document.content) << ' ' << row.document.signatures.size() << '\n';
            TRY(const auto openings, r.openings(row.document.id));
            for (const auto& o : openings)
                out << "  opening " << hex(o.commitment) << " '" << o.text << "'\n";
            TRY(const auto history, r.history(row.last_record, 1'000));
            for (const auto& leaf : history)
                out << "  leaf " << leaf.record << " '" << leaf.bytes << "' " << leaf.document
                    << '\n';
        }
        for (const auto& department : kDepartments) {
            DocumentFilter filter;
            filter.departments = {department};
            TRY(const auto of_department, r.documents(filter));
            out << "department " << department << ' ' << of_department.rows.size() << '\n';
        }
        TRY(const auto leaves, r.leaves(0, 100'000));
        for (const auto& leaf : leaves)
            out << leaf.record << ' ' << leaf.document << ' ' << leaf.previous << '\n';
        std::vector<QueueKey> queues;
        for (const auto& role : kRoles) {
            for (const auto& department : kDepartments) {
                queues.push_back({role, department});
                TRY(const auto count, r.count(queues.back()));
                out << "queue " << role << '@' << department << ' ' << count << '\n';
            }
        }
        TRY(const auto rows, r.worklist(queues, 0, 10'000));
        for (const auto& row : rows)
            out << "task " << row.number << ' ' << row.document << " '" << row.title << "' "
                << row.task.state << ' ' << row.task.role << '@' << row.task.department << ' '
                << row.task.region << ' ' << row.task.claimed_by << ' ' << row.task.since.ms << ' '
                << (row.task.due ? row.task.due->ms : -1) << '\n';
        TRY(auto timers, r.due_timers(Instant{1'000}, 10'000));
        TRY(const auto provisional, r.provisional_timers(0, 10'000));
        timers.insert(timers.end(), provisional.begin(), provisional.end());
        for (const auto& [document, timer] : timers)
            out << "timer " << document << ' ' << timer.timer << ' ' << timer.name << ' '
                << timer.due.ms << ' ' << timer.provisional << '\n';
        TRY(auto messages, r.outbox_ready(1, Instant{30}, 10'000));
        TRY(const auto others, r.outbox_ready(2, Instant{30}, 10'000));
        messages.insert(messages.end(), others.begin(), others.end());
        TRY(const auto dead, r.outbox_dead(0, 10'000));
        TRY(const auto pending, r.outbox_pending());
        out << "pending " << pending << '\n';
        messages.insert(messages.end(), dead.begin(), dead.end());
        for (const auto& m : messages)
            out << "message " << m.number << ' ' << m.message.document << ' '
                << m.message.subscriber << " '" << m.message.payload << "' " << m.attempts << ' '
                << m.next_try.ms << ' ' << m.dead << " '" << m.last_error << "'\n";
        CatalogFilter all;
        all.ended = true;
        TRY(const auto items, r.catalog(all));
        for (const auto& item : items.rows)
            out << "item " << item.number << ' ' << item.code << ' ' << item.catalog << ' '
                << item.flow << " '" << item.details << "' " << item.ended.has_value() << '\n';
        for (int code = 0; code < 40; ++code) {
            TRY(const auto found, r.find_code(digest_of("code" + std::to_string(code))));
            out << "code " << code << ' ' << found.value_or(0) << '\n';
        }
        TRY(const auto directory, r.directory());
        out << "directory " << directory.version << '\n';
        for (const auto& p : directory.people) {
            out << "person " << p.id << ' ' << p.login << " '" << p.name << "'";
            for (const auto& role : p.roles)
                out << ' ' << role.role << '@' << role.department;
            out << '\n';
        }
        return {};
    });
    REQUIRE(asked);
    const auto page =
        ask_public(store, [](PublicReader& r) { return r.list("", std::nullopt, 1'000); });
    for (const auto& p : page.rows) {
        out << "public " << p.document << ' ' << p.record << ' ' << p.withdrawn << ' ' << p.flow
            << " '" << p.title << "' '" << p.fields << "' " << hex(p.content);
        for (const auto& a : p.attachments)
            out << ' ' << hex(a.digest) << ' ' << a.size << " '" << a.name << "'";
        for (const auto& link :
             ask_public(store, [&p](PublicReader& r) { return r.links(p.document); }))
            out << " -> " << link.document << ' ' << link.above << ' ' << link.draft << ' '
                << link.relation << " '" << link.relation_title << "' " << link.flow << " '"
                << link.title << "'";
        out << '\n';
    }
    return out.str();
}

}  // namespace

TEMPLATE_TEST_CASE("store: random jobs leave the same as in the memory store", "", GONGKAI_STORES) {
    const unsigned seed = seed_of_run();
    INFO("GONGKAI_SEED=" << seed);
    Random random(seed);
    for (int round = 0; round < 4; ++round) {
        TestType backend;
        const auto store = backend.open();
        const auto oracle = memory::open();
        for (int group = 0; group < 12; ++group) {
            const Instant now{10 + group};
            std::vector<Plan> plans;
            for (std::uint64_t n = 1 + random.below(12); n > 0; --n)
                plans.push_back(random_plan(random, now));
            const auto outcomes = run(*store, plans);
            const auto expected = run(*oracle, plans);
            for (std::size_t i = 0; i < plans.size(); ++i) {
                CAPTURE(round, group, i);
                CHECK(in_words(outcomes[i]) == in_words(expected[i]));
            }
            const std::string is = everything(*store);
            REQUIRE(is == everything(*oracle));
        }
    }
}
