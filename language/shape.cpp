#include "language/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gongkai::language {

namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::int32_t kMaxAmount = 10'000;

bool is_name(std::string_view text, bool path) {
    if (text.empty() || text.size() > (path ? 4 * kMaxName : kMaxName)) return false;
    bool start = true;
    for (const char c : text) {
        if (path && c == '/' && !start) {
            start = true;
            continue;
        }
        const bool letter = c >= 'a' && c <= 'z';
        if (start ? !letter : !(letter || (c >= '0' && c <= '9') || c == '_')) return false;
        start = false;
    }
    return !start;
}

bool is_department(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

std::string joined(std::span<const std::string_view> words) {
    std::string out;
    for (const std::string_view word : words) {
        if (!out.empty()) out += ", ";
        out += word;
    }
    return out;
}

Message among(std::string_view wrong, std::span<const std::string_view> words) {
    const std::vector<std::string> candidates(words.begin(), words.end());
    Message hint = did_you_mean(wrong, candidates);
    if (hint.en.empty()) hint = {"one of: " + joined(words), "可用：" + joined(words)};
    return hint;
}

}  // namespace

std::vector<Word> words_of(std::string_view text) {
    std::vector<Word> words;
    std::size_t at = 0;
    const auto blank = [&](std::size_t i) {
        return text[i] == ' ' || text[i] == '\t' || text[i] == '\n';
    };
    while (at < text.size()) {
        while (at < text.size() && blank(at))
            ++at;
        const std::size_t start = at;
        while (at < text.size() && !blank(at))
            ++at;
        if (at > start) words.push_back({text.substr(start, at - start), start});
    }
    return words;
}

bool Shape::map(const Node& node, const KeyTable& table) {
    if (!node.is_map()) {
        error(node.span, "wrong_shape",
              {fmt::format("{} is a mapping of keys to values", table.what),
               fmt::format("{}应为“键: 值”的形式", table.what_zh)},
              among("", table.keys));
        return false;
    }
    for (const Node::Entry& entry : node.entries) {
        if (std::find(table.keys.begin(), table.keys.end(), entry.key) == table.keys.end()) {
            error(entry.key_span, "unknown_key",
                  {fmt::format("{} has no key `{}`", table.what, entry.key),
                   fmt::format("{}没有键“{}”", table.what_zh, entry.key)},
                  among(entry.key, table.keys));
        } else if (entry.value.kind == Node::Kind::empty && !entry.value.broken) {
            error(entry.key_span, "empty_value",
                  {fmt::format("the key `{}` has no value", entry.key),
                   fmt::format("键“{}”没有值", entry.key)},
                  {"write a value or leave the key out", "请写出值，或删去此键"});
        }
    }
    for (const std::string_view key : table.required) {
        if (node.find(key) == nullptr) {
            error(node.span, "missing_key",
                  {fmt::format("{} needs the key `{}`", table.what, key),
                   fmt::format("{}缺少键“{}”", table.what_zh, key)});
        }
    }
    return true;
}

void Shape::named(const Node& node, std::string_view what, std::string_view what_zh,
                  const std::function<void(Name, const Node&)>& each) {
    if (node.kind == Node::Kind::empty) return;  // reported with its key
    if (!node.is_map()) {
        error(node.span, "wrong_shape",
              {fmt::format("{} are written as `name: ...`", what),
               fmt::format("{}应写成“名称: …”", what_zh)});
        return;
    }
    for (const Node::Entry& entry : node.entries) {
        Name name = checked({entry.key, entry.key_span});
        if (name.given()) each(std::move(name), entry.value);
    }
}

void Shape::each(const Node& node, const std::function<void(const Node&)>& item) {
    if (node.kind == Node::Kind::empty) return;
    if (!node.is_list()) return item(node);
    for (const Node& element : node.items)
        item(element);
}

bool Shape::is_text(const Node& node) {
    if (node.is_text()) return true;
    if (node.broken) return false;
    if (node.kind == Node::Kind::empty) {
        error(node.span, "empty_value", {"a value is missing here", "此处缺少值"});
    } else {
        error(node.span, "wrong_shape",
              {fmt::format("a plain value is expected here, not a {}",
                           node.is_map() ? "mapping" : "list"),
               fmt::format("此处应为单个值，而不是{}", node.is_map() ? "映射" : "列表")});
    }
    return false;
}

std::string Shape::text(const Node& node) {
    return is_text(node) ? node.text : std::string();
}

