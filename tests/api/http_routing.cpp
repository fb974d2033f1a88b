// The router, the middleware and what the edge says no with.
#include <set>
#include <stdexcept>

#include "api/http/body.hpp"
#include "api/http/problem.hpp"
#include "api/json/document.hpp"
#include "http_testing.hpp"

using namespace gongkai::api;
using namespace gongkai::api::testing;

namespace {

Router table_of(std::initializer_list<std::pair<Method, const char*>> routes) {
    Router router;
    for (const auto& [method, pattern] : routes)
        router.add({.method = method,
                    .pattern = pattern,
                    .handler = sync([](const Request&) { return no_content(); }),
                    .operation = pattern});
    return router;
}

std::string matched(const Router& router, Method method, std::vector<std::string> segments) {
    Request request;
    request.method = method;
    request.segments = std::move(segments);
    const auto match = router.match(request);
    if (!match.route) return match.allow.empty() ? "404" : "405 " + match.allow;
    std::string out = match.route->pattern;
    for (const auto& [name, value] : request.params)
        out.append(" ").append(name).append("=").append(value);
    return out;
}

}  // namespace

TEST_CASE("router: fixed segments win over parameters, and those over the rest of a path") {
    const auto router = table_of({{Method::get, "/"},
                                  {Method::get, "/documents"},
                                  {Method::post, "/documents"},
                                  {Method::get, "/documents/{id}"},
                                  {Method::get, "/documents/search"},
                                  {Method::put, "/documents/{source}/{number}"},
                                  {Method::get, "/documents/{id}/actions"},
                                  {Method::get, "/assets/{path...}"},
                                  {Method::get, "/assets/logo"},
                                  {Method::options, "/cors"}});
    CHECK(matched(router, Method::get, {}) == "/");
    CHECK(matched(router, Method::get, {"documents"}) == "/documents");
    CHECK(matched(router, Method::get, {"documents", "17"}) == "/documents/{id} id=17");
    CHECK(matched(router, Method::get, {"documents", "search"}) == "/documents/search");
    CHECK(matched(router, Method::get, {"documents", "search", "actions"}) ==
          "/documents/{id}/actions id=search");
    CHECK(matched(router, Method::put, {"documents", "oa", "a/b"}) ==
          "/documents/{source}/{number} source=oa number=a/b");
    CHECK(matched(router, Method::get, {"assets", "js", "x.js"}) ==
          "/assets/{path...} path=js/x.js");
    CHECK(matched(router, Method::get, {"assets", "logo"}) == "/assets/logo");
    CHECK(matched(router, Method::get, {"assets", "logo", "x"}) == "/assets/{path...} path=logo/x");
    CHECK(matched(router, Method::get, {"assets"}) == "404");
    CHECK(matched(router, Method::get, {"Documents"}) == "404");
    CHECK(matched(router, Method::head, {"documents"}) == "/documents");
    CHECK(matched(router, Method::del, {"documents"}) == "405 GET, HEAD, POST, OPTIONS");
    CHECK(matched(router, Method::get, {"documents", "oa", "1"}) == "405 PUT, OPTIONS");
    CHECK(matched(router, Method::options, {"cors"}) == "/cors");
    CHECK(router.routes().size() == 10);
}

TEST_CASE("router: a mistake in a route is found when it is added") {
    for (const char* pattern :
         {"", "documents", "/a//b", "/a/{}", "/a/{...}", "/a/{x...}/b", "/a/b{x}", "/a/x}"}) {
        INFO(pattern);
        CHECK_THROWS_AS(table_of({{Method::get, pattern}}), std::logic_error);
    }
    CHECK_THROWS_AS(table_of({{Method::get, "/a/{x}"}, {Method::get, "/a/{y}"}}), std::logic_error);
    CHECK_NOTHROW(table_of({{Method::get, "/a/{x}"}, {Method::put, "/a/{y}"}}));
    Router router;
    CHECK_THROWS_AS(router.add({.pattern = "/a", .operation = "a"}), std::logic_error);
}

