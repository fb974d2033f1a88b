// A document of the shipped flow "execution" from draft to publication, and off the portal again.
#include <fstream>

#include "storage/audit/hash.hpp"
#include "storage/audit/proof.hpp"
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
namespace audit = gongkai::storage::audit;

namespace {

std::string sha256_of(const std::string& bytes) {
    return audit::to_hex(audit::sha256(bytes));
}

// The blockers of one action, as "code" words; "allowed" where there are none.
std::string why_not(const Answer& actions, const std::string& action) {
    for (const auto& offer : actions.at("/actions").as_array()) {
        const auto* name = offer.as_object().if_contains("action");
        if (name == nullptr || name->as_string() != action) continue;
        if (offer.at("allowed").as_bool()) return "allowed";
        std::string codes;
        for (const auto& blocker : offer.at("blockers").as_array())
            codes += (codes.empty() ? "" : " ") + std::string(blocker.at("code").as_string());
        return codes;
    }
    return "no such action";
}

// The proof on disk, checked by the verifier that shares no code.
int second_verifier(const std::string& proof) {
    app::testing::Folder folder;
    const auto path = folder.path() / "proof.json";
    std::ofstream(path, std::ios::binary) << proof;
    const std::string command = "node " GONGKAI_SOURCE_DIR "/tools/verify_audit.mjs proof " +
                                path.string() + " >/dev/null 2>&1";
    return std::system(command.c_str());
}

bool listed(Bureau& bureau, const std::string& id) {
    const auto list = bureau.anonymous().get("/public/v1/documents");
    for (const auto& row : list.at("/documents").as_array())
        if (row.at("id").as_string() == id) return !row.at("withdrawn").as_bool();
    return false;
}

}  // namespace

