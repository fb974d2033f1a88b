// Statistics and supervision as JSON, and as pages.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "app/reports/statistics.hpp"
#include "app/reports/supervision.hpp"

namespace gongkai::app {

namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const std::string& one : list)
        out.emplace_back(one);
    return out;
}

// Two digits behind the point, as a number.
double rounded(double value) {
    return std::round(value * 100) / 100;
}

json::array next_json(const std::vector<NextStep>& next) {
    json::array out;
    for (const NextStep& one : next)
        out.push_back({{"state", one.state},
                       {"title", one.title},
                       {"since", engine::to_string(one.since)},
                       {"who", texts(one.who)},
                       {"actions", texts(one.actions)},
                       {"fields", texts(one.fields)}});
    return out;
}

TableCell head(std::string text) {
    return {std::move(text), 1, 1, true, Align::center, false, {}};
}
TableCell words(std::string text) {
    return {std::move(text), 1, 1, false, Align::left, false, {}};
}
TableCell number(std::string text) {
    return {std::move(text), 1, 1, false, Align::center, true, {}};
}
template <class Number>
TableCell number(Number value) {
    return number(fmt::format("{}", value));
}

Table table(std::string name, std::vector<std::uint16_t> widths,
            std::initializer_list<const char*> titles) {
    Table out;
    out.name = std::move(name);
    out.widths = std::move(widths);
    out.head_rows = 1;
    std::vector<TableCell> row;
    for (const char* title : titles)
        row.push_back(head(title));
    out.rows.push_back(std::move(row));
    return out;
}

void add(Page& page, const char* heading, Table table) {
    page.blocks.push_back(Paragraph{heading, Paragraph::Kind::heading});
    if (table.rows.size() == 1) {
        page.blocks.push_back(Paragraph{"无"});
    } else {
        page.blocks.push_back(std::move(table));
    }
}

std::string joined(const std::vector<std::string>& list, const char* between = "、") {
    std::string out;
    for (const std::string& one : list)
        out += (out.empty() ? "" : between) + one;
    return out;
}

std::string day(engine::Instant at) {
    return engine::to_string(engine::date_in_china(at));
}

std::string next_words(const std::vector<NextStep>& next) {
    std::string out;
    for (const NextStep& one : next) {
        out += fmt::format("{}{}：待{}", out.empty() ? "" : "\n", one.title, joined(one.who));
        if (!one.fields.empty()) out += "填写——" + joined(one.fields);
        if (!one.actions.empty()) out += "办理——" + joined(one.actions);
    }
    return out;
}

}  // namespace

std::string statistics_json(const Statistics& statistics) {
    json::object out{{"from", engine::to_string(statistics.period.from)},
                     {"to", engine::to_string(statistics.period.to)},
                     {"made", engine::to_string(statistics.made)},
                     {"departments", texts(statistics.departments)},
                     {"documents", statistics.documents}};
    json::array flows, deadlines, steps, returns, returned, classes, missing;
    for (const auto& [name, flow] : statistics.flows)
        flows.push_back({{"flow", name},
                         {"title", flow.title},
                         {"opened", flow.opened},
                         {"published", flow.published},
                         {"drafts", flow.drafts},
                         {"withdrawn", flow.withdrawn}});
    for (const DeadlineFigures& one : statistics.deadlines) {
        json::object deadline{{"flow", one.flow},         {"flow_title", one.flow_title},
                              {"deadline", one.name},     {"title", one.title},
                              {"kept", one.kept},         {"missed", one.missed},
                              {"running", one.running},   {"overdue", one.overdue},
                              {"basis", texts(one.basis)}};
        if (const auto rate = one.on_time()) deadline["on_time_percent"] = rounded(*rate);
        deadlines.push_back(std::move(deadline));
    }
    for (const StepFigures& one : statistics.steps) {
        json::object step{{"flow", one.flow},         {"flow_title", one.flow_title},
                          {"state", one.state},       {"title", one.title},
                          {"left", one.left.count()}, {"waiting", one.waiting}};
        if (one.left.count() > 0) {
            step["average_days"] = rounded(one.left.average_days());
            step["median_days"] = rounded(one.left.median_days());
        }
        if (one.oldest) step["oldest"] = engine::to_string(*one.oldest);
        steps.push_back(std::move(step));
    }
    for (const ReturnFigures& one : statistics.returns)
        returns.push_back({{"flow", one.flow},
                           {"flow_title", one.flow_title},
                           {"state", one.state},
                           {"state_title", one.state_title},
                           {"action", one.action},
                           {"title", one.title},
                           {"count", one.count}});
    for (const ReturnedDocument& one : statistics.returned) {
        json::object document{{"document", std::to_string(one.document)},
                              {"at", engine::to_string(one.at)},
                              {"flow", one.flow},
                              {"state", one.state},
                              {"action", one.action}};
        if (one.comment) document["comment"] = *one.comment;
        returned.push_back(std::move(document));
    }
    for (const ClassCoverage& one : statistics.classes)
        classes.push_back({{"class", one.name},
                           {"title", one.title},
                           {"published", one.published},
                           {"in_period", one.in_period}});
    for (const ItemCoverage& one : statistics.items_without)
        missing.push_back({{"code", one.code},
                           {"catalog", one.catalog},
                           {"level1", one.level1},
                           {"level2", one.level2}});
    out["flows"] = std::move(flows);
    out["deadlines"] = std::move(deadlines);
    out["steps"] = std::move(steps);
    out["returns"] = std::move(returns);
    out["returned"] = std::move(returned);
    out["classes"] = std::move(classes);
    out["catalog"] = json::object{{"items", statistics.items},
                                  {"covered", statistics.items_covered},
                                  {"without_document", std::move(missing)}};
    return json::serialize(out);
}

