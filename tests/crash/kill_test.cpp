// The real server, killed under load: nothing that it has acknowledged is lost, everything agrees.
// GONGKAI_KILL_SEED repeats a run as far as chance allows, GONGKAI_KILLS makes it longer.
#include <fmt/core.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/crash/kill_harness.hpp"

using namespace gongkai::crash;

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

KillReport kill(const char* what, KillOptions options) {
    options.seed = from_environment("GONGKAI_KILL_SEED", std::random_device()());
    std::cout << what << ": GONGKAI_KILL_SEED=" << options.seed << std::endl;
    const KillReport report = kill_server(options);
    const Tally& tally = report.tally;
    std::cout << fmt::format(
        "  {} kills ({} while starting, {} while stopping) on {} folders, {} answers acknowledged, "
        "{} leaves ({} decided again), {} carried out unheard and repeated;\n"
        "  lost after {} kills, disagreed after {}, broken after {};\n"
        "  start {:.1f} ms (longest {:.1f}), {:.0f} ms a round\n",
        tally.cuts, report.while_starting, report.while_stopping, report.folders,
        tally.acknowledged, report.leaves, report.decided_again, report.repeated, tally.lost,
        tally.disagreed, tally.broken, report.start_median.count() / 1e3,
        report.start_longest.count() / 1e3, report.round_mean.count() / 1e3);
    if (!tally.first.empty()) std::cout << "  first: " << tally.first << "\n";
    return report;
}

void check_sound(const char* part) {
    const int kills = static_cast<int>(from_environment("GONGKAI_KILLS", 150));
    const KillReport report =
        kill(part, {.kills = kills, .keep = GONGKAI_BINARY_DIR "/tests/killed"});
    if (report.tally.harmed() != 0) std::cout << "  the folder: tests/killed of the build\n";
    INFO(report.tally.first);
    CHECK(report.tally.harmed() == 0);
    CHECK(report.tally.cuts == kills);
    // There was something to lose.
    CHECK(report.tally.acknowledged > 10U * static_cast<unsigned>(kills));
}

}  // namespace

// Two test cases, so that they can run side by side.
TEST_CASE("a server that is killed loses nothing, part 1", "[kill]") {
    check_sound("kills, part 1");
}
TEST_CASE("a server that is killed loses nothing, part 2", "[kill]") {
    check_sound("kills, part 2");
}

namespace {

// Until it is found, or given up.
KillReport find(const char* mistake) {
    return kill(mistake, {.kills = 200,
                          .stop_at_harm = true,
                          .program = faulty_program(),
                          .environment = {std::string("GONGKAI_MISTAKE=") + mistake}});
}

}  // namespace

TEST_CASE("a server that acknowledges before the commit is found by killing it", "[kill]") {
    CHECK(find("early_acknowledgement").tally.lost == 1);
}
TEST_CASE("a server that writes a step and its key in two transactions is found", "[kill]") {
    CHECK(find("two_transactions").tally.disagreed == 1);
}
TEST_CASE("a server that acknowledges a file before it is in its place is found", "[kill]") {
    CHECK(find("late_file").tally.lost == 1);
}
TEST_CASE("a server without a mistake is not taken for one, the test being the same", "[kill]") {
    CHECK(kill("no mistake", {.kills = 10, .program = faulty_program()}).tally.harmed() == 0);
}
