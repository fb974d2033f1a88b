#include "language/report_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "language/report_roles.hpp"
#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<10> kAnnual{
    "report",      "title",    "basis",    "readers",  "texts", "normative_documents",
    "enforcement", "requests", "remedies", "published"};
constexpr Words<7> kAnnualRequired{"report",      "readers",  "texts",   "normative_documents",
                                   "enforcement", "requests", "remedies"};
constexpr Words<5> kTexts{"flow", "year", "overview", "problems", "other"};
constexpr Words<6> kRules{"flow", "leave_out", "made", "ended", "kinds", "validity"};
constexpr Words<5> kRulesRequired{"flow", "made", "ended", "kinds", "validity"};
constexpr Words<7> kEnforcement{"flow",       "confirmed_in", "year", "licensing",
                                "punishment", "coercion",     "fees"};
constexpr Words<7> kEnforcementRequired = kEnforcement;
constexpr Words<6> kRequests{"flow", "leave_out", "received", "concluded", "applicants", "results"};
constexpr Words<5> kRequestsRequired{"flow", "received", "concluded", "applicants", "results"};
constexpr Words<6> kRemedies{"flow", "leave_out", "filed", "closed", "kinds", "results"};
constexpr Words<5> kRemediesRequired{"flow", "filed", "closed", "kinds", "results"};
constexpr Words<3> kPublished{"requests", "regulations", "normativeDocuments"};

const KeyTable kAnnualKeys{"annual", "an annual report", "年度报告", kAnnual, kAnnualRequired};
const KeyTable kTextKeys{"texts", "`texts`", "“texts”", kTexts, kTexts};
const KeyTable kRuleRegisterKeys{"normative_documents", "`normative_documents`",
                                 "“normative_documents”", kRules, kRulesRequired};
const KeyTable kEnforcementKeys{"enforcement", "`enforcement`", "“enforcement”", kEnforcement,
                                kEnforcementRequired};
const KeyTable kRequestKeys{"requests", "`requests`", "“requests”", kRequests, kRequestsRequired};
const KeyTable kRemedyKeys{"remedies", "`remedies`", "“remedies”", kRemedies, kRemediesRequired};
const KeyTable kPublishedKeys{"published", "a published year", "已公布的年度", kPublished,
                              kPublished};

constexpr Words<2> kValidity{"in_force", "ended"};
constexpr std::int64_t kMostCount = 1'000'000'000;

using engine::FieldType;

const char* word(FieldType type) {
    constexpr const char* words[] = {"flag", "number", "date", "choice", "text", "table"};
    const auto index = static_cast<std::size_t>(type);
    return index < std::size(words) ? words[index] : "other";
}

class AnnualParser {
  public:
    AnnualParser(Reporter& reporter, std::span<const engine::Definition* const> flows,
                 std::span<const Role> roles)
        : shape_(reporter), flows_(flows), roles_(roles) {}
    AnnualMapping read(const Node& root);

  private:
    // Of the section that is read now; nullptr where its flow is not known.
    const engine::Definition* flow_ = nullptr;

    void begin(const Node& section, std::string& flow);
    std::vector<std::string> states(const Node* node);
    std::string field(const Node* node, FieldType type);
    const engine::Field* find_field(const Node& node, FieldType type);
    ChoiceMap choices(const Node* node, std::span<const std::string_view> paths);
    void cells(const Node& node, std::span<const std::string_view> paths,
               const std::function<void(std::size_t, const Node&)>& each);
    void map_choice(const Node& node, std::size_t index, const engine::Field* field, ChoiceMap& out,
                    std::map<std::string, Span>& seen);
    void published(const Node& node, AnnualMapping& out);

    Shape shape_;
    std::span<const engine::Definition* const> flows_;
    std::span<const Role> roles_;
};

void AnnualParser::begin(const Node& section, std::string& flow) {
    flow_ = nullptr;
    const Node* node = section.find("flow");
    if (node == nullptr) return;
    flow = shape_.text(*node);
    std::vector<std::string> names;
    for (const engine::Definition* one : flows_) {
        if (one->flow == flow) flow_ = one;
        names.push_back(one->flow);
    }
    if (flow_ != nullptr || flow.empty()) return;
    shape_.error(node->span, "unknown_flow",
                 {fmt::format("there is no flow `{}`", flow), fmt::format("没有流程“{}”", flow)},
                 did_you_mean(flow, names));
}

