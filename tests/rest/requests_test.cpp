// What the public hands in without a login, the letters about it, and what it would cost.
#include "tests/rest/request_office.hpp"

using namespace gongkai::api::testing;

namespace {

constexpr const char* kRequests = "/public/v1/requests";

}  // namespace

TEST_CASE("requests: an application comes in without a login, and its code tells how far it is") {
    Bureau bureau(with_requests());
    const auto public_ = bureau.anonymous();
    const auto taken = public_.post(kRequests, application());
    INFO(show(taken));
    REQUIRE(taken.status == 201);
    const std::string code = taken.text("/query_code");
    CHECK(code.size() == 10);
    CHECK(taken.text("/state") == "receiving");
    CHECK(taken.text("/submitted_on") == "2026-03-02");
    CHECK(taken.at("/registration_number").is_null());
    for (const char* secret : {"张某", "532301", "0878", "就业补助"})
        CHECK(taken.body.find(secret) == std::string::npos);

    const auto found = public_.get(std::string(kRequests) + "/" + code);
    CHECK(found.status == 200);
    CHECK(found.body == taken.body);
    for (const std::string& other : {std::string("AAAAAAAAAA"), code.substr(1), code + "A"}) {
        const auto missing = public_.get(std::string(kRequests) + "/" + other);
        CHECK(missing.status == 404);
        CHECK(missing.code() == "not_found");
    }

    // The office sees it as any other document, opened by the portal.
    const auto officer = bureau.as("liuyang");
    const auto list = officer.get("/api/v1/documents?flow=request");
    REQUIRE(list.size("/documents") == 1);
    const std::string path = "/api/v1/documents/" + list.text("/documents/0/id");
    CHECK(officer.get(path).text("/fields/applicant_name") == "张某");
    CHECK(officer.get(path).text("/fields/channel_of_receipt") == "web");
    CHECK(officer.get(path).text("/department") == "office");

    const auto confirmed =
        public_.send("POST", std::string(kRequests) + "/" + code + "/confirm", "");
    INFO(show(confirmed));
    CHECK(confirmed.status == 200);
    CHECK(confirmed.text("/state") == "registering");
    const auto again = public_.send("POST", std::string(kRequests) + "/" + code + "/confirm", "");
    CHECK(again.status == 409);
    CHECK(again.code() == "request_not_taken");
    CHECK(again.body.find("role") == std::string::npos);

    // What is decided is told when it was delivered, not before.
    const auto edit = [&](const json::object& fields) {
        const auto etag = officer.get(path).header("ETag");
        CHECK(officer.patch(path, {{"fields", fields}}, {{"If-Match", etag}}).status == 200);
    };
    edit({{"received_on", "2026-03-02"}});
    CHECK(officer.post(path + "/actions/register", json::object{}).status == 200);
    edit({{"outcome", "not_held"}, {"outcome_reason", "经检索没有该信息。"}});
    auto status = public_.get(std::string(kRequests) + "/" + code);
    CHECK(status.text("/registration_number") == "request-2026-0001");
    CHECK(status.text("/due") == "2026-03-30T16:00:00.000Z");
    CHECK(status.at("/outcome").is_null());

    // The letter: a draft, then signed.
    auto letters = officer.get(path + "/letters");
    CHECK(letters.size("/letters") == 1);
    CHECK(letters.at("/letters/0/applies") == true);
    CHECK(letters.at("/letters/0/draft") == true);
    CHECK(officer.get(path + "/letters/reply.html").body.find("草稿") != std::string::npos);
    CHECK(bureau.as("zhoujie").post(path + "/actions/issue", json::object{}).status == 200);
    const auto page = officer.get(path + "/letters/reply.html");
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.body.find("草稿") == std::string::npos);
    CHECK(page.body.find("应当先申请行政复议。") != std::string::npos);
    const auto docx = officer.get(path + "/letters/reply.docx");
    CHECK(docx.status == 200);
    CHECK(docx.body.starts_with("PK"));
    CHECK(officer.get(path + "/letters/reply.pdf").status == 404);
    CHECK(officer.get(path + "/letters/reply").status == 404);
    CHECK(officer.get(path + "/letters/other.html").status == 404);
    CHECK(public_.get(path + "/letters/reply.html").status == 401);

    edit({{"concluded_on", "2026-03-02"}});
    status = public_.get(std::string(kRequests) + "/" + code);
    CHECK(status.text("/outcome") == "not_held");
    CHECK(status.text("/outcome_title") == "信息不存在");
}

