// The running service: an application, the routes over it, and the HTTP server. What `gongkai
// serve` and the tests of the interface start.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "api/edge.hpp"
#include "api/http/access_log.hpp"
#include "api/http/server.hpp"

namespace gongkai::api {

struct ServiceOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: the system chooses
    std::size_t max_connections = 1024;
    Limits limits;
    // Above this fill of the write queue, writes are answered 503 before their body is read.
    double pressure = 0.95;
    AccessLog::Sink access_log{};  // one JSON line a request; empty: none
};

class Service {
  public:
    enum class Ended {
        drained,         // asked to, everything in flight was answered
        storage_broken,  // stopped itself: nothing more can be trusted to the disk
    };

    // The application must outlive it.
    Service(app::Application& application, ServiceOptions options);
    ~Service();  // stops
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // Binds. Error `io`. Returns the port.
    engine::Result<std::uint16_t> listen();
    // Serves on the calling thread until drained, stopped or broken.
    Ended run();
    // The same on a thread of its own; the destructor or wait() joins it.
    void start();
    Ended wait();

    // Any thread. Accepts no more; run() returns when what is in flight was answered, or after the
    // deadline.
    void drain(std::chrono::milliseconds deadline);

    Edge& edge() { return edge_; }
    const Router& router() const { return server_->router(); }

  private:
    ServerConfig config(const ServiceOptions& options);

    Edge edge_;
    std::unique_ptr<AccessLog> log_;
    bool broken_ = false;  // of the I/O thread
    std::unique_ptr<Server> server_;
    std::thread thread_;
    Ended ended_ = Ended::drained;
};

}  // namespace gongkai::api
