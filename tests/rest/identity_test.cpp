// Who is asking: sessions, people who are disabled, deputies, keys, and how often one may ask.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

std::string person(Bureau& bureau, const std::string& login) {
    return "/api/v1/people/" + std::to_string(bureau.id(login));
}

json::value login_as(const std::string& login, const std::string& password) {
    return {{"login", login}, {"password", password}};
}

std::string at(Bureau& bureau, std::int64_t days) {
    return engine::to_string(bureau.clock.now() + days * engine::ms_per_day);
}

}  // namespace

TEST_CASE("sessions: a login gives a token, and says who one is and what one may exercise") {
    Bureau bureau;
    const auto answer =
        bureau.anonymous().post("/api/v1/sessions", login_as("lihua", bureau.password("lihua")));
    CHECK(answer.status == 201);
    CHECK(answer.text("/token").starts_with("gks_"));
    CHECK(answer.text("/expires") == "2026-03-02T13:00:00.000Z");
    CHECK(answer.text("/person/name") == "李华");
    CHECK(answer.header("Cache-Control") == "no-store");
    const Caller clerk(bureau, answer.text("/token"));
    const auto self = clerk.get("/api/v1/me");
    CHECK(self.at("") == answer.at("/person"));
    CHECK(self.text("/roles/0/role") == "clerk");
    CHECK(self.text("/roles/0/department") == "employment");
    // Nobody's password is in what anybody is told.
    CHECK(bureau.as("sysadmin").get("/api/v1/people").body.find("argon2") == std::string::npos);
}

TEST_CASE("sessions: a wrong password, an unknown login and a machine are told apart by nobody") {
    Bureau bureau;
    const auto leaves = bureau.leaves();
    std::string first;
    for (const char* login : {"lihua", "nobody", "city-oa", "LIHUA", "lihua "}) {
        const auto answer =
            bureau.anonymous().post("/api/v1/sessions", login_as(login, "wrong-password"));
        INFO(login);
        CHECK(answer.status == 401);
        CHECK(answer.code() == "invalid_credentials");
        if (first.empty()) first = answer.without_request();
        CHECK(answer.without_request() == first);
    }
    CHECK(bureau.anonymous().post("/api/v1/sessions", login_as("lihua", "")).status == 400);
    CHECK(bureau.leaves() == leaves);
}

TEST_CASE("sessions: who fails too often waits, and is told until when") {
    Bureau bureau;
    for (int i = 0; i < 5; ++i)
        CHECK(bureau.anonymous()
                  .post("/api/v1/sessions", login_as("lihua", "wrong-password"))
                  .status == 401);
    // The right password does not help now, and nobody else is kept out.
    const auto locked =
        bureau.anonymous().post("/api/v1/sessions", login_as("lihua", bureau.password("lihua")));
    CHECK(locked.status == 429);
    CHECK(locked.code() == "too_many_attempts");
    CHECK(locked.text("/from") == "2026-03-02T01:00:30.000Z");
    const int wait = std::stoi("0" + locked.header("Retry-After"));
    CHECK(wait >= 30);
    CHECK(bureau.as("wangfang").get("/api/v1/me").status == 200);
    bureau.clock.advance_ms(wait * 1'000);
    CHECK(bureau.as("lihua").get("/api/v1/me").status == 200);
}

TEST_CASE("sessions: after logging out, or twelve hours, the token is void; another one is not") {
    Bureau bureau;
    const auto first = bureau.login("lihua"), second = bureau.login("lihua");
    CHECK(first.del("/api/v1/sessions").status == 204);
    CHECK(first.get("/api/v1/me").status == 401);
    CHECK(first.post("/api/v1/documents", new_document()).status == 401);
    CHECK(first.del("/api/v1/sessions").status == 401);
    CHECK(second.get("/api/v1/me").status == 200);
    // A session outlives a restart; one that has ended does not come back.
    bureau.close();
    REQUIRE(bureau.open().has_value());
    CHECK(second.get("/api/v1/me").status == 200);
    CHECK(first.get("/api/v1/me").status == 401);
    bureau.clock.advance_ms(12 * engine::ms_per_hour - 1);
    CHECK(second.get("/api/v1/me").status == 200);
    bureau.clock.advance_ms(1);
    CHECK(second.get("/api/v1/me").status == 401);
}

TEST_CASE("people: one who is disabled in mid-session is out from the next request on") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto clerk = bureau.as("lihua");
    CHECK(bureau.as("sysadmin").patch(person(bureau, "lihua"), {{"active", false}}).status == 204);
    const auto leaves = bureau.leaves();
    CHECK(clerk.get("/api/v1/worklist").status == 401);
    CHECK(clerk.post("/api/v1/documents/" + id + "/actions/submit", json::object()).code() ==
          "unauthenticated");
    CHECK(bureau.anonymous()
              .post("/api/v1/sessions", login_as("lihua", bureau.password("lihua")))
              .code() == "invalid_credentials");
    CHECK(bureau.leaves() == leaves);
    // Enabled again: the old session stays ended, a new login works.
    CHECK(bureau.as("sysadmin").patch(person(bureau, "lihua"), {{"active", true}}).status == 204);
    CHECK(clerk.get("/api/v1/worklist").status == 401);
    CHECK(bureau.login("lihua").get("/api/v1/worklist").status == 200);
}

