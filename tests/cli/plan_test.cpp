// gongkai plan import: the pilot plan that the program ships, as the disclosure officer brings it
// in.
#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

namespace {

constexpr const char* kPilot = GONGKAI_SOURCE_DIR "/workflows/plans/chuxiong_pilot.yaml";
constexpr std::size_t kTasks = 19;

class PlanOffice : public Installation {
  public:
    PlanOffice() {
        rules = GONGKAI_SOURCE_DIR "/workflows";
        const auto application = serve();
        settle(*application);
        REQUIRE(application->close().has_value());
    }
    boost::json::array bring_in(const std::string& login, int exit) const {
        const Ran ran =
            gongkai({"plan", "import", kPilot, "--as", login, "--data", words(), "--json"});
        INFO(told(ran));
        REQUIRE(ran.exit == exit);
        return ran.json().at("brought_in").as_array();
    }
    // The record's leaves, and how many tasks the plan knows of.
    struct Stand {
        std::uint64_t leaves = 0;
        std::size_t related = 0;
    };
    Stand stand() {
        const auto application = serve();
        const app::Principal officer{
            application->identity().directory()->person("liuyang")->id, false, {}};
        Stand out;
        const auto counted = application->store().read([&](storage::Reader& reader) {
            auto size = reader.tree_size();
            out.leaves = size.value();
            return engine::Result<void>{};
        });
        REQUIRE(counted.has_value());
        auto& documents = application->documents();
        if (const auto plan = documents.find_external(officer, "plan:chuxiong_pilot", "plan"))
            out.related = documents.find(officer, *plan).value().document.related.size();
        REQUIRE(application->close().has_value());
        return out;
    }
};

}  // namespace

TEST_CASE("cli plan: every task is attached to its plan; brought in again, nothing changes") {
    PlanOffice office;
    const auto first = office.bring_in("liuyang", 0);
    REQUIRE(first.size() == kTasks + 1);
    CHECK(first[0].at("attachment").is_null());
    for (std::size_t i = 1; i < first.size(); ++i) {
        INFO(boost::json::serialize(first[i]));
        CHECK(first[i].at("attachment").is_object());
        CHECK(first[i].at("attached_before") == false);
    }
    const auto after_first = office.stand();
    CHECK(after_first.related == kTasks);
    const auto second = office.bring_in("liuyang", 0);
    REQUIRE(second.size() == kTasks + 1);
    for (std::size_t i = 1; i < second.size(); ++i) {
        CHECK(second[i].at("attachment").is_null());
        CHECK(second[i].at("attached_before") == true);
    }
    const auto after_second = office.stand();
    CHECK(after_second.related == kTasks);
    CHECK(after_second.leaves == after_first.leaves);
    const Ran supervision =
        gongkai({"report", "supervision", "--as", "liuyang", "--data", office.words(), "--json"});
    INFO(told(supervision));
    REQUIRE(supervision.exit == 0);
    CHECK(supervision.json().at("tasks").as_array().size() == kTasks);
}

TEST_CASE("cli plan: who may not open a plan opens none of its tasks") {
    PlanOffice office;
    const auto before = office.stand();
    const auto answers = office.bring_in("helin", 1);
    CHECK(answers.size() == 1);
    const auto after = office.stand();
    CHECK(after.related == 0);
    CHECK(after.leaves == before.leaves + 1);  // the refused attempt
}

}  // namespace gongkai::cli::testing
