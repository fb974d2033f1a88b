#include "language/letter_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "language/expression.hpp"
#include "language/shape.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

using engine::kNone;
using Kind = LetterPiece::Kind;

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr std::string_view kFolder = "letters/";
constexpr std::string_view kBureauFile = "letters/bureau.yaml";

constexpr Words<0> kNothing{};
constexpr Words<10> kLetter{"letter", "title",  "basis", "flow", "when",
                            "sign",   "number", "to",    "date", "text"};
constexpr Words<5> kLetterRequired{"letter", "title", "flow", "to", "text"};
constexpr Words<4> kBlock{"when", "text", "table", "passage"};
constexpr Words<2> kChoice{"when", "text"};
constexpr Words<1> kChoiceRequired{"text"};
constexpr Words<2> kBureau{"bureau", "passages"};
constexpr Words<1> kBureauRequired{"bureau"};

const KeyTable kLetterKeys{"letter", "a letter", "文书", kLetter, kLetterRequired};
const KeyTable kBlockKeys{"block", "a paragraph", "段落", kBlock, kNothing};
const KeyTable kChoiceKeys{"choice", "a choice of a passage", "通用段落的选项", kChoice,
                           kChoiceRequired};
const KeyTable kBureauKeys{"bureau_file", "bureau.yaml", "本机关信息", kBureau, kBureauRequired};

std::vector<std::string> names_of_fields(const engine::Definition& flow) {
    std::vector<std::string> names;
    for (const engine::Field& field : flow.fields)
        names.push_back(field.name);
    return names;
}

// What the names in the conditions of a letter stand for: what its flow has.
class LetterScope final : public GuardScope {
  public:
    explicit LetterScope(const engine::Definition& flow) : flow_(flow) {}

    FieldName field(std::string_view name) override {
        const engine::FieldId id = flow_.field(name);
        if (id == kNone) return {};
        return {Known::here, id, &flow_.fields[id]};
    }
    std::pair<Known, engine::SignatureId> signature(std::string_view name) override {
        const engine::SignatureId id = flow_.signature(name);
        return {id == kNone ? Known::nowhere : Known::here, id};
    }
    std::pair<Known, std::vector<engine::StateId>> states(std::string_view name) override {
        std::vector<engine::StateId> found;
        const std::string inside = std::string(name) + "/";
        for (std::size_t i = 0; i < flow_.states.size(); ++i) {
            const std::string& state = flow_.states[i].name;
            if (state == name || state.starts_with(inside))
                found.push_back(static_cast<engine::StateId>(i));
        }
        return {found.empty() ? Known::nowhere : Known::here, std::move(found)};
    }
    std::pair<Known, engine::StateId> countersign(std::string_view name) override {
        const engine::StateId id = flow_.state(name);
        if (id == kNone) return {Known::nowhere, kNone};
        return {Known::here, flow_.states[id].countersign ? id : kNone};
    }
    std::pair<Known, std::uint16_t> tag(std::string_view name) override {
        const auto at = std::find(flow_.tags.begin(), flow_.tags.end(), name);
        if (at == flow_.tags.end()) return {Known::nowhere, kNone};
        return {Known::here, static_cast<std::uint16_t>(at - flow_.tags.begin())};
    }
    // A letter is written for whoever looks at the document.
    std::uint16_t role(std::string_view) override { return kNone; }

    std::pair<Known, engine::RelationId> relation(std::string_view name) override {
        const engine::RelationId id = flow_.relation(name);
        return {id == kNone ? Known::nowhere : Known::here, id};
    }
    // Those that the flow itself speaks of; a letter brings no new ones.
    std::pair<Known, std::uint16_t> related_tag(engine::RelationId,
                                                std::string_view name) override {
        const auto at = std::find(flow_.related_tags.begin(), flow_.related_tags.end(), name);
        if (at == flow_.related_tags.end()) return {Known::nowhere, kNone};
        return {Known::here, static_cast<std::uint16_t>(at - flow_.related_tags.begin())};
    }
    Message suggest_related_tag(engine::RelationId, std::string_view name) override {
        return did_you_mean(name, flow_.related_tags);
    }
    std::string related_flow(engine::RelationId relation) override {
        return relation == kNone ? std::string() : flow_.relations[relation].flow;
    }