std::vector<std::string> AnnualParser::states(const Node* node) {
    std::vector<std::string> out;
    if (node == nullptr) return out;
    shape_.each(*node, [&](const Node& item) {
        const std::string state = shape_.text(item);
        out.push_back(state);
        if (flow_ == nullptr || state.empty() || flow_->state(state) != engine::kNone) return;
        std::vector<std::string> names;
        for (const engine::State& one : flow_->states)
            names.push_back(one.name);
        shape_.error(item.span, "unknown_state",
                     {fmt::format("the flow `{}` has no state `{}`", flow_->flow, state),
                      fmt::format("流程“{}”没有环节“{}”", flow_->flow, state)},
                     did_you_mean(state, names));
    });
    return out;
}

const engine::Field* AnnualParser::find_field(const Node& node, FieldType type) {
    const std::string name = shape_.text(node);
    if (flow_ == nullptr || name.empty()) return nullptr;
    std::vector<std::string> names;
    for (const engine::Field& one : flow_->fields) {
        if (one.name != name) {
            if (one.type == type) names.push_back(one.name);
            continue;
        }
        if (one.type == type) return &one;
        shape_.error(
            node.span, "wrong_type",
            {fmt::format("`{}` is a {}, and a {} is counted by here", name, word(one.type),
                         word(type)),
             fmt::format("字段“{}”的类型是 {}，此处需要 {}", name, word(one.type), word(type))});
        return nullptr;
    }
    shape_.error(node.span, "unknown_field",
                 {fmt::format("the flow `{}` has no field `{}`", flow_->flow, name),
                  fmt::format("流程“{}”没有字段“{}”", flow_->flow, name)},
                 did_you_mean(name, names));
    return nullptr;
}

std::string AnnualParser::field(const Node* node, FieldType type) {
    if (node == nullptr || node->kind == Node::Kind::empty) return {};
    find_field(*node, type);
    return shape_.is_text(*node) ? node->text : std::string();
}

// Walks a mapping whose paths ("denied.stateSecret") are all to be there.
void AnnualParser::cells(const Node& node, std::span<const std::string_view> paths,
                         const std::function<void(std::size_t, const Node&)>& each) {
    std::vector<bool> met(paths.size());
    const std::function<void(const Node&, const std::string&)> walk = [&](const Node& map,
                                                                          const std::string& over) {
        for (const Node::Entry& entry : map.entries) {
            if (over.empty() && entry.key == "field") continue;
            const std::string path = over + entry.key;
            const auto found = std::find(paths.begin(), paths.end(), path);
            if (found != paths.end()) {
                const auto index = static_cast<std::size_t>(found - paths.begin());
                met[index] = true;
                each(index, entry.value);
                continue;
            }
            std::vector<std::string> names;
            bool group = false;
            for (const std::string_view one : paths) {
                if (one.substr(0, over.size()) != over) continue;
                const std::string_view rest = one.substr(over.size());
                names.emplace_back(rest.substr(0, rest.find('.')));
                group = group || one.starts_with(path + ".");
            }
            if (!group) {
                shape_.error(entry.key_span, "unknown_key",
                             {fmt::format("the form has no `{}` here", entry.key),
                              fmt::format("报告表格此处没有“{}”", entry.key)},
                             did_you_mean(entry.key, names));
            } else if (!entry.value.is_map()) {
                if (!entry.value.broken)
                    shape_.error(entry.value.span, "wrong_shape",
                                 {fmt::format("`{}` has parts of its own in the form", path),
                                  fmt::format("报告表格中“{}”还分为若干项", path)});
            } else {
                walk(entry.value, path + ".");
            }
        }
    };
    walk(node, "");
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (met[i]) continue;
        shape_.error(node.span, "missing_key",
                     {fmt::format("`{}` of the form is missing", paths[i]),
                      fmt::format("缺少报告表格的“{}”", paths[i])},
                     {"write `[]` where nothing counts as it", "没有对应情形的，写 []"});
    }
}

