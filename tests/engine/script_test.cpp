#include "tests/engine/script.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

TEST_CASE("decide: every script of tests/engine/cases comes out as written") {
    std::vector<std::filesystem::path> scripts;
    for (const auto& entry :
         std::filesystem::directory_iterator(GONGKAI_SOURCE_DIR "/tests/engine/cases")) {
        scripts.push_back(entry.path());
    }
    std::sort(scripts.begin(), scripts.end());
    REQUIRE_FALSE(scripts.empty());
    for (const auto& script : scripts) {
        CAPTURE(script.filename().string());
        CHECK_NOTHROW(gongkai::engine::testing::run_script(script.string()));
    }
}
