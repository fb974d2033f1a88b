// Repeated applications as the officer sees them over the API, on the shipped flow.
#include "tests/rest/request_office.hpp"

using namespace gongkai::api::testing;

TEST_CASE("alike: a repeated application is found, with why and how many") {
    Bureau bureau;
    const auto public_ = bureau.anonymous();
    const auto hand_in = [&](const json::object& more) {
        auto form = application(more);
        form.erase("applicant_kind");
        REQUIRE(public_.post("/public/v1/requests", form).status == 201);
    };
    hand_in({{"request_description", "2024年就业补助资金使用情况"}});
    hand_in({{"request_description", "2025年就业补助资金使用情况"}, {"applicant_name", "李某"}});
    hand_in({{"request_description", "请公开２０２４年就业补助资金的使用情况"}});
    const auto officer = bureau.as("liuyang");
    const auto list = officer.get("/api/v1/documents?flow=request");
    REQUIRE(list.size("/documents") == 3);
    const std::string path = "/api/v1/documents/" + list.text("/documents/0/id") + "/alike";
    const auto found = officer.get(path);
    INFO(show(found));
    REQUIRE(found.status == 200);
    CHECK(found.at("/complete") == true);
    CHECK(found.at("/looked_at") == 3);
    REQUIRE(found.size("/documents") == 1);
    CHECK(found.text("/documents/0/id") == list.text("/documents/2/id"));
    CHECK(found.text("/documents/0/states/0/name") == "receiving");
    CHECK(found.text("/documents/0/alike/0/group") == "applicant");
    CHECK(found.text("/documents/0/alike/2/group") == "thing");
    CHECK(found.at("/documents/0/alike/2/nearness").as_int64() >= 60);
    CHECK(found.text("/groups/0/title") == "同一申请人");
    CHECK(found.at("/groups/0/count") == 1);
    CHECK(found.at("/groups/0/months/0/count") == 1);
    // The code that the applicant asks with is nobody's number.
    CHECK(found.body.find("query_code") == std::string::npos);

    CHECK(officer.get(path + "?months=1").size("/documents") == 1);
    for (const char* wrong : {"?months=0", "?months=121", "?months=x", "?limit=1"}) {
        INFO(wrong);
        CHECK(officer.get(path + wrong).status == 400);
    }
    // Whoever may not know of the document learns nothing of those like it.
    CHECK(bureau.as("lihua").get(path).status == 404);
    CHECK(public_.get(path).status == 401);
}
