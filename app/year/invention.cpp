#include "app/year/invention.hpp"

#include <algorithm>

namespace gongkai::app {

using engine::FieldType;
using language::FieldHabit;

namespace {

// Code points of UTF-8.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string cut(const std::string& text, std::size_t most) {
    if (most == 0) return text;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
        if (++seen > most) return text.substr(0, i);
    }
    return text;
}

}  // namespace

const FieldHabit* Invention::habit(const engine::Definition& flow,
                                   const engine::Field& field) const {
    if (const language::FlowHabit* of_flow = year_.flow(flow.flow)) {
        const auto at = of_flow->values.find(field.name);
        if (at != of_flow->values.end()) return &at->second;
    }
    const auto at = year_.values.find(field.name);
    return at == year_.values.end() ? nullptr : &at->second;
}

std::int64_t Invention::number(const FieldHabit* habit) {
    if (habit == nullptr) return static_cast<std::int64_t>(1 + chance_.below(9));
    const int this_year = engine::year_of(today());
    if (habit->kind == FieldHabit::Kind::this_year) return this_year;
    if (habit->kind == FieldHabit::Kind::last_year) return this_year - 1;
    return chance_.in(habit->range);
}

std::string Invention::choice(const engine::Field& field, const FieldHabit* habit) {
    if (habit == nullptr) return field.choices[chance_.below(field.choices.size())].name;
    std::vector<std::int64_t> weights;
    for (const auto& one : habit->choices)
        weights.push_back(one.second);
    return habit->choices[chance_.weighted(weights)].first;
}

std::string Invention::text(std::size_t most, std::size_t sentences) {
    std::string out;
    for (std::size_t i = 0; i < sentences; ++i) {
        if (i != 0) out += "\n";
        out += year_.sentences.empty() ? "办理。"
                                       : year_.sentences[chance_.below(year_.sentences.size())];
    }
    return cut(out, most);
}

std::string Invention::numbered(std::string text) {
    constexpr std::string_view kNumber = "{number}";
    if (const auto at = text.find(kNumber); at != std::string::npos)
        text.replace(at, kNumber.size(), std::to_string(++written_));
    return text;
}

std::string Invention::title(const engine::Definition& flow, std::size_t most) {
    return cut(flow.title + "第" + std::to_string(++written_) + "号", most);
}

std::string Invention::body(const engine::Definition& flow, const engine::Field& field,
                            std::optional<std::string> note) {
    std::string out = text(field.max_size, field.max_size == 0 ? 3 : 1);
    const auto of = [&](const char* name) {
        const engine::FieldId id = flow.field(name);
        return id == engine::kNone ? nullptr : &flow.fields[id];
    };
    if (const engine::Field* noted = of("body_note")) {
        const FieldHabit* habit = this->habit(flow, *noted);
        if (!note && habit != nullptr) note = choice(*noted, habit);
        for (const engine::NamedChoice& one : noted->choices) {
            if (note == one.name && one.name != "absent") out += "\n（" + one.title + "）";
        }
    }
    if (const engine::Field* mark = of("secrecy_mark")) {
        const FieldHabit* habit = this->habit(flow, *mark);
        if (habit != nullptr && choice(*mark, habit) == "yes") out = "秘密★1年\n" + out;
    }
    return out;
}

PlainValue Invention::value(const engine::Definition& flow, const engine::Field& field) {
    const FieldHabit* of = habit(flow, field);
    switch (field.type) {
        case FieldType::flag:
            if (of == nullptr) return chance_.of_100(50);
            return choice(field, of) == "yes";
        case FieldType::number:
            return number(of);
        case FieldType::date:
            return engine::to_string(
                today() + static_cast<std::int32_t>(of == nullptr ? 0 : chance_.in(of->range)));
        case FieldType::moment: {
            const std::int64_t hours = of == nullptr ? 0 : chance_.in(of->range);
            return engine::to_string(clock_.now() + hours * engine::ms_per_hour);
        }
        case FieldType::choice:
            return choice(field, of);
        case FieldType::text:
            if (of != nullptr && !of->texts.empty())
                return cut(numbered(of->texts[chance_.below(of->texts.size())]), field.max_size);
            if (field.name == "title") return title(flow, field.max_size);
            if (field.name == "body") return body(flow, field);
            return text(field.max_size, field.max_size == 0 ? 3 : 1);
        case FieldType::table: {
            Rows rows(1 + chance_.below(3));
            for (Row& row : rows) {
                for (const engine::NamedChoice& column : field.columns)
                    row.emplace_back(column.name, text(field.max_size));
            }
            return rows;
        }
    }
    return std::monostate{};
}

std::optional<engine::Value> as_rules_see(const engine::Field& field, const PlainValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    switch (field.type) {
        case FieldType::flag:
            if (const auto* flag = std::get_if<bool>(&value)) return engine::Value(*flag);
            return std::nullopt;
        case FieldType::number:
            if (const auto* number = std::get_if<std::int64_t>(&value))
                return engine::Value(*number);
            return std::nullopt;
        case FieldType::date: {
            const auto date = text == nullptr ? std::nullopt : engine::parse_date(*text);
            if (date) return engine::Value(*date);
            return std::nullopt;
        }
        case FieldType::moment: {
            const auto at = text == nullptr ? std::nullopt : engine::parse_instant(*text);
            if (at) return engine::Value(*at);
            return std::nullopt;
        }
        case FieldType::choice:
            for (std::size_t i = 0; text != nullptr && i < field.choices.size(); ++i) {
                if (field.choices[i].name == *text)
                    return engine::Value(engine::Choice{static_cast<std::uint16_t>(i)});
            }
            return std::nullopt;
        case FieldType::text:
            if (text == nullptr || text->empty()) return std::nullopt;
            return engine::Value(
                engine::Committed{{}, static_cast<std::uint32_t>(length_of(*text))});
        case FieldType::table:
            if (const auto* rows = std::get_if<Rows>(&value))
                return engine::Value(
                    engine::Committed{{}, static_cast<std::uint32_t>(rows->size())});
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace gongkai::app
