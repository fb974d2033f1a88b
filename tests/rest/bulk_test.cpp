// Many actions in one request: each item stands for itself.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

json::value items(const json::array& list) {
    return {{"items", list}};
}

}  // namespace

TEST_CASE("bulk: every item is answered for itself, in order") {
    Bureau bureau;
    const auto good = draft(bureau), incomplete = draft(bureau, {{"steps", nullptr}});
    const auto answer = bureau.as("lihua").post(
        "/api/v1/actions/bulk",
        items({{{"document", good}, {"action", "submit"}},
               {{"document", incomplete}, {"action", "submit"}},
               {{"document", good}, {"action", "submit"}},
               {{"document", "1"}, {"action", "submit"}},
               {{"document", incomplete}, {"action", "submit"}, {"fields", {{"colour", "red"}}}},
               {{"document", incomplete}, {"action", "discard"}, {"comment", "不办了"}}}));
    CHECK(answer.status == 200);
    REQUIRE(answer.size("/items") == 6);
    CHECK(answer.number("/items/0/status") == 200);
    CHECK(answer.text("/items/0/done/id") == good);
    CHECK(answer.number("/items/1/status") == 422);
    CHECK(answer.text("/items/1/problem/code") == "fields_missing");
    CHECK(answer.text("/items/1/problem/fields/0/name") == "steps");
    CHECK(answer.number("/items/2/status") == 409);
    CHECK(answer.text("/items/2/problem/code") == "wrong_state");
    CHECK(answer.number("/items/3/status") == 404);
    CHECK(answer.number("/items/4/status") == 400);
    CHECK(answer.text("/items/4/problem/errors/0/pointer") == "/fields/colour");
    CHECK(answer.number("/items/5/status") == 200);
    CHECK(state_of(bureau, good) == "release/attribution/department_check");
    CHECK(state_of(bureau, incomplete) == "discarded");
}

TEST_CASE("bulk: repeated with its key it does nothing, and answers the same") {
    Bureau bureau;
    const auto first = draft(bureau), second = draft(bureau);
    const auto body = items({{{"document", first}, {"action", "submit"}},
                             {{"document", second}, {"action", "submit"}}});
    const Fields key{{"Idempotency-Key", std::string(190, 'k')}};
    const auto once = bureau.as("lihua").post("/api/v1/actions/bulk", body, key);
    CHECK(once.number("/items/0/status") == 200);
    const auto leaves = bureau.leaves();
    const auto again = bureau.as("lihua").post("/api/v1/actions/bulk", body, key);
    CHECK(again.body == once.body);
    CHECK(bureau.leaves() == leaves);
    const auto other = bureau.as("lihua").post(
        "/api/v1/actions/bulk", items({{{"document", first}, {"action", "submit"}}}), key);
    CHECK(other.number("/items/0/status") == 422);
    CHECK(other.text("/items/0/problem/code") == "idempotency_key_reused");
}

TEST_CASE("bulk: what is no list of items is refused as a whole") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto leaves = bureau.leaves();
    const auto refused = [&](const json::value& body, const std::string& pointer) {
        const auto answer = bureau.as("lihua").post("/api/v1/actions/bulk", body);
        INFO(json::serialize(body) << "\n" << show(answer));
        CHECK(answer.status == 400);
        CHECK(answer.text("/errors/0/pointer") == pointer);
    };
    refused(json::object(), "/items");
    refused(items({}), "/items");
    refused(items(json::array(101, json::value{{"document", id}, {"action", "submit"}})), "/items");
    refused(items({{{"document", id}}}), "/items/0/action");
    refused(items({{{"document", 17}, {"action", "submit"}}}), "/items/0/document");
    for (const char* odd :
         {"", "-1", "1.5", "abc", "12345678901234567890123", "0", "007", "9999999999999999999"})
        refused(items({{{"document", odd}, {"action", "submit"}}}), "/items/0/document");
    refused(items({{{"document", id}, {"action", "submit"}, {"revision", 0}}}),
            "/items/0/revision");
    refused(items({{{"document", id}, {"action", "submit"}, {"ballot", "approve"}}}),
            "/items/0/ballot");
    CHECK(bureau.leaves() == leaves);
}
