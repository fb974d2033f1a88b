// Bodies that cannot be taken: each is told what is wrong and where, in both languages, and nothing
// is written.
#include "tests/rest/bureau.hpp"

using namespace gongkai;
using namespace gongkai::api::testing;
using namespace std::string_literals;

namespace {

struct Row {
    std::string name, body;
    std::string code, pointer, fault;  // of the problem, and of its first place
};

// A body for POST /api/v1/documents with these fields.
std::string with_fields(const std::string& fields) {
    return R"({"flow":"execution","department":"employment","fields":{)" + fields + "}}";
}
// ... and with these members beside flow and department.
std::string with(const std::string& members) {
    return R"({"flow":"execution","department":"employment",)" + members + "}";
}
std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

const std::string zeros(64, '0');

const std::vector<Row>& bodies() {
    static const std::vector<Row> rows = {
        // what two readers could read differently
        {"a key twice", R"({"flow":"execution","flow":"decision","department":"employment"})",
         "invalid_json", "/flow", "duplicate_key"},
        {"a key twice, deep inside", with_fields(R"("title":"a","title":"b")"), "invalid_json",
         "/fields/title", "duplicate_key"},
        {"the same key spelt with an escape", with_fields(R"("title":"a","\u0074itle":"b")"),
         "invalid_json", "/fields/title", "duplicate_key"},
        {"a bomb of lists", with(R"("x":)" + repeated("[", 5000) + repeated("]", 5000)),
         "invalid_json", "/x" + repeated("/0", 31), "too_deep"},
        {"a bomb of objects", with(R"("x":)" + repeated(R"({"a":)", 40) + "1" + repeated("}", 40)),
         "invalid_json", "/x" + repeated("/a", 31), "too_deep"},
        {"a number beyond all bounds", with(R"("on_behalf_of":1e400)"), "invalid_json",
         "/on_behalf_of", "number_range"},
        {"a lone surrogate", with_fields(R"("title":"a\ud800b")"), "invalid_json", "/fields/title",
         "syntax"},
        {"half a pair", with_fields(R"("title":"\udc00\ud83d")"), "invalid_json", "/fields/title",
         "syntax"},
        {"NUL, escaped", with_fields(R"("title":"a\u0000b")"), "invalid_json", "/fields/title",
         "nul_character"},
        {"NUL in a key", with_fields(R"("a\u0000":"b")"), "invalid_json", "/fields/a\0"s,
         "nul_character"},
        {"NUL as a byte", with_fields("\"title\":\"a\0b\""s), "invalid_json", "/fields/title",
         "syntax"},
        {"a byte order mark", "\xEF\xBB\xBF" + with_fields(""), "invalid_json", "", "syntax"},
        {"no UTF-8", with_fields("\"title\":\"\xC0\xAF\""), "invalid_json", "/fields/title",
         "syntax"},
        {"GBK", with_fields("\"title\":\"\xB9\xAB\xBF\xAA\""), "invalid_json", "/fields/title",
         "syntax"},
        {"UTF-16", "{\0\"\0"s, "invalid_json", "", "syntax"},
        {"two values", "{}{}", "invalid_json", "", "syntax"},
        {"a comment", "{/* why */}", "invalid_json", "", "syntax"},
        {"a comma too many", with_fields(R"("title":"a",)"), "invalid_json", "/fields/title",
         "syntax"},
        {"not a number", with(R"("on_behalf_of":NaN)"), "invalid_json", "/on_behalf_of", "syntax"},
        {"cut off", R"({"flow":"execution)", "invalid_json", "/flow", "syntax"},
        {"white space only", "  \n", "invalid_json", "", "syntax"},
        // what is JSON and is not the body of this operation
        {"a list", "[]", "invalid_body", "", "wrong_type"},
        {"a text", "\"execution\"", "invalid_body", "", "wrong_type"},
        {"null", "null", "invalid_body", "", "wrong_type"},
        {"nothing in it", "{}", "invalid_body", "/flow", "missing"},
        {"an unknown member", with(R"("colour":"red")"), "invalid_body", "/colour", "unknown"},
        {"an unknown member with a slash", with(R"("a/b~c":1)"), "invalid_body", "/a~1b~0c",
         "unknown"},
        {"the flow is a number", R"({"flow":1,"department":"employment"})", "invalid_body", "/flow",
         "wrong_type"},
        {"the flow is null", R"({"flow":null,"department":"employment"})", "invalid_body", "/flow",
         "wrong_type"},
        {"the flow is empty", R"({"flow":"","department":"employment"})", "invalid_body", "/flow",
         "too_short"},
        {"a flow with a line break", R"({"flow":"a\nb","department":"employment"})", "invalid_body",
         "/flow", "bad_text"},
        {"a flow that is far too long",
         R"({"flow":")" + std::string(65, 'a') + R"(","department":"employment"})", "invalid_body",
         "/flow", "too_long"},
        {"no such flow", R"({"flow":"conquest","department":"employment"})", "invalid_body",
         "/flow", "unknown_flow"},
        {"no such department", R"({"flow":"execution","department":"navy"})", "invalid_body",
         "/department", "unknown_department"},
        {"fields as a list", with(R"("fields":[])"), "invalid_body", "/fields", "wrong_type"},
        {"on_behalf_of as a text", with(R"("on_behalf_of":"3")"), "invalid_body", "/on_behalf_of",
         "wrong_type"},
        {"on_behalf_of with a fraction", with(R"("on_behalf_of":1.5)"), "invalid_body",
         "/on_behalf_of", "wrong_type"},
        {"on_behalf_of of nobody", with(R"("on_behalf_of":0)"), "invalid_body", "/on_behalf_of",
         "out_of_range"},
        {"on_behalf_of beyond 32 bits", with(R"("on_behalf_of":4294967296)"), "invalid_body",
         "/on_behalf_of", "out_of_range"},
        {"attachments as an object", with(R"("attachments":{})"), "invalid_body", "/attachments",
         "wrong_type"},
        {"an attachment that is a text", with(R"("attachments":["a.pdf"])"), "invalid_body",
         "/attachments/0", "wrong_type"},
        {"an attachment without a name", with(R"("attachments":[{"sha256":")" + zeros + R"("}])"),
         "invalid_body", "/attachments/0/name", "missing"},
        {"a digest in capitals",
         with(R"("attachments":[{"sha256":")" + std::string(64, 'A') + R"(","name":"a"}])"),
         "invalid_body", "/attachments/0/sha256", "bad_text"},
        {"a digest that is too short", with(R"("attachments":[{"sha256":"00","name":"a"}])"),
         "invalid_body", "/attachments/0/sha256", "too_short"},
        {"a file that nobody uploaded",
         with(R"("attachments":[{"sha256":")" + zeros + R"(","name":"a"}])"), "invalid_body",
         "/attachments/0/sha256", "unknown_file"},
        // fields, by the flow
        {"an unknown field", with_fields(R"("titel":"a")"), "invalid_body", "/fields/titel",
         "unknown_field"},
        {"a field that is read from the body", with_fields(R"("body_note":"proactive")"),
         "invalid_body", "/fields/body_note", "derived_field"},
        {"a title that is a number", with_fields(R"("title":1)"), "invalid_body", "/fields/title",
         "wrong_type"},
        {"a field that is an object", with_fields(R"("title":{"a":"b"})"), "invalid_body",
         "/fields/title", "wrong_type"},
        {"a field that is no whole number", with_fields(R"("title":1.5)"), "invalid_body",
         "/fields/title", "wrong_type"},
        {"a number beyond 63 bits", with_fields(R"("title":18446744073709551615)"), "invalid_body",
         "/fields/title", "out_of_range"},
        {"a date that does not exist", with_fields(R"("formed_at":"2026-02-30")"), "invalid_body",
         "/fields/formed_at", "wrong_type"},
        {"a choice that there is not", with_fields(R"("attribute":"secret")"), "invalid_body",
         "/fields/attribute", "unknown_choice"},
        {"a flag as a text", with_fields(R"("policy_document":"true")"), "invalid_body",
         "/fields/policy_document", "wrong_type"},
        {"a table as a text", with_fields(R"("steps":"all")"), "invalid_body", "/fields/steps",
         "wrong_type"},
        {"a table of texts", with_fields(R"("steps":["all"])"), "invalid_body", "/fields/steps",
         "wrong_type"},
        {"a cell that is a number", with_fields(R"("steps":[{"step":1}])"), "invalid_body",
         "/fields/steps", "wrong_type"},
        {"a column that there is not", with_fields(R"("steps":[{"colour":"red"}])"), "invalid_body",
         "/fields/steps", "unknown_column"},
        // what is the server's to say and nobody's to set
        {"mass-assigned state", with(R"("state":"published")"), "invalid_body", "/state",
         "unknown"},
        {"mass-assigned revision", with(R"("revision":7)"), "invalid_body", "/revision", "unknown"},
        {"mass-assigned signatures", with(R"("signatures":[{"name":"issue"}])"), "invalid_body",
         "/signatures", "unknown"},
        {"mass-assigned id", with(R"("id":"1")"), "invalid_body", "/id", "unknown"},
        {"mass-assigned drafter", with(R"("drafters":[1])"), "invalid_body", "/drafters",
         "unknown"},
        {"a state among the fields", with_fields(R"("state":"published")"), "invalid_body",
         "/fields/state", "unknown_field"}};
    return rows;
}

void check_problem(const Answer& answer, const Row& row) {
    INFO(show(answer));
    CHECK(answer.status == 400);
    CHECK(answer.code() == row.code);
    CHECK(answer.text("/errors/0/pointer") == row.pointer);
    CHECK(answer.text("/errors/0/fault") == row.fault);
    CHECK(answer.text("/errors/0/detail") != "");
    CHECK(answer.text("/errors/0/detail_zh") != "");
    CHECK(answer.text("/detail") != "");
    CHECK(answer.text("/detail_zh") != "");
}

}  // namespace

