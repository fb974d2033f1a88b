// Registration numbers, index numbers and query codes: given once, by nobody but the system.
#include "app/numbering.hpp"

#include <regex>
#include <set>

#include "app/content.hpp"
#include "tests/app/forgery.hpp"
#include "tests/app/office.hpp"

namespace gongkai::app::testing {

namespace {

constexpr const char* kRules = R"(
flow: filing
title: 登记
fields: [title, kind, number, code, index]
open: clerk
assigns: [number, code]
start: filing
states:
  filing:
    title: 登记
    worklist: clerk
    edit: [title, kind]
    actions:
      file: {title: 归档, to: filed, assigns: index, needs: [index, title]}
      look: {title: 看, kind: stay, assigns: index, when: title given}
  filed: {title: 已归档, final: true}
)";

constexpr const char* kWords = R"(
roles:
  clerk: {title: 经办人}
fields:
  title: {title: 标题, type: text, content: false}
  kind: {title: 类别, type: choice, choices: {web: 网上, post: 邮寄}, content: false}
  number: {title: 登记号, type: text, assigned: "{department}-{flow}-{year}{month}-{number:3}"}
  code: {title: 查询码, type: text, assigned: {code: 10}, content: false}
  index: {title: 索引号, type: text, assigned: "{field:kind}/{field:title}-{number}", content: false}
)";

std::shared_ptr<const Flow> filing() {
    const std::vector<language::SourceFile> files{{"vocabulary.yaml", kWords},
                                                  {"filing.yaml", kRules}};
    const auto compilation = language::compile(files);
    if (!compilation.rulebook) throw std::runtime_error(language::render(compilation.diagnostics));
    return Flow::make(*compilation.rulebook->find("filing"));
}

input::Open opening(std::vector<PlainField> fields = {}) {
    return {"filing", "employment", std::move(fields), {}};
}

std::string text(Office& office, engine::DocumentId id, const std::string& field) {
    const auto view = office.documents.find(office.as("clerk"), id);
    REQUIRE(view.has_value());
    for (const FieldView& one : view->fields) {
        if (view->flow->definition.fields[one.field].name == field)
            return std::get<std::string>(one.value);
    }
    return "";
}

}  // namespace

TEMPLATE_TEST_CASE("numbering: a document is given its number and its code when it is opened", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    REQUIRE(office.flows.activate({notice_flow(), filing()}).has_value());
    const Done first = done(office.submit("clerk", 0, opening()));
    const Done second = done(office.submit("clerk", 0, opening()));
    CHECK(text(office, first.id, "number") == "employment-filing-202603-001");
    CHECK(text(office, second.id, "number") == "employment-filing-202603-002");
    // New Year in China, the day before in UTC.
    office.clock.set(*engine::parse_instant("2026-12-31T16:00:00.000Z"));
    const Done third = done(office.submit("clerk", 0, opening()));
    CHECK(text(office, third.id, "number") == "employment-filing-202701-001");

    const std::string code = text(office, first.id, "code");
    CHECK(std::regex_match(code, std::regex("[34679ACDEFGHJKMNPQRTWXY]{10}")));
    CHECK(code != text(office, second.id, "code"));
    const auto found = [&](const std::string& typed) {
        std::optional<engine::DocumentId> id;
        REQUIRE(office.store
                    ->read([&](storage::Reader& reader) -> Result<void> {
                        TRY(id, reader.find_code(code_key("code", typed)));
                        return {};
                    })
                    .has_value());
        return id;
    };
    CHECK(found(code) == first.id);
    std::string typed = code;
    typed[0] = static_cast<char>(std::tolower(typed[0]));
    CHECK(found(typed.substr(0, 5) + " - " + typed.substr(5)) == first.id);
    CHECK_FALSE(found(code.substr(1)));
    // The number is no code.
    CHECK_FALSE(found("employment-filing-202603-001"));
}

