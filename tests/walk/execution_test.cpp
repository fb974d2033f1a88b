// A document that was imported goes through the shipped execution flow to publication, by the hands
// of eight people, and what is published is what was imported.
#include <cstdlib>
#include <iostream>

#include "tests/walk/bureau.hpp"

namespace gongkai::app::testing {

namespace {

namespace fs = std::filesystem;

PlainField text(const char* name, std::string value) {
    return {name, std::move(value)};
}

const Rows kSteps{{{"step", "准备"}, {"content", "起草方案，征集意见"}, {"due", "2026-11-30"}},
                  {{"step", "实施"}, {"content", "按方案办理"}, {"due", "2027-03-31"}}};

// From a draft with everything filled in to the page on the portal.
Done walk_to_publication(Bureau& bureau, engine::DocumentId id) {
    bureau.act("lihua", id, "submit");
    bureau.act("wangfang", id, "agree", {text("department_opinion", "同意报批")});
    bureau.act("yangmei", id, "agree");
    bureau.act("zhoujie", id, "issue");

    bureau.act("lihua", id, "confirm", {text("self_review_opinion", "不涉密，不涉及个人隐私")});
    bureau.act("wangfang", id, "agree");
    bureau.act("sunli", id, "release", {text("secrecy_opinion", "可以公开")});
    bureau.act("huangwei", id, "approve");
    bureau.act("majun", id, "complete");

    bureau.act("majun", id, "pass", {text("first_proofreading", "无差错")});
    bureau.act("yangmei", id, "pass", {text("second_proofreading", "无差错")});
    bureau.act("zhoujie", id, "pass", {text("third_proofreading", "无差错")});
    return bureau.act("majun", id, "publish");
}

// Where the files belong: they come from elsewhere and do not say it.
void bring_in_item(Bureau& bureau) {
    const std::vector<language::SourceFile> files{{"plans.yaml",
                                                   "catalog: plans\nitems:\n  - {id: GH-1, level1: "
                                                   "规划计划, level2: 实施方案, content: [方案], "
                                                   "basis: [条例], flow: execution}\n"}};
    const CatalogReading reading = read_catalogs(files, bureau.application->flows());
    REQUIRE(reading.catalogs.size() == 1);
    const auto done = bureau.application->administration().import_catalog(
        {bureau.as("liuyang"), "test", std::nullopt}, reading.catalogs[0]);
    REQUIRE(std::holds_alternative<CatalogCounts>(done));
}

void import_and_publish(Bureau& bureau, const fs::path& file, std::vector<PlainField> stated) {
    bring_in_item(bureau);
    const ImportAnswer imported = bureau.import(file, "execution", std::move(stated));
    for (const auto& finding : imported.findings)
        UNSCOPED_INFO(language::render(finding));
    REQUIRE(imported.outcome.has_value());
    const Done opened = done(*imported.outcome);
    CHECK(opened.created);
    const auto draft = bureau.application->documents().find(bureau.as("lihua"), opened.id);
    REQUIRE(draft.has_value());
    CHECK(draft->source == kImportSource);

    done(bureau.submit(
        "lihua", opened.id,
        input::Edit{
            {text("formed_at", "2026-11-23"), text("catalog_item", "GH-1"), {"steps", kSteps}},
            {}}));
    const Done published = walk_to_publication(bureau, opened.id);
    CHECK(published.publication == engine::Publication::published);

    const std::string bytes = bytes_of(file);
    const std::string body = bureau.published(opened.id, "body");
    CHECK(body == read_official_document({"", bytes}).body);
    CHECK(bytes.ends_with(body));
    CHECK(bureau.published(opened.id, "attribute") == "proactive");

    // A second import of the same file finds it dealt with.
    const std::uint64_t leaves = bureau.application->store().head().size;
    const ImportAnswer again = bureau.import(file, "execution", {});
    REQUIRE(again.outcome.has_value());
    CHECK(again.known == opened.id);
    CHECK_FALSE(done(*again.outcome).changed);
    CHECK(bureau.application->store().head().size == leaves);
}

// The customer's plan is not part of the repository: its place is given, or it lies beside the
// checkout.
std::optional<fs::path> disclosure_plan() {
    const char* given = std::getenv("GONGKAI_PLAN");
    if (given != nullptr && *given != '\0') return fs::path(given);
    const fs::path beside =
        in_source("..") / "shared" / "documents" / "chuxiong-renshe-disclosure-plan.txt";
    std::error_code ignored;
    if (fs::is_regular_file(beside, ignored)) return beside;
    return std::nullopt;
}

}  // namespace

TEST_CASE("execution: a plan of the examples goes from its file to the portal unchanged") {
    Bureau bureau;
    import_and_publish(bureau, in_source("examples/documents/training-plan.md"), {});
}

TEST_CASE("execution: the disclosure plan goes from its file to the portal unchanged") {
    const auto plan = disclosure_plan();
    if (!plan) {
        std::cout << "skipped: GONGKAI_PLAN names no file, and none lies beside the checkout\n";
        return;
    }
    // The file has no title line; the drafter writes it.
    CHECK(Bureau().import(*plan, "execution").findings.at(0).code == "no_title");
    Bureau bureau;
    const std::string title =
        "楚雄市人力资源和社会保障局开展全国基层政务公开标准化规范化试点工作实施方案";
    import_and_publish(bureau, *plan, {text("title", title)});
    // Nothing stands before or after the text.
    const std::string bytes = bytes_of(*plan);
    CHECK(read_official_document({"", bytes}).body == bytes);
}

}  // namespace gongkai::app::testing