void AnnualParser::map_choice(const Node& node, std::size_t index, const engine::Field* field,
                              ChoiceMap& out, std::map<std::string, Span>& seen) {
    const std::string choice = shape_.text(node);
    if (choice.empty()) return;
    if (field != nullptr) {
        std::vector<std::string> names;
        for (const engine::NamedChoice& one : field->choices)
            names.push_back(one.name);
        if (std::find(names.begin(), names.end(), choice) == names.end()) {
            shape_.error(node.span, "unknown_choice",
                         {fmt::format("`{}` has no choice `{}`", field->name, choice),
                          fmt::format("字段“{}”没有选项“{}”", field->name, choice)},
                         did_you_mean(choice, names));
            return;
        }
    }
    if (const auto [first, fresh] = seen.emplace(choice, node.span); !fresh) {
        const auto line = shape_.reporter().line(first->second);
        shape_.error(node.span, "duplicate_choice",
                     {fmt::format("`{}` is counted in line {} already", choice, line),
                      fmt::format("“{}”已在第 {} 行计入", choice, line)},
                     {"a document is counted in one row only", "一件只计一种情形"});
        return;
    }
    out.counts_as[choice] = index;
}

ChoiceMap AnnualParser::choices(const Node* node, std::span<const std::string_view> paths) {
    ChoiceMap out;
    if (node == nullptr || node->broken) return out;
    if (!node->is_map()) {
        shape_.error(node->span, "wrong_shape",
                     {"a field and what its choices count as are expected here",
                      "此处应写明字段以及各选项计入何处"});
        return out;
    }
    const Node* named = node->find("field");
    const engine::Field* field = nullptr;
    if (named == nullptr) {
        shape_.error(node->span, "missing_key",
                     {"the key `field` is missing: the choice field that is counted by",
                      "缺少键“field”：按哪个选项字段计数"});
    } else {
        field = find_field(*named, FieldType::choice);
        out.field = shape_.is_text(*named) ? named->text : std::string();
    }
    std::map<std::string, Span> seen;
    cells(*node, paths, [&](std::size_t index, const Node& value) {
        shape_.each(value, [&](const Node& item) { map_choice(item, index, field, out, seen); });
    });
    if (field == nullptr) return out;
    for (const engine::NamedChoice& one : field->choices) {
        if (seen.count(one.name) != 0) continue;
        shape_.error(
            named->span, "unmapped_choice",
            {fmt::format("the choice `{}` of `{}` counts as nothing", one.name, out.field),
             fmt::format("字段“{}”的选项“{}”（{}）没有计入任何一行", out.field, one.name,
                         one.title)},
            {"every document has to be counted in exactly one row", "每一件都必须恰好计入一行"});
    }
    return out;
}

void AnnualParser::published(const Node& node, AnnualMapping& out) {
    if (!node.is_map()) {
        shape_.error(
            node.span, "wrong_shape",
            {"`published` maps years to their figures", "“published”应为年度到数字的映射"});
        return;
    }
    for (const Node::Entry& entry : node.entries) {
        int year = 0;
        for (const char c : entry.key)
            year = c >= '0' && c <= '9' && year < 10'000 ? year * 10 + (c - '0') : 10'000;
        if (year < 2008 || year > 2199) {
            shape_.error(entry.key_span, "bad_year",
                         {fmt::format("`{}` is no year of a report", entry.key),
                          fmt::format("“{}”不是报告年度", entry.key)},
                         {"2008 to 2199", "2008 至 2199"});
            continue;
        }
        if (!shape_.map(entry.value, kPublishedKeys)) continue;
        AnnualMapping::Published figures;
        if (const Node* requests = entry.value.find("requests")) {
            if (requests->is_map()) {
                cells(*requests, kApplicantColumns, [&](std::size_t index, const Node& value) {
                    figures.carried_forward[index] =
                        shape_.number(value, 0, kMostCount).value_or(0);
                });
            } else {
                shape_.error(requests->span, "wrong_shape",
                             {"what was carried forward, by applicant, is expected here",
                              "此处应按申请人类别列出结转件数"});
            }
        }
        for (std::size_t i = 0; i < kRuleRows.size(); ++i) {
            if (const Node* valid = entry.value.find(kRuleRows[i]))
                figures.valid[i] = shape_.number(*valid, 0, kMostCount).value_or(0);
        }
        out.published[year] = figures;
    }
}

