#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/application.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "storage/audit/checkpoint.hpp"
#include "storage/audit/hash.hpp"
#include "tests/app/office.hpp"
#include "tests/app/receiver.hpp"

namespace gongkai::app::testing {

namespace {

namespace fs = std::filesystem;

constexpr const char* kCalendar = R"(
calendar: national
title: 全国
basis: 放假办法
years:
  2026:
    status: published
    source: https://example.invalid/2026
    holidays:
      元旦: {off: 01-01}
)";

struct Place {
    Folder folder;
    ManualClock clock{*engine::parse_instant("2026-03-02T01:00:00.000Z")};

    ApplicationOptions options() {
        set_log_sink([](const std::string&) {});
        ApplicationOptions options;
        options.data = folder.path() / "data";
        options.rules = notice_rules();
        options.rules.push_back({"calendars/china.yaml", kCalendar});
        options.identity.argon2_bytes = 8 * 1024;
        options.identity.argon2_passes = 1;
        options.scheduler = false;
        options.clock = &clock;
        return options;
    }
    std::unique_ptr<Application> open() {
        auto opened = Application::open(options());
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(opened).value();
    }
};

Principal principal(Application& application, const std::string& login) {
    const auto directory = application.identity().directory();
    const storage::Person* person = directory->person(login);
    REQUIRE(person != nullptr);
    return {person->id, person->machine, {}};
}

Done open_draft(Application& application) {
    StepRequest request;
    request.principal = principal(application, "lihua");
    input::Open open;
    open.flow = "notice";
    open.department = "employment";
    open.fields = {{"title", std::string("通知")}, {"body", std::string("内容")}};
    request.input = open;
    return done(application.documents().run(request));
}

void copy_database(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    for (const char* name : {"gongkai.db", "gongkai.db-wal", "gongkai.db-shm"}) {
        fs::remove(to / name);
        if (fs::exists(from / name)) fs::copy_file(from / name, to / name);
    }
}

}  // namespace

TEST_CASE("application: what was done is there after a restart, signed") {
    Place place;
    engine::DocumentId id = 0;
    std::string token;
    std::string password;
    {
        const auto application = place.open();
        const auto bureau = create_sample(application->administration(), application->identity(),
                                          application->randomness());
        REQUIRE(bureau.has_value());
        password = bureau->accounts[0].password;
        CHECK(bureau->accounts.back().key.rfind("gkm_", 0) == 0);
        CHECK(application->identity().authenticate(bureau->accounts.back().key)->machine);
        const auto login = application->identity().login("lihua", password);
        REQUIRE(std::holds_alternative<LoggedIn>(login));
        token = std::get<LoggedIn>(login).token;
        id = open_draft(*application).id;
        const Health health = application->health();
        CHECK(health.ready);
        CHECK(health.flows == 1);
        CHECK(health.unpublished_years == std::vector<int>{2027});
        REQUIRE(application->close().has_value());
        CHECK(application->health().checkpointed == application->health().leaves);
        // A second time does nothing.
        CHECK(application->close().has_value());
        CHECK_FALSE(application->health().ready);
    }
    const auto application = place.open();
    CHECK(application->health().ready);
    const auto who = application->identity().authenticate(token);
    REQUIRE(who.has_value());
    const auto view = application->documents().find(*who, id);
    REQUIRE(view.has_value());
    CHECK(view->title == "通知");
    // The sample is for an empty installation only.
    const auto again = create_sample(application->administration(), application->identity(),
                                     application->randomness());
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == engine::ErrorCode::conflict);
    CHECK(application->samples().size() > 20);
}

TEST_CASE("application: a database that was put back is noticed and not written to") {
    Place place;
    const fs::path data = place.folder.path() / "data";
    const fs::path copy = place.folder.path() / "copy";
    {
        const auto application = place.open();
        REQUIRE(create_sample(application->administration(), application->identity(),
                              application->randomness())
                    .has_value());
        REQUIRE(application->close().has_value());
    }
    copy_database(data, copy);
    {
        const auto application = place.open();
        open_draft(*application);
        REQUIRE(application->close().has_value());
    }
    copy_database(copy, data);
    const auto application = place.open();
    const Health health = application->health();
    CHECK_FALSE(health.ready);
    CHECK_FALSE(health.writable);
    CHECK_FALSE(health.not_writable.empty());
    StepRequest request;
    request.principal = principal(*application, "lihua");
    request.input = input::Open{"notice", "employment", {}, {}};
    const Outcome outcome = application->documents().run(request);
    REQUIRE(std::holds_alternative<engine::Error>(outcome));
    CHECK(std::get<engine::Error>(outcome).code == engine::ErrorCode::integrity);
    // Reading goes on.
    CHECK(application->documents().list(principal(*application, "lihua"), {}).has_value());
}

