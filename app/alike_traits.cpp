#include "app/alike_traits.hpp"

#include <algorithm>

#include "engine/time.hpp"

namespace gongkai::app {

namespace {

// As it is compared: a choice by its name, a date as it is written.
std::string words_of(const engine::Definition& definition, const engine::Document& document,
                     engine::FieldId id, std::span<const storage::Opening> openings) {
    struct Visitor {
        const engine::Field& field;
        std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(engine::Date date) const { return engine::to_string(date); }
        std::string operator()(engine::Instant at) const { return engine::to_string(at); }
        std::string operator()(engine::Choice choice) const {
            return field.choices[choice.index].name;
        }
        std::string operator()(const engine::Committed&) const { return {}; }
    };
    if (id == engine::kNone || !document.fields[id]) return {};
    const engine::Field& field = definition.fields[id];
    if (field.type == engine::FieldType::text) return text_in(document, id, openings);
    return std::visit(Visitor{field}, *document.fields[id]);
}

}  // namespace

std::string text_in(const engine::Document& document, engine::FieldId field,
                    std::span<const storage::Opening> openings) {
    if (field == engine::kNone || !document.fields[field]) return {};
    const auto* text = std::get_if<engine::Committed>(&*document.fields[field]);
    if (text == nullptr) return {};
    const auto at = std::find_if(openings.begin(), openings.end(), [&](const auto& opening) {
        return opening.commitment == text->commitment;
    });
    return at == openings.end() ? std::string() : at->text;
}

std::vector<AlikeTrait> traits_of(std::span<const language::AlikeGroup> groups,
                                  const engine::Definition& definition,
                                  const engine::Document& document,
                                  std::span<const storage::Opening> openings) {
    std::vector<AlikeTrait> out;
    for (const language::AlikeGroup& group : groups) {
        AlikeTrait& trait = out.emplace_back();
        trait.same.emplace();
        for (const std::string& name : group.same) {
            const PlainText plain(words_of(definition, document, definition.field(name), openings));
            if (plain.empty()) {
                trait.same.reset();
                break;
            }
            *trait.same += plain.characters();
            *trait.same += U'\n';  // which no plain text has: 张三 丰 is not 张 三丰
        }
        if (!group.near.empty())
            trait.near =
                PlainText(words_of(definition, document, definition.field(group.near), openings));
    }
    return out;
}

std::optional<int> alike_in(const language::AlikeGroup& group, const AlikeTrait& a,
                            const AlikeTrait& b) {
    if (!a.same || !b.same || *a.same != *b.same) return std::nullopt;
    if (group.near.empty()) return 100;
    if (group.numbers && !a.near.same_numbers(b.near)) return std::nullopt;
    if (!a.near.may_be_near(b.near, group.at_least)) return std::nullopt;
    const int percent = a.near.nearness(b.near);
    return percent >= group.at_least ? std::optional(percent) : std::nullopt;
}

bool kept_apart(const Flow& flow, const engine::Document& document) {
    if (document.purged) return true;
    if (flow.secrecy_mark == engine::kNone || !document.fields[flow.secrecy_mark]) return false;
    const auto* marked = std::get_if<bool>(&*document.fields[flow.secrecy_mark]);
    return marked != nullptr && *marked;
}

}  // namespace gongkai::app
