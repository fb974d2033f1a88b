// The contract of the store about the catalogue of disclosure items.
#include "tests/storage/store_contract.hpp"

namespace gongkai::storage::testing {

namespace {

CatalogItem item(const std::string& code, const std::string& flow, const std::string& level1,
                 const std::string& catalog = "employment") {
    return {0, code, catalog, flow, level1, "{}", std::nullopt, 0};
}

std::uint64_t put(Store& store, const CatalogItem& one) {
    std::uint64_t number = 0;
    REQUIRE(store.run([&](Transaction& t) -> Result<void> {
        TRY(number, t.put_catalog_item(one));
        return {};
    }));
    return number;
}

// Codes of a page, and whether more follows.
std::string codes(const CatalogPage& page) {
    std::string out;
    for (const CatalogItem& one : page.rows)
        out += one.code + ' ';
    return out + (page.next ? "..." : "");
}

std::string list(Store& store, const CatalogFilter& filter) {
    return codes(ask(store, [&](Reader& r) { return r.catalog(filter); }));
}

std::string list_public(Store& store, const CatalogFilter& filter) {
    return codes(ask_public(store, [&](PublicReader& r) { return r.catalog(filter); }));
}

}  // namespace

TEMPLATE_TEST_CASE("store: items of the catalogue keep their number and are paged by it", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    CHECK(put(*store, item("JY-2", "service", "登记")) == 1);
    CHECK(put(*store, item("JY-10", "service", "咨询")) == 2);
    CHECK(put(*store, item("JY-1", "result", "登记")) == 3);
    CHECK(put(*store, item("ZH-1", "management", "机构", "general")) == 4);

    CHECK(list(*store, {}) == "JY-2 JY-10 JY-1 ZH-1 ");
    CatalogFilter filter;
    filter.limit = 2;
    CHECK(list(*store, filter) == "JY-2 JY-10 ...");
    filter.after = 2;
    CHECK(list(*store, filter) == "JY-1 ZH-1 ");
    filter.after = ~std::uint64_t{0};
    CHECK(list(*store, filter).empty());
    filter = {};
    filter.flow = "service";
    CHECK(list(*store, filter) == "JY-2 JY-10 ");
    filter.level1 = "登记";
    CHECK(list(*store, filter) == "JY-2 ");
    CHECK(list_public(*store, filter) == "JY-2 ");
    filter = {};
    filter.catalog = "general";
    CHECK(list(*store, filter) == "ZH-1 ");
    filter.limit = 0;
    CHECK(list(*store, filter).empty());

    // Replaced as a whole, under its number; found by its code alone.
    CatalogItem changed = item("JY-10", "decision", "政策", "key_areas");
    changed.details = R"({"level2":"新"})";
    changed.document = 7;
    CHECK(put(*store, changed) == 2);
    changed.number = 2;
    CHECK(*ask(*store, [](Reader& r) { return r.find_catalog_item("JY-10"); }) == changed);
    CHECK_FALSE(ask(*store, [](Reader& r) { return r.find_catalog_item("jy-10"); }));
    CHECK(list(*store, {}) == "JY-2 JY-10 JY-1 ZH-1 ");
}

TEMPLATE_TEST_CASE("store: an item that has ended is kept, and listed only when asked for", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    put(*store, item("JY-1", "service", "登记"));
    put(*store, item("JY-2", "service", "登记"));
    CatalogItem ended = item("JY-1", "service", "登记");
    ended.ended = Instant{77};
    put(*store, ended);
    CHECK(list(*store, {}) == "JY-2 ");
    CHECK(list_public(*store, {}) == "JY-2 ");
    CatalogFilter all;
    all.ended = true;
    CHECK(list(*store, all) == "JY-1 JY-2 ");
    CHECK(ask(*store, [](Reader& r) { return r.find_catalog_item("JY-1"); })->ended == Instant{77});
    ended.ended.reset();
    put(*store, ended);
    CHECK(list(*store, {}) == "JY-1 JY-2 ");
}

TEMPLATE_TEST_CASE("store: a job sees the items that it has put, and a failed one leaves none", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const auto job = [](Transaction& t) -> Result<void> {
        TRY_VOID(t.put_catalog_item(item("JY-1", "service", "登记")));
        TRY(const auto found, t.find_catalog_item("JY-1"));
        TRY(const auto page, t.catalog({}));
        CHECK(found.has_value());
        CHECK(codes(page) == "JY-1 ");
        return engine::Error{ErrorCode::conflict, "on purpose"};
    };
    CHECK(code_of(store->run(job)) == ErrorCode::conflict);
    CHECK(list(*store, {}).empty());
    CHECK(put(*store, item("JY-2", "service", "登记")) == 1);
}

}  // namespace gongkai::storage::testing
