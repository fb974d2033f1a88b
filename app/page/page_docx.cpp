// WordprocessingML, as little of it as a page needs. Every office suite that we know reads it; the
// fonts are those of GB/T 9704 and are replaced by the reader's where it has none of them.
#include <fmt/format.h>

#include <numeric>

#include "app/page/page.hpp"
#include "app/page/zip.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

// Twentieths of a point; a millimetre has 56.7. A4 with 天头 37, 订口 28 mm and 版心 156 × 225 mm.
constexpr unsigned kPageWidth = 11906, kPageHeight = 16838;
constexpr unsigned kTop = 2098, kLeft = 1588, kRight = 1474, kBottom = 1984;
constexpr unsigned kTextWidth = kPageWidth - kLeft - kRight;

// 三号. GB/T 9704 wants 22 lines of 28 characters in that 版心: lines of 28 points, characters a
// quarter of a point closer together than the 16 that they are wide, and figures in the same face
// without a space before and after them.
constexpr unsigned kBodySize = 32;  // half points
constexpr std::string_view kCloser = "<w:spacing w:val=\"-5\"/>";

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
                                   "\n";

// What XML 1.0 cannot hold is in no text of ours: texts are checked when they come in.
Result<void> check_text(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\n' && c != '\t' && c != '\r')
            return Error{ErrorCode::malformed, "a text has a control character"};
    }
    return {};
}

std::string_view jc(Align align) {
    constexpr std::string_view words[] = {"left", "center", "right", "both"};
    return words[static_cast<std::size_t>(align)];
}

Result<void> write_run(std::string_view text, bool bold, std::string& out) {
    TRY_VOID(check_text(text));
    out += "<w:r>";
    if (bold) out += "<w:rPr><w:b/></w:rPr>";
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (at > 0) out += "<w:br/>";
        out += "<w:t xml:space=\"preserve\">" + html_text(line) + "</w:t>";
        at = end + 1;
    }
    out += "</w:r>";
    return {};
}

std::string_view style(Paragraph::Kind kind) {
    constexpr std::string_view styles[] = {"Title", "Heading1", "Heading2", "BodyText", "Normal"};
    return styles[static_cast<std::size_t>(kind)];
}

Result<void> write(const Paragraph& paragraph, bool keep_with_next, std::string& out) {
    const bool heading = paragraph.kind < Paragraph::Kind::body;
    out += fmt::format("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>{}", style(paragraph.kind),
                       keep_with_next ? "<w:keepNext/>" : "");
    if (!heading || paragraph.align != Align::justify)
        out += fmt::format("<w:jc w:val=\"{}\"/>", jc(paragraph.align));
    out += "</w:pPr>";
    TRY_VOID(write_run(paragraph.text, paragraph.bold, out));
    out += "</w:p>\n";
    return {};
}

// Signature and date (落款) never stand on a page without text of the letter, and a table never on
// one without the words that announce it.
bool needs_what_is_above(const Block& block) {
    const auto* paragraph = std::get_if<Paragraph>(&block);
    return paragraph == nullptr ||
           (paragraph->kind == Paragraph::Kind::plain && paragraph->align == Align::right);
}

Result<void> write_cell(const PlacedCell& place, unsigned width, std::string& out) {
    const TableCell& cell = place.cell != nullptr ? *place.cell : *place.above;
    out += fmt::format("<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/>", width);
    if (place.columns > 1) out += fmt::format("<w:gridSpan w:val=\"{}\"/>", place.columns);
    if (cell.rows > 1)
        out += place.cell != nullptr ? "<w:vMerge w:val=\"restart\"/>" : "<w:vMerge/>";
    if (cell.head) out += "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F1F4F8\"/>";
    out += "<w:vAlign w:val=\"center\"/></w:tcPr><w:p><w:pPr><w:pStyle w:val=\"TableText\"/>";
    out += fmt::format("<w:jc w:val=\"{}\"/></w:pPr>", jc(cell.align));
    if (place.cell != nullptr) TRY_VOID(write_run(cell.text, cell.head, out));
    out += "</w:p></w:tc>";
    return {};
}

Result<void> write(const Table& table, std::string& out) {
    TRY(const auto rows, placed(table));
    if (!table.caption.empty()) {
        const Paragraph caption{table.caption, Paragraph::Kind::plain, Align::left, false};
        TRY_VOID(write(caption, true, out));
    }
    const unsigned all = std::accumulate(table.widths.begin(), table.widths.end(), 0U);
    std::vector<unsigned> widths;
    for (const std::uint16_t width : table.widths)
        widths.push_back(kTextWidth * width / std::max(all, 1U));
    out +=
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/>"
        "<w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>";
    for (const unsigned width : widths)
        out += fmt::format("<w:gridCol w:w=\"{}\"/>", width);
    out += "</w:tblGrid>\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        out += "<w:tr><w:trPr><w:cantSplit/>";
        if (i < table.head_rows) out += "<w:tblHeader/>";
        out += "</w:trPr>";
        for (const PlacedCell& place : rows[i]) {
            const auto begin = widths.begin() + place.column;
            TRY_VOID(write_cell(place, std::accumulate(begin, begin + place.columns, 0U), out));
        }
        out += "</w:tr>\n";
    }
    // A table that ends the page needs a paragraph behind it.
    out += "</w:tbl>\n<w:p><w:pPr><w:pStyle w:val=\"TableText\"/></w:pPr></w:p>\n";
    return {};
}

