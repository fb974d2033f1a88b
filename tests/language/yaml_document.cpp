#include "language/yaml_document.hpp"

#include <catch2/catch.hpp>

#include "tests/language/fixture.hpp"

using namespace gongkai::language;

namespace {

struct Read {
    SourceFile file;
    Reporter reporter;
    std::optional<Node> root;
    std::vector<Diagnostic> diagnostics;

    explicit Read(std::string text) : file{"file.yaml", std::move(text)} {
        root = parse_yaml(reporter.add(file), reporter);
        if (!root) diagnostics = reporter.take();
    }
};

std::vector<std::string> wrong(std::string text) {
    const Read read(std::move(text));
    CHECK_FALSE(read.root.has_value());
    return test::places(read.diagnostics);
}

using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("yaml: every scalar stays the text that was written") {
    Read read(
        "a: 012\nb: no\nc: 1e400\nd: 2026-01-31\ne: 'it''s'\nf: \"\\u4e2d\\\"\"\n"
        "g: 中文 值 # comment\nh: >-\n  folded\n  text\ni: [yes, 0x1F, \"null\"]\n");
    REQUIRE(read.root.has_value());
    const Node& root = *read.root;
    CHECK(root.find("a")->text == "012");
    CHECK(root.find("b")->text == "no");
    CHECK(root.find("c")->text == "1e400");
    CHECK(root.find("d")->text == "2026-01-31");
    CHECK(root.find("e")->text == "it's");
    CHECK(root.find("f")->text == "中\"");
    CHECK(root.find("g")->text == "中文 值");
    CHECK(root.find("h")->text == "folded text");
    CHECK(root.find("i")->items[0].text == "yes");
    CHECK(root.find("i")->items[1].text == "0x1F");
    CHECK(root.find("i")->items[2].text == "null");
    CHECK(root.find("j") == nullptr);
}

TEST_CASE("yaml: an empty value, null and ~ have no text") {
    Read read("a:\nb: null\nc: ~\nd: ''\n");
    REQUIRE(read.root.has_value());
    CHECK(read.root->find("a")->kind == Node::Kind::empty);
    CHECK(read.root->find("b")->kind == Node::Kind::empty);
    CHECK(read.root->find("c")->kind == Node::Kind::empty);
    CHECK(read.root->find("d")->is_text());
}

TEST_CASE("yaml: values know their place, in bytes of the file") {
    const std::string text = "标题: \"引 号\"\r\n列表:\r\n  - 甲\r\n  - {乙: 丙 丁}\r\n";
    Read read(text);
    REQUIRE(read.root.has_value());
    const auto at = [&](const Span& span) { return text.substr(span.offset, span.length); };
    CHECK(at(read.root->entries[0].key_span) == "标题");
    CHECK(at(read.root->entries[0].value.span) == "\"引 号\"");
    const Node& list = *read.root->find("列表");
    CHECK(at(list.items[0].span) == "甲");
    CHECK(at(list.items[1].entries[0].value.span) == "丙 丁");
    CHECK(read.reporter.line(list.items[1].span) == 4);
}

TEST_CASE("yaml: a place within a value is found, also where the text is quoted or folded") {
    const std::string text =
        "a: one two\nb: \"one \\\"two\\\" three\"\nc: >-\n    one\n    two three\nd: one\n  two\n";
    Read read(text);
    REQUIRE(read.root.has_value());
    const auto found = [&](std::string_view key, std::string_view word) {
        const Node& node = *read.root->find(key);
        const Span span = span_within(node, node.text.find(word), word.size(), read.reporter);
        return text.substr(span.offset, span.length) + " in line " +
               std::to_string(read.reporter.line(span));
    };
    CHECK(found("a", "two") == "two in line 1");
    CHECK(found("b", "two") == "two in line 2");
    CHECK(found("b", "three") == "three in line 2");
    CHECK(found("c", "three") == "three in line 5");
    CHECK(found("d", "two") == "two in line 7");
}

TEST_CASE("yaml: what could mean something else than it seems is refused") {
    CHECK(wrong("a: &x 1\nb: *x\n") == Places{"yaml_anchor 1:4"});
    CHECK(wrong("a: *x\n") == Places{"yaml_syntax 1:4"});  // an alias of nothing
    CHECK(wrong("a:\n  &x b: c\n") == Places{"yaml_anchor 2:3"});
    CHECK(wrong("a: [1, &x]\n") == Places{"yaml_anchor 1:8"});
    CHECK(wrong("a: !!str 1\n") == Places{"yaml_tag 1:4"});
    CHECK(wrong("a: ! 1\n") == Places{"yaml_tag 1:4"});
    CHECK(wrong("a: !<tag:x> [b]\n") == Places{"yaml_tag 1:4"});
    CHECK(wrong("%YAML 1.2\n---\na: 1\n") == Places{"yaml_directive 1:1"});
    CHECK(wrong("%TAG ! tag:x,2000:\n---\na: 1\n") == Places{"yaml_directive 1:1"});
    CHECK(wrong("a: 1\n---\nb: 2\n") == Places{"several_documents 2:1"});
    CHECK(wrong("a: 1\n...\n---\n") == Places{"several_documents 3:1"});
    CHECK(wrong("? [a]\n: b\n") == Places{"key_not_text 1:3"});
    CHECK(wrong("~: b\n") == Places{"key_not_text 1:1"});
    CHECK(wrong("{a: 1}: b\n") == Places{"key_not_text 1:1"});
}

TEST_CASE("yaml: every duplicate key is told, with the line of the first") {
    const Read read("a: 1\nb: {x: 1, y: 2, x: 3}\na: 2\n'a': 3\n");
    CHECK_FALSE(read.root.has_value());
    CHECK(test::places(read.diagnostics) ==
          Places{"duplicate_key 2:17", "duplicate_key 3:1", "duplicate_key 4:1"});
    REQUIRE(read.diagnostics.size() == 3);
    CHECK(read.diagnostics[2].message == "the key `a` already stands in line 1");
}

TEST_CASE("yaml: bytes that are no plain text are refused") {
    CHECK(wrong(std::string("a: b\0c\n", 7)) == Places{"control_character 1:5"});
    CHECK(wrong("a: \x1b[31m\n") == Places{"control_character 1:4"});
    CHECK(wrong("a: x\xE2\x80\xAEy\n") == Places{"control_character 1:5"});  // right-to-left
    CHECK(wrong("a: \"\\x00\"\n") == Places{"control_character 1:4"});
    CHECK(wrong("a: \"x\\u202ey\"\n") == Places{"control_character 1:4"});
    CHECK(wrong("\xEF\xBB\xBF"
                "a: 1\n") == Places{"byte_order_mark 1:1"});
    CHECK(wrong("\xFF\xFE"
                "a\0") == Places{"not_utf8 1:1"});
    CHECK(wrong("a: \xC0\xAF\n") == Places{"not_utf8 1:4"});      // overlong
    CHECK(wrong("a: \xED\xA0\x80\n") == Places{"not_utf8 1:4"});  // surrogate
    CHECK(wrong("a: 中\xE4\xB8\n") == Places{"not_utf8 1:5"});
}

TEST_CASE("yaml: what is no YAML is told with its place") {
    CHECK(wrong("a: b: c\n") == Places{"yaml_syntax 1:5"});
    CHECK(wrong("a: [1, 2\nb: 3\n") == Places{"yaml_syntax 2:2"});
    CHECK(wrong("a: @x\n") == Places{"yaml_syntax 1:4"});
    CHECK(wrong("a: 1\n b: 2\n") == Places{"yaml_syntax 2:3"});
    CHECK(wrong("") == Places{"empty_file 0:0"});
    CHECK(wrong("# nothing\n") == Places{"empty_file 0:0"});
    CHECK(wrong("~\n") == Places{"empty_file 0:0"});
}

TEST_CASE("yaml: bombs are refused before they are built") {
    std::string aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = std::to_string(i - 1);
        aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + last + ", *a" +
                   last + ", *a" + last + "]\n";
    }
    CHECK(wrong(aliases) == Places{"yaml_anchor 1:5"});

