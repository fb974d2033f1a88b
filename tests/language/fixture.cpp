#include "tests/language/fixture.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

namespace gongkai::language::test {

std::vector<SourceFile> fixture_rules() {
    auto files = load_directory(GONGKAI_SOURCE_DIR "/tests/language/rules");
    REQUIRE(files.has_value());
    return files.value();
}

std::vector<SourceFile> with_vocabulary(std::string_view flow) {
    return {{"flow.yaml", std::string(flow)},
            {"vocabulary.yaml",
             "roles: {clerk: {title: 经办人}, leader: {title: 分管领导}}\n"
             "signatures: {confidentiality: {title: 保密审查}, final: {title: 签发}}\n"
             "fields:\n"
             "  title: {title: 标题, type: text}\n"
             "  body: {title: 正文, type: text}\n"
             "  attribute: {title: 公开属性, type: choice, choices: {proactive: 主动, withheld: "
             "不予}}\n"
             "  note: {title: 附注, type: choice, choices: {proactive: 主动}, derived: true}\n"
             "  steps: {title: 步骤, type: table, columns: {step: 步骤}}\n"
             "  formed_at: {title: 形成日期, type: date}\n"
             "  urgent: {title: 紧急, type: flag}\n"
             "  copies: {title: 份数, type: number}\n"
             "  issued_at: {title: 印发日期, type: date}\n"}};
}

std::vector<std::string> places(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> out;
    for (const Diagnostic& d : diagnostics)
        out.push_back(fmt::format("{} {}:{}", d.code, d.line, d.column));
    return out;
}

std::string read_text(const std::string& path_in_tree) {
    std::ifstream stream(GONGKAI_SOURCE_DIR "/" + path_in_tree, std::ios::binary);
    REQUIRE(stream.good());
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace gongkai::language::test