Name Shape::checked(Name name, bool path) {
    if (is_name(name.text, path)) return name;
    const bool parameter = name.text.starts_with('$');
    error(name.span, "bad_name",
          {fmt::format("`{}` is no name: lower-case letters, digits and _, a letter first",
                       name.text.substr(0, 80)),
           fmt::format("“{}”不是合法名称：须以小写字母开头，只含小写字母、数字和 _",
                       name.text.substr(0, 80))},
          parameter ? Message{"only a part has parameters", "只有部件有参数"} : Message{});
    return {};
}

Name Shape::name(const Node& node, bool path) {
    if (!is_text(node)) return {};
    return checked({node.text, node.span}, path);
}

std::vector<Name> Shape::names(const Node& node, bool path) {
    std::vector<Name> out;
    each(node, [&](const Node& item) {
        Name one = name(item, path);
        if (one.given()) out.push_back(std::move(one));
    });
    return out;
}

bool Shape::flag(const Node& node) {
    if (!is_text(node)) return false;
    if (node.text == "true") return true;
    if (node.text != "false") {
        error(node.span, "bad_value",
              {fmt::format("`{}` is neither `true` nor `false`", node.text),
               fmt::format("“{}”应为 true 或 false", node.text)});
    }
    return false;
}

std::optional<std::int64_t> Shape::number(const Node& node, std::int64_t least, std::int64_t most) {
    if (!is_text(node)) return std::nullopt;
    std::int64_t n = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, failure] = std::from_chars(node.text.data(), end, n);
    const bool padded = node.text.size() > 1 && node.text.front() == '0';
    if (failure != std::errc() || stop != end || padded || n < least || n > most) {
        error(node.span, "bad_number",
              {fmt::format("a number from {} to {} is expected, not `{}`", least, most, node.text),
               fmt::format("应为 {} 到 {} 的数字，而不是“{}”", least, most, node.text)});
        return std::nullopt;
    }
    return n;
}

std::optional<std::size_t> Shape::word(const Node& node, const WordTable& table) {
    if (!is_text(node)) return std::nullopt;
    const auto found = std::find(table.words.begin(), table.words.end(), node.text);
    if (found != table.words.end()) return static_cast<std::size_t>(found - table.words.begin());
    error(node.span, "bad_value",
          {fmt::format("`{}` is not allowed here", node.text),
           fmt::format("此处不能写“{}”", node.text)},
          among(node.text, table.words));
    return std::nullopt;
}

engine::Amount Shape::amount(const Node& node) {
    engine::Amount amount{1, engine::Unit::days};
    if (!is_text(node)) return amount;
    const std::vector<Word> words = words_of(node.text);
    bool good = words.size() >= 2 && words.size() <= 3;
    if (good) {
        const std::string_view digits = words[0].text;
        const auto [stop, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), amount.count);
        good = failure == std::errc() && stop == digits.data() + digits.size() &&
               digits.front() != '0' && amount.count >= 1 && amount.count <= kMaxAmount;
        std::string unit(words[1].text);
        if (words.size() == 3) unit += " " + std::string(words[2].text);
        const auto known = std::find_if(
            kUnitWords.words.begin(), kUnitWords.words.end(), [&](std::string_view word) {
                return unit == word || unit == word.substr(0, word.size() - 1);
            });
        good = good && known != kUnitWords.words.end();
        if (good) {
            amount.unit = static_cast<engine::Unit>(known - kUnitWords.words.begin());
        }
    }
    if (!good) {
        amount = {1, engine::Unit::days};
        error(node.span, "bad_amount",
              {fmt::format("`{}` is no period of 1 to {} hours, days, working days or months",
                           node.text, kMaxAmount),
               fmt::format("“{}”不是合法期限", node.text)},
              {"write it like `20 working days`", "请写成“20 working days”（20 个工作日）"});
    }
    return amount;
}

engine::Amount Shape::yearly(const Node& node) {
    engine::Amount amount{101, engine::Unit::yearly};
    if (!is_text(node)) return amount;
    const auto date = engine::parse_date("2024-" + node.text);  // a leap year
    if (date) {
        const engine::Civil civil = engine::to_civil(*date);
        amount.count = civil.month * 100 + civil.day;
    } else {
        error(node.span, "bad_date",
              {fmt::format("`{}` is no day of a year", node.text),
               fmt::format("“{}”不是一年中的某一天", node.text)},
              {"write month and day like 01-31", "请写成 01-31"});
    }
    return amount;
}

