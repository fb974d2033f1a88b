// The contract of the store about series of numbers and the codes of documents.
#include "tests/storage/store_contract.hpp"

namespace gongkai::storage::testing {

namespace {

std::uint64_t take(Store& store, const std::string& series) {
    std::uint64_t number = 0;
    REQUIRE(store.run([&](Transaction& t) -> Result<void> {
        TRY(number, t.take_number(series));
        return {};
    }));
    return number;
}

std::uint64_t last(Store& store, const std::string& series) {
    std::uint64_t number = 0;
    REQUIRE(store.run([&](Transaction& t) -> Result<void> {
        TRY(number, t.last_number(series));
        return {};
    }));
    return number;
}

}  // namespace

TEMPLATE_TEST_CASE("store: a series gives every number once, each series for itself", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    CHECK(last(*store, "request-2026-{number}") == 0);
    CHECK(take(*store, "request-2026-{number}") == 1);
    CHECK(take(*store, "request-2026-{number}") == 2);
    CHECK(take(*store, "request-2027-{number}") == 1);
    CHECK(take(*store, "request-2026-{number}") == 3);
    CHECK(last(*store, "request-2026-{number}") == 3);
    CHECK(last(*store, "request-2027-{number}") == 1);
}

TEMPLATE_TEST_CASE("store: a job that fails gives its number back, and no other", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    CHECK(take(*store, "a") == 1);
    std::vector<std::uint64_t> seen;
    const auto failed = store->run([&](Transaction& t) -> Result<void> {
        TRY(const auto first, t.take_number("a"));
        TRY(const auto second, t.take_number("a"));
        seen = {first, second};
        return engine::Error{engine::ErrorCode::conflict, "on purpose"};
    });
    CHECK_FALSE(failed);
    CHECK(seen == std::vector<std::uint64_t>{2, 3});
    CHECK(last(*store, "a") == 1);
    CHECK(take(*store, "a") == 2);
}

TEMPLATE_TEST_CASE("store: a document is found by its codes, and a code is nobody else's", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    StepRecord step = first_step(1);
    step.codes = {digest_of("K7M4"), digest_of("P9QX")};
    REQUIRE(write(*store, step));
    StepRecord later = next_step(1, 2);
    later.codes = {digest_of("later")};
    REQUIRE(write(*store, later));
    for (const char* code : {"K7M4", "P9QX", "later"}) {
        CHECK(ask(*store, [&](Reader& r) { return r.find_code(digest_of(code)); }) == 1);
    }
    CHECK_FALSE(ask(*store, [](Reader& r) { return r.find_code(digest_of("K7M5")); }));

    StepRecord other = first_step(2);
    other.codes = {digest_of("K7M4")};
    CHECK(write(*store, other).error().code == engine::ErrorCode::conflict);
    // What is wrong with the document itself is said first, whatever its codes are.
    StepRecord missing = next_step(7, 2);
    missing.codes = {digest_of("K7M4")};
    CHECK(code_of(write(*store, missing)) == engine::ErrorCode::not_found);
    CHECK_FALSE(ask(*store, [](Reader& r) { return r.find_document(2); }));
    other.codes = {digest_of("free")};
    REQUIRE(write(*store, other));
    CHECK(ask(*store, [](Reader& r) { return r.find_code(digest_of("free")); }) == 2);
}

}  // namespace gongkai::storage::testing