TEST_CASE("execution: from draft to publication by seven people, and the public can prove it") {
    Bureau bureau;
    const std::string file = "<html><script>alert(1)</script>";
    const auto uploaded = bureau.as("lihua").upload(file);
    REQUIRE(uploaded.status == 201);
    CHECK(uploaded.text("/sha256") == sha256_of(file));
    CHECK(uploaded.number("/size") == static_cast<std::int64_t>(file.size()));

    auto body = new_document();
    body["attachments"] =
        json::array{{{"sha256", uploaded.text("/sha256")}, {"name", "附件1 任务分工.html"}}};
    const auto opened = bureau.as("lihua").post("/api/v1/documents", body);
    REQUIRE(opened.status == 201);
    const std::string id = opened.text("/id");
    CHECK(opened.header("Location") == "/api/v1/documents/" + id);
    CHECK(opened.header("ETag") == "\"1\"");
    CHECK(opened.text("/states/0/name") == "drafting");
    CHECK(opened.text("/states/0/title") == "起草");

    // Nobody outside knows of it, nobody inside has it to do but the clerks of the department.
    CHECK_FALSE(listed(bureau, id));
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).status == 404);
    auto worklist = bureau.as("lihua").get("/api/v1/worklist");
    CHECK(worklist.text("/tasks/0/document") == id);
    CHECK(worklist.text("/tasks/0/title") == "关于开展职业技能培训的实施方案");
    CHECK(worklist.number("/total") == 1);
    CHECK(worklist.text("/counts/0/role") == "clerk");
    CHECK(bureau.as("zhaomin").get("/api/v1/worklist").number("/total") == 0);

    // What may be done, and why not the rest: the same rules that decide.
    auto actions = bureau.as("lihua").get("/api/v1/documents/" + id + "/actions");
    CHECK(actions.header("ETag") == "\"1\"");
    CHECK(why_not(actions, "submit") == "allowed");
    CHECK(why_not(actions, "seal") == "guard_failed");
    act(bureau, "lihua", id, "submit");
    CHECK(bureau.as("lihua").get("/api/v1/worklist").number("/total") == 0);
    worklist = bureau.as("wangfang").get("/api/v1/worklist");
    CHECK(worklist.number("/total") == 1);
    // 20 working days from the day it was formed: due before the month is over.
    CHECK(worklist.text("/tasks/0/due") == "2026-03-30T16:00:00.000Z");
    actions = bureau.as("lihua").get("/api/v1/documents/" + id + "/actions");
    CHECK(why_not(actions, "agree") == "role_missing");
    CHECK(actions.at("/actions/0/blockers/0/who_could/0/role") == "section_head");

    bring_to(bureau, id, "release/publication/ready");
    // Not a day too early: the portal knows nothing yet.
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).status == 404);
    CHECK(bureau.anonymous().get("/public/documents/" + id).status == 404);
    const auto published = act(bureau, "majun", id, "publish");
    CHECK(published.text("/publication") == "published");
    CHECK(published.text("/states/0/name") == "release/published");

    const auto document = bureau.as("lihua").get("/api/v1/documents/" + id);
    CHECK(document.text("/fields/title") == "关于开展职业技能培训的实施方案");
    CHECK(document.text("/fields/steps/0/step") == "动员");
    CHECK(document.text("/published_content") == document.text("/content"));
    CHECK(document.size("/signatures") == 11);
    for (const auto& signature : document.at("/signatures").as_array())
        CHECK(signature.at("live") == true);
    const auto etag = document.header("ETag");
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id, {{"If-None-Match", etag}}).status ==
          304);

    const auto page = bureau.anonymous().get("/public/v1/documents/" + id);
    CHECK(page.status == 200);
    CHECK(page.text("/content") == document.text("/content"));
    CHECK(page.text("/fields/title") == "关于开展职业技能培训的实施方案");
    CHECK(page.text("/fields/index_number") == "015176000/2026-00001");
    // Opinions and the secrecy form are nobody's outside.
    CHECK(page.at("/fields/secrecy_opinion").is_null());
    CHECK(page.body.find("无问题") == std::string::npos);
    CHECK(listed(bureau, id));
    const auto html = bureau.anonymous().get("/public/documents/" + id);
    CHECK(html.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(html.body.find("<h1>关于开展职业技能培训的实施方案</h1>") != std::string::npos);
    CHECK(html.body.find("<script") == std::string::npos);
    // For programs in UTC, for readers as their clock shows it.
    const auto shown = *engine::parse_instant(page.text("/published"));
    CHECK(html.body.find("<time datetime=\"" + engine::to_string(shown) + "\">" +
                         engine::to_string(engine::date_in_china(shown)) + " ") !=
          std::string::npos);

    const auto proof = bureau.anonymous().get("/public/v1/documents/" + id + "/proof");
    REQUIRE(proof.status == 200);
    audit::ProofOptions options;
    options.key = bureau.application().verifier_key();
    options.attachments = {audit::sha256(file)};
    const auto report = audit::verify_proof(proof.body, options);
    CHECK(report.verified());
    CHECK(report.leaf->document == std::stoull(id));
    bool title_is_opened = false;
    for (const auto& text : report.opened)
        title_is_opened = title_is_opened || text.text == "关于开展职业技能培训的实施方案";
    CHECK(title_is_opened);
    CHECK(second_verifier(proof.body) == 0);
    std::string forged = proof.body;
    forged.replace(forged.find("2026-001") != std::string::npos ? forged.find("2026-001") : 40, 1,
                   "9");
    CHECK_FALSE(audit::verify_proof(forged, options).verified());
    CHECK(second_verifier(forged) != 0);
}

TEST_CASE(
    "execution: the attachment of a published document is for everybody, by its digest only") {
    Bureau bureau;
    const std::string file = "<html><script>alert(1)</script>";
    const auto digest = bureau.as("lihua").upload(file).text("/sha256");
    auto body = new_document();
    // A path is no file name; what else a name may hold never leaves its place in a header.
    for (const char* path : {"../../x", "/etc/passwd", "..\\x", "a\tb", ""}) {
        body["attachments"] = json::array{{{"sha256", digest}, {"name", path}}};
        const auto refused = bureau.as("lihua").post("/api/v1/documents", body);
        INFO(path);
        CHECK(refused.status == 400);
        CHECK(refused.code() == "invalid_body");
        CHECK(refused.text("/errors/0/pointer") == "/attachments/0/name");
    }
    body["attachments"] = json::array{{{"sha256", digest}, {"name", "..x\";.html"}}};
    const auto id = bureau.as("lihua").post("/api/v1/documents", body).text("/id");
    const std::string place = "/public/v1/documents/" + id + "/attachments/";
    CHECK(bureau.anonymous().get(place + digest).status == 404);
    bring_to(bureau, id, "published");

    const auto got = bureau.anonymous().get(place + digest);
    CHECK(got.status == 200);
    CHECK(got.body == file);
    CHECK(got.header("Content-Type") == "application/octet-stream");
    CHECK(got.header("X-Content-Type-Options") == "nosniff");
    const auto disposition = got.header("Content-Disposition");
    CHECK(disposition.find("attachment;") == 0);
    CHECK(disposition.find('/') == std::string::npos);
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id + "/attachments/" + digest).body ==
          file);
    for (const std::string& other : {std::string(64, '0'), std::string("x.html"), digest + "0"})
        CHECK(bureau.anonymous().get(place + other).status == 404);
    // Another document's file is not to be had through this one.
    const auto secret = bureau.as("lihua").upload("not for everybody").text("/sha256");
    draft(bureau, {});
    CHECK(bureau.anonymous().get(place + secret).status == 404);
}

