// Statistics of a period and the view of the supervision, on an office whose days are set by hand.
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "tests/app/report_office.hpp"

namespace gongkai::app::testing {

namespace {

Period period(const char* from, const char* to) {
    return {*engine::parse_date(from), *engine::parse_date(to)};
}

const Statistics& granted(const ReportOutcome<Statistics>& outcome) {
    REQUIRE(std::holds_alternative<Statistics>(outcome));
    return std::get<Statistics>(outcome);
}

const DeadlineFigures& reply(const Statistics& statistics) {
    const auto found =
        std::find_if(statistics.deadlines.begin(), statistics.deadlines.end(),
                     [](const auto& one) { return one.flow == "request" && one.name == "reply"; });
    REQUIRE(found != statistics.deadlines.end());
    return *found;
}

const StepFigures& step(const Statistics& statistics, const std::string& state) {
    const auto found =
        std::find_if(statistics.steps.begin(), statistics.steps.end(),
                     [&](const auto& one) { return one.flow == "request" && one.state == state; });
    REQUIRE(found != statistics.steps.end());
    return *found;
}

// One request is answered in time after a return, one too late, one waits.
struct Year {
    ReportOffice office;
    engine::DocumentId in_time = 0, too_late = 0, waits = 0;

    Year() {
        office.set_day("2026-01-05");
        in_time = office.open("request", {}).id;
        office.set_day("2026-01-07");
        done(office.act("lihua", in_time, "confirm"));
        office.set_day("2026-01-08");
        done(office.act("wangfang", in_time, "return", {}, "请补充依据"));
        office.set_day("2026-01-12");
        done(office.act("lihua", in_time, "confirm"));
        office.set_day("2026-01-13");
        done(office.act("wangfang", in_time, "agree"));
        too_late = office.open("request", {}, "pension").id;
        // 20 working days, on a calendar of weekends: the last is 2026-02-10.
        office.set_day("2026-03-02");
        done(office.act("zhaomin", too_late, "confirm"));
        done(office.act("chenjun", too_late, "agree"));
        waits = office.open("request", {}).id;
        office.set_day("2026-03-06");
    }
    ReportOutcome<Statistics> ask(const char* from, const char* to, const char* who = "tangning",
                                  const std::string& department = {}) {
        return office.application->reports().statistics(office.as(who), period(from, to),
                                                        department);
    }
};

}  // namespace

TEST_CASE("statistics: limits kept and missed, days per step, what waits and what was returned") {
    Year year;
    const auto outcome = year.ask("2026-01-01", "2026-03-31");
    const Statistics& all = granted(outcome);
    CHECK(all.departments.empty());
    CHECK(all.documents == 3);
    CHECK(reply(all).kept == 1);
    CHECK(reply(all).missed == 1);
    CHECK(reply(all).running == 1);
    CHECK(reply(all).on_time() == 50.0);
    CHECK(reply(all).title == "答复期限");

    // working: 2 days, 4 days and 48 days; checking: 1, 1 and 0 days.
    const StepFigures& working = step(all, "working");
    CHECK(working.left.count() == 3);
    CHECK(working.left.average_days() == Approx(18.0));
    CHECK(working.left.median_days() == Approx(4.0));
    CHECK(working.waiting == 1);
    CHECK(working.oldest ==
          engine::start_of_day(*engine::parse_date("2026-03-02")) + 9 * engine::ms_per_hour);
    CHECK(step(all, "checking").left.median_days() == Approx(1.0));

    REQUIRE(all.returns.size() == 1);
    CHECK(all.returns.front().title == "退回");
    CHECK(all.returns.front().count == 1);
    REQUIRE(all.returned.size() == 1);
    CHECK(all.returned.front().document == year.in_time);
    CHECK(all.flows.at("request").opened == 3);
    CHECK(boost::json::parse(statistics_json(all)).is_object());
    CHECK(page_html(statistics_page(all)).find("50.0%") != std::string::npos);
    CHECK(page_xlsx(statistics_page(all)).has_value());
}

TEST_CASE("statistics: a period has what happened within it, its first and last day included") {
    Year year;
    {
        const auto outcome = year.ask("2026-01-08", "2026-01-12");
        const Statistics& some = granted(outcome);
        CHECK(some.documents == 1);
        CHECK(some.flows.at("request").opened == 0);
        CHECK(step(some, "checking").left.count() == 1);
        CHECK(step(some, "working").left.count() == 1);
        CHECK(reply(some).kept == 0);
        CHECK(some.returned.size() == 1);
    }
    {
        const auto outcome = year.ask("2026-01-09", "2026-01-11");
        CHECK(granted(outcome).documents == 0);
        CHECK(granted(outcome).returned.empty());
    }
    const auto nowhere = year.ask("2026-01-01", "2026-01-31", "tangning", "nowhere");
    REQUIRE(std::holds_alternative<ReportRefused>(nowhere));
    CHECK(std::get<ReportRefused>(nowhere).faults.front().code == "report_unknown_department");
    CHECK(std::holds_alternative<ReportRefused>(
        year.office.application->reports().supervision(year.office.as("tangning"), "nowhere")));
    CHECK(std::holds_alternative<ReportRefused>(year.ask("2026-02-01", "2026-01-31")));
    CHECK(std::holds_alternative<ReportRefused>(year.ask("2026-03-07", "2026-12-31")));
}

TEST_CASE("statistics: a comment is for those who may read its document, a clerk sees their own") {
    Year year;
    // The supervisor has no part in that flow but to be told of what is late.
    const auto clerk = year.ask("2026-01-01", "2026-03-31", "lihua");
    CHECK(granted(clerk).departments == std::vector<engine::DepartmentCode>{"employment"});
    CHECK(granted(clerk).documents == 2);
    CHECK(granted(clerk).returned.front().comment == "请补充依据");
    CHECK(reply(granted(clerk)).missed == 0);
    const auto officer = year.ask("2026-01-01", "2026-03-31", "liuyang");
    CHECK(granted(officer).documents == 3);
    CHECK_FALSE(granted(officer).returned.front().comment.has_value());
    CHECK(granted(year.ask("2026-01-01", "2026-03-31", "tangning", "pension")).documents == 1);
    CHECK(std::holds_alternative<ReportForbidden>(
        year.ask("2026-01-01", "2026-03-31", "lihua", "pension")));
}

TEST_CASE("statistics: the same whether a deadline's clock was heard in time or not") {
    Year year;
    const auto before = year.ask("2026-01-01", "2026-03-31");
    year.office.set_day("2026-05-06");
    REQUIRE(year.office.application->scheduler().advance(year.office.clock.now()).has_value());
    const auto after = year.ask("2026-01-01", "2026-05-31");
    CHECK(reply(granted(after)).missed == reply(granted(before)).missed + 1);
    CHECK(reply(granted(after)).overdue == 1);
    CHECK(reply(granted(after)).running == 0);
}

TEST_CASE("ledger: the same figures whether the record is folded step by step or at once") {
    Year year;
    Ledger step_by_step(year.office.application->store(), year.office.application->flows());
    const auto figures = [&](Ledger& ledger, const Period& of,
                             const std::vector<engine::DepartmentCode>& departments) {
        REQUIRE(ledger.catch_up().has_value());
        StatisticsCount count(of);
        ledger.sum(of, departments, count);
        Statistics statistics = std::move(count).take();
        for (const auto& returned : ledger.returned(of, departments))
            statistics.returned.push_back(returned.what);
        return statistics_json(statistics);
    };
    const Period whole = period("2026-01-01", "2026-12-31");
    figures(step_by_step, whole, {});
    year.office.set_day("2026-03-09");
    for (const auto& [who, action] : {std::pair{"lihua", "confirm"},
                                      {"wangfang", "return"},
                                      {"lihua", "confirm"},
                                      {"wangfang", "agree"}}) {
        year.office.act(who, year.waits, action, {}, std::string("看过"));
        figures(step_by_step, whole, {});
    }
    Ledger at_once(year.office.application->store(), year.office.application->flows());
    for (const auto& departments : {std::vector<engine::DepartmentCode>{},
                                    {"employment"},
                                    {"pension"},
                                    {"employment", "pension"},
                                    {"x"}}) {
        for (const Period& of :
             {whole, period("2026-01-08", "2026-01-12"), period("2026-03-01", "2026-03-31"),
              period("2026-02-01", "2026-02-10")})
            CHECK(figures(step_by_step, of, departments) == figures(at_once, of, departments));
    }
    CHECK(step_by_step.folded() == year.office.application->store().head().size);
    CHECK(at_once.unfinished().empty());
    CHECK(at_once.of_flows({"request"}) == std::vector{year.waits, year.too_late, year.in_time});
}

TEST_CASE("statistics: what is public now covers its class and its item, until it is withdrawn") {
    constexpr const char* kPaper = R"(
flow: paper
title: 公开文件
fields: [title, art20_item, catalog_item]
start: working
states:
  working: {title: 办理, worklist: clerk @ own department, edit: [title, art20_item, catalog_item], actions: {publish: {title: 公开, to: public}}}
  public: {title: 已公开, final: true, enter: [publish], worklist: clerk @ own department, actions: {withdraw: {title: 撤回, to: withdrawn}}}
  withdrawn: {title: 已撤回, final: true, enter: [unpublish]}
)";
    auto rules = report_rules();
    rules.push_back({"paper.yaml", kPaper});
    ReportOffice office(std::move(rules));
    for (const char* code : {"JY-1", "JY-2"}) {
        const auto put = office.application->store().run([&](storage::Transaction& transaction) {
            const storage::CatalogItem item{0, code, "employment", "paper", "就业", "{}", {}};
            const auto done = transaction.put_catalog_item(item);
            return done ? Result<void>{} : Result<void>{done.error()};
        });
        REQUIRE(put.has_value());
    }
    const auto seen = [&](const char* from, const char* to, const std::string& department = {}) {
        const auto outcome = office.application->reports().statistics(office.as("tangning"),
                                                                      period(from, to), department);
        const Statistics& statistics = granted(outcome);
        const ClassCoverage& licensing = statistics.classes.at(1);
        CHECK(statistics.items == 2);
        return std::tuple(licensing.published, licensing.in_period, statistics.items_covered,
                          statistics.items_without.size());
    };
    using Seen = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::size_t>;
    office.set_day("2026-01-05");
    const auto paper = office.open(
        "paper", {{"art20_item", std::string("item_5")}, {"catalog_item", std::string("JY-2")}});
    CHECK(seen("2026-01-01", "2026-01-31") == Seen{0, 0, 0, 2});
    office.set_day("2026-02-02");
    done(office.act("lihua", paper.id, "publish"));
    CHECK(seen("2026-01-01", "2026-01-31") == Seen{1, 0, 1, 1});
    CHECK(seen("2026-02-01", "2026-02-28") == Seen{1, 1, 1, 1});
    CHECK(seen("2026-02-01", "2026-02-28", "pension") == Seen{0, 0, 0, 2});
    done(office.act("lihua", paper.id, "withdraw"));
    CHECK(seen("2026-02-01", "2026-02-28") == Seen{0, 0, 0, 2});
}