std::optional<Shape::Period> Shape::period(const Node& map, const Span& span,
                                           const std::vector<std::string_view>& keys) {
    std::optional<Period> found;
    std::size_t given = 0;
    for (const std::string_view key : keys) {
        const Node* node = map.find(key);
        if (node == nullptr) continue;
        ++given;
        if (node->kind == Node::Kind::empty) continue;  // reported with its key
        found = Period{key, {}};
        if (key == "yearly") {
            found->amount = yearly(*node);
        } else if (key == "within" || key == "at_least") {
            found->amount = amount(*node);
        }
    }
    if (given == 1) return found;
    std::string all;
    std::string all_zh;
    for (const std::string_view key : keys) {
        all += fmt::format("{}`{}`", all.empty() ? "" : ", ", key);
        all_zh += fmt::format("{}“{}”", all_zh.empty() ? "" : "、", key);
    }
    error(span, given == 0 ? "missing_key" : "conflicting_keys",
          {fmt::format("a deadline has one of {}", all), fmt::format("期限应有{}之一", all_zh)});
    return std::nullopt;
}

// ---- who

std::optional<WhoSyntax> Shape::one_who(const Node& node, std::string_view text,
                                        std::size_t offset) {
    const std::vector<Word> words = words_of(text);
    WhoSyntax who;
    if (!words.empty()) {
        who.span = within(node, offset + words[0].offset, words[0].text.size());
        who.assignment.role = words[0].text;
    }
    const auto is = [&](std::size_t i, std::string_view word) {
        return i < words.size() && words[i].text == word;
    };
    bool good = !words.empty() && is_name(words[0].text, false);
    if (words.size() > 1) {
        good = good && is(1, "@");
        if (words.size() == 4 && is(2, "own") && is(3, "department")) {
            who.assignment.scope = engine::Scope::own_department;
        } else if (words.size() == 3 && is(2, "anywhere")) {
            who.assignment.scope = engine::Scope::anywhere;
        } else if (words.size() == 4 && is(2, "department") && is_department(words[3].text)) {
            who.assignment.scope = engine::Scope::department;
            who.assignment.department = words[3].text;
        } else {
            good = false;
        }
    }
    if (good) return who;
    error(within(node, offset, text.size()), "bad_who",
          {fmt::format("`{}` names nobody", text), fmt::format("“{}”没有指明由谁办理", text)},
          {"write `role @ own department`, `role @ anywhere` or `role @ department CODE`",
           "请写成“岗位 @ own department”、“岗位 @ anywhere”或“岗位 @ department 代码”"});
    return std::nullopt;
}

std::vector<WhoSyntax> Shape::who_within(const Node& node, std::string_view text,
                                         std::size_t offset) {
    std::vector<WhoSyntax> out;
    const auto add = [&](std::size_t from, std::size_t size) {
        if (auto who = one_who(node, text.substr(from, size), offset + from)) out.push_back(*who);
    };
    if (!text.starts_with('[') || !text.ends_with(']')) {
        add(0, text.size());
        return out;
    }
    std::size_t from = 1;
    while (from < text.size()) {
        const std::size_t end = std::min(text.find(',', from), text.size() - 1);
        while (from < end && text[from] == ' ')
            ++from;
        add(from, end - from);
        from = end + 1;
    }
    return out;
}

std::vector<WhoSyntax> Shape::who(const Node& node) {
    std::vector<WhoSyntax> out;
    each(node, [&](const Node& item) {
        if (!is_text(item)) return;
        if (auto one = one_who(item, item.text, 0)) out.push_back(std::move(*one));
    });
    return out;
}

// ---- phrases

std::string Shape::message_name(const Node& node, std::string_view text, std::size_t offset) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '.', '/');
    if (is_name(plain, true)) return std::string(text);
    error(within(node, offset, text.size()), "bad_name",
          {fmt::format("`{}` is no name", text), fmt::format("“{}”不是合法名称", text)});
    return {};
}

