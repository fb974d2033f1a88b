// Inside the edge only: one request on its way, shared by the session that waits for the answer and
// the Responders that may give it.
#pragma once

#include <atomic>
#include <memory>

#include "api/http/message.hpp"

namespace gongkai::api {

struct Exchange;

// Where a finished exchange goes.
class CompletionSink {
  public:
    virtual ~CompletionSink() = default;
    // Any thread, once for every exchange; response is set.
    virtual void finished(std::shared_ptr<Exchange> exchange) = 0;
};

struct Exchange {
    Request request;
    Response response;
    std::shared_ptr<CompletionSink> sink;
    // Of use to the sink alone: who waits, and whether the handler still runs on the I/O thread and
    // has answered there. Both flags belong to the I/O thread.
    void* waiter = nullptr;
    bool in_handler = false;
    bool answered_in_handler = false;

    std::atomic<std::uint32_t> responders{0};
    std::atomic<bool> done{false};
};

}  // namespace gongkai::api
