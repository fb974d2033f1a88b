#include "language/catalog_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gongkai::language {

namespace {

template <std::size_t N>
using Words = std::array<std::string_view, N>;

constexpr Words<0> kNothing{};
constexpr std::int64_t kMaxVersion = 1'000'000;
constexpr Words<14> kCatalog{"catalog",          "title",           "authority",    "version",
                             "channels",         "deadlines",       "content",      "basis",
                             "defaults",         "items",           "channels_all", "content_sets",
                             "default_channels", "default_deadline"};
constexpr Words<1> kCatalogRequired{"items"};
constexpr Words<5> kDefaults{"deadline", "channels", "audience", "method", "levels"};
constexpr Words<15> kItem{"id",     "domain", "level1",   "level2",   "content",
                          "basis",  "flow",   "deadline", "channels", "audience",
                          "method", "levels", "verified", "note",     "version"};
constexpr Words<6> kItemRequired{"id", "level1", "level2", "content", "basis", "flow"};
constexpr Words<12> kDeadline{"title",         "text", "within", "at_least", "before",
                              "fixed",         "days", "unit",   "from",     "withdraw_within",
                              "withdraw_days", "start"};

const KeyTable kCatalogKeys{"catalog", "a catalogue", "目录", kCatalog, kCatalogRequired};
const KeyTable kDefaultKeys{"defaults", "`defaults`", "“defaults”", kDefaults, kNothing};
const KeyTable kItemKeys{"item", "an item", "公开事项", kItem, kItemRequired};
const KeyTable kItemDeadlineKeys{"deadline", "a deadline", "公开时限", kDeadline, kNothing};

constexpr CatalogWord kMethods[] = {{"proactive", {"主动公开", "主动"}},
                                    {"on_request", {"依申请公开", "依申请"}}};
constexpr CatalogWord kLevels[] = {{"province", {"省级", "省"}},
                                   {"city", {"市级", "州级"}},
                                   {"county", {"县级", "县"}},
                                   {"township", {"乡级", "乡镇级"}},
                                   {"village", {"村级", "村"}}};
constexpr CatalogWord kStarts[] = {{"formed", {"formed_or_changed", ""}},
                                   {"decided", {"decision_made", ""}},
                                   {"approved", {"", ""}},
                                   {"policy_published", {"", ""}},
                                   {"consultation_opened", {"", ""}},
                                   {"each_year", {"", ""}}};
constexpr CatalogWord kUnits[] = {{"hours", {"hour", "小时"}},
                                  {"days", {"calendar_day", "日"}},
                                  {"working days", {"working_day", "工作日"}},
                                  {"months", {"month", "月"}}};
constexpr Words<5> kVerified{"source", "derived-from-law", "plan-document", "memory-high",
                             "memory-medium"};
const WordTable kVerifiedWords{"verified", kVerified};

constexpr std::size_t kStartCount = std::size(kStarts);
constexpr Words<kStartCount> kStartNames = [] {
    Words<kStartCount> names{};
    for (std::size_t i = 0; i < kStartCount; ++i)
        names[i] = kStarts[i].name;
    return names;
}();

// "catalog/employment.yaml" is employment.
std::string stem_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
    return file.substr(0, file.rfind('.'));
}

}  // namespace