void Shape::effect(const Node& node, std::vector<EffectSyntax>& out) {
    if (!is_text(node)) return;
    const std::vector<Word> words = words_of(node.text);
    const auto is = [&](std::size_t i, std::string_view word) {
        return i < words.size() && words[i].text == word;
    };
    using engine::EffectKind;
    if (words.size() == 1 && is(0, "publish")) {
        out.push_back({EffectKind::publish, {}, {}});
    } else if (words.size() == 2 && is(0, "publish") && is(1, "draft")) {
        out.push_back({EffectKind::publish_draft, {}, {}});
    } else if (words.size() == 1 && is(0, "unpublish")) {
        out.push_back({EffectKind::unpublish, {}, {}});
    } else if (words.size() == 1 && is(0, "purge")) {
        out.push_back({EffectKind::purge, {}, {}});
    } else if (words.size() == 2 && is(0, "put") && is(1, "item")) {
        out.push_back({EffectKind::put_item, {}, {}});
    } else if (words.size() == 2 && is(0, "end") && is(1, "item")) {
        out.push_back({EffectKind::end_item, {}, {}});
    } else if (words.size() == 2 && is(0, "call")) {
        out.push_back(
            {EffectKind::call_out, {}, message_name(node, words[1].text, words[1].offset)});
    } else if (words.size() >= 4 && is(0, "notify") && is(words.size() - 2, "as")) {
        const std::size_t from = words[1].offset;
        const Word& last = words[words.size() - 3];
        const std::size_t size = last.offset + last.text.size() - from;
        EffectSyntax notify;
        notify.whom = who_within(node, std::string_view(node.text).substr(from, size), from);
        notify.name = message_name(node, words.back().text, words.back().offset);
        out.push_back(std::move(notify));
    } else {
        static constexpr std::string_view kKnown[] = {"publish", "publish draft", "unpublish",
                                                      "purge",   "put item",      "end item"};
        Message hint =
            did_you_mean(node.text, std::vector<std::string>(std::begin(kKnown), std::end(kKnown)));
        if (hint.en.empty()) {
            hint = {
                "one of: publish, publish draft, unpublish, purge, put item, end item, "
                "`notify WHO as MESSAGE`, `call NAME`",
                "可用：publish、publish draft、unpublish、purge、put item、end item、"
                "“notify 谁 as 消息”、“call 名称”"};
        }
        error(node.span, "bad_effect",
              {fmt::format("`{}` is no effect", node.text),
               fmt::format("没有“{}”这种效果", node.text)},
              hint);
    }
}

std::vector<EffectSyntax> Shape::effects(const Node& node) {
    std::vector<EffectSyntax> out;
    each(node, [&](const Node& item) { effect(item, out); });
    return out;
}

std::vector<RouteSyntax> Shape::routes(const Node& node) {
    std::vector<RouteSyntax> out;
    named(node, "exits", "出口", [&](Name exit, const Node& value) {
        Name to = name(value);
        if (to.given()) out.push_back({std::move(exit), std::move(to)});
    });
    return out;
}

Heading Shape::heading(const Node& map) {
    Heading heading;
    if (const Node* title = map.find("title"); title != nullptr && title->kind != Node::Kind::empty)
        heading.title = text(*title);
    if (const Node* basis = map.find("basis")) {
        each(*basis, [&](const Node& item) {
            std::string article = text(item);
            if (!article.empty()) heading.basis.push_back(std::move(article));
        });
    }
    return heading;
}

void Shape::late(const Node& node, DeadlineSyntax& deadline) {
    each(node, [&](const Node& item) {
        if (!is_text(item)) return;
        const std::vector<Word> words = words_of(item.text);
        if (words.size() == 2 && words[0].text == "take" && is_name(words[1].text, false)) {
            deadline.take = {std::string(words[1].text),
                             within(item, words[1].offset, words[1].text.size())};
        } else if (words.size() >= 3 && words[0].text == "escalate" && words[1].text == "to") {
            const std::size_t from = words[2].offset;
            auto whom = who_within(item, std::string_view(item.text).substr(from), from);
            deadline.escalate_to.insert(deadline.escalate_to.end(), whom.begin(), whom.end());
        } else {
            error(item.span, "bad_value",
                  {fmt::format("`{}` does not say what happens when the time is over", item.text),
                   fmt::format("“{}”没有说明逾期如何处理", item.text)},
                  {"write `escalate to WHO` or `take ACTION`",
                   "请写成“escalate to 谁”或“take 操作”"});
        }
    });
}

ExclusionSyntax Shape::exclusion(const Node& node) {
    ExclusionSyntax out;
    out.span = node.span;
    if (!is_text(node)) return out;
    const std::vector<Word> words = words_of(node.text);
    if (words.size() == 1 && words[0].text == "drafter") return out;
    if (words.size() == 3 && words[0].text == "signer" && words[1].text == "of" &&
        is_name(words[2].text, false)) {
        out.signature = {std::string(words[2].text),
                         within(node, words[2].offset, words[2].text.size())};
        return out;
    }
    error(node.span, "bad_value",
          {fmt::format("`{}` excludes nobody", node.text),
           fmt::format("“{}”没有指明回避何人", node.text)},
          {"write `drafter` or `signer of SIGNATURE`", "请写成“drafter”或“signer of 签署”"});
    return out;
}

}  // namespace gongkai::language
