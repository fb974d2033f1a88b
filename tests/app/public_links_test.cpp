// The public pages of related documents lead to each other, and to nothing that is not public.
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

// A policy with its interpretation, which anybody may know of, and with an internal opinion, which
// the public never hears of. Each is published, withdrawn and cleared by the same steps.
constexpr const char* kPolicyFlow = R"(
flow: policy_document
title: 政策文件
fields: [title, internal]
relations:
  materials: {flow: material, title: 解读材料, public_link: 政策文件}
  opinion: {flow: material, title: 内部意见}
start: working
states:
  working:
    title: 办理
    worklist: clerk @ own department
    edit: [title, internal]
    relates: [materials, opinion]
    actions:
      ask: {title: 征求意见, kind: stay, effects: [publish draft]}
      publish: {title: 公开, kind: stay, effects: [publish]}
      withdraw: {title: 撤稿, kind: stay, effects: [unpublish]}
      seal: {title: 清除, to: sealed}
  sealed: {title: 已清除, final: true, enter: [purge]}
)";

std::string material_flow() {
    std::string text = kPolicyFlow;
    const auto cut = [&](const std::string& what, const std::string& with) {
        text.replace(text.find(what), what.size(), with);
    };
    cut("flow: policy_document\ntitle: 政策文件", "flow: material\ntitle: 材料");
    cut(text.substr(text.find("relations:"), text.find("start:") - text.find("relations:")), "");
    cut("    relates: [materials, opinion]\n", "");
    return text;
}

// `linked`: whether the flow of the policies has the public link.
void activate(Office& office, bool linked = true) {
    std::string policy = kPolicyFlow;
    const std::string key = ", public_link: 政策文件";
    if (!linked) policy.erase(policy.find(key), key.size());
    // The vocabulary of the office without its policy, which asks for reviews.
    std::vector<language::SourceFile> rules{notice_rules().front()};
    rules.push_back({"material.yaml", material_flow()});
    rules.push_back({"policy_document.yaml", policy});
    const auto compilation = language::compile(rules);
    INFO(language::render(compilation.diagnostics));
    REQUIRE(compilation.rulebook.has_value());
    std::vector<std::shared_ptr<const Flow>> flows;
    for (const auto& flow : compilation.rulebook->flows)
        flows.push_back(Flow::make(*flow));
    REQUIRE(office.flows.activate(flows).has_value());
}

engine::DocumentId opened(Office& office, const std::string& flow, const std::string& title,
                          engine::DocumentId above = 0, const std::string& relation = "materials") {
    input::Open open;
    open.flow = flow;
    open.department = "employment";
    open.fields = {{"title", title}};
    if (above != 0) open.parent = {above, relation};
    return done(office.submit("clerk", 0, open)).id;
}

void edit(Office& office, engine::DocumentId id, const std::string& field,
          const std::string& text) {
    input::Edit edit;
    edit.fields = {{field, text}};
    done(office.submit("clerk", id, edit));
}

