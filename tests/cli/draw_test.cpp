// gongkai draw.
#include "tests/cli/program.hpp"

namespace gongkai::cli::testing {

TEST_CASE("cli draw: a flow in each of the formats") {
    const auto drawn = [](const char* format) {
        const Ran ran = gongkai({"draw", rules_folder(), "--format", format});
        INFO(told(ran));
        CHECK(ran.exit == 0);
        CHECK(ran.err.empty());
        return ran.out;
    };
    CHECK(drawn("mermaid").rfind("stateDiagram-v2", 0) == 0);
    CHECK(drawn("dot").rfind("digraph", 0) == 0);
    const std::string svg = drawn("svg");
    CHECK(svg.rfind("<svg", 0) == 0);
    CHECK(svg.find("保密审查") != std::string::npos);
    const Ran shipped = gongkai({"draw", "--flow", "decision", "--json"});
    CHECK(shipped.exit == 0);
    CHECK(shipped.json().at("flow").as_string() == "decision");
    CHECK(shipped.json().at("picture").as_string().starts_with("stateDiagram-v2"));
}

TEST_CASE("cli draw: where a document stands") {
    Installation place;
    const std::string id = std::to_string(place.publish());
    const Ran marked = gongkai({"draw", "--document", id, "--data", place.words(), "--json"});
    INFO(told(marked));
    REQUIRE(marked.exit == 0);
    CHECK(marked.json().at("states").at(0).as_string() == "published");
    CHECK(marked.json().at("document").as_string() == id);
    const Ran plain = gongkai({"draw", rules_folder(), "--json"});
    CHECK(plain.json().at("picture") != marked.json().at("picture"));
    const Ran unknown = gongkai({"draw", "--document", "7", "--data", place.words()});
    CHECK(unknown.exit == 3);
    CHECK(unknown.err.find("no document 7") != std::string::npos);
}

TEST_CASE("cli draw: what is off is said") {
    const Ran many = gongkai({"draw"});
    CHECK(many.exit == 2);
    CHECK(many.err.find("--flow") != std::string::npos);
    CHECK(gongkai({"draw", "--flow", "dance"}).exit == 3);
    CHECK(gongkai({"draw", "--format", "oil"}).exit == 2);
    CHECK(gongkai({"draw", "--data", "somewhere"}).exit == 2);
    CHECK(gongkai({"draw", "--document", "1", "--flow", "decision"}).exit == 2);
    CHECK(gongkai({"draw", "/nowhere"}).exit == 3);
    CHECK(gongkai({"draw", "--help"}).out.find("--document") != std::string::npos);
}

}  // namespace gongkai::cli::testing
