#include "language/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/assigned_pattern.hpp"
#include "language/expression.hpp"
#include "language/keys.hpp"
#include "language/shape.hpp"

namespace gongkai::language {

namespace {

using engine::FieldType;

constexpr std::uint32_t kDefaultTextMax = 200'000;
constexpr std::int64_t kMaxTextMax = 10'000'000;

std::vector<engine::NamedChoice> read_choices(const Node& node, Shape& shape) {
    std::vector<engine::NamedChoice> out;
    shape.named(node, "choices", "选项", [&](const Name& name, const Node& title) {
        out.push_back({name.text, shape.text(title)});
    });
    return out;
}

void read_field(Name name, const Node& node, Shape& shape, VocabularySyntax& out) {
    if (!shape.map(node, kFieldKeys)) return;
    FieldSyntax syntax;
    engine::Field& field = syntax.field;
    field.name = name.text;
    const Heading heading = shape.heading(node);
    field.title = heading.title.empty() ? name.text : heading.title;
    field.basis = heading.basis;
    if (const Node* type = node.find("type")) {
        if (const auto word = shape.word(*type, kFieldTypeWords)) {
            field.type = static_cast<FieldType>(*word);
        }
    }
    const bool sized = field.type == FieldType::text || field.type == FieldType::table;
    if (sized) field.max_size = kDefaultTextMax;
    const auto belongs = [&](const Node& value, std::string_view key, bool fits) {
        if (fits) return true;
        shape.error(value.span, "conflicting_keys",
                    {fmt::format("`{}` has no meaning for a field of this type", key),
                     fmt::format("此类型的字段不能有“{}”", key)});
        return false;
    };
    if (const Node* max = node.find("max"); max != nullptr && belongs(*max, "max", sized)) {
        if (const auto n = shape.number(*max, 1, kMaxTextMax)) {
            field.max_size = static_cast<std::uint32_t>(*n);
        }
    }
    const bool choice = field.type == FieldType::choice;
    if (const Node* choices = node.find("choices");
        choices != nullptr && belongs(*choices, "choices", choice)) {
        field.choices = read_choices(*choices, shape);
    }
    const bool table = field.type == FieldType::table;
    if (const Node* columns = node.find("columns");
        columns != nullptr && belongs(*columns, "columns", table)) {
        field.columns = read_choices(*columns, shape);
    }
    if ((choice && field.choices.empty()) || (table && field.columns.empty())) {
        shape.error(name.span, "missing_key",
                    {choice ? "a choice needs `choices`" : "a table needs `columns`",
                     choice ? "选项字段缺少“choices”" : "表格字段缺少“columns”"});
    }
    if (const Node* flag = node.find("content")) field.content = shape.flag(*flag);
    if (const Node* flag = node.find("published")) field.published = shape.flag(*flag);
    if (const Node* flag = node.find("derived")) field.derived = shape.flag(*flag);
    if (const Node* assigned = node.find("assigned");
        assigned != nullptr &&
        belongs(*assigned, "assigned", field.type == FieldType::text && !field.derived)) {
        read_assigned(*assigned, shape, syntax);
    }
    const bool timed = field.type == FieldType::date || field.type == FieldType::moment;
    if (const Node* flag = node.find("past"); flag != nullptr && belongs(*flag, "past", timed)) {
        field.past = shape.flag(*flag);
    }
    syntax.name = std::move(name);
    out.fields.push_back(std::move(syntax));
}

// No name of the vocabulary may be a word of the guard language.
void refuse_reserved(const Name& name, Shape& shape) {
    if (!is_guard_word(name.text)) return;
    shape.error(name.span, "reserved_name",
                {fmt::format("`{}` is a word of the language and cannot be a name", name.text),
                 fmt::format("“{}”是语言的保留字，不能用作名称", name.text)});
}

std::vector<RoleSyntax> read_titled(const Node& node, const KeyTable& table, Shape& shape) {
    std::vector<RoleSyntax> out;
    shape.named(node, "names", "名称", [&](Name name, const Node& value) {
        refuse_reserved(name, shape);
        if (!shape.map(value, table)) return;
        RoleSyntax role;
        role.heading = shape.heading(value);
        if (role.heading.title.empty()) role.heading.title = name.text;
        role.name = std::move(name);
        out.push_back(std::move(role));
    });
    return out;
}

void read_moment(const Node& node, Shape& shape, RuleSyntax& rule) {
    if (!shape.is_text(node)) return;
    const std::vector<Word> words = words_of(node.text);
    using engine::Moment;
    const auto add = [&](Moment moment) {
        if (std::find(rule.moments.begin(), rule.moments.end(), moment) == rule.moments.end()) {
            rule.moments.push_back(moment);
        }
    };
    if (node.text == "publish") return add(Moment::publish);
    if (node.text == "publish draft") return add(Moment::publish_draft);
    if (node.text == "always") return add(Moment::always);
    if (node.text == "resting") {
        rule.resting = true;
        return add(Moment::always);
    }
    if (words.size() == 2 && words[0].text == "enter") {
        Name tag = shape.checked({std::string(words[1].text),
                                  shape.within(node, words[1].offset, words[1].text.size())});
        if (tag.given() && rule.tag.given() && rule.tag.text != tag.text) {
            shape.error(tag.span, "conflicting_keys",
                        {"a rule speaks of one tag; write a second rule for the other",
                         "一条规则只能针对一个标记"});
            return;
        }
        rule.tag = std::move(tag);
        return add(Moment::enter_tag);
    }
    shape.error(node.span, "bad_value",
                {fmt::format("`{}` is no moment", node.text),
                 fmt::format("“{}”不是规则适用的时点", node.text)},
                {"one of: publish, publish draft, `enter TAG`, always, resting",
                 "可用：publish、publish draft、“enter 标记”、always、resting"});
}

RuleSyntax read_rule(Name name, const Node& node, Shape& shape) {
    RuleSyntax rule;
    rule.heading = shape.heading(node);
    if (const Node* at = node.find("at")) {
        shape.each(*at, [&](const Node& item) { read_moment(item, shape, rule); });
        const bool everywhere = std::any_of(at->items.begin(), at->items.end(),
                                            [](const Node& n) { return n.text == "always"; });
        if (rule.resting && everywhere) {
            shape.error(at->span, "conflicting_keys",
                        {"`always` already covers `resting`", "“always”已包含“resting”"});
        }
    }
    const Node* require = node.find("require");
    const Node* never = node.find("never");
    if ((require == nullptr) == (never == nullptr)) {
        shape.error(name.span, require == nullptr ? "missing_key" : "conflicting_keys",
                    {"a rule has either `require` or `never`", "规则应有“require”或“never”之一"});
    }
    rule.guard = require != nullptr ? require : never;
    rule.never = require == nullptr;
    if (rule.guard != nullptr && !shape.is_text(*rule.guard)) rule.guard = nullptr;
    if (const Node* flows = node.find("in")) rule.flows = shape.names(*flows);
    rule.name = std::move(name);
    return rule;
}

std::size_t count_nodes(const Node& node) {
    std::size_t sum = 1;
    for (const Node& item : node.items)
        sum += count_nodes(item);
    for (const Node::Entry& entry : node.entries)
        sum += count_nodes(entry.value);
    return sum;
}

class PutIn {
  public:
    PutIn(const std::map<std::string, const Node*>& values, Reporter& reporter)
        : values_(values), reporter_(reporter) {}

