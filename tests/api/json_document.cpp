#include "api/json/document.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "api/json/writer.hpp"

using namespace gongkai::api;
using namespace std::string_literals;
using json::Fault;

namespace {

struct Refused {
    std::string text;
    Fault fault;
    std::string pointer;
};

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("json: what two readers could read differently is refused") {
    const std::vector<Refused> table = {
        {"", Fault::syntax, ""},
        {" ", Fault::syntax, ""},
        {"{", Fault::syntax, ""},
        {R"({"a":1,})", Fault::syntax, "/a"},
        {"[1,]", Fault::syntax, "/1"},
        {"[1] x", Fault::syntax, ""},
        {"{}{}", Fault::syntax, ""},
        {"// c\n1", Fault::syntax, ""},
        {"/* c */1", Fault::syntax, ""},
        {"'a'", Fault::syntax, ""},
        {"{a:1}", Fault::syntax, ""},
        {"NaN", Fault::syntax, ""},
        {"Infinity", Fault::syntax, ""},
        {"+1", Fault::syntax, ""},
        {"01", Fault::syntax, ""},
        {"0x10", Fault::syntax, ""},
        {".5", Fault::syntax, ""},
        {"\xEF\xBB\xBF{}", Fault::syntax, ""},
        {"\xFF\xFE{\0}\0"s, Fault::syntax, ""},
        {"{}\0"s, Fault::syntax, ""},
        {"\"a\tb\"", Fault::syntax, ""},
        {"\"a\0b\""s, Fault::syntax, ""},
        {R"({"a":"x\u0000y"})", Fault::nul_character, "/a"},
        {R"({"x\u0000":1})", Fault::nul_character, "/x\0"s},
        {R"("\ud800")", Fault::syntax, ""},
        {R"("\ud800x")", Fault::syntax, ""},
        {R"("\udc00")", Fault::syntax, ""},
        {R"("\ud800\ud800")", Fault::syntax, ""},
        {"\"\xC3\"", Fault::syntax, ""},
        {"\"\xC0\x80\"", Fault::syntax, ""},
        {"\"\xED\xA0\x80\"", Fault::syntax, ""},
        {"\"\xF5\x80\x80\x80\"", Fault::syntax, ""},
        {"1e400", Fault::number_range, ""},
        {"1e-400", Fault::number_range, ""},
        {R"({"a":[1,-1e999]})", Fault::number_range, "/a/1"},
        {R"({"a":1,"a":2})", Fault::duplicate_key, "/a"},
        {R"({"a":1,"b":2,"\u0061":3})", Fault::duplicate_key, "/a"},
        {R"({"x":[{},{"k/~":{"y":1,"y":1}}]})", Fault::duplicate_key, "/x/1/k~1~0/y"},
        {R"({"":1,"":1})", Fault::duplicate_key, "/"},
        {nested(json::max_depth + 1), Fault::too_deep, ""},
        {nested(100'000), Fault::too_deep, ""},
    };
    for (const auto& row : table) {
        INFO(row.text.substr(0, 100));
        const auto document = json::parse(row.text);
        REQUIRE(document.has_error());
        CHECK(json::name_of(document.error().fault) == json::name_of(row.fault));
        if (row.fault != Fault::too_deep) CHECK(document.error().pointer == row.pointer);
        CHECK(!document.error().detail.empty());
        CHECK(!document.error().detail_zh.empty());
    }
}

TEST_CASE("json: what is right is read and written back as it was") {
    const std::vector<std::string> table = {
        "null",
        "true",
        "0",
        "-1",
        "9223372036854775807",
        "18446744073709551615",
        R"("公开 \" \\ \n 😀")",
        R"({"b":1,"a":[{},[],{"a":{"a":1}},""]})",
        R"({"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]})",
        nested(json::max_depth),
    };
    for (const auto& text : table) {
        INFO(text.substr(0, 100));
        const auto document = json::parse(text);
        REQUIRE(document.has_value());
        CHECK(document->root().to_json() == text);
    }
    CHECK(json::parse(R"("😀")")->root().text() == "😀");
    CHECK(json::parse(" [ 1 , 2.5 ]\r\n\t")->root().element(1).real() == 2.5);
}

TEST_CASE("json: a number is the nearest that there is, to its last bit") {
    for (const double number :
         {1.8446740000000002e25, 0.1, 5e-324, 1.7976931348623157e308, -1.5e-3}) {
        const auto text = json::Writer().value(number).take();
        INFO(text);
        const auto document = json::parse(text);
        REQUIRE(document.has_value());
        CHECK(document->root().real() == number);
    }
}

TEST_CASE("json: a thousand distinct keys pass, one of them twice does not") {
    std::string object = "{";
    for (int i = 0; i < 1000; ++i)
        object +=
            (i == 0 ? "\"k" : ",\"k") + std::to_string(i * 7919 % 1000) + "\":" + std::to_string(i);
    const auto good = json::parse(object + "}");
    REQUIRE(good.has_value());
    CHECK(good->root().size() == 1000);
    const auto bad = json::parse(object + ",\"k500\":1}");
    REQUIRE(bad.has_error());
    CHECK(bad.error().pointer == "/k500");
}

TEST_CASE("json: the writer quotes what must be quoted and repairs what is not UTF-8") {
    json::Writer out;
    out.begin_object()
        .member("a\"", "x\\y\n\x01\x7F公")
        .member("b", -5)
        .member("c", true)
        .key("d")
        .begin_array()
        .value(1.5)
        .value(1e300 * 1e300)
        .value(-0.0)
        .null()
        .value(std::uint64_t{18446744073709551615ULL})
        .begin_object()
        .end_object()
        .end_array()
        .member_unless_empty("e", "")
        .member("f", "\xC3(\xED\xA0\x80")
        .key("g")
        .raw("[]")
        .end_object();
    CHECK(
        out.text() ==
        R"({"a\"":"x\\y\n\u0001)"
        "\x7F"
        R"(公","b":-5,"c":true,"d":[1.5,null,0,null,18446744073709551615,{}],"f":"�(���","g":[]})");
    CHECK(json::parse(out.take()).has_value());
}