// "解读材料: 解读", a line for each link of the page; "no page" where there is none.
std::string links(Office& office, engine::DocumentId id) {
    const auto page = office.publications.page(id);
    REQUIRE(page.has_value());
    if (!*page) return "no page";
    std::string out;
    for (const storage::PublicLink& link : (*page)->links) {
        out += (link.above ? "above " : "") + link.relation_title + ": " + link.title +
               (link.draft ? " (draft)" : "") + '\n';
    }
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("public links: on both pages from when both are public, in either order", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto policy = opened(office, "policy_document", "办法");
    const bool attached = GENERATE(false, true);
    const auto material =
        attached ? opened(office, "material", "解读") : opened(office, "material", "解读", policy);
    if (attached) done(office.submit("clerk", policy, input::Relate{"materials", material}));
    const bool policy_first = GENERATE(false, true);
    const auto first = policy_first ? policy : material;
    const auto second = policy_first ? material : policy;

    office.act("clerk", first, "publish");
    CHECK(links(office, first).empty());
    CHECK(links(office, second) == "no page");
    office.act("clerk", second, "publish");
    CHECK(links(office, policy) == "解读材料: 解读\n");
    CHECK(links(office, material) == "above 政策文件: 办法\n");
}

TEMPLATE_TEST_CASE("public links: also of documents that are related when they are public", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto policy = opened(office, "policy_document", "办法");
    const auto material = opened(office, "material", "解读");
    office.act("clerk", policy, "ask");
    office.act("clerk", material, "publish");
    const auto before = office.publications.find(policy);
    office.clock.advance_ms(engine::ms_per_hour);
    edit(office, policy, "title", "办法（修改中）");
    done(office.submit("clerk", policy, input::Relate{"materials", material}));
    CHECK(links(office, policy) == "解读材料: 解读\n");
    CHECK(links(office, material) == "above 政策文件: 办法 (draft)\n");

    // Nothing else of the page is another, and what was edited since stays inside.
    const auto after = office.publications.find(policy);
    REQUIRE((*before && *after));
    CHECK((*after)->title == "办法");
    CHECK((*after)->fields == (*before)->fields);
    CHECK((*after)->published_at == (*before)->published_at);
    CHECK((*after)->record == (*before)->record);
    edit(office, material, "title", "解读（修改中）");
    CHECK(links(office, policy) == "解读材料: 解读\n");
    office.act("clerk", material, "publish");
    CHECK(links(office, policy) == "解读材料: 解读（修改中）\n");
}

TEMPLATE_TEST_CASE("public links: none from or to what was withdrawn or cleared", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto policy = opened(office, "policy_document", "办法");
    const auto material = opened(office, "material", "解读", policy);
    const auto other = opened(office, "material", "图解", policy);
    for (const auto id : {policy, material, other})
        office.act("clerk", id, "publish");
    REQUIRE(links(office, policy) == "解读材料: 解读\n解读材料: 图解\n");

    SECTION("the material is withdrawn") {
        office.act("clerk", material, "withdraw");
        CHECK(links(office, material).empty());
        CHECK(links(office, policy) == "解读材料: 图解\n");
        // It comes back with a correction.
        office.act("clerk", material, "publish");
        CHECK(links(office, policy) == "解读材料: 解读\n解读材料: 图解\n");
    }
    SECTION("the material is cleared") {
        office.act("clerk", material, "seal");
        CHECK(links(office, policy) == "解读材料: 图解\n");
    }
    SECTION("the policy is withdrawn") {
        office.act("clerk", policy, "withdraw");
        CHECK(links(office, policy).empty());
        CHECK(links(office, material).empty());
    }
    SECTION("the policy is cleared") {
        office.act("clerk", policy, "seal");
        CHECK(links(office, material).empty());
    }
}

TEMPLATE_TEST_CASE("public links: a relation that the flow does not show is never shown", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office);
    const auto policy = opened(office, "policy_document", "办法");
    const auto opinion = opened(office, "material", "意见", policy, "opinion");
    for (const auto id : {policy, opinion})
        office.act("clerk", id, "publish");
    CHECK(links(office, policy).empty());
    CHECK(links(office, opinion).empty());
    // One that it does show, beside it.
    const auto material = opened(office, "material", "解读", policy);
    office.act("clerk", material, "publish");
    CHECK(links(office, policy) == "解读材料: 解读\n");
    CHECK(links(office, opinion).empty());
}

TEMPLATE_TEST_CASE("public links: a migration brings those of the rules that it leads to", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    activate(office, false);
    const auto policy = opened(office, "policy_document", "办法");
    const auto material = opened(office, "material", "解读", policy);
    for (const auto id : {policy, material})
        office.act("clerk", id, "publish");
    const auto migrate = [&] { done(office.submit("system", policy, input::Migrate{})); };
    activate(office, true);
    CHECK(links(office, policy).empty());
    migrate();
    CHECK(links(office, policy) == "解读材料: 解读\n");
    CHECK(links(office, material) == "above 政策文件: 办法\n");
    activate(office, false);
    CHECK(links(office, policy) == "解读材料: 解读\n");
    migrate();
    CHECK(links(office, policy).empty());
    CHECK(links(office, material).empty());
}

}  // namespace gongkai::app::testing
