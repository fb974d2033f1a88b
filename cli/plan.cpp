#include "cli/plan.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/plan_import.hpp"
#include "cli/outcome.hpp"
#include "language/yaml_document.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;

std::string told(app::Application& application, const app::PlanAnswer& answer) {
    if (!answer.handed_in) return "would be brought in";
    std::string words = in_words(application, *answer.handed_in);
    if (answer.attached_before) words += "\n    attached to the plan before";
    if (answer.attachment)
        words += std::holds_alternative<app::Done>(*answer.attachment)
                     ? "\n    attached to the plan"
                     : "\n    not attached: " + in_words(application, *answer.attachment);
    return words;
}

json::object as_object(app::Application& application, const app::PlanAnswer& answer) {
    const auto outcome = [&](const std::optional<app::Outcome>& one) {
        return one ? json::parse(as_json(application, *one)) : json::value(nullptr);
    };
    return {{"id", answer.id},
            {"outcome", outcome(answer.handed_in)},
            {"attachment", outcome(answer.attachment)},
            {"attached_before", answer.attached_before}};
}

// The first that is not kOk.
int ended(const std::vector<app::PlanAnswer>& answers) {
    for (const app::PlanAnswer& answer : answers) {
        for (const auto* outcome : {&answer.handed_in, &answer.attachment}) {
            if (*outcome && exit_of(**outcome) != kOk) return exit_of(**outcome);
        }
    }
    return kOk;
}

int tell(const std::vector<language::Diagnostic>& diagnostics, bool as_json) {
    if (as_json) {
        fmt::print("{}\n", language::to_json(diagnostics));
    } else {
        fmt::print(stderr, "{}", language::render(diagnostics));
    }
    return kBadInput;
}

}  // namespace

int import_plan(const PlanImportOptions& options) {
    auto text = storage::audit::read_file(options.file, language::kMaxFileBytes);
    if (!text) return failed(text.error());
    const auto desk =
        options.dry_run ? desk_to_read(options, options.as) : desk_to_change(options, options.as);
    if (!desk) return failed(desk.error());
    app::Flows& flows = desk->application->flows();
    const auto mapping = desk->application->reports().supervision_mapping();
    if (!mapping || mapping->plan_flow.empty() || mapping->task_flow.empty()) {
        complain("the rules say of no flow that it holds plans (reports/supervision.yaml)");
        return kBadInput;
    }
    const auto plan_flow = flows.current(mapping->plan_flow);
    const auto task_flow = flows.current(mapping->task_flow);
    const auto reading = language::read_plan({options.file, std::move(*text)},
                                             plan_flow ? &plan_flow->definition : nullptr,
                                             task_flow ? &task_flow->definition : nullptr);
    if (!reading.plan) return tell(reading.diagnostics, options.json);
    const auto answers = app::PlanImport(desk->application->documents(), flows)
                             .take(desk->principal, *reading.plan, *mapping, options.dry_run);
    if (!answers) return failed(answers.error());
    json::array brought_in;
    for (const app::PlanAnswer& answer : *answers) {
        if (options.json) {
            brought_in.push_back(as_object(*desk->application, answer));
        } else {
            fmt::print("{}: {}\n", answer.id, told(*desk->application, answer));
        }
    }
    if (options.json)
        fmt::print("{}\n", json::serialize(json::object{{"plan", reading.plan->name},
                                                        {"brought_in", std::move(brought_in)},
                                                        {"dry_run", options.dry_run}}));
    const std::size_t all = reading.plan->tasks.size() + 1;
    if (answers->size() < all)
        complain(fmt::format("stopped: {} of {} were not looked at", all - answers->size(), all));
    const auto closed = desk->application->close();
    return closed ? ended(*answers) : failed(closed.error());
}

}  // namespace gongkai::cli
