#include "app/application_rules.hpp"

#include <algorithm>

#include "app/proofs.hpp"
#include "language/calendar_reader.hpp"
#include "language/duty_reader.hpp"
#include "language/letter_reader.hpp"
#include "language/report_reader.hpp"
#include "language/rulebook.hpp"
#include "language/supervision_reader.hpp"
#include "language/tariff_reader.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

// "national+chuxiong" of the files that were given.
Result<engine::Calendar> pick(const std::vector<language::CalendarFile>& files,
                              const std::string& name) {
    if (files.empty()) return engine::Calendar();
    engine::Calendar calendar;
    bool first = true;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('+', at), name.size());
        const std::string part = name.substr(at, end - at);
        const auto found = std::find_if(
            files.begin(), files.end(),
            [&](const language::CalendarFile& file) { return file.calendar.name() == part; });
        if (found == files.end() || found->over.empty() != first)
            return Error{ErrorCode::invalid_argument,
                         "calendar \"" + name + "\": \"" + part + "\" is none of the calendars" +
                             (first ? " that others are laid over" : " that are laid over others")};
        calendar = first ? found->calendar : calendar.with_overlay(found->calendar);
        first = false;
        at = end + 1;
    }
    return calendar;
}

// The years of a later file in place of those of an earlier one.
Result<void> lay_in(std::vector<language::CalendarFile>& calendars, language::CalendarFile later) {
    const auto same =
        std::find_if(calendars.begin(), calendars.end(), [&](const language::CalendarFile& file) {
            return file.calendar.name() == later.calendar.name();
        });
    if (same == calendars.end()) {
        calendars.push_back(std::move(later));
        return {};
    }
    for (engine::CalendarYear& year : later.days) {
        const auto old = std::find_if(same->days.begin(), same->days.end(),
                                      [&](const auto& known) { return known.year == year.year; });
        if (old == same->days.end()) {
            same->days.push_back(std::move(year));
        } else if (year.published || !old->published) {
            *old = std::move(year);
        }
    }
    std::sort(same->days.begin(), same->days.end());
    TRY(same->calendar, engine::Calendar::make(same->calendar.name(), same->days));
    return {};
}

std::string tell(const std::string& flow, const engine::Finding& finding) {
    std::string text = flow + ": " + engine::code(finding.kind) + ": " + finding.subject + "\n  " +
                       finding.message + "\n  " + finding.message_zh + "\n";
    for (const engine::StoryStep& step : finding.story)
        text += "    " + step.actor + ": " + step.action + " -> " + step.state + "\n";
    return text;
}

}  // namespace

Result<engine::Calendar> calendar_of(std::span<const language::SourceFile> files,
                                     std::span<const language::SourceFile> loaded,
                                     const std::string& name) {
    std::vector<language::CalendarFile> calendars;
    const auto read = [&](const language::SourceFile& file) -> Result<language::CalendarFile> {
        auto reading = language::read_calendar(file);
        if (!reading.file)
            return Error{ErrorCode::malformed, language::render(reading.diagnostics)};
        return std::move(*reading.file);
    };
    for (const language::SourceFile& file : files) {
        if (!file.path.starts_with("calendars/")) continue;
        TRY(auto calendar, read(file));
        calendars.push_back(std::move(calendar));
    }
    for (const language::SourceFile& file : loaded) {
        TRY(auto calendar, read(file));
        TRY_VOID(lay_in(calendars, std::move(calendar)));
    }
    return pick(calendars, name);
}

Result<void> prove(std::span<const std::shared_ptr<const Flow>> flows) {
    constexpr std::size_t most = 10;
    std::string text;
    std::size_t found = 0;
    std::vector<Provable> all;
    for (const auto& flow : flows)
        all.push_back({flow->definition, flow->policy});
    const std::vector<Proof> proofs = check_all(all);
    for (std::size_t i = 0; i < flows.size(); ++i) {
        for (const engine::Finding& finding : proofs[i].report.findings) {
            if (++found <= most) text += tell(flows[i]->definition.flow, finding);
        }
    }
    if (found == 0) return {};
    if (found > most) text += "... and " + std::to_string(found - most) + " more\n";
    return Error{ErrorCode::malformed, "the flows are not proven, so they are not used:\n" + text};
}

