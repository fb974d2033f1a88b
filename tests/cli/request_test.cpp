// What an officer asks the program about one request: what it costs, and its letters.
#include "tests/cli/request_office.hpp"

namespace gongkai::cli::testing {

namespace {

Ran fee(const std::string& method, const std::string& count) {
    return gongkai({"fee", "--method", method, "--count", count, "--json"});
}

}  // namespace

TEST_CASE("cli fee: band by band, as 国办函〔2020〕109号 has it") {
    struct Case {
        const char *method, *count;
        int yuan;
    };
    for (const Case& one : {Case{"per_item", "10", 0}, Case{"per_item", "12", 200},
                            Case{"per_item", "31", 2200}, Case{"per_volume", "30", 0},
                            Case{"per_volume", "120", 1100}, Case{"per_volume", "201", 2740}}) {
        const Ran ran = fee(one.method, one.count);
        INFO(one.method << ' ' << one.count << '\n' << told(ran));
        REQUIRE(ran.exit == 0);
        CHECK(ran.json().at("total_yuan") == one.yuan);
    }
    for (const auto& [method, count] : {std::pair{"per_weight", "1"}, std::pair{"per_item", "-1"},
                                        std::pair{"per_item", "two"}}) {
        const Ran ran = fee(method, count);
        INFO(method << ' ' << count << '\n' << told(ran));
        CHECK(ran.exit == 2);
        CHECK(ran.out.empty());
    }
}

TEST_CASE("cli document letter: the receipt is written once it is due, and nothing before") {
    const RequestOffice office;
    const std::string docx = (office.folder / "receipt.docx").string();
    const std::string html = (office.folder / "receipt.html").string();
    const auto letter = [&](const std::string& login) {
        return office.as(login, {"document", "letter", office.request, "receipt", "--docx", docx,
                                 "--html", html});
    };
    const Ran early = letter("liuyang");
    INFO(told(early));
    CHECK(early.exit == 1);
    CHECK_FALSE(std::filesystem::exists(docx));
    CHECK_FALSE(std::filesystem::exists(html));

    const Ran registered = office.as("liuyang", {"document", "act", office.request, "register"});
    INFO(told(registered));
    REQUIRE(registered.exit == 0);
    const Ran list = office.as("liuyang", {"document", "letter", office.request});
    CHECK(list.out.find("+ receipt ") != std::string::npos);
    CHECK(list.out.find("- reply_refused ") != std::string::npos);
    const Ran written = letter("liuyang");
    INFO(told(written));
    REQUIRE(written.exit == 0);
    CHECK(contents(docx).starts_with("PK"));
    CHECK(contents(html).find("2026年1月23日（含当日）") != std::string::npos);
    // What has been written is not written over.
    const std::string before = contents(docx);
    CHECK(letter("liuyang").exit != 0);
    CHECK(contents(docx) == before);
    CHECK(office.as("liuyang", {"document", "letter", office.request, "receipt"}).exit != 0);
}

}  // namespace gongkai::cli::testing