TEST_CASE("people: a new password ends the sessions, and must be fit") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto change = [&](const std::string& present, const std::string& next) {
        return clerk.put("/api/v1/me/password", {{"present", present}, {"password", next}});
    };
    CHECK(change("wrong", "a-long-enough-one").code() == "wrong_password");
    CHECK(change(bureau.password("lihua"), "short").code() == "unfit_password");
    CHECK(change(bureau.password("lihua"), "aaaaaaaaaaaa").code() == "unfit_password");
    CHECK(clerk.get("/api/v1/me").status == 200);
    CHECK(change(bureau.password("lihua"), "a-long-enough-one").status == 204);
    CHECK(clerk.get("/api/v1/me").status == 401);
    CHECK(bureau.anonymous()
              .post("/api/v1/sessions", login_as("lihua", bureau.password("lihua")))
              .status == 401);
    CHECK(bureau.anonymous()
              .post("/api/v1/sessions", login_as("lihua", "a-long-enough-one"))
              .status == 201);
    // Of somebody else: the security administrator's, and only theirs.
    const json::value forgotten{{"password", "another-long-one"}};
    CHECK(bureau.as("sysadmin").put(person(bureau, "lihua") + "/password", forgotten).code() ==
          "not_allowed");
    CHECK(bureau.as("secadmin").put(person(bureau, "lihua") + "/password", forgotten).status ==
          204);
}

TEST_CASE("people: the three officers keep each other in check (三员)") {
    Bureau bureau;
    const json::value auditor{
        {"roles", json::array{{{"role", "auditor"}, {"department", "audit"}}}}};
    const json::value clerk{{"roles", json::array{{{"role", "clerk"}, {"department", "legal"}}}}};
    const auto roles = [&](const std::string& by, const std::string& whom,
                           const json::value& list) {
        return bureau.as(by).put(person(bureau, whom) + "/roles", list);
    };
    CHECK(roles("sysadmin", "lihua", clerk).code() == "not_allowed");
    CHECK(roles("lihua", "lihua", clerk).code() == "not_allowed");
    CHECK(roles("secadmin", "secadmin", auditor).code() == "own_roles");
    CHECK(roles("secadmin", "city-oa", auditor).code() == "incompatible_roles");
    CHECK(roles("secadmin", "sysadmin", clerk).code() == "last_administrator");
    CHECK(roles("secadmin", "lihua", clerk).status == 204);
    // From the next request on.
    CHECK(bureau.as("lihua").get("/api/v1/me").text("/roles/0/department") == "legal");
    CHECK(bureau.as("lihua").post("/api/v1/documents", new_document()).status == 403);
    CHECK(bureau.as("sysadmin").patch(person(bureau, "sysadmin"), {{"active", false}}).code() ==
          "last_administrator");

    const auto added =
        bureau.as("sysadmin").post("/api/v1/people", {{"login", "newcomer"}, {"name", "新来"}});
    CHECK(added.status == 201);
    CHECK(added.header("Location") == "/api/v1/people/" + std::to_string(added.number("/id")));
    CHECK(bureau.as("sysadmin")
              .post("/api/v1/people", {{"login", "newcomer"}, {"name", "又"}})
              .code() == "login_taken");
    CHECK(bureau.as("sysadmin").get(added.header("Location")).text("/login") == "newcomer");
    CHECK(bureau.as("sysadmin").get("/api/v1/people/9999").status == 404);
    CHECK(bureau.as("sysadmin").put("/api/v1/departments/training", {{"title", "培训科"}}).status ==
          204);
    CHECK(bureau.as("lihua").put("/api/v1/departments/training", {{"title", "x"}}).status == 403);
    CHECK(bureau.as("lihua").get("/api/v1/departments").body.find("培训科") != std::string::npos);
    CHECK(bureau.as("lihua").get("/api/v1/roles").size("/roles") > 10);
    // Others see names, not logins and roles.
    const auto seen = bureau.as("lihua").get("/api/v1/people");
    CHECK(seen.body.find("zhaomin") == std::string::npos);
    CHECK(seen.body.find("赵敏") != std::string::npos);
}

