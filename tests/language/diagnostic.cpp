#include "language/diagnostic.hpp"

#include <catch2/catch.hpp>

#include "language/unicode.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai::language;

namespace {

Diagnostic report(const std::string& text, std::string_view place) {
    const SourceFile file{"file.yaml", text};
    Reporter reporter;
    const FileId id = reporter.add(file);
    const std::size_t offset = text.find(place);
    REQUIRE(offset != std::string::npos);
    reporter.error(
        Span{id, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(place.size())},
        "some_code", {"English", "中文"}, {"hint", "提示"});
    const auto found = reporter.take();
    REQUIRE(found.size() == 1);
    return found.front();
}

}  // namespace

TEST_CASE("diagnostic: carets stand below what is meant, two cells for a wide character") {
    CHECK(render(report("a: 1\n  标题: 错误 的\nb: 2\n", "错误 的")) ==
          "file.yaml:2:7: error[some_code]: English\n"
          "     2 |   标题: 错误 的\n"
          "       |         ^^^^^^^\n"
          "       = hint\n");
    CHECK(render(report("é̂全x: wrong\n", "wrong"), Tongue::chinese) ==
          "file.yaml:1:7: 错误[some_code]: 中文\n"
          "     1 | é̂全x: wrong\n"
          "       |       ^^^^^\n"
          "       = 提示\n");
    CHECK(render(report("\t\ta\tb", "b")) ==
          "file.yaml:1:5: error[some_code]: English\n"
          "     1 |   a b\n"
          "       |     ^\n"
          "       = hint\n");
}

TEST_CASE("diagnostic: columns and lengths count characters") {
    const Diagnostic d = report("标题: 错误\r\n", "错误");
    CHECK(d.line == 1);
    CHECK(d.column == 5);
    CHECK(d.length == 2);
    CHECK(d.excerpt == "标题: 错误");
}

TEST_CASE("diagnostic: of a long line only the surroundings are shown") {
    const std::string text = "k: " + std::string(500, 'x') + " wrong " + std::string(5000, 'y');
    const Diagnostic d = report(text, "wrong");
    CHECK(d.column == 505);
    CHECK(d.excerpt.size() < 200);
    CHECK(d.excerpt.starts_with("…"));
    CHECK(d.excerpt.ends_with("…"));
    const std::string shown = render(d);
    const std::size_t line = shown.find('\n') + 1;
    const std::size_t carets = shown.find('\n', line) + 1;
    // Both lines have one character of three bytes and one cell before the word.
    CHECK(shown.find("wrong", line) - line - 2 == shown.find("^^^^^", carets) - carets);
}

TEST_CASE("diagnostic: a place behind the end of its line or file is shown at the end") {
    const SourceFile file{"file.yaml", "ab\ncd"};
    Reporter reporter;
    const FileId id = reporter.add(file);
    reporter.error(Span{id, 2, 10}, "x", {"m", "m"});
    reporter.error(Span{id, 900, 1}, "y", {"m", "m"});
    const auto found = reporter.take();
    CHECK(test::places(found) == std::vector<std::string>{"x 1:3", "y 2:3"});
    CHECK_FALSE(render(found).empty());
}

TEST_CASE("diagnostic: each is told once, in the order of files and places") {
    const SourceFile first{"a.yaml", "x\ny\n"};
    const SourceFile second{"b.yaml", "z\n"};
    Reporter reporter;
    const FileId a = reporter.add(first);
    const FileId b = reporter.add(second);
    reporter.error(Span{b, 0, 1}, "three", {"m", "m"});
    reporter.error(Span{a, 2, 1}, "two", {"m", "m"});
    reporter.warning(Span{a, 0, 1}, "one", {"m", "m"});
    reporter.error(Span{a, 2, 1}, "two", {"m", "m"});
    CHECK(reporter.failed());
    const auto found = reporter.take();
    CHECK(test::places(found) == std::vector<std::string>{"one 1:1", "two 2:1", "three 1:1"});
    CHECK(has_errors(found));
    CHECK_FALSE(has_errors(std::span(found).first(1)));
}

TEST_CASE("diagnostic: JSON escapes what it must") {
    CHECK(to_json({}) == "[]\n");
    Diagnostic d = report("a: b\n", "b");
    d.message = "say \"x\"\\\n\x01";
    const std::string json = to_json(std::span(&d, 1));
    CHECK(
        json ==
        "[\n  {\"severity\": \"error\", \"code\": \"some_code\", \"file\": \"file.yaml\", "
        "\"line\": 1, \"column\": 4, \"length\": 1, \"message\": \"say \\\"x\\\"\\\\\\n\\u0001\", "
        "\"message_zh\": \"中文\", \"hint\": \"hint\", \"hint_zh\": \"提示\"}\n]\n");
}

TEST_CASE("diagnostic: the nearest name is one slip or two away, and no farther") {
    const std::vector<std::string> names{"title", "tags", "worklist", "actions", "on", "to"};
    CHECK(nearest("tilte", names) == "title");
    CHECK(nearest("titel", names) == "title");
    CHECK(nearest("worklst", names) == "worklist");
    CHECK(nearest("action", names) == "actions");
    CHECK(nearest("tag", names) == "tags");
    CHECK(nearest("worker", names) == std::nullopt);
    CHECK(nearest("x", names) == std::nullopt);
    CHECK(nearest("", names) == std::nullopt);
    CHECK(nearest(std::string(10'000, 'a'), names) == std::nullopt);
}

TEST_CASE("unicode: only UTF-8 is UTF-8") {
    CHECK(first_invalid_utf8("ascii 中文 😀") == std::nullopt);
    CHECK(first_invalid_utf8("a\x80") == 1);
    CHECK(first_invalid_utf8("\xC1\xBF") == 0);
    CHECK(first_invalid_utf8("\xE0\x9F\xBF") == 0);
    CHECK(first_invalid_utf8("\xED\xBF\xBF") == 0);
    CHECK(first_invalid_utf8("\xF4\x90\x80\x80") == 0);
    CHECK(first_invalid_utf8("中\xF0\x9F\x98") == 3);
    CHECK(count_code_points("中文\xFFx") == 4);
    CHECK(shortened("政府信息公开", 6) == "政府信息公开");
    CHECK(shortened("政府信息公开年报", 6) == "政府信息公…");
    CHECK(shortened("政\xFF信息公", 4) == "政\xFF信…");
    CHECK(shortened("政府", 1) == "…");
    CHECK(shortened("", 1).empty());
    CHECK(cells("中文x") == 5);
    CHECK(cells("😀（）") == 6);
}