    Node copy(const Node& node, std::size_t depth) {
        if (node.is_text() && !node.quoted && node.text.starts_with('$')) {
            return value(node, depth);
        }
        Node out;
        out.kind = node.kind;
        out.span = node.span;
        out.text = node.text;
        out.quoted = node.quoted;
        if (!count(node, 1)) return out;
        if (node.is_text()) {
            out.entries = node.entries;  // put in by the one who runs this part
            mention(node, out);
            return out;
        }
        for (const Node& item : node.items)
            out.items.push_back(copy(item, depth + 1));
        for (const Node::Entry& entry : node.entries) {
            // What the parameters are is said in terms of nobody's parameters.
            const bool keep = depth == 0 && entry.key == "parameters";
            out.entries.push_back(
                {entry.key, entry.key_span, keep ? entry.value : copy(entry.value, depth + 1)});
        }
        return out;
    }

    bool failed = false;

  private:
    // Leaves the text as it is, so that diagnostics find their place in it.
    void mention(const Node& node, Node& out) {
        for (std::size_t at = node.text.find('$'); at != std::string::npos;
             at = node.text.find('$', at + 1)) {
            std::size_t end = at + 1;
            while (end < node.text.size() && is_name_character(node.text[end]))
                ++end;
            const std::string name = node.text.substr(at + 1, end - at - 1);
            const auto found = values_.find(name);
            if (found == values_.end() || found->second == nullptr) continue;
            if (out.find(name) != nullptr || !count(node, count_nodes(*found->second))) continue;
            out.entries.push_back({name, node.span, *found->second});
        }
    }

