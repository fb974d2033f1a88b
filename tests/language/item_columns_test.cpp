// An item of the catalogue out of a document's columns: read like a line of a catalogue file.
#include "language/item_columns.hpp"

#include <catch2/catch.hpp>

#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

const std::vector<CatalogFlow> kFlows{{"service", "服务公开"}, {"execution", "执行公开"}};

std::vector<ItemCell> whole() {
    return {{"change", {"add"}},
            {"catalog", {"employment"}},
            {"code", {"JY-9"}},
            {"version", {"2"}},
            {"domain", {"就业"}},
            {"level1", {"失业"}},
            {"level2", {"失业登记"}},
            {"content", {"对象", "条件"}},
            {"basis", {"就业促进法"}},
            {"deadline", {"20个工作日"}},
            {"within", {"20"}},
            {"unit", {"工作日"}},
            {"from", {"formed"}},
            {"withdraw_within", {"3"}},
            {"authority", {"本局"}},
            {"channels", {"政府网站:信息公开栏"}},
            {"audience", {"全社会"}},
            {"method", {"主动"}},
            {"levels", {"县级", "township"}},
            {"flow", {"服务公开"}},
            {"note", {"试行"}}};
}

std::vector<ItemCell> with(const std::string& column, std::vector<std::string> texts) {
    auto cells = whole();
    for (ItemCell& cell : cells) {
        if (cell.column != column) continue;
        cell.texts = std::move(texts);
        return cells;
    }
    cells.push_back({column, std::move(texts)});
    return cells;
}

// "column code" of each fault.
std::string faults(const std::vector<ItemCell>& cells) {
    std::string out;
    for (const ItemFault& fault : read_item(cells, kFlows).faults) {
        CHECK_FALSE(fault.message.en.empty());
        CHECK_FALSE(fault.message.zh.empty());
        out += (out.empty() ? "" : ", ") + fault.column + ' ' + fault.code;
    }
    return out;
}

std::string missing(const std::vector<ItemCell>& cells) {
    std::string out;
    for (const std::string& column : read_item(cells, kFlows).missing)
        out += (out.empty() ? "" : " ") + column;
    return out;
}

}  // namespace

TEST_CASE("item columns: what a document says is what a file would have said") {
    const ItemReading read = read_item(whole(), kFlows);
    CHECK(faults(whole()).empty());
    CHECK(read.missing.empty());
    CHECK(read.change == ItemChange::add);
    CHECK(read.catalog == "employment");
    CHECK(read.authority == "本局");
    const CatalogEntry& entry = read.entry;
    CHECK(entry.code == "JY-9");
    CHECK(entry.version == 2);
    CHECK(entry.domain == "就业");
    CHECK(entry.level1 == "失业");
    CHECK(entry.level2 == "失业登记");
    CHECK(entry.content == std::vector<std::string>{"对象", "条件"});
    CHECK(entry.basis == std::vector<std::string>{"就业促进法"});
    CHECK(entry.deadline.title == "20个工作日");
    REQUIRE(entry.deadline.within);
    CHECK(entry.deadline.within->count == 20);
    CHECK(entry.deadline.within->unit == engine::Unit::working_days);
    CHECK(entry.deadline.from == "formed");
    CHECK(entry.deadline.withdraw_within->count == 3);
    CHECK(entry.channels == std::vector<std::string>{"政府网站:信息公开栏"});
    CHECK(entry.audience == "全社会");
    CHECK(entry.method == "proactive");
    CHECK(entry.levels == std::vector<std::string>{"county", "township"});
    CHECK(entry.flow == "service");
    CHECK(entry.note == "试行");
}

TEST_CASE("item columns: what no catalogue could have is told of its column") {
    struct Case {
        const char* column;
        std::vector<std::string> texts;
        const char* told;
    };
    const Case cases[] = {
        {"change", {"remove"}, "change bad_value"},
        {"catalog", {"就业"}, "catalog bad_code"},
        {"code", {"JY 9"}, "code bad_code"},
        {"version", {"0"}, "version bad_number"},
        {"level2", {"失业\n登记"}, "level2 bad_value"},
        {"within", {"-1"}, "within bad_number"},
        {"unit", {"年"}, "unit bad_value"},
        {"from", {"published"}, "from bad_value"},
        {"before", {"02-30"}, "before bad_date"},
        {"withdraw_within", {"0"}, "withdraw_within bad_number"},
        {"authority", {"本局\n他局"}, "authority bad_value"},
        {"method", {"口头"}, "method bad_value"},
        {"levels", {"县级", "乡镇村"}, "levels bad_value"},
        {"flow", {"law"}, "flow unknown_flow"},
    };
    for (const Case& one : cases) {
        INFO(one.column);
        auto cells = with(one.column, one.texts);
        // A deadline has one measure: a day of the year instead of days.
        if (std::string(one.column) == "before") {
            std::erase_if(cells, [](const ItemCell& cell) {
                return cell.column == "within" || cell.column == "unit";
            });
        }
        CHECK(faults(cells) == one.told);
    }
    CHECK(faults(with("before", {"01-31"})) == "deadline superfluous_key");
}

TEST_CASE("item columns: a document that is not written yet has no faults, but lacks columns") {
    CHECK(faults({}).empty());
    CHECK(missing({}) == "change catalog code level1 level2 content basis flow");
    CHECK(faults({{"level1", {"失业"}}}).empty());
    CHECK(missing({{"change", {"end"}}}) == "code");
    CHECK(missing({{"change", {"end"}}, {"code", {"JY-9"}}}).empty());
    // Days that are counted for nothing.
    CHECK(faults({{"within", {"20"}}}) == "within missing_key");
}
