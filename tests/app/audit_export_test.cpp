// The record of an installation, looked at by a second process: exported, proved, verified.
#include <cstdlib>
#include <fstream>

#include "app/audit.hpp"
#include "app/evidence.hpp"
#include "app/log.hpp"
#include "app/sample.hpp"
#include "storage/audit/files.hpp"
#include "storage/audit/proof.hpp"
#include "tests/app/forgery.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

namespace audit = storage::audit;
namespace fs = std::filesystem;
using engine::ErrorCode;

struct Installation {
    Folder folder;
    ManualClock clock{*engine::parse_instant("2026-03-02T01:00:00.000Z")};
    fs::path data = folder.path() / "data";
    fs::path bundle = folder.path() / "bundle";

    ApplicationOptions options() {
        set_log_sink([](const std::string&) {});
        ApplicationOptions options;
        options.data = data;
        options.rules = notice_rules();
        options.prove = false;
        options.identity.argon2_bytes = 8 * 1024;
        options.identity.argon2_passes = 1;
        options.scheduler = false;
        // Signs when it is told to, and at the end.
        options.checkpoint_ms = 24 * engine::ms_per_hour;
        options.clock = &clock;
        return options;
    }
    std::unique_ptr<Application> serve() {
        auto opened = Application::open(options());
        if (!opened) throw std::runtime_error(opened.error().message);
        if ((*opened)->identity().directory()->directory().people.empty())
            REQUIRE(create_sample((*opened)->administration(), (*opened)->identity(),
                                  (*opened)->randomness())
                        .has_value());
        return std::move(*opened);
    }
    Result<std::unique_ptr<Application>> look() {
        ApplicationOptions only = options();
        only.read_only = true;
        only.rules.clear();
        return Application::open(only);
    }
};

Outcome submit(Application& application, const std::string& login, engine::DocumentId document,
               Input input) {
    StepRequest request;
    const auto directory = application.identity().directory();
    request.principal = {directory->person(login)->id, false, {}};
    request.document = document;
    request.input = std::move(input);
    return application.documents().run(std::move(request));
}

engine::DocumentId draft(Application& application, const std::string& body) {
    input::Open open;
    open.flow = "notice";
    open.department = "employment";
    open.fields = {{"title", std::string("通知")}, {"body", body}};
    return done(submit(application, "lihua", 0, open)).id;
}

std::string contents(const fs::path& path) {
    auto bytes = audit::read_file(path, 1 << 24);
    REQUIRE(bytes.has_value());
    return std::move(*bytes);
}

// Exit status of the verifier that shares no code with this one.
int second_verifier(const std::string& words) {
    const char* node = std::getenv("GONGKAI_NODE");
    const std::string command = std::string(node != nullptr ? node : "node") + " '" +
                                GONGKAI_SOURCE_DIR "/tools/verify_audit.mjs' " + words +
                                " >/dev/null 2>&1";
    return std::system(command.c_str());
}

}  // namespace

TEST_CASE("audit: a second process exports the record beside a running server") {
    Installation place;
    const auto server = place.serve();
    const auto purged = draft(*server, "机密★1年\n不得留存的内容");
    const auto kept = draft(*server, "可以公开的内容");
    input::Act seal;
    seal.action = "seal";
    seal.comment = "转涉密程序";
    done(submit(*server, "lihua", purged, seal));
    REQUIRE(server->checkpoint().has_value());
    const std::uint64_t signed_leaves = server->store().head().size;
    draft(*server, "还没有签名的内容");

    const auto second = place.look();
    REQUIRE(second.has_value());
    std::uint64_t told_done = 0, told_all = 0;
    const auto exported = export_record(**second, place.bundle, [&](auto done, auto all) {
        told_done = done;
        told_all = all;
    });
    INFO((exported ? "" : exported.error().message));
    REQUIRE(exported.has_value());
    CHECK(exported->leaves == signed_leaves);
    CHECK(exported->not_covered == 1);
    CHECK(told_done == signed_leaves);
    CHECK(told_all == signed_leaves);
    CHECK(export_record(**second, place.bundle).error().code == ErrorCode::conflict);

    const std::string openings = contents(place.bundle / "openings.jsonl");
    CHECK(openings.find("可以公开的内容") != std::string::npos);
    CHECK(openings.find("不得留存的内容") == std::string::npos);
    CHECK(openings.find("还没有签名") == std::string::npos);

    AuditOptions options;
    options.key = server->verifier_key();
    const auto report = verify_record(place.bundle, options);
    REQUIRE(report.has_value());
    INFO(told(report->bundle.findings));
    CHECK(report->verified());
    CHECK(report->bundle.leaves == signed_leaves);
    CHECK(report->replay.steps == 3);
    CHECK(second_verifier("bundle '" + place.bundle.string() + "' --vkey '" +
                          options.key->to_string() + "'") == 0);

    // A checkpoint that the server signs later is extended by what was exported later only.
    REQUIRE(server->checkpoint().has_value());
    options.checkpoints = {*server->checkpoint_folder()->last_note().value()};
    CHECK_FALSE(verify_record(place.bundle, options)->verified());
    REQUIRE(export_record(**second, place.folder.path() / "later").has_value());
    CHECK(verify_record(place.folder.path() / "later", options)->verified());
    CHECK(kept != 0);
}

