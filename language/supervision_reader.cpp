#include "language/supervision_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<4> kSupervision{"report", "readers", "plans", "tasks"};
constexpr Words<2> kSupervisionRequired{"report", "readers"};
constexpr Words<1> kPlans{"flow"};
constexpr Words<3> kTasks{"flow", "due", "evidence"};
constexpr Words<4> kPlan{"plan", "department", "fields", "tasks"};
constexpr Words<3> kEntry{"id", "department", "fields"};

const KeyTable kSupervisionKeys{"supervision", "a supervision", "落实情况", kSupervision,
                                kSupervisionRequired};
const KeyTable kPlansKeys{"plans", "`plans`", "“plans”", kPlans, kPlans};
const KeyTable kTasksKeys{"tasks", "`tasks`", "“tasks”", kTasks, kTasks};
const KeyTable kPlanKeys{"plan", "a plan", "实施方案", kPlan, kPlan};
const KeyTable kEntryKeys{"task", "a task", "任务", kEntry, kEntry};

const engine::Definition* find_flow(const Node* node, Shape& shape,
                                    std::span<const engine::Definition* const> flows,
                                    std::string& name) {
    if (node == nullptr) return nullptr;
    name = shape.text(*node);
    std::vector<std::string> names;
    for (const engine::Definition* flow : flows) {
        if (flow->flow == name) return flow;
        names.push_back(flow->flow);
    }
    if (!name.empty())
        shape.error(node->span, "unknown_flow",
                    {fmt::format("there is no flow `{}`", name), fmt::format("没有流程“{}”", name)},
                    did_you_mean(name, names));
    return nullptr;
}

void check_field(const Span& span, const std::string& name, Shape& shape,
                 const engine::Definition& flow, std::optional<engine::FieldType> type) {
    if (name.empty()) return;
    std::vector<std::string> names;
    for (const engine::Field& field : flow.fields) {
        if (field.name == name && (!type || field.type == *type)) return;
        if (!type || field.type == *type) names.push_back(field.name);
    }
    Message message{fmt::format("the flow `{}` has no field `{}`", flow.flow, name),
                    fmt::format("流程“{}”没有字段“{}”", flow.flow, name)};
    const bool other = flow.field(name) != engine::kNone;
    if (other)
        message = {fmt::format("the field `{}` of `{}` is of another type", name, flow.flow),
                   fmt::format("流程“{}”的字段“{}”类型不符", flow.flow, name)};
    shape.error(span, other ? "wrong_type" : "unknown_field", std::move(message),
                did_you_mean(name, names));
}

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

std::string read_id(const Node* node, Shape& shape) {
    if (node == nullptr) return {};
    std::string id = shape.text(*node);
    if (id.empty() || is_id(id)) return id;
    shape.error(node->span, "bad_code",
                {"an id has 1 to 40 letters, digits, '.', '_' and '-'",
                 "编号应为 1 至 40 位字母、数字、.、_ 或 -"});
    return {};
}

void read_entry(const Node& node, Shape& shape, const engine::Definition* flow, PlanEntry& out) {
    if (const Node* department = node.find("department")) out.department = shape.text(*department);
    const Node* fields = node.find("fields");
    if (fields == nullptr) return;
    if (!fields->is_map()) {
        shape.error(fields->span, "wrong_shape",
                    {"fields and their values are expected here", "此处应为字段及其内容"});
        return;
    }
    for (const Node::Entry& entry : fields->entries) {
        if (flow != nullptr) check_field(entry.key_span, entry.key, shape, *flow, std::nullopt);
        out.fields.emplace_back(entry.key, shape.text(entry.value));
    }
}

}  // namespace

SupervisionReading read_supervision_mapping(const SourceFile& file,
                                            std::span<const engine::Definition* const> flows) {
    SupervisionReading out;
    Reporter reporter;
    Shape shape(reporter);
    const FileId id = reporter.add(file);
    const auto root = parse_yaml(id, reporter);
    SupervisionMapping mapping;
    if (root && shape.map(*root, kSupervisionKeys)) {
        if (const Node* readers = root->find("readers"))
            shape.each(*readers,
                       [&](const Node& item) { mapping.readers.push_back(shape.text(item)); });
        if (const Node* plans = root->find("plans");
            plans != nullptr && shape.map(*plans, kPlansKeys))
            find_flow(plans->find("flow"), shape, flows, mapping.plan_flow);
        const Node* tasks = root->find("tasks");
        if (tasks != nullptr && shape.map(*tasks, kTasksKeys)) {
            const auto* flow = find_flow(tasks->find("flow"), shape, flows, mapping.task_flow);
            if (const Node* due = tasks->find("due")) {
                mapping.due = shape.text(*due);
                if (flow != nullptr)
                    check_field(due->span, mapping.due, shape, *flow, engine::FieldType::date);
            }
            if (const Node* evidence = tasks->find("evidence")) {
                shape.each(*evidence, [&](const Node& item) {
                    mapping.evidence.push_back(shape.text(item));
                    if (flow != nullptr)
                        check_field(item.span, mapping.evidence.back(), shape, *flow,
                                    engine::FieldType::text);
                });
            }
        }
    }
    if (!reporter.failed()) out.mapping = std::move(mapping);
    out.diagnostics = reporter.take();
    return out;
}

PlanReading read_plan(const SourceFile& file, const engine::Definition* plan,
                      const engine::Definition* task) {
    PlanReading out;
    Reporter reporter;
    Shape shape(reporter);
    const FileId id = reporter.add(file);
    const auto root = parse_yaml(id, reporter);
    PlanFile read;
    if (root && shape.map(*root, kPlanKeys)) {
        read.name = read_id(root->find("plan"), shape);
        read_entry(*root, shape, plan, read.plan);
        const Node* tasks = root->find("tasks");
        std::map<std::string, Span> seen;
        if (tasks != nullptr && !tasks->is_list()) {
            shape.error(tasks->span, "wrong_shape", {"`tasks` is a list", "“tasks”应为任务的列表"});
        } else if (tasks != nullptr) {
            for (const Node& node : tasks->items) {
                if (!shape.map(node, kEntryKeys)) continue;
                PlanEntry& entry = read.tasks.emplace_back();
                entry.id = read_id(node.find("id"), shape);
                read_entry(node, shape, task, entry);
                if (entry.id.empty()) continue;
                const auto [first, fresh] = seen.emplace(entry.id, node.find("id")->span);
                if (fresh) continue;
                shape.error(node.find("id")->span, "duplicate_item",
                            {fmt::format("the task {} already stands in line {}", entry.id,
                                         reporter.line(first->second)),
                             fmt::format("任务编号 {} 已见于第 {} 行", entry.id,
                                         reporter.line(first->second))});
            }
        }
    }
    if (!reporter.failed()) out.plan = std::move(read);
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
