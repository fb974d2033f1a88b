#include "cli/installation.hpp"

#include "cli/shipped.hpp"
#include "language/rulebook.hpp"

namespace gongkai::cli {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

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

Opened open_to_change(const InstallationOptions& options) {
    TRY(auto application, application_options(options));
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(application.data / "gongkai.db", ignored))
        return Error{ErrorCode::not_found, "there is no installation in " + options.data +
                                               " (no gongkai.db); `gongkai serve` makes one"};
    application.scheduler = false;
    auto opened = app::Application::open(std::move(application));
    if (!opened && opened.error().code == ErrorCode::unavailable)
        return Error{ErrorCode::unavailable,
                     opened.error().message +
                         ": a server is running on it. Ask its REST API instead "
                         "(api/openapi.yaml, served at /openapi.yaml), or stop it first"};
    return opened;
}

Opened open_to_read(const InstallationOptions& options) {
    TRY(auto application, application_options(options));
    application.read_only = true;
    return app::Application::open(std::move(application));
}

Result<app::Principal> principal_of(app::Application& application, const std::string& login) {
    const auto directory = application.identity().directory();
    const storage::Person* person = directory->person(login);
    if (person == nullptr || !person->active)
        return Error{ErrorCode::not_found, "nobody here has the login " + login};
    return app::Principal{person->id, person->machine, {}};
}

namespace {

Result<Desk> desk(Opened opened, const std::string& login) {
    Desk desk;
    TRY(desk.application, std::move(opened));
    TRY(desk.principal, principal_of(*desk.application, login));
    return desk;
}

}  // namespace

Result<Desk> desk_to_read(const InstallationOptions& options, const std::string& login) {
    return desk(open_to_read(options), login);
}

Result<Desk> desk_to_change(const InstallationOptions& options, const std::string& login) {
    return desk(open_to_change(options), login);
}

}  // namespace gongkai::cli
