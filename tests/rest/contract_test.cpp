// The published contract against the server that serves it.
#include <set>

#include "api/answer.hpp"
#include "api/routes.hpp"
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api;
using namespace gongkai::api::testing;

namespace {

std::set<std::string> of_contract() {
    std::set<std::string> all;
    for (const Operation& operation : Contract::shipped().operations())
        all.insert(operation.method + " " + operation.path + " " + operation.id);
    return all;
}

}  // namespace

TEST_CASE("contract: every route is an operation of the contract, and the other way round") {
    Bureau bureau;
    std::set<std::string> served;
    for (const Route& route : bureau.service().router().routes()) {
        served.insert(std::string(method_name(route.method)) + " " + route.pattern + " " +
                      route.operation);
        const Operation* operation =
            Contract::shipped().find(method_name(route.method), route.pattern);
        INFO(route.operation);
        REQUIRE(operation != nullptr);
        // Who needs a token is told.
        const auto* security = operation->description->if_contains("security");
        const bool open = security != nullptr && security->as_array().empty();
        CHECK(open != route.authenticated);
        const bool takes_body = operation->description->contains("requestBody");
        if (takes_body) CHECK(is_write(route.method));
        // What takes no body takes none: nothing that is sent is ignored.
        if (is_write(route.method)) CHECK(takes_body == (route.body_limit > 0));
    }
    CHECK(served == of_contract());
}

TEST_CASE("contract: the file is sound, and every schema says only what the tests can check") {
    CHECK(Contract::shipped().lint() == Findings{});
}

TEST_CASE("contract: its codes are those that the server may answer with") {
    const auto& schema =
        Contract::shipped().document().at_pointer("/components/schemas/ProblemCode/enum");
    std::vector<std::string> listed;
    for (const auto& code : schema.as_array())
        listed.emplace_back(code.as_string());
    CHECK(listed == all_problem_codes());
}

TEST_CASE("contract: it is served as it lies in the tree, to everybody") {
    Bureau bureau;
    const auto answer = bureau.anonymous().get("/openapi.yaml");
    CHECK(answer.status == 200);
    CHECK((json_of_yaml(answer.body) == Contract::shipped().document()));
    const auto etag = answer.header("ETag");
    CHECK(bureau.anonymous().get("/openapi.yaml", {{"If-None-Match", etag}}).status == 304);
}

TEST_CASE("contract: the checker of the tests finds what does not fit") {
    const auto& contract = Contract::shipped();
    Observed observed;
    observed.method = "GET";
    observed.target = "/api/v1/flows";
    observed.status = 200;
    observed.content_type = "application/json";
    observed.body = R"({"flows":[]})";
    CHECK(contract.judge(observed).empty());
    for (const char* body : {R"({})", R"({"flows":{}})", R"({"flows":[{"name":1}]})",
                             R"({"flows":[],"more":1})", "[]", "{"}) {
        observed.body = body;
        INFO(body);
        CHECK_FALSE(contract.judge(observed).empty());
    }
    observed.body = R"({"flows":[]})";
    observed.status = 203;
    CHECK_FALSE(contract.judge(observed).empty());
    observed.status = 200;
    observed.content_type = "text/plain";
    CHECK_FALSE(contract.judge(observed).empty());
    observed = {
        "GET",
        "/nothing",
        "",
        {},
        404,
        "application/problem+json",
        R"({"type":"urn:gongkai:problem:not_found","title":"x","title_zh":"无","status":404,"code":"not_found"})",
        ""};
    CHECK(contract.judge(observed).empty());
    observed.body.replace(observed.body.find("404"), 3, "405");
    CHECK_FALSE(contract.judge(observed).empty());
}
