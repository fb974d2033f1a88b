// Repeated requests and the requests of one applicant: found, counted, shown with why, and nothing
// that the one who asks may not see.
#include "app/alike.hpp"

#include <algorithm>

#include "app/alike_traits.hpp"
#include "app/flow_scan.hpp"
#include "tests/app/request_desk.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kMonday = "2026-11-23T02:00:00.000Z";
constexpr const char* kFunds = "2024年度就业补助资金使用情况";

AlikeView alike(RequestDesk& desk, engine::DocumentId id, const std::string& login = "liuyang",
                int months = kAlikeMonths) {
    auto view = desk.application->alike().find(desk.as(login), id, months);
    INFO((view ? "" : view.error().message));
    REQUIRE(view.has_value());
    return std::move(*view);
}

// "id: group, group 83" for each, newest first.
std::vector<std::string> lines(const AlikeView& view) {
    std::vector<std::string> out;
    for (const AlikeRow& row : view.rows) {
        std::string line = std::to_string(row.document.id) + ":";
        for (const AlikeReason& reason : row.reasons)
            line += " " + view.groups[reason.group].group.name;
        out.push_back(line);
    }
    return out;
}

std::string line(engine::DocumentId id, const std::string& groups) {
    return std::to_string(id) + ": " + groups;
}

std::size_t count(const AlikeView& view, const std::string& group) {
    for (const AlikeCount& one : view.groups) {
        if (one.group.name == group) return one.count;
    }
    FAIL("no group " << group);
    return 0;
}

}  // namespace

TEST_CASE("alike: the same applicant, the same thing, both, and neither") {
    RequestDesk desk(kMonday);
    const auto first = desk.request("张三", "申请公开2024年度就业补助资金的使用情况");
    const auto other_year = desk.request("李四", "2025年度就业补助资金使用情况", "13900000004");
    const auto other_thing = desk.request("张 三", "事业单位招聘名单", "0878 312-0001");
    const auto namesake = desk.request("张三", "工伤认定决定书", "13900000009");
    const auto neighbour =
        desk.request("王五", "２０２４年度就业补助资金使用情况！", "13900000005");
    const auto nothing = desk.request("赵六", "失业保险金的发放标准", "13900000006");
    const auto asked = desk.request("张三", kFunds);

    const AlikeView view = alike(desk, asked);
    CHECK(lines(view) == std::vector<std::string>{line(neighbour, "thing"),
                                                  line(namesake, "applicant_name"),
                                                  line(other_thing, "applicant applicant_name"),
                                                  line(first, "applicant applicant_name thing")});
    CHECK(view.rows.front().reasons.front().nearness == 100);
    CHECK(view.rows.back().reasons.back().nearness < 100);
    CHECK(count(view, "applicant") == 2);
    CHECK(count(view, "applicant_name") == 3);
    CHECK(count(view, "thing") == 2);
    CHECK(view.groups.front().months.size() == 1);
    CHECK(view.groups.front().months.front().month == "2026-11");
    CHECK(view.complete);
    CHECK(view.looked_at == 7);
    CHECK(view.left_out == 0);
    CHECK(lines(alike(desk, nothing)).empty());
    CHECK(lines(alike(desk, other_year)).empty());
}

TEST_CASE("alike: where a found one is now, and under which number, is told") {
    RequestDesk desk(kMonday);
    const auto first = desk.request("张三", kFunds);
    const std::string number = desk.registered(first);
    const auto asked = desk.request("张三", kFunds);
    const AlikeView view = alike(desk, asked);
    REQUIRE(view.rows.size() == 1);
    CHECK(view.rows[0].number == number);
    CHECK(view.rows[0].tags == std::vector<std::string>{"registered"});
    CHECK(view.rows[0].opened > *engine::parse_instant(kMonday));
    // Nor is a document like itself.
    CHECK(lines(view) == std::vector<std::string>{line(first, "applicant applicant_name thing")});
}

TEST_CASE("alike: only the last months, as many as are asked for") {
    RequestDesk desk("2025-11-23T15:59:00.000Z");  // the 23rd in China, a minute before midnight
    const auto older = desk.request("张三", kFunds);
    desk.at("2025-11-23T16:00:00.000Z");
    const auto first = desk.request("张三", kFunds);
    desk.at("2026-11-23T16:30:00.000Z");
    const auto asked = desk.request("张三", kFunds);
    const std::string all = "applicant applicant_name thing";
    CHECK(lines(alike(desk, asked)) == std::vector<std::string>{line(first, all)});
    CHECK(lines(alike(desk, asked, "liuyang", 13)) ==
          std::vector<std::string>{line(first, all), line(older, all)});
    CHECK(lines(alike(desk, asked, "liuyang", 1)).empty());
}

