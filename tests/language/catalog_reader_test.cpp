// What the reader of catalogues accepts, and where it points when it does not.
#include "language/catalog_reader.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "language/yaml_document.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

const std::vector<CatalogFlow> kFlows{{"service", "服务公开"}, {"execution", "执行公开"}};

CatalogReading read(const std::string& text, const std::string& path = "catalog/test.yaml") {
    const std::vector<SourceFile> files{{path, text}};
    return read_catalog(files, kFlows);
}

std::string findings(const CatalogReading& reading) {
    std::string out;
    for (const Diagnostic& each : reading.diagnostics) {
        CHECK_FALSE(each.message_zh.empty());
        out += (out.empty() ? "" : ", ") + each.code + ' ' + std::to_string(each.line) + ':' +
               std::to_string(each.column);
    }
    CHECK(reading.files.empty() != out.empty());
    return out;
}

std::string findings(const std::string& text) {
    return findings(read(text));
}

const std::string kHead =
    "catalog: test\n"                                                           // 1
    "title: 就业\n"                                                             // 2
    "authority: 本局\n"                                                         // 3
    "channels: {usual: [政府网站, 公开栏]}\n"                                   // 4
    "deadlines:\n"                                                              // 5
    "  formed: {title: 20个工作日内, within: 20 working days, from: formed}\n"  // 6
    "content: {application: [对象范围, 申请条件]}\n"                            // 7
    "basis: {law: [就业促进法]}\n"                                              // 8
    "defaults: {deadline: formed, channels: usual, audience: 全社会, levels: [county]}\n"
    "items:\n";  // 10

std::string item(const std::string& lines) {
    return kHead +
           "  - id: A-1\n"       // 11
           "    level1: 登记\n"  // 12
           "    level2: 失业登记\n" +
           lines;  // 13
}
const std::string kRest = "    content: application\n    basis: law\n    flow: service\n";

}  // namespace

TEST_CASE("catalog: the shipped catalogues are read as they are") {
    std::vector<SourceFile> files;
    for (const char* name : {"employment", "general", "key_areas", "social_insurance"}) {
        const std::string path = std::string("catalog/") + name + ".yaml";
        files.push_back({path, test::read_text("workflows/" + path)});
    }
    std::vector<CatalogFlow> flows = kFlows;
    for (const char* flow : {"decision", "management", "result"})
        flows.push_back({flow, flow});
    const auto reading = read_catalog(files, flows);
    INFO(render(reading.diagnostics));
    CHECK(reading.diagnostics.empty());
    REQUIRE(reading.files.size() == 4);
    std::size_t count = 0;
    std::set<std::string> codes;
    for (const CatalogFile& file : reading.files) {
        CHECK(file.authority == "楚雄市人力资源和社会保障局");
        for (const CatalogEntry& entry : file.entries) {
            ++count;
            codes.insert(entry.code);
            INFO(entry.code);
            CHECK_FALSE(entry.level1.empty());
            CHECK_FALSE(entry.level2.empty());
            CHECK_FALSE(entry.content.empty());
            CHECK_FALSE(entry.basis.empty());
            CHECK_FALSE(entry.channels.empty());
            CHECK_FALSE(entry.deadline.title.empty());
            CHECK_FALSE(entry.levels.empty());
            CHECK(entry.domain == file.title);
        }
    }
    CHECK(count == 121);
    CHECK(codes.size() == 121);
    const CatalogEntry& annual = reading.files[1].entries[2];
    CHECK(annual.code == "ZH-1.3");
    CHECK(annual.deadline.before == "01-31");
    CHECK_FALSE(annual.deadline.within);
}

TEST_CASE("catalog: names stand for their groups, and what is left out for the defaults") {
    const auto reading = read(item(kRest + "    method: on_request\n    levels: [county, 乡级]\n"));
    INFO(render(reading.diagnostics));
    REQUIRE(reading.files.size() == 1);
    const CatalogFile& file = reading.files[0];
    CHECK(file.name == "test");
    REQUIRE(file.entries.size() == 1);
    const CatalogEntry& entry = file.entries[0];
    CHECK(entry.domain == "就业");
    CHECK(entry.content == std::vector<std::string>{"对象范围", "申请条件"});
    CHECK(entry.basis == std::vector<std::string>{"就业促进法"});
    CHECK(entry.channels == std::vector<std::string>{"政府网站", "公开栏"});
    CHECK(entry.deadline.title == "20个工作日内");
    REQUIRE(entry.deadline.within);
    CHECK(entry.deadline.within->count == 20);
    CHECK(entry.deadline.within->unit == engine::Unit::working_days);
    CHECK(entry.deadline.from == "formed");
    CHECK(entry.audience == "全社会");
    CHECK(entry.method == "on_request");
    CHECK(entry.levels == std::vector<std::string>{"county", "township"});
    CHECK(entry.flow == "service");
}

