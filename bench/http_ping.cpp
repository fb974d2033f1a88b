// What a request costs at the edge alone: a constant small JSON over loopback with keep-alive.
//
//   bench_http_ping [seconds] [clients...]        default: 2 seconds each for 1, 16 and 64
//
// The clients run in a second process, so that the CPU time printed is the server's alone. "posted"
// answers from a second thread in batches, as the storage's writer does after a group commit;
// "observed" is "direct" with metrics and access log.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/http/access_log.hpp"
#include "api/http/metrics.hpp"
#include "api/http/server.hpp"
#include "api/json/writer.hpp"

namespace {

using namespace gongkai::api;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::exit(2);
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

// Every client asks, waits for the whole answer, and asks again. Returns the number of answers.
std::uint64_t drive(std::uint16_t port, int clients, const std::string& request, double seconds) {
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<int> sockets;
    for (int i = 0; i < clients; ++i) {
        const int fd = connect_to(port);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
        sockets.push_back(fd);
    }
    for (const int fd : sockets)
        if (::send(fd, request.data(), request.size(), 0) < 0) std::exit(2);
    std::uint64_t answers = 0;
    std::vector<epoll_event> events(256);
    std::vector<char> buffer(65536);
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1000);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            // The answer is small and comes in one piece: what is read is one answer.
            if (::recv(fd, buffer.data(), buffer.size(), 0) <= 0) std::exit(2);
            ++answers;
            if (::send(fd, request.data(), request.size(), 0) < 0) std::exit(2);
        }
    }
    for (const int fd : sockets)
        ::close(fd);
    ::close(poll);
    return answers;
}

// Completes what it was given from its own thread, all that is waiting with one post.
class Writer {
  public:
    explicit Writer(Server*& server) : server_(server), thread_([this] { run(); }) {}
    ~Writer() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    void add(Responder responder) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(responder));
        if (queue_.size() == 1) wake_.notify_one();
    }

  private:
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            wake_.wait(lock, [this] { return ended_ || !queue_.empty(); });
            if (ended_) return;
            std::vector<Responder> batch;
            batch.swap(queue_);
            lock.unlock();
            server_->post([batch = std::move(batch)] {
                for (const auto& responder : batch)
                    responder.complete(json_response(200, R"({"state":"published","revision":7})"));
            });
            lock.lock();
        }
    }
    Server*& server_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Responder> queue_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 2.0;
    std::vector<int> clients;
    for (int i = 2; i < argc; ++i)
        clients.push_back(std::atoi(argv[i]));
    if (clients.empty()) clients = {1, 16, 64};
    const std::string fields =
        "Host: 127.0.0.1:8080\r\nUser-Agent: bench/1.0\r\nAccept: application/json\r\n"
        "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\nAccept-Encoding: gzip\r\n";
    const std::string body = R"({"action":"submit","comment":"同意"})";
    const std::vector<std::string> requests = {
        {"GET /api/v1/documents/17/actions HTTP/1.1\r\n" + fields + "\r\n"},
        {"POST /api/v1/documents/17/actions HTTP/1.1\r\n" + fields +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body}};

    // The client process is made first, while there is only one thread.
    int to_client[2], from_client[2];
    if (::pipe(to_client) != 0 || ::pipe(from_client) != 0) return 2;
    struct Order {
        std::uint16_t port;
        int clients, request;
    };
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(to_client[1]);
        Order order{};
        while (::read(to_client[0], &order, sizeof order) == sizeof order) {
            const auto answers = drive(order.port, order.clients,
                                       requests[static_cast<std::size_t>(order.request)], seconds);
            if (::write(from_client[1], &answers, sizeof answers) != sizeof answers) return 2;
        }
        return 0;
    }
    ::close(to_client[0]);

    Server* running = nullptr;
    Writer writer(running);
    Router router;
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/actions",
                .handler = sync([](const Request& request) {
                    json::Writer out;
                    out.begin_object().member("id", request.param("id")).member("allowed", true);
                    return json_response(200, out.end_object().take());
                }),
                .operation = "actions"});
    router.add({.method = Method::post,
                .pattern = "/api/v1/documents/{id}/actions",
                .handler = [&](const Request&, Responder r) { writer.add(std::move(r)); },
                .operation = "act"});
    HttpMetrics metrics;
    std::uint64_t logged = 0;
    AccessLog log([&](std::string_view lines) { logged += lines.size(); });
    bool observed = false;
    ServerConfig config;
    config.served = [&](const Served& served) {
        if (!observed) return;
        metrics.count(served);
        log.write(served);
    };
    Server server(std::move(config), std::move(router));
    running = &server;
    const auto port = server.listen();
    if (!port) return 2;
    std::thread io([&] { server.run(); });
    fmt::print("{:8} {:>8} {:>12} {:>16}\n", "answers", "clients", "requests/s", "CPU us/request");
    const std::vector<std::string> kinds = {"direct", "posted", "observed"};
    for (std::size_t kind = 0; kind < kinds.size(); ++kind)
        for (const int count : clients) {
            const Order order{*port, count, kind == 1 ? 1 : 0};
            server.post([&observed, kind] { observed = kind == 2; });
            const double before = cpu_seconds();
            const auto start = Clock::now();
            std::uint64_t answers = 0;
            if (::write(to_client[1], &order, sizeof order) != sizeof order ||
                ::read(from_client[0], &answers, sizeof answers) != sizeof answers)
                return 2;
            const double took = std::chrono::duration<double>(Clock::now() - start).count();
            const double spent = cpu_seconds() - before;
            fmt::print("{:8} {:>8} {:>12.0f} {:>16.2f}\n", kinds[kind], count,
                       static_cast<double>(answers) / took,
                       1e6 * spent / static_cast<double>(answers));
        }
    ::close(to_client[1]);
    ::waitpid(child, nullptr, 0);
    server.stop();
    io.join();
    return 0;
}
