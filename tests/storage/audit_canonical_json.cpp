#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>

#include "storage/audit/canonical_json.hpp"

using namespace gongkai::storage::audit;
using gongkai::engine::ErrorCode;
namespace json = boost::json;

namespace {

// Whether the process that runs it is stopped by an assertion.
bool stops(const std::function<void()>& what) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        std::signal(SIGABRT, SIG_DFL);
        std::fclose(stderr);
        what();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

std::string written(const std::function<void(CanonicalWriter&)>& what) {
    std::string out = "before ";
    CanonicalWriter writer(out);
    what(writer);
    const auto result = writer.finish();
    if (!result) {
        CHECK(out == "before ");
        return result.error().message;
    }
    return out.substr(7);
}

}  // namespace

TEST_CASE("canonical json: the writer spells every kind of value in one way") {
    CHECK(
        written([](CanonicalWriter& w) {
            w.begin_object();
            w.key("a").integer(-9007199254740991);
            w.key("b").begin_array().boolean(true).boolean(false).null().string("决策").end_array();
            w.key("c").begin_object().end_object();
            w.key("d").begin_array().end_array();
            w.key("e").raw("[1,2]");
            w.key("二").integer(0);
            w.end_object();
        }) ==
        R"({"a":-9007199254740991,"b":[true,false,null,"决策"],"c":{},"d":[],"e":[1,2],"二":0})");
    CHECK(written([](CanonicalWriter& w) { w.string("\"\\/\b\t\n\f\r\x01\x1f\x7f<>\u2028"); }) ==
          "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\x7f<>\u2028\"");
}

TEST_CASE("canonical json: what cannot be written is an error and leaves nothing behind") {
    using namespace std::string_literals;
    for (const std::string& text :
         {"a\0b"s, "\xff"s, "\xc0\x80"s, "\xed\xa0\x80"s, "\xe5\x86"s, "\xf4\x90\x80\x80"s,
          "\xf0\x80\x80\x80"s, "\xe0\x80\x80"s, "x\x80"s, "\xe5\x86\x41"s, "\xc3"s}) {
        CHECK(written([&](CanonicalWriter& w) { w.begin_array().string(text).end_array(); }) ==
              "canonical JSON cannot hold a string that is not UTF-8 or has a NUL");
        std::string out = "kept";
        CHECK_FALSE(append_json_string(out, text));
        CHECK(out == "kept");
    }
    CHECK(written([](CanonicalWriter& w) { w.integer(9007199254740992); }) ==
          "canonical JSON cannot hold an integer beyond 2^53 - 1");
    CHECK(written([](CanonicalWriter& w) { w.raw("[1, 2]"); }) ==
          "canonical JSON cannot hold a fragment that is not canonical itself");
    // Read by length, never by a NUL that happens to follow.
    CHECK(written([](CanonicalWriter& w) { w.string(std::string_view("\xf0\x9f\x98\x80", 3)); }) ==
          "canonical JSON cannot hold a string that is not UTF-8 or has a NUL");
}

TEST_CASE("canonical json: a mistake of the caller stops the process") {
    std::string out;
    const auto object = [&](const std::function<void(CanonicalWriter&)>& what) {
        return stops([&] {
            CanonicalWriter writer(out);
            writer.begin_object();
            what(writer);
        });
    };
    CHECK_FALSE(object([](CanonicalWriter& w) { w.key("a").integer(1).key("b").integer(2); }));
    CHECK(object([](CanonicalWriter& w) { w.key("b").integer(1).key("a"); }));
    CHECK(object([](CanonicalWriter& w) { w.key("a").integer(1).key("a"); }));
    CHECK(object([](CanonicalWriter& w) { w.key("a\n"); }));
    CHECK(object([](CanonicalWriter& w) { w.integer(1); }));
    CHECK(object([](CanonicalWriter& w) { w.key("a").key("b"); }));
    CHECK(object([](CanonicalWriter& w) { w.key("a").end_object(); }));
    CHECK(object([](CanonicalWriter& w) { w.end_array(); }));
    CHECK(object([](CanonicalWriter& w) { (void)w.finish(); }));
    CHECK(object([](CanonicalWriter& w) { w.end_object().null(); }));
    CHECK(stops([&] {
        CanonicalWriter writer(out);
        for (int i = 0; i < 65; ++i)
            writer.begin_array();
    }));
}