    static bool is_name_character(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }

    bool count(const Node& node, std::size_t more) {
        nodes_ += more;
        if (nodes_ <= kMaxYamlNodes) return true;
        if (!failed) {
            reporter_.error(
                node.span, "too_large",
                {"with its parameters put in, the part is too large", "代入参数后部件过大"});
        }
        failed = true;
        return false;
    }

    Node value(const Node& node, std::size_t depth) {
        const auto found = values_.find(node.text.substr(1));
        if (found == values_.end()) {
            std::vector<std::string> candidates;
            for (const auto& [name, ignored] : values_)
                candidates.push_back("$" + name);
            reporter_.error(node.span, "unknown_parameter",
                            {fmt::format("the part has no parameter `{}`", node.text),
                             fmt::format("部件没有参数“{}”", node.text)},
                            did_you_mean(node.text, candidates));
            return broken(node);
        }
        if (found->second == nullptr) return broken(node);  // reported where it should be given
        if (!count(node, count_nodes(*found->second))) return node;
        if (depth + depth_of(*found->second) > kMaxYamlDepth) {
            reporter_.error(node.span, "too_deep",
                            {"with this parameter put in, the part is nested too deeply",
                             "代入此参数后嵌套过深"});
            failed = true;
            return node;
        }
        return *found->second;
    }

    static Node broken(const Node& node) {
        Node out;
        out.span = node.span;
        out.broken = true;
        return out;
    }

    static std::size_t depth_of(const Node& node) {
        std::size_t deepest = 0;
        for (const Node& item : node.items)
            deepest = std::max(deepest, depth_of(item));
        for (const Node::Entry& entry : node.entries)
            deepest = std::max(deepest, depth_of(entry.value));
        return deepest + 1;
    }

