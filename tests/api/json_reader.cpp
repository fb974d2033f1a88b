#include "api/json/reader.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace gongkai::api;

namespace {

struct Draft {
    std::string title;
    std::optional<std::string> summary;
    std::int64_t copies = 0;
    bool urgent = false;
    std::size_t attribute = 0;
    std::vector<std::string> tags, hashes;
    std::string contact;
};

constexpr std::array<std::string_view, 3> attributes = {"proactive", "on_request", "withheld"};

Draft read_draft(std::string_view text, json::Issues& issues) {
    const auto document = json::parse(text);
    REQUIRE(document.has_value());
    return json::read(document->root(), issues, [](json::Reader& in) {
        Draft draft;
        draft.title = in.text("title", {.max = 5});
        draft.summary = in.optional_text("summary", {.min = 0, .max = 20, .multiline = true});
        draft.copies = in.optional_integer("copies", {.min = 1, .max = 9}).value_or(1);
        draft.urgent = in.optional_boolean("urgent").value_or(false);
        draft.attribute = in.optional_choice("attribute", attributes).value_or(0);
        draft.tags =
            in.optional_texts("tags", {.max = 2}, {.max = 3}).value_or(std::vector<std::string>{});
        in.optional_list("files", {.max = 2}, [&](json::Reader& item) {
            draft.hashes.push_back(item.text("hash", {.min = 2, .max = 2}));
        });
        in.optional_object("contact", [&](json::Reader& c) { draft.contact = c.text("na/me"); });
        return draft;
    });
}

}  // namespace

TEST_CASE("json reader: a fitting body becomes a struct, lengths count characters and not bytes") {
    json::Issues issues;
    const auto draft = read_draft(
        R"({"title":"公开事项一","summary":"a\nb","copies":9,"urgent":true,"attribute":"withheld",
            "tags":["社保"],"files":[{"hash":"ab"},{"hash":"cd"}],"contact":{"na/me":"王"}})",
        issues);
    CHECK(issues.empty());
    CHECK(draft.title == "公开事项一");
    CHECK(draft.summary == "a\nb");
    CHECK(draft.copies == 9);
    CHECK(draft.urgent);
    CHECK(draft.attribute == 2);
    CHECK(draft.tags == std::vector<std::string>{"社保"});
    CHECK(draft.hashes == std::vector<std::string>{"ab", "cd"});
    CHECK(draft.contact == "王");
    CHECK(read_draft(R"({"title":"x"})", issues).copies == 1);
    CHECK(issues.empty());
}

TEST_CASE("json reader: each fault is told with its place") {
    struct Row {
        std::string text, pointer, fault;
    };
    const std::vector<Row> table = {
        {R"([])", "", "wrong_type"},
        {R"("x")", "", "wrong_type"},
        {R"({})", "/title", "missing"},
        {R"({"title":""})", "/title", "too_short"},
        {R"({"title":"公开事项一二"})", "/title", "too_long"},
        {R"({"title":"a\nb"})", "/title", "bad_text"},
        {R"({"title":"a\u007f"})", "/title", "bad_text"},
        {R"({"title":"a\u0085"})", "/title", "bad_text"},
        {R"({"title":"x","summary":"\u001b[2J"})", "/summary", "bad_text"},
        {R"({"title":1})", "/title", "wrong_type"},
        {R"({"title":null})", "/title", "wrong_type"},
        {R"({"title":"x","summary":null})", "/summary", "wrong_type"},
        {R"({"title":"x","copies":0})", "/copies", "out_of_range"},
        {R"({"title":"x","copies":10})", "/copies", "out_of_range"},
        {R"({"title":"x","copies":18446744073709551615})", "/copies", "out_of_range"},
        {R"({"title":"x","copies":99999999999999999999999})", "/copies", "wrong_type"},
        {R"({"title":"x","copies":1.0})", "/copies", "wrong_type"},
        {R"({"title":"x","copies":"1"})", "/copies", "wrong_type"},
        {R"({"title":"x","urgent":1})", "/urgent", "wrong_type"},
        {R"({"title":"x","attribute":"Proactive"})", "/attribute", "not_allowed"},
        {R"({"title":"x","tags":"a"})", "/tags", "wrong_type"},
        {R"({"title":"x","tags":["a",2]})", "/tags/1", "wrong_type"},
        {R"({"title":"x","tags":["abcd"]})", "/tags/0", "too_long"},
        {R"({"title":"x","tags":["a","b","c"]})", "/tags", "too_long"},
        {R"({"title":"x","files":[{"hash":"ab"},{"hash":"a"}]})", "/files/1/hash", "too_short"},
        {R"({"title":"x","files":[{"hash":"ab","x":1}]})", "/files/0/x", "unknown"},
        {R"({"title":"x","files":[1]})", "/files/0", "wrong_type"},
        {R"({"title":"x","contact":{}})", "/contact/na~1me", "missing"},
        {R"({"title":"x","state":"published"})", "/state", "unknown"},
        {R"({"title":"x","Title":"y"})", "/Title", "unknown"},
    };
    for (const auto& row : table) {
        INFO(row.text);
        json::Issues issues;
        read_draft(row.text, issues);
        REQUIRE(issues.size() == 1);
        CHECK(issues[0].pointer == row.pointer);
        CHECK(json::name_of(issues[0].fault) == row.fault);
        CHECK(!issues[0].detail.empty());
        CHECK(!issues[0].detail_zh.empty());
    }
}

TEST_CASE("json reader: all faults of a body are collected, up to a bound") {
    json::Issues issues;
    read_draft(R"({"title":7,"copies":"x","state":1,"revision":2})", issues);
    CHECK(issues.size() == 4);
    issues.clear();
    std::string many = R"({"title":"x")";
    for (int i = 0; i < 100; ++i)
        many += ",\"m" + std::to_string(i) + "\":1";
    read_draft(many + "}", issues);
    CHECK(issues.size() == json::max_issues);
}

TEST_CASE("json reader: null where it means remove, and members whose names are not known before") {
    const auto document = json::parse(R"({"summary":null,"fields":{"a":1,"b":["x"]},"note":"n"})");
    json::Issues issues;
    std::vector<std::string> seen;
    json::read(document->root(), issues, [&](json::Reader& in) {
        CHECK(in.is_null("summary"));
        CHECK(!in.is_null("note"));
        CHECK(!in.is_null("absent"));
        CHECK(in.any("note")->text() == "n");
        CHECK(!in.any("absent"));
        in.object("fields", [&](json::Reader& fields) {
            fields.rest([&](std::string_view name, json::Value value) {
                seen.push_back(std::string(name) + "=" + value.to_json());
                if (name == "a")
                    fields.refuse(name, json::Fault::not_allowed, "not in this state",
                                  "当前状态不可修改");
            });
        });
        return 0;
    });
    CHECK(seen == std::vector<std::string>{"a=1", "b=[\"x\"]"});
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].pointer == "/fields/a");
}
