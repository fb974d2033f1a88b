#include "language/duty_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "language/catalog_reader.hpp"
#include "language/shape.hpp"
#include "language/unicode.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

using engine::Duty;
using engine::DutyField;
using engine::FieldType;
using engine::Period;

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<1> kFile{"duties"};
constexpr Words<11> kDuty{"title", "basis",    "flow",        "every",  "on",   "ahead",
                          "items", "catalogs", "departments", "fields", "alike"};
constexpr Words<6> kAlike{"flow", "by", "people", "named", "at_least", "within"};
constexpr Words<3> kDutyRequired{"flow", "every", "departments"};
const KeyTable kFileKeys{"duties", "the file of duties", "到期事务", kFile, kFile};
const KeyTable kDutyKeys{"duty", "a duty", "到期事务", kDuty, kDutyRequired};

const KeyTable kAlikeKeys{"duty_alike", "what many ask for", "多人申请的事项", kAlike, kAlike};

// In the order of engine::Period.
constexpr Words<7> kPeriods{"working day", "day", "week", "month", "quarter", "half year", "year"};
const WordTable kPeriodWords{"period", kPeriods};
constexpr Words<7> kDays{"monday", "tuesday",  "wednesday", "thursday",
                         "friday", "saturday", "sunday"};
const WordTable kDayWords{"weekday", kDays};

const WordTable& start_words() {
    static const WordTable table{"start of a time limit", catalog_starts()};
    return table;
}

// Days that the shortest period of the kind has; what is due every day is opened on no other.
constexpr int days_of(Period period) {
    switch (period) {
        case Period::week:
            return 7;
        case Period::month:
            return 28;
        case Period::quarter:
            return 90;
        case Period::half_year:
            return 181;
        case Period::year:
            return 365;
        default:
            return 1;
    }
}

constexpr std::size_t kLongestCode = 64;

