// The examples of docs/workflow_language.md are rules that compile.
#include <catch2/catch.hpp>

#include "language/keys.hpp"
#include "language/rulebook.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai;
using namespace gongkai::language;

namespace {

// Every ```yaml block whose first line names its file.
std::vector<SourceFile> examples() {
    const std::string page = test::read_text("docs/workflow_language.md");
    static constexpr std::string_view kFence = "```yaml\n# ";
    std::vector<SourceFile> files;
    for (std::size_t at = page.find(kFence); at != std::string::npos;
         at = page.find(kFence, at + 1)) {
        const std::size_t name = at + kFence.size();
        const std::size_t end_of_name = page.find('\n', name);
        const std::size_t end = page.find("```", end_of_name);
        REQUIRE(end != std::string::npos);
        files.push_back({page.substr(name, end_of_name - name),
                         page.substr(end_of_name + 1, end - end_of_name - 1)});
    }
    return files;
}

}  // namespace

TEST_CASE("spec page: its examples compile together, without a diagnostic") {
    const auto files = examples();
    CHECK(files.size() == 10);
    const Compilation compilation = compile(files);
    CHECK(render(compilation.diagnostics) == "");
    REQUIRE(compilation.rulebook);
    const auto flow = compilation.rulebook->find("decision");
    REQUIRE(flow != nullptr);
    CHECK(flow->definition.state("secrecy/referred") != engine::kNone);
    CHECK(flow->definition.state("participation/comments/collecting") != engine::kNone);
    CHECK(flow->policy.rules.size() == 2);
}

TEST_CASE("spec page: it mentions every key and every word of the language") {
    const std::string page = test::read_text("docs/workflow_language.md");
    for (const KeyTable* table : key_tables()) {
        for (const std::string_view key : table->keys) {
            INFO(table->name << ": " << key);
            const std::string word(key);
            const bool said = page.find("`" + word + "`") != std::string::npos ||
                              page.find(word + ":") != std::string::npos;
            CHECK(said);
        }
    }
    for (const WordTable* table : word_tables()) {
        for (const std::string_view word : table->words) {
            INFO(table->name << ": " << word);
            CHECK(page.find(word) != std::string::npos);
        }
    }
}
