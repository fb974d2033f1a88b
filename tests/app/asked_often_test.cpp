// 条例 44: many applicants ask for the same, and the clock proposes by itself to publish it. Once,
// and only where the law's "多个申请人" is meant: not for one who asks often, not for other things.
#include "app/crowds.hpp"
#include "app/log.hpp"
#include "tests/app/request_desk.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kMonday = "2026-11-23T02:00:00.000Z";
constexpr const char* kNextMonday = "2026-11-30T01:00:00.000Z";
constexpr const char* kMondayAfter = "2026-12-07T01:00:00.000Z";
constexpr const char* kFunds = "2024年度就业补助资金使用情况";

struct Office44 : RequestDesk {
    explicit Office44(const char* moment = kMonday, bool on_disk = false)
        : RequestDesk(moment, on_disk) {}

    engine::DocumentId asks(const std::string& name, const std::string& what = kFunds) {
        const auto id = request(name, what, name + "的电话");
        registered(id);
        return id;
    }
    // Newest first, after a round of the clock.
    std::vector<engine::DocumentId> proposals() {
        REQUIRE(application->scheduler().advance(clock.now()).has_value());
        ListFilter filter;
        filter.flow = "proactive_proposal";
        std::vector<engine::DocumentId> out;
        for (const auto& row : application->documents().list(as("liuyang"), filter).value().rows)
            out.push_back(row.id);
        return out;
    }
    Duties::SeriesView duty() {
        for (auto& view : application->duties().view(clock.now()).value()) {
            if (view.series.duty.name == "asked_often") return view;
        }
        FAIL("no such duty");
        return {};
    }
};

}  // namespace

TEST_CASE("asked often: three applicants, one proposal that names their requests, once for ever") {
    Office44 office(kMonday, true);
    const auto first = office.asks("张三", "请公开2024年度就业补助资金的使用情况");
    office.asks("李四");
    CHECK(office.duty().waiting == 0);
    const auto third = office.asks("王五", "２０２４年度就业补助资金使用情况");
    CHECK(office.duty().waiting == 1);
    CHECK(office.duty().opened.empty());
    office.at(kNextMonday);
    const auto found = office.proposals();
    REQUIRE(found.size() == 1);
    const std::string number = office.text(first, "registration_number");
    CHECK(office.text(found[0], "title") == "多人申请同一信息：" + number + "等3件");
    CHECK(office.text(found[0], "proposal_source") == "many_requests");
    CHECK(office.text(found[0], "similar_requests") == "3");
    const std::string numbers = office.text(found[0], "similar_numbers");
    CHECK(numbers.starts_with(number + "、"));
    CHECK(numbers.ends_with("、" + office.text(third, "registration_number")));
    CHECK(office.text(found[0], "proposal_reason").find("有3个申请人") != std::string::npos);
    // Nothing of what they wrote: a purge of a request must not have to look here.
    CHECK(office.text(found[0], "proposal_reason").find("就业") == std::string::npos);
    CHECK(office.duty().waiting == 0);
    CHECK(office.duty().opened == found);

    // Not in the next round, not after a restart, not when still more ask, not next week.
    CHECK(office.proposals() == found);
    office.restart();
    CHECK(office.proposals() == found);
    for (const char* name : {"赵六", "钱七", "孙八"})
        office.asks(name);
    office.at(kMondayAfter);
    CHECK(office.proposals() == found);
    office.restart();
    CHECK(office.proposals() == found);
    CHECK(office.duty().waiting == 0);
}

TEST_CASE("asked often: whoever asks twice is one applicant, whatever the telephone") {
    Office44 office;
    office.asks("张三");
    office.asks("李四");
    const auto again = office.request("张 三", kFunds, "139-0000-0001");
    office.registered(again);
    office.at(kNextMonday);
    CHECK(office.proposals().empty());
    CHECK(office.duty().waiting == 0);
    office.asks("王五");
    office.at(kMondayAfter);
    CHECK(office.proposals().size() == 1);
}

TEST_CASE("asked often: other things, other years and what has no number do not count") {
    Office44 office;
    office.asks("张三");
    office.asks("李四");
    office.asks("王五", "2025年度就业补助资金使用情况");
    office.asks("赵六", "工伤认定办事指南");
    const auto unregistered = office.request("钱七", kFunds);
    office.at(kNextMonday);
    CHECK(office.proposals().empty());
    office.registered(unregistered);
    office.at(kMondayAfter);
    CHECK(office.proposals().size() == 1);
}

TEST_CASE("asked often: not where a proposal stands under one of them") {
    Office44 office;
    office.asks("张三");
    const auto second = office.asks("李四");
    office.asks("王五");
    office.act("liuyang", second, "accept");
    input::Open open{"proactive_proposal",
                     "office",
                     {{"title", std::string("建议")}},
                     {},
                     input::Parent{second, "proactive_proposal"}};
    const auto by_hand = done(office.submit("liuyang", 0, std::move(open))).id;
    office.at(kNextMonday);
    CHECK(office.proposals() == std::vector<engine::DocumentId>{by_hand});
    CHECK(office.duty().waiting == 0);
}

TEST_CASE("asked often: only who asked in the last twelve months") {
    Office44 office("2025-11-24T02:00:00.000Z");
    office.asks("张三");
    office.at("2026-11-26T02:00:00.000Z");
    office.asks("李四");
    office.asks("王五");
    office.at(kNextMonday);
    CHECK(office.proposals().empty());
    const auto fourth = office.asks("赵六");
    office.at(kMondayAfter);
    const auto found = office.proposals();
    REQUIRE(found.size() == 1);
    CHECK(office.text(found[0], "similar_requests") == "3");
    CHECK(office.text(found[0], "similar_numbers")
              .ends_with("、" + office.text(fourth, "registration_number")));
}

TEST_CASE("asked often: a crowd that was proposed is not proposed again, whatever became of it") {
    Office44 office;
    const auto first = office.asks("张三");
    const auto second = office.asks("李四");
    office.asks("王五");
    office.at(kNextMonday);
    const auto found = office.proposals();
    REQUIRE(found.size() == 1);
    SECTION("its first document comes to ask for something else") {
        office.edit(first, {{"request_description", std::string("工伤认定办事指南")}});
        office.edit(second, {{"request_description", std::string("失业保险金发放标准")}});
    }
    SECTION("it is too long ago") {
        office.at("2028-01-03T01:00:00.000Z");
    }
    SECTION("the list of numbers was taken out of the proposal") {
        office.edit(found[0], {{"similar_numbers", std::monostate{}}});
    }
    for (const char* name : {"赵六", "钱七", "孙八"})
        office.asks(name);
    office.clock.advance_ms(7 * engine::ms_per_day);
    CHECK(office.proposals() == found);
    CHECK(office.duty().waiting == 0);
}

TEST_CASE(
    "asked often: a look that fails is told and repeated, and keeps nothing from being done") {
    Office44 office;
    std::size_t told = 0;
    set_log_sink([&told](const std::string& line) {
        told += line.find("duty_failed") != std::string::npos &&
                        line.find("asked_often") != std::string::npos
                    ? 1
                    : 0;
    });
    office.application->store().close();
    office.at(kNextMonday);
    CHECK(office.application->duties().open_due(office.clock.now()) == 0);
    CHECK(office.application->duties().open_due(office.clock.now()) == 0);
    CHECK(told == 1);
    office.clock.advance_ms(engine::ms_per_hour);
    CHECK(office.application->duties().open_due(office.clock.now()) == 0);
    CHECK(told == 2);
    set_log_sink([](const std::string&) {});
}

}  // namespace gongkai::app::testing
