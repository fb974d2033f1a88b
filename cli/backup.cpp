#include "cli/backup.hpp"

#include <fmt/core.h>

#include <boost/json.hpp>

#include "app/backup.hpp"
#include "cli/progress.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;

// A copy that does not hold is what was looked for, not a failure of the world.
int not_sound(const engine::Error& error) {
    const int exit = failed(error);
    return error.code == engine::ErrorCode::integrity ? kFound : exit;
}

json::array names_json(const std::vector<std::string>& names) {
    return json::array(names.begin(), names.end());
}

json::object files_json(const app::CopiedFiles& files) {
    return {{"copied", files.files},
            {"bytes", files.bytes},
            {"damaged", names_json(files.damaged)},
            {"missing", names_json(files.missing)}};
}

// Where an attachment is not in order; the exit code.
int judge(const app::CopiedFiles& files) {
    for (const std::string& name : files.damaged)
        complain("attachment " + name + " is damaged and was left out");
    for (const std::string& name : files.missing)
        complain("attachment " + name + " is missing");
    return files.complete() ? kOk : kFound;
}

}  // namespace

int make_backup(const BackupWords& options) {
    const auto application = app::Application::open(read_only_options(options));
    if (!application) return not_sound(application.error());
    app::BackupOptions asked;
    asked.data = options.data;
    asked.out = options.out;
    asked.with_key = options.with_key;
    const auto report = [&] {
        ProgressBar progress("copying attachments");
        asked.progress = std::ref(progress);
        return app::back_up(**application, asked);
    }();
    if (!report) return not_sound(report.error());
    if (options.json) {
        fmt::print("{}\n", json::serialize(json::object{{"backup", options.out},
                                                        {"leaves", report->leaves},
                                                        {"checkpoint", report->checkpoint},
                                                        {"with_key", options.with_key},
                                                        {"files", files_json(report->files)}}));
    } else {
        fmt::print("{}: {} leaves (signed: {}), {} attachments\n", options.out, report->leaves,
                   report->checkpoint, report->files.files);
        fmt::print("{}\n",
                   options.with_key
                       ? "The signing key is in it: whoever has it can sign another history."
                       : "The signing key is not in it: keep a copy of audit.key in a safe.");
    }
    return judge(report->files);
}

int restore_backup(const RestoreWords& options) {
    app::RestoreOptions asked;
    asked.backup = options.backup;
    asked.data = options.data;
    asked.checkpoints = options.checkpoints;
    asked.key = options.key;
    const auto report = [&] {
        ProgressBar progress("copying attachments");
        asked.progress = std::ref(progress);
        return app::restore(asked);
    }();
    if (!report) return not_sound(report.error());
    if (options.json) {
        fmt::print("{}\n", json::serialize(json::object{{"data", options.data},
                                                        {"leaves", report->leaves},
                                                        {"checkpoint", report->checkpoint},
                                                        {"has_key", report->has_key},
                                                        {"files", files_json(report->files)}}));
    } else {
        fmt::print("{}: {} leaves, which extend the checkpoint over {}; {} attachments\n",
                   options.data, report->leaves, report->checkpoint, report->files.files);
        if (!report->has_key)
            fmt::print("Put audit.key into {} (mode 0600) before the first start.\n", options.data);
    }
    return judge(report->files);
}

}  // namespace gongkai::cli
