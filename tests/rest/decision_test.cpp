// A document of the shipped flow "decision": three branches side by side, votes, and time that must
// pass.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

json::object new_decision() {
    return {{"flow", "decision"},
            {"department", "employment"},
            {"fields",
             {{"title", "就业创业扶持办法"},
              {"body", "第一条 为促进就业创业，制定本办法。\n（此件公开发布）"},
              {"formed_at", "2026-03-02"},
              {"attribute", "proactive"},
              {"catalog_item", "ZD-1.1"},
              {"decision_kind", "normative_document"},
              {"decision_basis", "《就业促进法》"},
              {"interpretation_plan", "图解，与文件同步发布"}}}};
}

// In which states it is, "participation/" left out.
std::vector<std::string> branches(Bureau& bureau, const std::string& id) {
    std::vector<std::string> names;
    const auto document = bureau.as("auditor").get("/api/v1/documents/" + id);
    for (const auto& state : document.at("/states").as_array()) {
        std::string name(state.at("name").as_string());
        if (name.starts_with("participation/")) name.erase(0, 14);
        names.push_back(std::move(name));
    }
    return names;
}

Answer vote(Bureau& bureau, const std::string& login, const std::string& id,
            const std::string& ballot, const std::string& comment = "") {
    json::object body{{"ballot", ballot}};
    if (!comment.empty()) body["comment"] = comment;
    return bureau.as(login).post("/api/v1/documents/" + id + "/votes", body);
}

void review_the_draft(Bureau& bureau, const std::string& id) {
    act(bureau, "lihua", id, "confirm", {{"self_review_opinion", "无涉密内容"}});
    // Two branches have an action called "return": which is meant has to be said.
    act(bureau, "wangfang", id, "agree");
    act(bureau, "sunli", id, "release", {{"secrecy_opinion", "可以公开"}});
    act(bureau, "huangwei", id, "approve");
    act(bureau, "majun", id, "complete");
    act(bureau, "majun", id, "pass", {{"first_proofreading", "无差错"}});
    act(bureau, "wangfang", id, "pass", {{"second_proofreading", "无差错"}});
    act(bureau, "zhoujie", id, "pass", {{"third_proofreading", "无差错"}});
}

}  // namespace

