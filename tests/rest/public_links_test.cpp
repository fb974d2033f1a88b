// 政策解读: the public page of a policy document leads to its interpretation, and back.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

constexpr const char* kTitle = "《关于开展职业技能培训的实施方案》<解读>";

// Opened under the policy document by its drafter, on its way to the review before publication.
std::string material_under(Bureau& bureau, const std::string& policy) {
    json::object body = new_document({{"title", kTitle},
                                      {"interpreted_title", "关于开展职业技能培训的实施方案"},
                                      {"interprets_normative", false},
                                      {"interpretation_plan", "问答，随文件发布"},
                                      {"interpretation_form", "question_answer"}});
    body["flow"] = "interpretation_material";
    body["fields"].as_object().erase("steps");
    body["fields"].as_object().erase("attribute");
    body["parent"] = {{"document", policy}, {"relation", "materials"}};
    const auto opened = bureau.as("lihua").post("/api/v1/documents", body);
    INFO(show(opened));
    REQUIRE(opened.status == 201);
    const std::string id = opened.text("/id");
    act(bureau, "lihua", id, "submit");
    act(bureau, "liuyang", id, "pass");
    act(bureau, "zhoujie", id, "issue");
    return id;
}

Answer page(Bureau& bureau, const std::string& id) {
    return bureau.anonymous().get("/public/documents/" + id);
}
Answer published(Bureau& bureau, const std::string& id) {
    return bureau.anonymous().get("/public/v1/documents/" + id);
}

}  // namespace

TEST_CASE("public links: a policy and its interpretation lead to each other, and to no draft") {
    Bureau bureau;
    const std::string policy = draft(bureau);
    bring_to(bureau, policy, "published");
    const std::string material = material_under(bureau, policy);
    const std::string link = "<a href=\"/public/documents/" + material + "\">";

    // Officers see both, the public neither the link nor the number.
    CHECK(bureau.as("lihua").get("/api/v1/documents/" + policy).size("/related") == 1);
    auto shown = published(bureau, policy);
    CHECK(shown.size("/related") == 0);
    CHECK(shown.size("/related_from") == 0);
    CHECK(shown.body.find(material) == std::string::npos);
    CHECK(page(bureau, policy).body.find("解读材料") == std::string::npos);

    bring_to(bureau, material, "published");
    shown = published(bureau, policy);
    REQUIRE(shown.size("/related") == 1);
    CHECK(shown.at("/related/0") == json::value{{"id", material},
                                                {"flow", "interpretation_material"},
                                                {"title", kTitle},
                                                {"draft", false},
                                                {"relation", "materials"},
                                                {"relation_title", "解读材料"}});
    CHECK(shown.size("/related_from") == 0);
    CHECK(page(bureau, policy)
              .body.find("<h2>解读材料</h2>\n<ul>\n<li>" + link +
                         "《关于开展职业技能培训的实施方案》&lt;解读&gt;</a></li>") !=
          std::string::npos);
    shown = published(bureau, material);
    REQUIRE(shown.size("/related_from") == 1);
    CHECK(shown.text("/related_from/0/id") == policy);
    CHECK(shown.text("/related_from/0/relation_title") == "政策文件");
    CHECK(shown.size("/related") == 0);
    CHECK(page(bureau, material)
              .body.find("<h2>政策文件</h2>\n<ul>\n<li><a "
                         "href=\"/public/documents/" +
                         policy + "\">关于开展职业技能培训的实施方案</a></li>") !=
          std::string::npos);

    // The list tells of no links: they cost a look-up each.
    const auto list = bureau.anonymous().get("/public/v1/documents");
    CHECK(list.body.find("related") == std::string::npos);

    act(bureau, "majun", material, "withdraw", {{"withdrawal_reason", "图表有误"}});
    CHECK(published(bureau, policy).size("/related") == 0);
    CHECK(page(bureau, policy).body.find(link) == std::string::npos);
    shown = published(bureau, material);
    CHECK(shown.at("/withdrawn") == true);
    CHECK(shown.size("/related_from") == 0);
    CHECK(page(bureau, material).body.find("政策文件") == std::string::npos);
}
