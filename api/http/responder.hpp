// How a handler answers: now or later, from any thread, exactly once.
#pragma once

#include <functional>
#include <memory>

#include "api/http/message.hpp"
#include "api/http/problem.hpp"

namespace gongkai::api {

struct Exchange;

// The right to answer one request. Copies share it: the first complete() counts, later ones are
// ignored. When the last copy goes away unanswered, 500 is answered.
//
// The Request stays where it is, unchanged, as long as any copy lives: a handler may hand the
// Responder to another thread and read request() there.
class Responder {
  public:
    // Answers into a function, for tests of handlers and for calls from inside the program. The
    // function runs on the thread that completes.
    static Responder to(Request request, std::function<void(Response)> answer);

    explicit Responder(std::shared_ptr<Exchange> exchange);
    ~Responder();
    Responder(const Responder& other);
    Responder(Responder&& other) noexcept = default;
    Responder& operator=(Responder other) noexcept;

    const Request& request() const;

    // Any thread. From the I/O thread (in a handler, or inside Server::post) it costs next to
    // nothing; from another one it wakes the I/O thread unless that is already on its way.
    // False: somebody has answered already, and this response is thrown away.
    bool complete(Response response) const;
    bool complete(const Problem& problem) const { return complete(to_response(problem)); }

  private:
    std::shared_ptr<Exchange> exchange_;
};

using Handler = std::function<void(const Request&, Responder)>;

// A handler that answers at once.
template <class Function>
Handler sync(Function answer) {
    return [answer = std::move(answer)](const Request& request, const Responder& responder) {
        responder.complete(answer(request));
    };
}

}  // namespace gongkai::api
