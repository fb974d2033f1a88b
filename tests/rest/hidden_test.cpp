// What another department may not know of is answered like what does not exist.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

// A body that the operation can read, so that only the document decides.
json::value body_of(const std::string& operation) {
    if (operation == "edit_document") return {{"fields", {{"title", "别人的"}}}};
    if (operation == "act") return {{"comment", "意见"}};
    if (operation == "vote") return {{"ballot", "approve"}};
    if (operation == "reassign_task") return {{"to", 3}};
    if (operation == "consult")
        return {{"whom", {{"role", "expert"}, {"scope", "anywhere"}}}, {"question", "请教"}};
    if (operation == "relate_document") return {{"relation", "materials"}, {"document", "7"}};
    if (operation == "answer_consultation") return {{"answer", "同意"}};
    return json::object();
}

std::string target_of(const Operation& operation, const std::string& id,
                      const std::string& digest) {
    std::string target = operation.path;
    const auto fill = [&](std::string_view name, const std::string& value) {
        const auto at = target.find(name);
        if (at != target.npos) target.replace(at, name.size(), value);
    };
    fill("{id}", id);
    fill("{action}", "submit");
    fill("{number}", "1");
    fill("{signature}", "issue");
    fill("{sha256}", digest);
    if (operation.id == "show_difference") target += "?from=" + digest;
    return target;
}

}  // namespace

TEST_CASE("hidden: a foreign department's document is answered exactly like none, on every route") {
    Bureau bureau;
    const auto digest = bureau.as("lihua").upload("附件").text("/sha256");
    auto body = new_document();
    body["attachments"] = json::array{{{"sha256", digest}, {"name", "附件.pdf"}}};
    const auto id = bureau.as("lihua").post("/api/v1/documents", body).text("/id");
    const std::string none = std::to_string(std::stoull(id) - 1);
    const auto stranger = bureau.as("zhaomin");
    const auto revision = bureau.as("lihua").get("/api/v1/documents/" + id).header("ETag");

    std::size_t asked = 0;
    for (const Operation& operation : Contract::shipped().operations()) {
        if (!operation.path.starts_with("/api/v1/documents/{id}")) continue;
        for (const char* condition : {"", "\"1\"", "\"9\""}) {
            if (operation.method == "GET" && *condition != '\0') continue;
            Fields headers;
            if (*condition != '\0') headers.emplace_back("If-Match", condition);
            const auto ask = [&](const std::string& which) {
                const auto target = target_of(operation, which, digest);
                return operation.method == "GET"
                           ? stranger.get(target, headers)
                           : stranger.send(operation.method, target,
                                           json::serialize(body_of(operation.id)), headers);
            };
            const auto foreign = ask(id), missing = ask(none);
            INFO(operation.id << " " << condition << "\n" << show(foreign));
            const bool unconditional = operation.id == "edit_document" && *condition == '\0';
            CHECK(foreign.status == (unconditional ? 428 : 404));
            CHECK(foreign.without_request() == missing.without_request());
            CHECK(foreign.body.find(id) == std::string::npos);
            ++asked;
        }
    }
    CHECK(asked > 30);
    // Nothing moved, and no list, count or feed lets on.
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + id).header("ETag") == revision);
    CHECK(stranger.get("/api/v1/documents").size("/documents") == 0);
    CHECK(stranger.get("/api/v1/documents?department=employment").size("/documents") == 0);
    CHECK(stranger.get("/api/v1/worklist").number("/total") == 0);
    const auto bulk =
        stranger.post("/api/v1/actions/bulk",
                      {{"items", json::array{{{"document", id}, {"action", "submit"}},
                                             {{"document", none}, {"action", "submit"}}}}});
    CHECK(bulk.at("/items/0") == bulk.at("/items/1"));
    CHECK(bulk.number("/items/0/status") == 404);
}

TEST_CASE("hidden: knowing the digest of a file gives nobody the file") {
    Bureau bureau;
    const std::string bytes = "内部资料";
    const auto digest = bureau.as("lihua").upload(bytes).text("/sha256");
    auto body = new_document();
    body["department"] = "pension";
    body["attachments"] = json::array{{{"sha256", digest}, {"name", "x.pdf"}}};
    const auto stolen = bureau.as("zhaomin").post("/api/v1/documents", body);
    CHECK(stolen.status == 400);
    CHECK(stolen.text("/errors/0/fault") == "unknown_file");
    // Not one of a document that one may read either, unless one had it.
    CHECK(bureau.as("zhaomin").upload(bytes).status == 201);
    CHECK(bureau.as("zhaomin").post("/api/v1/documents", body).status == 201);
}

TEST_CASE("hidden: who is in the flow sees the document, and only with what they may do") {
    Bureau bureau;
    const auto id = draft(bureau);
    const std::string path = "/api/v1/documents/" + id;
    // Roles that the flow names anywhere, the department's own, and the auditor.
    for (const char* login : {"lihua", "wangfang", "yangmei", "sunli", "zhoujie", "auditor"}) {
        INFO(login);
        CHECK(bureau.as(login).get(path).status == 200);
    }
    for (const char* login : {"zhaomin", "chenjun", "sysadmin", "secadmin"}) {
        INFO(login);
        CHECK(bureau.as(login).get(path).status == 404);
    }
    // The auditor reads and changes nothing; nobody without a token sees anything.
    CHECK(try_to(bureau, "auditor", id, "submit").status == 403);
    CHECK(bureau.anonymous().get(path).status == 401);
    CHECK(bureau.anonymous().get(path).header("WWW-Authenticate") == "Bearer realm=\"gongkai\"");
    for (const char* token : {"Bearer gks_x", "Bearer ", "Basic bGlodWE6eA==", "bearer", ""}) {
        INFO(token);
        CHECK(bureau.anonymous().get(path, {{"Authorization", token}}).code() == "unauthenticated");
    }
}

TEST_CASE("hidden: moving a document to another version is the system administrator's, and told") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto leaves = bureau.leaves();
    const std::string path = "/api/v1/documents/" + id + "/migrate";
    const auto refused = bureau.as("lihua").post(path, json::object());
    CHECK(refused.status == 403);
    CHECK(refused.code() == "role_missing");
    CHECK(refused.text("/who_could/0/role") == "system_admin");
    // The attempt is a leaf, and the problem names it.
    CHECK(bureau.leaves() == leaves + 1);
    CHECK(refused.number("/record") == static_cast<std::int64_t>(leaves));
    const auto already = bureau.as("sysadmin").post(path, json::object());
    CHECK(already.status == 409);
}
