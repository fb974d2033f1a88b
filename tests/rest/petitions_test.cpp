// 群众诉求 on the shipped flows, as those who look after petitions and the departments meet it: a
// period that is over says so in full, 复查 and 复核 go their way to 终结, and what belongs to
// another desk is handed over.
#include "tests/rest/bureau.hpp"

using namespace gongkai::api::testing;

namespace {

json::object petition(const json::object& more = {}) {
    json::object fields{{"title", "养老金未到账"},
                        {"petition_channel", "letters_visits"},
                        {"petition_kind", "help"},
                        {"petition_received_on", "2026-03-02"},
                        {"petition_text", "二月的养老金没有到账"},
                        {"petitioner_name", "张三"}};
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

Answer try_to_hand_over(Bureau& bureau, const std::string& login, const std::string& id,
                        const char* action, const char* department,
                        const json::object& fields = {}) {
    return bureau.as(login).post("/api/v1/documents/" + id + "/actions/" + action,
                                 {{"department", department}, {"fields", fields}});
}

void hand_over(Bureau& bureau, const std::string& login, const std::string& id, const char* action,
               const char* department, const json::object& fields = {}) {
    const auto answer = try_to_hand_over(bureau, login, id, action, department, fields);
    INFO(show(answer));
    REQUIRE(answer.status == 200);
}

// Assigned, handled by the pension section and answered; its id.
std::string answered(Bureau& bureau) {
    const std::string id = open(
        bureau, "helin", {{"flow", "petition"}, {"department", "office"}, {"fields", petition()}});
    hand_over(bureau, "helin", id, "assign_visits", "pension");
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

TEST_CASE("petitions: what is assigned to a department is in the lists of its people alone") {
    Bureau bureau;
    const std::string id = open(
        bureau, "helin", {{"flow", "petition"}, {"department", "office"}, {"fields", petition()}});
    const auto waits_for = [&](const char* login) {
        return bureau.as(login).get("/api/v1/worklist").number("/total");
    };
    const auto nobody = try_to(bureau, "helin", id, "assign_visits");
    CHECK(nobody.status == 422);
    CHECK(nobody.code() == "department_missing");
    CHECK_FALSE(nobody.text("/title_zh").empty());
    CHECK(try_to_hand_over(bureau, "helin", id, "assign_visits", "nowhere").status == 400);
    CHECK(try_to_hand_over(bureau, "helin", id, "answer_now", "pension", {{"answer", "已发"}})
              .status == 409);  // no field of that action
    CHECK(waits_for("lihua") == 0);

    hand_over(bureau, "helin", id, "assign_visits", "employment");
    const std::string path = "/api/v1/documents/" + id;
    CHECK(bureau.as("helin").get(path).text("/department") == "employment");
    CHECK(waits_for("lihua") == 1);
    CHECK(waits_for("zhaomin") == 0);
    CHECK(try_to(bureau, "zhaomin", id, "accept").status == 404);  // may not even read it
    CHECK(bureau.as("lihua").post(path + "/claim", json::object{}).status == 200);

    act(bureau, "lihua", id, "object", {{"objection_reason", "属养老保险科职责"}});
    hand_over(bureau, "helin", id, "uphold", "pension", {{"objection_finding", "退单成立"}});
    CHECK(waits_for("lihua") == 0);
    CHECK(waits_for("zhaomin") == 1);
    CHECK(bureau.as("zhaomin").get("/api/v1/worklist").at("/tasks/0/claimed_by").is_null());
    CHECK(bureau.as("lihua").get(path).status == 404);
    act(bureau, "zhaomin", id, "accept");
    // Each handing over stands in the history.
    const auto history = bureau.as("helin").get(path + "/history");
    CHECK(history.body.find("handed_over") != std::string::npos);
}

TEST_CASE("petitions: an objection after five working days is told which period ended when") {
    Bureau bureau;
    const std::string id = open(
        bureau, "helin", {{"flow", "petition"}, {"department", "office"}, {"fields", petition()}});
    hand_over(bureau, "helin", id, "assign_visits", "pension");
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
        other, "helin", {{"flow", "petition"}, {"department", "office"}, {"fields", petition()}});
    hand_over(other, "helin", in_time, "assign_visits", "pension");
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

TEST_CASE("petitions: what is a request for information is handed over, and the other way round") {
    Bureau bureau;
    const std::string id =
        open(bureau, "helin",
             {{"flow", "petition"},
              {"department", "office"},
              {"fields", petition({{"petition_channel", "web_message"},
                                   {"refusal_ground", "disclosure_request"},
                                   {"refusal_referral", "已转为政府信息公开申请"}})}});
    CHECK(try_to(bureau, "helin", id, "hand_over").code() == "guard_failed");
    const std::string request =
        open(bureau, "helin",
             {{"flow", "request"},
              {"department", "office"},
              {"parent", {{"document", id}, {"relation", "opened_request"}}},
              {"fields",
               {{"title", "申请公开就业补助资金分配表"},
                {"applicant_name", "张三"},
                {"request_description", "2025年就业补助资金分配表"}}}});
    act(bureau, "helin", id, "hand_over");
    CHECK(state_of(bureau, id) == "handed_over");
    // From there on it is the disclosure office's: who handed it over does not register it.
    CHECK(try_to(bureau, "helin", request, "register").code() == "role_missing");
    fill(bureau, "liuyang", request,
         {{"applicant_kind", "natural_person"},
          {"channel_of_receipt", "other_office"},
          {"submitted_on", "2026-03-02"},
          {"confirmed_on", "2026-03-02"},
          {"received_on", "2026-03-02"},
          {"identity_proof", "身份证"},
          {"applicant_contact", "0878-0000001"}});
    act(bureau, "liuyang", request, "register");

    // 条例 39: an application that is a complaint is told the way, and handed to who looks after
    // it.
    act(bureau, "liuyang", request, "accept");
    act(bureau, "liuyang", request, "draft");
    fill(bureau, "liuyang", request,
         {{"outcome", "petition_or_complaint"},
          {"outcome_article", "第三十九条第一款"},
          {"outcome_reason", "以申请的形式进行投诉"},
          {"guidance", "已转群众诉求专办员"},
          {"body", "不作为政府信息公开申请处理。"}});
    act(bureau, "liuyang", request, "tell_on_the_spot");
    act(bureau, "songyan", request, "issue");
    act(bureau, "liuyang", request, "deliver",
        {{"delivery_method", "handed_over"}, {"concluded_on", "2026-03-02"}});
    const std::string complaint = open(
        bureau, "liuyang",
        {{"flow", "petition"},
         {"department", "office"},
         {"parent", {{"document", request}, {"relation", "petition"}}},
         {"fields", petition({{"petition_channel", "web_message"}, {"difficulty", "simple"}})}});
    CHECK(try_to(bureau, "liuyang", complaint, "assign_simple").code() == "role_missing");
    hand_over(bureau, "helin", complaint, "assign_simple", "pension");
}

TEST_CASE(
    "opinion: what the office itself answers is published by the people of the sample bureau") {
    Bureau bureau;
    const std::string id = open(bureau, "renjing",
                                {{"flow", "public_opinion"},
                                 {"department", "office"},
                                 {"fields",
                                  {{"title", "网传停发补贴"},
                                   {"detected_at", "2026-03-02T00:30:00Z"},
                                   {"opinion_source", "微博"},
                                   {"opinion_text", "网传停发"}}}});
    act(bureau, "renjing", id, "consult");
    act(bureau, "renjing", id, "judge", {{"consultation_record", "没有停发"}});
    act(bureau, "huangwei", id, "respond",
        {{"grade", "major"}, {"false_information", true}, {"judgement", "不实，须澄清"}});
    fill(bureau, "renjing", id,
         {{"body", "补贴正常发放。"}, {"formed_at", "2026-03-02"}, {"catalog_item", "ZD-2.1"}});
    act(bureau, "renjing", id, "submit");
    act(bureau, "zhoujie", id, "issue");
    act(bureau, "linfang", id, "confirm", {{"self_review_opinion", "无涉密内容"}});
    act(bureau, "zhengguo", id, "agree");
    act(bureau, "sunli", id, "release", {{"secrecy_opinion", "可以公开"}});
    act(bureau, "huangwei", id, "approve");
    act(bureau, "majun", id, "complete");
    act(bureau, "linfang", id, "pass", {{"first_proofreading", "无差错"}});
    act(bureau, "zhengguo", id, "pass", {{"second_proofreading", "无差错"}});
    act(bureau, "zhoujie", id, "pass", {{"third_proofreading", "无差错"}});
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).status == 404);
    act(bureau, "majun", id, "publish");
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).text("/fields/body") ==
          "补贴正常发放。");
    // False information is not put away before the evidence is with the police or the
    // cyberspace office.
    act(bureau, "renjing", id, "update");
    CHECK(try_to(bureau, "renjing", id, "conclude", {{"opinion_evaluation", "已平息"}}).code() ==
          "guard_failed");
    CHECK(try_to(bureau, "renjing", id, "hand_over", {{"handed_over_to", "both"}}).code() ==
          "fields_missing");
    act(bureau, "renjing", id, "hand_over",
        {{"handed_over_to", "both"}, {"evidence_note", "截图"}, {"handed_over_on", "2026-03-02"}});
    act(bureau, "renjing", id, "conclude", {{"opinion_evaluation", "已平息"}});
    CHECK(state_of(bureau, id) == "concluded");
}