TEST_CASE("alike: what may not be read is neither shown nor counted") {
    RequestDesk desk(kMonday);
    const auto hidden = desk.request("张三", kFunds);
    const auto shown = desk.request("张三", kFunds, "0878-3120001", "employment");
    const auto asked = desk.request("张三", kFunds, "0878-3120001", "employment");
    const AlikeView view = alike(desk, asked, "lihua");
    CHECK(lines(view) == std::vector<std::string>{line(shown, "applicant applicant_name thing")});
    CHECK(count(view, "thing") == 1);
    CHECK(alike(desk, asked).rows.size() == 2);
    // What one may not know of has no alike either.
    const auto refused = desk.application->alike().find(desk.as("lihua"), hidden);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == engine::ErrorCode::not_found);
}

TEST_CASE("alike: a mark of secrecy keeps a document apart, and so does a purge") {
    const auto flow = notice_flow();
    engine::Document document;
    document.fields.resize(flow->definition.fields.size());
    REQUIRE(flow->secrecy_mark != engine::kNone);
    CHECK_FALSE(kept_apart(*flow, document));
    document.fields[flow->secrecy_mark] = engine::Value{false};
    CHECK_FALSE(kept_apart(*flow, document));
    document.fields[flow->secrecy_mark] = engine::Value{true};
    CHECK(kept_apart(*flow, document));
    document.fields[flow->secrecy_mark].reset();
    document.purged = true;
    CHECK(kept_apart(*flow, document));
}

TEST_CASE("alike: repeats among the petitions, by their own words of what counts") {
    RequestDesk desk(kMonday);
    const auto petition = [&](const std::string& name, const std::string& text) {
        desk.clock.advance_ms(1'000);
        return done(desk.submit("helin", 0,
                                input::Open{"petition",
                                            "office",
                                            {{"title", name + "的诉求"},
                                             {"petitioner_name", name},
                                             {"petitioner_contact", std::string("13900000001")},
                                             {"petition_text", text}},
                                            {}}))
            .id;
    };
    const auto first = petition("钱七", "工地拖欠3月份工资5000元，请求帮助讨要");
    const auto other = petition("孙八", "养老金没有到账，请查一查");
    // Other amounts: among petitions that may well be the same matter.
    const auto asked = petition("周九", "工地拖欠4月份工资6200元，请求帮助讨要");
    const AlikeView view = alike(desk, asked, "helin");
    CHECK(lines(view) == std::vector<std::string>{line(first, "matter")});
    CHECK(lines(alike(desk, other, "helin")).empty());

    // A purged one is like nothing, from either side.
    desk.act("helin", first, "seal", {}, "涉及国家秘密");
    CHECK(lines(alike(desk, asked, "helin")).empty());
    CHECK(lines(alike(desk, first, "helin")).empty());
}

TEST_CASE("alike: a scan that meets a bound says so, and one that ends there does not") {
    RequestDesk desk(kMonday);
    std::vector<engine::DocumentId> ids;
    for (int i = 0; i < 7; ++i)
        ids.push_back(desk.request("张三", kFunds));
    const auto scan = [&](engine::DocumentId oldest, const ScanBounds& bounds) {
        std::vector<engine::DocumentId> seen;
        const auto end = scan_flow(
            desk.application->store(), "request", oldest,
            [&](storage::Reader&, const storage::DocumentRow& row) -> Result<void> {
                seen.push_back(row.document.id);
                return {};
            },
            bounds);
        REQUIRE(end.has_value());
        CHECK(end->looked_at == seen.size());
        CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
        return std::pair{seen.size(), end->complete};
    };
    CHECK(scan(0, {}) == std::pair<std::size_t, bool>{7, true});
    CHECK(scan(0, {100, 100, 2}) == std::pair<std::size_t, bool>{7, true});
    CHECK(scan(0, {5, 100, 2}) == std::pair<std::size_t, bool>{5, false});
    CHECK(scan(0, {100, 4, 2}) == std::pair<std::size_t, bool>{4, false});
    CHECK(scan(ids[3], {}) == std::pair<std::size_t, bool>{4, true});
    CHECK(scan(ids[3], {5, 100, 3}) == std::pair<std::size_t, bool>{4, true});
}

}  // namespace gongkai::app::testing