TEST_CASE("requests: what the law asks for is named where it is missing, and nothing is stored") {
    Bureau bureau(with_requests());
    const auto public_ = bureau.anonymous();
    const auto leaves = bureau.leaves();
    const auto lacking = public_.post(
        kRequests, application({{"identity_proof", nullptr}, {"request_description", " \n "}}));
    INFO(show(lacking));
    CHECK(lacking.status == 422);
    CHECK(lacking.code() == "request_incomplete");
    CHECK(lacking.text("/article") == "国令711 第29条");
    REQUIRE(lacking.size("/fields") == 2);
    CHECK(lacking.text("/fields/0/name") == "identity_proof");
    CHECK(lacking.text("/fields/1/name") == "request_description");
    CHECK(lacking.text("/detail_zh") == "未填写：身份证明、申请内容");
    const auto nothing = public_.post(kRequests, json::object{});
    CHECK(nothing.size("/fields") == 5);
    // The purpose is no part of an application.
    CHECK(public_.post(kRequests, application({{"purpose", "写论文"}})).status == 400);
    CHECK(public_.post(kRequests, application({{"form_wanted", "gold"}})).status == 400);
    CHECK(public_.post(kRequests, application({{"query_code", "AAAAAAAAAA"}})).status == 400);
    CHECK(
        public_.post(kRequests, application({{"applicant_name", std::string(300, 'x')}})).status ==
        400);
    CHECK(bureau.leaves() == leaves);
    CHECK(bureau.as("liuyang").get("/api/v1/documents?flow=request").size("/documents") == 0);
}

TEST_CASE("requests: whoever asks too often waits, whatever the code") {
    auto options = with_requests();
    options.service = [](gongkai::api::ServiceOptions& service) {
        service.limits.intake = {0.001, 3};
    };
    Bureau bureau(options);
    const auto public_ = bureau.anonymous();
    for (int i = 0; i < 3; ++i)
        CHECK(public_.get("/public/v1/requests/AAAAAAAAAA").status == 404);
    const auto limited = public_.post(kRequests, application());
    CHECK(limited.status == 429);
    CHECK_FALSE(limited.header("Retry-After").empty());
    CHECK(public_.get("/public/v1/documents").status == 200);
}

TEST_CASE("requests: a letter that lacks something is refused with what it lacks") {
    Bureau bureau(with_requests());
    const auto officer = bureau.as("liuyang");
    const auto opened = officer.post(
        "/api/v1/documents",
        {{"flow", "request"}, {"department", "office"}, {"fields", {{"applicant_name", "李某"}}}});
    REQUIRE(opened.status == 201);
    const std::string path = "/api/v1/documents/" + opened.text("/id");
    const auto early = officer.get(path + "/letters/reply.html");
    CHECK(early.status == 409);
    CHECK(early.code() == "letter_not_applicable");
    CHECK(officer
              .patch(path, {{"fields", {{"outcome", "granted"}}}},
                     {{"If-Match", officer.get(path).header("ETag")}})
              .status == 200);
    const auto lacking = officer.get(path + "/letters/reply.docx");
    CHECK(lacking.status == 422);
    CHECK(lacking.code() == "letter_incomplete");
    REQUIRE(lacking.size("/fields") == 2);
    CHECK(lacking.text("/fields/0/name") == "registration_number");
    CHECK(lacking.text("/fields/1/title") == "事实和理由");
    CHECK(lacking.body.find("李某") == std::string::npos);
}

TEST_CASE("requests: the quote of a fee names every band, and one method only") {
    Bureau bureau(with_requests());
    const auto public_ = bureau.anonymous();
    const std::string path = "/public/v1/tariffs/information_fee/quote";
    const auto quote = public_.get(path + "?method=per_volume&count=101");
    CHECK(quote.status == 200);
    CHECK(quote.number("/total_yuan") == 720);
    CHECK(quote.number("/last_unit_yuan") == 20);
    CHECK(quote.size("/lines") == 3);
    CHECK(public_.get(path + "?method=per_item&count=31").number("/total_yuan") == 2'200);
    for (const char* wrong :
         {"", "?method=both&count=1", "?method=per_item", "?count=1", "?method=per_item&count=-1",
          "?method=per_item&method=per_volume&count=1", "?method=per_item&count=100001"}) {
        INFO(wrong);
        CHECK(public_.get(path + wrong).status == 400);
    }
}
