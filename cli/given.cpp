#include "cli/given.hpp"

#include "api/requests.hpp"
#include "app/field_words.hpp"
#include "language/diagnostic.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

constexpr std::uint64_t kMostValue = 4 << 20;

Error malformed(std::string what) {
    return {ErrorCode::malformed, std::move(what)};
}

Error unknown(const app::Flow& flow, const std::string& name) {
    std::vector<std::string> names;
    for (const engine::Field& field : flow.definition.fields) {
        if (field.derived || field.assigned) continue;
        names.push_back(field.name);
        names.push_back(field.title);
    }
    const std::string hint = language::did_you_mean(name, names).en;
    return malformed("--set: the flow " + flow.definition.flow + " has no field " + name +
                     (hint.empty() ? "" : "; " + hint));
}

Result<app::PlainValue> table(const engine::Field& field, const std::string& text) {
    namespace json = api::json;
    const auto parsed = json::parse(R"({"fields":{")" + field.name + R"(":)" + text + "}}");
    const auto wrong = malformed(
        "--set: " + field.title + " (" + field.name + R"() is a table: give it as JSON, [{")" +
        (field.columns.empty() ? "column" : field.columns[0].name) + R"(": "..."}])");
    if (!parsed) return wrong;
    json::Issues issues;
    auto fields =
        json::read(parsed->root(), issues, [](json::Reader& in) { return api::read_fields(in); });
    if (!issues.empty() || fields.size() != 1 ||
        !std::holds_alternative<app::Rows>(fields[0].value))
        return wrong;
    return std::move(fields[0].value);
}

Result<app::PlainField> field_given(const app::Flow& flow, const std::string& given) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos || equals == 0)
        return malformed("--set takes NAME=VALUE, not " + given);
    const std::string name = given.substr(0, equals);
    std::string text = given.substr(equals + 1);
    const engine::FieldId id = app::field_by_words(flow.definition, name);
    if (id == engine::kNone) return unknown(flow, name);
    const engine::Field& field = flow.definition.fields[id];
    if (text.empty()) return app::PlainField{field.name, std::monostate{}};
    if (text.front() == '@') {
        TRY(text, storage::audit::read_file(text.substr(1), kMostValue));
    }
    if (field.type == engine::FieldType::table) {
        TRY(auto rows, table(field, text));
        return app::PlainField{field.name, std::move(rows)};
    }
    auto value = app::value_by_words(field, text);
    if (const auto* wrong = std::get_if<app::Invalid>(&value))
        return malformed("--set: " + field.title + " (" + field.name + ") " + wrong->message);
    return app::PlainField{field.name, std::get<app::PlainValue>(std::move(value))};
}

}  // namespace

Result<std::vector<app::PlainField>> fields_given(const app::Flow& flow,
                                                  const std::vector<std::string>& given) {
    std::vector<app::PlainField> fields;
    for (const std::string& one : given) {
        TRY(auto field, field_given(flow, one));
        fields.push_back(std::move(field));
    }
    return fields;
}

}  // namespace gongkai::cli