TEST_CASE("ledger: reports are the same of all documents and of those that it names") {
    Year year;
    year.office.open("plan_task", {{"due_on", std::string("2026-03-05")}});
    year.office.set_day("2026-04-10");
    auto& reports = year.office.application->reports();
    const auto seen = [&] {
        const auto supervision = reports.supervision(year.office.as("tangning"));
        const auto annual = reports.annual(year.office.as("tangning"), 2026);
        REQUIRE(std::holds_alternative<Supervision>(supervision));
        REQUIRE(std::holds_alternative<AnnualReport>(annual));
        return supervision_json(std::get<Supervision>(supervision)) +
               annual_json(std::get<AnnualReport>(annual), true);
    };
    const std::string of_all = seen();
    granted(year.ask("2026-01-01", "2026-03-31"));  // folds the record
    CHECK(seen() == of_all);
}

TEST_CASE("statistics: a reminder that ran out makes nobody late") {
    ReportOffice office;
    office.set_day("2026-01-05");
    const auto answered = office.open("request", {}).id;
    office.open("request", {});
    // The reminder is due after 5 working days, the reply after 20.
    office.set_day("2026-01-19");
    REQUIRE(office.application->scheduler().advance(office.clock.now()).has_value());
    done(office.act("lihua", answered, "confirm"));
    done(office.act("wangfang", answered, "agree"));

    const auto outcome = office.application->reports().statistics(
        office.as("tangning"), period("2026-01-01", "2026-01-31"), {});
    for (const DeadlineFigures& figures : granted(outcome).deadlines)
        CHECK(figures.name != "nudge");
    CHECK(reply(granted(outcome)).on_time() == 100.0);
    CHECK(reply(granted(outcome)).running == 1);
    CHECK(reply(granted(outcome)).overdue == 0);
    const auto supervision = office.application->reports().supervision(office.as("tangning"));
    REQUIRE(std::holds_alternative<Supervision>(supervision));
    CHECK(std::get<Supervision>(supervision).all_late == 0);
}