TEST_CASE("application: a lost signing key is not replaced by a new one") {
    Place place;
    {
        const auto application = place.open();
        REQUIRE(create_sample(application->administration(), application->identity(),
                              application->randomness())
                    .has_value());
    }
    fs::remove(place.folder.path() / "data" / "audit.key");
    const auto opened = Application::open(place.options());
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == engine::ErrorCode::integrity);
}

TEST_CASE("application: rules that do not compile stop the start, and say where") {
    Place place;
    ApplicationOptions options = place.options();
    options.rules[2].text += "\nnonsense: true\n";
    const auto opened = Application::open(options);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == engine::ErrorCode::malformed);
    CHECK(opened.error().message.find("notice.yaml:") != std::string::npos);
    options = place.options();
    options.calendar = "moon";
    CHECK_FALSE(Application::open(options).has_value());
}

TEST_CASE("application: a flow that can break the policy is never used, and the story is told") {
    Place place;
    // Who issues may edit first, and nobody looks whether the review still holds.
    const auto break_it = [](std::vector<RuleFile>& rules) {
        std::string& flow = rules[2].text;
        const std::string guard = "signed confidentiality by another and ";
        flow.erase(flow.find(guard), guard.size());
    };
    const auto check_story = [](const engine::Error& error) {
        INFO(error.message);
        CHECK(error.code == engine::ErrorCode::malformed);
        for (const char* part : {"notice: policy_broken: reviewed_before_publication", "甲: open",
                                 "甲: edit body", "乙: issue", "未经保密审查不得公开"})
            CHECK(error.message.find(part) != std::string::npos);
    };
    const auto sources = [](Application& application) {
        std::size_t count = 0;
        REQUIRE(application.store()
                    .read([&](storage::Reader& reader) -> Result<void> {
                        TRY(const auto all, reader.sources());
                        count = all.size();
                        return {};
                    })
                    .has_value());
        return count;
    };
    ApplicationOptions broken = place.options();
    break_it(broken.rules);
    const auto refused = Application::open(broken);
    REQUIRE_FALSE(refused.has_value());
    check_story(refused.error());

    // Nor later, by reading the rules again: nothing changed, and the office works on.
    const auto application = place.open();
    REQUIRE(create_sample(application->administration(), application->identity(),
                          application->randomness())
                .has_value());
    const Done opened = open_draft(*application);
    const auto digest = application->flows().current("notice")->definition.digest;
    const std::size_t known = sources(*application);
    const auto head = application->store().head().size;
    const auto reloaded = application->reload_rules(broken.rules);
    REQUIRE_FALSE(reloaded.has_value());
    check_story(reloaded.error());
    std::vector<RuleFile> nonsense = place.options().rules;
    nonsense[2].text += "\nnonsense: true\n";
    CHECK_FALSE(application->reload_rules(nonsense).has_value());
    CHECK_FALSE(application->reload_rules({}).has_value());
    // Good flows with a letter that is none.
    std::vector<RuleFile> with_letter = notice_rules(2);
    with_letter.push_back({"letters/reply.yaml", "letter: reply\nflow: notice\nnonsense: true\n"});
    CHECK_FALSE(application->reload_rules(with_letter).has_value());
    CHECK(application->flows().current("notice")->definition.digest == digest);
    CHECK(application->flows().all().size() == 1);
    CHECK(sources(*application) == known);
    CHECK(application->store().head().size == head);
    CHECK(open_draft(*application).definition == digest);
    CHECK(application->documents().find(principal(*application, "lihua"), opened.id).has_value());

    // What was repaired is used from then on.
    std::vector<RuleFile> repaired = notice_rules(2);
    repaired.push_back({"calendars/china.yaml", kCalendar});
    CHECK(application->reload_rules(repaired).has_value());
    CHECK(open_draft(*application).definition != digest);
}

