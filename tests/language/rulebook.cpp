#include "language/rulebook.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/language/fixture.hpp"

namespace fs = std::filesystem;
using namespace gongkai;
using namespace gongkai::language;
using language::test::fixture_rules;

TEST_CASE("rulebook: a set of rules that uses the whole language compiles without a diagnostic") {
    const Compilation compilation = compile(fixture_rules());
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);
    CHECK(compilation.rulebook->flows.size() == 2);
    CHECK(compilation.rulebook->find("decision") != nullptr);
    CHECK(compilation.rulebook->find("decisions") == nullptr);
    CHECK(compilation.rulebook->roles.front().title == "经办人");
    CHECK(compilation.rulebook->exclusive_roles.size() == 1);
}

TEST_CASE("rulebook: the sources of a flow make the same flow again") {
    const Compilation compilation = compile(fixture_rules());
    REQUIRE(compilation.rulebook);
    for (const auto& flow : compilation.rulebook->flows) {
        const auto again = recompile(flow->sources);
        REQUIRE(again.has_value());
        CHECK(again.value()->definition.digest == flow->definition.digest);
        CHECK(again.value()->definition.states.size() == flow->definition.states.size());
        CHECK(again.value()->policy.rules.size() == flow->policy.rules.size());
        CHECK(compilation.rulebook->find(flow->definition.digest) == flow);
    }
    // A flow that runs no part carries none.
    CHECK(compilation.rulebook->find("short")->sources.size() == 3);
    CHECK(compilation.rulebook->find("decision")->sources.size() == 6);
}

