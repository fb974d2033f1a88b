// 群众诉求 on the shipped flows, as those who look after petitions and the departments meet it: a
// period that is over says so in full, and 复查 and 复核 go their way to 终结.
#include "tests/rest/bureau.hpp"

using namespace gongkai::api::testing;

namespace {

json::object petition(const json::object& more = {}) {
    json::object fields{{"title", "养老金未到账"},
                        {"petition_channel", "letters_visits"},
                        {"petition_kind", "help"},
                        {"petition_received_on", "2026-03-02"},
                        {"petition_text", "二月的养老金没有到账"},
                        {"petitioner_name", "张三"},
                        {"lead_department", "养老保险科"}};
    for (const auto& [name, value] : more)
        fields[name] = value;
    return fields;
}

// By `login`, under `parent` where one is given; its id.
std::string open(Bureau& bureau, const std::string& login, const json::object& document) {
    const auto answer = bureau.as(login).post("/api/v1/documents", document);
    INFO(show(answer));
    REQUIRE(answer.status == 201);
    return answer.text("/id");
}

void fill(Bureau& bureau, const std::string& login, const std::string& id,
          const json::object& fields) {
    const std::string path = "/api/v1/documents/" + id;
    const auto changed = bureau.as(login).patch(
        path, {{"fields", fields}}, {{"If-Match", bureau.as(login).get(path).header("ETag")}});
    INFO(show(changed));
    REQUIRE(changed.status == 200);
}

Answer relate(Bureau& bureau, const std::string& login, const std::string& id, const char* relation,
              const std::string& other) {
    return bureau.as(login).post("/api/v1/documents/" + id + "/relations",
                                 {{"relation", relation}, {"document", other}});
}

// Assigned, handled by the pension section and answered; its id.
std::string answered(Bureau& bureau) {
    const std::string id = open(
        bureau, "helin", {{"flow", "petition"}, {"department", "pension"}, {"fields", petition()}});
    act(bureau, "helin", id, "assign_visits");
    act(bureau, "zhaomin", id, "accept");
    fill(bureau, "zhaomin", id, {{"answer", "缴费年限不足，不予补发。"}});
    act(bureau, "zhaomin", id, "submit");
    act(bureau, "chenjun", id, "approve");
    return id;
}

json::object review(const char* stage, const std::string& parent, const char* relation,
                    const char* opinion_received, const char* requested, bool here) {
    return {{"flow", "petition_review"},
            {"department", "office"},
            {"parent", {{"document", parent}, {"relation", relation}}},
            {"fields",
             {{"title", "张三不服养老金答复"},
              {"review_stage", stage},
              {"review_authority", here ? "本局" : "州人社局"},
              {"review_here", here},
              {"review_requester", "张三"},
              {"review_grounds", "少计工龄"},
              {"opinion_received_on", opinion_received},
              {"review_requested_on", requested}}}};
}

}  // namespace

TEST_CASE("petitions: an objection after five working days is told which period ended when") {
    Bureau bureau;
    const std::string id = open(
        bureau, "helin", {{"flow", "petition"}, {"department", "pension"}, {"fields", petition()}});
    act(bureau, "helin", id, "assign_visits");
    const json::object reason{{"objection_reason", "不属本科职责"}};
    bureau.advance_days(8);  // 10 March; the fifth working day was the 9th
    const auto late = try_to(bureau, "zhaomin", id, "object", reason);
    CHECK(late.status == 409);
    CHECK(late.code() == "period_over");
    CHECK(late.text("/until") == "2026-03-09T16:00:00.000Z");
    CHECK(late.text("/rule_title") == "对转送、交办提出异议");
    CHECK(late.text("/detail") ==
          "The period 对转送、交办提出异议 (信访工作条例 第23条, 国办函〔2025〕66号) ended with "
          "2026-03-09.");
    CHECK(late.text("/detail_zh") ==
          "“对转送、交办提出异议”的期限（信访工作条例 "
          "第23条，国办函〔2025〕66号）已于2026-03-09届满。");
    CHECK(late.text("/article") == "信访工作条例 第23条; 国办函〔2025〕66号");
    CHECK(state_of(bureau, id) == "visits/assigned");
    // The list of what can be done says the same, with the same words.
    const auto actions = bureau.as("zhaomin").get("/api/v1/documents/" + id + "/actions");
    bool told = false;
    for (const auto& one : actions.at("/actions").as_array()) {
        const auto* name = one.as_object().if_contains("action");
        if (name == nullptr || *name != "object") continue;
        CHECK_FALSE(one.at("allowed").as_bool());
        const auto& blocker = one.at("blockers").at(0);
        CHECK(blocker.at("code") == "period_over");
        CHECK(blocker.at("detail_zh") == json::value(late.text("/detail_zh")));
        CHECK(blocker.at("until") == "2026-03-09T16:00:00.000Z");
        told = true;
    }
    CHECK(told);
    // The last day itself is in time.
    Bureau other;
    const std::string in_time = open(
        other, "helin", {{"flow", "petition"}, {"department", "pension"}, {"fields", petition()}});
    act(other, "helin", in_time, "assign_visits");
    other.advance_days(7);
    act(other, "zhaomin", in_time, "object", reason);
    CHECK(state_of(other, in_time) == "visits/objecting");
}

