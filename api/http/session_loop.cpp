// The life of a connection, from top to bottom. This is one of the few files with co_await in it,
// and g++ 12 miscompiles much of what one would like to write: see tests/api/http_coroutines.cpp
// for the forms that are known to be right. Only `co_await x;` and `auto v = co_await x;` with
// named variables as arguments are used, and every coroutine begins with a local variable.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http/session.hpp"

namespace gongkai::api {

namespace {

namespace asio = boost::asio;
using Task = asio::awaitable<void, Executor>;
using Await = asio::use_awaitable_t<Executor>;

template <class Handler>
struct Waiting final : Resumption {
    explicit Waiting(Handler&& given) : handler(std::move(given)) {}
    void resume() override {
        auto call = std::move(handler);
        call();
    }
    Handler handler;
};

auto async_answer(Session& session, const Await& token) {
    return asio::async_initiate<const Await, void()>(
        [waiting = &session](auto handler) {
            waiting->wait_for_answer(
                std::make_unique<Waiting<decltype(handler)>>(std::move(handler)));
        },
        token);
}

Task serve(std::unique_ptr<Session> owned) {
    Session& session = *owned;
    boost::system::error_code ec;
    Await plain;
    auto token = asio::redirect_error(plain, ec);

    while (session.serving()) {
        session.begin_request();
        while (session.head_missing()) {
            auto room = session.head_room();
            auto count = co_await session.socket.async_read_some(room, token);
            session.head_arrived(ec, count);
        }
        session.open_exchange();
        while (session.body_missing()) {
            auto room = session.body_room();
            auto count = co_await session.socket.async_read_some(room, token);
            session.body_arrived(ec, count);
        }
        bool later = session.call_handler();
        if (later) {
            co_await async_answer(session, plain);
        }
        session.begin_response();
        while (session.response_unsent()) {
            auto writable = Socket::wait_write;
            co_await session.socket.async_wait(writable, token);
        }
        session.end_response();
        while (session.leftover_missing()) {
            auto room = session.leftover_room();
            auto count = co_await session.socket.async_read_some(room, token);
            session.leftover_arrived(ec, count);
        }
    }

    session.begin_linger();
    while (session.lingering()) {
        auto room = session.leftover_room();
        auto count = co_await session.socket.async_read_some(room, token);
        static_cast<void>(count);
        session.linger_arrived(ec);
    }
    session.close();
}

}  // namespace

void start_session(Hub& hub, Socket socket, std::string peer, bool refused) {
    auto session = std::make_unique<Session>(hub, std::move(socket), std::move(peer), refused);
    auto executor = hub.io.get_executor();
    auto task = serve(std::move(session));
    asio::co_spawn(executor, std::move(task), asio::detached);
}

}  // namespace gongkai::api
