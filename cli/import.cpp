#include "cli/import.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/import.hpp"
#include "cli/given.hpp"
#include "cli/outcome.hpp"
#include "cli/progress.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Result;

bool is_marked_secret(const app::ImportAnswer& answer) {
    return std::any_of(answer.findings.begin(), answer.findings.end(),
                       [](const auto& finding) { return finding.code == "secrecy_mark"; });
}

Exit ended(const app::ImportAnswer& answer) {
    if (answer.outcome) return exit_of(*answer.outcome);
    if (!answer.refused()) return kOk;
    return is_marked_secret(answer) ? kFound : kBadInput;
}

std::string told(app::Application& application, const app::ImportAnswer& answer,
                 const DocumentImportOptions& options) {
    if (answer.outcome) return in_words(application, *answer.outcome);
    if (is_marked_secret(answer)) return "refused: it bears a mark of secrecy; nothing was kept";
    if (answer.refused()) return "not imported";
    if (answer.known != 0) return fmt::format("would be handed in again as {}", answer.known);
    return "would be opened in " + options.flow;
}

json::object as_object(app::Application& application, const app::ImportAnswer& answer) {
    json::object out{{"file", answer.file},
                     {"source_id", answer.source_id},
                     {"known_as", nullptr},
                     {"outcome", nullptr},
                     {"findings", json::parse(language::to_json(answer.findings))}};
    if (answer.known != 0) out["known_as"] = std::to_string(answer.known);
    if (answer.outcome) out["outcome"] = json::parse(as_json(application, *answer.outcome));
    return out;
}

// Stops at a failure of the world: it would meet the next file as well.
std::vector<app::ImportAnswer> take_all(app::Application& application,
                                        const DocumentImportOptions& options,
                                        const app::ImportOrder& order) {
    app::DocumentImport import(application.documents(), application.attachments(),
                               application.flows());
    std::vector<app::ImportAnswer> answers;
    ProgressBar progress("importing");
    for (const std::string& file : options.files) {
        progress(answers.size(), options.files.size());
        answers.push_back(import.take(file, order));
        if (ended(answers.back()) == kFailed) break;
    }
    return answers;
}

Result<app::ImportOrder> order_of(app::Application& application,
                                  const DocumentImportOptions& options) {
    app::ImportOrder order;
    TRY(order.principal, principal_of(application, options.as));
    const auto flow = application.flows().current(options.flow);
    if (!flow) {
        std::string names;
        for (const auto& one : application.flows().all())
            names += (names.empty() ? "" : ", ") + one->definition.flow;
        return engine::Error{engine::ErrorCode::not_found,
                             "there is no flow " + options.flow + "; there are " + names};
    }
    order.flow = options.flow;
    order.department = options.department;
    TRY(order.fields, fields_given(*flow, options.set));
    order.dry_run = options.dry_run;
    return order;
}

Opened open_for(const ImportOptions& options) {
    return options.dry_run ? open_to_read(options) : open_to_change(options);
}

}  // namespace

int import_documents(const DocumentImportOptions& options) {
    const auto application = open_for(options);
    if (!application) return failed(application.error());
    const auto order = order_of(**application, options);
    if (!order) return failed(order.error());
    const auto answers = take_all(**application, options, *order);
    int exit = kOk;
    json::array documents;
    for (const app::ImportAnswer& answer : answers) {
        exit = std::max<int>(exit, ended(answer));
        if (options.json) {
            documents.push_back(as_object(**application, answer));
            continue;
        }
        if (!answer.findings.empty()) fmt::print(stderr, "{}\n", language::render(answer.findings));
        fmt::print("{}: {}\n", answer.file, told(**application, answer, options));
    }
    if (options.json) {
        const json::object all{{"documents", std::move(documents)}, {"dry_run", options.dry_run}};
        fmt::print("{}\n", json::serialize(all));
    }
    if (answers.size() < options.files.size())
        complain(fmt::format("stopped: {} of {} files were not looked at",
                             options.files.size() - answers.size(), options.files.size()));
    const auto closed = (*application)->close();
    return closed ? exit : failed(closed.error());
}

}  // namespace gongkai::cli
