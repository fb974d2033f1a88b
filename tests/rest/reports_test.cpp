// The reports over REST, on the shipped rules: who is given which, in which form, and what is
// refused without a figure being told.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
namespace json = boost::json;

namespace {

constexpr const char* kAnnual = "/api/v1/reports/annual/";

// A request of 2025 that nobody has answered.
std::string open_request(Bureau& bureau, const json::object& more) {
    json::object fields{{"title", "就业补助资金分配方案"}, {"received_on", "2025-12-25"}};
    for (const auto& [name, value] : more)
        fields[name] = value;
    const auto opened = bureau.as("liuyang").post(
        "/api/v1/documents",
        {{"flow", "request"}, {"department", "office"}, {"fields", std::move(fields)}});
    INFO(show(opened));
    REQUIRE(opened.status == 201);
    return opened.text("/id");
}

}  // namespace

TEST_CASE("reports: the annual report is given in four forms, and every cell with its documents") {
    Bureau bureau;
    const std::string id = open_request(bureau, {{"applicant_kind", "natural_person"}});
    const auto officer = bureau.as("liuyang");
    const auto report = officer.get(std::string(kAnnual) + "2025?documents=true");
    INFO(show(report));
    REQUIRE(report.status == 200);
    CHECK(report.number("/table3/naturalPerson/newReceived") == 1);
    CHECK(report.number("/table3/total/carriedForward") == 1);
    CHECK(report.text("/cells/table3.naturalPerson.newReceived/0") == id);
    CHECK(officer.get(std::string(kAnnual) + "2025").at("/cells").is_null());

    const std::pair<const char*, const char*> forms[] = {
        {".html", "text/html; charset=utf-8"},
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}};
    for (const auto& [ending, type] : forms) {
        const auto by_ending = officer.get(std::string(kAnnual) + "2025" + ending);
        INFO(ending);
        REQUIRE(by_ending.status == 200);
        CHECK(by_ending.header("Content-Type") == type);
        const std::string wanted = std::string(type).substr(0, std::string(type).find(';'));
        const auto by_accept = officer.get(std::string(kAnnual) + "2025", {{"Accept", wanted}});
        CHECK(by_accept.header("Content-Type") == type);
        CHECK(bureau.as("lihua").get(std::string(kAnnual) + "2025" + ending).status == 403);
    }

    const auto cell =
        officer.get(std::string(kAnnual) + "2026/cells/table3.naturalPerson.carriedOver");
    REQUIRE(cell.status == 200);
    CHECK(cell.number("/figure") == 1);
    CHECK(cell.text("/documents/0/id") == id);
}

TEST_CASE("reports: who may not see them, and what there is not, is told without a figure") {
    Bureau bureau;
    open_request(bureau, {{"applicant_kind", "natural_person"}});
    const std::string cell = "2025/cells/table3.total.newReceived";
    for (const std::string& target : {std::string("2025"), cell}) {
        const auto clerk = bureau.as("lihua").get(kAnnual + target);
        CHECK(clerk.status == 403);
        CHECK(clerk.code() == "not_allowed");
        CHECK(bureau.anonymous().get(kAnnual + target).status == 401);
        CHECK(bureau.as("auditor").get(kAnnual + target).status == 200);
    }
    const auto officer = bureau.as("liuyang");
    for (const char* year : {"2007", "2027"}) {
        const auto unknown = officer.get(std::string(kAnnual) + year);
        CHECK(unknown.status == 422);
        CHECK(unknown.code() == "report_unknown_year");
        CHECK_FALSE(unknown.text("/title_zh").empty());
    }
    CHECK(officer.get(std::string(kAnnual) + "last").status == 404);
    CHECK(officer.get(std::string(kAnnual) + "2025.pdf").status == 404);
    const auto cell_of_none = officer.get(std::string(kAnnual) + "2025/cells/table3.nobody");
    CHECK(cell_of_none.status == 422);
    CHECK(cell_of_none.code() == "report_unknown_cell");
    CHECK(officer.get(std::string(kAnnual) + "2025?documents=perhaps").status == 400);
}

