#include "app/year/openings.hpp"

#include <algorithm>

namespace gongkai::app {

using engine::Date;

namespace {

// The working days from one to another; with seasons, those in one of them.
std::vector<Date> working_days(const engine::Calendar& calendar, const Days& among,
                               const std::vector<language::Season>& seasons) {
    std::vector<Date> out;
    for (Date day = among.first; day <= among.last; ++day) {
        const engine::Civil civil = engine::to_civil(day);
        const int at = civil.month * 100 + civil.day;
        const bool wanted =
            seasons.empty() ||
            std::any_of(seasons.begin(), seasons.end(), [&](const language::Season& season) {
                return at >= season.from && at <= season.to;
            });
        if (wanted && calendar.is_working_day(day)) out.push_back(day);
    }
    return out;
}

}  // namespace

std::map<Date, std::vector<Opening>> plan_openings(const language::OfficeYear& plan,
                                                   const engine::Calendar& calendar, int year,
                                                   std::size_t documents, const Days& simulated,
                                                   Chance& chance) {
    std::map<Date, std::vector<Opening>> openings;
    std::int64_t shares = 0;
    for (const language::FlowHabit& habit : plan.flows)
        shares += habit.share;
    const auto days = [&](Date from, Date to, const std::vector<language::Season>& seasons) {
        return working_days(calendar, {from, to}, seasons);
    };
    const auto put = [&](const language::FlowHabit& habit, std::size_t count,
                         const std::vector<Date>& among) {
        for (std::size_t i = 0; i < count && !among.empty(); ++i) {
            const Date day = among[chance.below(among.size())];
            const std::string& department =
                habit.departments[chance.below(habit.departments.size())];
            if (day >= simulated.first && day <= simulated.last)
                openings[day].push_back({habit.flow, department});
        }
    };
    for (const language::FlowHabit& habit : plan.flows) {
        if (habit.share == 0 || habit.departments.empty()) continue;
        const std::size_t count = (documents * static_cast<std::size_t>(habit.share) +
                                   static_cast<std::size_t>(shares) - 1) /
                                  static_cast<std::size_t>(shares);
        put(habit, count,
            days(engine::to_date(year, 1, 1), engine::to_date(year, 12, 31), habit.seasons));
        if (!habit.seasons.empty()) {
            for (const int other : {year - 1, year + 1})
                put(habit, count,
                    days(engine::to_date(other, 1, 1), engine::to_date(other, 12, 31),
                         habit.seasons));
        } else if (plan.lead_in_days > 0) {
            put(habit, count * static_cast<std::size_t>(plan.lead_in_days) / 365,
                days(simulated.first, engine::to_date(year, 1, 1) - 1, {}));
        }
    }
    return openings;
}

}  // namespace gongkai::app