AnnualMapping AnnualParser::read(const Node& root) {
    AnnualMapping out;
    if (!shape_.map(root, kAnnualKeys)) return out;
    if (const Node* report = root.find("report"); report != nullptr && report->text != "annual") {
        shape_.error(report->span, "bad_value",
                     {"the report of this file is `annual`", "本文件的报告名称应为 annual"});
    }
    if (const Node* title = root.find("title")) out.title = shape_.text(*title);
    if (const Node* basis = root.find("basis"))
        shape_.each(*basis, [&](const Node& item) { out.basis.push_back(shape_.text(item)); });
    if (const Node* readers = root.find("readers"))
        out.readers = report_roles(*readers, shape_, roles_);
    if (const Node* node = root.find("texts"); node != nullptr && shape_.map(*node, kTextKeys)) {
        begin(*node, out.texts.flow);
        out.texts.year = field(node->find("year"), FieldType::number);
        out.texts.overview = field(node->find("overview"), FieldType::text);
        out.texts.problems = field(node->find("problems"), FieldType::text);
        out.texts.other = field(node->find("other"), FieldType::text);
    }
    if (const Node* node = root.find("normative_documents");
        node != nullptr && shape_.map(*node, kRuleRegisterKeys)) {
        begin(*node, out.rules.flow);
        out.rules.leave_out = states(node->find("leave_out"));
        out.rules.made = field(node->find("made"), FieldType::date);
        if (const Node* ended = node->find("ended"))
            shape_.each(*ended, [&](const Node& item) {
                out.rules.ended.push_back(field(&item, FieldType::date));
            });
        out.rules.kinds = choices(node->find("kinds"), kRuleRows);
        out.rules.validity = choices(node->find("validity"), kValidity);
    }
    if (const Node* node = root.find("enforcement");
        node != nullptr && shape_.map(*node, kEnforcementKeys)) {
        begin(*node, out.enforcement.flow);
        out.enforcement.confirmed_in = states(node->find("confirmed_in"));
        out.enforcement.year = field(node->find("year"), FieldType::number);
        for (std::size_t i = 0; i < kEnforcementRows.size(); ++i)
            out.enforcement.figures[i] = field(node->find(kEnforcementRows[i]), FieldType::number);
    }
    if (const Node* node = root.find("requests");
        node != nullptr && shape_.map(*node, kRequestKeys)) {
        begin(*node, out.requests.flow);
        out.requests.leave_out = states(node->find("leave_out"));
        out.requests.received = field(node->find("received"), FieldType::date);
        out.requests.concluded = field(node->find("concluded"), FieldType::date);
        out.requests.applicants = choices(node->find("applicants"), kApplicantColumns);
        out.requests.results = choices(node->find("results"), kResultRows);
    }
    if (const Node* node = root.find("remedies");
        node != nullptr && shape_.map(*node, kRemedyKeys)) {
        begin(*node, out.remedies.flow);
        out.remedies.leave_out = states(node->find("leave_out"));
        out.remedies.filed = field(node->find("filed"), FieldType::date);
        out.remedies.closed = field(node->find("closed"), FieldType::date);
        out.remedies.kinds = choices(node->find("kinds"), kRemedyKinds);
        out.remedies.results = choices(node->find("results"), kRemedyResults);
    }
    if (const Node* node = root.find("published")) published(*node, out);
    return out;
}

}  // namespace

AnnualReading read_annual_mapping(const SourceFile& file,
                                  std::span<const engine::Definition* const> flows,
                                  std::span<const Role> roles) {
    AnnualReading out;
    Reporter reporter;
    const FileId id = reporter.add(file);
    if (const auto root = parse_yaml(id, reporter))
        out.mapping = AnnualParser(reporter, flows, roles).read(*root);
    if (reporter.failed()) out.mapping.reset();
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
