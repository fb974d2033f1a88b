#include "app/year/guard_wish.hpp"

#include <algorithm>

#include "app/content.hpp"
#include "engine/guard.hpp"

namespace gongkai::app {

using engine::FieldId;
using engine::FieldType;
using engine::Op;
using engine::Term;

// A guard is compiled to postfix: here its tree again.
struct GuardWish::Part {
    engine::Guard guard;  // this part alone
    std::vector<Part> parts;
    const Term& last() const { return guard.terms.back(); }
};

GuardWish::Part GuardWish::parse(const engine::Guard& guard) const {
    std::vector<Part> stack;
    for (const Term& term : guard.terms) {
        Part part;
        const std::size_t takes = term.op == Op::op_not                           ? 1
                                  : term.op == Op::op_and || term.op == Op::op_or ? 2
                                                                                  : 0;
        for (std::size_t i = stack.size() - takes; i < stack.size(); ++i) {
            const auto& terms = stack[i].guard.terms;
            part.guard.terms.insert(part.guard.terms.end(), terms.begin(), terms.end());
            part.parts.push_back(std::move(stack[i]));
        }
        stack.resize(stack.size() - takes);
        part.guard.terms.push_back(term);
        stack.push_back(std::move(part));
    }
    return stack.empty() ? Part{} : std::move(stack.back());
}

bool GuardWish::holds(const Part& part) const {
    return engine::holds(part.guard, definition_, document_, nullptr,
                         engine::start_of_day(invention_.today()));
}

bool GuardWish::fulfil(const engine::Guard& guard) {
    if (guard.always()) return true;
    const Part whole = parse(guard);
    // What one half asks for may undo the other: a few rounds, then it is no use.
    for (int round = 0; round < 3; ++round) {
        if (make(whole, true) && holds(whole)) return true;
    }
    return false;
}

bool GuardWish::make(const Part& part, bool wanted) {
    if (holds(part) == wanted) return true;
    switch (part.last().op) {
        case Op::op_not:
            return make(part.parts.front(), !wanted);
        case Op::op_and:
            return wanted ? make_all(part.parts, true) : make_one(part.parts, false);
        case Op::op_or:
            return wanted ? make_one(part.parts, true) : make_all(part.parts, false);
        default:
            return make_comparison(part.last(), wanted);
    }
}

bool GuardWish::make_all(const std::vector<Part>& parts, bool wanted) {
    bool all = true;
    for (const Part& part : parts)
        all = make(part, wanted) && all;
    return all;
}

bool GuardWish::make_one(const std::vector<Part>& parts, bool wanted) {
    std::vector<std::size_t> order(parts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    chance_.shuffle(order);
    for (const std::size_t i : order) {
        const auto document = document_;
        const auto fields = fields_;
        const bool attach = attach_;
        if (make(parts[i], wanted) && holds(parts[i]) == wanted) return true;
        document_ = document;
        fields_ = fields;
        attach_ = attach;
    }
    return false;
}

bool GuardWish::make_comparison(const Term& term, bool wanted) {
    switch (term.op) {
        case Op::field_given:
            if (wanted) return give(term.subject);
            return give(term.subject, std::monostate{});
        case Op::field_equals:
            return make_equal(term, wanted);
        case Op::field_less:
        case Op::field_at_most:
            return make_size(term, wanted);
        case Op::fields_equal:
            return wanted && (same_choice(static_cast<FieldId>(term.operand), term.subject) ||
                              same_choice(term.subject, static_cast<FieldId>(term.operand)));
        case Op::field_less_field:
        case Op::field_at_most_field:
            return make_order(term, wanted);
        case Op::attachments_at_least:
            if (!wanted || !may_attach_ || term.operand != 1) return false;
            document_.attachments.emplace_back();
            return attach_ = true;
        case Op::some_related_in_tag:
        case Op::every_related_in_tag:
            if (wanted)
                relations_.push_back(
                    {term.subject, definition_.related_tags[static_cast<std::size_t>(term.operand)],
                     term.op == Op::every_related_in_tag});
            return false;
        case Op::related_at_least:
            if (wanted) relations_.push_back({term.subject, std::nullopt, false});
            return false;
        default:
            return false;  // a signature, a vote, a role: not for this person to make
    }
}

bool GuardWish::give(FieldId field) {
    if (may_set_.count(field) == 0) return false;
    return give(field, invention_.value(definition_, definition_.fields[field]));
}

bool GuardWish::give(FieldId field, const PlainValue& value) {
    const engine::Field& of = definition_.fields[field];
    if (of.derived) return of.name == "body_note" && give_note(value);
    if (may_set_.count(field) == 0) return false;
    // A mark of secrecy is not written away: the document goes the way that the flow has for it.
    if (of.name == "body" && marked()) return false;
    const auto seen = as_rules_see(of, value);
    if (of.past && seen) {
        const auto* day = std::get_if<engine::Date>(&*seen);
        if (day != nullptr && *day > invention_.today()) return false;
    }
    document_.fields[field] = seen;
    fields_[field] = value;
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && of.name == "body")
        derive(*text);
    return true;
}

// What the system will read out of it (app/flow.hpp).
void GuardWish::derive(const std::string& body) {
    if (const FieldId mark = definition_.field("secrecy_mark"); mark != engine::kNone)
        document_.fields[mark] = has_secrecy_mark(body);
    const FieldId note = definition_.field("body_note");
    if (note == engine::kNone) return;
    const auto& choices = definition_.fields[note].choices;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i].name == body_note(body))
            document_.fields[note] = engine::Choice{static_cast<std::uint16_t>(i)};
    }
}

