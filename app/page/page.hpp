// A printed page as blocks: headings, paragraphs, tables with merged cells. What is to be handed
// out on paper (reports, letters) is put together once as a Page and written as HTML, DOCX or, its
// tables, as a workbook. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/result.hpp"

namespace gongkai::app {

enum class Align : std::uint8_t { left, center, right, justify };

struct Paragraph {
    enum class Kind : std::uint8_t {
        title,    // of the page: large and centred
        heading,  // of a section
        subheading,
        body,  // first line indented by two characters
        plain  // not indented: the addressee of a letter, a signature
    };
    std::string text;  // UTF-8; a line feed breaks the line
    Kind kind = Kind::body;
    Align align = Align::justify;  // of title, heading and subheading their own where it is justify
    bool bold = false;
};

// Cells that a larger one reaches into are left out, as in HTML.
struct TableCell {
    std::string text;
    std::uint16_t columns = 1, rows = 1;  // how many it takes
    bool head = false;
    Align align = Align::center;
    bool number = false;  // the text is a decimal number: a number in a workbook
    std::string id{};     // HTML id, letters, digits, '.', '_', '-'; empty: none
};

struct Table {
    std::string name;                   // of the sheet in a workbook; at most 31 characters
    std::string caption;                // may be empty
    std::vector<std::uint16_t> widths;  // of the columns, in any unit: they share the page's width
    std::vector<std::vector<TableCell>> rows;
    std::uint16_t head_rows = 0;  // repeated on every printed page
};

using Block = std::variant<Paragraph, Table>;

struct Page {
    std::string title;   // in the file's properties and the browser's title bar
    std::string author;  // the office
    std::vector<Block> blocks;
};

// Each row's cells with the column that they begin in, and which columns a cell from above covers.
struct PlacedCell {
    const TableCell* cell = nullptr;  // nullptr: covered by `above`
    const TableCell* above = nullptr;
    std::uint16_t column = 0, columns = 1;
};
// Error invalid_argument where cells overlap, reach beyond the table or leave a hole: a bug of who
// made it. Points into the table.
engine::Result<std::vector<std::vector<PlacedCell>>> placed(const Table& table);
void placed(const Table&&) = delete;

// A complete document, UTF-8, in zh-CN, with a style sheet of its own that also prints (A4); no
// script, nothing from elsewhere.
std::string page_html(const Page& page);
// The bytes of a .docx (ECMA-376), the same for the same page. A4 with the margins of GB/T 9704.
// Errors: as placed(); `malformed` where a text is no XML text (control characters).
engine::Result<std::string> page_docx(const Page& page);
// The bytes of an .xlsx: a sheet for each table, and one with the paragraphs where there are any.
engine::Result<std::string> page_xlsx(const Page& page);

// For a terminal: paragraphs, and rows with their cells between bars.
std::string page_text(const Page& page);

// & < > " ' as entities.
std::string html_text(std::string_view text);

}  // namespace gongkai::app