Result<CompiledRules> compile_rules(std::span<const language::SourceFile> files,
                                    const std::string& calendar) {
    std::vector<language::CalendarFile> calendars;
    std::vector<language::Diagnostic> diagnostics;
    for (const language::SourceFile& file : files) {
        if (!file.path.starts_with("calendars/")) continue;
        auto reading = language::read_calendar(file);
        diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(),
                           reading.diagnostics.end());
        if (reading.file) calendars.push_back(std::move(*reading.file));
    }
    std::shared_ptr<const engine::Tariff> fee;
    for (const language::SourceFile& file : files) {
        if (file.path != language::kInformationFeePath) continue;
        auto reading = language::read_tariff(file);
        diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(),
                           reading.diagnostics.end());
        if (reading.tariff)
            fee = std::make_shared<const engine::Tariff>(std::move(*reading.tariff));
    }
    auto compilation = language::compile(files);
    std::optional<language::AnnualMapping> annual;
    std::optional<language::SupervisionMapping> supervision;
    std::vector<const engine::Definition*> definitions;
    if (compilation.rulebook) {
        for (const auto& flow : compilation.rulebook->flows)
            definitions.push_back(&flow->definition);
    }
    const auto take = [&](auto reading, auto& mapping) {
        diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(),
                           reading.diagnostics.end());
        mapping = std::move(reading.mapping);
    };
    std::vector<engine::Duty> duties;
    for (const language::SourceFile& file : files) {
        if (!compilation.rulebook) continue;
        if (file.path == language::kDutiesPath) {
            std::vector<language::DutyFlow> of_duties;
            for (const auto& flow : compilation.rulebook->flows)
                of_duties.push_back({&flow->definition, flow->alike});
            auto reading = language::read_duties(file, of_duties);
            diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(),
                               reading.diagnostics.end());
            duties = std::move(reading.duties);
        }
        if (file.path == language::kAnnualReportPath)
            take(language::read_annual_mapping(file, definitions, compilation.rulebook->roles),
                 annual);
        if (file.path == language::kSupervisionPath)
            take(language::read_supervision_mapping(file, definitions, compilation.rulebook->roles),
                 supervision);
    }
    if (compilation.rulebook) {
        std::vector<const engine::Definition*> flows;
        for (const auto& flow : compilation.rulebook->flows)
            flows.push_back(&flow->definition);
        auto reading = language::read_letters(files, flows);
        diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(),
                           reading.diagnostics.end());
    }
    diagnostics.insert(diagnostics.end(), compilation.diagnostics.begin(),
                       compilation.diagnostics.end());
    if (!compilation.rulebook || language::has_errors(diagnostics))
        return Error{ErrorCode::malformed, language::render(diagnostics)};
    CompiledRules compiled;
    compiled.information_fee = std::move(fee);
    compiled.duties = std::make_shared<const std::vector<engine::Duty>>(std::move(duties));
    for (const auto& flow : compilation.rulebook->flows)
        compiled.flows.push_back(Flow::make(*flow));
    for (const language::Role& role : compilation.rulebook->roles)
        compiled.roles.roles.push_back({role.name, role.title});
    compiled.roles.exclusive = compilation.rulebook->exclusive_roles;
    TRY(compiled.calendar, pick(calendars, calendar));
    if (annual)
        compiled.annual = std::make_shared<const language::AnnualMapping>(std::move(*annual));
    if (supervision)
        compiled.supervision =
            std::make_shared<const language::SupervisionMapping>(std::move(*supervision));
    return compiled;
}

}  // namespace gongkai::app
