#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/check.hpp"
#include "tests/engine/fixture.hpp"

using namespace gongkai::engine;

namespace {

// "kind subject" lines; # starts a comment.
std::vector<std::string> expected_findings(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        while (!line.empty() && line.back() == ' ')
            line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace

TEST_CASE("check: each planted mistake is found, and nothing else") {
    const std::filesystem::path folder = GONGKAI_SOURCE_DIR "/tests/engine/broken_flows";
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_directory()) continue;
        ++count;
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const auto expected = expected_findings(entry.path() / "expected.txt");
        REQUIRE_FALSE(expected.empty());
        std::vector<std::string> found;
        std::vector<CheckReport> reports;
        std::vector<const Policy*> policies;
        const auto flows = gongkai::engine::testing::fixtures("../broken_flows/" + name);
        for (const auto& flow : flows) {
            reports.push_back(check(flow->definition, flow->policy));
            policies.push_back(&flow->policy);
            for (const Finding& finding : reports.back().findings) {
                found.push_back(std::string(code(finding.kind)) + " " + finding.subject);
                // A breach without a story cannot be understood by the officer who must mend it.
                if (finding.kind == FindingKind::policy_broken) CHECK(finding.story.size() >= 2);
            }
        }
        for (const Finding& finding : vacuous_rules(policies, reports)) {
            found.push_back(std::string(code(finding.kind)) + " " + finding.subject);
        }
        std::sort(found.begin(), found.end());
        CHECK(found == expected);
    }
    CHECK(count >= 12);
}