    const std::map<std::string, const Node*>& values_;
    Reporter& reporter_;
    std::size_t nodes_ = 0;
};

}  // namespace

std::optional<FileKind> kind_of(const std::string& path, const Node& root, Reporter& reporter) {
    if (path == "vocabulary.yaml") return FileKind::vocabulary;
    if (path == "deadlines.yaml") return FileKind::limits;
    if (path == "policy.yaml") return FileKind::policy;
    const bool flow = root.find("flow") != nullptr;
    const bool part = root.find("part") != nullptr;
    if (root.is_map() && flow != part) return flow ? FileKind::flow : FileKind::part;
    reporter.error(root.span, flow ? "conflicting_keys" : "missing_key",
                   {"the file begins with either `flow: NAME` or `part: NAME`",
                    "文件应以“flow: 名称”或“part: 名称”开头"});
    return std::nullopt;
}

VocabularySyntax read_vocabulary(const Node& root, Reporter& reporter) {
    Shape shape(reporter);
    VocabularySyntax out;
    if (!shape.map(root, kVocabularyKeys)) return out;
    if (const Node* roles = root.find("roles")) out.roles = read_titled(*roles, kRoleKeys, shape);
    if (const Node* signatures = root.find("signatures")) {
        out.signatures = read_titled(*signatures, kSignatureKeys, shape);
    }
    if (const Node* groups = root.find("exclusive")) {
        shape.each(*groups, [&](const Node& group) {
            auto names = shape.names(group);
            if (!group.is_list() || names.size() < 2) {
                shape.error(
                    group.span, "wrong_shape",
                    {"a group of exclusive roles lists at least two", "互斥岗位每组至少两个"},
                    {"write `exclusive: [[a, b, c]]`", "请写成“exclusive: [[a, b, c]]”"});
                return;
            }
            out.exclusive.push_back(std::move(names));
        });
    }
    if (const Node* fields = root.find("fields")) {
        shape.named(*fields, "fields", "字段", [&](Name name, const Node& value) {
            refuse_reserved(name, shape);
            read_field(std::move(name), value, shape, out);
        });
    }
    if (const Node* groups = root.find("groups")) {
        shape.named(*groups, "groups", "字段组", [&](Name name, const Node& value) {
            refuse_reserved(name, shape);
            out.groups.push_back({std::move(name), shape.names(value)});
        });
    }
    return out;
}

std::vector<LimitSyntax> read_limits(const Node& root, Reporter& reporter) {
    Shape shape(reporter);
    std::vector<LimitSyntax> out;
    if (!shape.map(root, kLimitsKeys)) return out;
    const Node* limits = root.find("deadlines");
    if (limits == nullptr) return out;
    shape.named(*limits, "deadlines", "法定期限", [&](Name name, const Node& value) {
        if (!shape.map(value, kLimitKeys)) return;
        LimitSyntax limit;
        limit.heading = shape.heading(value);
        const auto period = shape.period(value, name.span, {"within", "at_least", "yearly"});
        if (!period) return;
        limit.minimum = period->key == "at_least";
        limit.amount = period->amount;
        limit.name = std::move(name);
        out.push_back(std::move(limit));
    });
    return out;
}

std::vector<RuleSyntax> read_policy(const Node& root, Reporter& reporter) {
    Shape shape(reporter);
    std::vector<RuleSyntax> out;
    if (!shape.map(root, kPolicyKeys)) return out;
    if (const Node* rules = root.find("policy")) {
        shape.named(*rules, "rules", "规则", [&](Name name, const Node& value) {
            if (shape.map(value, kRuleKeys)) {
                out.push_back(read_rule(std::move(name), value, shape));
            }
        });
    }
    return out;
}

std::vector<ParameterSyntax> read_parameters(const Node& part, Reporter& reporter) {
    Shape shape(reporter);
    std::vector<ParameterSyntax> out;
    const Node* parameters = part.find("parameters");
    if (parameters == nullptr) return out;
    shape.named(*parameters, "parameters", "参数", [&](Name name, const Node& value) {
        ParameterSyntax parameter;
        parameter.name = std::move(name);
        // `period:` alone is a parameter without a default.
        if (value.kind != Node::Kind::empty && shape.map(value, kParameterKeys)) {
            parameter.fallback = value.find("default");
        }
        out.push_back(std::move(parameter));
    });
    return out;
}

std::optional<Node> put_in(const Node& part, const std::map<std::string, const Node*>& values,
                           Reporter& reporter) {
    PutIn copier(values, reporter);
    Node out = copier.copy(part, 0);
    if (copier.failed) return std::nullopt;
    return out;
}

}  // namespace gongkai::language