TEST_CASE("deputies: their rights begin and end with the period, and the record says for whom") {
    Bureau bureau;
    const auto id = draft(bureau);
    act(bureau, "lihua", id, "submit");
    const auto appointed = bureau.as("wangfang")
                               .post("/api/v1/deputies", {{"principal", bureau.id("wangfang")},
                                                          {"deputy", bureau.id("chenjun")},
                                                          {"from", at(bureau, 1)},
                                                          {"until", at(bureau, 3)}});
    CHECK(appointed.status == 201);
    const std::string path = "/api/v1/documents/" + id;

    // Not yet: of another department, chenjun does not even know of it.
    CHECK(bureau.as("chenjun").get(path).status == 404);
    CHECK(try_to(bureau, "chenjun", id, "agree").status == 404);
    bureau.advance_days(1);
    CHECK(bureau.as("chenjun").get(path).status == 200);
    const auto worklist = bureau.as("chenjun").get("/api/v1/worklist");
    CHECK(worklist.text("/tasks/0/on_behalf_of/name") == "王芳");
    CHECK(worklist.text("/counts/0/on_behalf_of/name") == "王芳");
    CHECK(bureau.as("chenjun").get("/api/v1/me").body.find("王芳") != std::string::npos);
    CHECK(bureau.as("chenjun")
              .get(path + "/actions?on_behalf_of=" + std::to_string(bureau.id("wangfang")))
              .at("/actions/0/allowed") == true);
    // On behalf of somebody whom one does not deputise for: no.
    CHECK(bureau.as("chenjun")
              .post(path + "/actions/agree", {{"on_behalf_of", bureau.id("zhoujie")}})
              .status == 403);
    CHECK(bureau.as("chenjun")
              .post(path + "/actions/agree", {{"on_behalf_of", bureau.id("wangfang")}})
              .status == 200);
    const auto document = bureau.as("lihua").get(path);
    CHECK(document.text("/signatures/0/signer/name") == "陈军");
    CHECK(document.text("/signatures/0/on_behalf_of/name") == "王芳");
    const auto history = bureau.as("lihua").get(path + "/history");
    CHECK(history.text("/entries/0/on_behalf_of/name") == "王芳");

    // The period is over: only having signed still shows the document.
    const auto second = draft(bureau);
    act(bureau, "lihua", second, "submit");
    bureau.advance_days(2);
    CHECK(bureau.as("chenjun").get(path).status == 200);
    CHECK(bureau.as("chenjun").get("/api/v1/documents/" + second).status == 404);
    CHECK(try_to(bureau, "chenjun", second, "agree").status == 404);
    CHECK(bureau.as("chenjun").get("/api/v1/worklist").number("/total") == 0);
}

