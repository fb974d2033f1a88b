// gongkai deadline and gongkai calendar: how a day came about, and what a notice would move.
#include "app/clock.hpp"
#include "engine/time.hpp"
#include "tests/cli/request_office.hpp"

namespace gongkai::cli::testing {

namespace {

const std::string kHead =
    "calendar: national\ntitle: 全国\nbasis: 全国年节及纪念日放假办法\nyears:\n";

std::string year(const std::string& number, const std::string& holidays) {
    return "  " + number + ":\n    status: published\n    source: https://www.gov.cn/\n" +
           "    holidays:\n      " + holidays + "\n";
}

// A notice by which the seven days after today are off, whatever the year end does to them.
std::string week_off() {
    const engine::Date today = engine::date_in_china(gongkai::app::system_clock()->now());
    const std::string from = engine::to_string(today + 1), to = engine::to_string(today + 7);
    const auto off = [](const std::string& first, const std::string& last) {
        return "停工: {off: " + first + " to " + last + "}";
    };
    const std::string first_year = from.substr(0, 4), last_year = to.substr(0, 4);
    if (first_year == last_year) return kHead + year(first_year, off(from.substr(5), to.substr(5)));
    return kHead + year(first_year, off(from.substr(5), "12-31")) +
           year(last_year, off("01-01", to.substr(5)));
}

Ran explain(const RequestOffice& office, const std::string& deadline) {
    return office.as("liuyang", {"deadline", "explain", office.request, deadline});
}

}  // namespace

TEST_CASE("cli deadline explain: the day, its article and how it was counted") {
    const RequestOffice office;
    const Ran reply = explain(office, "reply");
    INFO(told(reply));
    REQUIRE(reply.exit == 0);
    CHECK(reply.out.find("答复期限 (reply)  2026-01-23\n  国令711 第33条\n") == 0);
    CHECK(reply.out.find("自 2025-12-25（提交、到达或者报送日期）起算，20 个工作日") !=
          std::string::npos);
    const Ran english =
        office.as("liuyang", {"deadline", "explain", office.request, "reply", "--english"});
    CHECK(english.out.find("2025-12-25") != std::string::npos);
    const Ran json = office.as("liuyang", {"deadline", "explain", office.request, "--json"});
    REQUIRE(json.exit == 0);
    CHECK_FALSE(json.json().at("deadlines").at(0).at("explained_zh").as_array().empty());

    const Ran none = explain(office, "nothing");
    CHECK(none.exit == 1);
    CHECK(none.out.empty());
    CHECK(office.as("liuyang", {"deadline", "explain", "999"}).exit != 0);
}

TEST_CASE("cli duty list: what the clock opens, when next, and what came last") {
    const RequestOffice office;
    const Ran list = gongkai({"duty", "list", "--data", office.words()});
    INFO(told(list));
    REQUIRE(list.exit == 0);
    CHECK(list.out.find("年度报告 (yearly_report)  office\n    next: ") != std::string::npos);
    CHECK(list.out.find("looks for: request alike in thing, of 3 or more by applicant_name") !=
          std::string::npos);
    CHECK(list.out.find("found and not opened: 0\n    opened: 0\n") != std::string::npos);
    const Ran json = gongkai({"duty", "list", "--data", office.words(), "--json"});
    REQUIRE(json.exit == 0);
    CHECK(json.json().at("duties").as_array().size() >= 5);
}

TEST_CASE("cli calendar load: a dry run says what would move, and moves nothing") {
    const RequestOffice office;
    const std::string file = office.write("year.yaml", week_off());
    const std::string counted = explain(office, "receiving/confirmation").out;
    const std::uint64_t before = office.leaves();
    const Ran dry = office.as("sysadmin", {"calendar", "load", file, "--dry-run"});
    INFO(told(dry));
    REQUIRE(dry.exit == 0);
    CHECK(dry.out.find("(dry run)") != std::string::npos);
    CHECK(dry.out.find("deadlines counted again: 1\n") != std::string::npos);
    CHECK(dry.out.find("receiving/confirmation") != std::string::npos);
    CHECK(office.leaves() == before);
    CHECK(explain(office, "receiving/confirmation").out == counted);

    const Ran stranger = office.as("lihua", {"calendar", "load", file});
    CHECK(stranger.exit == 1);
    CHECK(explain(office, "receiving/confirmation").out == counted);
    const std::uint64_t attempted = office.leaves();  // that attempt is in the record

    const Ran loaded = office.as("sysadmin", {"calendar", "load", file});
    INFO(told(loaded));
    REQUIRE(loaded.exit == 0);
    CHECK(loaded.out.find("deadlines counted again: 1\n") != std::string::npos);
    CHECK(office.leaves() > attempted);
    const std::string moved = explain(office, "receiving/confirmation").out;
    CHECK(moved != counted);
    CHECK(moved.find("停工") != std::string::npos);
    // What had run out before is what it was.
    CHECK(explain(office, "reply").out.find("2026-01-23") != std::string::npos);
    const Ran again = office.as("sysadmin", {"calendar", "load", file, "--dry-run"});
    CHECK(again.out.find("no day differs") != std::string::npos);
}

TEST_CASE("cli calendar load: a day both off and on is refused, and nothing is stored") {
    const RequestOffice office;
    const std::string file =
        office.write("2026.yaml", kHead + year("2026", "元旦: {off: 01-01 to 01-03, work: 01-03}"));
    const std::uint64_t before = office.leaves();
    const Ran ran = office.as("sysadmin", {"calendar", "load", file});
    INFO(told(ran));
    CHECK(ran.exit == 3);
    CHECK(ran.out.empty());
    CHECK(ran.err.find("error[") != std::string::npos);
    CHECK(office.leaves() == before);
    CHECK(explain(office, "reply").out.find("2026-01-23") != std::string::npos);
}

}  // namespace gongkai::cli::testing
