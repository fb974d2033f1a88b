// Another system as the outbox meets it: an HTTP server on a port of the loopback interface that
// the system chose. Keeps what it received and answers what the test says.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gongkai::app::testing {

struct Received {
    std::string line;                            // "POST /hook HTTP/1.1"
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    std::string id() const { return headers.at("webhook-id"); }
};

// The bytes of an answer without a body.
std::string answered(int status, const std::string& more_headers = "");

class Receiver {
  public:
    // The bytes to answer with; nothing: hangs up. Called on a thread of the connection, as often
    // as there are requests; it may wait for the test.
    using Answer = std::function<std::string(const Received&)>;
    explicit Receiver(Answer answer = [](const Received&) { return answered(200); });
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "127.0.0.1") const;
    std::vector<Received> received() const;
    // Waits until so many requests came; false where they do not come at all.
    bool wait_for(std::size_t count) const;

  private:
    void accept();
    void serve(int socket);

    Answer answer_;
    int listening_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    std::vector<Received> received_;
    std::vector<std::thread> connections_;
    std::thread accepting_;
};

}  // namespace gongkai::app::testing
