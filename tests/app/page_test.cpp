// Pages as HTML, DOCX and XLSX: what a file holds is looked at with libraries and programs that did
// not write it.
#include <catch2/catch.hpp>

#include "app/page/page.hpp"
#include "tests/app/unzipped.hpp"

using namespace gongkai::app;
using gongkai::app::testing::Files;
using gongkai::app::testing::unzipped;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Table small_table() {
    Table table;
    table.name = "表一";
    table.widths = {1, 1, 2};
    table.head_rows = 1;
    table.rows = {{{"项目", 2, 1, true}, {"件数", 1, 1, true}},
                  {{"上", 1, 2}, {"甲 & 乙"}, {.text = "12", .number = true, .id = "t.a"}},
                  {{"丙"}, {.text = "=1+1", .number = true}}};
    return table;
}

Page small_page() {
    Page page{"报告 <1>", "办公室", {}};
    page.blocks.push_back(Paragraph{"报告 <1>", Paragraph::Kind::title});
    page.blocks.push_back(Paragraph{"第一行\n第二行 & “引号”"});
    page.blocks.push_back(small_table());
    return page;
}

}  // namespace

TEST_CASE("page: cells are placed, and those that make no rectangle are refused") {
    const Table table = small_table();
    const auto rows = placed(table);
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 3);
    CHECK((*rows)[0][1].column == 2);
    CHECK((*rows)[2][0].cell == nullptr);
    CHECK((*rows)[2][0].above->text == "上");
    CHECK((*rows)[2][1].column == 1);

    Table hole = small_table();
    hole.rows[2].pop_back();
    CHECK_FALSE(placed(hole).has_value());
    Table over = small_table();
    over.rows[1].push_back({"x"});
    CHECK_FALSE(placed(over).has_value());
    Table below = small_table();
    below.rows[2][1].rows = 2;
    CHECK_FALSE(placed(below).has_value());
    Table across = small_table();
    across.rows[1] = {{"a"}, {"b", 1, 2}, {"c"}};
    across.rows[2] = {{"d", 2, 1}, {"e"}};
    CHECK_FALSE(placed(across).has_value());
}

TEST_CASE("page: HTML is complete and escapes what is in it") {
    const std::string html = page_html(small_page());
    CHECK(has(html, "<title>报告 &lt;1&gt;</title>"));
    CHECK(has(html, "第一行<br>\n第二行 &amp; “引号”"));
    CHECK(has(html, "<th colspan=\"2\" class=\"center\">项目</th>"));
    CHECK(has(html, "<td rowspan=\"2\" class=\"center\">上</td>"));
    CHECK(has(html, "<td id=\"t.a\" class=\"center\">12</td>"));
    CHECK(has(html, "@media print"));
    CHECK_FALSE(has(html, "<script"));
}

TEST_CASE("page: a DOCX holds the texts, the merged cells, and the same bytes each time") {
    const auto docx = page_docx(small_page());
    REQUIRE(docx.has_value());
    CHECK(*page_docx(small_page()) == *docx);
    const Files files = unzipped(*docx);
    REQUIRE(files.count("[Content_Types].xml") == 1);
    const std::string& body = files.at("word/document.xml");
    CHECK(has(body, "第二行 &amp; “引号”"));
    CHECK(has(body, "<w:gridSpan w:val=\"2\"/>"));
    CHECK(has(body, "<w:vMerge w:val=\"restart\"/>"));
    CHECK(has(body, "<w:vMerge/>"));
    CHECK(has(files.at("docProps/core.xml"), "报告 &lt;1&gt;"));

    Page broken = small_page();
    broken.blocks.push_back(Paragraph{std::string("a\x01") + "b"});
    CHECK_FALSE(page_docx(broken).has_value());
}

TEST_CASE("page: an XLSX has a sheet for each table, numbers as numbers and nothing as a formula") {
    const auto xlsx = page_xlsx(small_page());
    REQUIRE(xlsx.has_value());
    const Files files = unzipped(*xlsx);
    CHECK(has(files.at("xl/workbook.xml"), "表一"));
    const std::string& sheet = files.at("xl/worksheets/sheet1.xml");
    CHECK(has(sheet, "<v>12</v>"));
    CHECK(has(sheet, "<mergeCell ref=\"A1:B1\"/>"));
    CHECK_FALSE(has(sheet, "<f>"));
    CHECK(has(files.at("xl/sharedStrings.xml"), "=1+1"));
}

TEST_CASE(
    "page: neither signature nor table stands on a page without the text that it belongs to") {
    Page letter{"答复", "办公室", {}};
    letter.blocks = {Paragraph{"第一段"}, Paragraph{"见下表"}, small_table(), Paragraph{"第二段"}};
    for (const char* text : {"办公室", "2026年3月12日"})
        letter.blocks.push_back(Paragraph{text, Paragraph::Kind::plain, Align::right});
    const auto bytes = page_docx(letter);
    REQUIRE(bytes.has_value());
    const Files files = unzipped(*bytes);
    const std::string text = files.at("word/document.xml");
    // Of a paragraph two lines at least go with it.
    CHECK(has(files.at("word/styles.xml"), "<w:widowControl/>"));
    CHECK(has(page_html(letter), "p.right, table { break-before: avoid; }"));
    CHECK(has(page_html(letter), "orphans: 2; widows: 2;"));
    const auto kept = [&](const char* of) {
        const std::size_t at = text.find(of);
        const std::size_t paragraph = text.rfind("<w:p>", at);
        return text.substr(paragraph, at - paragraph).find("<w:keepNext/>") != std::string::npos;
    };
    CHECK_FALSE(kept("第一段"));
    CHECK(kept("见下表"));
    CHECK(kept("第二段"));
    CHECK(kept("办公室"));
    CHECK_FALSE(kept("2026年"));
}

TEST_CASE("page: a row of a workbook is as high as what is merged in it needs") {
    Table table;
    table.name = "表";
    table.widths = {1, 1, 1, 6};
    std::string words;
    for (int i = 0; i < 60; ++i)
        words += "字";  // 120 letters wide, in 20: seven lines
    table.rows = {{{words, 2}, {"短", 2}}, {{words, 2, 2}, {"短", 2}}, {{"短", 2}}, {{"短", 4}}};
    Page page{"表", "办公室", {}};
    page.blocks.push_back(table);
    const auto bytes = page_xlsx(page);
    REQUIRE(bytes.has_value());
    const std::string sheet = unzipped(*bytes).at("xl/worksheets/sheet1.xml");
    const auto height = [&](int row) {
        const std::size_t at = sheet.find("<row r=\"" + std::to_string(row) + "\"");
        const std::string line = sheet.substr(at, sheet.find('>', at) - at);
        const std::size_t given = line.find(" ht=\"");
        return given == std::string::npos ? 15.0 : std::stod(line.substr(given + 5));
    };
    CHECK(height(1) == 105.0);
    CHECK(height(2) == 15.0);
    CHECK(height(3) == 90.0);
    CHECK(height(4) == 15.0);
}
