#include "engine/explain.hpp"

#include <catch2/catch.hpp>

#include "engine/timers.hpp"
#include "tests/engine/fixture.hpp"

using namespace gongkai::engine;
using Kind = DeadlineStep::Kind;

namespace {

Instant morning(const char* day) {
    return start_of_day(*parse_date(day)) + 9 * ms_per_hour;
}

Timer twenty_working_days() {
    Timer timer;
    timer.amount = {20, Unit::working_days};
    return timer;
}

std::vector<Kind> kinds(const DeadlineExplanation& explanation) {
    std::vector<Kind> out;
    for (const DeadlineStep& step : explanation.steps)
        out.push_back(step.kind);
    return out;
}

Date last_day(Instant due) {
    return date_in_china(due) - 1;
}

}  // namespace

TEST_CASE("explain: holidays and make-up days between receipt and reply are named") {
    const Calendar& calendar = testing::test_calendar();
    const Timer timer = twenty_working_days();
    const TimerState state = timer_started(timer, morning("2026-09-18"), calendar);
    const std::vector<TimerFact> facts{{morning("2026-09-18"), state}};
    const auto explanation = explain(facts, calendar);
    CHECK(kinds(explanation) == std::vector{Kind::started});
    CHECK(last_day(explanation.steps[0].due) == to_date(2026, 10, 22));
    REQUIRE(explanation.days);
    CHECK(explanation.days->result.due == to_date(2026, 10, 22));
    std::vector<std::string> skipped;
    for (const DaysOff& off : explanation.days->skipped)
        skipped.push_back(off.name);
    CHECK(std::count(skipped.begin(), skipped.end(), "国庆节") == 1);
    CHECK(std::count(skipped.begin(), skipped.end(), "中秋节") == 1);
    REQUIRE(explanation.days->worked.size() == 2);
    CHECK(explanation.days->worked[0].day == to_date(2026, 9, 20));
    CHECK(explanation.paused_days == 0);
}

TEST_CASE("explain: a pause for the third party, an extension, and what is left after it") {
    const Calendar& calendar = testing::test_calendar();
    const Timer timer = twenty_working_days();
    std::vector<TimerFact> facts;
    TimerState state = timer_started(timer, morning("2026-03-02"), calendar);
    facts.push_back({morning("2026-03-02"), state});
    timer_pause(state, morning("2026-03-10"), calendar);
    facts.push_back({morning("2026-03-10"), state});
    timer_resume(timer, state, morning("2026-03-22"), calendar);
    facts.push_back({morning("2026-03-22"), state});
    state.count += 20;
    state.extended = true;
    timer_recompute(timer, state, calendar);
    facts.push_back({morning("2026-03-23"), state});
    const auto explanation = explain(facts, calendar);
    CHECK(kinds(explanation) ==
          std::vector{Kind::started, Kind::paused, Kind::resumed, Kind::extended});
    CHECK(explanation.steps[1].left == 14);  // 3月11日至30日
    CHECK(explanation.steps[3].by == 20);
    CHECK(explanation.paused_days == 12);
    REQUIRE(explanation.days);
    CHECK(explanation.days->from == to_date(2026, 3, 22));
    CHECK(explanation.days->working_days == 34);
    CHECK(last_day(state.due) == explanation.days->result.due);
}

TEST_CASE("explain: a clock that begins anew, a newer calendar, the end") {
    const Calendar& calendar = testing::test_calendar();
    const Timer timer = twenty_working_days();
    std::vector<TimerFact> facts;
    const TimerState first = timer_started(timer, morning("2026-03-02"), calendar);
    const TimerState second = timer_started(timer, morning("2026-03-09"), calendar);
    TimerState third = second;
    third.due = third.due + ms_per_day;
    facts.push_back({morning("2026-03-02"), first});
    facts.push_back({morning("2026-03-09"), TimerState{}});
    facts.push_back({morning("2026-03-09"), second});
    facts.push_back({morning("2026-03-10"), third});
    facts.push_back({morning("2026-03-11"), TimerState{}});
    const auto explanation = explain(facts, calendar);
    CHECK(kinds(explanation) ==
          std::vector{Kind::started, Kind::started, Kind::recounted, Kind::ended});
    CHECK_FALSE(explanation.days);
    CHECK(explain({}, calendar).steps.empty());
}

TEST_CASE("explain: a day 0 that is set while the deadline rests is told when it runs again") {
    const Calendar& calendar = testing::test_calendar();
    const Timer timer = twenty_working_days();
    std::vector<TimerFact> facts;
    TimerState state = timer_started(timer, morning("2026-03-02"), calendar);
    facts.push_back({morning("2026-03-02"), state});
    timer_pause(state, morning("2026-03-04"), calendar);
    facts.push_back({morning("2026-03-04"), state});  // 等待补正
    TimerState anew = timer_started(timer, morning("2026-03-09"), calendar);
    timer_pause(anew, morning("2026-03-09"), calendar);
    facts.push_back({morning("2026-03-09"), TimerState{}});  // the day of the correction is entered
    facts.push_back({morning("2026-03-09"), anew});
    facts.push_back({morning("2026-03-10"), TimerState{}});
    facts.push_back({morning("2026-03-10"), timer_started(timer, morning("2026-03-09"), calendar)});
    const auto explanation = explain(facts, calendar);
    CHECK(kinds(explanation) == std::vector{Kind::started, Kind::paused, Kind::started});
    CHECK(explanation.steps[1].left == 18);
    CHECK(explanation.paused_days == 0);
    // Another deadline that ended before it rested anew did end.
    facts.erase(facts.begin() + 1);
    CHECK(kinds(explain(facts, calendar)) ==
          std::vector{Kind::started, Kind::ended, Kind::paused, Kind::started});
}
