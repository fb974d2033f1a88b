// 标准目录的动态调整: an item comes into the catalogue, is changed and ends because documents say
// so, each signed by everybody whom the shipped flow asks.
#include "app/catalog.hpp"
#include "storage/store.hpp"
#include "tests/walk/bureau.hpp"

namespace gongkai::app::testing {

namespace {

PlainField text(const char* name, std::string value) {
    return {name, std::move(value)};
}

std::vector<PlainField> proposal(const std::string& change, const std::string& code,
                                 std::int64_t version, const std::string& level2) {
    return {text("title", "公开事项目录调整：" + level2),
            text("body", "依照权责清单调整公开事项。"),
            text("formed_at", "2026-11-23"),
            text("catalog_item", "ZH-1"),
            text("adjustment_reason", "权责清单已调整"),
            text("entry_change", change),
            text("entry_catalog", "employment"),
            text("entry_code", code),
            {"entry_version", version},
            text("entry_domain", "就业"),
            text("entry_level1", "就业登记"),
            text("entry_level2", level2),
            text("entry_content", "对象范围\n\n 办理流程 \n"),
            text("entry_basis", "《就业服务与就业管理规定》"),
            text("entry_time_limit", "形成或者变更之日起20个工作日"),
            {"entry_within", std::int64_t{20}},
            text("entry_unit", "working_day"),
            text("entry_counted_from", "formed"),
            text("entry_subject", "楚雄市人力资源和社会保障局"),
            {"entry_channels", Rows{{{"place", "信息公开栏"}, {"channel", "政府网站"}}}},
            text("entry_audience", "everyone"),
            text("entry_method", "proactive"),
            text("entry_levels", "县级\n乡级"),
            text("entry_flow", "service"),
            text("column_class", "none")};
}

engine::DocumentId propose(Bureau& bureau, std::vector<PlainField> fields) {
    return done(
               bureau.submit("lihua", 0,
                             input::Open{"catalog_entry", "employment", std::move(fields), {}, {}}))
        .id;
}

// "/fields/entry_code item_in_force" where it cannot be read; empty where it was done.
std::string wrong(const Outcome& outcome) {
    if (const auto* invalid = std::get_if<Invalid>(&outcome)) {
        CHECK_FALSE(invalid->message_zh.empty());
        return invalid->where + " " + invalid->code;
    }
    done(outcome);
    return "";
}

void walk_to_ready(Bureau& bureau, engine::DocumentId id) {
    bureau.act("lihua", id, "submit");
    bureau.act("liuyang", id, "agree");
    bureau.act("zhoujie", id, "issue");
    bureau.act("lihua", id, "confirm", {text("self_review_opinion", "不涉密")});
    bureau.act("wangfang", id, "agree");
    bureau.act("sunli", id, "release", {text("secrecy_opinion", "可以公开")});
    bureau.act("huangwei", id, "approve");
    bureau.act("majun", id, "complete");
    bureau.act("majun", id, "pass", {text("first_proofreading", "无差错")});
    bureau.act("yangmei", id, "pass", {text("second_proofreading", "无差错")});
    bureau.act("zhoujie", id, "pass", {text("third_proofreading", "无差错")});
}

void adopt(Bureau& bureau, engine::DocumentId id) {
    walk_to_ready(bureau, id);
    bureau.act("majun", id, "publish");
}

std::optional<storage::CatalogItem> item(Bureau& bureau, const std::string& code) {
    std::optional<storage::CatalogItem> found;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(found, reader.find_catalog_item(code));
        return {};
    };
    REQUIRE(bureau.application->store().read(query).has_value());
    return found;
}

CatalogCounts bring_in(Bureau& bureau, const std::string& items,
                       const std::string& name = "employment") {
    const std::vector<language::SourceFile> files{
        {name + ".yaml", "catalog: " + name + "\ntitle: 就业\nitems:\n" + items}};
    const CatalogReading reading = read_catalogs(files, bureau.application->flows());
    INFO(language::render(reading.diagnostics));
    REQUIRE(reading.catalogs.size() == 1);
    const auto done = bureau.application->administration().import_catalog(
        {bureau.as("liuyang"), "test", std::nullopt}, reading.catalogs[0]);
    REQUIRE(std::holds_alternative<CatalogCounts>(done));
    return std::get<CatalogCounts>(done);
}

// What adjustments of the catalogue are published under.
void bring_in_general(Bureau& bureau) {
    bring_in(bureau,
             "  - {id: ZH-1, level1: 机构, level2: 公开目录, content: [目录], basis: [条例], flow: "
             "management}\n",
             "general");
}

const std::string kOld =
    "  - {id: JY-1, level1: 登记, level2: 失业登记, content: [对象], basis: [条例], flow: "
    "service}\n";

}  // namespace

TEST_CASE("catalog entry: an item is in force when its entry is published, not before") {
    Bureau bureau;
    bring_in_general(bureau);
    const auto id = propose(bureau, proposal("add", "JY-9", 1, "灵活就业登记"));
    walk_to_ready(bureau, id);
    CHECK_FALSE(item(bureau, "JY-9"));
    bureau.act("majun", id, "publish");

    const auto adopted = item(bureau, "JY-9");
    REQUIRE(adopted);
    CHECK(adopted->document == id);
    CHECK(adopted->catalog == "employment");
    CHECK(adopted->flow == "service");
    CHECK(adopted->level1 == "就业登记");
    CHECK_FALSE(adopted->ended);
    CHECK(
        adopted->details ==
        R"x({"audience":"全社会","authority":"楚雄市人力资源和社会保障局",)x"
        R"x("basis":["《就业服务与就业管理规定》"],"channels":["政府网站:信息公开栏"],)x"
        R"x("content":["对象范围","办理流程"],"deadline":{"from":"formed",)x"
        R"x("title":"形成或者变更之日起20个工作日","within":{"count":20,"unit":"working days"}},)x"
        R"x("domain":"就业","level2":"灵活就业登记","levels":["county","township"],)x"
        R"x("method":"proactive","version":1})x");
    CHECK(bureau.application->catalog().list_public({})->rows.size() == 2);
}

