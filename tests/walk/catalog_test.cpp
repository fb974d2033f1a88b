// The shipped catalogue in the sample bureau: brought in, brought in again, changed, and named by
// documents.
#include "app/catalog.hpp"

#include "app/audit.hpp"
#include "language/rulebook.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"
#include "storage/audit/leaf.hpp"
#include "tests/walk/bureau.hpp"

namespace gongkai::app::testing {

namespace {

std::vector<language::SourceFile> shipped_catalogs() {
    auto files = language::load_directory(in_source("workflows"));
    REQUIRE(files.has_value());
    std::erase_if(*files, [](const auto& file) { return file.path.rfind("catalog/", 0) != 0; });
    return *files;
}

CatalogReading reading_of(Bureau& bureau, const std::vector<language::SourceFile>& files) {
    CatalogReading reading = read_catalogs(files, bureau.application->flows());
    INFO(language::render(reading.diagnostics));
    REQUIRE(reading.diagnostics.empty());
    return reading;
}

AdminResult<CatalogCounts> bring_in(Bureau& bureau, const std::string& login,
                                    const CatalogImport& catalog) {
    return bureau.application->administration().import_catalog(
        {bureau.as(login), "test", std::nullopt}, catalog);
}

std::string counts(const AdminResult<CatalogCounts>& result) {
    if (const auto* why = std::get_if<Denied>(&result)) return why->code;
    const auto* one = std::get_if<CatalogCounts>(&result);
    REQUIRE(one != nullptr);
    return std::to_string(one->added) + "+ " + std::to_string(one->changed) + "~ " +
           std::to_string(one->unchanged) + "= " + std::to_string(one->ended) + "-";
}

const std::string kSmall =
    "catalog: small\nauthority: 本局\nitems:\n"
    "  - {id: A-1, level1: 登记, level2: 失业登记, content: [对象], basis: [条例], flow: "
    "service}\n";
const std::string kSecond =
    "  - {id: A-2, level1: 登记, level2: 就业登记, content: [对象], basis: [条例], flow: 执行}\n";

CatalogImport small(Bureau& bureau, const std::string& text) {
    return reading_of(bureau, {{"small.yaml", text}}).catalogs.at(0);
}

// Why the clerk may not name this item in the draft; empty: they may.
std::string named(Bureau& bureau, engine::DocumentId id, PlainValue code) {
    const Outcome outcome =
        bureau.submit("lihua", id, input::Edit{{{"catalog_item", std::move(code)}}, {}});
    if (const auto* wrong = std::get_if<Invalid>(&outcome)) return wrong->where + " " + wrong->code;
    done(outcome);
    return "";
}

}  // namespace

TEST_CASE("catalog: the shipped catalogues are brought in, and a second time change nothing") {
    Bureau bureau;
    const CatalogReading shipped = reading_of(bureau, shipped_catalogs());
    REQUIRE(shipped.catalogs.size() == 4);
    std::size_t added = 0;
    for (const CatalogImport& catalog : shipped.catalogs) {
        const auto would = bureau.application->catalog().compare(catalog);
        const auto result = bring_in(bureau, "liuyang", catalog);
        REQUIRE(std::holds_alternative<CatalogCounts>(result));
        added += std::get<CatalogCounts>(result).added;
        REQUIRE(would.has_value());
        CHECK(would->added == std::get<CatalogCounts>(result).added);
        const std::string all = std::to_string(catalog.items.size());
        CHECK(counts(bring_in(bureau, "liuyang", catalog)) == "0+ 0~ " + all + "= 0-");
    }
    CHECK(added == 121);

    storage::CatalogFilter filter;
    filter.limit = 1'000;
    CHECK(bureau.application->catalog().list_public(filter)->rows.size() == 121);
    CHECK_FALSE(bureau.application->catalog().list_public(filter)->next);
    filter.level1 = "就业信息服务";
    filter.limit = 3;
    auto page = bureau.application->catalog().list(filter);
    REQUIRE(page.has_value());
    REQUIRE(page->rows.size() == 3);
    CHECK(page->next.has_value());
    const storage::CatalogItem& first = page->rows[0];
    CHECK(first.code == "JY-1.1");
    CHECK(first.flow == "service");
    CHECK(
        first.details ==
        R"x({"audience":"全社会","authority":"楚雄市人力资源和社会保障局",)x"
        R"x("basis":["《中华人民共和国政府信息公开条例》(国务院令第711号)","《中华人民共和国就业促进法》",)x"
        R"x("《人力资源市场暂行条例》(国务院令第700号)"],)x"
        R"x("channels":["政府网站","政务服务中心","其他:基层公共服务平台"],)x"
        R"x("content":["就业创业政策项目","对象范围","政策申请条件","政策申请材料","办理流程",)x"
        R"x("办理地点(方式)","咨询电话"],)x"
        R"x("deadline":{"from":"formed","title":"公开事项信息形成或变更之日起20个工作日内公开",)x"
        R"x("within":{"count":20,"unit":"working days"}},"domain":"就业",)x"
        R"x("level2":"就业政策法规咨询","levels":["county","township"],"method":"proactive",)x"
        R"x("verified":"source"})x");

    // The example that names an item of it finds it.
    const auto guide =
        bureau.import(in_source("examples/documents/registration-guide.md"), "service");
    REQUIRE(guide.outcome.has_value());
    CHECK(done(*guide.outcome).created);
}

TEST_CASE("catalog: an item that vanishes ends, and one that comes back is in force again") {
    Bureau bureau;
    CHECK(counts(bring_in(bureau, "sysadmin", small(bureau, kSmall + kSecond))) == "2+ 0~ 0= 0-");
    CHECK(counts(bring_in(bureau, "sysadmin", small(bureau, kSmall))) == "0+ 0~ 1= 1-");
    CHECK(counts(bring_in(bureau, "sysadmin", small(bureau, kSmall))) == "0+ 0~ 1= 0-");
    storage::CatalogFilter filter;
    CHECK(bureau.application->catalog().list(filter)->rows.size() == 1);
    filter.ended = true;
    const auto all = bureau.application->catalog().list(filter);
    REQUIRE((all && all->rows.size() == 2));
    CHECK(all->rows[1].code == "A-2");
    CHECK(all->rows[1].ended == bureau.clock.now());
    // Nobody asks the portal for what has ended.
    CHECK(bureau.application->catalog().list_public(filter)->rows.size() == 1);
    std::string renamed = kSmall + kSecond;
    renamed.replace(renamed.find("失业登记"), std::string("失业登记").size(), "求职登记");
    CHECK(counts(bring_in(bureau, "sysadmin", small(bureau, renamed))) == "0+ 2~ 0= 0-");
    filter.ended = false;
    const auto again = bureau.application->catalog().list(filter);
    REQUIRE((again && again->rows.size() == 2));
    CHECK(again->rows[0].number == all->rows[0].number);
    CHECK(again->rows[0].details.find("求职登记") != std::string::npos);
    // Another catalogue does not end the items of this one.
    std::string other = kSmall;
    other.replace(other.find("small"), 5, "other");
    other.replace(other.find("A-1"), 3, "B-1");
    CHECK(counts(bring_in(bureau, "sysadmin", small(bureau, other))) == "1+ 0~ 0= 0-");
    CHECK(bureau.application->catalog().list(filter)->rows.size() == 3);
}

TEST_CASE("catalog: bringing it in is an act with its leaf, and not everybody's") {
    Bureau bureau;
    const CatalogImport catalog = small(bureau, kSmall);
    const auto last_leaf = [&] {
        std::string bytes;
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(const auto size, reader.tree_size());
            TRY(const auto leaves, reader.leaves(size - 1, 1));
            bytes = leaves.at(0).bytes;
            return {};
        };
        REQUIRE(bureau.application->store().read(query).has_value());
        auto leaf = storage::audit::decode_leaf(bytes);
        REQUIRE(leaf.has_value());
        return *leaf;
    };
    for (const char* login : {"lihua", "secadmin", "auditor", "city-oa"})
        CHECK(counts(bring_in(bureau, login, catalog)) == "not_allowed");
    CHECK(last_leaf().reason == "not_allowed");
    CHECK(bureau.application->catalog().list({})->rows.empty());

