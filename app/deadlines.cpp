#include "app/deadlines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;
using engine::DeadlineStep;
using engine::TimerPhase;
using engine::Unit;

struct Fact {
    std::string timer;
    engine::TimerFact fact;
};

template <class Enum, std::size_t N>
Enum named(const json::object& event, const char* member, const char* const (&names)[N]) {
    const json::value* value = event.if_contains(member);
    if (value == nullptr || !value->is_string()) return Enum{};
    const auto found = std::find(std::begin(names), std::end(names), value->get_string());
    return found == std::end(names) ? Enum{} : static_cast<Enum>(found - std::begin(names));
}

engine::Instant instant(const json::object& event, const char* member) {
    const json::value* value = event.if_contains(member);
    if (value == nullptr || !value->is_string()) return {};
    return engine::parse_instant(value->get_string()).value_or(engine::Instant{});
}

bool flag(const json::object& event, const char* member) {
    const json::value* value = event.if_contains(member);
    return value != nullptr && value->is_bool() && value->get_bool();
}

// A "timer_set" of docs/audit_format.md; `idle` ones have no more than a name and a phase.
engine::TimerState state_of(const json::object& event) {
    static constexpr const char* kPhases[] = {"idle", "running", "paused", "expired"};
    static constexpr const char* kUnits[] = {"hours", "days", "working_days", "months"};
    engine::TimerState state;
    state.phase = named<TimerPhase>(event, "phase", kPhases);
    if (state.phase == TimerPhase::idle) return state;
    state.unit = named<Unit>(event, "unit", kUnits);
    const json::value* count = event.if_contains("count");
    if (count != nullptr && count->is_int64()) state.count = count->get_int64();
    state.from = instant(event, "from");
    state.due = instant(event, "due");
    state.extended = flag(event, "extended");
    state.provisional = flag(event, "provisional");
    return state;
}

void gather(const HistoryEntry& entry, std::vector<Fact>& out) {
    if (entry.events.empty()) return;
    const auto events = storage::audit::parse_canonical(entry.events);
    if (!events || !events->is_array()) return;
    for (const json::value& value : events->get_array()) {
        const json::object* event = value.if_object();
        const json::value* type = event == nullptr ? nullptr : event->if_contains("type");
        const json::value* timer = event == nullptr ? nullptr : event->if_contains("timer");
        if (type == nullptr || !type->is_string() || type->get_string() != "timer_set") continue;
        if (timer == nullptr || !timer->is_string()) continue;
        out.push_back(
            {std::string(std::string_view(timer->get_string())), {entry.at, state_of(*event)}});
    }
}

std::string day(engine::Instant at) {
    return engine::to_string(engine::date_in_china(at));
}

std::string moment(engine::Instant at) {
    const engine::Date date = engine::date_in_china(at);
    const std::int64_t minutes = (at - engine::start_of_day(date)) / (60 * engine::ms_per_second);
    return fmt::format("{} {:02}:{:02}", engine::to_string(date), minutes / 60, minutes % 60);
}

// From when: with its time of day where hours are counted.
std::string since(const DeadlineStep& step) {
    return step.unit == Unit::hours ? moment(step.from) : day(step.from);
}
std::string until(const DeadlineStep& step) {
    return step.unit == Unit::hours ? moment(step.due) : day(step.due - engine::ms_per_day);
}

std::string amount_zh(Unit unit, std::int64_t count) {
    switch (unit) {
        case Unit::hours:
            return fmt::format("{:.4g} 小时", static_cast<double>(count) / engine::ms_per_hour);
        case Unit::working_days:
            return fmt::format("{} 个工作日", count);
        case Unit::months:
            return fmt::format("{} 个月", count);
        case Unit::days:
        case Unit::yearly:
        case Unit::date:
            break;
    }
    return fmt::format("{} 日", count);
}
std::string amount_en(Unit unit, std::int64_t count) {
    const char* plural = count == 1 ? "" : "s";
    switch (unit) {
        case Unit::hours:
            return fmt::format("{:.4g} hours", static_cast<double>(count) / engine::ms_per_hour);
        case Unit::working_days:
            return fmt::format("{} working day{}", count, plural);
        case Unit::months:
            return fmt::format("{} month{}", count, plural);
        case Unit::days:
        case Unit::yearly:
        case Unit::date:
            break;
    }
    return fmt::format("{} day{}", count, plural);
}

