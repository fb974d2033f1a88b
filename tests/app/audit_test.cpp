#include "app/audit.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>

#include "storage/audit/hash.hpp"
#include "tests/app/bureau.hpp"
#include "tests/app/forgery.hpp"

namespace gongkai::app::testing {

namespace {

namespace audit = storage::audit;
namespace fs = std::filesystem;

// What became of a bureau's work when it was exported and verified.
void verify_walk(Bureau& bureau) {
    REQUIRE(bureau.application->checkpoint().has_value());
    const fs::path bundle = bureau.folder.path() / "bundle";
    const auto exported = export_record(*bureau.application, bundle);
    INFO((exported ? "" : exported.error().message));
    REQUIRE(exported.has_value());
    CHECK(exported->not_covered == 0);
    CHECK(exported->openings > 0);
    AuditOptions options;
    options.key = bureau.application->verifier_key();
    const auto report = verify_record(bundle, options);
    REQUIRE(report.has_value());
    INFO(told(report->bundle.findings));
    CHECK(report->verified());
    CHECK(report->replay.steps == report->bundle.steps);
    CHECK(report->replay.documents_given_up == 0);
}

}  // namespace

TEST_CASE("audit: what a bureau did by the shipped flows is decided again the same") {
    const char* given = std::getenv("GONGKAI_SEED");
    std::vector<std::uint32_t> seeds{1, 2, 3};
    if (given != nullptr) seeds = {static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))};
    std::map<std::string, std::size_t> deeds;
    for (const std::uint32_t seed : seeds) {
        INFO("GONGKAI_SEED=" << seed);
        Bureau bureau(seed);
        bureau.work(60);
        verify_walk(bureau);
        for (const auto& [name, count] : bureau.deeds())
            deeds[name] += count;
    }
    if (given != nullptr) return;
    // The walks went where they were meant to.
    for (const char* deed :
         {"open", "edit", "act", "vote", "withdraw", "claim", "release", "reassign", "consult",
          "answer", "tick", "recompute", "migrate", "refused"}) {
        INFO(deed);
        CHECK(deeds[deed] > 0);
    }
}

TEST_CASE("audit: what the office did is decided again the same") {
    Scene scene;
    Forgery forgery(scene.office);
    const Folder folder;
    forgery.write(folder.path() / "bundle");
    const AuditReport report = forgery.report(folder.path() / "bundle");
    INFO(told(report.bundle.findings));
    CHECK(report.verified());
    CHECK(report.replay.steps == report.bundle.steps);
    CHECK(report.replay.refusals == 3);
    CHECK(report.replay.acts == report.bundle.admin);
    REQUIRE(report.replay.definitions.size() == 1);
    CHECK(report.replay.definitions.begin()->second.flow == "notice");
    CHECK(report.replay.definitions.begin()->second.documents == 2);
}

TEST_CASE("audit: what was taken from somebody counts for a moment longer, and no more") {
    Memory backend;
    Office office(backend.open());
    office.clock.advance_ms(engine::ms_per_hour);
    const Done opened = office.draft();
    office.act("clerk", opened.id, "submit");
    office.clock.advance_ms(engine::ms_per_hour);
    office.act("secrecy", opened.id, "clear");
    REQUIRE(std::holds_alternative<Nothing>(
        office.administration.set_roles_of(office.admin("security"), office.id("secrecy"), {})));
    // As if a server had decided on what it knew before the role was taken.
    const auto taken_before = [&](std::int64_t ms) {
        Forgery forgery(office);
        audit::Leaf taken = forgery.leaves.back();
        forgery.leaves.pop_back();
        const std::size_t at = forgery.step("\"clear\"");
        taken.time_ms = forgery.at(at).time_ms - ms;
        forgery.insert(at, taken);
        return forgery.found().all;
    };
    CHECK(taken_before(ReplayedDirectory::kGraceMs) == std::set<std::string>{});
    CHECK(taken_before(ReplayedDirectory::kGraceMs + 1).size() == 1);
}

TEST_CASE("audit: after an illegal step the rest of its document is counted, not judged") {
    Scene scene;
    Forgery forgery(scene.office);
    const std::size_t at = forgery.step("\"submit\"");
    forgery.at(at).grants.clear();
    // Lies further on in the same document, which nothing is known of any more.
    forgery.at(forgery.step("\"clear\"")).events = "[]";
    const Folder folder;
    forgery.write(folder.path() / "bundle");
    const AuditReport report = forgery.report(folder.path() / "bundle");
    CHECK(codes(report.bundle.findings) ==
          std::set<std::string>{"step_refused@" + std::to_string(at)});
    CHECK(report.replay.documents_given_up == 1);
    CHECK(report.replay.not_judged == 11);
    CHECK(report.replay.steps == 3);
}

}  // namespace gongkai::app::testing
