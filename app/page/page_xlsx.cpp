#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "app/page/page.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

constexpr double kLineHeight = 15;  // points
constexpr double kSheetWidth = 90;  // characters, shared by the columns of a table

Error failed(lxw_error why) {
    return {ErrorCode::io, std::string("a workbook cannot be made: ") + lxw_strerror(why)};
}

// The formats of cells, each made once.
class Formats {
  public:
    explicit Formats(lxw_workbook* book) : book_(book) {}
    lxw_format* of(bool head, Align align, bool bordered) {
        lxw_format*& format = made_[{head, align, bordered}];
        if (format != nullptr) return format;
        format = workbook_add_format(book_);
        constexpr lxw_format_alignments aligns[] = {LXW_ALIGN_LEFT, LXW_ALIGN_CENTER,
                                                    LXW_ALIGN_RIGHT, LXW_ALIGN_LEFT};
        format_set_align(format, aligns[static_cast<std::size_t>(align)]);
        format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
        format_set_text_wrap(format);
        if (bordered) format_set_border(format, LXW_BORDER_THIN);
        if (head) {
            format_set_bold(format);
            if (bordered) format_set_bg_color(format, 0xF1F4F8);
        }
        return format;
    }

  private:
    lxw_workbook* book_;
    std::map<std::tuple<bool, Align, bool>, lxw_format*> made_;
};

// A number stays one only where its digits are all of it: whatever else is text, never a formula.
std::optional<double> number_of(const TableCell& cell) {
    if (!cell.number || cell.text.empty()) return std::nullopt;
    double value = 0;
    const char* end = cell.text.data() + cell.text.size();
    const auto read = std::from_chars(cell.text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

lxw_error write_cell(lxw_worksheet* sheet, lxw_row_t row, const PlacedCell& place,
                     Formats& formats) {
    const TableCell& cell = *place.cell;
    lxw_format* format = formats.of(cell.head, cell.align, true);
    const auto column = static_cast<lxw_col_t>(place.column);
    if (cell.columns > 1 || cell.rows > 1) {
        const lxw_error why = worksheet_merge_range(
            sheet, row, column, row + cell.rows - 1U,
            static_cast<lxw_col_t>(column + cell.columns - 1), cell.text.c_str(), format);
        if (why != LXW_NO_ERROR || !cell.number) return why;
    }
    if (const auto value = number_of(cell))
        return worksheet_write_number(sheet, row, column, *value, format);
    if (cell.columns > 1 || cell.rows > 1) return LXW_NO_ERROR;
    return cell.text.empty()
               ? worksheet_write_blank(sheet, row, column, format)
               : worksheet_write_string(sheet, row, column, cell.text.c_str(), format);
}

// How many lines the text needs in a cell that is so many characters wide.
unsigned lines_of(std::string_view text, double width) {
    unsigned lines = 0;
    double used = 0;
    const auto end_line = [&] {
        lines += static_cast<unsigned>(std::max(1.0, std::ceil(used / std::max(width - 1, 1.0))));
        used = 0;
    };
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            end_line();
        else if (byte < 0x80)
            used += 1;
        else if (byte >= 0xC0)
            used += 2;  // the first byte of a character that is as wide as two letters
    }
    end_line();
    return lines;
}

// A program that opens the sheet fits no row to a cell that is merged: the rows are made high
// enough here. What a cell over several rows lacks is added to the last of them.
std::vector<unsigned> row_lines(const std::vector<std::vector<PlacedCell>>& rows,
                                const std::vector<double>& widths) {
    std::vector<unsigned> lines(rows.size(), 1);
    for (const bool over_several : {false, true}) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (const PlacedCell& place : rows[i]) {
                if (place.cell == nullptr || (place.cell->rows > 1) != over_several) continue;
                const auto begin = widths.begin() + place.column;
                const unsigned wanted =
                    lines_of(place.cell->text, std::accumulate(begin, begin + place.columns, 0.0));
                const std::size_t end = i + place.cell->rows;
                const unsigned given = std::accumulate(lines.begin() + static_cast<long>(i),
                                                       lines.begin() + static_cast<long>(end), 0U);
                if (wanted > given) lines[end - 1] += wanted - given;
            }
        }
    }
    return lines;
}

