#include "language/office_year_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<19> kYear{"simulation", "title",     "lead_in",   "closing", "staff",
                          "holidays",   "wait",      "late",      "absent",  "mistakes",
                          "returns",    "refers_up", "stays",     "ends",    "consults",
                          "rejects",    "rest",      "sentences", "values"};
constexpr Words<2> kFlows{"weights", "flows"};
constexpr auto kYearAll = [] {
    Words<kYear.size() + kFlows.size()> all{};
    std::copy(kFlows.begin(), kFlows.end(), std::copy(kYear.begin(), kYear.end(), all.begin()));
    return all;
}();
constexpr Words<5> kYearRequired{"simulation", "wait", "rest", "sentences", "flows"};
constexpr Words<4> kStaff{"login", "name", "role", "department"};
constexpr Words<4> kHoliday{"person", "from", "to", "deputy"};
constexpr Words<3> kHolidayRequired{"person", "from", "to"};
constexpr Words<2> kLate{"of_100", "wait"};
constexpr Words<2> kRest{"of_100", "days"};
constexpr Words<2> kSeason{"from", "to"};
constexpr Words<10> kFlow{"share",   "seasons", "departments", "opens_with", "values",
                          "weights", "waits",   "fills",       "relates",    "rests"};
constexpr Words<1> kFlowRequired{"departments"};

const KeyTable kYearKeys{"office_year", "a simulated year", "模拟的一年", kYearAll, kYearRequired};
const KeyTable kStaffKeys{"staff", "a member of the staff", "人员", kStaff, kStaff};
const KeyTable kHolidayKeys{"holiday", "a holiday", "休假", kHoliday, kHolidayRequired};
const KeyTable kLateKeys{"late", "`late`", "“late”", kLate, kLate};
const KeyTable kRestKeys{"rest", "a rest", "停留", kRest, kRest};
const KeyTable kSeasonKeys{"season", "a season", "时段", kSeason, kSeason};
const KeyTable kFlowHabitKeys{"flow_habit", "a flow's habits", "流程的情况", kFlow, kFlowRequired};

constexpr std::int64_t kMost = 100'000;
using engine::FieldType;

class YearParser {
  public:
    YearParser(Reporter& reporter, std::span<const engine::Definition* const> flows)
        : shape_(reporter), flows_(flows) {}

    OfficeYear read(const Node& root) {
        OfficeYear year;
        if (!shape_.map(root, kYearKeys)) return year;
        number(root, "lead_in", year.lead_in_days, 366);
        number(root, "closing", year.closing_days, 366);
        number(root, "absent", year.absent_of_100, 100);
        number(root, "mistakes", year.mistakes_of_100, 100);
        number(root, "returns", year.returns, kMost);
        number(root, "refers_up", year.refers_up, kMost);
        number(root, "stays", year.stays, kMost);
        number(root, "ends", year.ends, kMost);
        number(root, "consults", year.consults_of_100, 100);
        number(root, "rejects", year.rejects_of_100, 100);
        if (const Node* node = root.find("wait")) year.wait = range(*node, 0);
        if (const Node* node = root.find("late"); node != nullptr && shape_.map(*node, kLateKeys)) {
            number(*node, "of_100", year.late_of_100, 100);
            if (const Node* wait = node->find("wait")) year.late_wait = range(*wait, 0);
        }
        if (const Node* node = root.find("rest")) year.rest = rest(*node);
        if (const Node* node = root.find("sentences"))
            shape_.each(*node,
                        [&](const Node& one) { year.sentences.push_back(shape_.text(one)); });
        if (const Node* node = root.find("staff"))
            shape_.each(*node, [&](const Node& one) { staff(one, year); });
        if (const Node* node = root.find("holidays"))
            shape_.each(*node, [&](const Node& one) { holiday(one, year); });
        if (const Node* node = root.find("values")) values(*node, nullptr, year.values);
        if (const Node* node = root.find("weights")) {
            std::vector<engine::Action> all;
            for (const engine::Definition* flow : flows_)
                all.insert(all.end(), flow->actions.begin(), flow->actions.end());
            const auto is_action = [&](const Name& name) {
                return known(
                    name, all, [](const auto& one) { return one.name; }, "unknown_action", "action",
                    "动作");
            };
            numbers(*node, kMost, is_action, year.weights);
        }
        if (const Node* node = root.find("flows")) habits(*node, year);
        return year;
    }

  private:
    void number(const Node& map, std::string_view key, std::int64_t& out, std::int64_t most) {
        const Node* node = map.find(key);
        if (node == nullptr) return;
        if (const auto value = shape_.number(*node, 0, most)) out = *value;
    }