TEST_CASE("petitions: 复查 and 复核 go their way to 终结, and the same petition is refused then") {
    Bureau bureau;
    const std::string id = answered(bureau);

    // Received on 31 January, asked for on 3 March, one day late, whenever it is registered.
    const std::string first =
        open(bureau, "helin", review("review", id, "review", "2026-01-31", "2026-03-02", true));
    act(bureau, "helin", first, "accept");  // the 30th day was a Monday: in time
    CHECK(state_of(bureau, first) == "preparing");
    fill(bureau, "gaofeng", first,
         {{"review_materials", "工龄认定卷"},
          {"review_opinion", "维持"},
          {"review_result", "upheld"}});
    CHECK(try_to(bureau, "helin", first, "received", {{"review_told_on", "2026-03-02"}}).code() ==
          "guard_failed");  // it is this bureau that reviews
    act(bureau, "gaofeng", first, "submit");
    CHECK(try_to(bureau, "gaofeng", first, "issue").code() == "role_missing");
    act(bureau, "zhoujie", first, "issue");
    act(bureau, "helin", first, "deliver", {{"review_told_on", "2026-03-02"}});
    // 复核 may still be asked for: not ended, and the answer says from when it could be.
    const auto early = try_to(bureau, "helin", first, "end_unasked");
    CHECK(early.code() == "guard_failed");
    CHECK(early.text("/from") == "2026-04-01T16:00:00.000Z");

    const std::string second =
        open(bureau, "helin",
             review("second_review", first, "second_review", "2026-03-02", "2026-03-02", false));
    act(bureau, "helin", first, "second");
    CHECK(state_of(bureau, first) == "reviewed_again");
    act(bureau, "helin", second, "accept");
    fill(bureau, "helin", second,
         {{"review_materials", "复查卷"}, {"review_opinion", "维持"}, {"review_result", "upheld"}});
    act(bureau, "helin", second, "received", {{"review_told_on", "2026-03-02"}});
    act(bureau, "helin", second, "end_reviewed");
    CHECK(state_of(bureau, second) == "ended");

    // The same facts and reasons once more: refused, but only with the ended review at hand.
    const std::string again =
        open(bureau, "helin",
             {{"flow", "petition"},
              {"department", "office"},
              {"fields", petition({{"refusal_ground", "review_ended"},
                                   {"refusal_referral", "复查、复核程序已终结"}})}});
    CHECK(try_to(bureau, "helin", again, "refuse").code() == "guard_failed");
    CHECK(relate(bureau, "helin", again, "earlier_review", second).status == 200);
    act(bureau, "helin", again, "refuse");
    CHECK(state_of(bureau, again) == "refused");
}

TEST_CASE("petitions: a review asked for late is over by the day it was asked for, and ends it") {
    Bureau bureau;
    const std::string id = answered(bureau);
    const std::string late =
        open(bureau, "helin", review("review", id, "review", "2026-01-29", "2026-03-02", true));
    const auto refused = try_to(bureau, "helin", late, "accept");
    CHECK(refused.code() == "period_over");
    CHECK(refused.text("/article") == "信访工作条例 第35条; 信访工作条例 第36条");
    CHECK(refused.text("/until") == "2026-02-28T16:00:00.000Z");
    CHECK(refused.text("/detail_zh") ==
          "“请求复查、复核”的期限（信访工作条例 第35条，信访工作条例 第36条）已于2026-02-28届满。");
    act(bureau, "helin", late, "too_late", {{"review_refusal", "逾期两日，已书面告知"}});
    CHECK(state_of(bureau, late) == "refused");
}
