// The contract of the store about which published documents lead to which.
#include "tests/storage/store_contract.hpp"

namespace gongkai::storage::testing {

namespace {

using Lines = std::vector<std::string>;

// What the page of the document leads to, a line each.
Lines links(Store& store, DocumentId id) {
    Lines lines;
    for (const PublicLink& link :
         ask_public(store, [id](PublicReader& r) { return r.links(id); })) {
        lines.push_back((link.above ? "above " : "below ") + std::to_string(link.document) + " " +
                        link.relation + " " + link.relation_title + ": " + link.title + ", " +
                        link.flow + (link.draft ? ", draft" : ""));
    }
    return lines;
}

PublicDocument page(DocumentId id, const std::string& title) {
    PublicDocument page;
    page.document = id;
    page.flow = "decision";
    page.title = title;
    return page;
}

LinkBelow below(DocumentId id, const std::string& relation = "materials") {
    return {id, relation, "Interpretation", "Policy"};
}

}  // namespace

TEMPLATE_TEST_CASE("store: both pages link to each other from when both are public", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const bool lower_first = GENERATE(false, true);
    for (const DocumentId id : {DocumentId{1}, DocumentId{2}})
        REQUIRE(write(*store, first_step(id)));
    StepRecord relating = next_step(1, 2);
    relating.links = {below(2)};
    REQUIRE(write(*store, relating));
    CHECK(links(*store, 1).empty());
    CHECK(links(*store, 2).empty());

    const auto publish = [&](DocumentId id, std::uint32_t revision) {
        StepRecord step = next_step(id, revision);
        step.publication = page(id, "Published " + std::to_string(id));
        step.publication->draft = id == 1;
        REQUIRE(write(*store, step));
    };
    const auto upper = [&] { publish(1, 3); };
    const auto lower = [&] { publish(2, 2); };
    lower_first ? lower() : upper();
    CHECK(links(*store, 1).empty());
    CHECK(links(*store, 2).empty());
    lower_first ? upper() : lower();
    CHECK(links(*store, 1) == Lines{"below 2 materials Interpretation: Published 2, decision"});
    CHECK(links(*store, 2) == Lines{"above 1 materials Policy: Published 1, decision, draft"});

    // A step that says nothing of links leaves them, and so does one that was refused.
    REQUIRE(write(*store, next_step(1, 4)));
    StepRecord refused = next_step(1, 4);
    refused.links = std::vector<LinkBelow>{};
    CHECK(!write(*store, refused));
    CHECK(links(*store, 2).size() == 1);
    StepRecord none = next_step(1, 5);
    none.links = std::vector<LinkBelow>{};
    REQUIRE(write(*store, none));
    CHECK(links(*store, 1).empty());
    CHECK(links(*store, 2).empty());
}

TEMPLATE_TEST_CASE("store: no link leads to or from what was withdrawn or purged", "",
                   GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    const DocumentId gone = GENERATE(1, 2);
    for (const DocumentId id : {DocumentId{1}, DocumentId{2}}) {
        StepRecord step = first_step(id);
        step.publication = page(id, "Published " + std::to_string(id));
        if (id == 1) step.links = {below(2)};
        REQUIRE(write(*store, step));
    }
    REQUIRE(links(*store, 1).size() == 1);
    REQUIRE(links(*store, 2).size() == 1);
    StepRecord step = next_step(gone, 2);
    SECTION("withdrawn") {
        step.publication = page(gone, "Withdrawn");
        step.publication->withdrawn = true;
    }
    SECTION("purged") {
        step.purge = true;
    }
    SECTION("purged, and a stub stays") {
        step.purge = true;
        step.publication = page(gone, "Withdrawn");
        step.publication->withdrawn = true;
    }
    REQUIRE(write(*store, step));
    CHECK(links(*store, 1).empty());
    CHECK(links(*store, 2).empty());
    CHECK(ask_public(*store, [&](PublicReader& r) { return r.find(3 - gone); }));

    StepRecord again = next_step(gone, 3);
    again.publication = page(gone, "Published again");
    REQUIRE(write(*store, again));
    REQUIRE(links(*store, 3 - gone).size() == 1);
    CHECK(links(*store, 3 - gone)[0].find("Published again") != std::string::npos);
}

TEMPLATE_TEST_CASE("store: links come in order, by their number and relation", "", GONGKAI_STORES) {
    TestType backend;
    const auto store = backend.open();
    for (DocumentId id = 1; id <= 6; ++id) {
        StepRecord step = first_step(id);
        if (id != 5) step.publication = page(id, "T" + std::to_string(id));
        if (id == 1) step.links = {below(3)};
        if (id == 3) step.links = {below(6), below(4, "tasks"), below(5), below(4)};
        if (id == 6) step.links = {below(3, "back")};
        REQUIRE(write(*store, step));
    }
    CHECK(links(*store, 3) == Lines{"above 1 materials Policy: T1, decision",
                                    "above 6 back Policy: T6, decision",
                                    "below 4 materials Interpretation: T4, decision",
                                    "below 4 tasks Interpretation: T4, decision",
                                    "below 6 materials Interpretation: T6, decision"});
    CHECK(links(*store, 5).empty());
    CHECK(links(*store, 2).empty());
    CHECK(links(*store, 99).empty());

    // Another list keeps what it has in common with the one before.
    StepRecord other = next_step(3, 2);
    other.links = {below(6), below(2)};
    REQUIRE(write(*store, other));
    CHECK(links(*store, 3) == Lines{"above 1 materials Policy: T1, decision",
                                    "above 6 back Policy: T6, decision",
                                    "below 2 materials Interpretation: T2, decision",
                                    "below 6 materials Interpretation: T6, decision"});
    CHECK(links(*store, 4).empty());
}

}  // namespace gongkai::storage::testing