TEST_CASE("reports: a report whose totals do not match is refused with its cells and documents") {
    Bureau bureau;
    const std::string id = open_request(bureau, {});
    const auto refused = bureau.as("liuyang").get(std::string(kAnnual) + "2025");
    INFO(show(refused));
    REQUIRE(refused.status == 422);
    CHECK(refused.at("/table3").is_null());
    bool without = false, differ = false;
    for (const json::value& fault : refused.at("/faults").as_array()) {
        CHECK_FALSE(fault.at("message_zh").as_string().empty());
        if (fault.at("code") == "report_without_applicant")
            without = fault.at("documents").at(0).as_string() == id;
        if (fault.at("code") == "report_totals_differ")
            differ = differ || !fault.at("cells").as_array().empty();
    }
    CHECK(without);
    CHECK(differ);
    // In no form.
    CHECK(bureau.as("liuyang").get(std::string(kAnnual) + "2025.xlsx").status == 422);
}

TEST_CASE("reports: statistics and the supervision are for those who may see the department") {
    Bureau bureau;
    REQUIRE(bureau.as("lihua")
                .post("/api/v1/documents",
                      {{"flow", "execution"},
                       {"department", "employment"},
                       {"fields", {{"title", "培训补贴"}, {"formed_at", "2026-03-02"}}}})
                .status == 201);
    const std::string period = "/api/v1/reports/statistics?from=2026-03-01&to=2026-03-31";
    const auto all = bureau.as("liuyang").get(period);
    INFO(show(all));
    REQUIRE(all.status == 200);
    CHECK(all.size("/departments") == 0);
    CHECK(all.number("/documents") == 1);
    CHECK(all.size("/classes") == 15);

    // A clerk's are those of their own department, and not one figure of another.
    const auto own = bureau.as("zhaomin").get(period);
    REQUIRE(own.status == 200);
    CHECK(own.text("/departments/0") == "pension");
    CHECK(own.number("/documents") == 0);
    CHECK(bureau.as("zhaomin").get(period + "&department=employment").status == 403);
    CHECK(bureau.anonymous().get(period).status == 401);

    const auto turned =
        bureau.as("liuyang").get("/api/v1/reports/statistics?from=2026-03-31&to=2026-03-01");
    CHECK(turned.status == 422);
    CHECK(turned.code() == "report_unknown_period");
    CHECK(bureau.as("liuyang").get("/api/v1/reports/statistics?from=2026-03-01").status == 400);
    CHECK(bureau.as("liuyang").get("/api/v1/reports/statistics?from=x&to=y").status == 400);

    const std::string supervision = "/api/v1/reports/supervision";
    CHECK(bureau.as("liuyang").get(supervision).status == 200);
    for (const std::string& target : {period + "&as=", supervision + "?as="}) {
        const auto page = bureau.as("liuyang").get(target + "html");
        CHECK(page.status == 200);
        CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
        CHECK(page.body.find("<!DOCTYPE html>") == 0);
        for (const std::string form : {"docx", "xlsx"}) {
            const auto file = bureau.as("liuyang").get(target + form);
            CHECK(file.status == 200);
            CHECK(file.body.starts_with("PK"));
            CHECK(file.header("Content-Disposition").find('.' + form) != std::string::npos);
        }
        CHECK(bureau.as("liuyang").get(target + "pdf").status == 400);
        CHECK(bureau.as("zhaomin").get(target + "html&department=employment").status == 403);
    }
    CHECK(bureau.as("zhaomin").get(supervision + "?department=employment").status == 403);
    CHECK(bureau.as("liuyang").get(supervision + "?departments=all").status == 400);
    CHECK(bureau.anonymous().get(supervision).status == 401);
}