Page statistics_page(const Statistics& statistics) {
    Page page;
    page.title =
        fmt::format("政务公开办理情况统计（{}至{}）", engine::to_string(statistics.period.from),
                    engine::to_string(statistics.period.to));
    page.blocks.push_back(Paragraph{page.title, Paragraph::Kind::title});
    page.blocks.push_back(Paragraph{
        fmt::format("范围：{}；期间有办理的文件 {} 件；制表 {}。",
                    statistics.departments.empty() ? "全部科室" : joined(statistics.departments),
                    statistics.documents, day(statistics.made))});
    Table flows =
        table("办理与公开", {4, 2, 2, 2, 2}, {"流程", "新办", "公开", "征求意见", "撤回"});
    for (const auto& [name, one] : statistics.flows)
        flows.rows.push_back({words(one.title), number(one.opened), number(one.published),
                              number(one.drafts), number(one.withdrawn)});
    add(page, "一、办理与公开", std::move(flows));

    Table deadlines = table("时限", {4, 5, 2, 2, 2, 2, 2},
                            {"流程", "时限", "按期", "逾期", "按期率", "在途", "在途已逾期"});
    for (const DeadlineFigures& one : statistics.deadlines) {
        const auto rate = one.on_time();
        deadlines.rows.push_back({words(one.flow_title), words(one.title), number(one.kept),
                                  number(one.missed),
                                  words(rate ? fmt::format("{:.1f}%", *rate) : "—"),
                                  number(one.running), number(one.overdue)});
    }
    add(page, "二、时限遵守", std::move(deadlines));

    Table steps =
        table("环节", {4, 5, 2, 3, 3, 2, 3},
              {"流程", "环节", "办结次数", "平均天数", "中位天数", "现停留", "最早停留自"});
    for (const StepFigures& one : statistics.steps) {
        const bool any = one.left.count() > 0;
        steps.rows.push_back({words(one.flow_title), words(one.title), number(one.left.count()),
                              words(any ? fmt::format("{:.1f}", one.left.average_days()) : "—"),
                              words(any ? fmt::format("{:.1f}", one.left.median_days()) : "—"),
                              number(one.waiting), words(one.oldest ? day(*one.oldest) : "")});
    }
    add(page, "三、各环节用时和停留", std::move(steps));

    Table returns = table("退回", {4, 5, 5, 2}, {"流程", "环节", "动作", "次数"});
    for (const ReturnFigures& one : statistics.returns)
        returns.rows.push_back(
            {words(one.flow_title), words(one.state_title), words(one.title), number(one.count)});
    add(page, "四、退回", std::move(returns));
    Table why = table("退回理由", {3, 4, 8}, {"日期", "文件", "理由"});
    for (const ReturnedDocument& one : statistics.returned)
        why.rows.push_back({words(day(one.at)), words(std::to_string(one.document)),
                            words(one.comment.value_or("（无，或者无权查看）"))});
    add(page, "五、退回理由（最近）", std::move(why));

    Table classes = table("法定内容", {6, 2, 2}, {"条例第二十条", "现已公开", "其中期间公开"});
    std::vector<std::string> nothing;
    for (const ClassCoverage& one : statistics.classes) {
        classes.rows.push_back({words(one.title), number(one.published), number(one.in_period)});
        if (one.published == 0) nothing.push_back(one.title);
    }
    add(page, "六、法定主动公开内容的覆盖", std::move(classes));
    if (!nothing.empty())
        page.blocks.push_back(Paragraph{"尚无公开内容的：" + joined(nothing) + "。"});
    Table missing = table("目录空缺", {3, 5, 7}, {"事项编号", "一级事项", "二级事项"});
    for (const ItemCoverage& one : statistics.items_without)
        missing.rows.push_back({words(one.code), words(one.level1), words(one.level2)});
    page.blocks.push_back(Paragraph{fmt::format("七、标准目录的覆盖：{} 项中 {} 项有公开内容",
                                                statistics.items, statistics.items_covered),
                                    Paragraph::Kind::heading});
    if (missing.rows.size() > 1) page.blocks.push_back(std::move(missing));
    return page;
}