TEST_CASE("deputies: a drafter does not review their own document as somebody's deputy") {
    Bureau bureau;
    const auto appoint = [&](const std::string& by, const std::string& principal,
                             const std::string& deputy, std::int64_t days) {
        return bureau.as(by).post("/api/v1/deputies", {{"principal", bureau.id(principal)},
                                                       {"deputy", bureau.id(deputy)},
                                                       {"from", at(bureau, 0)},
                                                       {"until", at(bureau, days)}});
    };
    const auto appointed = appoint("secadmin", "wangfang", "lihua", 10);
    CHECK(appointed.status == 201);
    const auto id = draft(bureau);
    act(bureau, "lihua", id, "submit");
    const auto refused = try_to(bureau, "lihua", id, "agree");
    CHECK(refused.status == 403);
    CHECK(refused.code() == "own_draft");
    // Recalled, there is nothing left to refuse but the role.
    const std::string row = "/api/v1/deputies/" + std::to_string(appointed.number("/id"));
    CHECK(bureau.as("zhaomin").del(row).code() == "not_allowed");
    CHECK(bureau.as("wangfang").del(row).status == 204);
    CHECK(try_to(bureau, "lihua", id, "agree").code() == "role_missing");
    CHECK(bureau.as("secadmin").get("/api/v1/deputies").at("/deputies/0/revoked") == true);

    CHECK(appoint("lihua", "wangfang", "lihua", 10).code() == "not_allowed");
    CHECK(appoint("secadmin", "wangfang", "wangfang", 10).code() == "invalid_value");
    CHECK(appoint("secadmin", "wangfang", "chenjun", 400).code() == "period_invalid");
    CHECK(appoint("secadmin", "wangfang", "chenjun", 0).code() == "period_invalid");
    CHECK(appoint("secadmin", "secadmin", "sysadmin", 10).code() == "incompatible_roles");
}

TEST_CASE("keys: a machine has keys, which expire and are revoked") {
    Bureau bureau;
    const auto machine = bureau.id("city-oa");
    const auto issued =
        bureau.as("secadmin")
            .post("/api/v1/keys",
                  {{"machine", machine}, {"label", "第二把"}, {"expires", at(bureau, 1)}});
    CHECK(issued.status == 201);
    const Caller oa(bureau, issued.text("/key"));
    CHECK(oa.get("/api/v1/me").at("/machine") == true);
    CHECK(bureau.as("auditor").get("/api/v1/keys").size("/keys") == 2);
    CHECK(bureau.as("auditor").get("/api/v1/keys").body.find("gkm_") == std::string::npos);
    CHECK(bureau.as("lihua").get("/api/v1/keys").size("/keys") == 0);
    CHECK(
        bureau.as("sysadmin").post("/api/v1/keys", {{"machine", machine}, {"label", "x"}}).code() ==
        "not_allowed");
    CHECK(bureau.as("secadmin")
              .post("/api/v1/keys", {{"machine", bureau.id("lihua")}, {"label", "x"}})
              .status == 422);
    bureau.advance_days(1);
    CHECK(oa.get("/api/v1/me").status == 401);
    const auto third =
        bureau.as("secadmin").post("/api/v1/keys", {{"machine", machine}, {"label", "第三把"}});
    const Caller again(bureau, third.text("/key"));
    CHECK(again.get("/api/v1/me").status == 200);
    const std::string row = "/api/v1/keys/" + std::to_string(third.number("/id"));
    CHECK(bureau.as("secadmin").del(row).status == 204);
    CHECK(again.get("/api/v1/me").status == 401);
    CHECK(bureau.as("secadmin").del("/api/v1/keys/999").status == 404);
}

TEST_CASE(
    "rate limits: too many requests of one person, peer or login wait, and are told how long") {
    BureauOptions options;
    options.service = [](api::ServiceOptions& service) {
        // So slow that nothing is refilled while the test runs.
        service.limits.login = {0.001, 3};
        service.limits.person = {0.001, 5};
        service.limits.anonymous = {0.001, 4};
    };
    Bureau bureau(options);
    const auto clerk = bureau.as("lihua");
    const auto slowed = [](const Answer& answer) {
        INFO(show(answer));
        CHECK(answer.status == 429);
        CHECK(answer.code() == "too_many_requests");
        CHECK(std::stoi("0" + answer.header("Retry-After")) > 100);
    };
    for (int i = 0; i < 5; ++i)
        CHECK(clerk.get("/api/v1/me").status == 200);
    slowed(clerk.get("/api/v1/me"));
    const auto leaves = bureau.leaves();
    slowed(clerk.post("/api/v1/documents", new_document()));
    CHECK(bureau.leaves() == leaves);
    // Somebody else has an allowance of their own; so has the public; logging in has a third.
    CHECK(bureau.as("wangfang").get("/api/v1/me").status == 200);
    for (int i = 0; i < 4; ++i)
        CHECK(bureau.anonymous().get("/public/v1/documents").status == 200);
    slowed(bureau.anonymous().get("/public/v1/documents"));
    CHECK(bureau.anonymous().post("/api/v1/sessions", login_as("x", "y")).status == 401);
    slowed(bureau.anonymous().post("/api/v1/sessions", login_as("x", "y")));
}