TEST_CASE("rulebook: the digest is that of the files and of nothing else") {
    const auto files = fixture_rules();
    const Compilation first = compile(files);
    REQUIRE(first.rulebook);
    const auto digest = [](const Compilation& compilation, std::string_view flow) {
        REQUIRE(compilation.rulebook);
        return compilation.rulebook->find(flow)->definition.digest;
    };
    // The order in which they are given does not matter.
    auto turned = files;
    std::reverse(turned.begin(), turned.end());
    CHECK(digest(compile(turned), "decision") == digest(first, "decision"));

    const auto changed = [&](std::string_view path) {
        auto copy = files;
        const auto file = std::find_if(copy.begin(), copy.end(),
                                       [&](const SourceFile& f) { return f.path == path; });
        REQUIRE(file != copy.end());
        file->text += "\n";
        return compile(copy);
    };
    // A part belongs to the flows that run it, also through another part; policy and vocabulary
    // belong to all.
    CHECK(digest(changed("parts/confidentiality_review.yaml"), "decision") !=
          digest(first, "decision"));
    CHECK(digest(changed("parts/confidentiality_review.yaml"), "short") == digest(first, "short"));
    CHECK(digest(changed("short.yaml"), "decision") == digest(first, "decision"));
    for (const char* path : {"policy.yaml", "vocabulary.yaml"}) {
        CHECK(digest(changed(path), "decision") != digest(first, "decision"));
        CHECK(digest(changed(path), "short") != digest(first, "short"));
    }
    // Fixed for ever: documents are pinned to it.
    const std::vector<SourceFile> two{{"b.yaml", "x\n"}, {"a.yaml", ""}};
    CHECK(bundle(two) == "gongkai rules 1\nfile 0 a.yaml\n\nfile 2 b.yaml\nx\n\n");
    const engine::Digest known = digest_of(two);
    std::string hex;
    for (const std::uint8_t byte : known) {
        static constexpr char kDigits[] = "0123456789abcdef";
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    CHECK(hex == "7878f08e866410fc38bc1af51a3da59b9ab947a12959d9a36aaed2831f4da970");
}

TEST_CASE("rulebook: a bundle is read back, and what is none is refused") {
    const auto files = fixture_rules();
    const auto again = unbundle(bundle(files));
    REQUIRE(again.has_value());
    CHECK(again.value() == files);
    CHECK(unbundle("gongkai rules 1\n").value().empty());
    for (const char* text :
         {"", "gongkai rules 2\n", "gongkai rules 1", "gongkai rules 1\nx",
          "gongkai rules 1\nfile 1 a.yaml\n", "gongkai rules 1\nfile 1 a.yaml\nx",
          "gongkai rules 1\nfile 1 a.yaml\nxy\n", "gongkai rules 1\nfile -1 a.yaml\nx\n",
          "gongkai rules 1\nfile 1\nx\n", "gongkai rules 1\nfile 1 \nx\n",
          "gongkai rules 1\nfile 99999999999999999999 a.yaml\nx\n",
          "gongkai rules 1\nfile 18446744073709551615 a.yaml\nx\n",
          "gongkai rules 1\nfile 1 b.yaml\nx\nfile 1 a.yaml\nx\n",
          "gongkai rules 1\nfile 1 a.yaml\nx\nfile 1 a.yaml\nx\n"}) {
        INFO(text);
        CHECK_FALSE(unbundle(text).has_value());
    }
}

TEST_CASE("rulebook: stored rules that are not one flow are refused") {
    CHECK(recompile({}).error().code == engine::ErrorCode::malformed);
    CHECK(recompile(fixture_rules()).error().code == engine::ErrorCode::malformed);  // two flows
    const Compilation compilation = compile(fixture_rules());
    REQUIRE(compilation.rulebook);
    auto sources = compilation.rulebook->find("decision")->sources;
    sources.erase(sources.begin());
    CHECK(recompile(sources).error().code == engine::ErrorCode::malformed);
}

TEST_CASE("rulebook: a folder is read without what is no rule in it") {
    const fs::path folder = fs::path(GONGKAI_BINARY_DIR) / "language_folder";
    fs::remove_all(folder);
    const auto write = [&](const std::string& path, const std::string& text) {
        fs::create_directories((folder / path).parent_path());
        std::ofstream(folder / path, std::ios::binary) << text;
    };
    write("b.yaml", "b\r\n");
    write("a.yaml", "a");
    write("parts/x.yaml", "x");
    write("parts/calendars/y.yaml", "y");  // only the folder at the top is another thing
    write("old.yml", "old");               // taken, so that compile() can tell
    write("calendars/china.yaml", "no rule");
    write("catalog/deep/z.yaml", "no rule");
    write("letters/l.yaml", "no rule");
    write(".git/c.yaml", "no");
    write(".a.yaml.swp", "no");
    write("schema.json", "no");
    write("large.yaml", std::string(2 * 1024 * 1024, 'x'));
    fs::create_directories(folder / "folder.yaml");

    const auto files = load_directory(folder);
    REQUIRE(files.has_value());
    std::vector<std::string> paths;
    for (const SourceFile& file : files.value())
        paths.push_back(file.path);
    CHECK(paths == std::vector<std::string>{"a.yaml", "b.yaml", "calendars/china.yaml",
                                            "catalog/deep/z.yaml", "large.yaml", "letters/l.yaml",
                                            "old.yml", "parts/calendars/y.yaml", "parts/x.yaml"});
    CHECK(files.value()[1].text == "b\r\n");
    CHECK(files.value()[2].text.size() < 1024 * 1024 + 10);
    const Compilation compilation = compile(files.value());
    const auto found = language::test::places(compilation.diagnostics);
    CHECK(std::count(found.begin(), found.end(), "too_large 0:0") == 1);
    CHECK(std::count(found.begin(), found.end(), "bad_file_name 0:0") == 1);
    for (const auto& diagnostic : compilation.diagnostics)
        CHECK(is_rule(diagnostic.file));
    CHECK(is_rule("parts/calendars/y.yaml"));
    CHECK_FALSE(is_rule("calendars/china.yaml"));
    CHECK_FALSE(is_rule("plans/chuxiong_pilot.yaml"));

    CHECK(load_directory(folder / "none").error().code == engine::ErrorCode::not_found);
    CHECK(load_directory(folder / "a.yaml").error().code == engine::ErrorCode::not_found);
    fs::remove_all(folder);
}
