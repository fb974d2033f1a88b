#include "api/service.hpp"

#include "api/routes.hpp"
#include "app/log.hpp"

namespace gongkai::api {

Service::Service(app::Application& application, ServiceOptions options)
    : edge_(application, options.limits) {
    if (options.access_log) log_ = std::make_unique<AccessLog>(std::move(options.access_log));
    edge_.metrics.add_source([&application] { return application.samples(); });
    server_ = std::make_unique<Server>(config(options), make_router(edge_));
    edge_.metrics.watch(*server_);
    edge_.completions->attach(server_.get());
    application.on_commit([completions = edge_.completions] { completions->flush(); });
}

Service::~Service() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
    edge_.reading.stop();
    edge_.waiting.stop();
    edge_.app.on_commit({});
    edge_.completions->attach(nullptr);
}

ServerConfig Service::config(const ServiceOptions& options) {
    ServerConfig config;
    config.address = options.address;
    config.port = options.port;
    config.max_connections = options.max_connections;
    config.spool_directory = edge_.app.attachments().spool_folder();
    config.overloaded = [&store = edge_.app.store(), most = options.pressure] {
        return store.pressure() >= most;
    };
    config.served = [this](const Served& served) {
        edge_.metrics.count(served);
        if (log_) log_->write(served);
    };
    config.tick = [this] {
        if (log_) log_->flush();
        const auto writable = edge_.app.store().writable();
        if (writable || writable.error().code != engine::ErrorCode::storage_broken || broken_)
            return;
        broken_ = true;
        app::log_event(app::LogLevel::error, "storage_broken", {{"why", writable.error().message}});
        server_->stop();
    };
    return config;
}

engine::Result<std::uint16_t> Service::listen() {
    const auto port = server_->listen();
    if (!port)
        return engine::Error{engine::ErrorCode::io, "cannot listen: " + port.error().message()};
    return *port;
}

Service::Ended Service::run() {
    server_->run();
    if (log_) log_->flush();
    return broken_ ? Ended::storage_broken : Ended::drained;
}

void Service::start() {
    thread_ = std::thread([this] { ended_ = run(); });
}

Service::Ended Service::wait() {
    thread_.join();
    return ended_;
}

void Service::drain(std::chrono::milliseconds deadline) {
    server_->drain(deadline);
}

}  // namespace gongkai::api
