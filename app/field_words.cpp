#include "app/field_words.hpp"

#include <algorithm>
#include <charconv>

#include "app/text_line.hpp"
#include "app/written_date.hpp"
#include "language/diagnostic.hpp"

namespace gongkai::app {

namespace {

std::string_view without_bracket(std::string_view title) {
    return title.substr(0, std::min(title.find("（"), title.find('(')));
}

bool means(std::string_view words, std::string_view name, std::string_view title) {
    return words == name || words == title || words == stripped(without_bracket(title));
}

// What titles of the vocabulary are called for short.
struct Short {
    std::string_view words, name;
};
constexpr Short kShort[] = {{"理由", "attribute_reason"},
                            {"理由说明", "attribute_explanation"},
                            {"形成日期", "formed_at"},
                            {"形成或者变更日期", "formed_at"},
                            {"摘要", "summary"}};

Invalid wrong(std::string code, std::string message, std::string message_zh) {
    return {{}, std::move(code), std::move(message), std::move(message_zh)};
}

std::variant<PlainValue, Invalid> choice(const engine::Field& field, std::string_view words) {
    std::vector<std::string> titles;
    for (const engine::NamedChoice& choice : field.choices) {
        if (means(words, choice.name, choice.title)) return PlainValue(choice.name);
        titles.push_back(choice.title);
    }
    std::string all, all_zh;
    for (const engine::NamedChoice& choice : field.choices) {
        all += (all.empty() ? "" : ", ") + choice.name;
        all_zh += (all_zh.empty() ? "" : "、") + choice.title;
    }
    if (const auto near = language::nearest(words, titles)) {
        return wrong("unknown_choice", "is to be one of " + all + "; did you mean " + *near + "?",
                     "应为下列之一：" + all_zh + "；是否应为“" + *near + "”？");
    }
    return wrong("unknown_choice", "is to be one of " + all, "应为下列之一：" + all_zh);
}

std::variant<PlainValue, Invalid> number(std::string_view words) {
    std::int64_t value = 0;
    const auto [stop, failure] = std::from_chars(words.data(), words.data() + words.size(), value);
    if (failure == std::errc() && stop == words.data() + words.size()) return PlainValue(value);
    return wrong("wrong_type", "is to be a whole number", "应为整数");
}

std::variant<PlainValue, Invalid> flag(std::string_view words) {
    if (words == "是" || words == "yes" || words == "true") return PlainValue(true);
    if (words == "否" || words == "no" || words == "false") return PlainValue(false);
    return wrong("wrong_type", "is to be yes or no", "应为“是”或“否”");
}

}  // namespace

engine::FieldId field_by_words(const engine::Definition& definition, std::string_view words) {
    for (const Short& one : kShort) {
        if (words == one.words) words = one.name;
    }
    for (std::size_t i = 0; i < definition.fields.size(); ++i) {
        const engine::Field& field = definition.fields[i];
        if (!field.derived && !field.assigned && means(words, field.name, field.title))
            return static_cast<engine::FieldId>(i);
    }
    return engine::kNone;
}

std::variant<PlainValue, Invalid> value_by_words(const engine::Field& field,
                                                 std::string_view words) {
    switch (field.type) {
        case engine::FieldType::flag:
            return flag(words);
        case engine::FieldType::number:
            return number(words);
        case engine::FieldType::date:
            if (const auto date = parse_written_date(words))
                return PlainValue(engine::to_string(*date));
            return wrong("wrong_type", "is to be a date like 2026-01-31",
                         "应为日期，如 2026-01-31 或者 2026年1月31日");
        case engine::FieldType::moment:
            if (const auto at = engine::parse_instant(words))
                return PlainValue(engine::to_string(*at));
            return wrong("wrong_type", "is to be a time like 2026-01-31T01:30:00Z",
                         "应为时刻，如 2026-01-31T01:30:00Z");
        case engine::FieldType::choice:
            return choice(field, words);
        case engine::FieldType::text:
            return PlainValue(std::string(words));
        case engine::FieldType::table:
            break;
    }
    return wrong("wrong_type", "is a table, which has no place on one line",
                 "是表格，不能写在一行里");
}

}  // namespace gongkai::app
