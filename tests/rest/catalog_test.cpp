// The catalogue of disclosure items over REST: paged, filtered, and what the public sees of it.
#include "app/catalog.hpp"
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;

namespace {

// The shipped catalogues of which `keeps` says yes; by the disclosure officer.
void bring_in(Bureau& bureau, const std::function<bool(const storage::CatalogItem&)>& keeps) {
    std::vector<language::SourceFile> files = shipped_rules();
    std::erase_if(files, [](const auto& file) { return file.path.rfind("catalog/", 0) != 0; });
    auto reading = app::read_catalogs(files, bureau.application().flows());
    REQUIRE(reading.catalogs.size() == 4);
    for (app::CatalogImport& catalog : reading.catalogs) {
        std::erase_if(catalog.items, [&](const auto& item) { return !keeps(item); });
        const auto done = bureau.application().administration().import_catalog(
            {{bureau.id("liuyang"), false, {}}, "test", std::nullopt}, catalog);
        REQUIRE(std::holds_alternative<app::CatalogCounts>(done));
    }
}

// The codes of all pages.
std::vector<std::string> codes(const Caller& caller, const std::string& path) {
    std::vector<std::string> out;
    std::string cursor = "0";
    while (!cursor.empty()) {
        const auto page = caller.get(path + "&cursor=" + cursor);
        REQUIRE(page.status == 200);
        for (const auto& item : page.at("/items").as_array())
            out.emplace_back(item.at("code").as_string());
        cursor = page.text("/next");
    }
    return out;
}

}  // namespace

TEST_CASE(
    "catalog: the public pages through the items in force, those within also see the others") {
    Bureau bureau;
    bring_in(bureau, [](const auto&) { return true; });
    const auto all = codes(bureau.anonymous(), "/public/v1/catalog?limit=50");
    CHECK(all.size() == 121);
    CHECK(codes(bureau.as("lihua"), "/api/v1/catalog?limit=50") == all);
    CHECK(codes(bureau.as("lihua"), "/api/v1/catalog?limit=1") == all);

    const auto execution = bureau.anonymous().get("/public/v1/catalog?flow=execution");
    REQUIRE(execution.size("/items") == 2);
    CHECK(execution.text("/items/0/code") == "ZD-2.1");
    CHECK(execution.text("/items/0/catalog") == "key_areas");
    CHECK(execution.text("/items/0/level1") == "重点工作");
    CHECK(execution.text("/items/0/details/method") == "proactive");
    CHECK(execution.number("/items/0/details/deadline/within/count") == 20);
    // 行政许可
    const std::string licences = "level1=%E8%A1%8C%E6%94%BF%E8%AE%B8%E5%8F%AF";
    CHECK(bureau.anonymous().get("/public/v1/catalog?" + licences).size("/items") > 0);
    CHECK(bureau.anonymous().get("/public/v1/catalog?flow=execution&" + licences).size("/items") ==
          0);
    CHECK(bureau.anonymous().get("/public/v1/catalog?catalog=general").size("/items") == 9);

    // What the catalogue no longer has is no matter of the portal's.
    bring_in(bureau, [](const auto& item) { return item.code != "ZD-2.1"; });
    CHECK(bureau.anonymous().get("/public/v1/catalog?flow=execution").size("/items") == 1);
    CHECK(bureau.as("lihua").get("/api/v1/catalog?flow=execution").size("/items") == 1);
    const auto ended = bureau.as("lihua").get("/api/v1/catalog?flow=execution&ended=true");
    REQUIRE(ended.size("/items") == 2);
    CHECK(ended.text("/items/0/code") == "ZD-2.1");
    CHECK(ended.text("/items/0/ended") == engine::to_string(bureau.clock.now()));

    CHECK(bureau.anonymous().get("/api/v1/catalog").status == 401);
    CHECK(bureau.anonymous().get("/public/v1/catalog?ended=true").code() == "invalid_query");
    CHECK(bureau.as("lihua").get("/api/v1/catalog?ended=maybe").code() == "invalid_query");
    CHECK(bureau.as("lihua").get("/api/v1/catalog?level=1").code() == "invalid_query");
}

TEST_CASE("catalog: a document that names no item of it is refused where it is wrong") {
    Bureau bureau;
    bring_in(bureau, [](const auto&) { return true; });
    const auto clerk = bureau.as("lihua");
    const auto wrong = clerk.post("/api/v1/documents", new_document({{"catalog_item", "ZD-9.9"}}));
    CHECK(wrong.status == 400);
    CHECK(show(wrong).find("unknown_catalog_item") != std::string::npos);
    CHECK(show(wrong).find("/fields/catalog_item") != std::string::npos);
    const auto right = clerk.post("/api/v1/documents", new_document({{"catalog_item", "ZD-2.1"}}));
    CHECK(right.status == 201);
    CHECK(clerk.get("/api/v1/documents/" + right.text("/id")).text("/fields/catalog_item") ==
          "ZD-2.1");
}

TEST_CASE("catalog: an adjustment that no catalogue could have is refused at the field") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto propose = [&](const boost::json::object& fields) {
        return clerk.post(
            "/api/v1/documents",
            {{"flow", "catalog_entry"}, {"department", "employment"}, {"fields", fields}});
    };
    const auto refused_as = [&](const boost::json::object& fields, const std::string& code,
                                const std::string& where) {
        const auto answer = propose(fields);
        INFO(show(answer));
        CHECK(answer.status == 400);
        CHECK(show(answer).find(code) != std::string::npos);
        CHECK(show(answer).find(where) != std::string::npos);
    };
    refused_as({{"title", "x"}, {"entry_code", "JY 9"}}, "bad_code", "/fields/entry_code");
    refused_as({{"title", "x"}, {"entry_change", "add"}, {"entry_code", "ZD-2.1"}}, "item_in_force",
               "/fields/entry_code");
    refused_as({{"title", "x"}, {"entry_change", "end"}, {"entry_code", "ZD-9.9"}},
               "unknown_catalog_item", "/fields/entry_code");
    CHECK(clerk.get("/api/v1/documents?flow=catalog_entry").size("/documents") == 0);
    CHECK(propose({{"title", "x"}, {"entry_change", "end"}, {"entry_code", "ZD-2.1"}}).status ==
          201);
}
