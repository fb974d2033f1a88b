// What runs before every handler, on the I/O thread, when the head is known and the body is not
// yet read: a refused upload costs nothing. The server itself gives every request its id.
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Response slow_down(unsigned seconds) {
    Response response = to_response(problem(ApiProblem::too_many_requests));
    response.headers.add("Retry-After", std::to_string(seconds));
    return response;
}

// By peer, for what needs no login; logging in has a bound of its own.
std::optional<Response> limit_peers(RateLimiter& logins, RateLimiter& intake,
                                    RateLimiter& anonymous, const Request& request) {
    if (request.route->authenticated) return std::nullopt;
    const std::string_view operation = request.route->operation;
    const bool of_intake = operation == "submit_request" || operation == "show_request" ||
                           operation == "confirm_request";
    auto& limiter = operation == "log_in" ? logins : of_intake ? intake : anonymous;
    const unsigned wait = limiter.take(request.peer, request.received);
    if (wait != 0) return slow_down(wait);
    return std::nullopt;
}

std::optional<Response> authenticate(const app::Identity& identity, Request& request) {
    if (!request.route->authenticated) return std::nullopt;
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view header = request.headers.get("Authorization");
    if (header.starts_with(scheme)) {
        if (const auto principal = identity.authenticate(header.substr(scheme.size()))) {
            request.principal = *principal;
            return std::nullopt;
        }
    }
    Response response = to_response(problem(ApiProblem::unauthenticated));
    response.headers.add("WWW-Authenticate", "Bearer realm=\"gongkai\"");
    return response;
}

std::optional<Response> limit_people(RateLimiter& people, const Request& request) {
    if (!request.route->authenticated) return std::nullopt;
    const auto person = std::to_string(principal_of(request).person);
    const unsigned wait = people.take(person, request.received);
    if (wait != 0) return slow_down(wait);
    return std::nullopt;
}

// A key or a condition that cannot be read is refused before the body is.
std::optional<Response> check_conditions(const Request& request) {
    if (const auto key = check_idempotency_key(request); !key) return to_response(key.error());
    if (const auto revision = if_match_of(request); !revision) return to_response(revision.error());
    return std::nullopt;
}

}  // namespace

void use_middleware(Router& router, Edge& edge) {
    const auto logins = std::make_shared<RateLimiter>(edge.limits.login);
    const auto intake = std::make_shared<RateLimiter>(edge.limits.intake);
    const auto anonymous = std::make_shared<RateLimiter>(edge.limits.anonymous);
    const auto people = std::make_shared<RateLimiter>(edge.limits.person);
    router.use({.name = "peer rate limit", .before = [logins, intake, anonymous](Request& request) {
                    return limit_peers(*logins, *intake, *anonymous, request);
                }});
    router.use({.name = "authentication", .before = [&edge](Request& request) {
                    return authenticate(edge.app.identity(), request);
                }});
    router.use({.name = "person rate limit",
                .before = [people](Request& request) { return limit_people(*people, request); }});
    router.use({.name = "conditions",
                .before = [](Request& request) { return check_conditions(request); }});
}

}  // namespace gongkai::api
