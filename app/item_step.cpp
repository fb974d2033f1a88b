#include "app/item_step.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/catalog.hpp"
#include "app/resolve.hpp"
#include "language/item_columns.hpp"

namespace gongkai::app {

namespace {

using engine::Definition;
using language::ColumnForm;
using language::ItemCell;
using language::ItemChange;
using storage::CatalogItem;

constexpr std::size_t kPage = 200;

template <class T>
bool has(const engine::Decision& decision) {
    return std::any_of(
        decision.effects.begin(), decision.effects.end(),
        [](const engine::Effect& effect) { return std::holds_alternative<T>(effect); });
}

// Whether the step writes into a field that stands for a column.
bool edits_item(const Definition& definition, const engine::Decision& decision) {
    const auto is_column = [&](const engine::FieldChange& change) {
        return std::any_of(
            definition.item.begin(), definition.item.end(),
            [&](const engine::ItemField& item) { return item.field == change.field; });
    };
    return std::any_of(
        decision.events.begin(), decision.events.end(), [&](const engine::Event& event) {
            const auto* edited = std::get_if<engine::Edited>(&event);
            return edited != nullptr &&
                   std::any_of(edited->fields.begin(), edited->fields.end(), is_column);
        });
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (const auto line = trimmed(text.substr(0, end)); !line.empty()) lines.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Each row as one text, its cells in the order of the field's columns.
std::vector<std::string> rows_of(const engine::Field& field, std::string_view canonical) {
    std::vector<std::string> lines;
    for (const Row& row : rows_from_json(canonical).value_or(Rows{})) {
        std::string line;
        for (const engine::NamedChoice& column : field.columns) {
            for (const auto& [name, cell] : row) {
                if (name != column.name || trimmed(cell).empty()) continue;
                line += (line.empty() ? "" : ":") + std::string(trimmed(cell));
            }
        }
        if (!line.empty()) lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<std::string> texts_of(const engine::Field& field, const engine::Value& value,
                                  ColumnForm form, std::span<const storage::Opening> openings) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return {std::to_string(*number)};
    if (const auto* choice = std::get_if<engine::Choice>(&value)) {
        const engine::NamedChoice& chosen = field.choices.at(choice->index);
        return {form == ColumnForm::words ? chosen.title : chosen.name};
    }
    const auto* text = std::get_if<engine::Committed>(&value);
    if (text == nullptr) return {};
    for (const storage::Opening& opening : openings) {
        if (opening.commitment != text->commitment) continue;
        if (field.type == engine::FieldType::table) return rows_of(field, opening.text);
        if (form == ColumnForm::lines) return lines_of(opening.text);
        const std::string_view line = trimmed(opening.text);
        return line.empty() ? std::vector<std::string>() : std::vector{std::string(line)};
    }
    return {};
}

std::vector<ItemCell> cells_of(const ItemStep& step) {
    const Definition& definition = step.flow.definition;
    std::vector<ItemCell> cells;
    for (const engine::ItemField& item : definition.item) {
        const auto& value = step.after.fields[item.field];
        const language::ItemColumn* column = language::item_column(item.column);
        if (!value || column == nullptr) continue;
        auto texts = texts_of(definition.fields[item.field], *value, column->form, step.openings);
        if (!texts.empty()) cells.push_back({item.column, std::move(texts)});
    }
    return cells;
}

std::vector<language::CatalogFlow> names_of(const Flows& flows) {
    std::vector<language::CatalogFlow> names;
    for (const auto& flow : flows.all())
        names.push_back({flow->definition.flow, flow->definition.title});
    return names;
}

// "/fields/entry_code", of the column `code`.
std::string where(const Definition& definition, std::string_view column) {
    for (const engine::ItemField& item : definition.item) {
        if (item.column == column) return pointer_to_field(definition.fields[item.field].name);
    }
    return "/fields";
}

std::optional<Invalid> wrong_code(const ItemStep& step, ItemChange change,
                                  const std::optional<CatalogItem>& stored) {
    const std::string code = where(step.flow.definition, "code");
    if (change == ItemChange::add && stored && !stored->ended &&
        stored->document != step.after.id) {
        return Invalid{code, "item_in_force", "is an item that the catalogue has already",
                       "目录中已有这个公开事项编号"};
    }
    if (change != ItemChange::change && change != ItemChange::end) return std::nullopt;
    if (!stored) {
        return Invalid{code, "unknown_catalog_item", "is no item of the catalogue",
                       "目录中没有这个公开事项"};
    }
    if (stored->ended && stored->document != step.after.id) {
        return Invalid{code, "ended_catalog_item", "is an item that the catalogue no longer has",
                       "该公开事项已从目录中撤销"};
    }
    return std::nullopt;
}

std::optional<Invalid> wrong_version(const ItemStep& step, const CatalogItem& item,
                                     const std::optional<CatalogItem>& stored) {
    if (!stored || (same_item(*stored, item))) return std::nullopt;
    const std::int64_t before = version_of(*stored);
    if (version_of(item) > before) return std::nullopt;
    return Invalid{where(step.flow.definition, "version"), "version_not_greater",
                   fmt::format("the item has version {} already: the next one is greater", before),
                   fmt::format("该公开事项现为第 {} 版，版本号应当更大", before)};
}

// Whatever codes the document has had: those that it put in force or ended last, without texts.
Result<std::vector<CatalogItem>> purged(const ItemStep& step, storage::Transaction& transaction) {
    std::vector<CatalogItem> items;
    storage::CatalogFilter filter;
    filter.ended = true;
    filter.limit = kPage;
    for (bool more = true; more;) {
        TRY(storage::CatalogPage page, transaction.catalog(filter));
        for (CatalogItem& item : page.rows) {
            if (item.document != step.after.id) continue;
            item.level1.clear();
            item.details = "{}";
            if (!item.ended) item.ended = step.now;
            items.push_back(std::move(item));
        }
        more = page.next.has_value();
        filter.after = page.next.value_or(0);
    }
    return items;
}

}  // namespace

bool may_touch_catalog(const Definition& definition, const engine::Decision& decision) {
    return !definition.item.empty() &&
           (has<engine::PutItem>(decision) || has<engine::EndItem>(decision) ||
            has<engine::PurgeContent>(decision) || edits_item(definition, decision));
}

Result<ItemOutcome> item_of_step(const ItemStep& step, storage::Transaction& transaction) {
    using Items = std::vector<CatalogItem>;
    if (has<engine::PurgeContent>(step.decision)) {
        TRY(auto items, purged(step, transaction));
        return ItemOutcome(std::move(items));
    }
    const Definition& definition = step.flow.definition;
    const auto cells = cells_of(step);
    language::ItemReading read = language::read_item(cells, names_of(step.flows));
    std::optional<CatalogItem> stored;
    if (!read.entry.code.empty()) {
        TRY(stored, transaction.find_catalog_item(read.entry.code));
    }
    if (!read.faults.empty()) {
        language::ItemFault& fault = read.faults.front();
        return Invalid{where(definition, fault.column), std::move(fault.code),
                       std::move(fault.message.en), std::move(fault.message.zh)};
    }
    const bool puts = has<engine::PutItem>(step.decision);
    const bool ends = !puts && has<engine::EndItem>(step.decision);
    // Whatever the document calls it: only what is in force can end.
    if (auto wrong = wrong_code(step, ends ? ItemChange::end : read.change, stored))
        return std::move(*wrong);
    if (!puts && !ends) return Items();
    if (!read.missing.empty()) {
        return Invalid{where(definition, read.missing.front()), "incomplete_item",
                       "is missing, and without it there is no item of the catalogue",
                       "尚未填写，公开事项的要素不全"};
    }
    if (ends) {
        stored->ended = step.now;
        stored->document = step.after.id;
        return Items{std::move(*stored)};
    }
    CatalogItem item = catalog_item({read.catalog, "", read.authority, {}}, read.entry);
    item.document = step.after.id;
    if (auto wrong = wrong_version(step, item, stored)) return std::move(*wrong);
    return Items{std::move(item)};
}

}  // namespace gongkai::app