TEST_CASE("bad JSON: each body is told what is wrong and where, and nothing is written") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto leaves = bureau.leaves();
    for (const Row& row : bodies()) {
        INFO(row.name);
        check_problem(clerk.send("POST", "/api/v1/documents", row.body), row);
    }
    CHECK(bureau.leaves() == leaves);
    CHECK(clerk.get("/api/v1/documents").size("/documents") == 0);
    CHECK(clerk.get("/api/v1/worklist").number("/total") == 0);
}

TEST_CASE("bad JSON: every operation that takes a body refuses what nobody asked for") {
    Bureau bureau;
    const auto id = draft(bureau);
    const auto leaves = bureau.leaves();
    for (const Operation& operation : Contract::shipped().operations()) {
        const auto* described = operation.description->if_contains("requestBody");
        if (!described || !described->at("content").as_object().contains("application/json"))
            continue;
        std::string target = operation.path;
        const auto fill = [&](std::string_view name, const std::string& value) {
            const auto at = target.find(name);
            if (at != target.npos) target.replace(at, name.size(), value);
        };
        fill("{id}", operation.path.find("/documents/") == std::string::npos ? "1" : id);
        for (const char* name : {"{action}", "{signature}", "{code}", "{source}", "{source_id}"})
            fill(name, "x");
        fill("{number}", "1");
        for (const char* body : {R"({"nobody_asked":1})", R"({"a":1,"a":2})", "[]", "{", "\xFF"}) {
            INFO(operation.id << " " << body);
            const auto answer =
                bureau.as("sysadmin").send(operation.method, target, body, {{"If-Match", "\"1\""}});
            CHECK(answer.status == 400);
            CHECK((answer.code() == "invalid_body" || answer.code() == "invalid_json"));
        }
        INFO(operation.id);
        CHECK(bureau.as("sysadmin")
                  .send(operation.method, target, "a=b",
                        {{"If-Match", "\"1\""},
                         {"Content-Type", "application/x-www-form-urlencoded"}})
                  .status == 415);
    }
    CHECK(bureau.leaves() == leaves);
}