std::string styles() {
    const auto one = [](std::string_view id, std::string_view name, std::string_view paragraph,
                        std::string_view font, unsigned half_points, bool bold) {
        return fmt::format(
            "<w:style w:type=\"paragraph\" w:styleId=\"{}\"{}><w:name w:val=\"{}\"/>"
            "<w:pPr>{}</w:pPr><w:rPr><w:rFonts w:ascii=\"{}\" w:hAnsi=\"{}\" "
            "w:eastAsia=\"{}\"/>{}{}<w:sz w:val=\"{}\"/>"
            "<w:szCs w:val=\"{}\"/></w:rPr></w:style>\n",
            id, id == "Normal" ? " w:default=\"1\"" : "", name, paragraph, font, font, font,
            bold ? "<w:b/>" : "", half_points == kBodySize ? kCloser : "", half_points,
            half_points);
    };
    std::string out(kHead);
    out +=
        "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\n"
        "<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/>"
        "</w:rPr></w:rPrDefault></w:docDefaults>\n";
    constexpr std::string_view line =
        "<w:widowControl/><w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/>"
        "<w:spacing w:line=\"560\" w:lineRule=\"exact\"/>";
    out += one("Normal", "Normal", line, "仿宋", 32, false);
    out += one("BodyText", "Body Text",
               std::string(line) + "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>", "仿宋",
               32, false);
    out += one("Title", "Title",
               "<w:spacing w:after=\"240\" w:line=\"640\" w:lineRule=\"exact\"/>"
               "<w:jc w:val=\"center\"/>",
               "方正小标宋简体", 44, false);
    out += one("Heading1", "heading 1",
               "<w:keepNext/><w:spacing w:before=\"160\" w:after=\"80\" w:line=\"560\" "
               "w:lineRule=\"exact\"/><w:outlineLvl w:val=\"0\"/>",
               "黑体", 32, false);
    out += one("Heading2", "heading 2",
               "<w:keepNext/><w:spacing w:line=\"560\" w:lineRule=\"exact\"/>"
               "<w:outlineLvl w:val=\"1\"/>",
               "楷体", 32, true);
    out += one("TableText", "Table Text",
               "<w:spacing w:before=\"20\" w:after=\"20\" w:line=\"240\" w:lineRule=\"auto\"/>",
               "仿宋", 18, false);
    out +=
        "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/>"
        "<w:tblPr><w:tblBorders>";
    for (const char* side : {"top", "left", "bottom", "right", "insideH", "insideV"})
        out += fmt::format("<w:{} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"333333\"/>",
                           side);
    out +=
        "</w:tblBorders><w:tblCellMar><w:left w:w=\"40\" w:type=\"dxa\"/>"
        "<w:right w:w=\"40\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\n";
    return out + "</w:styles>\n";
}

constexpr std::string_view kTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
</Types>
)";
constexpr std::string_view kRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>
</Relationships>
)";
constexpr std::string_view kDocumentRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
</Relationships>
)";

Result<std::string> properties(const Page& page) {
    TRY_VOID(check_text(page.title));
    TRY_VOID(check_text(page.author));
    return std::string(kHead) +
           "<cp:coreProperties "
           "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
           "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>" +
           html_text(page.title) + "</dc:title><dc:creator>" + html_text(page.author) +
           "</dc:creator><dc:language>zh-CN</dc:language></cp:coreProperties>\n";
}

}  // namespace

Result<std::string> page_docx(const Page& page) {
    std::string body(kHead);
    body +=
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
        "<w:body>\n";
    for (std::size_t i = 0; i < page.blocks.size(); ++i) {
        if (const auto* table = std::get_if<Table>(&page.blocks[i])) {
            TRY_VOID(write(*table, body));
        } else {
            const bool last = i + 1 == page.blocks.size();
            TRY_VOID(write(std::get<Paragraph>(page.blocks[i]),
                           !last && needs_what_is_above(page.blocks[i + 1]), body));
        }
    }
    body += fmt::format(
        "<w:sectPr><w:pgSz w:w=\"{}\" w:h=\"{}\"/><w:pgMar w:top=\"{}\" w:right=\"{}\" "
        "w:bottom=\"{}\" w:left=\"{}\" w:header=\"851\" w:footer=\"992\" w:gutter=\"0\"/>"
        "</w:sectPr></w:body></w:document>\n",
        kPageWidth, kPageHeight, kTop, kRight, kBottom, kLeft);
    TRY(auto core, properties(page));
    const ZipPart parts[] = {
        {"[Content_Types].xml", std::string(kHead) + std::string(kTypes)},
        {"_rels/.rels", std::string(kHead) + std::string(kRelations)},
        {"docProps/core.xml", std::move(core)},
        {"word/document.xml", std::move(body)},
        {"word/styles.xml", styles()},
        {"word/_rels/document.xml.rels", std::string(kHead) + std::string(kDocumentRelations)},
    };
    return zip(parts);
}

}  // namespace gongkai::app
