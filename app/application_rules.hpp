// Inside app/: from the files of workflows/ to flows, roles and a calendar.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/administration.hpp"
#include "app/flow.hpp"
#include "engine/calendar.hpp"
#include "engine/duty.hpp"
#include "engine/tariff.hpp"
#include "language/report_reader.hpp"
#include "language/source.hpp"
#include "language/supervision_reader.hpp"

namespace gongkai::app {

struct CompiledRules {
    std::vector<std::shared_ptr<const Flow>> flows;
    RoleCatalog roles;
    engine::Calendar calendar;
    // Each nullptr where there is none.
    std::shared_ptr<const language::AnnualMapping> annual;
    std::shared_ptr<const language::SupervisionMapping> supervision;
    std::shared_ptr<const engine::Tariff> information_fee;
    std::shared_ptr<const std::vector<engine::Duty>> duties;
};

// Error `malformed`: the message has every diagnostic, as a compiler prints them. Error
// `invalid_argument`: no such calendar.
Result<CompiledRules> compile_rules(std::span<const language::SourceFile> files,
                                    const std::string& calendar);

// The calendar of this name: of the files of calendars/, with the years of those that were loaded
// into the installation since (oldest first) in place of theirs. A year that a file has as
// published is not replaced by a provisional one. Errors as compile_rules().
Result<engine::Calendar> calendar_of(std::span<const language::SourceFile> files,
                                     std::span<const language::SourceFile> loaded,
                                     const std::string& name);

// Walks every flow and asks every rule of the policy (app/proofs.hpp): seconds for all that are
// shipped. Error `malformed`: the first findings, each with the shortest story that shows it.
Result<void> prove(std::span<const std::shared_ptr<const Flow>> flows);

}  // namespace gongkai::app
