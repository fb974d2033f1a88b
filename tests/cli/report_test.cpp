// gongkai report: the shipped mapping on the shipped flows, as the disclosure officer runs it.
#include <algorithm>
#include <filesystem>

#include "tests/cli/request_office.hpp"

namespace gongkai::cli::testing {

namespace {

// The files that a report is asked for, in `folder`: NAME.html, .docx and .xlsx.
std::vector<std::string> with_files(const Folder& folder, std::vector<std::string> all) {
    const std::string name = (folder / all.front()).string();
    all.insert(all.end(), {"--json", "--html", name + ".html", "--docx", name + ".docx", "--xlsx",
                           name + ".xlsx"});
    return all;
}

void check_files(const Folder& folder, const std::string& name) {
    for (const char* kind : {".html", ".docx", ".xlsx"}) {
        const auto file = folder / (name + kind);
        CHECK(std::filesystem::exists(file));
        keep_page(file);
    }
    CHECK(contents(folder / (name + ".docx")).starts_with("PK"));
    CHECK(contents(folder / (name + ".xlsx")).starts_with("PK"));
}

// The object of the list whose member `key` is `value`.
const boost::json::value& one_of(const boost::json::value& list, const char* key,
                                 const char* value) {
    const auto& all = list.as_array();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& each) { return each.at(key) == value; });
    INFO(key << " = " << value << " in " << boost::json::serialize(list));
    REQUIRE(found != all.end());
    return *found;
}

}  // namespace

TEST_CASE("cli report: the shipped mapping makes the annual report out of the shipped flows") {
    const RequestOffice office;
    const auto page = office.folder / "annual.html";
    const Ran ran =
        office.report("liuyang", with_files(office.folder, {"annual", "--year", "2025"}));
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    const boost::json::value figures = ran.json();
    const auto& person = figures.at("table3").at("naturalPerson");
    CHECK(person.at("newReceived") == 1);
    CHECK(person.at("carriedForward") == 1);
    CHECK(person.at("results").at("totalProcessed") == 0);
    CHECK(contents(page).find("结转下年度继续办理") != std::string::npos);
    check_files(office.folder, "annual");
    const Ran next = office.report("yangmei", {"annual", "--year", "2026", "--cell",
                                               "table3.naturalPerson.carriedOver", "--json"});
    INFO(told(next));
    REQUIRE(next.exit == 0);
    CHECK(next.json().at("figure") == 1);
    CHECK(next.json().at("documents").as_array().size() == 1);
}

TEST_CASE("cli report: nobody gets a report that is not theirs, or of no year, or a cell of none") {
    const RequestOffice office;
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
    CHECK(cell.err.find("report_unknown_cell") != std::string::npos);
    CHECK(cell.err.find("没有单元格") != std::string::npos);
    CHECK(cell.out.empty());
}

TEST_CASE("cli report: the statistics say what is overdue, as figures and as pages") {
    const RequestOffice office;
    const Ran ran = office.report(
        "liuyang",
        with_files(office.folder, {"statistics", "--from", "2025-01-01", "--to", "2025-12-31"}));
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    const boost::json::value figures = ran.json();
    CHECK(figures.at("documents") == 0);  // it was opened later than that
    const auto& reply = one_of(figures.at("deadlines"), "deadline", "reply");
    CHECK(reply.at("flow") == "request");
    CHECK(reply.at("overdue") == 1);
    CHECK(reply.at("kept") == 0);
    CHECK(one_of(figures.at("steps"), "state", "receiving").at("waiting") == 1);
    CHECK(contents(office.folder / "statistics.html").find("答复期限") != std::string::npos);
    check_files(office.folder, "statistics");

    const Ran turned =
        office.report("liuyang", {"statistics", "--from", "2025-12-31", "--to", "2025-01-01"});
    CHECK(turned.exit == 1);
    CHECK(turned.out.empty());
    const Ran foreign = office.report("lihua", {"statistics", "--from", "2025-01-01", "--to",
                                                "2025-12-31", "--department", "office"});
    CHECK(foreign.exit == 1);
    CHECK(foreign.err.find("not_allowed") != std::string::npos);
    CHECK(foreign.out.empty());
}

TEST_CASE("cli report: the supervision shows what is late and who has to act") {
    const RequestOffice office;
    const Ran ran = office.report("liuyang", with_files(office.folder, {"supervision"}));
    INFO(told(ran));
    REQUIRE(ran.exit == 0);
    const boost::json::value view = ran.json();
    CHECK(view.at("all_late") == 1);
    const auto& late = one_of(view.at("late"), "document", office.request.c_str());
    CHECK(late.at("deadline") == "reply");
    CHECK(late.at("due") == "2026-01-23");
    CHECK(late.at("next").at(0).at("state") == "receiving");
    CHECK(one_of(view.at("departments"), "department", "office").at("late") == 1);
    CHECK(contents(office.folder / "supervision.html").find("就业补助资金分配方案") !=
          std::string::npos);
    check_files(office.folder, "supervision");

    const Ran foreign = office.report("lihua", {"supervision", "--department", "office"});
    CHECK(foreign.exit == 1);
    CHECK(foreign.out.empty());
}

}  // namespace gongkai::cli::testing
