#include "tests/app/receiver.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace gongkai::app::testing {

namespace {

// Only so that a test that fails does so, instead of hanging.
constexpr std::chrono::seconds kPatience{60};

bool read_more(int socket, std::string& into) {
    char buffer[4'096];
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    into.append(buffer, static_cast<std::size_t>(got));
    return true;
}

bool read_request(int socket, Received& request) {
    std::string bytes;
    while (bytes.find("\r\n\r\n") == std::string::npos) {
        if (!read_more(socket, bytes)) return false;
    }
    const std::size_t end = bytes.find("\r\n\r\n");
    std::size_t at = bytes.find("\r\n");
    request.line = bytes.substr(0, at);
    while (at < end) {
        const std::size_t next = bytes.find("\r\n", at + 2);
        const std::string header = bytes.substr(at + 2, next - at - 2);
        const std::size_t colon = header.find(": ");
        std::string name = header.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (colon != std::string::npos) request.headers[name] = header.substr(colon + 2);
        at = next;
    }
    const auto length = request.headers.find("content-length");
    const std::size_t body = length == request.headers.end() ? 0 : std::stoul(length->second);
    request.body = bytes.substr(end + 4);
    while (request.body.size() < body) {
        if (!read_more(socket, request.body)) return false;
    }
    return true;
}

}  // namespace

std::string answered(int status, const std::string& more_headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: 0\r\n" +
           more_headers + "Connection: close\r\n\r\n";
}

Receiver::Receiver(Answer answer) : answer_(std::move(answer)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_, plain, size) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, plain, &size) != 0)
        throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
}

Receiver::~Receiver() {
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    for (std::thread& connection : connections_)
        connection.join();
    ::close(listening_);
}

std::string Receiver::url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(port_) + "/hook";
}

std::vector<Received> Receiver::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

bool Receiver::wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kPatience, [&] { return received_.size() >= count; });
}

void Receiver::accept() {
    for (;;) {
        const int socket = ::accept(listening_, nullptr, nullptr);
        if (socket < 0) return;
        connections_.emplace_back([this, socket] { serve(socket); });
    }
}

void Receiver::serve(int socket) {
    Received request;
    if (read_request(socket, request)) {
        {
            const std::lock_guard lock(mutex_);
            received_.push_back(request);
            came_.notify_all();
        }
        const std::string bytes = answer_(request);
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t wrote =
                ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (wrote <= 0) break;
            sent += static_cast<std::size_t>(wrote);
        }
    }
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
}

}  // namespace gongkai::app::testing
