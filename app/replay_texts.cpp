// What a command says of the texts that it brings, held against the texts that the bundle opens.
#include <algorithm>

#include "app/content.hpp"
#include "app/replay_case.hpp"
#include "app/resolve.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using Changes = std::vector<engine::FieldChange>;

const Changes* changes_of(const engine::Command& command) {
    if (const auto* open = std::get_if<engine::Open>(&command)) return &open->fields;
    if (const auto* edit = std::get_if<engine::Edit>(&command)) return &edit->fields;
    if (const auto* act = std::get_if<engine::Act>(&command)) return &act->fields;
    return nullptr;
}

const engine::FieldChange* find(const Changes& changes, engine::FieldId field) {
    const auto found =
        std::find_if(changes.begin(), changes.end(),
                     [&](const engine::FieldChange& change) { return change.field == field; });
    return found == changes.end() ? nullptr : &*found;
}

const engine::Committed* committed(const std::optional<engine::Value>& value) {
    return value ? std::get_if<engine::Committed>(&*value) : nullptr;
}

// Code points of a text, rows of a table.
std::optional<std::uint32_t> size_of(const engine::Field& field, const std::string& text) {
    if (field.type != engine::FieldType::table) return count_code_points(text);
    const auto rows = rows_from_json(text);
    if (!rows) return std::nullopt;
    return static_cast<std::uint32_t>(rows->size());
}

// The two fields that are read from the body, as they should be after a command that sets it.
struct Derived {
    std::optional<engine::Value> note;
    std::optional<engine::Value> mark;
};

Derived derive(const Flow& flow, const std::string& body) {
    Derived derived;
    if (flow.body_note != engine::kNone) {
        const auto& choices = flow.definition.fields[flow.body_note].choices;
        const auto at = std::find_if(choices.begin(), choices.end(), [&](const auto& choice) {
            return choice.name == body_note(body);
        });
        if (at != choices.end())
            derived.note = engine::Choice{static_cast<std::uint16_t>(at - choices.begin())};
    }
    derived.mark = has_secrecy_mark(body);
    return derived;
}

}  // namespace

void Replay::judge_texts(const Case& one) const {
    const Changes* changes = changes_of(one.command);
    if (changes == nullptr) return;
    const Flow& flow = *one.flow;
    const auto text_of = [&](const engine::Committed& value) -> const std::string* {
        const auto found = std::find_if(one.texts.begin(), one.texts.end(), [&](const auto& text) {
            return text.commitment == value.commitment;
        });
        return found == one.texts.end() ? nullptr : &found->text;
    };
    for (const engine::FieldChange& change : *changes) {
        const engine::Committed* value = committed(change.value);
        const std::string* text = value == nullptr ? nullptr : text_of(*value);
        const engine::Field& field = flow.definition.fields[change.field];
        if (text != nullptr && size_of(field, *text) != value->size)
            one.found("step_text", field.name + " has another length than its text");
    }

    const engine::FieldChange* body =
        flow.body == engine::kNone ? nullptr : find(*changes, flow.body);
    const auto judge = [&](engine::FieldId field, const std::optional<engine::Value>& right) {
        if (field == engine::kNone) return;
        const engine::FieldChange* change = find(*changes, field);
        if (change == nullptr || change->value != right)
            one.found("step_text", flow.definition.fields[field].name +
                                       " is not what the body says about itself");
    };
    if (body == nullptr) {
        // Nobody fills these in: they come with a body or not at all.
        for (const engine::FieldId field : {flow.body_note, flow.secrecy_mark}) {
            if (field != engine::kNone && find(*changes, field) != nullptr)
                one.found("step_text",
                          flow.definition.fields[field].name + " is set without a body");
        }
        return;
    }
    const engine::Committed* value = committed(body->value);
    if (value == nullptr) {
        judge(flow.body_note, std::nullopt);
        judge(flow.secrecy_mark, std::nullopt);
        return;
    }
    if (const std::string* text = text_of(*value)) {
        const Derived right = derive(flow, *text);
        judge(flow.body_note, right.note);
        judge(flow.secrecy_mark, right.mark);
        return;
    }
    // The text came with an earlier leaf: what was read from it then holds now.
    const auto before = [&](engine::FieldId field) -> std::optional<engine::Value> {
        return one.document && field != engine::kNone ? one.document->fields[field] : std::nullopt;
    };
    const auto present = before(flow.body);
    if (committed(present) == nullptr || !(*committed(present) == *value)) return;
    for (const engine::FieldId field : {flow.body_note, flow.secrecy_mark}) {
        if (before(field)) judge(field, before(field));
    }
}

}  // namespace gongkai::app
