#include "api/completions.hpp"

#include "api/edge.hpp"
#include "api/http/server.hpp"
#include "api/present.hpp"

namespace gongkai::api {

void Completions::attach(Server* server) {
    const std::lock_guard lock(mutex_);
    server_ = server;
    if (server == nullptr) ready_.clear();
}

void Completions::put(std::function<void()> finish) {
    const std::lock_guard lock(mutex_);
    if (server_ != nullptr) ready_.push_back(std::move(finish));
}

void Completions::flush() {
    const std::lock_guard lock(mutex_);
    if (server_ == nullptr || posted_ || ready_.empty()) return;
    posted_ = true;
    server_->post([self = shared_from_this()] { self->finish_all(); });
}

namespace {

// An answer that is given before submit() returns comes from no commit, so no flush follows it.
class Asker {
  public:
    bool answers_itself() const { return std::this_thread::get_id() == thread_; }

  private:
    std::thread::id thread_ = std::this_thread::get_id();
};

}  // namespace

void Completions::finish_all() {
    std::vector<std::function<void()>> ready;
    {
        const std::lock_guard lock(mutex_);
        posted_ = false;
        ready.swap(ready_);
    }
    for (const auto& finish : ready)
        finish();
}

std::function<void(app::Outcome)> Completions::answer(Edge& edge, Responder responder) {
    return [self = shared_from_this(), &edge, responder = std::move(responder),
            asker = Asker()](app::Outcome out) {
        // Shared, because a std::function must be copyable and an Outcome should not be copied.
        auto kept = std::make_shared<app::Outcome>(std::move(out));
        self->put([&edge, responder, kept] { responder.complete(present_outcome(edge, *kept)); });
        if (asker.answers_itself()) self->flush();
    };
}

std::function<void(std::vector<app::Outcome>)> Completions::answer_all(Edge& edge,
                                                                       Responder responder) {
    return [self = shared_from_this(), &edge, responder = std::move(responder),
            asker = Asker()](std::vector<app::Outcome> out) {
        auto kept = std::make_shared<std::vector<app::Outcome>>(std::move(out));
        self->put([&edge, responder, kept] { responder.complete(present_outcomes(edge, *kept)); });
        if (asker.answers_itself()) self->flush();
    };
}

}  // namespace gongkai::api
