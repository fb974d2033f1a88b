// gongkai report: the shipped mapping on the shipped flows, as the disclosure officer runs it.
#include <filesystem>

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace {

// The sample bureau on the shipped rules with one request of 2025 that nobody has answered.
class ReportOffice : public Installation {
  public:
    ReportOffice() {
        rules = GONGKAI_SOURCE_DIR "/workflows";
        const auto application = serve();
        settle(*application);
        const auto directory = application->identity().directory();
        app::StepRequest request;
        request.principal = {directory->person("liuyang")->id, false, {}};
        request.input = app::input::Open{"request",
                                         "office",
                                         {{"title", std::string("就业补助资金分配方案")},
                                          {"applicant_kind", std::string("natural_person")},
                                          {"received_on", std::string("2025-12-25")}},
                                         {}};
        const auto outcome = application->documents().run(std::move(request));
        REQUIRE(std::holds_alternative<app::Done>(outcome));
        REQUIRE(application->close().has_value());
    }
    Ran report(const std::string& login, std::vector<std::string> all) const {
        all.insert(all.begin(), "report");
        all.insert(all.end(), {"--as", login, "--data", words()});
        return gongkai(all);
    }
};

}  // namespace

TEST_CASE("cli report: the shipped mapping makes the annual report out of the shipped flows") {
    const ReportOffice office;
    const auto page = office.folder / "annual.html";
    const Ran ran =
        office.report("liuyang", {"annual", "--year", "2025", "--json", "--html", page.string()});
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    const boost::json::value figures = ran.json();
    const auto& person = figures.at("table3").at("naturalPerson");
    CHECK(person.at("newReceived") == 1);
    CHECK(person.at("carriedForward") == 1);
    CHECK(person.at("results").at("totalProcessed") == 0);
    CHECK(contents(page).find("结转下年度继续办理") != std::string::npos);
    const Ran next = office.report("yangmei", {"annual", "--year", "2026", "--cell",
                                               "table3.naturalPerson.carriedOver", "--json"});
    INFO(told(next));
    REQUIRE(next.exit == 0);
    CHECK(next.json().at("figure") == 1);
    CHECK(next.json().at("documents").as_array().size() == 1);
}

TEST_CASE("cli report: nobody gets a report that is not theirs, or of no year, or a cell of none") {
    const ReportOffice office;
    const auto page = office.folder / "annual.html";
    const Ran clerk = office.report("lihua", {"annual", "--year", "2025", "--html", page.string()});
    CHECK(clerk.exit == 1);
    CHECK(clerk.err.find("not_allowed") != std::string::npos);
    CHECK(clerk.out.empty());
    CHECK_FALSE(std::filesystem::exists(page));
    const Ran year =
        office.report("liuyang", {"annual", "--year", "2007", "--html", page.string()});
    CHECK(year.exit == 1);
    CHECK(year.err.find("report_unknown_year") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(page));
    const Ran cell =
        office.report("liuyang", {"annual", "--year", "2025", "--cell", "table3.nobody"});
    CHECK(cell.exit != 0);
    CHECK(cell.out.empty());
}

}  // namespace gongkai::cli::testing