TEST_CASE("catalog: one that was made elsewhere is read with its aliases and words") {
    const auto reading = read(
        "version: 1\n"
        "authority: 本局\n"
        "channels_all: [政府网站, 其他]\n"
        "default_channels: &ch [政府网站]\n"
        "default_deadline: &d20 {text: 20个工作日内, days: 20, unit: working_day, "
        "start: formed_or_changed}\n"
        "content_sets:\n"
        "  svc: &svc [\"事项名称\", \"办理时限\"]\n"
        "items:\n"
        "  - {id: \"A-1\", domain: 就业, level1: 登记, level2: 失业登记, content: *svc,\n"
        "     basis: [就业促进法], deadline: *d20, channels: *ch, audience: 全社会,\n"
        "     method: 主动公开, levels: {county: true, township: false}, flow: 服务,\n"
        "     verified: source}\n"
        "  - {id: \"A-2\", level1: 年报, level2: 年报, content: *svc, basis: [条例],\n"
        "     deadline: {text: 每年1月31日前, fixed: \"01-31\"}, method: 依申请公开, flow: 执行}\n"
        "  - {id: \"A-3\", level1: 处罚, level2: 处罚, content: svc, basis: [条例], flow: 执行,\n"
        "     deadline: {text: 7日, days: 7, unit: calendar_day, start: decision_made,\n"
        "     withdraw_days: 3}}\n",
        "lists/catalog-here.yaml");
    INFO(render(reading.diagnostics));
    REQUIRE(reading.files.size() == 1);
    const CatalogFile& file = reading.files[0];
    CHECK(file.name == "catalog-here");
    REQUIRE(file.entries.size() == 3);
    CHECK(file.entries[0].content == std::vector<std::string>{"事项名称", "办理时限"});
    CHECK(file.entries[0].deadline.within->unit == engine::Unit::working_days);
    CHECK(file.entries[0].deadline.from == "formed");
    CHECK(file.entries[0].method == "proactive");
    CHECK(file.entries[0].levels == std::vector<std::string>{"county"});
    CHECK(file.entries[0].flow == "service");
    CHECK(file.entries[1].deadline.before == "01-31");
    CHECK(file.entries[1].channels == std::vector<std::string>{"政府网站"});
    CHECK(file.entries[1].method == "on_request");
    CHECK(file.entries[2].content == file.entries[0].content);
    CHECK(file.entries[2].deadline.within->unit == engine::Unit::days);
    CHECK(file.entries[2].deadline.withdraw_within->count == 3);
}

TEST_CASE("catalog: a mistake is pointed at") {
    CHECK(findings(item(kRest)).empty());
    struct Row {
        std::string lines;
        const char* found;
    };
    const Row rows[] = {
        {"    contents: application\n    basis: law\n    flow: service\n",
         "missing_key 11:5, unknown_key 14:5"},
        {"    content: aplication\n    basis: law\n    flow: service\n", "unknown_name 14:14"},
        {"    content: []\n    basis: law\n    flow: service\n", "wrong_shape 14:14"},
        {"    content: application\n    basis: law\n    flow: servce\n", "unknown_flow 16:11"},
        {kRest + "    deadline: fromed\n", "unknown_name 17:15"},
        {kRest + "    deadline: {title: x, within: 20 workdays}\n", "bad_amount 17:34"},
        {kRest + "    deadline: {title: x, days: 20, unit: workday}\n", "bad_value 17:42"},
        {kRest + "    deadline: {title: x, days: 0}\n", "bad_number 17:32"},
        {kRest + "    deadline: {within: 3 days}\n", "missing_key 17:15"},
        {kRest + "    deadline: {title: x, within: 3 days, before: 01-31}\n",
         "superfluous_key 17:15"},
        {kRest + "    deadline: {title: x, before: 02-30}\n", "bad_date 17:34"},
        {kRest + "    deadline: {title: x, within: 3 days, from: fromed}\n", "bad_value 17:48"},
        {kRest + "    method: proactiv\n", "bad_value 17:13"},
        {kRest + "    levels: [conty]\n", "bad_value 17:14"},
        {kRest + "    levels: {county: yes}\n", "bad_value 17:22"},
        {kRest + "    verified: hearsay\n", "bad_value 17:15"},
        {kRest + "    note: [a]\n", "wrong_shape 17:11"},
        {kRest + "    note: |\n      a\n      b\n", "bad_value 17:11"},
        {kRest + "    flow: service\n", "duplicate_key 17:5"},
        {kRest + "  - id: A-1\n    level1: a\n    level2: b\n" + kRest, "duplicate_item 17:9"},
        {kRest + "  - id: A 1\n    level1: a\n    level2: b\n" + kRest, "bad_code 17:9"},
        {kRest + "  - text\n", "wrong_shape 17:5"},
    };
    for (const Row& row : rows) {
        INFO(row.lines);
        CHECK(findings(item(row.lines)) == row.found);
    }
    CHECK(findings("catalog: test\n") == "missing_key 1:1");
    CHECK(findings("catalog: Test\nitems: []\n") == "bad_name 1:10");
    CHECK(findings("catalog: test\nitems: {}\n") == "wrong_shape 2:8");
    CHECK(findings(read("items: []\n", "目录.yaml")) == "missing_key 1:1");
    CHECK(findings("") == "empty_file 0:0");
    // A group that no item uses is to be right as well.
    CHECK(findings("catalog: test\nchannels: {a: b}\nitems: []\n") == "unknown_name 2:15");
}

