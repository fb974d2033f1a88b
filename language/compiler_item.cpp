// What a flow says of the catalogue of disclosure items.

#include <fmt/format.h>

#include <algorithm>

#include "language/compiler_impl.hpp"
#include "language/item_columns.hpp"

namespace gongkai::language {

namespace {

using engine::EffectKind;
using engine::FieldType;

bool fits(ColumnForm form, FieldType type) {
    switch (form) {
        case ColumnForm::word:
        case ColumnForm::words:
            return type == FieldType::text || type == FieldType::choice;
        case ColumnForm::lines:
            return type == FieldType::text || type == FieldType::table;
        case ColumnForm::number:
            return type == FieldType::number;
    }
    return false;
}

Message wanted(ColumnForm form) {
    switch (form) {
        case ColumnForm::word:
        case ColumnForm::words:
            return {"a text or a choice", "文本或选项"};
        case ColumnForm::lines:
            return {"a text or a table", "文本或表格"};
        case ColumnForm::number:
            return {"a number", "数字"};
    }
    return {};
}

bool changes_catalog(const std::vector<engine::EffectSpec>& effects) {
    return std::any_of(effects.begin(), effects.end(), [](const engine::EffectSpec& effect) {
        return effect.kind == EffectKind::put_item || effect.kind == EffectKind::end_item;
    });
}

}  // namespace

void FlowCompiler::Impl::declare_item() {
    for (const ItemFieldSyntax& syntax : flow.item) {
        const ItemColumn* column = item_column(syntax.column.text);
        if (column == nullptr) continue;  // reported by the reader
        const auto found = fields.find(syntax.field.text);
        if (found == fields.end()) {
            if (fields_incomplete) continue;
            std::vector<std::string> candidates;
            for (const auto& [name, id] : fields)
                candidates.emplace_back(name);
            reporter.error(
                syntax.field.span, "unknown_field",
                {fmt::format("the flow `{}` has no field `{}`", flow.name.text, syntax.field.text),
                 fmt::format("流程“{}”没有字段“{}”", flow.name.text, syntax.field.text)},
                did_you_mean(syntax.field.text, candidates));
            continue;
        }
        if (!fits(column->form, definition.fields[found->second].type)) {
            const Message what = wanted(column->form);
            reporter.error(syntax.field.span, "type_error",
                           {fmt::format("the column `{}` is written from {}, and `{}` is none",
                                        column->name, what.en, syntax.field.text),
                            fmt::format("栏目“{}”须为{}，而“{}”不是", column->name, what.zh,
                                        syntax.field.text)});
            continue;
        }
        definition.item.push_back({syntax.column.text, found->second});
    }
}

void FlowCompiler::Impl::check_item_effects() {
    if (!flow.item.empty()) return;
    const bool by_state =
        std::any_of(definition.states.begin(), definition.states.end(),
                    [](const engine::State& state) { return changes_catalog(state.on_enter); });
    const bool by_action =
        std::any_of(definition.actions.begin(), definition.actions.end(),
                    [](const engine::Action& action) { return changes_catalog(action.effects); });
    if (!by_state && !by_action) return;
    reporter.error(
        flow.name.span, "missing_key",
        {fmt::format("the flow `{}` puts items into the catalogue or ends them, and needs the key "
                     "`item`",
                     flow.name.text),
         fmt::format("流程“{}”调整公开事项目录，缺少键“item”", flow.name.text)},
        {"`item` says which field stands for which column", "“item”写明各栏目由哪个字段填写"});
}

}  // namespace gongkai::language