std::string step_zh(const DeadlineStep& step) {
    const std::string sure = step.provisional ? "（暂定：放假通知尚未公布）" : "";
    switch (step.kind) {
        case DeadlineStep::Kind::started:
            return fmt::format("自 {} 起算，{}，至 {}{}", since(step),
                               amount_zh(step.unit, step.left), until(step), sure);
        case DeadlineStep::Kind::paused:
            return fmt::format("{} 中止，尚余 {}", day(step.at), amount_zh(step.unit, step.left));
        case DeadlineStep::Kind::resumed:
            return fmt::format("{} 恢复，余下的 {} 至 {}{}", day(step.at),
                               amount_zh(step.unit, step.left), until(step), sure);
        case DeadlineStep::Kind::extended:
            if (step.due.ms == 0)
                return fmt::format("{} 延长 {}", day(step.at), amount_zh(step.unit, step.by));
            return fmt::format("{} 延长 {}，至 {}{}", day(step.at), amount_zh(step.unit, step.by),
                               until(step), sure);
        case DeadlineStep::Kind::recounted:
            return fmt::format("{} 按新的日历重新计算，至 {}{}", day(step.at), until(step), sure);
        case DeadlineStep::Kind::expired:
            return fmt::format("{} 届满", day(step.at));
        case DeadlineStep::Kind::ended:
            return fmt::format("{} 在期限内了结，或者不再计算", day(step.at));
    }
    return {};
}
std::string step_en(const DeadlineStep& step) {
    const std::string sure =
        step.provisional ? " (provisional: the notice of holidays is not out yet)" : "";
    switch (step.kind) {
        case DeadlineStep::Kind::started:
            return fmt::format("counts from {}: {}, until {}{}", since(step),
                               amount_en(step.unit, step.left), until(step), sure);
        case DeadlineStep::Kind::paused:
            return fmt::format("paused on {}, with {} left", day(step.at),
                               amount_en(step.unit, step.left));
        case DeadlineStep::Kind::resumed:
            return fmt::format("resumed on {}: the {} left, until {}{}", day(step.at),
                               amount_en(step.unit, step.left), until(step), sure);
        case DeadlineStep::Kind::extended:
            if (step.due.ms == 0)
                return fmt::format("extended on {} by {}", day(step.at),
                                   amount_en(step.unit, step.by));
            return fmt::format("extended on {} by {}, until {}{}", day(step.at),
                               amount_en(step.unit, step.by), until(step), sure);
        case DeadlineStep::Kind::recounted:
            return fmt::format("counted again on {} on a newer calendar, until {}{}", day(step.at),
                               until(step), sure);
        case DeadlineStep::Kind::expired:
            return fmt::format("ran out on {}", day(step.at));
        case DeadlineStep::Kind::ended:
            return fmt::format("met, or no longer counted, on {}", day(step.at));
    }
    return {};
}

bool is_plain_weekend(const engine::DaysOff& off) {
    return off.name == "周末";
}

std::string holidays(const engine::Explanation& days) {
    std::string out;
    for (const engine::DaysOff& off : days.skipped) {
        if (is_plain_weekend(off)) continue;
        out +=
            fmt::format("{}{} {}", out.empty() ? "" : "、", off.name, engine::to_string(off.first));
        if (off.last != off.first) out += " – " + engine::to_string(off.last);
    }
    return out;
}

std::string made_up(const engine::Explanation& days) {
    std::string out;
    for (const engine::MakeUpDay& work : days.worked)
        out += (out.empty() ? "" : "、") + engine::to_string(work.day);
    return out;
}

std::size_t weekends(const engine::Explanation& days) {
    return static_cast<std::size_t>(
        std::count_if(days.skipped.begin(), days.skipped.end(), is_plain_weekend));
}

}  // namespace

