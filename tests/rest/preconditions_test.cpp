// If-Match and Idempotency-Key: what was not seen is not overwritten, what was done is not done
// again.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

TEST_CASE("If-Match: an edit names the revision that it was made on, or is refused") {
    Bureau bureau;
    const auto id = draft(bureau);
    const std::string path = "/api/v1/documents/" + id;
    const json::value change{{"fields", {{"summary", "概述"}}}};
    const auto clerk = bureau.as("lihua");
    auto leaves = bureau.leaves();

    const auto missing = clerk.patch(path, change);
    CHECK(missing.status == 428);
    CHECK(missing.code() == "if_match_required");
    for (const char* odd : {"1", "W/\"1\"", "\"x\"", "\"1\", \"2\"", "\"01\"", "\"-1\"", "\"\"",
                            "\"4294967296\"", "abc"}) {
        INFO(odd);
        const auto answer = clerk.patch(path, change, {{"If-Match", odd}});
        CHECK(answer.status == 400);
        CHECK(answer.code() == "invalid_header");
        CHECK(answer.text("/header") == "If-Match");
    }
    CHECK(bureau.leaves() == leaves);

    CHECK(clerk.patch(path, change, {{"If-Match", "\"1\""}}).header("ETag") == "\"2\"");
    leaves = bureau.leaves();
    const auto stale =
        clerk.patch(path, {{"fields", {{"summary", "另一概述"}}}}, {{"If-Match", "\"1\""}});
    CHECK(stale.status == 412);
    CHECK(stale.code() == "revision_conflict");
    CHECK(stale.header("ETag") == "\"2\"");  // what it is by now
    CHECK(stale.number("/revision") == 2);
    CHECK(clerk.get(path).text("/fields/summary") == "概述");
    // An attempt, so it is in the record; but nothing that changed the document.
    CHECK(bureau.leaves() == leaves + 1);
    // Who does not mind says so.
    CHECK(clerk.patch(path, {{"fields", {{"summary", "另一概述"}}}}, {{"If-Match", "*"}}).status ==
          200);
}

TEST_CASE("If-Match: steps take it too, and one item of a bulk names its revision") {
    Bureau bureau;
    const auto id = draft(bureau);
    const std::string path = "/api/v1/documents/" + id;
    const auto clerk = bureau.as("lihua");
    CHECK(clerk.post(path + "/actions/submit", json::object(), {{"If-Match", "\"2\""}}).status ==
          412);
    const auto bulk = clerk.post(
        "/api/v1/actions/bulk",
        {{"items", json::array{{{"document", id}, {"action", "submit"}, {"revision", 2}},
                               {{"document", id}, {"action", "submit"}, {"revision", 1}}}}});
    CHECK(bulk.number("/items/0/status") == 412);
    CHECK(bulk.number("/items/1/status") == 200);
    CHECK(clerk.post(path + "/withdraw", json::object(), {{"If-Match", "\"2\""}}).status == 200);
    CHECK(state_of(bureau, id) == "drafting");
}

TEST_CASE("Idempotency-Key: the same request is carried out once and answered the same way again") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto body = new_document();
    const Fields key{{"Idempotency-Key", "draft-1"}};
    const auto first = clerk.post("/api/v1/documents", body, key);
    CHECK(first.status == 201);
    CHECK(first.header("Idempotency-Replayed") == "");
    const auto leaves = bureau.leaves();
    const auto again = clerk.post("/api/v1/documents", body, key);
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.header("ETag") == first.header("ETag"));
    CHECK(again.header("Location") == first.header("Location"));
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(bureau.leaves() == leaves);

    // Another request with it is refused: another body, another path, another condition.
    const auto id = first.text("/id");
    const auto refused = [&](const Answer& answer) {
        INFO(show(answer));
        CHECK(answer.status == 422);
        CHECK(answer.code() == "idempotency_key_reused");
    };
    refused(clerk.post("/api/v1/documents", new_document({{"title", "另一件"}}), key));
    refused(clerk.post("/api/v1/documents/" + id + "/actions/submit", json::object(), key));
    refused(clerk.post("/api/v1/documents", body,
                       {{"Idempotency-Key", "draft-1"}, {"If-Match", "\"1\""}}));
    CHECK(bureau.leaves() == leaves);
    CHECK(clerk.get("/api/v1/documents").size("/documents") == 1);
    // Another person's key is another key.
    CHECK(bureau.as("city-oa").post("/api/v1/documents", body, key).status == 201);

    // An answer is kept for two days, and outlives a restart.
    bureau.close();
    REQUIRE(bureau.open().has_value());
    CHECK(clerk.post("/api/v1/documents", body, key).header("Idempotency-Replayed") == "true");
}

TEST_CASE("Idempotency-Key: a refusal binds nothing, so that the request can be mended") {
    Bureau bureau;
    const auto id = draft(bureau, {{"attribute", "withheld"}});
    const auto clerk = bureau.as("lihua");
    const std::string submit = "/api/v1/documents/" + id + "/actions/submit";
    const Fields key{{"Idempotency-Key", "submit-1"}};
    CHECK(clerk.post(submit, json::object(), key).status == 422);
    const auto reasons =
        clerk.patch("/api/v1/documents/" + id, {{"fields", {{"attribute", "proactive"}}}},
                    {{"If-Match", "\"1\""}});
    CHECK(reasons.status == 200);
    CHECK(clerk.post(submit, json::object(), key).status == 200);
    CHECK(clerk.post(submit, json::object(), key).header("Idempotency-Replayed") == "true");
}

TEST_CASE("Idempotency-Key: one that cannot be read is refused before anything is done") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto leaves = bureau.leaves();
    for (const std::string& odd :
         std::vector<std::string>{"", "a b", std::string(191, 'k'), "公开"}) {
        INFO(odd);
        const auto answer =
            clerk.post("/api/v1/documents", new_document(), {{"Idempotency-Key", odd}});
        CHECK(answer.status == 400);
        CHECK(answer.code() == "invalid_header");
        CHECK(answer.text("/header") == "Idempotency-Key");
    }
    CHECK(bureau.leaves() == leaves);
    CHECK(
        clerk
            .post("/api/v1/documents", new_document(), {{"Idempotency-Key", std::string(190, '~')}})
            .status == 201);
}

TEST_CASE("Idempotency-Key: administration repeats its answer, without the secret") {
    Bureau bureau;
    const auto officer = bureau.as("secadmin");
    const json::value body{{"machine", bureau.id("city-oa")}, {"label", "第二把"}};
    const Fields key{{"Idempotency-Key", "key-1"}};
    const auto first = officer.post("/api/v1/keys", body, key);
    CHECK(first.status == 201);
    CHECK(first.text("/key").starts_with("gkm_"));
    const auto again = officer.post("/api/v1/keys", body, key);
    CHECK(again.status == 201);
    CHECK(again.number("/id") == first.number("/id"));
    CHECK(again.text("/key").empty());
    CHECK(officer.post("/api/v1/keys", {{"machine", bureau.id("city-oa")}, {"label", "x"}}, key)
              .code() == "key_reused");

    // Two changes in one request are both made, and both once.
    const auto admin = bureau.as("sysadmin");
    const std::string person = "/api/v1/people/" + std::to_string(bureau.id("fanying"));
    const json::value change{{"name", "范颖"}, {"active", false}};
    for (int i = 0; i < 2; ++i) {
        CHECK(admin.patch(person, change, {{"Idempotency-Key", "change-1"}}).status == 204);
        const auto seen = admin.get(person);
        CHECK(seen.text("/name") == "范颖");
        CHECK(seen.at("/active") == false);
    }
}
