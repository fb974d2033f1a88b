#include "api/edge.hpp"

#include <exception>

#include "api/requests.hpp"
#include "app/log.hpp"

namespace gongkai::api {

Response respond(Edge& edge, Ask ask, const Request& request) {
    try {
        auto answer = ask(edge, request);
        return answer ? std::move(*answer) : to_response(answer.error());
    } catch (const std::exception& error) {
        app::log_event(app::LogLevel::error, "handler_threw",
                       {{"request", request.request_id}, {"why", error.what()}});
        return to_response(EdgeProblem::internal_error);
    }
}

namespace {

Handler on(Workers Edge::*workers, Edge& edge, Ask ask) {
    return [&edge, workers, ask](const Request&, const Responder& responder) {
        const bool taken = (edge.*workers).run([&edge, ask, responder] {
            responder.complete(respond(edge, ask, responder.request()));
        });
        if (!taken) responder.complete(problem(EdgeProblem::overloaded));
    };
}

}  // namespace

Handler at_once(Edge& edge, Ask ask) {
    return [&edge, ask](const Request& request, const Responder& responder) {
        responder.complete(respond(edge, ask, request));
    };
}

Handler on_reader(Edge& edge, Ask ask) {
    return on(&Edge::reading, edge, ask);
}

Handler on_waiter(Edge& edge, Ask ask) {
    return on(&Edge::waiting, edge, ask);
}

Handler step(Edge& edge, ReadStep read) {
    return [&edge, read](const Request& request, const Responder& responder) {
        auto asked = read(request);
        if (!asked) {
            responder.complete(asked.error());
            return;
        }
        edge.app.documents().submit(std::move(*asked), edge.completions->answer(edge, responder));
    };
}

}  // namespace gongkai::api
