// A year's notice that comes late: running deadlines move, in steps of their own, and say why.
#include "app/calendar_change.hpp"

#include "app/application.hpp"
#include "app/deadlines.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kCalendar = R"(
calendar: national
title: 全国
basis: 全国年节及纪念日放假办法
years:
  2026:
    status: published
    source: http://www.gov.cn/2026
    holidays:
      国庆节: {off: 10-01 to 10-07, work: 10-10}
)";

constexpr const char* kNextYear = R"(
calendar: national
title: 全国
basis: 全国年节及纪念日放假办法
years:
  2027:
    status: published
    source: http://www.gov.cn/2027
    holidays:
      元旦: {off: 01-01 to 01-03}
)";

struct Bureau {
    explicit Bureau(const std::filesystem::path& data) {
        ApplicationOptions options;
        options.data = data;
        options.rules = notice_rules();
        options.rules.push_back({"calendars/china.yaml", kCalendar});
        options.scheduler = false;
        options.outbox.thread = false;
        options.prove = false;
        options.clock = &clock;
        options.randomness = &randomness;
        auto opened = Application::open(options);
        INFO((opened ? std::string() : opened.error().message));
        REQUIRE(opened.has_value());
        application = std::move(*opened);
    }
    void people() {
        application->administration()
            .bootstrap({{"jobs", "就业科", "", true}, {"office", "办公室", "", true}},
                       {{{"clerk", "李", false}, {{"clerk", "jobs"}}, ""},
                        {{"secrecy", "王", false}, {{"secrecy_officer", "office"}}, ""},
                        {{"root", "管", false}, {{kSystemAdmin, "office"}}, ""}})
            .value();
    }
    Principal as(const std::string& login) const {
        return {application->identity().directory()->person(login)->id, false, {}};
    }
    Done step(const std::string& login, engine::DocumentId document, Input input) {
        StepRequest request;
        request.principal = as(login);
        request.request_id = "test";
        request.document = document;
        request.input = std::move(input);
        return done(application->documents().run(std::move(request)));
    }
    engine::DocumentId in_review() {
        input::Open open;
        open.flow = "notice";
        open.department = "jobs";
        open.fields = {{"title", std::string("通知")},
                       {"body", std::string("第一条。\n（此件公开发布）")},
                       {"attribute", std::string("proactive")}};
        const Done opened = step("clerk", 0, open);
        input::Act submit;
        submit.action = "submit";
        step("clerk", opened.id, submit);
        return opened.id;
    }
    std::string due(engine::DocumentId id) {
        const auto view =
            deadlines_of(application->documents(), application->calendars(), as("clerk"), id);
        REQUIRE(view.has_value());
        REQUIRE(view->deadlines.size() == 1);
        return last_day(view->deadlines[0].state);
    }
    ManualClock clock{engine::start_of_day(engine::to_date(2026, 12, 1))};
    SeededRandomness randomness{20'261'127};
    std::unique_ptr<Application> application;
};

AdminRequest admin(const Bureau& bureau, const std::string& login) {
    return {bureau.as(login), "test", std::nullopt};
}

}  // namespace