TEST_CASE("execution: what was withdrawn (撤稿) leaves a stub with its reason, and nothing else") {
    Bureau bureau;
    const auto digest = bureau.as("lihua").upload("附件内容").text("/sha256");
    auto body = new_document();
    body["attachments"] = json::array{{{"sha256", digest}, {"name", "附件.pdf"}}};
    const auto id = bureau.as("lihua").post("/api/v1/documents", body).text("/id");
    bring_to(bureau, id, "published");
    const auto before = bureau.anonymous().get("/public/v1/documents/" + id + "/proof");
    REQUIRE(before.status == 200);

    // Not without a reason, and not by everybody.
    auto refused = try_to(bureau, "liuyang", id, "withdraw");
    CHECK(refused.status == 422);
    CHECK(refused.code() == "fields_missing");
    CHECK(refused.text("/fields/0/name") == "withdrawal_reason");
    CHECK(try_to(bureau, "lihua", id, "withdraw", {{"withdrawal_reason", "x"}}).code() ==
          "role_missing");
    const auto withdrawn =
        act(bureau, "liuyang", id, "withdraw", {{"withdrawal_reason", "数据有误，更正后重新公开"}});
    CHECK(withdrawn.text("/publication") == "withdrawn");

    const std::string content = "职业技能提升行动";
    const auto stub = bureau.anonymous().get("/public/v1/documents/" + id);
    CHECK(stub.status == 200);
    CHECK(stub.at("/withdrawn") == true);
    CHECK(stub.text("/fields/withdrawal_reason") == "数据有误，更正后重新公开");
    CHECK(stub.size("/fields") == 2);
    CHECK(stub.size("/attachments") == 0);
    CHECK(stub.body.find(content) == std::string::npos);
    const auto list = bureau.anonymous().get("/public/v1/documents");
    CHECK(list.body.find(content) == std::string::npos);
    CHECK_FALSE(listed(bureau, id));
    const auto html = bureau.anonymous().get("/public/documents/" + id);
    CHECK(html.body.find("已撤稿") != std::string::npos);
    CHECK(html.body.find(content) == std::string::npos);
    CHECK(html.body.find("附件.pdf") == std::string::npos);
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id + "/attachments/" + digest).status ==
          404);
    // The proof that is served now is that of the withdrawal, without the text; the one that
    // somebody kept stays valid.
    const auto proof = bureau.anonymous().get("/public/v1/documents/" + id + "/proof");
    CHECK(proof.status == 200);
    CHECK(proof.body.find(content) == std::string::npos);
    audit::ProofOptions options;
    options.key = bureau.application().verifier_key();
    const auto report = audit::verify_proof(proof.body, options);
    for (const auto& finding : report.findings.kept())
        UNSCOPED_INFO(finding.code << ": " << finding.message);
    CHECK(report.verified());
    CHECK(second_verifier(proof.body) == 0);
    CHECK(audit::verify_proof(before.body, options).verified());
    // Inside, the record has it all.
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id).body.find(content) !=
          std::string::npos);
}

