#include "language/habit_reader.hpp"

#include <algorithm>
#include <array>

namespace gongkai::language {

using engine::FieldType;

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<10> kFlow{"share",   "seasons", "departments", "opens_with", "values",
                          "weights", "waits",   "fills",       "relates",    "rests"};
constexpr Words<1> kFlowRequired{"departments"};

const KeyTable kFlowHabitKeys{"flow_habit", "a flow's habits", "流程的情况", kFlow, kFlowRequired};

}  // namespace

const engine::Field* HabitReader::field(const Name& name, const engine::Definition* flow,
                                        bool derived) {
    std::vector<std::string> names;
    for (const engine::Definition* one : flows_) {
        if (flow != nullptr && one != flow) continue;
        for (const engine::Field& field : one->fields) {
            if (field.name == name.text && (derived || !field.derived) && !field.assigned)
                return &field;
            names.push_back(field.name);
        }
    }
    shape_.error(name.span, "unknown_field",
                 {fmt::format("there is no field `{}` that people fill", name.text),
                  fmt::format("没有由人填写的字段“{}”", name.text)},
                 did_you_mean(name.text, names));
    return nullptr;
}

void HabitReader::values(const Node& node, const engine::Definition* flow,
                         std::map<std::string, FieldHabit>& out) {
    shape_.named(node, "values", "取值", [&](Name name, const Node& value) {
        if (const engine::Field* of = field(name, flow, true)) out[name.text] = habit(value, *of);
    });
}

FieldHabit HabitReader::habit(const Node& node, const engine::Field& field) {
    FieldHabit out;
    switch (field.type) {
        case FieldType::number:
            if (node.is_text() && (node.text == "this year" || node.text == "last year")) {
                out.kind = node.text == "this year" ? FieldHabit::Kind::this_year
                                                    : FieldHabit::Kind::last_year;
                break;
            }
            [[fallthrough]];
        case FieldType::date:
        case FieldType::moment:
            out.range = shape_.range(node, -1'000'000);
            break;
        case FieldType::choice:
        case FieldType::flag:
            out.kind = FieldHabit::Kind::choices;
            choices(node, field, out);
            break;
        case FieldType::text:
            out.kind = FieldHabit::Kind::texts;
            shape_.each(node, [&](const Node& one) { out.texts.push_back(shape_.text(one)); });
            break;
        case FieldType::table:
            shape_.error(node.span, "wrong_type",
                         {"tables are made up by themselves", "表格自动生成，不必写"});
    }
    return out;
}

void HabitReader::choices(const Node& node, const engine::Field& field, FieldHabit& out) {
    std::vector<engine::NamedChoice> all = field.choices;
    if (field.type == FieldType::flag) all = {{"yes", {}}, {"no", {}}};
    shape_.named(node, "choices", "选项", [&](Name name, const Node& weight) {
        if (!shape_.known(
                name, all, [](const auto& choice) { return choice.name; }, "unknown_choice",
                "choice", "选项"))
            return;
        if (const auto value = shape_.number(weight, 0, kMostOfAHabit))
            out.choices.emplace_back(name.text, *value);
    });
    const bool possible = std::any_of(out.choices.begin(), out.choices.end(),
                                      [](const auto& one) { return one.second > 0; });
    if (!possible)
        shape_.error(node.span, "bad_value",
                     {"one choice at least has a weight", "至少一个选项应有权重"});
}

void HabitReader::flows(const Node& node, OfficeYear& year) {
    shape_.named(node, "flows", "流程", [&](Name name, const Node& value) {
        if (!shape_.known(
                name, flows_, [](const auto* flow) { return flow->flow; }, "unknown_flow", "flow",
                "流程"))
            return;
        const auto of = std::find_if(flows_.begin(), flows_.end(),
                                     [&](const auto* flow) { return flow->flow == name.text; });
        habit(value, **of, year.flows.emplace_back());
    });
    for (const engine::Definition* flow : flows_) {
        if (year.flow(flow->flow) != nullptr) continue;
        shape_.error(node.span, "missing_flow",
                     {fmt::format("nothing is said of the flow `{}`", flow->flow),
                      fmt::format("没有写流程“{}”", flow->flow)});
    }
}

void HabitReader::habit(const Node& node, const engine::Definition& flow, FlowHabit& out) {
    out.flow = flow.flow;
    if (!shape_.map(node, kFlowHabitKeys)) return;
    shape_.number(node, "share", out.share, kMostOfAHabit);
    const auto each = [&](const char* key, auto take) {
        if (const Node* value = node.find(key)) take(*value);
    };
    const auto is_state = [&](const Name& name) {
        return shape_.known(
            name, flow.states, [](const auto& state) { return state.name; }, "unknown_state",
            "state", "环节");
    };
    const auto is_action = [&](const Name& name) {
        const bool action =
            std::any_of(flow.actions.begin(), flow.actions.end(), [&](const auto& one) {
                return name.text == one.name ||
                       name.text == flow.states[one.from].name + "/" + one.name;
            });
        return action || shape_.known(
                             name, flow.actions, [](const auto& one) { return one.name; },
                             "unknown_action", "action", "动作");
    };
    each("seasons", [&](const Node& value) {
        shape_.each(value, [&](const Node& one) {
            if (auto season = shape_.season_alone(one)) out.seasons.push_back(*season);
        });
    });
    each("departments", [&](const Node& value) {
        shape_.each(value, [&](const Node& one) { out.departments.push_back(shape_.text(one)); });
    });
    each("opens_with", [&](const Node& value) {
        for (const Name& name : shape_.names(value)) {
            if (field(name, &flow) != nullptr) out.opens_with.push_back(name.text);
        }
    });
    each("values", [&](const Node& value) { values(value, &flow, out.values); });
    each("weights",
         [&](const Node& value) { shape_.numbers(value, kMostOfAHabit, is_action, out.weights); });
    each("fills", [&](const Node& value) {
        shape_.numbers(
            value, 100, [&](const Name& name) { return field(name, &flow) != nullptr; }, out.fills);
    });
    each("relates", [&](const Node& value) {
        const auto is_relation = [&](const Name& name) {
            return shape_.known(
                name, flow.relations, [](const auto& one) { return one.name; }, "unknown_relation",
                "relation", "关联");
        };
        shape_.numbers(value, 100, is_relation, out.relates);
    });
    each("waits", [&](const Node& value) {
        shape_.entries(value, is_state, [&](const Name& name, const Node& wait) {
            out.waits[name.text] = shape_.range(wait, 0);
        });
    });
    each("rests", [&](const Node& value) {
        shape_.entries(value, is_state, [&](const Name& name, const Node& one) {
            out.rests[name.text] = shape_.rest(one);
        });
    });
}

}  // namespace gongkai::language