TEST_CASE("audit: an operator proves a step without asking anybody") {
    Installation place;
    auto server = place.serve();
    const auto id = draft(*server, "内容");
    const auto second = place.look();
    REQUIRE(second.has_value());
    Evidence evidence(**second);
    // Only the server signs.
    const auto early = evidence.proof_for_operator(id);
    REQUIRE_FALSE(early.has_value());
    CHECK(early.error().code == ErrorCode::unavailable);
    REQUIRE(server->checkpoint().has_value());
    const auto proof = evidence.proof_for_operator(id);
    INFO((proof ? "" : proof.error().message));
    REQUIRE(proof.has_value());
    audit::ProofOptions options;
    options.key = server->verifier_key();
    const auto report = audit::verify_proof(*proof, options);
    INFO(told(report.findings));
    CHECK(report.verified());
    CHECK(report.opened.size() == 2);
    CHECK(evidence.proof_for_operator(id + 1).error().code == ErrorCode::not_found);
    CHECK(evidence.proof_for_operator(id, 0).error().code == ErrorCode::not_found);
    std::ofstream(place.folder.path() / "proof.json") << *proof;
    CHECK(second_verifier("proof '" + (place.folder.path() / "proof.json").string() + "'") == 0);
}

TEST_CASE("application: for reading only it changes nothing and says so") {
    Installation place;
    engine::DocumentId id = 0;
    {
        const auto server = place.serve();
        id = draft(*server, "内容");
        const auto second = place.look();
        REQUIRE(second.has_value());
        Application& reader = **second;
        CHECK_FALSE(reader.health().writable);
        CHECK(reader.health().not_writable.find("reading only") != std::string::npos);
        CHECK(reader.documents().find({1, false, {}}, id)->title == "通知");
        const Outcome outcome =
            submit(reader, "lihua", id, input::Edit{{{"title", std::string("改")}}, {}});
        REQUIRE(std::holds_alternative<engine::Error>(outcome));
        CHECK(std::get<engine::Error>(outcome).code == ErrorCode::unavailable);
        CHECK(reader.checkpoint().error().code == ErrorCode::unavailable);
        const auto denied = reader.administration().reset_password("lihua", "a new password 1");
        CHECK(denied.error().code == ErrorCode::unavailable);
        // What the server does next is seen at once.
        const auto later = draft(*server, "后来的内容");
        CHECK(reader.documents().find({1, false, {}}, later).has_value());
    }
    const std::string database = contents(place.data / "gongkai.db");
    const std::string checkpoint = contents(place.data / "checkpoints" / "checkpoint");
    {
        const auto second = place.look();
        REQUIRE(second.has_value());
        CHECK((*second)->documents().find({1, false, {}}, id).has_value());
        REQUIRE((*second)->close().has_value());
    }
    CHECK(contents(place.data / "gongkai.db") == database);
    CHECK(contents(place.data / "checkpoints" / "checkpoint") == checkpoint);
    CHECK(place.serve()->health().writable);
}

TEST_CASE("application: for reading only, nothing is made where nothing is") {
    Installation place;
    const auto missing = place.look();
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().message.find(place.data.string()) != std::string::npos);
    CHECK_FALSE(fs::exists(place.data));
    fs::create_directories(place.data);
    CHECK(place.look().error().code == ErrorCode::not_found);
    CHECK(fs::is_empty(place.data));

    // A copy without the key can be looked at, and not exported: who would believe it?
    place.serve()->close().value();
    fs::remove(place.data / "audit.key");
    const auto copy = place.look();
    REQUIRE(copy.has_value());
    CHECK(export_record(**copy, place.bundle).error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(fs::exists(place.bundle));
}

}  // namespace gongkai::app::testing
