#include "language/item_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "language/catalog_parser.hpp"
#include "language/keys.hpp"

namespace gongkai::language {

namespace {

constexpr ItemColumn kColumns[] = {
    {"change", ColumnForm::word, true},
    {"catalog", ColumnForm::word, true},
    {"code", ColumnForm::word, true},
    {"version", ColumnForm::number},
    {"domain", ColumnForm::words},
    {"level1", ColumnForm::words, true},
    {"level2", ColumnForm::words, true},
    {"content", ColumnForm::lines, true},
    {"basis", ColumnForm::lines, true},
    {"deadline", ColumnForm::words},
    {"within", ColumnForm::number},
    {"unit", ColumnForm::word},
    {"from", ColumnForm::word},
    {"before", ColumnForm::word},
    {"withdraw_within", ColumnForm::number},
    {"authority", ColumnForm::words},
    {"channels", ColumnForm::lines},
    {"audience", ColumnForm::words},
    {"method", ColumnForm::word},
    {"levels", ColumnForm::lines},
    {"flow", ColumnForm::word, true},
    {"note", ColumnForm::words},
};

template <std::size_t N, class Wanted>
constexpr std::array<std::string_view, N> names_of(Wanted wanted) {
    std::array<std::string_view, N> names{};
    std::size_t n = 0;
    for (const ItemColumn& column : kColumns) {
        if (wanted(column)) names[n++] = column.name;
    }
    return names;
}
constexpr auto kNames = names_of<std::size(kColumns)>([](const ItemColumn&) { return true; });
constexpr auto kRequired =
    names_of<std::count_if(std::begin(kColumns), std::end(kColumns), [](const ItemColumn& column) {
        return column.required;
    })>([](const ItemColumn& column) { return column.required; });

// Which columns of the item, and of its deadline, a catalogue file calls by which key; the numbers
// of days are what a clerk fills in. `change`, `catalog` and `authority` stand above the items
// there.
struct Key {
    std::string_view column, key;
};
constexpr Key kItemKeysOf[] = {
    {"code", "id"},          {"version", "version"}, {"domain", "domain"}, {"level1", "level1"},
    {"level2", "level2"},    {"content", "content"}, {"basis", "basis"},   {"channels", "channels"},
    {"method", "method"},    {"levels", "levels"},   {"flow", "flow"},     {"note", "note"},
    {"audience", "audience"}};
constexpr Key kDeadlineKeysOf[] = {{"deadline", "title"}, {"within", "days"},
                                   {"unit", "unit"},      {"from", "from"},
                                   {"before", "before"},  {"withdraw_within", "withdraw_days"}};

// The nodes that a catalogue file would have been read into. The reader reports on a page with one
// line for each cell, so that the line of a finding tells its column; the first line stands for
// the item as a whole.
class Page {
  public:
    explicit Page(std::span<const ItemCell> cells) : cells_(cells) {
        file_.path = "item";
        file_.text.assign(cells.size() + 1, '\n');
    }

    const SourceFile& file() const { return file_; }

    const ItemCell* cell(std::string_view column) const {
        const auto found = std::find_if(cells_.begin(), cells_.end(),
                                        [&](const ItemCell& one) { return one.column == column; });
        return found == cells_.end() ? nullptr : &*found;
    }
    std::string text(std::string_view column) const {
        const ItemCell* one = cell(column);
        return one == nullptr || one->texts.empty() ? std::string() : one->texts.front();
    }

    Node map(std::span<const Key> keys, const Span& span) const {
        Node node;
        node.kind = Node::Kind::map;
        node.span = span;
        for (const Key& key : keys) {
            if (const ItemCell* one = cell(key.column))
                node.entries.push_back({std::string(key.key), place(*one), value(*one)});
        }
        return node;
    }

    Span place(const ItemCell& cell) const {
        return {0, static_cast<std::uint32_t>(&cell - cells_.data() + 1), 1};
    }
    // The column that a finding is about; empty: the item as a whole.
    std::string column_at(std::uint32_t line) const {
        return line < 2 || line - 2 >= cells_.size() ? std::string() : cells_[line - 2].column;
    }

  private:
    Node value(const ItemCell& cell) const {
        const ItemColumn* column = item_column(cell.column);
        const bool lines = column != nullptr && column->form == ColumnForm::lines;
        Node node;
        node.span = place(cell);
        node.kind = lines ? Node::Kind::list : Node::Kind::text;
        for (const std::string& text : cell.texts) {
            Node& at = lines ? node.items.emplace_back() : node;
            at.kind = Node::Kind::text;
            at.span = node.span;
            at.text = text;
            at.quoted = true;
        }
        return node;
    }

    std::span<const ItemCell> cells_;
    SourceFile file_;
};

ItemChange change_of(std::string_view word) {
    return word == "add"      ? ItemChange::add
           : word == "change" ? ItemChange::change
           : word == "end"    ? ItemChange::end
                              : ItemChange::none;
}

}  // namespace

const KeyTable kItemColumnKeys{"item_columns", "`item`", "“item”", kNames, kRequired};

std::span<const ItemColumn> item_columns() {
    return kColumns;
}

const ItemColumn* item_column(std::string_view name) {
    const auto found = std::find_if(std::begin(kColumns), std::end(kColumns),
                                    [&](const ItemColumn& column) { return column.name == name; });
    return found == std::end(kColumns) ? nullptr : &*found;
}

ItemReading read_item(std::span<const ItemCell> cells, std::span<const CatalogFlow> flows) {
    const Page page(cells);
    ItemReading reading;
    reading.catalog = page.text("catalog");
    reading.authority = page.text("authority");
    reading.change = change_of(page.text("change"));

    Reporter reporter;
    const FileId file = reporter.add(page.file());
    const auto fault = [&](std::string_view column, const char* code, Message message) {
        if (const ItemCell* one = page.cell(column))
            reporter.error(page.place(*one), code, std::move(message));
    };
    if (!reading.catalog.empty() && !is_item_code(reading.catalog)) {
        fault("catalog", "bad_code",
              {fmt::format("`{}` is no name of a catalogue", reading.catalog),
               fmt::format("“{}”不是目录名称", reading.catalog)});
    }
    if (reading.change == ItemChange::none) {
        fault("change", "bad_value",
              {"an item is to be one of: add, change, end", "调整方式应为 add、change 或 end"});
    }
    if (reading.authority.find('\n') != std::string::npos)
        fault("authority", "bad_value", {"a text of one line is expected", "此处应为一行文字"});
    Node item = page.map(kItemKeysOf, {file, 0, 1});
    Node deadline = page.map(kDeadlineKeysOf, {file, 0, 1});
    if (!deadline.entries.empty()) {
        deadline.span = deadline.entries.front().key_span;
        item.entries.push_back({"deadline", deadline.span, std::move(deadline)});
    }
    CatalogParser::Codes codes;
    if (auto entry = CatalogParser(file, reporter, flows).read_item(item, "", codes))
        reading.entry = std::move(*entry);
    for (Diagnostic& found : reporter.take()) {
        std::string column = page.column_at(found.line);
        // What is missing of the item as a whole is told below.
        if (!column.empty())
            reading.faults.push_back({std::move(column),
                                      std::move(found.code),
                                      {std::move(found.message), std::move(found.message_zh)}});
    }
    for (const ItemColumn& column : kColumns) {
        const bool needed = reading.change == ItemChange::end
                                ? column.name == "change" || column.name == "code"
                                : column.required;
        if (needed && page.cell(column.name) == nullptr) reading.missing.emplace_back(column.name);
    }
    return reading;
}

}  // namespace gongkai::language
