#include "language/supervision_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "language/report_roles.hpp"
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

const KeyTable kSupervisionKeys{"supervision", "a supervision", "落实情况", kSupervision,
                                kSupervisionRequired};
const KeyTable kPlansKeys{"plans", "`plans`", "“plans”", kPlans, kPlans};
const KeyTable kTasksKeys{"tasks", "`tasks`", "“tasks”", kTasks, kTasks};
// Keys of a plan and of its tasks that are no fields of their flows.
constexpr Words<5> kPlan{"plan", "department", "basis", "tasks", "fields"};
constexpr Words<3> kEntry{"id", "department", "fields"};
// A task that has no `id` of its own goes by its place in the plan, 二(三)1.
constexpr const char* kReference = "plan_reference";

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

std::string read_id(const Node& node, Shape& shape) {
    std::string id = shape.text(node);
    const bool fits = id.size() <= 120 && id.find('\n') == std::string::npos;
    if (id.empty() || fits) return id;
    shape.error(node.span, "bad_code",
                {"an id is one line of at most 120 bytes", "编号应为一行，至多 120 字节"});
    return {};
}

void missing(const Node& node, Shape& shape, const char* key) {
    shape.error(node.span, "missing_key",
                {fmt::format("the key `{}` is missing", key), fmt::format("缺少键“{}”", key)});
}

void read_fields(const Node& node, Shape& shape, const engine::Definition* flow,
                 std::span<const std::string_view> others, PlanEntry& out) {
    for (const Node::Entry& entry : node.entries) {
        if (std::find(others.begin(), others.end(), entry.key) != others.end()) continue;
        if (flow != nullptr) check_field(entry.key_span, entry.key, shape, *flow, std::nullopt);
        out.fields.emplace_back(entry.key, shape.text(entry.value));
    }
}

// Fields stand beside the other keys, or under `fields`.
void read_entry(const Node& node, Shape& shape, const engine::Definition* flow,
                std::span<const std::string_view> others, PlanEntry& out) {
    if (const Node* department = node.find("department")) {
        out.department = shape.text(*department);
    } else {
        missing(node, shape, "department");
    }
    read_fields(node, shape, flow, others, out);
    const Node* fields = node.find("fields");
    if (fields == nullptr) return;
    if (fields->is_map()) {
        read_fields(*fields, shape, flow, {}, out);
    } else {
        shape.error(fields->span, "wrong_shape",
                    {"fields and their values are expected here", "此处应为字段及其内容"});
    }
}

const Node* id_of(const Node& task) {
    const Node* id = task.find("id");
    return id != nullptr ? id : task.find(kReference);
}

void read_tasks(const Node& tasks, Shape& shape, const engine::Definition* flow, PlanFile& out) {
    std::map<std::string, Span> seen;
    for (const Node& node : tasks.items) {
        if (!node.is_map()) {
            shape.error(node.span, "wrong_shape", {"a task is a mapping", "任务应为映射"});
            continue;
        }
        PlanEntry& entry = out.tasks.emplace_back();
        read_entry(node, shape, flow, kEntry, entry);
        const Node* id = id_of(node);
        if (id == nullptr) {
            missing(node, shape, "id");
            continue;
        }
        entry.id = read_id(*id, shape);
        const auto [first, fresh] = seen.emplace(entry.id, id->span);
        if (fresh || entry.id.empty()) continue;
        const auto line = shape.reporter().line(first->second);
        shape.error(id->span, "duplicate_item",
                    {fmt::format("the task {} already stands in line {}", entry.id, line),
                     fmt::format("任务编号 {} 已见于第 {} 行", entry.id, line)});
    }
}

}  // namespace

SupervisionReading read_supervision_mapping(const SourceFile& file,
                                            std::span<const engine::Definition* const> flows,
                                            std::span<const Role> roles) {
    SupervisionReading out;
    Reporter reporter;
    Shape shape(reporter);
    const FileId id = reporter.add(file);
    const auto root = parse_yaml(id, reporter);
    SupervisionMapping mapping;
    if (root && shape.map(*root, kSupervisionKeys)) {
        if (const Node* readers = root->find("readers"))
            mapping.readers = report_roles(*readers, shape, roles);
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
    if (root && root->is_map()) {
        if (const Node* name = root->find("plan")) {
            read.name = read_id(*name, shape);
        } else {
            missing(*root, shape, "plan");
        }
        read_entry(*root, shape, plan, kPlan, read.plan);
        const Node* tasks = root->find("tasks");
        if (tasks == nullptr) {
            missing(*root, shape, "tasks");
        } else if (!tasks->is_list()) {
            shape.error(tasks->span, "wrong_shape", {"`tasks` is a list", "“tasks”应为任务的列表"});
        } else {
            read_tasks(*tasks, shape, task, read);
        }
    } else if (root) {
        shape.error(root->span, "wrong_shape", {"a plan is a mapping", "方案应为映射"});
    }
    if (!reporter.failed()) out.plan = std::move(read);
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