TEST_CASE("server: 404, 405 with Allow, HEAD and OPTIONS") {
    Running running(simple_routes());
    Client client(running.port());
    const auto missing = client.ask(get("/nothing"));
    CHECK(missing.status == 404);
    CHECK(missing.header("Content-Type") == "application/problem+json");
    const auto wrong = client.ask("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET, HEAD, OPTIONS");
    const auto options = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.header("Allow") == "POST, OPTIONS");
    CHECK(options.header("Content-Length").empty());
    const auto head = client.ask("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n", true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == "5");
    CHECK(client.ask(get("/hello")).body == "hello");
}

TEST_CASE(
    "middleware: steps run in order, a refusal stops before the body, and each sees the answer") {
    std::string trace;
    auto router = simple_routes();
    for (const char* name : {"outer", "gate", "inner"})
        router.use({.name = name,
                    .before = [&trace, name](Request& r) -> std::optional<Response> {
                        trace.append(name).append(r.body.empty() ? " " : "(body) ");
                        if (name == std::string_view("outer")) r.principal = std::string("王");
                        if (name == std::string_view("gate") &&
                            !r.headers.contains("Authorization") && r.route->authenticated)
                            return text_response(401, "who are you?");
                        return std::nullopt;
                    },
                    .after =
                        [&trace, name](const Request& r, Response& response) {
                            trace.append("/").append(name).append(" ");
                            response.headers.set("X-Who", std::any_cast<std::string>(r.principal));
                        }});
    CHECK(router.middleware().size() == 3);
    Running running(std::move(router));
    Client client(running.port());
    const auto refused = client.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n");
    CHECK(refused.status == 401);
    CHECK(refused.header("X-Who") == "王");
    CHECK(trace == "outer gate /gate /outer ");
    trace.clear();
    client.send("abc");
    CHECK(client.ask(post("/echo", "abc", "Authorization: x\r\n")).body == "abc");
    CHECK(trace == "outer gate inner /inner /gate /outer ");
}

TEST_CASE("middleware: a step that throws lets nothing pass") {
    bool handled = false;
    for (const bool before : {true, false}) {
        Router router;
        router.add({.method = Method::get,
                    .pattern = "/secret",
                    .handler = sync([&](const Request&) {
                        handled = true;
                        return text_response(200, "secret");
                    }),
                    .operation = "secret"});
        Middleware step{.name = "broken"};
        if (before)
            step.before = [](Request&) -> std::optional<Response> {
                throw std::runtime_error("x");
            };
        else
            step.after = [](const Request&, Response&) { throw std::runtime_error("x"); };
        router.use(std::move(step));
        Running running(std::move(router));
        Client client(running.port());
        for (int i = 0; i < 2; ++i) {
            const auto reply = client.ask(get("/secret"));
            CHECK(reply.status == 500);
            CHECK(reply.body.find("secret") == reply.body.npos);
        }
        CHECK(handled == !before);
    }
}

TEST_CASE("server: a handler that throws, or names fields that only the edge sets, does no harm") {
    Router router;
    router.add({.method = Method::get,
                .pattern = "/throws",
                .handler = sync([](const Request&) -> Response {
                    throw std::runtime_error("secret of the document");
                }),
                .operation = "throws"});
    router.add({.method = Method::get,
                .pattern = "/fields",
                .handler = sync([](const Request&) {
                    auto response = text_response(200, "x");
                    response.headers.set("Content-Length", "99");
                    response.headers.set("X-Bad", "a\r\nSet-Cookie: b");
                    response.headers.set("Bad Name", "a");
                    response.headers.set("Cache-Control", "max-age=60");
                    response.headers.add("Set-Cookie", "a=1");
                    response.headers.add("Set-Cookie", "b=2");
                    return response;
                }),
                .operation = "fields",
                .content_security_policy = "default-src 'self'"});
    Running running(std::move(router));
    Client client(running.port());
    const auto thrown = client.ask(get("/throws"));
    CHECK(thrown.status == 500);
    CHECK(thrown.body.find("secret") == thrown.body.npos);
    const auto reply = client.ask(get("/fields"));
    CHECK(reply.header("Content-Length") == "1");
    CHECK(reply.header("X-Bad").empty());
    CHECK(reply.header("Bad Name").empty());
    CHECK(reply.header("Cache-Control") == "max-age=60");
    CHECK(reply.header("Content-Security-Policy") == "default-src 'self'");
    CHECK(reply.head.find("Set-Cookie: a=1\r\n") != reply.head.npos);
    CHECK(reply.head.find("Set-Cookie: b=2\r\n") != reply.head.npos);
    CHECK(reply.head.find("no-store") == reply.head.npos);
}

