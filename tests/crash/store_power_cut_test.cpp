// Power cuts against the SQLite store: nothing that was acknowledged is lost, everything agrees.
#include <catch2/catch.hpp>
#include <iostream>

#include "storage/memory/memory_store.hpp"
#include "tests/crash/store_plan.hpp"
#include "tests/crash/store_workload.hpp"

using namespace gongkai::crash;

namespace {

Tally cut(const char* what, std::uint64_t seed, Directory directory, Mistake mistake, int cuts) {
    seed += 20'260'918 + Catch::rngSeed();
    const Tally tally = cut_store(seed, directory, mistake, cuts);
    std::cout << what << ": seed " << seed << ", " << tally.cuts << " cuts, " << tally.acknowledged
              << " steps acknowledged, lost after " << tally.lost << " cuts, disagreed after "
              << tally.disagreed << ", broken after " << tally.broken << "\n";
    if (!tally.first.empty()) std::cout << "  first: " << tally.first << "\n";
    CHECK(tally.cuts == cuts);
    return tally;
}

void check_sound(std::uint64_t seed, Directory directory) {
    const Tally tally = cut("store", seed, directory, Mistake::none, 5'000);
    CHECK(tally.harmed() == 0);
    CHECK(tally.acknowledged > 10'000);
}

}  // namespace

// Four test cases, so that they can run side by side.
TEST_CASE("the store loses nothing in 5,000 power cuts, part 1") {
    check_sound(1'000'000, Directory::whole);
}
TEST_CASE("the store loses nothing in 5,000 power cuts, part 2") {
    check_sound(2'000'000, Directory::whole);
}
TEST_CASE("the store loses nothing in 5,000 power cuts, part 3") {
    check_sound(3'000'000, Directory::own_name);
}
TEST_CASE("the store loses nothing in 5,000 power cuts, part 4") {
    check_sound(4'000'000, Directory::own_name);
}

TEST_CASE("a store that does not sync its WAL at the commit is found") {
    CHECK(cut("store, synchronous=NORMAL", 0, Directory::whole, Mistake::synchronous_normal, 200)
              .lost > 20);
}

TEST_CASE("a store that acknowledges before the commit is found") {
    CHECK(
        cut("store, acknowledged before", 0, Directory::whole, Mistake::early_acknowledgement, 200)
            .lost > 20);
}

TEST_CASE("a store that creates its file in the wrong order is found") {
    CHECK(cut("store, wrong pragma order", 0, Directory::own_name, Mistake::wrong_pragma_order, 200)
              .lost > 3);
}

TEST_CASE("what is compared after a cut covers every part, and a missing job shows") {
    const auto whole = gongkai::storage::memory::open();
    const auto short_of_one = gongkai::storage::memory::open();
    Plan plan(1);
    std::size_t written = 0;
    for (int i = 0; i < 80; ++i) {
        const PlannedJob job = plan.next();
        const auto write = [&job](gongkai::storage::Transaction& transaction) {
            return write_job(transaction, job);
        };
        const bool done = whole->run(write).has_value();
        CHECK(done == (job.kind != JobKind::failing));
        if (done) ++written;
        if (i < 79) (void)short_of_one->run(write);
    }
    const std::string seen = photograph(*whole, 60, 90).value();
    INFO(seen);
    CHECK(seen.find("tree " + std::to_string(written) + " ") == 0);
    for (const char* part : {"\nleaf ", "\ndocument ", "\n  text ", "\n  task of ", "\ntimer of ",
                             "\noutbox ", "\n  to 1 of ", "\npublic ", "\nkey 60 ", " none\n"}) {
        INFO(part);
        CHECK(seen.find(part) != std::string::npos);
    }
    CHECK(seen != photograph(*short_of_one, 60, 90).value());
}