std::string supervision_json(const Supervision& supervision) {
    json::object out{{"made", engine::to_string(supervision.made)},
                     {"all_tasks", supervision.all_tasks},
                     {"all_late", supervision.all_late}};
    json::array departments, tasks, late;
    for (const DepartmentLine& one : supervision.lines)
        departments.push_back({{"department", one.code},
                               {"title", one.title},
                               {"open", one.open},
                               {"late", one.late},
                               {"due_soon", one.due_soon},
                               {"tasks", one.tasks},
                               {"tasks_finished", one.tasks_finished},
                               {"tasks_late", one.tasks_late}});
    for (const TaskItem& one : supervision.tasks) {
        json::object task{{"document", std::to_string(one.document)},
                          {"title", one.title},
                          {"department", one.department},
                          {"state", one.state},
                          {"state_title", one.state_title},
                          {"finished", one.finished},
                          {"working_days_late", one.working_days_late},
                          {"working_days_left", one.working_days_left},
                          {"evidence", one.evidence},
                          {"attachments", one.attachments},
                          {"next", next_json(one.next)}};
        if (one.due) task["due"] = engine::to_string(*one.due);
        if (!one.plan.empty()) {
            task["plan"] = one.plan;
            task["plan_task"] = one.plan_id;
        }
        tasks.push_back(std::move(task));
    }
    for (const LateItem& one : supervision.late)
        late.push_back({{"document", std::to_string(one.document)},
                        {"flow", one.flow},
                        {"flow_title", one.flow_title},
                        {"title", one.title},
                        {"department", one.department},
                        {"deadline", one.limit},
                        {"deadline_title", one.limit_title},
                        {"basis", texts(one.basis)},
                        {"due", engine::to_string(one.due)},
                        {"working_days_late", one.working_days},
                        {"next", next_json(one.next)}});
    out["departments"] = std::move(departments);
    out["tasks"] = std::move(tasks);
    out["late"] = std::move(late);
    return json::serialize(out);
}

Page supervision_page(const Supervision& supervision) {
    Page page;
    page.title = fmt::format("政务公开落实情况（{}）", day(supervision.made));
    page.blocks.push_back(Paragraph{page.title, Paragraph::Kind::title});
    Table departments =
        table("各科室", {6, 2, 2, 3, 2, 2, 2},
              {"科室", "在办", "逾期", "五个工作日内到期", "任务", "已完成", "逾期任务"});
    for (const DepartmentLine& one : supervision.lines)
        departments.rows.push_back({words(one.title), number(one.open), number(one.late),
                                    number(one.due_soon), number(one.tasks),
                                    number(one.tasks_finished), number(one.tasks_late)});
    add(page, "一、各科室", std::move(departments));
    const auto department = [&](const std::string& code) {
        for (const DepartmentLine& one : supervision.lines) {
            if (one.code == code) return one.title;
        }
        return code;
    };
    Table tasks = table("方案任务", {6, 3, 4, 3, 3, 4, 6},
                        {"任务", "科室", "完成时限", "状态", "逾期（工作日）", "证据", "下一步"});
    for (const TaskItem& one : supervision.tasks) {
        const std::string evidence =
            one.evidence +
            (one.attachments == 0 ? "" : fmt::format("（附件 {} 个）", one.attachments));
        tasks.rows.push_back({words(one.title.empty() ? std::to_string(one.document) : one.title),
                              words(department(one.department)),
                              words(one.due ? engine::to_string(*one.due) : "未定"),
                              words(one.state_title), number(one.working_days_late),
                              words(evidence), words(next_words(one.next))});
    }
    add(page, "二、方案任务", std::move(tasks));
    Table late = table("逾期事项", {5, 3, 4, 4, 3, 4, 7},
                       {"文件", "科室", "时限", "应于", "逾期（工作日）", "依据", "下一步"});
    for (const LateItem& one : supervision.late)
        late.rows.push_back({words(one.title.empty() ? std::to_string(one.document) : one.title),
                             words(department(one.department)), words(one.limit_title),
                             words(engine::to_string(one.due)), number(one.working_days),
                             words(joined(one.basis)), words(next_words(one.next))});
    add(page, "三、逾期事项（最久的在前）", std::move(late));
    if (supervision.all_late > supervision.late.size())
        page.blocks.push_back(Paragraph{
            fmt::format("另有逾期 {} 项未列出。", supervision.all_late - supervision.late.size())});
    return page;
}

}  // namespace gongkai::app
