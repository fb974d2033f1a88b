// Guards that ask whether a deadline has run out: what is said of it, and what check() makes of it.
#include <catch2/catch.hpp>
#include <set>

#include "engine/abstraction.hpp"
#include "engine/check.hpp"
#include "engine/evolve.hpp"
#include "engine/explore.hpp"
#include "engine/guard.hpp"
#include "tests/engine/fixture.hpp"

using namespace gongkai::engine;
using gongkai::engine::testing::fixture;

namespace {

constexpr Date kMonday = to_date(2026, 3, 2);

// An assignment on its way, and somebody who holds every role.
class AssignedPetition {
  public:
    AssignedPetition() {
        actor_.id = 1;
        actor_.grants = {{"clerk", "jobs", 0}, {"head", "jobs", 0}};
        take(Open{1, "jobs", {}, {}}, start_of_day(kMonday));
    }

    Verdict ask(const Command& command, Instant now) const {
        const Context context{
            actor_,       now, testing::test_calendar(), testing::test_content_hash,
            std::nullopt, 0,   &flow_->policy,           nullptr};
        return decide(flow_->definition, opened_ ? &document_ : nullptr, command, context);
    }
    void take(const Command& command, Instant now) {
        const Verdict verdict = ask(command, now);
        REQUIRE(std::holds_alternative<Decision>(verdict));
        evolve_step(flow_->definition, document_, std::get<Decision>(verdict).events);
        opened_ = true;
    }
    Refusal refused(const std::string& action, Instant now) const {
        Act act;
        act.action = action;
        const Verdict verdict = ask(act, now);
        REQUIRE(std::holds_alternative<Refusal>(verdict));
        return std::get<Refusal>(verdict);
    }

  private:
    std::shared_ptr<const gongkai::language::Flow> flow_ = fixture("clock", "assignment");
    Actor actor_;
    Document document_;
    bool opened_ = false;
};

Act act(const std::string& action) {
    Act command;
    command.action = action;
    return command;
}

}  // namespace

TEST_CASE("period: a refusal says the period of which article ended when") {
    const AssignedPetition assigned;
    const Instant too_late = start_of_day(kMonday + 8);
    const Refusal refusal = assigned.refused("object", too_late);
    CHECK(refusal.reason == Reason::period_over);
    CHECK(refusal.basis == std::vector<std::string>{"信访工作条例 第23条", "交办办法 第3条"});
    CHECK(refusal.rule == "objection");
    CHECK(refusal.until == too_late);
    CHECK(detail_en(refusal) ==
          "The period 对交办的异议 (信访工作条例 第23条, 交办办法 第3条) ended with 2026-03-09.");
    CHECK(detail_zh(refusal) ==
          "“对交办的异议”的期限（信访工作条例 第23条，交办办法 第3条）已于2026-03-09届满。");
}

TEST_CASE("period: in hours the time is told, and no other refusal has a detail") {
    Refusal refusal;
    refusal.reason = Reason::period_over;
    refusal.rule_title = "首次发布";
    refusal.until = start_of_day(kMonday) + 9 * ms_per_hour + 5 * ms_per_minute;
    CHECK(detail_en(refusal) == "The period 首次发布 ended on 2026-03-02 at 09:05 (China).");
    CHECK(detail_zh(refusal) == "“首次发布”的期限已于2026-03-02 09:05届满。");
    refusal.reason = Reason::too_early;
    CHECK(detail_en(refusal).empty());
    CHECK(detail_zh(refusal).empty());
}

TEST_CASE("period: where only time is wanting, the refusal says from when") {
    AssignedPetition assigned;
    const Instant morning = start_of_day(kMonday) + 9 * ms_per_hour;
    assigned.take(act("accept"), morning);
    // Two things are wanting: time alone would not help.
    CHECK_FALSE(assigned.refused("submit", morning).from.has_value());
    Edit edit;
    edit.fields.push_back({0, Committed{Digest{1}, 1}});
    assigned.take(edit, morning);
    const Refusal refusal = assigned.refused("submit", morning);
    CHECK(refusal.reason == Reason::guard_failed);
    CHECK(refusal.from == morning + 5 * ms_per_hour);
}

TEST_CASE("period: what rests or does not run has not run out") {
    TimerState timer;
    timer.due = Instant{10};
    const auto over = [&](TimerPhase phase, std::int64_t now) {
        timer.phase = phase;
        return expired(timer, Instant{now});
    };
    CHECK_FALSE(over(TimerPhase::idle, 11));
    CHECK_FALSE(over(TimerPhase::paused, 11));
    CHECK_FALSE(over(TimerPhase::running, 9));
    CHECK(over(TimerPhase::running, 10));
    CHECK(over(TimerPhase::expired, 9));
}

TEST_CASE("period: a day that the document holds is in time up to the last day") {
    const auto flow = fixture("clock", "task");
    const FieldId day = flow->definition.field("assigned_on");
    Document document;
    document.fields.resize(flow->definition.fields.size());
    document.timers.resize(1);
    const Guard too_late{{{Op::deadline_expired_by, 0, day}}, {}};
    const auto late = [&](TimerPhase phase, std::optional<Date> on) {
        document.timers[0].phase = phase;
        document.timers[0].due = start_of_day(kMonday + 8);
        document.fields[day] = on ? std::optional<Value>(*on) : std::nullopt;
        // However late it is when somebody asks.
        return holds(too_late, flow->definition, document, nullptr, start_of_day(kMonday + 99));
    };
    for (const TimerPhase phase : {TimerPhase::running, TimerPhase::expired}) {
        CHECK_FALSE(late(phase, kMonday + 7));
        CHECK(late(phase, kMonday + 8));
        CHECK_FALSE(late(phase, std::nullopt));
    }
    CHECK_FALSE(late(TimerPhase::idle, kMonday + 8));
    CHECK_FALSE(late(TimerPhase::paused, kMonday + 8));
}

TEST_CASE("period: an exploration sees both sides of it, and forgets it where nobody asks") {
    const auto flow = fixture("clock", "assignment");
    const Definition& definition = flow->definition;
    CHECK(check(definition, flow->policy).findings.empty());
    const Explorer explorer(definition, flow->policy);
    const ActionId object = definition.states[definition.state("assigned")].actions[1];
    const TimerId objection = definition.timer("objection");
    std::set<TimerPhase> in_assigned;
    std::set<TimerPhase> in_handling;
    bool objected_too_late = false;
    explore(explorer, {}, [&](std::uint32_t, std::uint32_t, const Explorer::Step& step) {
        const StateId state = step.after.places[0].state;
        const Document kept = explorer.representative(step.key);
        if (state == definition.state("assigned")) in_assigned.insert(kept.timers[objection].phase);
        if (state == definition.state("handling")) in_handling.insert(kept.timers[objection].phase);
        if (step.move.kind == Move::Kind::act && step.move.subject == object &&
            step.after.timers[objection].phase == TimerPhase::expired) {
            objected_too_late = true;
        }
    });
    CHECK(in_assigned == std::set{TimerPhase::running, TimerPhase::expired});
    CHECK(in_handling == std::set{TimerPhase::idle});
    CHECK_FALSE(objected_too_late);
}
