#include "api/http/responder.hpp"

#include <utility>

#include "api/http/exchange.hpp"

namespace gongkai::api {

namespace {

bool finish(const std::shared_ptr<Exchange>& exchange, Response&& response) {
    if (exchange->done.exchange(true, std::memory_order_acq_rel)) return false;
    exchange->response = std::move(response);
    const auto sink = exchange->sink;
    sink->finished(exchange);
    return true;
}

class FunctionSink : public CompletionSink {
  public:
    explicit FunctionSink(std::function<void(Response)> answer) : answer_(std::move(answer)) {}
    void finished(std::shared_ptr<Exchange> exchange) override {
        answer_(std::move(exchange->response));
    }

  private:
    std::function<void(Response)> answer_;
};

}  // namespace

Responder Responder::to(Request request, std::function<void(Response)> answer) {
    auto exchange = std::make_shared<Exchange>();
    exchange->request = std::move(request);
    exchange->sink = std::make_shared<FunctionSink>(std::move(answer));
    return Responder(std::move(exchange));
}

Responder::Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {
    exchange_->responders.fetch_add(1, std::memory_order_relaxed);
}

Responder::Responder(const Responder& other) : exchange_(other.exchange_) {
    if (exchange_) exchange_->responders.fetch_add(1, std::memory_order_relaxed);
}

Responder& Responder::operator=(Responder other) noexcept {
    std::swap(exchange_, other.exchange_);
    return *this;
}

Responder::~Responder() {
    if (!exchange_ || exchange_->responders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (!exchange_->done.load(std::memory_order_acquire))
        finish(exchange_, to_response(EdgeProblem::internal_error));
}

const Request& Responder::request() const {
    return exchange_->request;
}

bool Responder::complete(Response response) const {
    return finish(exchange_, std::move(response));
}

}  // namespace gongkai::api