TEST_CASE("decision: a rule takes thirty days of comment, seven of legal review, and a vote") {
    Bureau bureau;
    const auto opened = bureau.as("lihua").post("/api/v1/documents", new_decision());
    REQUIRE(opened.status == 201);
    const std::string id = opened.text("/id");
    act(bureau, "lihua", id, "submit");
    CHECK(branches(bureau, id) == std::vector<std::string>{"comments/secrecy/self_review",
                                                           "experts/reviewing", "risk/assessing"});
    // The clerk has two things to do with it, and each is counted.
    CHECK(bureau.as("lihua").get("/api/v1/worklist").number("/total") == 2);

    // A draft put out for comment is a publication like any other.
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).status == 404);
    review_the_draft(bureau, id);
    act(bureau, "majun", id, "open");
    const auto draft = bureau.anonymous().get("/public/v1/documents/" + id);
    CHECK(draft.status == 200);
    CHECK(draft.at("/draft") == true);
    CHECK(bureau.anonymous().get("/public/documents/" + id).body.find("征求意见稿") !=
          std::string::npos);
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id + "/proof").status == 200);

    // Thirty days are thirty days; the refusal says from when.
    auto early = try_to(bureau, "lihua", id, "close");
    CHECK(early.status == 409);
    CHECK(early.code() == "too_early");
    CHECK(early.text("/from") == "2026-04-01T16:00:00.000Z");

    // Experts in the meantime, each for themselves; nobody twice, and no clerk.
    CHECK(vote(bureau, "lihua", id, "approve").status == 403);
    CHECK(vote(bureau, "xiezhi", id, "approve").status == 200);
    CHECK(vote(bureau, "xiezhi", id, "reject", "反悔").code() == "already_voted");
    CHECK(vote(bureau, "luotao", id, "approve").status == 200);
    act(bureau, "lihua", id, "answer",
        {{"expert_opinion_text", "赞成"}, {"expert_response", "全部采纳"}});
    act(bureau, "lihua", id, "report", {{"risk_report", "低风险"}});
    CHECK(try_to(bureau, "lihua", id, "controllable").code() == "role_missing");
    act(bureau, "huangwei", id, "controllable");

    bureau.advance_days(31);
    act(bureau, "lihua", id, "close",
        {{"comments_received",
          json::array{{{"from", "群众"}, {"opinion", "延长期限"}, {"count", "3"}}}}});
    auto now = bureau.as("lihua").get("/api/v1/documents/" + id);
    CHECK(bureau.as("lihua")
              .patch("/api/v1/documents/" + id,
                     {{"fields",
                       {{"comment_feedback", json::array{{{"opinion", "延长期限"},
                                                          {"adopted", "采纳"},
                                                          {"reason", "合理"}}}}}}},
                     {{"If-Match", now.header("ETag")}})
              .status == 200);
    act(bureau, "lihua", id, "done");
    CHECK(branches(bureau, id) == std::vector<std::string>{"revising"});

    now = bureau.as("lihua").get("/api/v1/documents/" + id);
    const auto change = [&](const json::object& fields) {
        return bureau.as("lihua").patch("/api/v1/documents/" + id, {{"fields", fields}},
                                        {{"If-Match", now.header("ETag")}});
    };
    CHECK(change({{"fair_competition_review", "不影响公平竞争"}}).status == 200);
    act(bureau, "lihua", id, "submit");
    now = bureau.as("lihua").get("/api/v1/documents/" + id);
    CHECK(change({{"interpretation", "一图读懂"}}).status == 200);
    act(bureau, "lihua", id, "submit");
    act(bureau, "gaofeng", id, "pass");

    // The reviewer may take seven working days, and may only waive them with a reason.
    early = try_to(bureau, "gaofeng", id, "pass", {{"legality_opinion", "合法"}});
    CHECK(early.code() == "too_early");
    CHECK(early.text("/from") != "");
    CHECK(try_to(bureau, "gaofeng", id, "pass_early", {{"legality_opinion", "合法"}}).code() ==
          "comment_required");
    bureau.advance_days(14);
    act(bureau, "gaofeng", id, "pass", {{"legality_opinion", "合法"}});

    CHECK(vote(bureau, "wangfang", id, "approve").status == 200);
    CHECK(vote(bureau, "chenjun", id, "approve").status == 200);
    act(bureau, "yangmei", id, "record",
        {{"meeting_record", "一致同意"}, {"leader_spoke", "last"}});
    act(bureau, "zhoujie", id, "adopt");
    act(bureau, "yangmei", id, "proceed");
    bring_to(bureau, id, "published");
    const auto page = bureau.anonymous().get("/public/v1/documents/" + id);
    CHECK(page.at("/draft") == false);
    CHECK(page.text("/fields/interpretation") == "一图读懂");
    CHECK(page.text("/fields/comment_feedback/0/adopted") == "采纳");
}

TEST_CASE("decision: which branch is meant must be said where two have the action") {
    Bureau bureau;
    const auto id = bureau.as("lihua").post("/api/v1/documents", new_decision()).text("/id");
    act(bureau, "lihua", id, "submit");
    // By now only the draft's own review has "return".
    act(bureau, "lihua", id, "report", {{"risk_report", "低风险"}});
    const std::string path = "/api/v1/documents/" + id;
    const auto unknown =
        bureau.as("lihua").post(path + "/actions/confirm", {{"state", "participation/nowhere"}});
    CHECK(unknown.status == 409);
    CHECK(bureau.as("lihua").post(path + "/actions/no_such", json::object()).code() ==
          "unknown_action");
    CHECK(bureau.as("lihua").post(path + "/actions/UPPER", json::object()).status == 400);
    CHECK(vote(bureau, "xiezhi", id, "perhaps").status == 400);
    // A claimed task is somebody's, until it is released or handed on.
    const std::string state = "participation/comments/secrecy/self_review";
    CHECK(bureau.as("lihua").post(path + "/claim", {{"state", state}}).status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/worklist").body.find("\"claimed_by\"") !=
          std::string::npos);
    CHECK(bureau.as("lihua").post(path + "/release", {{"state", state}}).status == 200);
    CHECK(bureau.as("lihua").post(path + "/release", {{"state", state}}).code() == "not_claimed");
}