    CHECK(counts(bring_in(bureau, "liuyang", catalog)) == "1+ 0~ 0= 0-");
    const auto leaf = last_leaf();
    const std::string digest = storage::audit::to_hex(storage::audit::sha256(kSmall));
    CHECK(leaf.kind == storage::audit::LeafKind::admin);
    CHECK(leaf.grants.at(0).role == "disclosure_officer");
    CHECK(leaf.command ==
          R"({"catalog":"small","digest":")" + digest + R"(","items":1,"type":"import_catalog"})");
    CHECK(leaf.events == R"([{"added":1,"catalog":"small","changed":0,"digest":")" + digest +
                             R"(","ended":0,"items":1,"kept":0,"type":"catalog"}])");
    // Whoever verifies the record knows whose affair it is.
    REQUIRE(bureau.application->checkpoint().has_value());
    REQUIRE(export_record(*bureau.application, bureau.folder / "bundle").has_value());
    AuditOptions auditing;
    auditing.key = bureau.application->verifier_key();
    const auto report = verify_record(bureau.folder / "bundle", auditing);
    CHECK((report && report->verified()));
    // What the digest is of is kept.
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto source, reader.source(storage::audit::sha256(kSmall)));
        CHECK(source == kSmall);
        return {};
    };
    CHECK(bureau.application->store().read(query).has_value());
}

TEST_CASE("catalog: a document names an item that is in force, or none") {
    Bureau bureau;
    const auto imported =
        bureau.import(in_source("examples/documents/training-plan.md"), "execution");
    const engine::DocumentId id = done(*imported.outcome).id;
    const std::string unknown = "/fields/catalog_item unknown_catalog_item";
    CHECK(named(bureau, id, std::string("A-1")) == unknown);
    bring_in(bureau, "sysadmin", small(bureau, kSmall + kSecond));
    CHECK(named(bureau, id, std::string("a-1")) == unknown);
    CHECK(named(bureau, id, std::string("A-2")).empty());
    bring_in(bureau, "sysadmin", small(bureau, kSmall));
    // The item that it has may stay; anew, one that has ended is refused.
    done(bureau.submit(
        "lihua", id,
        input::Edit{{{"catalog_item", std::string("A-2")}, {"summary", std::string("概述")}}, {}}));
    CHECK(named(bureau, id, std::string("A-1")).empty());
    CHECK(named(bureau, id, std::string("A-2")) == "/fields/catalog_item ended_catalog_item");
    CHECK(named(bureau, id, std::monostate{}).empty());

    const auto guide =
        bureau.import(in_source("examples/documents/registration-guide.md"), "service");
    REQUIRE(guide.outcome.has_value());
    CHECK(std::get<Invalid>(*guide.outcome).code == "unknown_catalog_item");
}

}  // namespace gongkai::app::testing