    Message suggest(Kind kind, std::string_view name) override {
        std::vector<std::string> names;
        if (kind == Kind::field) names = names_of_fields(flow_);
        if (kind == Kind::tag) names = flow_.tags;
        for (const auto& one : flow_.signatures) {
            if (kind == Kind::signature) names.push_back(one.name);
        }
        for (const auto& one : flow_.states) {
            if (kind == Kind::state) names.push_back(one.name);
        }
        return did_you_mean(name, names);
    }
    Message where() override {
        return {fmt::format(" in the flow `{}`", flow_.flow),
                fmt::format("（流程“{}”）", flow_.flow)};
    }

  private:
    const engine::Definition& flow_;
};

struct Bureau {
    std::map<std::string, std::string> entries;
    std::map<std::string, const Node*> passages;  // lists of choices
};

class LetterParser {
  public:
    LetterParser(const Bureau& bureau, std::span<const engine::Definition* const> flows,
                 Reporter& reporter)
        : bureau_(bureau), flows_(flows), shape_(reporter) {}

    std::optional<Letter> read(const Node& root) {
        if (!shape_.map(root, kLetterKeys)) return std::nullopt;
        Letter letter;
        const Heading heading = shape_.heading(root);
        letter.title = heading.title;
        letter.basis = heading.basis;
        if (const Node* name = root.find("letter")) letter.name = shape_.name(*name).text;
        if (!find_flow(root, letter)) return std::nullopt;
        letter.when = condition(root);
        if (const Node* sign = root.find("sign")) letter.sign = signature(*sign);
        if (const Node* number = root.find("number")) letter.number = line(*number);
        if (const Node* to = root.find("to")) letter.to = line(*to);
        if (const Node* date = root.find("date"))
            letter.date = field(*date, engine::FieldType::date, "a date", "日期");
        if (const Node* text = root.find("text"))
            shape_.each(*text, [&](const Node& node) { block(node, letter.text); });
        const auto name = bureau_.entries.find("name");
        if (name != bureau_.entries.end()) letter.signed_by = name->second;
        return letter;
    }

  private:
    bool find_flow(const Node& root, Letter& letter) {
        const Node* node = root.find("flow");
        if (node == nullptr) return false;
        const Name name = shape_.name(*node);
        if (!name.given()) return false;
        std::vector<std::string> known;
        for (const engine::Definition* flow : flows_) {
            known.push_back(flow->flow);
            if (flow->flow == name.text) flow_ = flow;
        }
        letter.flow = name.text;
        if (flow_ != nullptr) return true;
        shape_.reporter().warning(
            name.span, "unknown_flow",
            {fmt::format("there is no flow `{}`, so the letter is never offered", name.text),
             fmt::format("没有流程“{}”，该文书不会出现", name.text)},
            did_you_mean(name.text, known));
        return false;
    }

    engine::Guard condition(const Node& map) {
        const Node* when = map.find("when");
        if (when == nullptr || !shape_.is_text(*when)) return {};
        LetterScope scope(*flow_);
        return compile_guard(*when, scope, shape_.reporter());
    }

    engine::SignatureId signature(const Node& node) {
        const Name name = shape_.name(node);
        if (!name.given()) return kNone;
        const engine::SignatureId id = flow_->signature(name.text);
        if (id != kNone) return id;
        LetterScope scope(*flow_);
        shape_.error(name.span, "unknown_signature",
                     {fmt::format("nobody signs `{}` in the flow `{}`", name.text, flow_->flow),
                      fmt::format("流程“{}”中没有签署“{}”", flow_->flow, name.text)},
                     scope.suggest(GuardScope::Kind::signature, name.text));
        return kNone;
    }

    engine::FieldId field(const Node& node, engine::FieldType type, const char* what,
                          const char* what_zh) {
        const Name name = shape_.name(node);
        if (!name.given()) return kNone;
        const engine::FieldId id = flow_->field(name.text);
        if (id == kNone) {
            unknown_field(name.span, name.text);
            return kNone;
        }
        if (flow_->fields[id].type == type) return id;
        shape_.error(name.span, "type_mismatch",
                     {fmt::format("`{}` is not {}", name.text, what),
                      fmt::format("“{}”不是{}", name.text, what_zh)});
        return kNone;
    }

