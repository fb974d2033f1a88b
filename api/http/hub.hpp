// Inside the edge only: what the server and its sessions share. Everything here belongs to the I/O
// thread except the mailbox and the counters.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/http/exchange.hpp"
#include "api/http/router.hpp"
#include "api/http/server.hpp"

namespace gongkai::api {

using Clock = std::chrono::steady_clock;
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

class Session;

// Brings finished exchanges to the I/O thread. However many there are, one wake-up is under way at
// a time, and it delivers all that have come in until it runs.
class Mailbox : public CompletionSink, public std::enable_shared_from_this<Mailbox> {
  public:
    explicit Mailbox(boost::asio::io_context& io) : io_(&io) {}
    void finished(std::shared_ptr<Exchange> exchange) override;
    // From here on the calling thread is the I/O thread.
    void bind_thread() { io_thread_ = std::this_thread::get_id(); }
    // The sessions are going away: what comes from now on goes nowhere.
    void close();

  private:
    void deliver();
    std::mutex mutex_;
    boost::asio::io_context* io_;  // nullptr: closed
    std::vector<std::shared_ptr<Exchange>> ready_;
    std::vector<std::shared_ptr<Exchange>> delivering_;  // of the I/O thread; kept for its capacity
    bool scheduled_ = false;
    std::atomic<std::thread::id> io_thread_{};
};

struct Hub {
    Hub(const ServerConfig& server_config, const Router& routes, boost::asio::io_context& context)
        : config(server_config),
          router(routes),
          io(context),
          mailbox(std::make_shared<Mailbox>(context)) {}

    const ServerConfig& config;
    const Router& router;
    boost::asio::io_context& io;
    std::shared_ptr<Mailbox> mailbox;

    std::list<Session*> sessions;
    std::string date;  // refreshed by every sweep
    std::string id_prefix;
    std::uint64_t next_id = 0;
    bool draining = false;
    std::function<void()> session_ended;

    std::atomic<std::uint64_t> accepted{0}, refused{0}, accept_errors{0}, requests{0};
    // refusing: connections over the limit that are being told so.
    std::atomic<std::size_t> open{0}, refusing{0};
    std::atomic<bool> draining_flag{false};

    std::string new_request_id();
};

// Starts a session on the I/O thread. A refused one answers 503 and goes.
void start_session(Hub& hub, Socket socket, std::string peer, bool refused);
// Ends what has passed its deadline.
void sweep_sessions(Hub& hub);
// Closes the sessions that wait for a next request.
void close_idle_sessions(Hub& hub);
// Closes all sockets and forgets who waits for an answer.
void abandon_sessions(Hub& hub);

}  // namespace gongkai::api
