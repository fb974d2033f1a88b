// The simulated disk itself: what it may lose, and what it never may.
#include "tests/crash/disk.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace gongkai::crash;

namespace {

std::string content(const Disk& disk, const std::string& name) {
    const Disk::Names files = disk.snapshot();
    const auto found = files.find(name);
    return found == files.end() ? "(none)"
                                : std::string(found->second.begin(), found->second.end());
}

// What can be found of a file after a power cut, over many seeds.
template <class Work>
std::set<std::string> outcomes(Directory directory, const std::string& name, Work work) {
    std::set<std::string> out;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Disk disk(seed, directory);
        work(disk);
        disk.restart();
        out.insert(content(disk, name));
    }
    return out;
}

}  // namespace

TEST_CASE("what was synced survives, what was not may be lost or torn") {
    const auto synced = outcomes(Directory::own_name, "a", [](Disk& disk) {
        const auto file = disk.create("a");
        disk.write(file, 0, "once", 4);
        disk.sync(file, "a", false);
    });
    CHECK(synced == std::set<std::string>{"once"});

    const auto unsynced = outcomes(Directory::own_name, "a", [](Disk& disk) {
        const auto file = disk.create("a");
        disk.write(file, 0, "once", 4);
        disk.sync(file, "a", false);
        disk.write(file, 0, "MORE", 4);
    });
    CHECK(unsynced.count("once") == 1);
    CHECK(unsynced.count("MORE") == 1);
    CHECK(unsynced.count("MOce") == 1);  // torn
    for (const std::string& each : unsynced)
        CHECK(each.size() == 4);
}

TEST_CASE("a later write can survive an earlier one") {
    const auto found = outcomes(Directory::own_name, "a", [](Disk& disk) {
        const auto file = disk.create("a");
        disk.write(file, 0, std::string(1024, '.').data(), 1024);
        disk.sync(file, "a", false);
        disk.write(file, 0, std::string(512, '1').data(), 512);
        disk.write(file, 512, std::string(512, '2').data(), 512);
    });
    CHECK(found.count(std::string(512, '.') + std::string(512, '2')) == 1);
    CHECK(found.count(std::string(512, '1') + std::string(512, '.')) == 1);
    CHECK(found.count(std::string(512, '1') + std::string(512, '2')) == 1);
}

TEST_CASE("a name is durable once its directory is, or once its file was synced") {
    const auto work = [](bool with_directory) {
        return [with_directory](Disk& disk) {
            const auto file = disk.create("a");
            disk.write(file, 0, "x", 1);
            disk.sync(file, "a", with_directory);
        };
    };
    CHECK(outcomes(Directory::whole, "a", work(false)) == std::set<std::string>{"(none)", "x"});
    CHECK(outcomes(Directory::whole, "a", work(true)) == std::set<std::string>{"x"});
    CHECK(outcomes(Directory::own_name, "a", work(false)) == std::set<std::string>{"x"});
}

TEST_CASE("a deleted file can come back until the deletion is synced") {
    const auto work = [](bool synced, bool another) {
        return [=](Disk& disk) {
            disk.load({{"a", {'x'}}});
            disk.remove("a", synced);
            if (another) disk.sync(disk.create("b"), "b", true);
        };
    };
    const std::set<std::string> either{"(none)", "x"};
    const std::set<std::string> gone{"(none)"};
    for (const Directory directory : {Directory::whole, Directory::own_name}) {
        CHECK(outcomes(directory, "a", work(false, false)) == either);
        CHECK(outcomes(directory, "a", work(true, false)) == gone);
    }
    // The name of another file, made durable, takes the deletion with it only on such a disk.
    CHECK(outcomes(Directory::whole, "a", work(false, true)) == gone);
    CHECK(outcomes(Directory::own_name, "a", work(false, true)) == either);
}

TEST_CASE("after the cut nothing works until the restart") {
    Disk disk(1, Directory::whole);
    const auto file = disk.create("a");
    disk.cut_after(2);
    CHECK(disk.write(file, 0, "x", 1));
    CHECK_FALSE(disk.sync(file, "a", true));  // in the middle of it
    CHECK_FALSE(disk.is_on());
    CHECK_FALSE(disk.write(file, 0, "y", 1));
    CHECK_FALSE(disk.truncate(file, 0));
    CHECK_FALSE(disk.remove("a", true));
    CHECK(disk.create("b") == nullptr);
    CHECK(disk.find("a") == nullptr);
    char byte = 0;
    CHECK(disk.read(file, 0, &byte, 1) == SIZE_MAX);
    disk.restart();
    CHECK(disk.is_on());
    CHECK(disk.create("b") != nullptr);
}
