// The duties that the clock opens: what is read, and where a mistake is shown.
#include <catch2/catch.hpp>

#include "language/duty_reader.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

using Places = std::vector<std::string>;

// check: opened by the clock, with a field of each kind; letter: by people only.
std::vector<engine::Definition> flows() {
    engine::Definition check;
    check.flow = "check";
    check.clock_opens = true;
    const auto field = [&](const char* name, engine::FieldType type) -> engine::Field& {
        engine::Field& out = check.fields.emplace_back();
        out.name = name;
        out.type = type;
        out.max_size = 4;
        return out;
    };
    field("title", engine::FieldType::text);
    field("checked_on", engine::FieldType::date);
    field("count", engine::FieldType::number);
    field("urgent", engine::FieldType::flag);
    field("kind", engine::FieldType::choice).choices = {{"daily", "每日"}};
    field("steps", engine::FieldType::table);
    field("later", engine::FieldType::text);
    for (const char* name : {"later_title", "long_text"})
        field(name, engine::FieldType::text).max_size = 200;
    check.states.emplace_back().editable = {0, 1, 2, 3, 4, 5, 7, 8};
    engine::Definition letter = check;
    letter.flow = "letter";
    letter.clock_opens = false;
    return {check, letter};
}

DutyReading read(const std::string& body) {
    static const auto both = flows();
    static const std::vector<AlikeGroup> alike{{"thing", "同一事项", {}, {}, "title", 60, true},
                                               {"person", "同一人", {}, {"later"}, {}, 0, true}};
    const DutyFlow list[] = {{&both[0], {}}, {&both[1], alike}};
    return read_duties({"duties.yaml", "duties:\n  daily:\n" + body}, list);
}
Places wrong(const std::string& body) {
    const auto reading = read(body);
    CHECK(reading.duties.empty());
    for (const Diagnostic& each : reading.diagnostics)
        CHECK_FALSE(each.message_zh.empty());
    return test::places(reading.diagnostics);
}
Places wrong_field(const std::string& field) {
    return wrong("    flow: check\n    every: day\n    departments: office\n    fields:\n      " +
                 field + "\n");
}
Places wrong_on(const std::string& every, const std::string& on) {
    return wrong("    flow: check\n    departments: office\n    every: " + every +
                 "\n    on: " + on + "\n");
}

}  // namespace

TEST_CASE("duties: one with everything") {
    const auto reading = read(
        "    {title: 每日查看, basis: 第一条, flow: check, every: half year, on: 15,\n"
        "     departments: [office, legal], fields: {title: 查看, checked_on: today, count: last "
        "year,\n     urgent: yes, kind: daily}}\n");
    CHECK(render(reading.diagnostics) == "");
    REQUIRE(reading.duties.size() == 1);
    const engine::Duty& duty = reading.duties.front();
    CHECK(duty.name == "daily");
    CHECK(duty.period == engine::Period::half_year);
    CHECK(duty.day == 15);
    CHECK(duty.departments == std::vector<std::string>{"office", "legal"});
    REQUIRE(duty.fields.size() == 5);
    CHECK(duty.fields[1].source == engine::DutyField::Source::today);
    CHECK(duty.fields[2].source == engine::DutyField::Source::last_year);
    CHECK(duty.fields[3].text == "yes");
}

TEST_CASE("duties: mistakes are shown where they stand") {
    CHECK(wrong("    flow: check\n    every: fortnight\n    departments: office\n") ==
          Places{"bad_value 4:12"});
    CHECK(wrong("    flow: chek\n    every: day\n    departments: office\n") ==
          Places{"unknown_flow 3:11"});
    CHECK(wrong("    flow: letter\n    every: day\n    departments: office\n") ==
          Places{"not_for_clock 3:11"});
    CHECK(wrong("    flow: check\n    every: day\n    departments: [office, clerk @ office]\n") ==
          Places{"bad_code 5:27"});
    CHECK(wrong("    flow: check\n    every: day\n    departments: [office, office]\n") ==
          Places{"duplicate_item 5:27"});
    CHECK(wrong("    flow: check\n    every: day\n    departments: []\n") ==
          Places{"missing_key 5:18"});
    CHECK(wrong("    flow: check\n    every: day\n") == Places{"missing_key 3:5"});
}

TEST_CASE("duties: fields that the start does not take, and values that do not fit") {
    CHECK(wrong_field("titel: 查看") == Places{"unknown_field 7:7"});
    CHECK(wrong_field("later: 查看") == Places{"field_not_editable 7:7"});
    CHECK(wrong_field("title: 五个汉字长") == Places{"wrong_type 7:14"});
    CHECK(wrong_field("title: '{date}'") == Places{"wrong_type 7:14"});  // ten letters of four
    CHECK(wrong_field("checked_on: tomorrow") == Places{"wrong_type 7:19"});
    CHECK(wrong_field("count: today") == Places{"wrong_type 7:14"});
    CHECK(wrong_field("urgent: true") == Places{"wrong_type 7:15"});
    CHECK(wrong_field("kind: weekly") == Places{"wrong_type 7:13"});
    CHECK(wrong_field("steps: 一") == Places{"wrong_type 7:14"});
}

TEST_CASE("duties: a day that no week, month or year has") {
    CHECK(wrong_on("week", "mon").size() == 1);
    CHECK(wrong_on("month", "32").size() == 1);
    CHECK(wrong_on("quarter", "0").size() == 1);
    CHECK(wrong_on("year", "02-30").size() == 1);
    CHECK(wrong_on("day", "1") == Places{"conflicting_keys 6:9"});
}