bool is_code(std::string_view text) {
    return !text.empty() && text.size() <= kLongestCode &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

bool is_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

class Reader {
  public:
    Reader(Reporter& reporter, std::span<const DutyFlow> flows) : shape_(reporter), flows_(flows) {}

    std::vector<Duty> read(const Node& root) {
        std::vector<Duty> out;
        const Node* duties = shape_.map(root, kFileKeys) ? root.find("duties") : nullptr;
        if (duties == nullptr) return out;
        shape_.named(*duties, "duties", "到期事务",
                     [&](const Name& name, const Node& node) { out.push_back(duty(name, node)); });
        return out;
    }

  private:
    Duty duty(const Name& name, const Node& node) {
        Duty out;
        out.name = name.text;
        if (!shape_.map(node, kDutyKeys)) return out;
        const Heading heading = shape_.heading(node);
        out.title = heading.title.empty() ? name.text : heading.title;
        out.basis = heading.basis;
        const engine::Definition* flow = nullptr;
        asks_for_alike_ = node.find("alike") != nullptr;
        if (const Node* one = node.find("flow")) flow = opened_flow(*one, out);
        if (const Node* items = node.find("items")) read_items(*items, node, out);
        if (const Node* alike = node.find("alike")) {
            out.alike = read_alike(*alike);
            for (const char* other : {"items", "ahead"}) {
                if (const Node* one = node.find(other)) {
                    shape_.error(one->span, "conflicting_keys",
                                 {fmt::format("a duty with `alike` has no `{}`", other),
                                  fmt::format("写了“alike”的事务不写“{}”", other)});
                }
            }
        }
        if (const Node* every = node.find("every")) {
            const auto period = shape_.word(*every, kPeriodWords);
            if (period) out.period = static_cast<Period>(*period);
            if (const Node* on = node.find("on"); on != nullptr && period) read_on(*on, out);
            if (const Node* ahead = node.find("ahead"); ahead != nullptr && period)
                read_ahead(*ahead, out);
        }
        if (const Node* catalogs = node.find("catalogs"); catalogs != nullptr && !out.items)
            only_with_items(catalogs->span);
        if (const Node* departments = node.find("departments")) read_departments(*departments, out);
        if (const Node* fields = node.find("fields"); fields != nullptr && flow != nullptr) {
            shape_.named(*fields, "fields", "字段", [&](const Name& field, const Node& value) {
                read_field(field, value, *flow, out);
            });
        }
        return out;
    }

    const DutyFlow* find_flow(const Node& node, std::string& name) {
        name = shape_.text(node);
        std::vector<std::string> names;
        for (const DutyFlow& flow : flows_) {
            if (flow.definition->flow == name) return &flow;
            names.push_back(flow.definition->flow);
        }
        shape_.error(
            node.span, "unknown_flow",
            {fmt::format("there is no flow `{}`", name), fmt::format("没有流程“{}”", name)},
            did_you_mean(name, names));
        return nullptr;
    }

    const engine::Definition* opened_flow(const Node& node, Duty& out) {
        const DutyFlow* flow = find_flow(node, out.flow);
        if (flow == nullptr) return nullptr;
        if (!flow->definition->clock_opens) {
            shape_.error(node.span, "not_for_clock",
                         {fmt::format("the clock may not open a document of `{}`", out.flow),
                          fmt::format("流程“{}”不能由系统到期发起", out.flow)},
                         {"write `clock` in the flow's `open`", "在该流程的“open”中写上 clock"});
        }
        return flow->definition;
    }

    // What many ask for; nullopt where it is not said right.
    std::optional<engine::DutyAlike> read_alike(const Node& node) {
        engine::DutyAlike out;
        if (!shape_.map(node, kAlikeKeys)) return std::nullopt;
        if (const Node* one = node.find("at_least")) {
            if (const auto number = shape_.number(*one, 2, 1'000))
                out.at_least = static_cast<int>(*number);
        }
        if (const Node* one = node.find("within")) {
            out.within = shape_.amount(*one);
            if (out.within.unit != engine::Unit::days && out.within.unit != engine::Unit::months) {
                shape_.error(
                    one->span, "bad_amount",
                    {"how far back is said in days or months", "回溯的时间写天数或者月数"});
            }
        }
        const Node* of = node.find("flow");
        const DutyFlow* flow = of == nullptr ? nullptr : find_flow(*of, out.flow);
        if (flow == nullptr) return std::nullopt;
        if (const Node* one = node.find("by")) find_group(*one, *flow, out.by);
        if (const Node* one = node.find("people")) {
            const AlikeGroup* people = find_group(*one, *flow, out.people);
            if (people != nullptr && !people->near.empty()) {
                shape_.error(one->span, "type_error",
                             {"people are told apart by fields that are equal, not near",
                              "是否同一人只能按相同的字段判断"});
            }
        }
        if (const Node* one = node.find("named")) {
            out.named = shape_.text(*one);
            const engine::FieldId id = flow->definition->field(out.named);
            if (id == engine::kNone) {
                shape_.error(one->span, "unknown_field",
                             {fmt::format("the flow `{}` has no field `{}`", out.flow, out.named),
                              fmt::format("流程“{}”没有字段“{}”", out.flow, out.named)});
            } else if (flow->definition->fields[id].type != FieldType::text) {
                shape_.error(one->span, "type_error",
                             {"a document is named by a text", "文件的编号须为文字字段"});
            }
        }
        return out;
    }

    const AlikeGroup* find_group(const Node& node, const DutyFlow& flow, std::string& name) {
        name = shape_.text(node);
        std::vector<std::string> names;
        for (const AlikeGroup& group : flow.alike) {
            if (group.name == name) return &group;
            names.push_back(group.name);
        }
        shape_.error(node.span, "unknown_alike",
                     {fmt::format("the flow `{}` does not say under `alike` what `{}` is",
                                  flow.definition->flow, name),
                      fmt::format("流程“{}”的“alike”中没有“{}”", flow.definition->flow, name)},
                     did_you_mean(name, names));
        return nullptr;
    }

    void read_on(const Node& node, Duty& out) {
        switch (out.period) {
            case Period::working_day:
            case Period::day:
                shape_.error(node.span, "conflicting_keys",
                             {"what is due every day has no `on`", "每天的事务不写“on”"});
                return;
            case Period::week:
                if (const auto day = shape_.word(node, kDayWords))
                    out.day = static_cast<int>(*day) + 1;
                return;
            case Period::year: {
                if (node.text == "item") {
                    if (out.items) {
                        out.items->own_day = true;
                    } else {
                        only_with_items(node.span);
                    }
                    return;
                }
                const engine::Amount day = shape_.yearly(node);
                out.month = day.count / 100;
                out.day = day.count % 100;
                return;
            }
            default:
                if (const auto day = shape_.number(node, 1, 31)) out.day = static_cast<int>(*day);
        }
    }

    void read_items(const Node& node, const Node& duty, Duty& out) {
        engine::DutyItems items;
        shape_.each(node, [&](const Node& one) {
            if (const auto start = shape_.word(one, start_words()))
                items.from.emplace_back(catalog_starts()[*start]);
        });
        if (const Node* catalogs = duty.find("catalogs")) {
            shape_.each(*catalogs,
                        [&](const Node& one) { items.catalogs.push_back(shape_.text(one)); });
        }
        if (node.is_list() && node.items.empty()) {
            shape_.error(node.span, "missing_key",
                         {"say what the items' time limits count from", "写明事项期限的起算点"});
        }
        out.items = std::move(items);
    }

    void read_ahead(const Node& node, Duty& out) {
        const int most = days_of(out.period) - 1;
        if (most == 0) {
            shape_.error(node.span, "conflicting_keys",
                         {"what is due every day is opened on that day", "每天的事务当天发起"});
        } else if (const auto days = shape_.number(node, 1, most)) {
            out.ahead = static_cast<int>(*days);
        }
    }

    void only_with_items(const Span& span) {
        shape_.error(span, "missing_key",
                     {"only a duty with `items` looks after items of the catalogue",
                      "写了“items”的事务，才按目录事项发起"});
    }

    void only_with_alike(const Span& span) {
        shape_.error(span, "missing_key",
                     {"only a duty with `alike` knows what many ask for",
                      "写了“alike”的事务，才有多人申请的件数、编号"});
    }

    void read_departments(const Node& node, Duty& out) {
        shape_.each(node, [&](const Node& one) {
            const std::string code = shape_.text(one);
            const bool twice = std::find(out.departments.begin(), out.departments.end(), code) !=
                               out.departments.end();
            if (!is_code(code)) {
                shape_.error(one.span, "bad_code",
                             {"a department is written as its code: letters, digits, _ and -",
                              "部门写代码：字母、数字、_ 和 -"});
            } else if (twice) {
                shape_.error(
                    one.span, "duplicate_item",
                    {fmt::format("`{}` stands here already", code), fmt::format("“{}”重复", code)});
            } else {
                out.departments.push_back(code);
            }
        });
        if (node.is_list() && node.items.empty()) {
            shape_.error(node.span, "missing_key",
                         {"a duty has at least one department", "至少写一个部门"});
        }
    }

    void read_field(const Name& name, const Node& node, const engine::Definition& flow, Duty& out) {
        const engine::FieldId id = flow.field(name.text);
        const auto& editable = flow.states[flow.start].editable;
        if (id == engine::kNone ||
            std::find(editable.begin(), editable.end(), id) == editable.end()) {
            std::vector<std::string> names;
            for (const engine::FieldId one : editable)
                names.push_back(flow.fields[one].name);
            const bool known = id != engine::kNone;
            Message message{fmt::format("the flow `{}` has no field `{}`", flow.flow, name.text),
                            fmt::format("流程“{}”没有字段“{}”", flow.flow, name.text)};
            if (known)
                message = {
                    fmt::format("the field `{}` cannot be set at the start of `{}`", name.text,
                                flow.flow),
                    fmt::format("字段“{}”在流程“{}”的起始环节不能填写", name.text, flow.flow)};
            shape_.error(name.span, known ? "field_not_editable" : "unknown_field",
                         std::move(message), did_you_mean(name.text, names));
            return;
        }
        DutyField field{name.text, DutyField::Source::value, shape_.text(node)};
        const engine::Field& what = flow.fields[id];
        const bool of_item =
            what.type == FieldType::text && engine::with_item(field.text, {"", ""}) != field.text;
        if (of_item && !out.items) return only_with_items(node.span);
        const bool of_crowd = what.type == FieldType::text
                                  ? engine::with_crowd(field.text, {}) != field.text
                                  : what.type == FieldType::number &&
                                        (field.text == "documents" || field.text == "people");
        if (of_crowd && !asks_for_alike_) return only_with_alike(node.span);
        if (what.type == FieldType::date && field.text == "today") {
            field.source = DutyField::Source::today;
        } else if (what.type == FieldType::date && field.text == "day") {
            field.source = DutyField::Source::day;
        } else if (what.type == FieldType::number && field.text == "year") {
            field.source = DutyField::Source::year;
        } else if (what.type == FieldType::number && field.text == "last year") {
            field.source = DutyField::Source::last_year;
        } else if (of_crowd && what.type == FieldType::number) {
            field.source =
                field.text == "people" ? DutyField::Source::people : DutyField::Source::documents;
        } else if (!fits(what, field.text)) {
            shape_.error(node.span, "wrong_type",
                         {fmt::format("`{}` is no value of the field `{}`", field.text, name.text),
                          fmt::format("“{}”不能作为字段“{}”的值", field.text, name.text)});
            return;
        }
        out.fields.push_back(std::move(field));
    }

    // Any day will do: all are equally long.
    static std::string longest(const std::string& text) {
        const std::string of_item = engine::with_item(
            text,
            {std::string(engine::kItemCodeMax, 'x'), std::string(engine::kItemTitleMax, 'x')});
        const std::string of_crowd =
            engine::with_crowd(of_item, {{},
                                         std::string(engine::kCrowdNumberMax, 'x'),
                                         std::string(engine::kCrowdNumbersMax, 'x'),
                                         9'999,
                                         9'999});
        return engine::with_day(of_crowd, engine::to_date(2026, 1, 1));
    }

    static bool fits(const engine::Field& field, const std::string& text) {
        switch (field.type) {
            case FieldType::text:
                return !text.empty() && count_code_points(longest(text)) <= field.max_size;
            case FieldType::choice:
                return std::any_of(field.choices.begin(), field.choices.end(),
                                   [&](const auto& choice) { return choice.name == text; });
            case FieldType::flag:
                return text == "yes" || text == "no";
            case FieldType::number:
                return is_number(text);
            case FieldType::date:
                return engine::parse_date(text).has_value();
            default:
                return false;  // tables and moments have no constant
        }
    }

    Shape shape_;
    bool asks_for_alike_ = false;  // the duty that is read
    std::span<const DutyFlow> flows_;
};

}  // namespace

DutyReading read_duties(const SourceFile& file, std::span<const DutyFlow> flows) {
    DutyReading out;
    Reporter reporter;
    if (const auto tree = parse_yaml(reporter.add(file), reporter)) {
        auto duties = Reader(reporter, flows).read(*tree);
        if (!reporter.failed()) out.duties = std::move(duties);
    }
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