// The 附注 is the last line of the body: who may write the one may write the other.
bool GuardWish::give_note(const PlainValue& note) {
    const auto* name = std::get_if<std::string>(&note);
    const FieldId body = definition_.field("body");
    if (name == nullptr || body == engine::kNone || may_set_.count(body) == 0) return false;
    return give(body, invention_.body(definition_, definition_.fields[body], *name));
}

bool GuardWish::marked() const {
    const FieldId mark = definition_.field("secrecy_mark");
    return mark != engine::kNone && document_.fields[mark] == engine::Value(true);
}

bool GuardWish::make_equal(const Term& term, bool wanted) {
    const engine::Field& field = definition_.fields[term.subject];
    const auto operand = term.operand;
    switch (field.type) {
        case FieldType::choice: {
            if (wanted)
                return give(term.subject, field.choices[static_cast<std::size_t>(operand)].name);
            for (int i = 0; i < 20; ++i) {
                const PlainValue other = invention_.value(definition_, field);
                if (other == PlainValue(field.choices[static_cast<std::size_t>(operand)].name))
                    continue;
                return give(term.subject, other);
            }
            // People write hardly anything else; to leave it empty would only raise the next
            // question.
            for (std::size_t i = 0; i < field.choices.size(); ++i) {
                if (i != static_cast<std::size_t>(operand) &&
                    give(term.subject, field.choices[i].name))
                    return true;
            }
            return give(term.subject, std::monostate{});
        }
        case FieldType::flag:
            return give(term.subject, (operand != 0) == wanted);
        case FieldType::number:
            return give(term.subject, wanted ? operand : operand + 1);
        case FieldType::date:
            return date(term.subject, {static_cast<std::int32_t>(operand + (wanted ? 0 : 1))});
        default:
            return false;
    }
}

bool GuardWish::make_size(const Term& term, bool wanted) {
    const engine::Field& field = definition_.fields[term.subject];
    const std::int64_t least = term.operand + (term.op == Op::field_at_most ? 1 : 0);
    const std::int64_t value = wanted ? least - 1 : least;
    if (field.type == FieldType::number) {
        // One that people would write, where it does.
        for (int i = 0; i < 8; ++i) {
            const PlainValue likely = invention_.value(definition_, field);
            if ((std::get<std::int64_t>(likely) < least) == wanted)
                return give(term.subject, likely);
        }
        return give(term.subject, value);
    }
    if (field.type == FieldType::date)
        return date(term.subject, {static_cast<std::int32_t>(value)});
    return give(term.subject);
}

bool GuardWish::make_order(const Term& term, bool wanted) {
    const FieldId left = term.subject;
    const auto right = static_cast<FieldId>(term.operand);
    if (!date_of(left) && !give(left)) return false;
    if (!date_of(right) && !give(right)) return false;
    const auto holds_now = [&] {
        const auto a = date_of(left), b = date_of(right);
        if (!a || !b) return !wanted;
        return (term.op == Op::field_less_field ? *a < *b : *a <= *b) == wanted;
    };
    if (holds_now()) return true;
    const auto a = date_of(left), b = date_of(right);
    if (!a || !b) return false;
    // left < right, left <= right, left >= right, left > right
    const bool strict = (term.op == Op::field_less_field) == wanted;
    const std::int32_t gap = strict ? 1 : 0;
    if (date(right, wanted ? *a + gap : *a - gap) && holds_now()) return true;
    return date(left, wanted ? *b - gap : *b + gap) && holds_now();
}

bool GuardWish::same_choice(FieldId from, FieldId to) {
    const auto& value = document_.fields[from];
    const auto* choice = value ? std::get_if<engine::Choice>(&*value) : nullptr;
    if (choice == nullptr) return false;
    const std::string& name = definition_.fields[from].choices[choice->index].name;
    const auto& choices = definition_.fields[to].choices;
    const bool there = std::any_of(choices.begin(), choices.end(),
                                   [&](const auto& one) { return one.name == name; });
    return there && give(to, name);
}

bool GuardWish::date(FieldId field, engine::Date day) {
    return definition_.fields[field].type == FieldType::date && give(field, engine::to_string(day));
}

std::optional<engine::Date> GuardWish::date_of(FieldId field) const {
    const auto& value = document_.fields[field];
    const auto* day = value ? std::get_if<engine::Date>(&*value) : nullptr;
    return day == nullptr ? std::nullopt : std::optional(*day);
}

}  // namespace gongkai::app
