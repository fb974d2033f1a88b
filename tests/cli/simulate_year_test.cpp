// A small year at the terminal: it is kept, it can be reported on afterwards, and the words that
// are off end as they should.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace {

namespace fs = std::filesystem;
enum { kOk = 0, kFound = 1, kUsage = 2, kBadInput = 3 };

}  // namespace

TEST_CASE("cli: simulate --year keeps an installation whose annual report can be asked for") {
    const Folder folder;
    const std::string data = folder / "data", reports = folder / "reports";
    const std::vector<std::string> words{"simulate", "--year",   "2026",  "--documents",
                                         "27",       "--data",   data,    "--seed",
                                         "9",        "--report", reports, "--json"};
    const Ran year = gongkai(words);
    INFO(told(year));
    REQUIRE(year.exit == kOk);
    const boost::json::value told_by_it = year.json();
    const auto& json = told_by_it.as_object();
    CHECK(json.at("held").as_bool());
    CHECK(json.at("annual_made").as_bool());
    CHECK(json.at("year") == 2026);
    CHECK(json.at("documents_in_year").to_number<int>() >= 27);
    CHECK(json.at("breaches").as_array().empty());
    for (const char* file :
         {"year.json", "annual.json", "annual.docx", "statistics.html", "supervision.html"}) {
        INFO(file);
        CHECK(fs::file_size(fs::path(reports) / file) > 100);
    }
    const Ran annual = gongkai(
        {"report", "annual", "--year", "2026", "--as", "auditor", "--data", data, "--json"});
    INFO(told(annual));
    CHECK(annual.exit == kOk);

    // A year begins with nobody and nothing.
    const Ran again = gongkai(words);
    CHECK(again.exit == kBadInput);
    CHECK(again.err.find("holds an installation already") != std::string::npos);
}

TEST_CASE("cli: simulate --year with words that are off, or rules without a year, does nothing") {
    CHECK(gongkai({"simulate", "--documents", "10"}).exit == kUsage);
    CHECK(gongkai({"simulate", "--year", "1066"}).exit == kUsage);
    CHECK(gongkai({"simulate", "--year", "2026", "--documents", "0"}).exit == kUsage);
    const Folder folder;
    const std::string data = folder / "data";
    const Ran none = gongkai({"simulate", rules_folder(), "--year", "2026", "--data", data});
    INFO(told(none));
    CHECK(none.exit == kBadInput);
    CHECK(none.err.find("simulation/office_year.yaml") != std::string::npos);
    CHECK_FALSE(fs::exists(data));
}

}  // namespace gongkai::cli::testing