TEST_CASE("numbering: nobody sets what the system gives") {
    Memory backend;
    Office office(backend.open());
    REQUIRE(office.flows.activate({filing()}).has_value());
    const Outcome outcome =
        office.submit("clerk", 0, opening({{"number", std::string("employment-filing-2026-9")}}));
    REQUIRE(std::holds_alternative<Invalid>(outcome));
    CHECK(std::get<Invalid>(outcome).code == "assigned_field");
    CHECK(std::get<Invalid>(outcome).where == "/fields/number");
    const Done opened = done(office.submit("clerk", 0, opening()));
    for (const char* field : {"number", "code", "index"}) {
        const Outcome edited =
            office.submit("clerk", opened.id, input::Edit{{{field, std::monostate()}}, {}});
        REQUIRE(std::holds_alternative<Invalid>(edited));
        CHECK(std::get<Invalid>(edited).code == "assigned_field");
    }
    CHECK(text(office, opened.id, "number") == "employment-filing-202603-001");
}

TEMPLATE_TEST_CASE("numbering: a refused attempt uses no number up, and nothing is given twice", "",
                   GONGKAI_APP_STORES) {
    TestType backend;
    Office office(backend.open());
    REQUIRE(office.flows.activate({filing()}).has_value());
    CHECK(office.refused("secrecy", 0, opening()) == engine::Reason::role_missing);
    const Done opened = done(office.submit("clerk", 0, opening()));
    CHECK(text(office, opened.id, "number") == "employment-filing-202603-001");

    // What the pattern names is missing: both are named.
    input::Act file;
    file.action = "file";
    const Outcome missing = office.submit("clerk", opened.id, file);
    REQUIRE(std::holds_alternative<Refused>(missing));
    const engine::Refusal& refusal = std::get<Refused>(missing).refusal;
    CHECK(refusal.reason == engine::Reason::fields_missing);
    std::set<std::string> names;
    for (const engine::FieldId id : refusal.fields)
        names.insert(filing()->definition.fields[id].name);
    CHECK(names == std::set<std::string>{"index", "kind", "title"});
    CHECK(text(office, opened.id, "index").empty());

    done(office.submit(
        "clerk", opened.id,
        input::Edit{{{"title", std::string("甲")}, {"kind", std::string("web")}}, std::nullopt}));
    office.act("clerk", opened.id, "look");
    CHECK(text(office, opened.id, "index") == "web/甲-1");
    // It has one, so it keeps it, whatever the pattern would give now.
    done(office.submit("clerk", opened.id, input::Edit{{{"kind", std::string("post")}}, {}}));
    office.act("clerk", opened.id, "file");
    CHECK(text(office, opened.id, "index") == "web/甲-1");

    // The whole history is decided again the same, the refused attempts included.
    Forgery forgery(office);
    const Folder folder;
    forgery.write(folder.path() / "bundle");
    const AuditReport report = forgery.report(folder.path() / "bundle");
    INFO(told(report.bundle.findings));
    CHECK(report.verified());
    CHECK(report.replay.refusals == 2);
}

TEST_CASE("numbering: a series goes on where the office was closed in between") {
    Sqlite backend;
    std::string code;
    {
        Office office(backend.open());
        REQUIRE(office.flows.activate({filing()}).has_value());
        const Done opened = done(office.submit("clerk", 0, opening()));
        code = text(office, opened.id, "code");
        office.store->close();
    }
    Office office(backend.open());
    office.clock.advance_ms(1000);  // or the document would get the id of the first
    REQUIRE(office.flows.activate({filing()}).has_value());
    const Done opened = done(office.submit("clerk", 0, opening()));
    CHECK(text(office, opened.id, "number") == "employment-filing-202603-002");
}

TEST_CASE("numbering: a code is as long as it is asked for and uses its whole alphabet") {
    SeededRandomness randomness(7);
    std::set<char> seen;
    for (int i = 0; i < 200; ++i) {
        const std::string code = random_code(10, randomness);
        CHECK(code.size() == 10);
        seen.insert(code.begin(), code.end());
    }
    CHECK(seen.size() == 23);
    CHECK(random_code(32, randomness).size() == 32);
}

}  // namespace gongkai::app::testing
