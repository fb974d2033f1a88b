// An application on the shipped flow, from the portal to the signed letter: each outcome's reply
// goes its way, and the letters that the office prints are complete at the moment they are due.
#include "tests/rest/request_office.hpp"

using namespace gongkai::api::testing;

namespace {

void fill(Bureau& bureau, const std::string& id, const json::object& fields) {
    const auto officer = bureau.as("liuyang");
    const std::string path = "/api/v1/documents/" + id;
    const auto changed =
        officer.patch(path, {{"fields", fields}}, {{"If-Match", officer.get(path).header("ETag")}});
    INFO(show(changed));
    REQUIRE(changed.status == 200);
}

// Handed in over the portal, confirmed and registered; its id.
std::string registered(Bureau& bureau, std::string& code) {
    const auto public_ = bureau.anonymous();
    auto form = application();
    form.erase("applicant_kind");
    const auto taken = public_.post("/public/v1/requests", form);
    INFO(show(taken));
    REQUIRE(taken.status == 201);
    code = taken.text("/query_code");
    const auto list = bureau.as("liuyang").get("/api/v1/documents?flow=request");
    const std::string id = list.text("/documents/0/id");
    // 条例 31: what came over the net is received when it is confirmed, and not before.
    CHECK(try_to(bureau, "liuyang", id, "register").code() == "fields_missing");
    const std::string confirm = "/public/v1/requests/" + code + "/confirm";
    CHECK(public_.send("POST", confirm, "").status == 200);
    CHECK(public_.send("POST", confirm, "").code() == "request_not_taken");
    // 条例 29: of what kind the applicant is, is for the officer to say.
    CHECK(try_to(bureau, "liuyang", id, "register").code() == "fields_missing");
    fill(bureau, id, {{"applicant_kind", "natural_person"}});
    act(bureau, "liuyang", id, "register");
    return id;
}

// The letters that could go out now, each complete; a draft has an asterisk.
std::set<std::string> letters(Bureau& bureau, const std::string& id) {
    std::set<std::string> names;
    const auto list = bureau.as("liuyang").get("/api/v1/documents/" + id + "/letters");
    for (const auto& letter : list.at("/letters").as_array()) {
        if (!letter.at("applies").as_bool() || !letter.at("lacking").as_array().empty()) continue;
        names.insert(std::string(letter.at("name").as_string()) +
                     (letter.at("draft").as_bool() ? "*" : ""));
    }
    return names;
}

std::string page(Bureau& bureau, const std::string& id, const std::string& letter) {
    const auto answer =
        bureau.as("liuyang").get("/api/v1/documents/" + id + "/letters/" + letter + ".html");
    INFO(show(answer));
    REQUIRE(answer.status == 200);
    return answer.body;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("requests: on the shipped flow a refusal is told with its remedy, and only when signed") {
    Bureau bureau;
    std::string code;
    const std::string id = registered(bureau, code);
    CHECK(letters(bureau, id) == Names{"receipt"});
    const std::string receipt = page(bureau, id, "receipt");
    CHECK(receipt.find(code) != std::string::npos);
    CHECK(receipt.find("2026年3月30日（含当日）") != std::string::npos);

    act(bureau, "liuyang", id, "accept");
    act(bureau, "liuyang", id, "draft");
    fill(bureau, id,
         {{"outcome", "process_information"},
          {"outcome_article", "《中华人民共和国政府信息公开条例》第十六条第二款"},
          {"outcome_reason", "该方案属于讨论过程中形成的过程稿"},
          {"body", "不予公开。"}});
    // Which remedy there is has not been found yet: no letter without it.
    CHECK(letters(bureau, id) == Names{"receipt"});
    CHECK(try_to(bureau, "liuyang", id, "give").code() == "guard_failed");
    act(bureau, "liuyang", id, "refuse");
    CHECK(letters(bureau, id) == Names{"receipt", "reply_refused*"});
    act(bureau, "songyan", id, "agree_to_refuse");
    act(bureau, "gaofeng", id, "pass", {{"legality_opinion", "依据充分"}});
    act(bureau, "sunli", id, "clear", {{"secrecy_opinion", "不涉密"}});
    CHECK(page(bureau, id, "reply_refused").find("草稿") != std::string::npos);
    act(bureau, "huangwei", id, "issue");
    CHECK(letters(bureau, id) == Names{"receipt", "reply_refused"});
    const std::string letter = page(bureau, id, "reply_refused");
    CHECK(letter.find("草稿") == std::string::npos);
    CHECK(letter.find("应当先依法申请行政复议") != std::string::npos);
    CHECK(letter.find("6个月内") == std::string::npos);

    // The public learns of the outcome when it was delivered.
    const std::string status = "/public/v1/requests/" + code;
    CHECK(bureau.anonymous().get(status).at("/outcome").is_null());
    act(bureau, "liuyang", id, "deliver",
        {{"delivery_method", "registered_post"}, {"concluded_on", "2026-03-02"}});
    CHECK(bureau.anonymous().get(status).text("/outcome") == "process_information");
}

TEST_CASE("requests: on the shipped flow a correction is asked for once, with its letter") {
    Bureau bureau;
    std::string code;
    const std::string id = registered(bureau, code);
    act(bureau, "liuyang", id, "ask_correction",
        {{"correction_items", "请写明文件名称或者文号"}, {"correction_due_on", "2026-03-13"}});
    CHECK(letters(bureau, id) == Names{"correction_notice", "receipt"});
    CHECK(page(bureau, id, "correction_notice").find("2026年3月13日前（含当日）") !=
          std::string::npos);
    bureau.advance_days(2);
    fill(bureau, id, {{"corrected_on", "2026-03-04"}});
    act(bureau, "liuyang", id, "corrected");
    CHECK(try_to(bureau, "liuyang", id, "ask_correction").status == 409);
    // The due date says which day it counts from, and what it rested for.
    const auto due = bureau.as("liuyang").get("/api/v1/documents/" + id + "/deadlines");
    for (const auto& one : due.at("/deadlines").as_array()) {
        if (one.at("name") != "reply") continue;
        const json::array& told = one.at("explained_zh").as_array();
        REQUIRE(told.size() >= 3);
        const auto line = [&](std::size_t i) { return std::string(told[i].as_string()); };
        INFO(json::serialize(told));
        CHECK(line(0).find("自 2026-03-02（与申请人双方确认之日）起算，20 个工作日") == 0);
        CHECK(line(1).find("2026-03-02 中止（等待补正），尚余 20 个工作日") == 0);
        CHECK(line(2).find("自 2026-03-04（收到补正之日）起算，20 个工作日") == 0);
    }
    // Not corrected in time, another one is given up by the clock and told so.
    const std::string other = registered(bureau, code);
    act(bureau, "liuyang", other, "ask_correction",
        {{"correction_items", "请写明文号"}, {"correction_due_on", "2026-03-13"}});
    bureau.advance_days(9);
    CHECK(bureau.application().scheduler().advance(bureau.clock.now())->ticked == 0);
    bureau.advance_days(2);
    CHECK(bureau.application().scheduler().advance(bureau.clock.now())->ticked > 0);
    CHECK(state_of(bureau, other) == "closed_by_clock");
    CHECK(letters(bureau, other).contains("lapsed"));
    CHECK(page(bureau, other, "lapsed").find("6个月内") != std::string::npos);
}

TEST_CASE("requests: a fee is what the tariff comes to, and no other sum is written down") {
    Bureau bureau;
    std::string code;
    const std::string id = registered(bureau, code);
    act(bureau, "liuyang", id, "accept");
    act(bureau, "liuyang", id, "charge");
    const auto written = [&](const json::object& fields) {
        const auto officer = bureau.as("liuyang");
        const std::string path = "/api/v1/documents/" + id;
        return officer.patch(path, {{"fields", fields}},
                             {{"If-Match", officer.get(path).header("ETag")}});
    };
    const auto wrong =
        written({{"fee_method", "per_volume"}, {"pages", 101}, {"fee_charged", 700}});
    CHECK(wrong.status == 400);
    CHECK(wrong.text("/errors/0/pointer") == "/fields/fee_charged");
    CHECK(wrong.text("/errors/0/fault") == "not_the_tariff");
    CHECK(wrong.text("/errors/0/detail") == "is to be 720 by the tariff (per_volume, 101)");
    CHECK(wrong.text("/errors/0/detail_zh").find("应为720元") != std::string::npos);
    CHECK(written({{"fee_charged", 720}}).text("/errors/0/fault") == "fee_without_count");
    CHECK(bureau.as("liuyang").get("/api/v1/documents/" + id).at("/fields/fee_charged").is_null());
    CHECK(written({{"fee_method", "per_volume"}, {"pages", 101}, {"fee_charged", 720}}).status ==
          200);
    // The number alone does not change under a sum that was written down.
    CHECK(written({{"pages", 30}}).text("/errors/0/fault") == "not_the_tariff");
    // By the item: the price of this one, the 41st of the month.
    CHECK(written({{"fee_method", "per_item"}, {"items_in_month", 41}, {"fee_charged", 4300}})
              .text("/errors/0/fault") == "not_the_tariff");
    CHECK(written({{"fee_method", "per_item"}, {"items_in_month", 41}, {"fee_charged", 300}})
              .status == 200);
    // What is free is not charged: the only sum for ten requests a month is none.
    CHECK(written({{"items_in_month", 10}, {"fee_charged", 0}}).status == 200);
    CHECK(try_to(bureau, "liuyang", id, "send").code() == "guard_failed");
    CHECK(written({{"items_in_month", 11}, {"fee_charged", 100}}).status == 200);
    act(bureau, "liuyang", id, "send");
    CHECK(page(bureau, id, "fee_notice").find("金额为100元") != std::string::npos);
}

TEST_CASE("requests: what takes no body takes none, and what needs one says so") {
    Bureau bureau;
    const auto bare = [&](const std::string& target) {
        gongkai::api::testing::Client client(bureau.port());
        return client.ask("POST " + target + " HTTP/1.1\r\nHost: test\r\n\r\n");
    };
    const auto taken = bureau.anonymous().post("/public/v1/requests", application());
    REQUIRE(taken.status == 201);
    const std::string code = taken.text("/query_code");
    // As `curl -X POST` sends it: no Content-Length at all.
    CHECK(bare("/public/v1/requests/" + code + "/confirm").status == 200);
    CHECK(bare("/public/v1/requests").status == 422);
    CHECK(bureau.as("liuyang").get("/api/v1/documents?flow=request").size("/documents") == 1);
}
