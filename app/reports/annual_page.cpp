// The report as it is handed out. The wording of rows and columns is that of the form (国办公开办函
// 〔2021〕30号, 附件) and is not ours to change.
#include <fmt/format.h>

#include "app/reports/annual.hpp"

namespace gongkai::app {

namespace {

std::string figure(const AnnualReport& report, const std::string& cell) {
    const std::int64_t value = figure_of(report, cell).value_or(0);
    return cell == "table2.fees.amount" ? in_ten_thousands(value) : std::to_string(value);
}

TableCell head(std::string text, std::uint16_t columns = 1, std::uint16_t rows = 1) {
    return {std::move(text), columns, rows, true, Align::center, false, {}};
}
TableCell label(std::string text, std::uint16_t columns = 1, std::uint16_t rows = 1) {
    return {std::move(text), columns, rows, false, Align::left, false, {}};
}
TableCell number(const AnnualReport& report, std::string cell, std::uint16_t columns = 1) {
    return {figure(report, cell), columns, 1, false, Align::center, true, std::move(cell)};
}

// ---- 表二

Table table_2(const AnnualReport& report) {
    Table table;
    table.name = "主动公开政府信息情况";
    table.widths = {4, 3, 3, 3};
    const auto group = [&](const char* article, const char* second) {
        table.rows.push_back({head(article, 4)});
        if (second != nullptr) table.rows.push_back({head("信息内容"), head(second, 3)});
    };
    const auto one = [&](const char* title, const std::string& cell) {
        table.rows.push_back({label(title), number(report, cell, 3)});
    };
    group("第二十条第（一）项", nullptr);
    table.rows.push_back(
        {head("信息内容"), head("本年制发件数"), head("本年废止件数"), head("现行有效件数")});
    for (const auto& [title, name] :
         {std::pair{"规章", "regulations"}, std::pair{"行政规范性文件", "normativeDocuments"}}) {
        const std::string row = std::string("table2.") + name;
        table.rows.push_back({label(title), number(report, row + ".made"),
                              number(report, row + ".repealed"), number(report, row + ".valid")});
    }
    group("第二十条第（五）项", "本年处理决定数量");
    one("行政许可", "table2.licensing.processed");
    group("第二十条第（六）项", "本年处理决定数量");
    one("行政处罚", "table2.punishment.processed");
    one("行政强制", "table2.coercion.processed");
    group("第二十条第（八）项", "本年收费金额（单位：万元）");
    one("行政事业性收费", "table2.fees.amount");
    return table;
}

// ---- 表三

struct ResultGroup {
    const char* title;
    const char* name;  // of a single row; of a group: before the dot
    std::vector<std::pair<const char*, const char*>> rows;
};

const std::vector<ResultGroup>& result_groups() {
    static const std::vector<ResultGroup> groups{
        {"（一）予以公开", "granted", {}},
        {"（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "partialGrant", {}},
        {"（三）不予公开",
         "denied",
         {{"1.属于国家秘密", "stateSecret"},
          {"2.其他法律行政法规禁止公开", "lawForbidden"},
          {"3.危及“三安全一稳定”", "safetyStability"},
          {"4.保护第三方合法权益", "thirdPartyRights"},
          {"5.属于三类内部事务信息", "internalAffairs"},
          {"6.属于四类过程性信息", "processInfo"},
          {"7.属于行政执法案卷", "enforcementCase"},
          {"8.属于行政查询事项", "adminQuery"}}},
        {"（四）无法提供",
         "unableToProvide",
         {{"1.本机关不掌握相关政府信息", "noInfo"},
          {"2.没有现成信息需要另行制作", "needCreation"},
          {"3.补正后申请内容仍不明确", "unclear"}}},
        {"（五）不予处理",
         "notProcessed",
         {{"1.信访举报投诉类申请", "complaint"},
          {"2.重复申请", "repeat"},
          {"3.要求提供公开出版物", "publication"},
          {"4.无正当理由大量反复申请", "massiveRequests"},
          {"5.要求行政机关确认或重新出具已获取信息", "confirmInfo"}}},
        {"（六）其他处理",
         "other",
         {{"1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "overdueCorrection"},
          {"2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
           "overdueFee"},
          {"3.其他", "otherReasons"}}},
        {"（七）总计", "totalProcessed", {}}};
    return groups;
}

void add_numbers(const AnnualReport& report, const std::string& row, std::vector<TableCell>& to) {
    for (const std::string_view column : language::kApplicantColumns)
        to.push_back(number(report, fmt::format("table3.{}.{}", column, row)));
    to.push_back(number(report, "table3.total." + row));
}

Table table_3(const AnnualReport& report) {
    Table table;
    table.name = "收到和处理政府信息公开申请情况";
    table.widths = {5, 8, 15, 5, 5, 5, 6, 6, 5, 5};
    table.head_rows = 3;
    table.rows.push_back(
        {head("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3),
         head("申请人情况", 7)});
    table.rows.push_back({head("自然人", 1, 2), head("法人或其他组织", 5), head("总计", 1, 2)});
    table.rows.push_back({head("商业企业"), head("科研机构"), head("社会公益组织"),
                          head("法律服务机构"), head("其他")});
    const auto line = [&](std::vector<TableCell> cells, const std::string& row) {
        add_numbers(report, row, cells);
        table.rows.push_back(std::move(cells));
    };
    line({label("一、本年新收政府信息公开申请数量", 3)}, "newReceived");
    line({label("二、上年结转政府信息公开申请数量", 3)}, "carriedOver");
    std::uint16_t results = 0;
    for (const ResultGroup& group : result_groups())
        results = static_cast<std::uint16_t>(results + std::max<std::size_t>(group.rows.size(), 1));
    bool first = true;
    for (const ResultGroup& group : result_groups()) {
        std::vector<TableCell> cells;
        if (first) cells.push_back(label("三、本年度办理结果", 1, results));
        first = false;
        if (group.rows.empty()) {
            cells.push_back(label(group.title, 2));
            line(std::move(cells), std::string("results.") + group.name);
            continue;
        }
        cells.push_back(label(group.title, 1, static_cast<std::uint16_t>(group.rows.size())));
        for (const auto& [title, name] : group.rows) {
            cells.push_back(label(title));
            line(std::move(cells), fmt::format("results.{}.{}", group.name, name));
            cells = {};
        }
    }
    line({label("四、结转下年度继续办理", 3)}, "carriedForward");
    return table;
}

// ---- 表四

Table table_4(const AnnualReport& report) {
    Table table;
    table.name = "行政复议行政诉讼情况";
    table.widths.assign(15, 1);
    table.head_rows = 3;
    table.rows.push_back({head("行政复议", 5), head("行政诉讼", 10)});
    std::vector<TableCell> second, third, figures;
    const auto columns = [&](std::vector<TableCell>& row, std::uint16_t rows) {
        for (const char* title : {"结果维持", "结果纠正", "其他结果", "尚未审结", "总计"})
            row.push_back(head(title, 1, rows));
    };
    columns(second, 2);
    second.push_back(head("未经复议直接起诉", 5));
    second.push_back(head("复议后起诉", 5));
    columns(third, 1);
    columns(third, 1);
    for (const std::string_view kind : language::kRemedyKinds) {
        for (const char* column : {"maintain", "correct", "other", "unfinished", "total"})
            figures.push_back(number(report, fmt::format("table4.{}.{}", kind, column)));
    }
    table.rows.push_back(std::move(second));
    table.rows.push_back(std::move(third));
    table.rows.push_back(std::move(figures));
    return table;
}

void add_text(Page& page, const std::string& text) {
    const std::string shown = text.empty() ? "（尚未填写）" : text;
    for (std::size_t at = 0; at <= shown.size();) {
        const std::size_t end = std::min(shown.find('\n', at), shown.size());
        std::string line = shown.substr(at, end - at);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) page.blocks.push_back(Paragraph{std::move(line)});
        at = end + 1;
    }
}

}  // namespace

Page annual_page(const AnnualReport& report) {
    Page page;
    page.title = fmt::format("{}{}年{}", report.office, report.year, report.title);
    page.author = report.office;
    const auto heading = [&](const char* text) {
        page.blocks.push_back(Paragraph{text, Paragraph::Kind::heading});
    };
    page.blocks.push_back(
        Paragraph{fmt::format("{}\n{}年{}", report.office, report.year, report.title),
                  Paragraph::Kind::title});
    if (report.unfinished)
        page.blocks.push_back(
            Paragraph{fmt::format("（{}年尚未结束，数据截至制表之时）", report.year),
                      Paragraph::Kind::plain, Align::center});
    heading("一、总体情况");
    add_text(page, report.overview);
    heading("二、主动公开政府信息情况");
    page.blocks.push_back(table_2(report));
    heading("三、收到和处理政府信息公开申请情况");
    page.blocks.push_back(table_3(report));
    heading("四、政府信息公开行政复议、行政诉讼情况");
    page.blocks.push_back(table_4(report));
    heading("五、存在的主要问题及改进情况");
    add_text(page, report.problems);
    heading("六、其他需要报告的事项");
    add_text(page, report.other);
    return page;
}

}  // namespace gongkai::app
