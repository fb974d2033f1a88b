// A deadline fires once: whoever asks how often, whatever the wall clock does, before a restart and
// after it.
#include "app/scheduler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "storage/audit/leaf.hpp"
#include "tests/app/office.hpp"

using namespace gongkai;
using namespace gongkai::app;
using namespace gongkai::app::testing;

namespace {

constexpr const char* kTimer = "review/review_time";

struct Round {
    explicit Round(Office& the_office)
        : office(the_office),
          scheduler(*office.store, office.documents, office.flows, office.calendars, office.clock,
                    office.metrics) {}

    // How many deadlines a round at this time in China, given in UTC, has fired.
    std::size_t at(const char* instant) {
        office.clock.set(*engine::parse_instant(instant));
        const auto work = scheduler.advance(office.clock.now());
        REQUIRE(work.has_value());
        return work->ticked;
    }

    Office& office;
    Scheduler scheduler;
};

// What a scheduler asks that read the due deadlines before the answer to the first was written.
Outcome ask(Office& office, engine::DocumentId document) {
    std::promise<Outcome> answer;
    office.documents.submit_scheduled(document, input::Tick{kTimer}, [&](Outcome outcome) {
        answer.set_value(std::move(outcome));
    });
    return answer.get_future().get();
}

bool not_due(const Outcome& outcome) {
    const auto* refused = std::get_if<Refused>(&outcome);
    return refused != nullptr && refused->refusal.reason == engine::Reason::not_due;
}

// Steps of the scheduler in the record.
std::size_t fired(Office& office) {
    const auto leaves = office.all_leaves();
    return static_cast<std::size_t>(
        std::count_if(leaves.begin(), leaves.end(), [](const storage::StoredLeaf& stored) {
            namespace audit = storage::audit;
            const auto leaf = audit::decode_leaf(stored.bytes);
            return leaf.has_value() && leaf->kind == audit::LeafKind::step &&
                   leaf->actor_kind == audit::LeafActorKind::scheduler;
        }));
}

}  // namespace

TEST_CASE("scheduler: a deadline fires once, never early, over restarts and a clock that jumps") {
    Sqlite disk;
    engine::DocumentId document = 0;
    {
        Office office(disk.open());
        document = office.draft().id;
        office.act("clerk", document, "submit");
        Round round(office);
        // Five working days from Monday, 2 March: until the end of 9 March.
        CHECK(round.at("2026-03-09T15:59:59.999Z") == 0);
        CHECK(not_due(ask(office, document)));
        CHECK(fired(office) == 0);
        CHECK(round.at("2026-03-09T16:00:00.000Z") == 1);
        CHECK(not_due(ask(office, document)));
        CHECK(round.at("2026-03-09T16:00:00.000Z") == 0);
        // The wall clock is set back before the last day, and comes by it again.
        CHECK(round.at("2026-03-05T01:00:00.000Z") == 0);
        CHECK(not_due(ask(office, document)));
        CHECK(round.at("2026-03-09T17:00:00.000Z") == 0);
        CHECK(not_due(ask(office, document)));
        CHECK(round.at("2027-03-09T17:00:00.000Z") == 0);
        CHECK(fired(office) == 1);
    }
    for (const char* start :
         {"2026-03-04T01:00:00.000Z", "2026-03-10T01:00:00.000Z", "2028-01-01T01:00:00.000Z"}) {
        CAPTURE(start);
        Office office(disk.open());
        Round round(office);
        CHECK(round.at(start) == 0);
        CHECK(not_due(ask(office, document)));
        CHECK(round.at("2026-03-09T16:00:00.000Z") == 0);
        CHECK(fired(office) == 1);
    }
}

TEST_CASE("scheduler: two that read the same due deadline at once fire it once") {
    Sqlite disk;
    Office office(disk.open());
    const engine::DocumentId document = office.draft().id;
    office.act("clerk", document, "submit");
    office.clock.set(*engine::parse_instant("2026-03-09T16:00:00.000Z"));
    std::vector<std::promise<Outcome>> answers(8);
    for (auto& answer : answers) {
        office.documents.submit_scheduled(document, input::Tick{kTimer}, [&](Outcome outcome) {
            answer.set_value(std::move(outcome));
        });
    }
    std::size_t done = 0;
    for (auto& answer : answers) {
        const Outcome outcome = answer.get_future().get();
        done += std::holds_alternative<Done>(outcome) ? 1 : 0;
        CHECK((std::holds_alternative<Done>(outcome) || not_due(outcome)));
    }
    CHECK(done == 1);
    CHECK(fired(office) == 1);
}
