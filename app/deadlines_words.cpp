// How a due date came about, in words.
#include <fmt/format.h>

#include <algorithm>

#include "app/deadlines.hpp"

namespace gongkai::app {

namespace {

using engine::DeadlineStep;
using engine::TimerPhase;
using engine::Unit;

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

std::string step_zh(const DeadlineStep& step, const std::string& began_with) {
    const std::string place = began_with.empty() ? "" : "（" + began_with + "）";
    const std::string sure = step.provisional ? "（暂定：放假通知尚未公布）" : "";
    switch (step.kind) {
        case DeadlineStep::Kind::started:
            return fmt::format("自 {}{}{}起算，{}，至 {}{}", since(step), place,
                               place.empty() ? " " : "", amount_zh(step.unit, step.left),
                               until(step), sure);
        case DeadlineStep::Kind::paused:
            return fmt::format("{} 中止{}，尚余 {}", day(step.at), place,
                               amount_zh(step.unit, step.left));
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
std::string step_en(const DeadlineStep& step, const std::string& began_with) {
    const std::string place = began_with.empty() ? "" : " (" + began_with + ")";
    const std::string sure =
        step.provisional ? " (provisional: the notice of holidays is not out yet)" : "";
    switch (step.kind) {
        case DeadlineStep::Kind::started:
            return fmt::format("counts from {}{}: {}, until {}{}", since(step), place,
                               amount_en(step.unit, step.left), until(step), sure);
        case DeadlineStep::Kind::paused:
            return fmt::format("paused on {}{}, with {} left", day(step.at), place,
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

std::vector<std::string> explained_zh(const DeadlinesView& view, const DeadlineView& deadline) {
    std::vector<std::string> out;
    const auto& steps = deadline.explanation.steps;
    for (std::size_t i = 0; i < steps.size(); ++i)
        out.push_back(step_zh(steps[i], deadline.began_with[i]));
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
    const auto& steps = deadline.explanation.steps;
    for (std::size_t i = 0; i < steps.size(); ++i)
        out.push_back(step_en(steps[i], deadline.began_with[i]));
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

}  // namespace gongkai::app