    // LEAST..MOST
    Range range(const Node& node, std::int64_t least) {
        Range out;
        if (!shape_.is_text(node)) return out;
        const std::string_view text = node.text;
        const std::size_t dots = text.find("..");
        const auto read = [](std::string_view word, std::int64_t& value) {
            const auto [stop, failure] =
                std::from_chars(word.data(), word.data() + word.size(), value);
            return failure == std::errc() && stop == word.data() + word.size();
        };
        const bool one = dots == std::string_view::npos;
        const bool fits =
            read(text.substr(0, dots), out.least) &&
            (one ? (out.most = out.least, true) : read(text.substr(dots + 2), out.most)) &&
            out.least <= out.most && out.least >= least && out.most <= 1'000'000'000;
        if (fits) return out;
        shape_.error(node.span, "bad_range",
                     {fmt::format("`{}` is no range", text), fmt::format("“{}”不是范围", text)},
                     {"write it like 1..5, the smaller number first", "请写成 1..5，小数在前"});
        return {};
    }

    Season season(const Node& node) {
        Season out;
        if (const Node* from = node.find("from")) out.from = shape_.yearly(*from).count;
        if (const Node* to = node.find("to")) out.to = shape_.yearly(*to).count;
        if (out.from > out.to)
            shape_.error(node.span, "bad_range", {"it ends before it begins", "结束早于开始"},
                         {"one that goes beyond the year is written as two", "跨年的请写成两段"});
        return out;
    }

    RestHabit rest(const Node& node) {
        RestHabit out;
        if (!shape_.map(node, kRestKeys)) return out;
        number(node, "of_100", out.of_100, 100);
        if (const Node* days = node.find("days")) out.days = range(*days, 1);
        return out;
    }

    void staff(const Node& node, OfficeYear& year) {
        if (!shape_.map(node, kStaffKeys)) return;
        const auto text = [&](const char* key) {
            const Node* value = node.find(key);
            return value == nullptr ? std::string() : shape_.text(*value);
        };
        year.staff.push_back({text("login"), text("name"), text("role"), text("department")});
    }

    void holiday(const Node& node, OfficeYear& year) {
        if (!shape_.map(node, kHolidayKeys)) return;
        Holiday& one = year.holidays.emplace_back();
        if (const Node* person = node.find("person")) one.person = shape_.text(*person);
        if (const Node* deputy = node.find("deputy")) one.deputy = shape_.text(*deputy);
        one.days = season(node);
    }

    template <class Elements, class NameOf>
    bool known(const Name& name, const Elements& elements, NameOf name_of, const char* code,
               const char* what, const char* what_zh) {
        std::vector<std::string> names;
        for (const auto& element : elements) {
            if (name_of(element) == name.text) return true;
            names.push_back(name_of(element));
        }
        shape_.error(name.span, code,
                     {fmt::format("there is no {} `{}`", what, name.text),
                      fmt::format("没有{}“{}”", what_zh, name.text)},
                     did_you_mean(name.text, names));
        return false;
    }

    // nullptr, reported, where the flow (or, without one, no flow) has the field.
    const engine::Field* field(const Name& name, const engine::Definition* flow) {
        std::vector<std::string> names;
        for (const engine::Definition* one : flows_) {
            if (flow != nullptr && one != flow) continue;
            for (const engine::Field& field : one->fields) {
                if (field.name == name.text && !field.derived && !field.assigned) return &field;
                names.push_back(field.name);
            }
        }
        shape_.error(name.span, "unknown_field",
                     {fmt::format("there is no field `{}` that people fill", name.text),
                      fmt::format("没有由人填写的字段“{}”", name.text)},
                     did_you_mean(name.text, names));
        return nullptr;
    }

    void values(const Node& node, const engine::Definition* flow,
                std::map<std::string, FieldHabit>& out) {
        shape_.named(node, "values", "取值", [&](Name name, const Node& value) {
            if (const engine::Field* of = field(name, flow)) out[name.text] = habit(value, *of);
        });
    }