TEST_CASE("execution: an edit after the signature voids it, and the difference is told") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto first = bureau.as("lihua").get("/api/v1/documents/" + id);
    bring_to(bureau, id, "release/publication/reviews/first_review");
    act(bureau, "majun", id, "correct", {{"first_proofreading", "第二行有错字"}}, "见校样");
    const auto signed_by_all = bureau.as("lihua").get("/api/v1/documents/" + id);
    const auto edited = bureau.as("lihua").patch(
        "/api/v1/documents/" + id, {{"fields", {{"title", "关于开展职业技能培训的方案"}}}},
        {{"If-Match", signed_by_all.header("ETag")}});
    CHECK(edited.status == 200);
    CHECK(edited.text("/content") != first.text("/content"));
    const auto now = bureau.as("lihua").get("/api/v1/documents/" + id);
    for (const auto& signature : now.at("/signatures").as_array())
        CHECK(signature.at("live") == false);

    // Publishing it now, past those who signed something else, is refused.
    auto refused = try_to(bureau, "lihua", id, "corrected");
    CHECK(refused.status == 422);
    CHECK(refused.code() == "guard_failed");
    CHECK(refused.text("/title_zh") != "");
    const std::string difference_path = "/api/v1/documents/" + id + "/difference";
    const auto difference =
        bureau.as("zhoujie").get(difference_path + "?from=" + first.text("/content"));
    REQUIRE(difference.status == 200);
    REQUIRE(difference.size("/fields") == 1);
    CHECK(difference.text("/fields/0/name") == "title");
    CHECK(difference.text("/fields/0/before") == "关于开展职业技能培训的实施方案");
    CHECK(difference.text("/fields/0/after") == "关于开展职业技能培训的方案");
    CHECK(bureau.as("zhoujie").get(difference_path).status == 400);
    CHECK(bureau.as("zhoujie").get(difference_path + "?from=abc").status == 400);
    CHECK(bureau.as("zhoujie").get(difference_path + "?from=" + std::string(64, '0')).status ==
          404);

    // Renewed in place by whoever signed, and by nobody else.
    const std::string renew = "/api/v1/documents/" + id + "/signatures/";
    CHECK(bureau.as("huangwei").post(renew + "issue/renew", json::object()).code() ==
          "not_the_signer");
    CHECK(bureau.as("zhoujie").post(renew + "issue/renew", json::object()).status == 200);
    CHECK(bureau.as("sunli").post(renew + "confidentiality/renew", json::object()).status == 200);
    CHECK(bureau.as("huangwei").post(renew + "secrecy_approval/renew", json::object()).status ==
          200);
    CHECK(bureau.as("zhoujie").post(renew + "issue/renew", json::object()).code() ==
          "signature_not_void");
    act(bureau, "lihua", id, "corrected");
    bring_to(bureau, id, "published");
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).text("/title") ==
          "关于开展职业技能培训的方案");
}