TEST_CASE("canonical json: the parser accepts canonical bytes and gives them back") {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    for (const std::string& text :
         {std::string(R"({"a":[1,-2,{"b":null}],"c":"决\n策","d":true,"é":"😀"})"), std::string("0"),
          std::string("\"\""), std::string("9007199254740991"), std::string("{}"), deep}) {
        const auto value = parse_canonical(text);
        INFO(text);
        REQUIRE(value.has_value());
        std::string again;
        REQUIRE(write_canonical(*value, again).has_value());
        CHECK(again == text);
        CHECK(is_canonical(text));
    }
}

TEST_CASE("canonical json: the parser refuses every other spelling") {
    using namespace std::string_literals;
    const std::string deep = std::string(65, '[') + std::string(65, ']');
    const std::string bomb(100000, '[');
    for (const std::string& text : {""s,
                                    " {}"s,
                                    "{} "s,
                                    "{}\n"s,
                                    "{ }"s,
                                    "[1, 2]"s,
                                    "\xef\xbb\xbf{}"s,  // space, BOM
                                    R"({"b":1,"a":2})"s,
                                    R"({"a":1,"a":1})"s,
                                    R"({"a":1,"a":2})"s,  // order
                                    "1.0"s,
                                    "1e3"s,
                                    "1e400"s,
                                    "-0"s,
                                    "01"s,
                                    "0.5"s,
                                    "9007199254740992"s,
                                    "-9007199254740992"s,  // numbers
                                    "18446744073709551616"s,
                                    "+1"s,
                                    "NaN"s,
                                    "Infinity"s,  //
                                    R"("\u0000")"s,
                                    "\"\0\""s,
                                    R"("\ud800")"s,
                                    R"("\udc00\ud800")"s,
                                    "\"\xed\xa0\x80\""s,  // text
                                    "\"\xff\""s,
                                    R"("\u0041")"s,
                                    R"("\/")"s,
                                    R"("\u001F")"s,
                                    R"("\u000a")"s,
                                    "\"\n\""s,  //
                                    R"("\ud83d\ude00")"s,
                                    R"({"a\u0000":1})"s,
                                    R"({"\u0061":1})"s,  //
                                    "[1,]"s,
                                    "{'a':1}"s,
                                    "/**/{}"s,
                                    "nul"s,
                                    "{}{}"s,
                                    deep,
                                    bomb}) {
        INFO(text.substr(0, 80));
        const auto value = parse_canonical(text);
        REQUIRE_FALSE(value.has_value());
        CHECK_FALSE(is_canonical(text));
        CHECK(value.error().code == ErrorCode::malformed);
        CHECK_FALSE(value.error().message.empty());
    }
}

TEST_CASE("canonical json: the error names the byte of the first difference") {
    CHECK(parse_canonical(R"({"a":1, "b":2})").error().message ==
          "JSON that is not canonical: the first difference is at byte 7");
}

TEST_CASE("canonical json: members are sorted by bytes") {
    json::object object;
    for (const char* name : {"😀", "～", "b", "a", "aa", "决", "B", "\"", ""})
        object[name] = 1;
    std::string out;
    REQUIRE(write_canonical(object, out).has_value());
    CHECK(out == R"({"":1,"\"":1,"B":1,"a":1,"aa":1,"b":1,"决":1,"～":1,"😀":1})");
}

TEST_CASE("canonical json: one changed byte is refused or is another value") {
    const char* given = std::getenv("GONGKAI_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device{}();
    INFO("GONGKAI_SEED=" << seed);
    std::mt19937 random(seed);
    const std::string text =
        R"({"\u0001":0,"\"":9007199254740991,"a":[1,-20,{"b":null}],"c":"决\n策\u001f😀","d":true,"e":{},"f":false})";
    const std::string likely = "\"\\{}[]:,-0123456789abcdefntru \n\xe5\xf0";
    const json::value original = parse_canonical(text).value();
    for (int round = 0; round < 20000; ++round) {
        std::string changed = text;
        for (int i = 0; i < 1 + round % 3; ++i) {
            const std::size_t at = random() % changed.size();
            if (random() % 4 == 0)
                changed.erase(at, 1);
            else if (random() % 4 == 0)
                changed.insert(at, 1, likely[random() % likely.size()]);
            else
                changed[at] =
                    round % 2 ? static_cast<char>(random()) : likely[random() % likely.size()];
        }
        const auto value = parse_canonical(changed);
        INFO(changed);
        // The reader that builds and the reader that only looks were written apart and agree.
        REQUIRE(is_canonical(changed) == value.has_value());
        if (value && changed != text) CHECK(*value != original);
    }
}
