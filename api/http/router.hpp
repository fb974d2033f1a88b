// Which handler answers which request. Routes are data: they can be listed, and a test holds them
// against the published contract.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http/message.hpp"
#include "api/http/responder.hpp"

namespace gongkai::api {

struct Route {
    Method method = Method::get;
    // "/api/v1/documents/{id}/actions". A {name} takes one segment; "{name...}" at the end takes
    // the rest of the path, at least one segment, joined by "/".
    std::string pattern{};
    Handler handler{};
    // The operation's name in the contract, in metrics and in the access log: constant, no user
    // data.
    std::string operation{};
    // For the middleware that authenticates: false is for the public portal, login and health.
    bool authenticated = true;
    // Bytes. A longer body is answered 413 before a byte of it is read. GET and HEAD take no body.
    std::uint64_t body_limit = 256 * 1024;
    // The body goes to a file (Request::upload) and not into memory.
    bool spooled_upload = false;
    // Content-Security-Policy of its responses; "" is the server's default, which allows nothing.
    std::string content_security_policy{};
};

// One step around every handler. Both functions run on the I/O thread and must not block. One that
// throws is answered 500, and the handler does not run.
struct Middleware {
    std::string name{};
    // Sees the request when its head is known and its body is not yet read, so that a refused
    // upload costs nothing. May set Request::principal. A response here is the answer; neither the
    // later steps nor the handler run. May be empty.
    std::function<std::optional<Response>(Request&)> before{};
    // Sees every response to a request that reached this step, and may add to it. May be empty.
    std::function<void(const Request&, Response&)> after{};
};

class Router {
  public:
    // Programming mistakes throw std::logic_error: a malformed pattern, two routes that take the
    // same requests, a route without handler or operation.
    void add(Route route);
    // Steps run in the order in which they were added, after() in the opposite one.
    void use(Middleware step) { middleware_.push_back(std::move(step)); }

    // In the order in which they were added; addresses are stable.
    const std::deque<Route>& routes() const { return routes_; }
    const std::vector<Middleware>& middleware() const { return middleware_; }

    struct Match {
        const Route* route = nullptr;  // nullptr: see allow
        // When the path is known but the method is not: "GET, HEAD, OPTIONS". "": nothing here
        // (404).
        std::string allow;
    };
    // A fixed segment wins over a {name}, and that over a {name...}. HEAD is answered by GET's
    // route. Fills request.route and request.params on success.
    Match match(Request& request) const;

  private:
    // By method, the number of the route, -1 for none.
    using Methods = std::array<std::int16_t, 7>;
    static constexpr Methods none = {-1, -1, -1, -1, -1, -1, -1};
    struct Node {
        std::vector<std::pair<std::string, std::unique_ptr<Node>>> fixed;
        std::unique_ptr<Node> any;
        Methods here = none, rest = none;  // rest: {name...}
    };
    using Captures = std::vector<std::size_t>;
    struct Name {
        std::string text;
        bool rest;
    };
    static const Methods* find(const Node& node, const std::vector<std::string>& segments,
                               std::size_t at, Captures& captures);

    std::deque<Route> routes_;
    std::vector<std::vector<Name>> names_;  // of each route's pattern, in its order
    std::vector<Middleware> middleware_;
    Node root_;
};

}  // namespace gongkai::api