TEST_CASE("bad JSON: a text that is too long for the flow is its refusal, and recorded like any") {
    Bureau bureau;
    const auto leaves = bureau.leaves();
    const auto answer = bureau.as("lihua").send(
        "POST", "/api/v1/documents", with_fields("\"title\":\"" + repeated("字", 201) + "\""));
    CHECK(answer.status == 422);
    CHECK(answer.code() == "field_invalid");
    CHECK(answer.text("/fields/0/name") == "title");
    CHECK(bureau.leaves() == leaves + 1);
    CHECK(bureau.as("lihua")
              .send("POST", "/api/v1/documents",
                    with_fields("\"title\":\"" + repeated("字", 200) + "\""))
              .status == 201);
}

TEST_CASE("bad JSON: several faults are told at once") {
    Bureau bureau;
    const auto answer = bureau.as("lihua").send(
        "POST", "/api/v1/documents", R"({"flow":1,"state":"x","attachments":[{"name":2}]})");
    CHECK(answer.status == 400);
    CHECK(answer.size("/errors") == 5);
    CHECK(bureau.as("lihua").send("POST", "/api/v1/documents", "").status == 400);
}

TEST_CASE("bad queries and paths: a misspelt filter shows nothing, a strange id is none") {
    Bureau bureau;
    const auto clerk = bureau.as("lihua");
    const auto id = draft(bureau);
    for (const char* query : {"?colour=red", "?limit=0", "?limit=201", "?limit=-1", "?limit=1e2",
                              "?limit=", "?cursor=a", "?limit=10&limit=20", "?publication=maybe",
                              "?drafter=x", "?cursor=99999999999999999999"}) {
        INFO(query);
        const auto answer = clerk.get("/api/v1/documents" + std::string(query));
        CHECK(answer.status == 400);
        CHECK(answer.code() == "invalid_query");
        CHECK(answer.text("/parameter") != "");
        CHECK(answer.text("/detail_zh") != "");
    }
    for (const std::string& odd : std::vector<std::string>{
             "0", "00" + id, "-1", "+1", "1.0", "0x10", "99999999999999999999", "%20" + id,
             id + "%00", "9223372036854775808", "abc", "%E5%85%AC"}) {
        INFO(odd);
        const auto answer = clerk.get("/api/v1/documents/" + odd);
        CHECK((answer.status == 404 || answer.status == 400));
        CHECK(answer.code() == (odd.ends_with("%00") ? "malformed_request" : "not_found"));
    }
    CHECK(clerk.get("/api/v1/documents?flow=execution&state=drafting&limit=1").size("/documents") ==
          1);
    CHECK(clerk.get("/api/v1/documents?flow=decision").size("/documents") == 0);
}
