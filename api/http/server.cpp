#include "api/http/server.hpp"

#include <signal.h>
#include <sys/random.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <ctime>
#include <stdexcept>

#include "api/http/hub.hpp"
#include "api/http/session.hpp"
#include "api/http/wire.hpp"

namespace gongkai::api {

namespace asio = boost::asio;
using boost::system::error_code;

// --- the mailbox

void Mailbox::finished(std::shared_ptr<Exchange> exchange) {
    const bool at_home = io_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    if (at_home && exchange->in_handler) {
        exchange->answered_in_handler = true;
        return;
    }
    const std::lock_guard lock(mutex_);
    if (!io_) return;
    ready_.push_back(std::move(exchange));
    if (std::exchange(scheduled_, true)) return;
    asio::post(*io_, [self = shared_from_this()] { self->deliver(); });
}

void Mailbox::close() {
    std::vector<std::shared_ptr<Exchange>> undelivered;
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
    undelivered.swap(ready_);
}

void Mailbox::deliver() {
    {
        const std::lock_guard lock(mutex_);
        scheduled_ = false;
        delivering_.swap(ready_);
    }
    for (const auto& exchange : delivering_)
        static_cast<Session*>(exchange->waiter)->answered();
    delivering_.clear();
}

// --- the server

namespace {

// Two runs of the server never make the same request id.
std::string random_prefix() {
    std::array<unsigned char, 5> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("no random numbers from the system");
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out + "-";
}

bool out_of_resources(const error_code& ec) {
    return ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
           ec == asio::error::no_buffer_space ||
           ec == error_code(ENFILE, boost::system::system_category());
}

// So many connections over the limit are told so; those beyond it are just closed.
constexpr std::size_t max_refusing = 64;

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
using Await = asio::use_awaitable_t<Executor>;

}  // namespace

struct Server::Impl {
    ServerConfig config;
    Router router;
    // Before the I/O context, because sessions that go with the context still speak to the hub.
    std::unique_ptr<Hub> hub;
    asio::io_context io{1};
    Acceptor acceptor{io.get_executor()};
    Timer sweep_timer{io.get_executor()}, drain_timer{io.get_executor()},
        backoff_timer{io.get_executor()};
    std::uint16_t port = 0;

    Impl(ServerConfig given, Router given_router)
        : config(std::move(given)), router(std::move(given_router)) {
        hub = std::make_unique<Hub>(config, router, io);
        hub->id_prefix = random_prefix();
        hub->date = http_date(std::time(nullptr));
        hub->session_ended = [this] { stop_when_drained(); };
    }

    void stop_when_drained() {
        if (hub->draining && hub->sessions.empty()) io.stop();
    }

    void sweep() {
        sweep_timer.expires_after(config.sweep);
        sweep_timer.async_wait([this](const error_code& ec) {
            if (ec) return;
            hub->date = http_date(std::time(nullptr));
            sweep_sessions(*hub);
            if (config.tick) config.tick();
            sweep();
        });
    }

    void take(Socket socket) {
        error_code ec;
        const auto peer = socket.remote_endpoint(ec);
        if (ec) return;  // gone before it was taken
        socket.set_option(asio::ip::tcp::no_delay(true), ec);
        socket.non_blocking(true, ec);
        const bool over = hub->open.load(std::memory_order_relaxed) >= config.max_connections;
        hub->accepted.fetch_add(1, std::memory_order_relaxed);
        if (over) hub->refused.fetch_add(1, std::memory_order_relaxed);
        if (over && hub->refusing >= max_refusing) return;
        start_session(*hub, std::move(socket), peer.address().to_string(), over);
    }

    // Coroutine: see session_loop.cpp for what may be written in one.
    asio::awaitable<void, Executor> accept_all() {
        error_code ec;
        Await plain;
        auto token = asio::redirect_error(plain, ec);
        while (acceptor.is_open()) {
            auto socket = co_await acceptor.async_accept(token);
            if (!ec) {
                take(std::move(socket));
            } else if (ec != asio::error::operation_aborted) {
                hub->accept_errors.fetch_add(1, std::memory_order_relaxed);
                if (out_of_resources(ec)) {
                    // The connection stays in the queue of the kernel, so trying at once would
                    // spin.
                    backoff_timer.expires_after(config.accept_backoff);
                    co_await backoff_timer.async_wait(token);
                }
            }
        }
    }

    void begin_drain(std::chrono::milliseconds deadline) {
        if (hub->draining) return;
        hub->draining = true;
        hub->draining_flag.store(true, std::memory_order_relaxed);
        error_code ec;
        acceptor.close(ec);
        backoff_timer.cancel();
        close_idle_sessions(*hub);
        drain_timer.expires_after(deadline);
        drain_timer.async_wait([this](const error_code& failed) {
            if (!failed) io.stop();
        });
        stop_when_drained();
    }
};

Server::Server(ServerConfig config, Router router)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(router))) {}

Server::~Server() {
    impl_->hub->session_ended = nullptr;
    impl_->hub->mailbox->close();
    error_code ec;
    impl_->acceptor.close(ec);
    impl_->sweep_timer.cancel();
    impl_->drain_timer.cancel();
    impl_->backoff_timer.cancel();
    abandon_sessions(*impl_->hub);
    impl_->io.restart();
    impl_->io.poll();  // lets every coroutine run to its end
}

boost::system::result<std::uint16_t> Server::listen() {
    error_code ec;
    const auto address = asio::ip::make_address(impl_->config.address, ec);
    if (ec) return ec;
    const asio::ip::tcp::endpoint endpoint(address, impl_->config.port);
    auto& acceptor = impl_->acceptor;
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) impl_->port = acceptor.local_endpoint(ec).port();
    if (ec) return ec;
    return impl_->port;
}

std::uint16_t Server::port() const {
    return impl_->port;
}
const Router& Server::router() const {
    return impl_->router;
}

void Server::run() {
    // sendfile to a peer that has gone raises it, and unlike send has no flag against that.
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    impl_->hub->mailbox->bind_thread();
    auto accepting = impl_->accept_all();
    asio::co_spawn(impl_->io, std::move(accepting), asio::detached);
    impl_->sweep();
    impl_->io.run();
}

void Server::post(std::function<void()> function) {
    asio::post(impl_->io, std::move(function));
}

void Server::drain(std::chrono::milliseconds deadline) {
    asio::post(impl_->io, [this, deadline] { impl_->begin_drain(deadline); });
}

void Server::stop() {
    impl_->io.stop();
}

Server::Counts Server::counts() const {
    const auto& hub = *impl_->hub;
    Counts counts;
    counts.accepted = hub.accepted.load(std::memory_order_relaxed);
    counts.refused = hub.refused.load(std::memory_order_relaxed);
    counts.accept_errors = hub.accept_errors.load(std::memory_order_relaxed);
    counts.requests = hub.requests.load(std::memory_order_relaxed);
    counts.open = hub.open.load(std::memory_order_relaxed);
    counts.draining = hub.draining_flag.load(std::memory_order_relaxed);
    return counts;
}

}  // namespace gongkai::api