bool is_item_code(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

void CatalogParser::named_group(const Node* node, Group& group, const char* what,
                                const char* what_zh) {
    if (node == nullptr || node->broken) return;
    shape_.named(*node, what, what_zh,
                 [&group](Name name, const Node& value) { group[name.text] = &value; });
}

void CatalogParser::read_groups(const Node& root) {
    named_group(root.find("content"), content_, "sets of content", "公开内容的分组");
    named_group(root.find("content_sets"), content_, "sets of content", "公开内容的分组");
    named_group(root.find("basis"), basis_, "sets of articles", "公开依据的分组");
    named_group(root.find("channels"), channels_, "sets of channels", "公开渠道的分组");
    named_group(root.find("deadlines"), deadlines_, "deadlines", "公开时限");
    if (const Node* all = root.find("channels_all")) channels_["all"] = all;
    // Also those that no item uses are to be right.
    for (const Group* group : {&content_, &basis_, &channels_}) {
        for (const auto& [name, node] : *group)
            texts(node, {});
    }
    for (const auto& [name, node] : deadlines_)
        deadline(node);
}

void CatalogParser::read_defaults(const Node& root) {
    default_channels_ = root.find("default_channels");
    default_deadline_ = root.find("default_deadline");
    const Node* defaults = root.find("defaults");
    if (defaults == nullptr || !shape_.map(*defaults, kDefaultKeys)) return;
    const auto take = [defaults](const char* key, const Node*& into) {
        if (const Node* node = defaults->find(key)) into = node;
    };
    take("channels", default_channels_);
    take("deadline", default_deadline_);
    take("audience", default_audience_);
    take("method", default_method_);
    take("levels", default_levels_);
}

CatalogFile CatalogParser::read(const Node& root, Codes& codes) {
    CatalogFile out;
    if (!shape_.map(root, kCatalogKeys)) return out;
    if (const Node* name = root.find("catalog")) {
        out.name = shape_.name(*name).text;
    } else {
        out.name = stem_of(shape_.reporter().path(file_));
        if (!is_item_code(out.name)) {
            shape_.error(root.span, "missing_key",
                         {"the key `catalog` is missing, and the file's own name is none for a "
                          "catalogue",
                          "缺少键“catalog”，文件名也不能用作目录名称"});
        }
    }
    out.title = line(root.find("title"));
    out.authority = line(root.find("authority"));
    if (const Node* version = root.find("version")) shape_.number(*version, 1, kMaxVersion);
    read_groups(root);
    read_defaults(root);
    const Node* items = root.find("items");
    if (items == nullptr) return out;
    if (!items->is_list()) {
        shape_.error(items->span, "wrong_shape",
                     {"`items` is a list of disclosure items", "“items”应为公开事项的列表"});
        return out;
    }
    for (const Node& item : items->items)
        if (auto entry = read_item(item, out.title, codes))
            out.entries.push_back(std::move(*entry));
    return out;
}

std::string CatalogParser::read_code(const Node& node, Codes& codes) {
    std::string code = shape_.text(node);
    if (code.empty()) return code;
    if (!is_item_code(code)) {
        shape_.error(node.span, "bad_code",
                     {fmt::format("`{}` is no code: 1 to 40 letters, digits, '.', '_' and '-'",
                                  code.substr(0, 80)),
                      fmt::format("“{}”不是事项编号：应为 1 至 40 位字母、数字、.、_ 或 -",
                                  code.substr(0, 80))});
        return {};
    }
    if (const auto [first, fresh] = codes.emplace(code, node.span); !fresh) {
        const Reporter& reporter = shape_.reporter();
        const std::string& path = reporter.path(first->second.file);
        const auto where = reporter.line(first->second);
        shape_.error(node.span, "duplicate_item",
                     {fmt::format("the item {} already stands in line {} of {}", code, where, path),
                      fmt::format("事项编号 {} 已见于 {} 第 {} 行", code, path, where)},
                     {"each item has a code of its own", "每个事项的编号不得重复"});
    }
    return code;
}

std::optional<CatalogEntry> CatalogParser::read_item(const Node& node, const std::string& domain,
                                                     Codes& codes) {
    if (!shape_.map(node, kItemKeys)) return std::nullopt;
    CatalogEntry entry;
    const auto of = [&node](const char* key) { return node.find(key); };
    const auto or_default = [&of](const char* key, const Node* otherwise) {
        const Node* own = of(key);
        return own != nullptr ? own : otherwise;
    };
    if (const Node* id = of("id")) entry.code = read_code(*id, codes);
    entry.domain = of("domain") != nullptr ? line(of("domain")) : domain;
    entry.level1 = line(of("level1"));
    entry.level2 = line(of("level2"));
    entry.content = texts(of("content"), content_);
    entry.basis = texts(of("basis"), basis_);
    entry.channels = texts(or_default("channels", default_channels_), channels_);
    entry.deadline = deadline(or_default("deadline", default_deadline_));
    entry.audience = line(or_default("audience", default_audience_));
    entry.levels = levels(or_default("levels", default_levels_));
    entry.method = "proactive";
    if (const Node* method = or_default("method", default_method_))
        entry.method = synonym(*method, kMethods).value_or("");
    if (const Node* by = of("flow")) entry.flow = flow(*by);
    if (const Node* verified = of("verified")) {
        if (const auto word = shape_.word(*verified, kVerifiedWords))
            entry.verified = kVerified[*word];
    }
    entry.note = line(of("note"));
    if (const Node* version = of("version")) {
        if (const auto number = shape_.number(*version, 1, kMaxVersion))
            entry.version = static_cast<std::int32_t>(*number);
    }
    return entry;
}

// A text on one line; empty where there is none.
std::string CatalogParser::line(const Node* node) {
    if (node == nullptr || node->kind == Node::Kind::empty) return {};  // reported with its key
    std::string text = shape_.text(*node);
    if (text.find('\n') != std::string::npos) {
        shape_.error(node->span, "bad_value",
                     {"a text of one line is expected", "此处应为一行文字"});
        return {};
    }
    return text;
}

void CatalogParser::unknown(const Node& node, const Group& group) {
    std::vector<std::string> names;
    for (const auto& [name, value] : group)
        names.push_back(name);
    Message hint = did_you_mean(node.text, names);
    if (hint.en.empty()) hint = {"or write it out as a list here", "也可以在此写成列表"};
    shape_.error(node.span, "unknown_name",
                 {fmt::format("`{}` is named nowhere in this file", node.text),
                  fmt::format("本文件没有名为“{}”的一组", node.text)},
                 std::move(hint));
}

// A list, or the name of one.
std::vector<std::string> CatalogParser::texts(const Node* node, const Group& group) {
    std::vector<std::string> out;
    if (node == nullptr || node->kind == Node::Kind::empty) return out;
    if (node->is_text()) {
        const auto named = group.find(node->text);
        if (named != group.end()) return texts(named->second, {});
        unknown(*node, group);
        return out;
    }
    if (!node->is_list() || node->items.empty()) {
        shape_.error(node->span, "wrong_shape",
                     {"a list of texts is expected here", "此处应为文字的列表"});
        return out;
    }
    for (const Node& item : node->items)
        out.push_back(line(&item));
    return out;
}

// A deadline, or the name of one.
CatalogDeadline CatalogParser::deadline(const Node* node) {
    if (node == nullptr || node->kind == Node::Kind::empty) return {};
    if (node->is_text()) {
        const auto named = deadlines_.find(node->text);
        if (named != deadlines_.end() && named->second->is_map())
            return deadline_of(*named->second);
        if (named == deadlines_.end()) unknown(*node, deadlines_);
        return {};
    }
    return deadline_of(*node);
}

CatalogDeadline CatalogParser::deadline_of(const Node& map) {
    CatalogDeadline out;
    if (!shape_.map(map, kItemDeadlineKeys)) return out;
    const Node* title = map.find("title") != nullptr ? map.find("title") : map.find("text");
    if (title == nullptr) {
        shape_.error(map.span, "missing_key",
                     {"a deadline needs the key `title`", "公开时限缺少键“title”"});
    }
    out.title = line(title);
    int measures = 0;
    const auto measure = [&](const Node* node) {
        measures += node != nullptr ? 1 : 0;
        return node;
    };
    if (const Node* node = measure(map.find("within"))) out.within = shape_.amount(*node);
    if (const Node* node = measure(map.find("at_least"))) out.at_least = shape_.amount(*node);
    if (measure(map.find("days")) != nullptr) out.within = days(map, "days");
    const Node* before = map.find("before") != nullptr ? map.find("before") : map.find("fixed");
    if (measure(before) != nullptr) out.before = month_day(*before);
    if (measures > 1) {
        shape_.error(map.span, "superfluous_key",
                     {"a deadline is one of within, at_least, before and days",
                      "within、at_least、before、days 只能写一项"});
    }
    if (const Node* from = map.find("from") != nullptr ? map.find("from") : map.find("start"))
        out.from = synonym(*from, kStarts).value_or("");
    if (const Node* node = map.find("withdraw_within")) out.withdraw_within = shape_.amount(*node);
    if (const Node* node = map.find("withdraw_days")) {
        if (const auto count = shape_.number(*node, 1, 10'000))
            out.withdraw_within = {static_cast<std::int32_t>(*count), engine::Unit::days};
    }
    return out;
}

// {days: 20, unit: working_day}
std::optional<engine::Amount> CatalogParser::days(const Node& map, const char* count) {
    const auto number = shape_.number(*map.find(count), 1, 10'000);
    engine::Unit unit = engine::Unit::days;
    if (const Node* node = map.find("unit")) {
        const auto word = synonym(*node, kUnits);
        if (!word) return std::nullopt;
        for (std::size_t i = 0; i < std::size(kUnits); ++i) {
            if (kUnits[i].name == *word) unit = static_cast<engine::Unit>(i);
        }
    }
    if (!number) return std::nullopt;
    return engine::Amount{static_cast<std::int32_t>(*number), unit};
}

std::optional<std::string> CatalogParser::synonym(const Node& node,
                                                  std::span<const CatalogWord> words) {
    if (node.kind == Node::Kind::empty || !shape_.is_text(node)) return std::nullopt;
    std::vector<std::string> all;
    std::string names;
    for (const CatalogWord& word : words) {
        const bool other =
            std::find(word.others.begin(), word.others.end(), node.text) != word.others.end();
        if (node.text == word.name || (other && !node.text.empty())) return std::string(word.name);
        all.emplace_back(word.name);
        for (const std::string_view one : word.others) {
            if (!one.empty()) all.emplace_back(one);
        }
        names += (names.empty() ? "" : ", ") + std::string(word.name);
    }
    Message hint = did_you_mean(node.text, all);
    if (hint.en.empty()) hint = {"one of: " + names, "可用：" + names};
    shape_.error(node.span, "bad_value",
                 {fmt::format("`{}` is not allowed here", node.text),
                  fmt::format("此处不能写“{}”", node.text)},
                 std::move(hint));
    return std::nullopt;
}

// [county, township] or {county: true, township: false}
std::vector<std::string> CatalogParser::levels(const Node* node) {
    std::vector<std::string> out;
    if (node == nullptr || node->kind == Node::Kind::empty) return out;
    if (node->is_map()) {
        for (const Node::Entry& entry : node->entries) {
            Node name;
            name.kind = Node::Kind::text;
            name.text = entry.key;
            name.span = entry.key_span;
            const auto level = synonym(name, kLevels);
            if (shape_.flag(entry.value) && level) out.push_back(*level);
        }
        return out;
    }
    shape_.each(*node, [&](const Node& item) {
        if (const auto level = synonym(item, kLevels)) out.push_back(*level);
    });
    return out;
}

// By name (service), by title (服务公开), or by the title without 公开.
std::string CatalogParser::flow(const Node& node) {
    if (node.kind == Node::Kind::empty || !shape_.is_text(node)) return {};
    std::vector<std::string> names;
    for (const CatalogFlow& one : flows_) {
        if (node.text == one.name || node.text == one.title || node.text + "公开" == one.title)
            return one.name;
        names.push_back(one.name);
        names.push_back(one.title);
    }
    shape_.error(
        node.span, "unknown_flow",
        {fmt::format("there is no flow `{}`", node.text), fmt::format("没有流程“{}”", node.text)},
        did_you_mean(node.text, names));
    return {};
}

std::string CatalogParser::month_day(const Node& node) {
    const std::string text = shape_.text(node);
    // In a leap year every day that there can be exists.
    if (text.empty() || engine::parse_date("2024-" + text)) return text;
    shape_.error(node.span, "bad_date",
                 {fmt::format("`{}` is no day of the year", text),
                  fmt::format("“{}”不是一年中的一天", text)},
                 {"write month and day, as in `01-31`", "写成“月-日”，例如 01-31"});
    return {};
}

std::span<const std::string_view> catalog_starts() {
    return kStartNames;
}

}  // namespace gongkai::language