    FieldHabit habit(const Node& node, const engine::Field& field) {
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
                out.range = range(node, -1'000'000);
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

    void choices(const Node& node, const engine::Field& field, FieldHabit& out) {
        std::vector<engine::NamedChoice> all = field.choices;
        if (field.type == FieldType::flag) all = {{"yes", {}}, {"no", {}}};
        shape_.named(node, "choices", "选项", [&](Name name, const Node& weight) {
            if (!known(
                    name, all, [](const auto& choice) { return choice.name; }, "unknown_choice",
                    "choice", "选项"))
                return;
            if (const auto value = shape_.number(weight, 0, kMost))
                out.choices.emplace_back(name.text, *value);
        });
        const bool possible = std::any_of(out.choices.begin(), out.choices.end(),
                                          [](const auto& one) { return one.second > 0; });
        if (!possible)
            shape_.error(node.span, "bad_value",
                         {"one choice at least has a weight", "至少一个选项应有权重"});
    }

    // name: number
    void numbers(const Node& node, std::int64_t most, const std::function<bool(const Name&)>& fits,
                 std::map<std::string, std::int64_t>& out) {
        entries(node, fits, [&](const Name& name, const Node& value) {
            if (const auto n = shape_.number(value, 0, most)) out[name.text] = *n;
        });
    }
    void entries(const Node& node, const std::function<bool(const Name&)>& fits,
                 const std::function<void(const Name&, const Node&)>& take) {
        if (!node.is_map()) {
            shape_.error(node.span, "wrong_shape", {"`name: ...` is expected", "应写成“名称: …”"});
            return;
        }
        for (const Node::Entry& entry : node.entries) {
            const Name name = shape_.checked({entry.key, entry.key_span}, true);
            if (name.given() && fits(name)) take(name, entry.value);
        }
    }

    void habits(const Node& node, OfficeYear& year) {
        shape_.named(node, "flows", "流程", [&](Name name, const Node& value) {
            if (!known(
                    name, flows_, [](const auto* flow) { return flow->flow; }, "unknown_flow",
                    "flow", "流程"))
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

    void habit(const Node& node, const engine::Definition& flow, FlowHabit& out) {
        out.flow = flow.flow;
        if (!shape_.map(node, kFlowHabitKeys)) return;
        number(node, "share", out.share, kMost);
        const auto each = [&](const char* key, auto take) {
            if (const Node* value = node.find(key)) take(*value);
        };
        const auto is_state = [&](const Name& name) {
            return known(
                name, flow.states, [](const auto& state) { return state.name; }, "unknown_state",
                "state", "环节");
        };
        const auto is_action = [&](const Name& name) {
            const bool action =
                std::any_of(flow.actions.begin(), flow.actions.end(), [&](const auto& one) {
                    return name.text == one.name ||
                           name.text == flow.states[one.from].name + "/" + one.name;
                });
            return action || known(
                                 name, flow.actions, [](const auto& one) { return one.name; },
                                 "unknown_action", "action", "动作");
        };
        each("seasons", [&](const Node& value) {
            shape_.each(value, [&](const Node& one) {
                if (shape_.map(one, kSeasonKeys)) out.seasons.push_back(season(one));
            });
        });
        each("departments", [&](const Node& value) {
            shape_.each(value,
                        [&](const Node& one) { out.departments.push_back(shape_.text(one)); });
        });
        each("opens_with", [&](const Node& value) {
            for (const Name& name : shape_.names(value)) {
                if (field(name, &flow) != nullptr) out.opens_with.push_back(name.text);
            }
        });
        each("values", [&](const Node& value) { values(value, &flow, out.values); });
        each("weights", [&](const Node& value) { numbers(value, kMost, is_action, out.weights); });
        each("fills", [&](const Node& value) {
            numbers(
                value, 100, [&](const Name& name) { return field(name, &flow) != nullptr; },
                out.fills);
        });
        each("relates", [&](const Node& value) {
            const auto is_relation = [&](const Name& name) {
                return known(
                    name, flow.relations, [](const auto& one) { return one.name; },
                    "unknown_relation", "relation", "关联");
            };
            numbers(value, 100, is_relation, out.relates);
        });
        each("waits", [&](const Node& value) {
            entries(value, is_state, [&](const Name& name, const Node& wait) {
                out.waits[name.text] = range(wait, 0);
            });
        });
        each("rests", [&](const Node& value) {
            entries(value, is_state,
                    [&](const Name& name, const Node& one) { out.rests[name.text] = rest(one); });
        });
    }

    Shape shape_;
    std::span<const engine::Definition* const> flows_;
};

}  // namespace

const FlowHabit* OfficeYear::flow(std::string_view name) const {
    const auto at =
        std::find_if(flows.begin(), flows.end(), [&](const auto& one) { return one.flow == name; });
    return at == flows.end() ? nullptr : &*at;
}

OfficeYearReading read_office_year(const SourceFile& file,
                                   std::span<const engine::Definition* const> flows) {
    OfficeYearReading out;
    Reporter reporter;
    const FileId id = reporter.add(file);
    const auto root = parse_yaml(id, reporter);
    OfficeYear plan;
    if (root) plan = YearParser(reporter, flows).read(*root);
    if (!reporter.failed()) out.plan = std::move(plan);
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
