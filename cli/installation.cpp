#include "cli/installation.hpp"

#include "cli/shipped.hpp"
#include "language/rulebook.hpp"

namespace gongkai::cli {

engine::Result<app::ApplicationOptions> application_options(const InstallationOptions& options) {
    app::ApplicationOptions application;
    application.data = options.data;
    application.checkpoints = options.checkpoints;
    application.calendar = options.calendar;
    application.outbox.thread = false;  // the server knows where messages may go
    if (options.workflows.empty()) {
        application.rules = shipped_files();
    } else {
        TRY(application.rules, language::load_directory(options.workflows));
    }
    return application;
}

app::ApplicationOptions read_only_options(const DataOptions& options) {
    app::ApplicationOptions application;
    application.data = options.data;
    application.checkpoints = options.checkpoints;
    application.read_only = true;
    return application;
}

}  // namespace gongkai::cli