TEST_CASE("statistics: durations stay bounded and keep average and median") {
    Durations durations;
    for (int i = 0; i < 100'000; ++i)
        durations.add(std::int64_t{i % 100} * engine::ms_per_day);
    CHECK(durations.count() == 100'000);
    CHECK(durations.average_days() == Approx(49.5));
    CHECK(durations.median_days() == Approx(49.5));
    durations.add(std::int64_t{1} << 60);
    CHECK(durations.median_days() == Approx(50.0));
}

TEST_CASE("supervision: what is late where a document rests says who has to fill in what") {
    constexpr const char* kFiling = R"(
flow: filing
title: 报送
fields: [title, received_on, concluded_on]
start: working
states:
  working: {title: 办理, worklist: clerk @ own department, edit: [title, received_on], actions: {publish: {title: 公布, to: published}}}
  published:
    title: 已公布
    final: true
    worklist: clerk @ own department
    edit: [concluded_on]
    actions: {again: {title: 更新, to: working}}
deadlines:
  submit:
    title: 报送期限
    within: 5 working days
    from: [{field: received_on, when: concluded_on missing}]
    in: [published]
    late: escalate to supervisor @ anywhere
  look: {title: 核对期限, within: 3 working days, in: [published], late: escalate to supervisor @ anywhere}
)";
    auto rules = report_rules();
    rules.push_back({"filing.yaml", kFiling});
    ReportOffice office(std::move(rules));
    const auto id = office.open("filing", {{"received_on", std::string("2026-01-05")}}).id;
    REQUIRE(std::holds_alternative<Done>(office.act("lihua", id, "publish")));
    office.set_day("2026-03-02");
    const auto late = [&] {
        auto outcome = office.application->reports().supervision(office.as("tangning"));
        REQUIRE(std::holds_alternative<Supervision>(outcome));
        return std::get<Supervision>(std::move(outcome)).late;
    };
    using Titles = std::vector<std::string>;
    for (const LateItem& item : late()) {
        INFO(item.limit);
        REQUIRE(item.next.size() == 1);
        CHECK(item.next[0].title == "已公布");
        CHECK(item.next[0].who == Titles{"经办人（就业促进科）"});
        const bool submit = item.limit == "submit";
        CHECK(item.next[0].fields == (submit ? Titles{"答复送达日期"} : Titles{}));
        CHECK(item.next[0].actions == (submit ? Titles{} : Titles{"更新"}));
    }
    CHECK(late().size() == 2);
    REQUIRE(std::holds_alternative<Done>(
        office.edit(id, {{"concluded_on", std::string("2026-03-02")}})));
    REQUIRE(late().size() == 1);
    CHECK(late()[0].limit == "look");
}

TEST_CASE("supervision: late items, the latest first, with who is next and why") {
    Year year;
    const auto first = year.office.open("plan_task", {{"due_on", std::string("2026-03-05")},
                                                      {"evidence", std::string("现场照片")}});
    const auto second =
        year.office.open("plan_task", {{"due_on", std::string("2026-03-10")}}, "pension");
    year.office.set_day("2026-04-10");
    const auto ask = [&](const char* who) {
        const auto outcome = year.office.application->reports().supervision(year.office.as(who));
        REQUIRE(std::holds_alternative<Supervision>(outcome));
        return std::get<Supervision>(outcome);
    };
    const Supervision all = ask("tangning");
    REQUIRE(all.late.size() == 3);
    CHECK(all.all_late == 3);
    // 2026-03-02 and 20 working days: 2026-03-30; nine working days before 2026-04-10.
    CHECK(all.late.front().document == year.waits);
    CHECK(engine::to_string(all.late.front().due) == "2026-03-30");
    CHECK(all.late.front().working_days == 9);
    CHECK(all.late.front().basis == std::vector<std::string>{"国令711 第33条"});
    REQUIRE(all.late.front().next.size() == 1);
    CHECK(all.late.front().next.front().who == std::vector<std::string>{"经办人（就业促进科）"});
    CHECK(all.late.front().next.front().actions == std::vector<std::string>{"送核对", "作废"});

    REQUIRE(all.tasks.size() == 2);
    CHECK(all.tasks.front().document == first.id);
    CHECK(all.tasks.front().working_days_late == 26);
    CHECK(all.tasks.front().evidence == "现场照片");
    CHECK_FALSE(all.tasks.front().finished);
    REQUIRE(all.lines.size() == 2);
    CHECK(all.lines[0].code == "employment");
    CHECK(all.lines[0].open == 2);
    CHECK(all.lines[0].late == 2);
    CHECK(all.lines[0].tasks_late == 1);
    CHECK(all.lines[1].tasks == 1);

    const Supervision own = ask("zhaomin");
    CHECK(own.tasks.size() == 1);
    CHECK(own.tasks.front().document == second.id);
    CHECK(own.lines.size() == 1);

    done(year.office.act("lihua", first.id, "confirm"));
    done(year.office.act("wangfang", first.id, "agree"));
    const Supervision later = ask("tangning");
    CHECK(later.tasks.front().finished);
    CHECK(later.tasks.front().working_days_late == 0);
    CHECK(later.late.size() == 2);
    CHECK(boost::json::parse(supervision_json(later)).is_object());
    CHECK(page_docx(supervision_page(later)).has_value());
}

}  // namespace gongkai::app::testing
