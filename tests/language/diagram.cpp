#include "language/diagram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "language/layered_layout.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;
using Catch::Contains;

namespace {

engine::Definition fixture_definition() {
    const Compilation compilation = compile(test::fixture_rules());
    REQUIRE(compilation.rulebook);
    return compilation.rulebook->find("decision")->definition;
}

engine::Document standing(const engine::Definition& definition,
                          const std::vector<std::string>& states) {
    engine::Document document;
    document.places.resize(definition.regions.size());
    for (const std::string& name : states) {
        const engine::StateId id = definition.state(name);
        REQUIRE(id != engine::kNone);
        document.places[definition.states[id].region].state = id;
    }
    return document;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

// A picture with every character that means something in one of the formats.
engine::Definition hostile() {
    engine::Definition definition;
    definition.flow = "x";
    definition.title = "</title><script>alert('\"1\"')</script> & \\ \x01 \xFF";
    definition.regions.resize(1);
    engine::State state;
    state.name = "a";
    state.title = "a\"];\nb [label=\"<b>&amp;#x41;\\\" --> [*] {}: %%";
    definition.states = {state, state};
    definition.states[1].final = true;
    engine::Action action;
    action.name = "go";
    action.title = state.title;
    action.from = 0;
    action.to = 1;
    definition.actions = {action};
    definition.states[0].actions = {0};
    return definition;
}

}  // namespace

TEST_CASE("diagram: the SVG names the flow, its states and where the document stands") {
    const engine::Definition definition = fixture_definition();
    const engine::Document document =
        standing(definition, {"participation", "participation/comments/collecting"});
    const std::string picture = svg(definition, &document);
    CHECK_THAT(picture, Contains("role=\"img\""));
    CHECK_THAT(picture, Contains("<title id=\"flow-decision-title\">流程图：决策公开</title>"));
    CHECK_THAT(picture, Contains("文件当前位于：公众参与、征求意见。"));
    CHECK_THAT(picture, Contains("● 征求意见"));
    CHECK_THAT(picture, Contains(">送审</text>"));
    CHECK_THAT(picture, Contains("集体讨论（5 席 3 票）"));
    CHECK_THAT(picture, Contains("全部完成"));
    CHECK(count(picture, "文件当前位于此处") == 2);
    // Not told by colour alone, and no mark where the document is not.
    CHECK_THAT(picture, !Contains("● 起草"));
    const std::string bare = svg(definition);
    CHECK_THAT(bare, !Contains("●"));
    CHECK_THAT(bare, !Contains("当前位于"));
}

TEST_CASE("diagram: the SVG asks for nothing from outside and holds no script or style") {
    const std::string picture = svg(fixture_definition());
    for (const char* word : {"<script", "<style", "style=", "href", "url(", "<image",
                             "<foreignObject", "onload", "class="}) {
        INFO(word);
        CHECK_THAT(picture, !Contains(word));
    }
}

TEST_CASE("diagram: no title leaves its place in the picture") {
    const engine::Definition definition = hostile();

    const std::string picture = svg(definition);
    CHECK_THAT(picture, !Contains("<script"));
    CHECK_THAT(picture, !Contains("<b>"));
    CHECK_THAT(picture, Contains("&lt;script&gt;"));
    CHECK_THAT(picture, !Contains("\x01"));
    CHECK_THAT(picture, !Contains("\xFF"));
    CHECK(count(picture, "<title") == count(picture, "</title>"));

    const std::string dot = graphviz(definition);
    CHECK_THAT(dot, Contains("\"a\\\"]; b [label=\\\"<b>&amp;#x41;\\\\\\\" --> [*] {}: %%\""));
    CHECK(count(dot, "\n  s") == 5);  // the start, two nodes, two arrows; nothing that a title made

    const std::string chart = mermaid(definition);
    CHECK_THAT(chart, !Contains("<"));
    CHECK(count(chart, "-->") == 3);  // to the start, the action, to the end
    CHECK(count(chart, "\n") == 7);
}

TEST_CASE("diagram: DOT has a cluster for every fork and every part") {
    const engine::Definition definition = fixture_definition();
    const engine::Document document = standing(definition, {"signing"});
    const std::string dot = graphviz(definition, &document);
    CHECK_THAT(dot, Contains("digraph flow {"));
    // secrecy; participation, its two branches and the part in one of them; 7 of quick; 4 of
    // either.
    CHECK(count(dot, "subgraph cluster_") == 16);
    CHECK(count(dot, "penwidth=3") == 1);
    CHECK_THAT(dot, Contains("[label=\"签发\", fillcolor="));
    // An exit of a branch is drawn as the way that it leads to.
    CHECK_THAT(dot, !Contains("objected"));
    CHECK_THAT(dot, Contains("label=\"重大异议\""));
}

TEST_CASE("diagram: Mermaid shows branches side by side within their fork") {
    const engine::Definition definition = fixture_definition();
    const engine::Document document = standing(definition, {"meeting"});
    const std::string chart = mermaid(definition, &document);
    CHECK(chart.starts_with("stateDiagram-v2\n"));
    CHECK_THAT(chart, Contains("state \"公众参与\" as s3 {\n"));
    CHECK(count(chart, "--\n") == 4);  // 2 branches, 3 and 2
    CHECK_THAT(chart, Contains("s3 --> s0: objected"));
    CHECK_THAT(chart, Contains("class s34 active\n"));
    CHECK_THAT(chart, Contains("（到期）"));
}

TEST_CASE("layout: boxes and labels cover nothing, and every arrow starts and ends at its boxes") {
    Layout layout;
    for (int i = 0; i < 12; ++i)
        layout.nodes.push_back({60.0 + 7 * i, 30, {}});
    const auto edge = [&](std::size_t from, std::size_t to) {
        layout.edges.push_back({from, to, 40, 15, false, {}, {}, 0});
    };
    for (std::size_t i = 0; i + 1 < 12; ++i)
        edge(i, i + 1);
    edge(0, 5);
    edge(2, 9);
    edge(7, 1);
    edge(11, 0);
    edge(3, 8);
    edge(3, 10);
    lay_out(layout, 0);

    struct Box {
        double left, top, right, bottom;
    };
    std::vector<Box> boxes;
    const auto add = [&](const Point& at, double width, double height) {
        boxes.push_back({at.x - width / 2, at.y - height / 2, at.x + width / 2, at.y + height / 2});
        CHECK(boxes.back().left >= 0);
        CHECK(boxes.back().top >= 0);
        CHECK(boxes.back().right <= layout.width);
        CHECK(boxes.back().bottom <= layout.height);
    };
    for (const LayoutNode& node : layout.nodes)
        add(node.center, node.width, node.height);
    for (const LayoutEdge& line : layout.edges)
        add(line.label, line.label_width, line.label_height);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        for (std::size_t k = i + 1; k < boxes.size(); ++k) {
            const bool apart = boxes[i].right <= boxes[k].left || boxes[k].right <= boxes[i].left ||
                               boxes[i].bottom <= boxes[k].top || boxes[k].bottom <= boxes[i].top;
            CHECK(apart);
        }
    }
    for (const LayoutEdge& line : layout.edges) {
        REQUIRE(line.route.size() >= 2);
        const bool up = line.climbs > 0;
        const LayoutNode& from = layout.nodes[line.from];
        const LayoutNode& to = layout.nodes[line.to];
        CHECK(line.route.front().y == Approx(from.center.y + (up ? -1 : 1) * from.height / 2));
        CHECK(line.route.back().y == Approx(to.center.y + (up ? 1 : -1) * to.height / 2));
        CHECK(std::abs(line.route.front().x - from.center.x) <= from.width / 2);
        CHECK(std::abs(line.route.back().x - to.center.x) <= to.width / 2);
    }
    CHECK(layout.edges[14].climbs > 5);  // 11 back to 0
    CHECK(layout.edges[0].climbs == 0);
}