TEST_CASE("catalog entry: a later document changes the item, by a greater version only") {
    Bureau bureau;
    bring_in_general(bureau);
    bring_in(bureau, kOld);
    const auto id = propose(bureau, proposal("change", "JY-1", 1, "失业登记和注销"));
    const auto other = propose(bureau, proposal("change", "JY-1", 1, "失业人员登记"));
    walk_to_ready(bureau, other);
    adopt(bureau, id);
    CHECK(item(bureau, "JY-1")->document == id);
    // Who signed the other one signed a change of what is no longer in force.
    const auto publish = [&](engine::DocumentId document) {
        return bureau.submit("majun", document, input::Act{"publish", {}, {}, {}, {}});
    };
    CHECK(wrong(publish(other)) == "/fields/entry_version version_not_greater");
    const auto view = bureau.application->documents().find(bureau.as("majun"), other);
    CHECK((view && view->document.publication == engine::Publication::none));
    CHECK(item(bureau, "JY-1")->document == id);
    CHECK(item(bureau, "JY-1")->number == 2);
}

TEST_CASE("catalog entry: what no catalogue could have is refused when it is written") {
    Bureau bureau;
    bring_in_general(bureau);
    bring_in(bureau, kOld);
    const auto id = propose(bureau, {text("title", "调整公开事项")});
    const auto write = [&](std::vector<PlainField> fields) {
        return wrong(bureau.submit("lihua", id, input::Edit{std::move(fields), {}}));
    };
    CHECK(write({text("entry_code", "JY 9")}) == "/fields/entry_code bad_code");
    CHECK(write({text("entry_yearly_by", "02-30"), text("entry_time_limit", "每年")}) ==
          "/fields/entry_yearly_by bad_date");
    CHECK(write({text("entry_levels", "县级\n国家级")}) == "/fields/entry_levels bad_value");
    CHECK(write({text("entry_change", "add"), text("entry_code", "JY-1")}) ==
          "/fields/entry_code item_in_force");
    CHECK(write({text("entry_change", "change"), text("entry_code", "JY-2")}) ==
          "/fields/entry_code unknown_catalog_item");
    // Nothing of that was written, and what can be is.
    const auto view = bureau.application->documents().find(bureau.as("lihua"), id);
    REQUIRE(view.has_value());
    CHECK(view->document.revision == 1);
    CHECK(write({text("entry_change", "change"), text("entry_code", "JY-1")}).empty());
    CHECK(write({text("title", "调整失业登记")}).empty());
}

TEST_CASE(
    "catalog entry: an item ends when its end is approved, and a file brings it back no more") {
    Bureau bureau;
    bring_in_general(bureau);
    bring_in(bureau, kOld);
    const auto adopted = propose(bureau, proposal("add", "JY-9", 1, "灵活就业登记"));
    adopt(bureau, adopted);
    const auto id = propose(bureau, {text("title", "取消失业登记事项"),
                                     text("adjustment_reason", "依据已废止"),
                                     text("entry_change", "end"),
                                     text("entry_code", "JY-1"),
                                     {"entry_version", std::int64_t{2}}});
    bureau.act("lihua", id, "end");
    bureau.act("liuyang", id, "agree");
    CHECK_FALSE(item(bureau, "JY-1")->ended);
    bureau.act("zhoujie", id, "approve");
    CHECK(item(bureau, "JY-1")->ended == bureau.clock.now());
    CHECK(item(bureau, "JY-1")->document == id);

    // What was signed, only what is signed changes: not the file that still has the one item and
    // never had the other.
    const CatalogCounts counts = bring_in(bureau, kOld);
    CHECK(counts.kept == 2);
    CHECK(counts.added + counts.changed + counts.ended + counts.unchanged == 0);
    CHECK(item(bureau, "JY-1")->ended);
    CHECK_FALSE(item(bureau, "JY-9")->ended);
    // Nobody ends it twice.
    const auto again = propose(bureau, {text("title", "再取消")});
    CHECK(wrong(bureau.submit("lihua", again,
                              input::Edit{{text("entry_change", "end"), text("entry_code", "JY-1")},
                                          {}})) == "/fields/entry_code ended_catalog_item");
}

TEST_CASE("catalog entry: a purge takes the item's texts out of the catalogue") {
    Bureau bureau;
    bring_in_general(bureau);
    const auto id = propose(bureau, proposal("add", "JY-9", 1, "灵活就业登记"));
    adopt(bureau, id);
    bureau.act("majun", id, "withdraw", {text("withdrawal_reason", "重新审查")});
    CHECK_FALSE(item(bureau, "JY-9")->ended);
    // Another code that was proposed since hides nothing of what is there.
    done(bureau.submit("lihua", id, input::Act{"correct", {}, {}, std::string("更正编号"), {}}));
    done(bureau.submit(
        "lihua", id,
        input::Edit{{text("entry_code", "JY-10"), text("body", "秘密★1年\n调整公开事项。")}, {}}));
    done(bureau.submit("lihua", id,
                       input::Act{"seal", {}, {}, std::string("含有不宜公开的内容"), {}}));
    const auto ended = item(bureau, "JY-9");
    REQUIRE(ended);
    CHECK(ended->ended == bureau.clock.now());
    CHECK(ended->level1.empty());
    CHECK(ended->details == "{}");
}

}  // namespace gongkai::app::testing
