// Slow peers, many peers, and the end of the server.
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "http_testing.hpp"

using namespace gongkai::api;
using namespace gongkai::api::testing;
using namespace std::chrono_literals;

namespace {

ServerConfig impatient() {
    ServerConfig config;
    config.sweep = 2ms;
    config.idle_timeout = 20ms;
    config.header_timeout = 20ms;
    config.body_timeout = 20ms;
    config.write_timeout = 20ms;
    config.linger = 20ms;
    return config;
}

// A handler that keeps its Responders until the test lets them go.
class Held {
  public:
    Handler handler() {
        return [this](const Request&, Responder responder) {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(responder));
            changed_.notify_all();
        };
    }
    std::vector<Responder> take(std::size_t count) {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, 10s, [&] { return waiting_.size() >= count; }));
        return std::exchange(waiting_, {});
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Responder> waiting_;
};

Router held_routes(Held& held) {
    auto router = simple_routes();
    router.add({.method = Method::post,
                .pattern = "/held",
                .handler = held.handler(),
                .operation = "held"});
    return router;
}

}  // namespace

TEST_CASE(
    "limits: a slow head or body is answered 408, an idle connection is closed without a word") {
    Running running(simple_routes(), impatient());
    {
        Client client(running.port());
        const auto reply = client.ask("GET /hello HTTP/1.1\r\nHost: te");
        CHECK(reply.status == 408);
        CHECK(reply.header("Connection") == "close");
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nabc")
                  .status == 408);
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        CHECK(client.ask(get("/hello")).status == 200);
        CHECK(client.closed());
    }
}

TEST_CASE("limits: a body that comes steadily may take longer than the first deadline") {
    auto config = impatient();
    config.body_rate = 1;  // every byte buys a second
    Running running(simple_routes(), std::move(config));
    Client client(running.port());
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nab");
    // The other connection's time-out shows that more than the deadline has passed.
    Client idle(running.port());
    CHECK(idle.closed());
    CHECK(client.ask("cd").body == "abcd");
}

TEST_CASE("limits: a peer that does not read its answer is cut off") {
    Router router;
    const std::string large(12'000'000, 'x');  // more than two socket buffers hold
    router.add({.method = Method::get,
                .pattern = "/large",
                .handler = sync([&](const Request&) {
                    Response response;
                    response.body = StaticBytes{large};
                    return response;
                }),
                .operation = "large"});
    auto config = impatient();
    config.write_timeout = 100ms;
    Running running(std::move(router), std::move(config));
    Client slow(running.port());
    slow.send(get("/large"));
    // Whoever reads gets all of it; an unread answer blocks nobody.
    Client fast(running.port());
    CHECK((fast.ask(get("/large")).body == large));
    while (running.server.counts().open > 0)
        std::this_thread::yield();
    CHECK(slow.receive().body.size() < large.size());
}

TEST_CASE("limits: a thousand pipelined requests are answered in their order") {
    Held held;
    Running running(held_routes(held));
    Client client(running.port());
    std::string all;
    for (int i = 0; i < 1000; ++i)
        all +=
            i % 100 == 50 ? post("/echo", std::to_string(i)) : get("/items/" + std::to_string(i));
    std::thread sender([&] { client.send(all); });
    for (int i = 0; i < 1000; ++i) {
        const auto reply = client.receive();
        CHECK(reply.body == std::to_string(i) + (i % 100 == 50 ? "" : "|-"));
    }
    sender.join();
}

TEST_CASE("limits: what is pipelined behind a slow handler waits for it") {
    Held held;
    Running running(held_routes(held));
    Client client(running.port());
    client.send(post("/held", "{}") + get("/hello"));
    auto waiting = held.take(1);
    CHECK(running.server.counts().requests == 1);
    waiting[0].complete(text_response(200, "first"));
    CHECK(client.receive().body == "first");
    CHECK(client.receive().body == "hello");
}

TEST_CASE("limits: connections over the limit are told to come back later") {
    ServerConfig config;
    config.max_connections = 2;
    config.retry_after = 7s;
    Running running(simple_routes(), std::move(config));
    auto first = std::make_unique<Client>(running.port());
    Client second(running.port());
    CHECK(first->ask(get("/hello")).status == 200);
    CHECK(second.ask(get("/hello")).status == 200);
    Client third(running.port());
    const auto refused = third.ask(get("/hello"));
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "7");
    CHECK(refused.body.find("too_many_connections") != refused.body.npos);
    CHECK(third.closed());
    CHECK(running.server.counts().refused == 1);
    first.reset();
    while (running.server.counts().open > 1)
        std::this_thread::yield();
    CHECK(Client(running.port()).ask(get("/hello")).status == 200);
}

TEST_CASE("limits: an overloaded server refuses writes before their body and goes on reading") {
    std::atomic<bool> busy{true};
    ServerConfig config;
    config.overloaded = [&] { return busy.load(); };
    Running running(simple_routes(), std::move(config));
    Client client(running.port());
    const auto refused = client.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n");
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "1");
    CHECK(refused.body.find("\"code\":\"overloaded\"") != refused.body.npos);
    CHECK(client.ask("abc" + get("/hello")).status == 200);
    busy = false;
    CHECK(client.ask(post("/echo", "abc")).body == "abc");
}