    void unknown_field(const Span& span, const std::string& name) {
        shape_.error(span, "unknown_field",
                     {fmt::format("the flow `{}` has no field `{}`", flow_->flow, name),
                      fmt::format("流程“{}”没有字段“{}”", flow_->flow, name)},
                     did_you_mean(name, names_of_fields(*flow_)));
    }

    void block(const Node& node, std::vector<LetterBlock>& out) {
        LetterBlock block;
        if (node.is_text()) {
            block.choices.emplace_back(engine::Guard{}, line(node));
            out.push_back(std::move(block));
            return;
        }
        if (!shape_.map(node, kBlockKeys)) return;
        const Node* text = node.find("text");
        const Node* table = node.find("table");
        const Node* passage = node.find("passage");
        if ((text != nullptr) + (table != nullptr) + (passage != nullptr) != 1) {
            shape_.error(node.span, "conflicting_keys",
                         {"a paragraph has one of `text`, `table` and `passage`",
                          "一段须有且只有“text”“table”“passage”之一"});
            return;
        }
        block.when = condition(node);
        if (text != nullptr) block.choices.emplace_back(engine::Guard{}, line(*text));
        if (table != nullptr)
            block.table = field(*table, engine::FieldType::table, "a table", "表格");
        if (passage != nullptr && !use_passage(*passage, block)) return;
        out.push_back(std::move(block));
    }

    bool use_passage(const Node& node, LetterBlock& block) {
        const Name name = shape_.name(node);
        if (!name.given()) return false;
        const auto found = bureau_.passages.find(name.text);
        if (found == bureau_.passages.end()) {
            std::vector<std::string> known;
            for (const auto& [passage, choices] : bureau_.passages)
                known.push_back(passage);
            shape_.error(name.span, "unknown_passage",
                         {fmt::format("letters/bureau.yaml has no passage `{}`", name.text),
                          fmt::format("letters/bureau.yaml 没有通用段落“{}”", name.text)},
                         did_you_mean(name.text, known));
            return false;
        }
        shape_.each(*found->second, [&](const Node& choice) {
            if (choice.is_text()) {
                block.choices.emplace_back(engine::Guard{}, line(choice));
            } else if (shape_.map(choice, kChoiceKeys)) {
                auto guard = condition(choice);
                if (const Node* text = choice.find("text"))
                    block.choices.emplace_back(std::move(guard), line(*text));
            }
        });
        return true;
    }

