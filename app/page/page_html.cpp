#include <fmt/format.h>

#include <numeric>

#include "app/page/page.hpp"

namespace gongkai::app {

std::string html_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

namespace {

constexpr std::string_view kStyle = R"(
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
body { font: 16pt/28pt "FangSong", "仿宋", "STFangsong", "Noto Serif CJK SC", serif; color: #111;
  letter-spacing: -.25pt; orphans: 2; widows: 2;
  max-width: 156mm; margin: 20mm auto; padding: 0 1em; }
h1 { font: bold 22pt/32pt "FZXiaoBiaoSong-B05S", "SimSun", "宋体", "Noto Serif CJK SC", serif;
  text-align: center; letter-spacing: 0; margin: 0 0 12pt; }
h2 { font: 16pt/28pt "SimHei", "黑体", "Noto Sans CJK SC", sans-serif; margin: 13pt 0 4pt; }
h3 { font: 16pt/28pt "KaiTi", "楷体", "Noto Serif CJK SC", serif; margin: 4pt 0; }
p { margin: 0; }
p.body { text-indent: 2em; }
.left { text-align: left; } .center { text-align: center; } .right { text-align: right; }
.justify { text-align: justify; }
table { border-collapse: collapse; width: 100%; margin: .8em 0; table-layout: fixed; font-size: 9pt;
  letter-spacing: 0; line-height: 1.4; }
caption { text-align: left; padding: .3em 0; }
th, td { border: 1px solid #333; padding: .25em .3em; vertical-align: middle; overflow-wrap: anywhere; }
th { font-weight: bold; background: #f1f4f8; }
@media print {
  body { margin: 0; padding: 0; max-width: none; } tr, h1, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; }
  p.right, table { break-before: avoid; }
  thead { display: table-header-group; } th { background: none; }
}
)";

std::string with_breaks(std::string_view text) {
    std::string out;
    const std::string safe = html_text(text);
    for (const char c : safe) {
        if (c == '\n')
            out += "<br>\n";
        else if (c != '\r')
            out += c;
    }
    return out;
}

const char* word(Align align) {
    constexpr const char* words[] = {"left", "center", "right", "justify"};
    return words[static_cast<std::size_t>(align)];
}

void write(const Paragraph& paragraph, std::string& out) {
    const std::string text = with_breaks(paragraph.text);
    const auto heading = [&](const char* tag) {
        const std::string align = paragraph.align == Align::justify
                                      ? std::string()
                                      : fmt::format(" class=\"{}\"", word(paragraph.align));
        out += fmt::format("<{0}{1}>{2}</{0}>\n", tag, align, text);
    };
    switch (paragraph.kind) {
        case Paragraph::Kind::title:
            return heading("h1");
        case Paragraph::Kind::heading:
            return heading("h2");
        case Paragraph::Kind::subheading:
            return heading("h3");
        case Paragraph::Kind::body:
        case Paragraph::Kind::plain:
            break;
    }
    const bool body = paragraph.kind == Paragraph::Kind::body;
    out += fmt::format("<p class=\"{}{}\">{}{}{}</p>\n", body ? "body " : "", word(paragraph.align),
                       paragraph.bold ? "<b>" : "", text, paragraph.bold ? "</b>" : "");
}

void write(const Table& table, std::string& out) {
    out += "<table>\n";
    if (!table.caption.empty()) out += "<caption>" + html_text(table.caption) + "</caption>\n";
    const unsigned all = std::accumulate(table.widths.begin(), table.widths.end(), 0U);
    out += "<colgroup>";
    for (const std::uint16_t width : table.widths)
        out += fmt::format("<col style=\"width:{:.1f}%\">", all == 0 ? 0.0 : 100.0 * width / all);
    out += "</colgroup>\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        if (i == 0) out += table.head_rows > 0 ? "<thead>\n" : "<tbody>\n";
        if (i > 0 && i == table.head_rows) out += "</thead>\n<tbody>\n";
        out += "<tr>";
        for (const TableCell& cell : table.rows[i]) {
            const char* tag = cell.head ? "th" : "td";
            out += fmt::format("<{}", tag);
            if (!cell.id.empty()) out += fmt::format(" id=\"{}\"", html_text(cell.id));
            if (cell.columns > 1) out += fmt::format(" colspan=\"{}\"", cell.columns);
            if (cell.rows > 1) out += fmt::format(" rowspan=\"{}\"", cell.rows);
            out +=
                fmt::format(" class=\"{}\">{}</{}>", word(cell.align), with_breaks(cell.text), tag);
        }
        out += "</tr>\n";
    }
    if (!table.rows.empty())
        out += table.head_rows >= table.rows.size() ? "</thead>\n" : "</tbody>\n";
    out += "</table>\n";
}

}  // namespace

std::string page_html(const Page& page) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n";
    out += "<meta name=\"viewport\" content=\"width=device-width\">\n";
    if (!page.author.empty())
        out += fmt::format("<meta name=\"author\" content=\"{}\">\n", html_text(page.author));
    out += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
                       html_text(page.title), kStyle);
    for (const Block& block : page.blocks)
        std::visit([&](const auto& one) { write(one, out); }, block);
    return out + "</body>\n</html>\n";
}

}  // namespace gongkai::app