TEST_CASE("calendar: a notice that is loaded moves what runs, is recorded, and lasts") {
    Folder folder;
    engine::DocumentId id = 0;
    {
        Bureau bureau(folder.path());
        bureau.people();
        bureau.clock.set(engine::start_of_day(engine::to_date(2026, 12, 30)) +
                         9 * engine::ms_per_hour);
        id = bureau.in_review();
        // 12月31日是第一个工作日；2027年未公布，元旦按平日计。
        CHECK(bureau.due(id) == "2027-01-06");
        Application& application = *bureau.application;
        const RuleFile file{"china-2027.yaml", kNextYear};

        const auto compared = application.compare_calendar(file);
        REQUIRE(compared.has_value());
        CHECK(compared->first_day == engine::to_date(2027, 1, 1));
        REQUIRE(compared->moved.size() == 1);
        CHECK(compared->moved[0].document == id);
        CHECK(bureau.due(id) == "2027-01-06");

        // Not by just anybody, and a file that is wrong changes nothing.
        CHECK(std::holds_alternative<Denied>(
            application.load_calendar(admin(bureau, "clerk"), file)));
        const std::string both = std::string(kNextYear) + "      春节: {off: 01-02, work: 01-02}\n";
        CHECK(std::holds_alternative<engine::Error>(
            application.load_calendar(admin(bureau, "root"), {"x.yaml", both})));
        CHECK(bureau.due(id) == "2027-01-06");

        const auto loaded = application.load_calendar(admin(bureau, "root"), file);
        REQUIRE(std::holds_alternative<CalendarChange>(loaded));
        CHECK(std::get<CalendarChange>(loaded).moved.size() == 1);
        const std::uint64_t leaves = application.store().head().size;
        while (application.scheduler().advance(bureau.clock.now()).value().more) {
        }
        CHECK(bureau.due(id) == "2027-01-07");
        CHECK(application.store().head().size == leaves + 1);

        const auto view =
            deadlines_of(application.documents(), application.calendars(), bureau.as("clerk"), id);
        REQUIRE(view.has_value());
        const auto& deadline = view->deadlines[0];
        REQUIRE(deadline.explanation.steps.size() == 2);
        CHECK(deadline.explanation.steps[0].provisional);
        CHECK(deadline.explanation.steps[1].kind == engine::DeadlineStep::Kind::recounted);
        CHECK_FALSE(deadline.explanation.steps[1].provisional);
        const auto words = explained_zh(*view, deadline);
        CHECK(words[0].find("自 2026-12-30（保密审查）起算，5 个工作日，至 2027-01-06（暂定") == 0);
        CHECK(words[1] == "2026-12-30 按新的日历重新计算，至 2027-01-07");
        CHECK(words[2].find("元旦 2027-01-01 – 2027-01-03") != std::string::npos);
        CHECK(words.back() == "日历：" + version_of(*application.calendars().current()));
        const auto english = explained_en(*view, deadline);
        CHECK(english.size() == words.size());
        CHECK(english[0].find(
                  "counts from 2026-12-30 (保密审查): 5 working days, until 2027-01-06") == 0);
        REQUIRE(application.close().has_value());
    }
    // The rules on disk know nothing of 2027: what was loaded stays in force.
    Bureau bureau(folder.path());
    CHECK(bureau.application->calendars().current()->calendar.is_published(2027));
    CHECK(bureau.application->calendars().current()->calendar.is_published(2026));
    CHECK(bureau.due(id) == "2027-01-07");
}

TEST_CASE("calendar: a deadline that has run out is not told as moved, only what still runs") {
    Folder folder;
    Bureau bureau(folder.path());
    bureau.people();
    bureau.clock.set(engine::start_of_day(engine::to_date(2026, 12, 30)) + 9 * engine::ms_per_hour);
    const engine::DocumentId id = bureau.in_review();
    const RuleFile file{"china-2027.yaml", kNextYear};
    // No round of the scheduler since: the store still has the deadline as running.
    bureau.clock.set(engine::start_of_day(engine::to_date(2027, 1, 20)));
    const auto compared = bureau.application->compare_calendar(file);
    REQUIRE(compared.has_value());
    CHECK(compared->moved.empty());
    const auto loaded = bureau.application->load_calendar(admin(bureau, "root"), file);
    REQUIRE(std::holds_alternative<CalendarChange>(loaded));
    CHECK(std::get<CalendarChange>(loaded).moved.empty());
    const auto round = bureau.application->scheduler().advance(bureau.clock.now());
    REQUIRE(round.has_value());
    CHECK(round->ticked == 1);
    CHECK(round->recomputed == 0);
    CHECK(bureau.due(id) == "2027-01-06");
}

}  // namespace gongkai::app::testing