TEST_CASE("catalog: a mistake reads as the best compilers print it") {
    const auto reading = read(item("    content: application\n    basis: law\n    flow: sevice\n"));
    REQUIRE(reading.diagnostics.size() == 1);
    CHECK(render(reading.diagnostics[0]) ==
          "catalog/test.yaml:16:11: error[unknown_flow]: there is no flow `sevice`\n"
          "    16 |     flow: sevice\n"
          "       |           ^^^^^^\n"
          "       = did you mean `service`?\n");
}

TEST_CASE("catalog: a code stands in one file only") {
    const std::string first = item(kRest);
    std::string second = item(kRest);
    second.replace(second.find("catalog: test"), 13, "catalog: more");
    const std::vector<SourceFile> files{{"a.yaml", first}, {"b.yaml", second}};
    const auto reading = read_catalog(files, kFlows);
    CHECK(findings(reading) == "duplicate_item 11:9");
    CHECK(reading.diagnostics[0].file == "b.yaml");
    CHECK(reading.diagnostics[0].message.find("line 11 of a.yaml") != std::string::npos);
    const std::vector<SourceFile> twice{{"a.yaml", first}, {"b.yaml", first}};
    const auto names = read_catalog(twice, kFlows);
    CHECK(findings(names) == "duplicate_item 11:9, duplicate_catalog 0:0");
}

TEST_CASE("yaml: aliases are copies where they may stand, and bounded") {
    const auto parse = [](const std::string& text) {
        const SourceFile file{"a.yaml", text};
        Reporter reporter;
        const auto root = parse_yaml(reporter.add(file), reporter, Aliases::expanded);
        return std::pair{root, test::places(reporter.take())};
    };
    using Places = std::vector<std::string>;
    const auto [root, none] = parse("a: &a [x, &b y]\nc: *a\nd: *b\n");
    REQUIRE(root.has_value());
    CHECK(none.empty());
    CHECK(root->find("c")->items[1].text == "y");
    CHECK(root->find("d")->text == "y");
    CHECK(parse("a: &a [*a]\n").second == Places{"yaml_alias 1:8"});
    CHECK(parse("a: &a x\n*a : y\n").second == Places{"key_not_text 2:1"});
    CHECK(parse("a: *a\n").second == Places{"yaml_syntax 1:4"});
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int k = 1; k < 9; ++k)
            bomb += ", " + last;
        bomb += "]\n";
    }
    CHECK(parse(bomb).second.at(0).rfind("too_large", 0) == 0);
    // Anchors around anchors are kept once each.
    std::string nested;
    for (int i = 0; i < 30; ++i)
        nested += "&a" + std::to_string(i) + " [";
    nested += "x";
    for (int i = 0; i < 5'000; ++i)
        nested += ", x";
    CHECK(parse(nested + std::string(30, ']') + "\n").second.at(0).rfind("too_large", 0) == 0);
    std::string deep = "a0: &a0 [x]\n";
    for (int i = 1; i < 40; ++i)
        deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                std::to_string(i - 1) + "]\n";
    CHECK(parse(deep).second.at(0).rfind("too_deep", 0) == 0);
}
