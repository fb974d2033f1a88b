// The HTTP/1.1 server: one I/O thread, any number of threads that complete.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/system/result.hpp>

#include "api/http/head_scan.hpp"
#include "api/http/message.hpp"
#include "api/http/router.hpp"

namespace gongkai::api {

// What one answered request was, for metrics and the access log. Valid during the call.
struct Served {
    const Request* request = nullptr;  // nullptr: the head was not understood
    unsigned status = 0;
    std::uint64_t request_bytes = 0, response_bytes = 0;  // bodies
    std::chrono::steady_clock::duration took{};           // from the complete head to the last byte
    // Why the edge refused by itself, a constant word ("transfer_encoding", "slow_body" ...); else
    // "".
    std::string_view fault;
};

struct ServerConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: the system chooses, see Server::port
    std::size_t max_connections = 1024;
    HeadLimits head;
    // Where uploads are spooled. Best on the file system of the store, so that taking one over is a
    // rename. Must exist when a route takes uploads.
    std::filesystem::path spool_directory;
    std::string content_security_policy = "default-src 'none'; frame-ancestors 'none'";

    // Deadlines are looked at once per sweep, so each may be late by one of it.
    std::chrono::milliseconds sweep{250};
    std::chrono::milliseconds idle_timeout{60'000};    // between two requests
    std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to its head
    // For a body: this long, and longer by one second for every body_rate bytes that arrived.
    std::chrono::milliseconds body_timeout{15'000};
    std::uint64_t body_rate = 16 * 1024;
    std::chrono::milliseconds write_timeout{30'000};  // without any progress
    std::chrono::milliseconds linger{2'000};  // for the peer to read the answer before a close
    std::chrono::milliseconds accept_backoff{100};  // after EMFILE and its like
    std::chrono::seconds retry_after{1};            // what a 503 asks for

    // The functions below run on the I/O thread; they must not block and must not throw.
    // Asked for every write, before its body is read; true answers 503.
    std::function<bool()> overloaded;
    // Called for every response.
    std::function<void(const Served&)> served;
    // Called on every sweep: for what is done now and then (flushing a log).
    std::function<void()> tick;
};

class Server {
  public:
    // The router is complete before: it is not changed any more.
    Server(ServerConfig config, Router router);
    // Closes everything that is still open. Responders that outlive the server go nowhere. run()
    // must have returned.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Binds and listens. Returns the port.
    boost::system::result<std::uint16_t> listen();
    std::uint16_t port() const;
    // Serves on the calling thread, which is the I/O thread, until drained or stopped. SIGPIPE is
    // blocked in that thread from here on.
    void run();

    // Any thread. Runs the function on the I/O thread, soon. Completing many Responders inside one
    // such function costs one wake-up for all of them.
    void post(std::function<void()> function);
    // Any thread. Accepts no more, closes idle connections, lets what is in flight finish with
    // "Connection: close", and makes run() return when nothing is left or the deadline is over.
    void drain(std::chrono::milliseconds deadline);
    // Any thread. Makes run() return at once.
    void stop();

    const Router& router() const;

    struct Counts {
        std::uint64_t accepted = 0, refused = 0, accept_errors = 0, requests = 0;
        std::size_t open = 0;
        bool draining = false;
    };
    // Any thread.
    Counts counts() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gongkai::api
