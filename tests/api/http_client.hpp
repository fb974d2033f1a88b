// A blocking client over a plain socket, without Catch: for threads, and for servers that are
// killed.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/text.hpp"

namespace gongkai::api::testing {

struct Reply {
    unsigned status = 0;  // 0: the connection ended before an answer
    std::string version, head, body;
    std::string header(std::string_view name) const {
        std::string_view rest = head;
        while (!rest.empty()) {
            const auto end = rest.find("\r\n");
            const auto line = rest.substr(0, end);
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
            const auto colon = line.find(": ");
            if (colon != line.npos && same_ignoring_case(line.substr(0, colon), name))
                return std::string(line.substr(colon + 2));
        }
        return "";
    }
};

// Nothing it does can hang: every wait ends after ten seconds.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        connected_ = connect(port);
    }
    ~HttpClient() {
        if (fd_ >= 0) ::close(fd_);
    }
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    bool connected() const { return connected_; }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return;  // the server has closed: the reading side will tell
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void end_of_sending() { ::shutdown(fd_, SHUT_WR); }

    // The next answer. For an answer to HEAD there is no body whatever Content-Length says.
    Reply receive(bool head_only = false) {
        Reply reply;
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos)
            if (!fill()) return reply;
        const auto line = buffer_.find("\r\n");
        reply.version = buffer_.substr(0, 8);
        std::from_chars(buffer_.data() + 9, buffer_.data() + 12, reply.status);
        reply.head = buffer_.substr(line + 2, end - line);
        buffer_.erase(0, end + 4);
        std::size_t length = 0;
        const std::string text = reply.header("Content-Length");
        std::from_chars(text.data(), text.data() + text.size(), length);
        if (head_only) length = 0;
        while (buffer_.size() < length)
            if (!fill()) break;
        reply.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return reply;
    }
    Reply ask(std::string_view bytes, bool head_only = false) {
        send(bytes);
        return receive(head_only);
    }
    // True when the server ends the connection without another byte.
    bool closed() { return buffer_.empty() && !fill() && ended_; }
    int descriptor() const { return fd_; }

  private:
    bool connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    bool fill() {
        char bytes[16384];
        const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
        ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
        if (count <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }
    int fd_;
    bool connected_ = false;
    std::string buffer_;
    bool ended_ = false;
};

}  // namespace gongkai::api::testing