    CHECK(wrong(std::string(40, '[') + std::string(40, ']')) == Places{"too_deep 1:33"});
    std::string steps;
    for (std::size_t i = 0; i < 40; ++i)
        steps += std::string(i, ' ') + "a:\n";
    CHECK(wrong(steps) == Places{"too_deep 33:33"});
    CHECK(wrong("- " + std::string(100'000, '[')).size() == 1);
    CHECK(wrong(std::string(100'000, '{')).size() == 1);

    std::string many = "a: [";
    for (std::size_t i = 0; i < kMaxYamlNodes; ++i)
        many += "x,";
    CHECK(wrong(many + "]") == Places{"too_large 1:199999"});

    CHECK(wrong("a: " + std::string(10 * 1024 * 1024, 'x')) == Places{"too_large 0:0"});
    CHECK(Read("a: " + std::string(kMaxFileBytes - 3, 'x')).root.has_value());
}

TEST_CASE("yaml: each refusal says what it is in both tongues, at its place, and shows the line") {
    struct Row {
        const char* text;
        const char* code;
        const char* says;
    };
    for (const Row& row : {Row{"a: 1\nb: &x 1\n", "yaml_anchor", "anchor"},
                           {"a: &x 1\nb: *x\n", "yaml_anchor", "anchor"},
                           {"a: 1\nb: !!int 1\n", "yaml_tag", "tag"},
                           {"a: 1\na: 2\n", "duplicate_key", "already stands in line 1"},
                           {"a: 1\n---\nb: 2\n", "several_documents", "document"},
                           {"a: [\n", "yaml_syntax", ""}}) {
        INFO(row.text);
        const Read read(row.text);
        REQUIRE_FALSE(read.diagnostics.empty());
        const Diagnostic& first = read.diagnostics.front();
        CHECK(first.code == row.code);
        CHECK(first.message.find(row.says) != std::string::npos);
        CHECK_FALSE(first.message_zh.empty());
        CHECK(first.message_zh != first.message);
        const std::string shown = render(first);
        INFO(shown);
        CHECK(shown.find("file.yaml:" + std::to_string(first.line) + ":") == 0);
        CHECK(shown.find("^") != std::string::npos);
    }
    const Read large("a: " + std::string(10 * 1024 * 1024, 'x'));
    REQUIRE(large.diagnostics.size() == 1);
    CHECK(large.diagnostics[0].code == "too_large");
    CHECK(render(large.diagnostics).size() < 1'000);  // and does not show it
}

TEST_CASE("yaml: what is as deep as allowed is read") {
    std::string text = std::string(kMaxYamlDepth, '[') + std::string(kMaxYamlDepth, ']');
    CHECK(Read(text).root.has_value());
}