Result<void> write(lxw_workbook* book, Formats& formats, const Table& table,
                   const std::string& name) {
    TRY(const auto rows, placed(table));
    lxw_worksheet* sheet = workbook_add_worksheet(book, name.c_str());
    if (sheet == nullptr)
        return Error{ErrorCode::invalid_argument, "no sheet can be called \"" + name + "\""};
    worksheet_set_paper(sheet, 9);  // A4
    worksheet_fit_to_pages(sheet, 1, 0);
    const unsigned all = std::accumulate(table.widths.begin(), table.widths.end(), 0U);
    std::vector<double> widths;
    for (std::size_t i = 0; i < table.widths.size(); ++i) {
        widths.push_back(kSheetWidth * table.widths[i] / std::max(all, 1U));
        worksheet_set_column(sheet, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i),
                             widths.back(), nullptr);
    }
    const std::vector<unsigned> lines = row_lines(rows, widths);
    const lxw_row_t first = table.caption.empty() ? 0 : 1;
    for (std::size_t i = 0; i < lines.size(); ++i)
        worksheet_set_row(sheet, static_cast<lxw_row_t>(first + i), kLineHeight * lines[i],
                          nullptr);
    lxw_row_t row = 0;
    if (!table.caption.empty())
        worksheet_write_string(sheet, row++, 0, table.caption.c_str(), nullptr);
    if (table.head_rows > 0) worksheet_repeat_rows(sheet, row, row + table.head_rows - 1U);
    for (const auto& line : rows) {
        for (const PlacedCell& place : line) {
            if (place.cell == nullptr) continue;
            const lxw_error why = write_cell(sheet, row, place, formats);
            if (why != LXW_NO_ERROR) return failed(why);
        }
        ++row;
    }
    return {};
}

Result<void> write_paragraphs(lxw_workbook* book, Formats& formats, const Page& page) {
    lxw_worksheet* sheet = nullptr;
    lxw_row_t row = 0;
    for (const Block& block : page.blocks) {
        const auto* paragraph = std::get_if<Paragraph>(&block);
        if (paragraph == nullptr) continue;
        if (sheet == nullptr) {
            sheet = workbook_add_worksheet(book, "正文");
            worksheet_set_column(sheet, 0, 0, kSheetWidth, nullptr);
        }
        const bool head = paragraph->kind < Paragraph::Kind::body;
        const Align align =
            paragraph->kind == Paragraph::Kind::title ? Align::center : paragraph->align;
        const lxw_error why = worksheet_write_string(sheet, row++, 0, paragraph->text.c_str(),
                                                     formats.of(head, align, false));
        if (why != LXW_NO_ERROR) return failed(why);
    }
    return {};
}

// The library writes to a path only: a file in memory has one.
class MemoryFile {
  public:
    MemoryFile() : fd_(::memfd_create("workbook", MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }
    Result<std::string> bytes() const {
        std::string out;
        char buffer[65'536];
        for (;;) {
            const ssize_t got = ::pread(fd_, buffer, sizeof buffer, static_cast<off_t>(out.size()));
            if (got < 0) return Error{ErrorCode::io, "a workbook cannot be read back"};
            if (got == 0) return out;
            out.append(buffer, static_cast<std::size_t>(got));
        }
    }

  private:
    int fd_;
};

}  // namespace

Result<std::string> page_xlsx(const Page& page) {
    const MemoryFile file;
    lxw_workbook* book = workbook_new(file.path().c_str());
    if (book == nullptr) return Error{ErrorCode::io, "a workbook cannot be made"};
    std::string title = page.title, author = page.author;  // the library wants them writable
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.author = author.data();
    properties.created = 315'619'200;  // as in the other files: equal pages, equal bytes
    workbook_set_properties(book, &properties);
    Formats formats(book);
    Result<void> written;
    for (const Block& block : page.blocks) {
        const auto* table = std::get_if<Table>(&block);
        if (table == nullptr || !written) continue;
        written = write(book, formats, *table, table->name);
    }
    if (written) written = write_paragraphs(book, formats, page);
    const lxw_error closed = workbook_close(book);  // frees it, whatever happened
    if (!written) return written.error();
    if (closed != LXW_NO_ERROR) return failed(closed);
    return file.bytes();
}

}  // namespace gongkai::app
