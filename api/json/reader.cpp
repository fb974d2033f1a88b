#include "api/json/reader.hpp"

#include <algorithm>

#include "api/json/utf8.hpp"

namespace gongkai::api::json {

namespace {

struct KindName {
    std::string_view english, chinese;
};

KindName name_of(Kind kind) {
    static constexpr KindName names[] = {{"null", "null"},       {"true or false", "布尔值"},
                                         {"an integer", "整数"}, {"a number", "数值"},
                                         {"a string", "字符串"}, {"a list", "数组"},
                                         {"an object", "对象"}};
    return names[static_cast<std::size_t>(kind)];
}

bool is_text_allowed(std::string_view text, bool multiline) {
    if (!multiline) return is_clean_utf8(text);
    std::string without_breaks(text);
    std::erase_if(without_breaks, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
    return is_clean_utf8(without_breaks);
}

void check_text(std::string_view text, const TextRule& rule, Issues& issues, std::string pointer) {
    const auto count = count_characters(text);
    if (count < rule.min)
        add_issue(issues, Fault::too_short, std::move(pointer),
                  "at least " + std::to_string(rule.min) + " characters",
                  "至少 " + std::to_string(rule.min) + " 个字");
    else if (count > rule.max)
        add_issue(issues, Fault::too_long, std::move(pointer),
                  "at most " + std::to_string(rule.max) + " characters",
                  "至多 " + std::to_string(rule.max) + " 个字");
    else if (!is_text_allowed(text, rule.multiline))
        add_issue(issues, Fault::bad_text, std::move(pointer),
                  rule.multiline ? "control characters are not allowed"
                                 : "line breaks and control characters are not allowed",
                  rule.multiline ? "不得含有控制字符" : "不得含有换行或控制字符");
}

void wrong_type(Kind expected, Issues& issues, std::string pointer) {
    const auto name = name_of(expected);
    add_issue(issues, Fault::wrong_type, std::move(pointer), "must be " + std::string(name.english),
              "必须是" + std::string(name.chinese));
}

bool check_size(std::size_t size, ListRule rule, Issues& issues, const std::string& pointer) {
    if (size < rule.min)
        add_issue(issues, Fault::too_short, pointer,
                  "at least " + std::to_string(rule.min) + " elements",
                  "至少 " + std::to_string(rule.min) + " 项");
    else if (size > rule.max)
        add_issue(issues, Fault::too_long, pointer,
                  "at most " + std::to_string(rule.max) + " elements",
                  "至多 " + std::to_string(rule.max) + " 项");
    else
        return true;
    return false;
}

}  // namespace

void add_issue(Issues& issues, Fault fault, std::string pointer, std::string detail,
               std::string detail_zh) {
    if (issues.size() < max_issues)
        issues.push_back({fault, std::move(pointer), std::move(detail), std::move(detail_zh)});
}

Reader::Reader(Value object, Issues& issues, std::string pointer)
    : object_(object), issues_(issues), pointer_(std::move(pointer)) {
    if (object.kind() == Kind::object)
        used_.resize(object.size());
    else
        wrong_type(Kind::object, issues_, pointer_);
}

std::string Reader::pointer_of(std::string_view name) const {
    std::string pointer = pointer_;
    append_pointer(pointer, name);
    return pointer;
}

bool Reader::has(std::string_view name) const {
    return object_.kind() == Kind::object && object_.find(name) != Value::npos;
}

std::optional<Value> Reader::any(std::string_view name) {
    if (!has(name)) return std::nullopt;
    const auto index = object_.find(name);
    used_[index] = true;
    return object_.element(index);
}

bool Reader::is_null(std::string_view name) {
    if (!has(name) || object_.element(object_.find(name)).kind() != Kind::null) return false;
    used_[object_.find(name)] = true;
    return true;
}

// The member, if it is there and of that kind; otherwise the issue is noted.
std::optional<Value> Reader::take(std::string_view name, Kind kind, bool required) {
    const auto value = any(name);
    if (!value) {
        // Of something that is no object nothing is missing but the object.
        if (required && object_.kind() == Kind::object)
            add_issue(issues_, Fault::missing, pointer_of(name), "is required", "必须填写");
        return std::nullopt;
    }
    if (value->kind() == kind) return value;
    wrong_type(kind, issues_, pointer_of(name));
    return std::nullopt;
}

template <class Take>
auto Reader::optionally(std::string_view name, Take take) -> std::optional<decltype(take())> {
    if (!has(name)) return std::nullopt;
    return take();
}

std::string Reader::text(std::string_view name, TextRule rule) {
    const auto value = take(name, Kind::text, true);
    if (!value) return {};
    check_text(value->text(), rule, issues_, pointer_of(name));
    return std::string(value->text());
}

std::optional<std::string> Reader::optional_text(std::string_view name, TextRule rule) {
    return optionally(name, [&] { return text(name, rule); });
}

std::int64_t Reader::integer(std::string_view name, IntegerRule rule) {
    const auto value = take(name, Kind::integer, true);
    if (!value) return 0;
    std::int64_t number = 0;
    if (!value->integer(number) || number < rule.min || number > rule.max) {
        const std::string low = std::to_string(rule.min), high = std::to_string(rule.max);
        refuse(name, Fault::out_of_range, "from " + low + " to " + high,
               "取值范围 " + low + " 至 " + high);
        return 0;
    }
    return number;
}

std::optional<std::int64_t> Reader::optional_integer(std::string_view name, IntegerRule rule) {
    return optionally(name, [&] { return integer(name, rule); });
}

bool Reader::boolean(std::string_view name) {
    const auto value = take(name, Kind::boolean, true);
    return value && value->boolean();
}

std::optional<bool> Reader::optional_boolean(std::string_view name) {
    return optionally(name, [&] { return boolean(name); });
}

std::size_t Reader::choice(std::string_view name, std::span<const std::string_view> words) {
    const auto value = take(name, Kind::text, true);
    if (!value) return 0;
    const auto found = std::find(words.begin(), words.end(), value->text());
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string list;
    for (const auto word : words)
        list.append(list.empty() ? "" : ", ").append(word);
    refuse(name, Fault::not_allowed, "must be one of: " + list, "只能是：" + list);
    return 0;
}

std::optional<std::size_t> Reader::optional_choice(std::string_view name,
                                                   std::span<const std::string_view> words) {
    return optionally(name, [&] { return choice(name, words); });
}

std::vector<std::string> Reader::texts(std::string_view name, ListRule rule, TextRule each) {
    std::vector<std::string> out;
    const auto value = take(name, Kind::list, true);
    if (!value || !check_size(value->size(), rule, issues_, pointer_of(name))) return out;
    for (std::size_t i = 0; i < value->size(); ++i) {
        std::string place = pointer_of(name);
        append_pointer(place, std::to_string(i));
        const auto element = value->element(i);
        if (element.kind() != Kind::text) {
            wrong_type(Kind::text, issues_, std::move(place));
            continue;
        }
        check_text(element.text(), each, issues_, std::move(place));
        out.emplace_back(element.text());
    }
    return out;
}

std::optional<std::vector<std::string>> Reader::optional_texts(std::string_view name, ListRule rule,
                                                               TextRule each) {
    return optionally(name, [&] { return texts(name, rule, each); });
}

void Reader::object(std::string_view name, const Visit& visit) {
    const auto value = take(name, Kind::object, true);
    if (!value) return;
    Reader inner(*value, issues_, pointer_of(name));
    visit(inner);
    inner.finish();
}

bool Reader::optional_object(std::string_view name, const Visit& visit) {
    if (!has(name)) return false;
    object(name, visit);
    return true;
}

void Reader::list(std::string_view name, ListRule rule, const Visit& visit) {
    const auto value = take(name, Kind::list, true);
    if (!value || !check_size(value->size(), rule, issues_, pointer_of(name))) return;
    for (std::size_t i = 0; i < value->size(); ++i) {
        std::string place = pointer_of(name);
        append_pointer(place, std::to_string(i));
        Reader inner(value->element(i), issues_, std::move(place));
        if (value->element(i).kind() != Kind::object) continue;
        visit(inner);
        inner.finish();
    }
}

bool Reader::optional_list(std::string_view name, ListRule rule, const Visit& visit) {
    if (!has(name)) return false;
    list(name, rule, visit);
    return true;
}

void Reader::rest(const std::function<void(std::string_view, Value)>& visit) {
    for (std::size_t i = 0; i < used_.size(); ++i) {
        if (used_[i]) continue;
        used_[i] = true;
        visit(object_.key(i), object_.element(i));
    }
}

void Reader::refuse(std::string_view name, Fault fault, std::string detail, std::string detail_zh) {
    add_issue(issues_, fault, pointer_of(name), std::move(detail), std::move(detail_zh));
}

void Reader::finish() {
    for (std::size_t i = 0; i < used_.size(); ++i)
        if (!used_[i])
            refuse(object_.key(i), Fault::unknown, "is not known here", "此处不接受该字段");
}

}  // namespace gongkai::api::json
