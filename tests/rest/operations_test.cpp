// The operations that no other test is about; and that each of the contract can be had.
#include "storage/audit/leaf.hpp"
#include "storage/audit/merkle.hpp"
#include "tests/rest/bureau.hpp"
#include "tests/rest/request_office.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
namespace audit = gongkai::storage::audit;

namespace {

const std::string kDocuments = "/api/v1/documents/";

json::value to_somebody(const std::string& role) {
    return {{"whom", {{"role", role}, {"scope", "anywhere"}}}, {"question", "是否涉及秘密？"}};
}

// Consultation, claim, reassignment, vote and renewal: one document through all of them.
void use_the_steps(Bureau& bureau) {
    const auto id = draft(bureau);
    const std::string path = kDocuments + id;
    act(bureau, "lihua", id, "submit");
    CHECK(bureau.as("lihua").post(path + "/withdraw", json::object()).status == 200);
    act(bureau, "lihua", id, "submit");
    CHECK(bureau.as("wangfang").post(path + "/claim", json::object()).status == 200);
    CHECK(bureau.as("wangfang").post(path + "/release", json::object()).status == 200);
    CHECK(bureau.as("wangfang").post(path + "/claim", json::object()).status == 200);
    const json::value nobody{{"to", bureau.id("zhaomin")}}, self{{"to", bureau.id("wangfang")}};
    CHECK(bureau.as("wangfang").post(path + "/reassign", nobody).code() == "assignee_ineligible");
    CHECK(bureau.as("wangfang").post(path + "/reassign", self).status == 200);
    act(bureau, "wangfang", id, "agree");

    // A question put to somebody; what it blocks, and who is to answer, is told.
    CHECK(bureau.as("yangmei").post(path + "/consultations", to_somebody("expert")).code() ==
          "assignee_ineligible");
    CHECK(bureau.as("yangmei").post(path + "/consultations", to_somebody("legal_officer")).status ==
          200);
    CHECK(try_to(bureau, "yangmei", id, "agree").code() == "consultation_open");
    CHECK(bureau.as("gaofeng").get("/api/v1/worklist").number("/tasks/0/consultation") == 1);
    const auto offers = bureau.as("gaofeng").get(path + "/actions");
    CHECK(offers.text("/to_answer/0/question") == "是否涉及秘密？");
    const std::string answer = path + "/consultations/1/answer";
    CHECK(bureau.as("zhoujie").post(answer, {{"answer", "不涉及"}}).status == 403);
    CHECK(bureau.as("gaofeng").post(answer, {{"answer", "不涉及"}}).status == 200);
    CHECK(bureau.as("gaofeng").post(answer, {{"answer", "再答"}}).status == 404);
    CHECK(bureau.as("gaofeng").get("/api/v1/worklist").number("/total") == 0);

    bring_to(bureau, id, "release/publication/reviews/first_review");
    act(bureau, "majun", id, "correct", {}, "错字");
    const auto seen = bureau.as("lihua").get(path);
    CHECK(bureau.as("lihua")
              .patch(path, {{"fields", {{"summary", "改过的概述"}}}},
                     {{"If-Match", seen.header("ETag")}})
              .status == 200);
    CHECK(bureau.as("zhoujie").post(path + "/signatures/issue/renew", json::object()).status ==
          200);
    CHECK(bureau.as("lihua").get(path + "/difference?from=" + seen.text("/content")).status == 200);
}

void use_a_countersigning(Bureau& bureau) {
    json::object body = new_document({{"decision_kind", "normative_document"},
                                      {"decision_basis", "《就业促进法》"},
                                      {"interpretation_plan", "图解"}});
    body["flow"] = "decision";
    body["fields"].as_object().erase("steps");
    const auto id = bureau.as("lihua").post("/api/v1/documents", body).text("/id");
    act(bureau, "lihua", id, "submit");
    CHECK(bureau.as("xiezhi").post(kDocuments + id + "/votes", {{"ballot", "approve"}}).status ==
          200);
}

// A new version of the rules, and a document that is moved to it.
void use_requests(std::set<std::string>& granted) {
    Bureau bureau(with_requests());
    const auto public_ = bureau.anonymous();
    const auto taken = public_.post("/public/v1/requests", application());
    REQUIRE(taken.status == 201);
    const std::string path = "/public/v1/requests/" + taken.text("/query_code");
    CHECK(public_.get(path).status == 200);
    CHECK(public_.send("POST", path + "/confirm", "").status == 200);
    CHECK(public_.get("/public/v1/tariffs/information_fee/quote?method=per_item&count=1").status ==
          200);
    const auto officer = bureau.as("liuyang");
    const std::string document =
        "/api/v1/documents/" +
        officer.get("/api/v1/documents?flow=request").text("/documents/0/id");
    const auto edit = [&](const json::object& fields) {
        CHECK(officer
                  .patch(document, {{"fields", fields}},
                         {{"If-Match", officer.get(document).header("ETag")}})
                  .status == 200);
    };
    edit({{"received_on", "2026-03-02"}});
    CHECK(officer.post(document + "/actions/register", json::object{}).status == 200);
    edit({{"outcome", "granted"}, {"outcome_reason", "该文件可以公开。"}});
    CHECK(officer.get(document + "/letters").status == 200);
    CHECK(officer.get(document + "/letters/reply.html").status == 200);
    granted.insert(bureau.granted().begin(), bureau.granted().end());
}

void use_a_migration(Bureau& bureau) {
    const auto id = draft(bureau);
    const std::string flow = "/api/v1/flows/execution";
    const auto before = bureau.as("lihua").get(flow).text("/definition");
    auto rules = shipped_rules();
    for (auto& file : rules)
        if (file.path == "execution.yaml")
            file.text.replace(file.text.find("title: 起草"), 13, "title: 拟稿");
    REQUIRE(bureau.application().reload_rules(rules).has_value());
    CHECK(bureau.as("lihua").get(flow).text("/definition") != before);
    // Until it is moved, the document follows the rules that it began under.
    CHECK(bureau.as("lihua").get(kDocuments + id).text("/flow/definition") == before);
    const auto moved = bureau.as("sysadmin").post(kDocuments + id + "/migrate", json::object());
    CHECK(moved.status == 200);
    CHECK(moved.text("/definition") != before);
    CHECK(bureau.as("lihua").get(kDocuments + id).text("/states/0/title") == "拟稿");
}

void use_another_system(Bureau& bureau) {
    const auto oa = bureau.as("city-oa");
    const std::string path = "/api/v1/sources/city-oa/documents/%E5%8A%9E-2026-17";
    CHECK(oa.get(path).status == 404);
    const auto first = oa.put(path, new_document());
    CHECK(first.status == 201);
    const auto leaves = bureau.leaves();
    const auto same = oa.put(path, new_document());
    CHECK(same.status == 200);
    CHECK(same.at("/changed") == false);
    CHECK(bureau.leaves() == leaves);
    const auto other = oa.put(path, new_document({{"title", "改过的标题"}}));
    CHECK(other.status == 200);
    CHECK(other.at("/changed") == true);
    CHECK(other.text("/id") == first.text("/id"));
    const auto shown = oa.get(path);
    CHECK(shown.text("/source") == "city-oa");
    CHECK(shown.text("/source_id") == "办-2026-17");
    CHECK(shown.text("/title") == "改过的标题");
    CHECK(bureau.as("chenjun").get(path).status == 404);
}

void use_subscribers(Bureau& bureau) {
    const auto admin = bureau.as("sysadmin");
    const json::value body{{"name", "市级OA"}, {"url", "https://oa.example/steps"}};
    const auto added = admin.post("/api/v1/subscribers", body);
    CHECK(added.status == 201);
    CHECK(added.text("/secret").starts_with("whsec_"));
    CHECK(bureau.as("lihua").post("/api/v1/subscribers", body).code() == "not_allowed");
    CHECK(bureau.as("lihua").get("/api/v1/subscribers").code() == "not_allowed");
    CHECK(bureau.as("auditor").get("/api/v1/subscribers").body.find("whsec_") == std::string::npos);
    const std::string row = "/api/v1/subscribers/" + std::to_string(added.number("/id"));
    CHECK(admin.patch(row, {{"active", false}}).status == 204);
    CHECK(admin.get("/api/v1/subscribers").at("/subscribers/0/active") == false);
    CHECK(admin.patch(row, {{"active", true}}).status == 204);

    // A step makes a message; one that could not be delivered is seen, and sent again.
    draft(bureau);
    std::uint64_t number = 0;
    const auto subscriber = static_cast<std::uint32_t>(added.number("/id"));
    REQUIRE(bureau.application()
                .store()
                .read([&](storage::Reader& reader) -> engine::Result<void> {
                    TRY(const auto ready, reader.outbox_ready(subscriber, bureau.clock.now(), 10));
                    number = ready.at(0).number;
                    return {};
                })
                .has_value());
    REQUIRE(bureau.application()
                .store()
                .run([&](storage::Transaction& tx) { return tx.outbox_dead(number, "refused"); })
                .has_value());
    CHECK(bureau.as("lihua").get("/api/v1/dead-letters").code() == "not_allowed");
    const auto letters = bureau.as("auditor").get("/api/v1/dead-letters");
    CHECK(letters.text("/messages/0/last_error") == "refused");
    const std::string replay = "/api/v1/dead-letters/" + std::to_string(number) + "/replay";
    CHECK(bureau.as("auditor").send("POST", replay, "").status == 403);
    CHECK(admin.send("POST", replay, "").status == 204);
    CHECK(admin.send("POST", replay, "").status == 404);
    CHECK(admin.get("/api/v1/dead-letters").size("/messages") == 0);
}

void use_the_record(Bureau& bureau) {
    const auto checkpoint = bureau.anonymous().get("/public/v1/checkpoint");
    CHECK(checkpoint.status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/audit/leaves").code() == "not_allowed");
    std::uint64_t size = 0;
    std::string first = "0";
    while (!first.empty()) {
        const auto page = bureau.as("auditor").get("/api/v1/audit/leaves?limit=7&first=" + first);
        for (const auto& leaf : page.at("/leaves").as_array()) {
            const std::string bytes(leaf.at("bytes").as_string());
            CHECK(audit::to_hex(audit::leaf_hash(bytes)) == leaf.at("hash").as_string());
            CHECK(audit::decode_leaf(bytes).has_value());
            ++size;
        }
        first = page.text("/next");
    }
    CHECK(size == bureau.leaves());
    const auto path =
        bureau.anonymous().get("/public/v1/consistency?first=3&second=" + std::to_string(size));
    CHECK(path.status == 200);
    CHECK(bureau.anonymous().get("/public/v1/consistency?first=3").code() == "invalid_query");
    CHECK(bureau.anonymous().get("/public/v1/consistency?first=9&second=3").status == 404);
    CHECK(bureau.anonymous()
              .get("/public/v1/consistency?first=1&second=" + std::to_string(size + 1))
              .status == 404);
}

void look_around(Bureau& bureau) {
    const auto clerk = bureau.as("lihua");
    CHECK(clerk.get("/api/v1/flows").size("/flows") == bureau.application().flows().all().size());
    CHECK(clerk.get("/api/v1/flows/none").status == 404);
    for (const char* format : {"svg", "mermaid", "dot"})
        CHECK(clerk.get("/api/v1/flows/decision/diagram?format=" + std::string(format)).status ==
              200);
    const auto picture = clerk.get("/api/v1/flows/decision/diagram");
    CHECK(picture.header("Content-Security-Policy").find("sandbox") != std::string::npos);
    CHECK(clerk.get("/api/v1/departments").size("/departments") == 7);
    CHECK(clerk.get("/api/v1/catalog").size("/items") == 16);
    CHECK(bureau.anonymous().get("/public/v1/catalog").size("/items") == 16);
    CHECK(bureau.as("secadmin").get("/api/v1/deputies").status == 200);
    CHECK(bureau.anonymous().get("/healthz").body == "ok\n");
    CHECK(bureau.anonymous().get("/readyz").status == 200);
    CHECK(bureau.anonymous().get("/metrics").body.find("gongkai_steps_total") != std::string::npos);
    CHECK(bureau.anonymous().get("/openapi.yaml").status == 200);
}

void read_reports(Bureau& bureau) {
    const auto officer = bureau.as("liuyang");
    const std::string reports = "/api/v1/reports/";
    CHECK(officer.get(reports + "annual/2025").status == 200);
    CHECK(officer.get(reports + "annual/2025/cells/table3.total.newReceived").status == 200);
    CHECK(officer.get(reports + "statistics?from=2026-01-01&to=2026-03-31").status == 200);
    CHECK(officer.get(reports + "supervision").status == 200);
}

void relate(Bureau& bureau) {
    const auto officer = bureau.as("liuyang");
    const auto opened = [&](const char* flow) {
        const auto answer =
            officer.post("/api/v1/documents", {{"flow", flow}, {"department", "office"}});
        REQUIRE(answer.status == 201);
        return answer.text("/id");
    };
    const auto plan = opened("plan"), task = opened("plan_task");
    const auto related =
        officer.post(kDocuments + plan + "/relations", {{"relation", "tasks"}, {"document", task}});
    CHECK(related.status == 200);
    CHECK(officer.get(kDocuments + plan).text("/related/0/document") == task);
    CHECK(officer.get(kDocuments + task).text("/related_from/0/document") == plan);
}

void ask_about_time(Bureau& bureau) {
    const auto id = draft(bureau);
    CHECK(bureau.as("lihua").get(kDocuments + id + "/deadlines").status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/calendar").status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/duties").status == 200);
    const std::string year =
        "calendar: national\ntitle: 全国\nbasis: 放假办法\nyears:\n  2027:\n    status: published\n"
        "    source: http://www.gov.cn/2027\n    holidays:\n      元旦: {off: 01-01}\n";
    CHECK(bureau.as("sysadmin").post("/api/v1/calendar", {{"source", year}}).status == 200);
}

void publish_with_a_file(Bureau& bureau) {
    const auto digest = bureau.as("lihua").upload("附件").text("/sha256");
    auto body = new_document();
    body["attachments"] = json::array{{{"sha256", digest}, {"name", "附件.pdf"}}};
    const auto id = bureau.as("lihua").post("/api/v1/documents", body).text("/id");
    bring_to(bureau, id, "published");
    for (const std::string& path : {"/public/v1/documents/" + id, "/public/documents/" + id,
                                    "/public/v1/documents/" + id + "/proof",
                                    "/public/v1/documents/" + id + "/attachments/" + digest})
        CHECK(bureau.anonymous().get(path).status == 200);
    for (const std::string path : {"/history", "/alike", "/proof", "/diagram", "/attachments"})
        CHECK(bureau.as("lihua").get(kDocuments + id + path).status == 200);
    CHECK(bureau.as("lihua").get(kDocuments + id + "/attachments/" + digest).status == 200);
    CHECK(bureau.anonymous().get("/public/v1/documents?flow=execution").size("/documents") == 1);
    CHECK(bureau.anonymous().get("/public/v1/documents?flow=decision").size("/documents") == 0);
    CHECK(bureau.as("lihua").get("/api/v1/documents?publication=published").size("/documents") ==
          1);
}

void administer(Bureau& bureau) {
    const auto admin = bureau.as("sysadmin"), officer = bureau.as("secadmin");
    CHECK(admin.put("/api/v1/departments/training", {{"title", "培训科"}}).status == 204);
    const auto person = admin.post("/api/v1/people", {{"login", "newcomer"}, {"name", "新来"}});
    const std::string row = "/api/v1/people/" + std::to_string(person.number("/id"));
    CHECK(admin.patch(row, {{"name", "新同事"}}).status == 204);
    CHECK(admin.get(row).text("/name") == "新同事");
    CHECK(admin.get("/api/v1/people").size("/people") ==
          bureau.application().identity().directory()->directory().people.size());
    CHECK(officer
              .put(row + "/roles",
                   {{"roles", json::array{{{"role", "clerk"}, {"department", "training"}}}}})
              .status == 204);
    CHECK(officer.put(row + "/password", {{"password", "a-fine-password"}}).status == 204);
    CHECK(officer.get("/api/v1/roles").status == 200);
    const auto deputy =
        officer.post("/api/v1/deputies",
                     {{"principal", bureau.id("lihua")},
                      {"deputy", bureau.id("zhaomin")},
                      {"roles", {"clerk"}},
                      {"from", engine::to_string(bureau.clock.now())},
                      {"until", engine::to_string(bureau.clock.now() + engine::ms_per_day)}});
    CHECK(officer.del("/api/v1/deputies/" + std::to_string(deputy.number("/id"))).status == 204);
    const auto key =
        officer.post("/api/v1/keys", {{"machine", bureau.id("city-oa")}, {"label", "k"}});
    CHECK(officer.get("/api/v1/keys").status == 200);
    CHECK(officer.del("/api/v1/keys/" + std::to_string(key.number("/id"))).status == 204);
    const auto session = bureau.login("fanying");
    CHECK(session
              .put("/api/v1/me/password",
                   {{"present", bureau.password("fanying")}, {"password", "another-fine-one"}})
              .status == 204);
    CHECK(bureau.login("luotao").del("/api/v1/sessions").status == 204);
}

}  // namespace

TEST_CASE("operations: each of the contract is granted to whom it is for") {
    Bureau bureau;
    look_around(bureau);
    read_reports(bureau);
    use_the_steps(bureau);
    use_a_countersigning(bureau);
    use_another_system(bureau);
    publish_with_a_file(bureau);
    administer(bureau);
    CHECK(bureau.as("lihua")
              .post("/api/v1/actions/bulk",
                    {{"items", json::array{{{"document", draft(bureau)}, {"action", "submit"}}}}})
              .status == 200);
    CHECK(bureau.as("lihua").get("/api/v1/me").status == 200);
    use_subscribers(bureau);
    use_the_record(bureau);
    use_a_migration(bureau);
    ask_about_time(bureau);
    relate(bureau);

    // Of the public, on rules of their own.
    std::set<std::string> granted = bureau.granted();
    use_requests(granted);

    std::set<std::string> missing;
    for (const Operation& operation : Contract::shipped().operations())
        if (granted.count(operation.id) == 0) missing.insert(operation.id);
    CHECK(missing == std::set<std::string>{});
}