    LetterLine line(const Node& node) {
        LetterLine out;
        if (!shape_.is_text(node)) return out;
        const std::string_view text = node.text;
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t open = text.find("{{", at);
            const std::string_view words = text.substr(at, open - at);
            if (!words.empty()) out.push_back({Kind::words, std::string(words), kNone, kNone});
            if (open == std::string_view::npos) break;
            const std::size_t close = text.find("}}", open);
            if (close == std::string_view::npos) {
                shape_.error(shape_.within(node, open, 2), "bad_placeholder",
                             {"`{{` has no `}}`", "“{{”没有对应的“}}”"});
                break;
            }
            placeholder(node, open + 2, std::string(text.substr(open + 2, close - open - 2)), out);
            at = close + 2;
        }
        return out;
    }

    void placeholder(const Node& node, std::size_t offset, std::string name, LetterLine& out) {
        const Span span = shape_.within(node, offset, std::max<std::size_t>(name.size(), 1));
        if (name == "today") return out.push_back({Kind::today, "", kNone, kNone});
        if (name == "department") return out.push_back({Kind::department, "", kNone, kNone});
        if (name.starts_with("bureau.")) {
            const auto found = bureau_.entries.find(name.substr(7));
            if (found != bureau_.entries.end())
                return out.push_back({Kind::bureau, found->second, kNone, kNone});
            std::vector<std::string> known;
            for (const auto& [entry, text] : bureau_.entries)
                known.push_back("bureau." + entry);
            return shape_.error(
                span, "unknown_bureau_entry",
                {fmt::format("letters/bureau.yaml does not say `{}`", name.substr(7)),
                 fmt::format("letters/bureau.yaml 没有“{}”", name.substr(7))},
                did_you_mean(name, known));
        }
        if (name.starts_with("due.")) {
            const engine::TimerId timer = flow_->timer(name.substr(4));
            if (timer != kNone && !flow_->timers[timer].minimum)
                return out.push_back({Kind::due, "", kNone, timer});
            std::vector<std::string> known;
            for (const engine::Timer& one : flow_->timers)
                known.push_back("due." + one.name);
            return shape_.error(
                span, "unknown_deadline",
                {fmt::format("the flow `{}` has no deadline `{}`", flow_->flow, name.substr(4)),
                 fmt::format("流程“{}”没有期限“{}”", flow_->flow, name.substr(4))},
                did_you_mean(name, known));
        }
        const engine::FieldId id = flow_->field(name);
        if (id == kNone) return unknown_field(span, name);
        if (flow_->fields[id].type == engine::FieldType::table) {
            return shape_.error(span, "type_mismatch",
                                {fmt::format("`{}` is a table; write `- table: {}` as a paragraph "
                                             "of its own",
                                             name, name),
                                 fmt::format("“{}”是表格，请单独写一段“- table: {}”", name, name)});
        }
        out.push_back({Kind::field, "", id, kNone});
    }

    const Bureau& bureau_;
    std::span<const engine::Definition* const> flows_;
    const engine::Definition* flow_ = nullptr;
    Shape shape_;
};

void read_bureau(const Node& root, Shape& shape, Bureau& bureau) {
    if (!shape.map(root, kBureauKeys)) return;
    if (const Node* entries = root.find("bureau")) {
        shape.named(*entries, "entries", "条目", [&](const Name& name, const Node& value) {
            bureau.entries[name.text] = shape.text(value);
        });
        if (!bureau.entries.contains("name"))
            shape.error(entries->span, "missing_key",
                        {"the bureau needs a `name`", "缺少本机关名称“name”"});
    }
    if (const Node* passages = root.find("passages")) {
        shape.named(*passages, "passages", "通用段落", [&](const Name& name, const Node& value) {
            bureau.passages[name.text] = &value;
        });
    }
}

}  // namespace

LetterReading read_letters(std::span<const SourceFile> files,
                           std::span<const engine::Definition* const> flows) {
    LetterReading out;
    Reporter reporter;
    std::deque<Node> trees;  // the passages are read again for every letter that uses them
    Bureau bureau;
    bool has_letters = false;
    std::vector<const Node*> letters;
    for (const SourceFile& file : files) {
        if (!file.path.starts_with(kFolder)) continue;
        auto tree = parse_yaml(reporter.add(file), reporter);
        const bool is_bureau = file.path == kBureauFile;
        has_letters = has_letters || !is_bureau;
        if (!tree) continue;
        trees.push_back(std::move(*tree));
        if (is_bureau) {
            Shape shape(reporter);
            read_bureau(trees.back(), shape, bureau);
        } else {
            letters.push_back(&trees.back());
        }
    }
    if (has_letters && bureau.entries.empty() && !reporter.failed()) {
        reporter.error(std::string(kBureauFile), "missing_file",
                       {"letters need letters/bureau.yaml", "缺少文件 letters/bureau.yaml"});
    }
    std::map<std::string, const Node*> names;
    for (const Node* root : letters) {
        auto letter = LetterParser(bureau, flows, reporter).read(*root);
        if (!letter) continue;
        const Node* name = root->find("letter");
        if (!names.emplace(letter->name, root).second && name != nullptr) {
            reporter.error(name->span, "duplicate_name",
                           {fmt::format("there already is a letter `{}`", letter->name),
                            fmt::format("文书“{}”重复", letter->name)});
        }
        out.letters.push_back(std::move(*letter));
    }
    if (reporter.failed()) out.letters.clear();
    std::sort(out.letters.begin(), out.letters.end(),
              [](const Letter& a, const Letter& b) { return a.name < b.name; });
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace gongkai::language