TEST_CASE("execution: what a document says stays text on the page that everybody sees") {
    Bureau bureau;
    const std::string evil = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";
    const auto id = draft(bureau, {{"title", evil},
                                   {"body", evil + "\n\n" + evil},
                                   {"steps", json::array{{{"step", evil}}}}});
    bring_to(bureau, id, "published");
    const auto page = bureau.anonymous().get("/public/documents/" + id);
    CHECK(page.status == 200);
    for (const char* raw : {"<script", "<img", "onerror=alert(2)>"})
        CHECK(page.body.find(raw) == std::string::npos);
    CHECK(page.body.find("&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
    CHECK(page.header("Content-Security-Policy").find("default-src 'none'") == 0);
    CHECK(bureau.anonymous().get("/public/v1/documents/" + id).text("/title") == evil);
}

TEST_CASE("execution: a deadline that runs out is seen in the worklist and in the history") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto submitted = act(bureau, "lihua", id, "submit");
    CHECK(bureau.as("wangfang").get("/api/v1/worklist").at("/tasks/0/overdue") == false);
    bureau.advance_days(40);
    CHECK(bureau.as("wangfang").get("/api/v1/worklist").at("/tasks/0/overdue") == true);
    REQUIRE(bureau.application().scheduler().advance(bureau.clock.now()).has_value());
    const auto document = bureau.as("lihua").get("/api/v1/documents/" + id);
    CHECK(document.text("/timers/0/phase") == "expired");

    // Those to whom it escalates find it in their lists too, as what it is; whoever works on it
    // anyway does not find it twice; and it goes when the document moves on.
    const auto officer = bureau.as("liuyang").get("/api/v1/worklist");
    INFO(show(officer));
    CHECK(officer.text("/tasks/0/document") == id);
    CHECK(officer.text("/tasks/0/missed") == document.text("/timers/0/name"));
    CHECK_FALSE(officer.text("/tasks/0/missed_title").empty());
    CHECK(officer.at("/tasks/0/overdue") == true);
    CHECK(bureau.as("lihua").get("/api/v1/worklist").number("/total") == 0);
    CHECK(bureau.as("wangfang").get("/api/v1/worklist").number("/total") == 1);
    CHECK(bureau.as("wangfang").get("/api/v1/worklist").at("/tasks/0/missed").is_null());
    CHECK(bureau.as("zhaomin").get("/api/v1/worklist").number("/total") == 0);
    act(bureau, "wangfang", id, "return", {}, "须补充附件");
    CHECK(bureau.as("liuyang").get("/api/v1/worklist").body.find("missed") == std::string::npos);
    const auto history = bureau.as("lihua").get("/api/v1/documents/" + id + "/history");
    CHECK(history.text("/entries/1/actor_kind") == "scheduler");
    CHECK(history.at("/entries/1/actor").is_null());
    // Each entry says which request it was.
    CHECK(history.text("/entries/2/request") == submitted.header("X-Request-Id"));
}

TEST_CASE("execution: every refusal of the law names its article, and who could act instead") {
    Bureau bureau;
    const auto id = draft(bureau, {{"attribute", "withheld"}});
    const auto reason = try_to(bureau, "lihua", id, "submit");
    CHECK(reason.code() == "guard_failed");
    CHECK(reason.text("/article") == "国办发〔2016〕80号 一(一); 国令711 第13条; 国令711 第16条");
    CHECK(reason.text("/rule").find("attribute_reason given") != std::string::npos);
    const auto second = draft(bureau);
    act(bureau, "lihua", second, "submit");
    const auto role = try_to(bureau, "lihua", second, "agree");
    CHECK(role.code() == "role_missing");
    CHECK(role.text("/article").find("国办发〔2016〕80号 一(一)") == 0);
    CHECK(role.text("/who_could/0/title") == "科室负责人");
    CHECK(role.text("/who_could/0/scope") == "own_department");
    // What was sent on cannot be edited by whoever sent it, where nobody may edit at all.
    const auto edit = bureau.as("lihua").patch(
        "/api/v1/documents/" + second, {{"fields", {{"title", "另一标题"}}}}, {{"If-Match", "*"}});
    CHECK(edit.code() == "field_not_editable");
    CHECK(edit.text("/state") == "release/attribution/department_check");
    CHECK(edit.text("/article") != "");
    CHECK(edit.text("/fields/0/title") == "标题");
    bring_to(bureau, second, "release/publication/reviews/first_review");
    const auto own = try_to(bureau, "lihua", second, "pass", {{"first_proofreading", "无差错"}});
    CHECK(own.code() == "own_draft");
    CHECK(own.text("/article") == "国令711 第17条; 政府网站发展指引");
}

TEST_CASE("execution: the history tells every step and every refused attempt, newest first") {
    Bureau bureau;
    const auto id = draft(bureau);
    act(bureau, "lihua", id, "submit");
    CHECK(try_to(bureau, "yangmei", id, "agree").status == 403);
    act(bureau, "wangfang", id, "return", {}, "请补充责任分工");
    const std::string path = "/api/v1/documents/" + id + "/history";
    const auto history = bureau.as("lihua").get(path);
    REQUIRE(history.size("/entries") == 4);
    CHECK(history.text("/entries/0/kind") == "step");
    CHECK(history.text("/entries/0/actor/name") == "王芳");
    CHECK(history.text("/entries/0/grants/0/role") == "section_head");
    CHECK(history.text("/entries/1/kind") == "refusal");
    CHECK(history.text("/entries/1/reason") == "role_missing");
    CHECK(history.text("/entries/3/command/type") == "open");
    // Page by page the same.
    std::string cursor, leaves;
    for (int page = 0; page < 4; ++page) {
        const auto one =
            bureau.as("lihua").get(path + "?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor));
        REQUIRE(one.size("/entries") == 1);
        CHECK(one.at("/entries/0") == history.at("/entries/" + std::to_string(page)));
        cursor = one.text("/next");
    }
    CHECK(cursor.empty());
    // Each of them can be proven, by the number that it has in the record.
    for (int i = 0; i < 4; ++i) {
        const auto record = history.number("/entries/" + std::to_string(i) + "/record");
        const auto proof = bureau.as("lihua").get("/api/v1/documents/" + id +
                                                  "/proof?record=" + std::to_string(record));
        CHECK(proof.status == 200);
        CHECK(
            audit::verify_proof(proof.body, {bureau.application().verifier_key(), {}}).verified());
    }
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id + "/proof?record=0").status == 404);
    const auto svg = bureau.as("lihua").get("/api/v1/documents/" + id + "/diagram");
    CHECK(svg.header("Content-Type") == "image/svg+xml");
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id + "/diagram?format=dot").status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id + "/diagram?format=png").code() ==
          "invalid_query");
}