TEST_CASE("application: files are kept by their digest, and go when nobody names them") {
    Place place;
    const auto application = place.open();
    REQUIRE(create_sample(application->administration(), application->identity(),
                          application->randomness())
                .has_value());
    Attachments& attachments = application->attachments();
    const Principal clerk = principal(*application, "lihua");
    const auto spool = [&](const std::string& bytes) {
        const fs::path path = attachments.spool_folder() / "upload";
        std::ofstream(path) << bytes;
        return path;
    };
    const std::string bytes = "附件内容";
    const engine::Digest digest = storage::audit::sha256(bytes);
    // Other bytes than announced are not taken.
    CHECK_FALSE(attachments.add(clerk, spool("anything"), digest, 8).has_value());
    REQUIRE(attachments.add(clerk, spool(bytes), digest, bytes.size()).has_value());
    const std::string orphan = "nobody's";
    const engine::Digest orphan_digest = storage::audit::sha256(orphan);
    REQUIRE(attachments.add(clerk, spool(orphan), orphan_digest, orphan.size()).has_value());
    CHECK(fs::is_empty(attachments.spool_folder()));

    const Done opened = open_draft(*application);
    StepRequest request;
    request.principal = clerk;
    request.document = opened.id;
    input::Edit edit;
    edit.attachments = {{PlainAttachment{digest, "附件.pdf"}}};
    request.input = edit;
    done(application->documents().run(request));
    const auto file = attachments.open(clerk, opened.id, digest);
    REQUIRE(file.has_value());
    CHECK(file->name == "附件.pdf");
    CHECK(fs::file_size(file->path) == bytes.size());

    // Another department does not see it, and knowing the digest does not help to attach it.
    const Principal stranger = principal(*application, "zhaomin");
    CHECK(attachments.open(stranger, opened.id, digest).error().code ==
          engine::ErrorCode::not_found);
    CHECK_FALSE(attachments.open_public(opened.id, digest).has_value());
    StepRequest theft;
    theft.principal = stranger;
    theft.input = input::Open{"notice", "pension", {}, {PlainAttachment{digest, "x.pdf"}}};
    const Outcome outcome = application->documents().run(theft);
    REQUIRE(std::holds_alternative<Invalid>(outcome));
    CHECK(std::get<Invalid>(outcome).code == "unknown_file");

    // What is about to be attached stays a day. Files carry the system's own time.
    const Instant real = system_clock()->now();
    place.clock.set(real);
    REQUIRE(attachments.add(clerk, spool(orphan), orphan_digest, orphan.size()).has_value());
    CHECK(*attachments.sweep(real + engine::ms_per_hour) == 0);
    CHECK(*attachments.sweep(real + 49 * engine::ms_per_hour) == 1);
    CHECK(attachments.open(clerk, opened.id, digest).has_value());
}

TEST_CASE("application: a subscriber is told of what is committed, also of what a stop left") {
    Place place;
    const Receiver receiver;
    ApplicationOptions options = place.options();
    options.outbox.allowed_targets = {"127.0.0.1"};
    options.outbox.grace_ms = 60'000;
    {
        // Nobody delivers yet.
        options.outbox.thread = false;
        const auto opened = Application::open(options);
        REQUIRE(opened.has_value());
        Application& application = **opened;
        REQUIRE(create_sample(application.administration(), application.identity(),
                              application.randomness())
                    .has_value());
        const AdminRequest request{principal(application, "sysadmin"), "test", std::nullopt};
        const auto added =
            application.administration().add_subscriber(request, {"OA", receiver.url(), ""});
        REQUIRE(std::holds_alternative<Administration::IssuedSubscriber>(added));
        open_draft(application);
        CHECK(application.health().outbox_pending == 1);
    }
    CHECK(receiver.received().empty());
    options.outbox.thread = true;
    const auto opened = Application::open(options);
    REQUIRE(opened.has_value());
    CHECK(receiver.wait_for(1));
    open_draft(**opened);
    CHECK(receiver.wait_for(2));
    REQUIRE((*opened)->close().has_value());
    // What was answered before it stopped was written down.
    const auto samples = (*opened)->samples();
    const auto delivered = std::find_if(samples.begin(), samples.end(), [](const auto& sample) {
        return sample.name == "gongkai_outbox_delivered_total";
    });
    REQUIRE(delivered != samples.end());
    CHECK(delivered->value == 2);
}

TEST_CASE("application: an allowed target that cannot be read stops the start") {
    Place place;
    ApplicationOptions options = place.options();
    options.outbox.allowed_targets = {"http://oa.example.cn"};
    const auto opened = Application::open(options);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == engine::ErrorCode::malformed);
    CHECK(opened.error().message.find("http://oa.example.cn") != std::string::npos);
}

}  // namespace gongkai::app::testing