TEST_CASE("limits: without file descriptors the server waits and then goes on") {
    ServerConfig config;
    config.accept_backoff = 1ms;
    Running running(simple_routes(), std::move(config));
    CHECK(Client(running.port()).ask(get("/hello")).status == 200);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    {
        // The client's own descriptor is the last that there is.
        const int probe = ::dup(0);
        REQUIRE(probe >= 0);
        ::close(probe);
        rlimit tight = before;
        tight.rlim_cur = static_cast<rlim_t>(probe) + 1;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
        Client client(running.port());
        client.send(get("/hello"));
        while (running.server.counts().accept_errors < 3)
            std::this_thread::yield();
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK(client.receive().status == 200);
    }
}

TEST_CASE("limits: close and HTTP/1.0 are honoured") {
    Running running(simple_routes());
    {
        Client client(running.port());
        const auto reply =
            client.ask("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        CHECK(reply.header("Connection") == "close");
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        const auto reply = client.ask("GET /hello HTTP/1.0\r\n\r\n");
        CHECK(reply.version == "HTTP/1.0");
        CHECK(reply.body == "hello");
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        const auto reply = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(reply.header("Connection") == "keep-alive");
        CHECK(client.ask("GET /hello HTTP/1.0\r\n\r\n").status == 200);
        CHECK(client.closed());
    }
    {
        Client client(running.port());
        client.send(get("/hello"));
        client.end_of_sending();
        CHECK(client.receive().status == 200);
        CHECK(client.closed());
    }
}

TEST_CASE("drain: idle connections go, requests in flight are finished, nobody new comes in") {
    Held held;
    ServerConfig config;
    config.sweep = config.linger = 5ms;
    Running running(held_routes(held), std::move(config));
    Client idle(running.port()), busy(running.port());
    CHECK(idle.ask(get("/hello")).status == 200);
    busy.send(post("/held", "{}"));
    auto waiting = held.take(1);
    running.server.drain(10s);
    CHECK(idle.closed());
    CHECK(running.server.counts().draining);
    std::thread worker([&] { waiting[0].complete(text_response(200, "done")); });
    const auto reply = busy.receive();
    CHECK(reply.body == "done");
    CHECK(reply.header("Connection") == "close");
    CHECK(busy.closed());
    running.wait();
    worker.join();
    CHECK(running.server.counts().open == 0);
}

TEST_CASE("drain: what does not finish in time is given up, and its late answer goes nowhere") {
    Held held;
    std::vector<Responder> waiting;
    {
        Running running(held_routes(held));
        Client busy(running.port());
        busy.send(post("/held", "{}"));
        waiting = held.take(1);
        running.server.drain(5ms);
        running.wait();
    }
    CHECK(waiting[0].complete(text_response(200, "late")));
}

TEST_CASE("server: many completions can be delivered by one post") {
    Held held;
    Running running(held_routes(held));
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(std::make_unique<Client>(running.port()));
        clients.back()->send(post("/held", "{}"));
    }
    std::vector<Responder> batch;
    while (batch.size() < 50)
        for (auto& responder : held.take(1))
            batch.push_back(std::move(responder));
    running.server.post([batch = std::move(batch)] {
        for (const auto& responder : batch)
            responder.complete(text_response(200, "committed"));
    });
    for (const auto& client : clients)
        CHECK(client->receive().body == "committed");
}

TEST_CASE("server: answers from several threads at once each reach their own request") {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Responder> queue;
    bool ended = false;
    Router router;
    router.add({.method = Method::get,
                .pattern = "/n/{n}",
                .handler =
                    [&](const Request&, Responder responder) {
                        const std::lock_guard lock(mutex);
                        queue.push_back(std::move(responder));
                        changed.notify_one();
                    },
                .operation = "n"});
    Running running(std::move(router));
    const auto work = [&] {
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [&] { return ended || !queue.empty(); });
            if (ended) return;
            auto responder = std::move(queue.back());
            queue.pop_back();
            lock.unlock();
            responder.complete(text_response(200, std::string(responder.request().param("n"))));
            lock.lock();
        }
    };
    std::thread workers[3] = {std::thread(work), std::thread(work), std::thread(work)};
    std::atomic<int> right{0};
    const auto ask = [&](int client_number) {
        Client client(running.port());
        for (int i = 0; i < 200; ++i) {
            const std::string n = std::to_string(client_number * 1000 + i);
            right += client.ask(get("/n/" + n)).body == n;
        }
    };
    std::thread clients[4] = {std::thread(ask, 1), std::thread(ask, 2), std::thread(ask, 3),
                              std::thread(ask, 4)};
    for (auto& client : clients)
        client.join();
    CHECK(right == 800);
    {
        const std::lock_guard lock(mutex);
        ended = true;
    }
    changed.notify_all();
    for (auto& worker : workers)
        worker.join();
}
