// Sends HTTP requests side by side on one thread, to allowed targets only. The one file that knows
// libcurl.
//
// http and https only; no redirect is followed, no proxy of the environment used, no name or
// password in the URL taken. The URL is read once, by the parser that also connects, so that what
// was checked cannot be read differently later; and the address is checked at the moment at which
// its socket is opened, so that a name cannot lead elsewhere in between (DNS rebinding). The
// answer's body is read up to a bound and thrown away.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/target_rules.hpp"

namespace gongkai::app {

struct SenderLimits {
    std::int64_t connect_ms = 5'000;  // looking up the name, TCP and TLS
    std::int64_t total_ms = 20'000;   // until the answer is complete
};

class WebhookSender {
  public:
    struct Request {
        std::uint64_t tag = 0;  // the caller's
        std::string url;
        std::vector<std::string> headers;  // "name: value"
        std::string body;
    };
    struct Answer {
        std::uint64_t tag = 0;
        int status = 0;       // 0: no answer
        std::string failure;  // English, printable ASCII, short; empty: taken (2xx)
    };

    WebhookSender(TargetRules rules, SenderLimits limits);
    ~WebhookSender();  // abort()
    WebhookSender(const WebhookSender&) = delete;
    WebhookSender& operator=(const WebhookSender&) = delete;

    // Never blocks. Every request gets one answer, from a later turn().
    void send(Request request);
    // Waits until something is answered or somebody calls wake(), at most so long, and gives what
    // was answered.
    std::vector<Answer> turn(std::int64_t wait_ms);
    std::size_t in_flight() const;
    // Gives up what is in flight; it may or may not have arrived.
    void abort();
    // Any thread: ends a turn() that waits, or the next one.
    void wake();

  private:
    struct Transfer;
    struct Multi;
    std::string begin(std::unique_ptr<Transfer> transfer);  // why not, or nothing
    void collect();

    TargetRules rules_;
    SenderLimits limits_;
    std::vector<Answer> answers_;
    std::unique_ptr<Multi> multi_;
};

}  // namespace gongkai::app
