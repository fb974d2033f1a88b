#include "bench/load/http_clients.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/load/story.hpp"

namespace gongkai::bench {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text)
        c == '\n' ? out += "\\n" : out += c;
    return out + "\"";
}

// What follows the request line and before the length, by step of the story; and the bodies.
struct Script {
    explicit Script(const LoadOptions& options) {
        for (const Move& move : story()) {
            const auto token = options.tokens.find(move.login);
            if (token == options.tokens.end()) fail(std::string("no login for ") + move.login);
            heads.push_back(" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + token->second +
                            "\r\nContent-Type: application/json\r\n");
            std::string fields;
            for (const auto& [name, value] : move.fields)
                fields += (fields.empty() ? "" : ",") + quoted(name) + ":" + quoted(value);
            bodies.push_back("{\"fields\":{" + fields + "}}");
        }
        before_title = std::string("{\"flow\":\"") + kStoryFlow + "\",\"department\":\"" +
                       kStoryDepartment + "\",\"fields\":{\"title\":";
        after_title = std::string(",\"summary\":") + quoted(kStorySummary) +
                      ",\"body\":" + quoted(story_body()) +
                      ",\"formed_at\":\"2026-11-20\",\"attribute\":\"proactive\","
                      "\"catalog_item\":" +
                      quoted(kStoryItem) +
                      ","
                      "\"steps\":[{\"step\":\"核对\",\"due\":\"2026-12-10\"}]}}";
    }
    std::vector<std::string> heads, bodies;
    std::string before_title, after_title;
};

struct Client {
    int fd = -1;
    std::size_t step = 0;
    std::string document;
    std::string answer;
    Clock::time_point sent;
};

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail("cannot connect");
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

// Whether the answer is complete; its body then.
bool complete(const std::string& answer, std::string& body) {
    const auto end = answer.find("\r\n\r\n");
    if (end == answer.npos) return false;
    const auto length = answer.find("Content-Length: ");
    if (length == answer.npos || length > end) fail("an answer without a length");
    const auto size = std::strtoull(answer.c_str() + length + 16, nullptr, 10);
    if (answer.size() < end + 4 + size) return false;
    body = answer.substr(end + 4, size);
    return true;
}

class Load {
  public:
    explicit Load(const LoadOptions& options) : options_(options), script_(options) {}

    LoadResult run() {
        const int poll = ::epoll_create1(EPOLL_CLOEXEC);
        clients_.resize(options_.clients);
        const auto begin = Clock::now();
        end_ = begin + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(options_.seconds));
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            clients_[i].fd = connect_to(options_.port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(poll, EPOLL_CTL_ADD, clients_[i].fd, &event);
            send(clients_[i]);
        }
        open_ = clients_.size();
        std::vector<epoll_event> events(256);
        while (open_ > 0) {
            const int ready =
                ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 10'000);
            if (ready == 0) fail("the server does not answer");
            for (int i = 0; i < ready; ++i)
                receive(clients_[events[static_cast<std::size_t>(i)].data.u64]);
        }
        result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        ::close(poll);
        return std::move(result_);
    }

  private:
    void send(Client& client) {
        const Move& move = story()[client.step];
        std::string body;
        std::string request;
        if (move.action == nullptr) {
            body = script_.before_title + quoted(story_title(++documents_)) + script_.after_title;
            request = "POST /api/v1/documents";
        } else {
            body = script_.bodies[client.step];
            request = "POST /api/v1/documents/" + client.document + "/actions/" + move.action;
        }
        request += script_.heads[client.step];
        if (options_.keys)
            request += "Idempotency-Key: bench-" + std::to_string(options_.clients) + "-" +
                       std::to_string(++keys_) + "\r\n";
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        client.answer.clear();
        client.sent = Clock::now();
        if (::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size()))
            fail("cannot send");
    }

    void receive(Client& client) {
        char buffer[16384];
        const auto count = ::recv(client.fd, buffer, sizeof buffer, 0);
        if (count <= 0) fail("the server hung up");
        client.answer.append(buffer, static_cast<std::size_t>(count));
        std::string body;
        if (!complete(client.answer, body)) return;
        if (client.answer.compare(0, 10, "HTTP/1.1 2") != 0)
            fail(std::string(story()[client.step].login) + ": " + client.answer);
        result_.latencies_ms.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - client.sent).count());
        ++result_.writes;
        if (client.step == 0) {
            const auto at = body.find("\"id\":\"") + 6;
            client.document = body.substr(at, body.find('"', at) - at);
        }
        if (++client.step == story().size()) {
            client.step = 0;
            if (Clock::now() >= end_) {
                ::close(client.fd);
                --open_;
                return;
            }
        }
        send(client);
    }

    const LoadOptions& options_;
    const Script script_;
    std::vector<Client> clients_;
    std::size_t open_ = 0;
    Clock::time_point end_;
    std::uint64_t documents_ = 0, keys_ = 0;
    LoadResult result_;
};

}  // namespace

LoadResult take_documents_through(const LoadOptions& options) {
    return Load(options).run();
}

}  // namespace gongkai::bench
