// What the clock opens: once for each day and department, through restarts, pauses and a clock that
// is set back; as steps of the record that are decided again.
#include <catch2/catch.hpp>

#include "app/application.hpp"
#include "app/audit.hpp"
#include "app/evidence.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "language/rulebook.hpp"
#include "tests/app/forgery.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

struct Installation {
    Folder folder;
    // A Friday, at nine in China.
    ManualClock clock{*engine::parse_instant("2026-11-27T01:00:00.000Z")};
    std::unique_ptr<Application> application;

    void serve() {
        set_log_sink([](const std::string&) {});
        ApplicationOptions options;
        options.data = folder.path() / "data";
        options.rules = language::load_directory(GONGKAI_SOURCE_DIR "/workflows").value();
        options.prove = false;
        options.scheduler = false;
        options.outbox.thread = false;
        options.identity.argon2_bytes = 8 * 1024;
        options.identity.argon2_passes = 1;
        options.clock = &clock;
        auto opened = Application::open(options);
        INFO((opened ? "" : opened.error().message));
        REQUIRE(opened.has_value());
        application = std::move(*opened);
        if (application->identity().directory()->directory().people.empty())
            REQUIRE(create_sample(application->administration(), application->identity(),
                                  application->randomness())
                        .has_value());
    }
    void restart() {
        application.reset();
        serve();
    }
    void at(const char* moment) { clock.set(*engine::parse_instant(moment)); }
    std::size_t round() {
        const auto work = application->scheduler().advance(clock.now());
        REQUIRE(work.has_value());
        return work->opened;
    }
    Principal as(const std::string& login) const {
        return {application->identity().directory()->person(login)->id, false, {}};
    }
    std::size_t tasks_of(const std::string& login) {
        return application->documents().worklist(as(login), 0, 50).value().rows.size();
    }
    bool knows(const std::string& source, const std::string& id) {
        return application->documents().find_external(as("liuyang"), source, id).has_value();
    }
};

}  // namespace

TEST_CASE("duties: today's stand in the worklist of those who do them, once") {
    Installation place;
    place.serve();
    CHECK(place.round() == 2);  // channels and site; the yearly ones were due before it began
    CHECK(place.tasks_of("helin") == 1);
    CHECK(place.round() == 0);
    place.restart();
    CHECK(place.round() == 0);
    CHECK(place.tasks_of("helin") == 1);
}

TEST_CASE("duties: what is daily is not made up for, what is yearly is, once") {
    Installation place;
    place.serve();
    CHECK(place.round() == 2);
    place.at("2026-11-28T01:00:00.000Z");  // a Saturday
    CHECK(place.round() == 0);
    place.application.reset();
    place.at("2027-02-23T01:00:00.000Z");  // months without a server
    place.serve();
    // Channels and site of this day; figures of two departments and the report of the year.
    CHECK(place.round() == 5);
    CHECK(place.tasks_of("helin") == 2);
    CHECK(place.knows("duty:yearly_report", "office/2027-01-02"));
    place.restart();
    CHECK(place.round() == 0);
}

TEST_CASE("duties: a clock that is set back opens nothing") {
    Installation place;
    place.serve();
    place.at("2026-11-30T01:00:00.000Z");
    CHECK(place.round() == 2);
    place.at("2026-11-27T01:00:00.000Z");
    CHECK(place.round() == 0);
    place.at("2026-11-30T02:00:00.000Z");
    CHECK(place.round() == 0);
}

TEST_CASE("duties: a clock that was ahead and is corrected opens what is due from then on") {
    Installation place;
    place.serve();
    CHECK(place.round() == 2);
    place.at("2029-03-05T01:00:00.000Z");
    const std::size_t ahead = place.round();
    CHECK(ahead >= 2);
    place.at("2026-11-30T01:00:00.000Z");
    CHECK(place.round() == 0);  // set back, or corrected?
    place.at("2026-11-30T01:59:00.000Z");
    CHECK(place.round() == 0);
    place.at("2026-11-30T02:00:00.000Z");
    CHECK(place.round() == 2);
    CHECK(place.round() == 0);
    place.at("2026-12-01T01:00:00.000Z");
    CHECK(place.round() == 2);
    // Set back again, twice: the hour begins anew.
    place.at("2026-11-30T23:30:00.000Z");
    CHECK(place.round() == 0);
}

TEST_CASE("duties: that the catalogue cannot be read is told once") {
    Installation place;
    place.serve();
    std::size_t told = 0;
    set_log_sink([&told](const std::string& line) {
        const auto has = [&line](const char* text) { return line.find(text) != std::string::npos; };
        told += has("duty_failed") && !has("\"duty\"") ? 1 : 0;
    });
    place.application->store().close();
    for (int i = 0; i < 3; ++i) {
        place.clock.advance_ms(engine::ms_per_hour);
        CHECK(place.application->duties().open_due(place.clock.now()) == 0);
    }
    CHECK(told == 1);
    set_log_sink([](const std::string&) {});
}

TEST_CASE(
    "duties: one that fails keeps no other from being opened, and is tried again when mended") {
    Installation place;
    place.serve();
    Duties& duties = place.application->duties();
    const Duties::List shipped = *duties.all();
    const auto with_first = [&](const std::string& flow, engine::DutyField field) {
        engine::Duty first;
        first.name = "first";
        first.flow = flow;
        first.period = engine::Period::day;
        first.departments = {"nowhere", "office"};
        first.fields = {std::move(field)};
        Duties::List list{std::move(first)};
        list.insert(list.end(), shipped.begin(), shipped.end());
        duties.set(std::make_shared<const Duties::List>(std::move(list)));
    };
    using Source = engine::DutyField::Source;
    with_first("petition", {"title", Source::value, "只能由人发起"});
    CHECK(place.round() == 2);
    with_first("no_such_flow", {"title", Source::value, "没有这个流程"});
    CHECK(place.round() == 0);
    with_first("channel_check", {"checked_on", Source::value, "no day"});
    CHECK(place.round() == 0);
    CHECK_FALSE(place.knows("duty:first", "office/2026-11-27"));
    with_first("channel_check", {"checked_on", Source::today, ""});
    CHECK(place.round() == 1);
    CHECK(place.round() == 0);
    CHECK(place.knows("duty:first", "office/2026-11-27"));
    CHECK_FALSE(place.knows("duty:first", "nowhere/2026-11-27"));
}

