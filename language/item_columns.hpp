// An item of the catalogue as a document describes it. The key `item` of a flow says which field
// stands for which column; the effect `put item` makes of them what a line of a catalogue file is,
// by the same reader.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "language/catalog_reader.hpp"

namespace gongkai::language {

// What a column holds, and so which fields can stand for it.
enum class ColumnForm {
    word,    // a word of the language or a code: a text, or a choice (by its name)
    words,   // one line for people: a text, or a choice (by its title)
    lines,   // a list: a text, each of its lines; or a table, each of its rows with ':' between
             // cells
    number,  // a number
};

struct ItemColumn {
    std::string_view name;
    ColumnForm form;
    // What an item cannot do without. One that ends needs only `change` and `code`.
    bool required = false;
};

std::span<const ItemColumn> item_columns();
// nullptr where there is no such column.
const ItemColumn* item_column(std::string_view name);

// What stands in a column that is not empty: one text, of `lines` one or more.
struct ItemCell {
    std::string column;
    std::vector<std::string> texts;
};

enum class ItemChange {
    none,    // the document does not say yet
    add,     // an item that the catalogue does not have
    change,  // one that it has
    end,     // one that it is to have no longer
};

struct ItemFault {
    std::string column;
    std::string code;  // permanent: those of catalogue files, "bad_code"
    Message message;
};

struct ItemReading {
    ItemChange change = ItemChange::none;
    CatalogEntry entry;     // as far as it is said
    std::string catalog;    // that it stands in
    std::string authority;  // 公开主体; may be empty
    std::vector<ItemFault> faults;
    std::vector<std::string> missing;  // columns that the change cannot do without
};

ItemReading read_item(std::span<const ItemCell> cells, std::span<const CatalogFlow> flows);

}  // namespace gongkai::language