TEST_CASE("duties: one for each item of a catalogue") {
    const auto reading = read(
        "    {flow: check, every: year, on: item, ahead: 30, items: [each_year, formed],\n"
        "     catalogs: general, departments: office,\n"
        "     fields: {later_title: '{item}', long_text: '{code}（{date}）', checked_on: day}}\n");
    CHECK(render(reading.diagnostics) == "");
    REQUIRE(reading.duties.size() == 1);
    const engine::Duty& duty = reading.duties.front();
    CHECK(duty.ahead == 30);
    REQUIRE(duty.items);
    CHECK(duty.items->from == std::vector<std::string>{"each_year", "formed"});
    CHECK(duty.items->catalogs == std::vector<std::string>{"general"});
    CHECK(duty.items->own_day);
    CHECK(duty.fields.back().source == engine::DutyField::Source::day);
}

TEST_CASE("duties: what only a duty of items may say, and days ahead that its period has not") {
    CHECK(wrong_on("year", "item") == Places{"missing_key 6:9"});
    CHECK(wrong_on("month", "2\n    catalogs: general") == Places{"missing_key 7:15"});
    CHECK(wrong_on("month", "2\n    items: sometime") == Places{"bad_value 7:12"});
    CHECK(wrong_on("month", "2\n    items: []") == Places{"missing_key 7:12"});
    CHECK(wrong_on("month", "2\n    ahead: 28").size() == 1);
    CHECK(wrong_on("year", "01-31\n    ahead: 0").size() == 1);
    CHECK(wrong("    flow: check\n    every: day\n    ahead: 1\n    departments: office\n") ==
          Places{"conflicting_keys 5:12"});
    CHECK(wrong_field("long_text: '{item}'") == Places{"missing_key 7:18"});
    // An item has a name of up to a hundred characters.
    CHECK(wrong("    {flow: check, every: month, items: formed, departments: office,\n"
                "     fields: {title: '{item}'}}\n") == Places{"wrong_type 4:22"});
}

TEST_CASE("duties: the shipped ones fit the shipped flows") {
    const auto files = load_directory(GONGKAI_SOURCE_DIR "/workflows");
    REQUIRE(files.has_value());
    const auto compilation = compile(*files);
    REQUIRE(compilation.rulebook);
    std::vector<DutyFlow> list;
    for (const auto& flow : compilation.rulebook->flows)
        list.push_back({&flow->definition, flow->alike});
    const auto reading =
        read_duties({"duties.yaml", test::read_text("workflows/duties.yaml")}, list);
    CHECK(render(reading.diagnostics) == "");
    CHECK(reading.duties.size() == 11);
}

TEST_CASE("duties: what many documents ask for") {
    const std::string head = "    flow: check\n    every: week\n    departments: office\n";
    const auto with = [&](const std::string& alike, const std::string& more = "") {
        return head + "    alike: {" + alike + "}\n" + more;
    };
    const std::string flow = "flow: letter, ", by = "by: thing, ", people = "people: person, ",
                      named = "named: later, ", rest = "at_least: 3, within: 12 months";
    const std::string whole = flow + by + people + named + rest;
    const auto reading = read(with(
        whole, "    fields: {later_title: \"{first}\", long_text: \"{count}\", count: people}\n"));
    CHECK(render(reading.diagnostics) == "");
    REQUIRE(reading.duties.size() == 1);
    const auto& alike = reading.duties[0].alike;
    REQUIRE(alike);
    CHECK(alike->flow == "letter");
    CHECK(alike->by == "thing");
    CHECK(alike->people == "person");
    CHECK(alike->named == "later");
    CHECK(alike->at_least == 3);
    CHECK(alike->within.count == 12);
    CHECK(alike->within.unit == engine::Unit::months);
    CHECK(reading.duties[0].fields[2].source == engine::DutyField::Source::people);

    CHECK(wrong(with(flow + by + people + named + "at_least: 3")) == Places{"missing_key 6:12"});
    CHECK(wrong(with("flow: lettre, " + by + people + named + rest)) ==
          Places{"unknown_flow 6:19"});
    CHECK(wrong(with(flow + "by: things, " + people + named + rest)) ==
          Places{"unknown_alike 6:31"});
    // That flow has none at all.
    CHECK(wrong(with("flow: check, " + by + people + named + rest)) ==
          Places{"unknown_alike 6:30", "unknown_alike 6:45"});
    CHECK(wrong(with(flow + by + "people: thing, " + named + rest)) == Places{"type_error 6:46"});
    CHECK(wrong(with(flow + by + people + "named: latter, " + rest)) ==
          Places{"unknown_field 6:61"});
    CHECK(wrong(with(flow + by + people + "named: count, " + rest)) == Places{"type_error 6:61"});
    CHECK(wrong(with(flow + by + people + named + "at_least: 1, within: 12 months")) ==
          Places{"bad_number 6:78"});
    CHECK(wrong(with(flow + by + people + named + "at_least: 3, within: 12 hours")) ==
          Places{"bad_amount 6:89"});
    CHECK(wrong(with(whole, "    ahead: 2\n    items: formed\n")) ==
          Places{"conflicting_keys 7:12", "conflicting_keys 8:12"});
    // Without it, nobody knows what many ask for.
    CHECK(wrong(head + "    fields: {later_title: \"{numbers}\"}\n") == Places{"missing_key 6:27"});
    CHECK(wrong(head + "    fields: {count: documents}\n") == Places{"missing_key 6:21"});
    // All numbers together are longer than this field.
    CHECK(wrong(with(whole, "    fields: {long_text: \"{numbers}\"}\n")) ==
          Places{"wrong_type 7:25"});
}