TEST_CASE("duties: the items of the catalogue that fall due open a task each, once") {
    Installation place;
    place.serve();
    CHECK(place.round() == 2);
    const AdminRequest officer{place.as("liuyang"), "cli", std::nullopt};
    const auto bring_in = [&](const std::string& items) {
        const auto reading = read_catalogs(
            std::vector<language::SourceFile>{
                {"general.yaml",
                 "catalog: general\ntitle: 综合\nauthority: 本局\nversion: 1\n"
                 "deadlines:\n"
                 "  report: {title: 每年1月31日前, before: '01-31', from: each_year}\n"
                 "  formed: {title: 20个工作日内, within: 20 working days, from: formed}\n"
                 "defaults: {channels: [政府网站], audience: 全社会, method: proactive, levels: "
                 "county}\nitems:\n" +
                     items}},
            place.application->flows());
        INFO(language::render(reading.diagnostics));
        REQUIRE(reading.catalogs.size() == 1);
        const auto done =
            place.application->administration().import_catalog(officer, reading.catalogs[0]);
        REQUIRE(std::holds_alternative<CatalogCounts>(done));
    };
    const std::string rest = ", content: [要素], basis: [条例], flow: management";
    const std::string report =
        "  - {id: ZH-1, level1: 年报, level2: 年度报告, deadline: report" + rest + "}\n";
    const std::string formed =
        "  - {id: ZH-2, level1: 机构, level2: 机构职能, deadline: formed" + rest + "}\n";
    bring_in(report + formed);
    CHECK(place.round() == 0);  // of days before the record began nothing is opened

    place.at("2027-01-01T01:00:00.000Z");  // a holiday: 30 days before the last of January
    CHECK(place.round() == 0);
    place.at("2027-01-04T01:00:00.000Z");
    // Channels and site; figures of two departments and the report; and a task for each item.
    CHECK(place.round() == 7);
    CHECK(place.round() == 0);
    REQUIRE(place.knows("duty:dated_items", "office/ZH-1/2027-01-31"));
    CHECK(place.knows("duty:formed_items_general", "office/ZH-2/2027-01-01"));
    const auto task = place.application->documents().find_external(
        place.as("liuyang"), "duty:dated_items", "office/ZH-1/2027-01-31");
    const auto view = place.application->documents().find(place.as("liuyang"), *task);
    REQUIRE(view.has_value());
    CHECK(view->title == "年度报告（2027年）");

    // An item that has ended is looked after no more.
    bring_in(report);
    place.at("2027-07-01T01:00:00.000Z");
    CHECK(place.round() == 2);
    place.restart();
    CHECK(place.round() == 0);
    CHECK_FALSE(place.knows("duty:formed_items_general", "office/ZH-2/2027-07-01"));
}

TEST_CASE("duties: what comes next, and the document of what came last") {
    Installation place;
    place.serve();
    const auto look = [&](const std::string& name) {
        const auto views = place.application->duties().view(place.clock.now()).value();
        const auto found = std::find_if(views.begin(), views.end(), [&](const auto& view) {
            return view.series.duty.name == name;
        });
        REQUIRE(found != views.end());
        return *found;
    };
    CHECK_FALSE(look("daily_channel_check").document);
    CHECK(place.round() == 2);
    const auto daily = look("daily_channel_check");
    CHECK(daily.document);
    CHECK(engine::to_string(daily.last->day) == "2026-11-27");
    CHECK(engine::to_string(daily.next.day) == "2026-11-30");  // the weekend is passed over
    const auto yearly = look("yearly_report");
    CHECK(engine::to_string(yearly.next.day) == "2027-01-02");
    CHECK(engine::to_string(yearly.next.from) == "2027-01-04");
    CHECK_FALSE(yearly.document);  // last January there was no record

    place.at("2026-11-29T01:00:00.000Z");  // a Sunday: Friday's was the last
    CHECK(look("daily_channel_check").document == daily.document);
}

TEST_CASE("duties: nobody else hands in under the number of a duty") {
    Installation place;
    place.serve();
    StepRequest request;
    request.principal = place.as("helin");
    request.input = input::HandIn{"duty:daily_channel_check",
                                  "office/2026-11-27",
                                  "channel_check",
                                  "office",
                                  {},
                                  std::nullopt};
    const Outcome outcome = place.application->documents().run(std::move(request));
    const auto* invalid = std::get_if<Invalid>(&outcome);
    REQUIRE(invalid != nullptr);
    CHECK(invalid->code == std::string("foreign_source"));
    CHECK(place.round() == 2);
}

TEST_CASE("duties: the record holds them, and they are decided again") {
    Installation place;
    place.serve();
    CHECK(place.round() == 2);
    REQUIRE(place.application->checkpoint().has_value());
    const auto bundle = place.folder.path() / "bundle";
    REQUIRE(export_record(*place.application, bundle).has_value());
    AuditOptions options;
    options.key = place.application->verifier_key();
    const auto report = verify_record(bundle, options);
    REQUIRE(report.has_value());
    CHECK(report->verified());
    CHECK(report->replay.steps == 2);
}

}  // namespace gongkai::app::testing