Result<DeadlinesView> deadlines_of(Documents& documents, const Calendars& calendars,
                                   const Principal& principal, engine::DocumentId id) {
    DeadlinesView out;
    TRY(const DocumentView view, documents.find(principal, id));
    out.document = id;
    out.flow = view.flow;
    out.title = view.title;
    out.calendar = calendars.current();
    std::vector<Fact> facts;  // newest first, those of one step in their order
    storage::RecordId from = storage::kNoRecord;
    for (bool more = true; more;) {
        TRY(const HistoryPage page, documents.history(principal, id, from));
        for (const HistoryEntry& entry : page.entries) {
            std::vector<Fact> of_step;
            gather(entry, of_step);
            facts.insert(facts.end(), of_step.rbegin(), of_step.rend());
        }
        more = page.next.has_value();
        from = page.next.value_or(storage::kNoRecord);
    }
    std::reverse(facts.begin(), facts.end());
    const auto& timers = out.flow->definition.timers;
    for (std::size_t i = 0; i < timers.size(); ++i) {
        std::vector<engine::TimerFact> own;
        for (const Fact& fact : facts) {
            if (fact.timer == timers[i].name) own.push_back(fact.fact);
        }
        DeadlineView deadline;
        deadline.timer = static_cast<engine::TimerId>(i);
        deadline.state = view.document.timers[i];
        deadline.explanation = engine::explain(own, out.calendar->calendar);
        if (!deadline.explanation.steps.empty()) out.deadlines.push_back(std::move(deadline));
    }
    return out;
}

std::vector<std::string> explained_zh(const DeadlinesView& view, const DeadlineView& deadline) {
    std::vector<std::string> out;
    for (const DeadlineStep& step : deadline.explanation.steps)
        out.push_back(step_zh(step));
    if (deadline.explanation.paused_days > 0)
        out.push_back(fmt::format("中止期间共 {} 日不计", deadline.explanation.paused_days));
    if (const auto& days = deadline.explanation.days) {
        const std::string off = holidays(*days);
        const std::string work = made_up(*days);
        if (!off.empty()) out.push_back("扣除法定节假日：" + off);
        out.push_back(fmt::format("扣除周末 {} 个", weekends(*days)));
        if (!work.empty()) out.push_back("调休上班，计入：" + work);
        for (const int year : days->unpublished)
            out.push_back(fmt::format("{} 年放假通知尚未载入，届满日为暂定", year));
    }
    out.push_back("日历：" + version_of(*view.calendar));
    return out;
}

std::vector<std::string> explained_en(const DeadlinesView& view, const DeadlineView& deadline) {
    std::vector<std::string> out;
    for (const DeadlineStep& step : deadline.explanation.steps)
        out.push_back(step_en(step));
    if (deadline.explanation.paused_days > 0)
        out.push_back(fmt::format("paused for {} days in all", deadline.explanation.paused_days));
    if (const auto& days = deadline.explanation.days) {
        const std::string off = holidays(*days);
        const std::string work = made_up(*days);
        if (!off.empty()) out.push_back("minus the holidays " + off);
        out.push_back(fmt::format("minus weekends: {}", weekends(*days)));
        if (!work.empty()) out.push_back("plus the make-up working days " + work);
        for (const int year : days->unpublished)
            out.push_back(
                fmt::format("the notice of holidays of {} is not loaded: provisional", year));
    }
    out.push_back("calendar " + version_of(*view.calendar));
    return out;
}

std::string last_day(const engine::TimerState& state) {
    const bool has = state.phase == TimerPhase::running || state.phase == TimerPhase::expired;
    if (!has) return {};
    return state.unit == Unit::hours ? moment(state.due) : day(state.due - engine::ms_per_day);
}

std::string version_of(const NamedCalendar& calendar) {
    const std::string hex = storage::audit::to_hex(calendar.digest);
    return calendar.calendar.name() + "@" + hex.substr(0, 12);
}

}  // namespace gongkai::app