TEST_CASE(
    "problem: every problem of the edge has its own code, a title in both languages and a status") {
    std::set<std::string> codes;
    for (const auto kind : all_edge_problems()) {
        const auto one = problem(kind);
        INFO(one.code);
        CHECK(codes.insert(one.code).second);
        CHECK(one.status >= 400);
        CHECK(!one.title.empty());
        CHECK(!one.title_zh.empty());
        const auto response = to_response(one);
        CHECK(response.status == one.status);
        CHECK(json::parse(response.text()).has_value());
    }
    // The table is read by index.
    CHECK(problem(EdgeProblem::storage_full).code == "storage_full");
    CHECK(problem(EdgeProblem::not_found).status == 404);
}

TEST_CASE("problem: detail, article and further members are carried") {
    Problem refusal;
    refusal.status = 403;
    refusal.code = "self_review";
    refusal.title = "t";
    refusal.title_zh = "标题";
    refusal.article = "国令711 第17条";
    refusal.with_detail("d", "详情").with("actors", R"(["a"])");
    CHECK(to_json(refusal) ==
          R"({"type":"urn:gongkai:problem:self_review","title":"t","title_zh":"标题","status":403,)"
          R"("code":"self_review","detail":"d","detail_zh":"详情","article":"国令711 第17条",)"
          R"("actors":["a"]})");
}

TEST_CASE("body: a handler gets its struct, or the problem with every place that is wrong") {
    const auto read = [](std::string type, std::string body) {
        Request request;
        if (!type.empty()) request.headers.add("Content-Type", type);
        request.body = std::move(body);
        const auto result =
            read_body(request, [](json::Reader& in) { return in.text("title", {.max = 3}); });
        return result ? *result : to_json(result.error());
    };
    CHECK(read("application/json", R"({"title":"abc"})") == "abc");
    CHECK(read("Application/JSON; charset=UTF-8", R"({"title":"abc"})") == "abc");
    for (const char* type :
         {"", "text/plain", "application/jsonx", "application/json; charset=gbk"})
        CHECK(read(type, R"({"title":"abc"})").find("\"status\":415") != std::string::npos);
    const auto broken = read("application/json", R"({"title":"a","title":"b"})");
    CHECK(broken.find("\"code\":\"invalid_json\"") != broken.npos);
    CHECK(broken.find(R"("errors":[{"pointer":"/title","fault":"duplicate_key")") != broken.npos);
    const auto unfit = read("application/json", R"({"title":"abcd","state":"published"})");
    CHECK(unfit.find("\"code\":\"invalid_body\"") != unfit.npos);
    CHECK(unfit.find(R"("pointer":"/title","fault":"too_long")") != unfit.npos);
    CHECK(unfit.find(R"("pointer":"/state","fault":"unknown")") != unfit.npos);
}

TEST_CASE("responder: handlers can be tested without a server") {
    std::vector<unsigned> answers;
    Request request;
    request.path = "/x";
    {
        auto responder =
            Responder::to(std::move(request), [&](Response r) { answers.push_back(r.status); });
        const Responder copy = responder;
        CHECK(copy.request().path == "/x");
        CHECK(copy.complete(no_content()));
        CHECK(!responder.complete(no_content()));
    }
    {
        auto dropped = Responder::to({}, [&](Response r) { answers.push_back(r.status); });
    }
    CHECK(answers == std::vector<unsigned>{204, 500});
}
