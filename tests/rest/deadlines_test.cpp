// Due dates that explain themselves, and a year's notice that comes late, over REST.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
namespace json = boost::json;

namespace {

std::string calendar_of_2027(const char* days) {
    return std::string(
               "calendar: national\ntitle: 全国\nbasis: 全国年节及纪念日放假办法\nyears:\n  2027:\n"
               "    status: published\n    source: http://www.gov.cn/2027\n    holidays:\n      "
               "元旦: ") +
           days + "\n";
}

}  // namespace

TEST_CASE("deadlines: a document says how its due dates came about") {
    Bureau bureau;
    const auto opened = bureau.as("lihua").post(
        "/api/v1/documents", {{"flow", "execution"},
                              {"department", "employment"},
                              {"fields", {{"title", "培训补贴"}, {"formed_at", "2026-09-18"}}}});
    REQUIRE(opened.status == 201);
    const std::string path = "/api/v1/documents/" + opened.text("/id") + "/deadlines";
    const auto deadlines = bureau.as("lihua").get(path);
    REQUIRE(deadlines.status == 200);
    CHECK(deadlines.text("/calendar").rfind("national", 0) == 0);
    CHECK(bureau.as("zhaomin").get(path).status == 404);
    CHECK(bureau.anonymous().get(path).status == 401);
    CHECK(bureau.as("lihua").get(path + "?all=1").status == 400);
}

TEST_CASE("duties: everybody who works here sees what the clock opens, nobody else") {
    Bureau bureau;
    const auto seen = bureau.as("lihua").get("/api/v1/duties");
    REQUIRE(seen.status == 200);
    const auto duties = json::parse(seen.body).at("duties").as_array();
    const auto found = std::find_if(duties.begin(), duties.end(), [](const json::value& duty) {
        return duty.at("name") == "yearly_report";
    });
    REQUIRE(found != duties.end());
    CHECK(found->at("every") == "year");
    CHECK(found->at("department") == "office");
    CHECK(found->at("next").at("day").as_string().ends_with("-01-02"));
    const auto often = std::find_if(duties.begin(), duties.end(), [](const json::value& duty) {
        return duty.at("name") == "asked_often";
    });
    REQUIRE(often != duties.end());
    CHECK(often->at("every") == "week");
    CHECK(often->at("alike").at("flow") == "request");
    CHECK(often->at("alike").at("within") == "12 months");
    CHECK(often->at("alike").at("waiting") == 0);
    CHECK(often->at("alike").at("opened").as_array().empty());
    CHECK(found->as_object().count("alike") == 0);
    CHECK(bureau.as("lihua").get("/api/v1/duties?all=1").status == 400);
    CHECK(bureau.anonymous().get("/api/v1/duties").status == 401);
}

TEST_CASE(
    "calendar: a system administrator loads a year; a wrong file is told and changes nothing") {
    Bureau bureau;
    const std::string before = bureau.as("lihua").get("/api/v1/calendar").text("/version");
    CHECK(before.rfind("national", 0) == 0);
    const auto load = [&](const char* login, const std::string& source, bool dry_run) {
        return bureau.as(login).post("/api/v1/calendar",
                                     {{"source", source}, {"dry_run", dry_run}});
    };
    const std::string good = calendar_of_2027("{off: 01-01 to 01-03}");
    const auto wrong = load("sysadmin", calendar_of_2027("{off: 01-02, work: 01-02}"), false);
    CHECK(wrong.status == 400);
    CHECK(wrong.body.find("malformed_calendar") != std::string::npos);
    CHECK(load("lihua", good, false).status == 403);
    CHECK(bureau.as("lihua").get("/api/v1/calendar").text("/version") == before);

    const auto dry = load("sysadmin", good, true);
    REQUIRE(dry.status == 200);
    CHECK(dry.text("/first_day") == "2027-01-01");
    CHECK(bureau.as("lihua").get("/api/v1/calendar").text("/version") == before);

    const auto loaded = load("sysadmin", good, false);
    REQUIRE(loaded.status == 200);
    CHECK(loaded.text("/from") == before);
    CHECK(loaded.text("/to") == dry.text("/to"));
    CHECK(bureau.as("lihua").get("/api/v1/calendar").text("/version") == loaded.text("/to"));
}
