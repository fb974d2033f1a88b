#include "engine/guard.hpp"

#include <algorithm>
#include <array>

namespace gongkai::engine {

namespace {

// What a comparison sees: choices by index, dates by day, moments by millisecond, texts and tables
// by size.
std::optional<std::int64_t> number(const Document& document, FieldId field) {
    if (field >= document.fields.size() || !document.fields[field]) return std::nullopt;
    return std::visit(
        [](const auto& value) -> std::int64_t {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, Date>) {
                return value.days;
            } else if constexpr (std::is_same_v<T, Choice>) {
                return value.index;
            } else if constexpr (std::is_same_v<T, Committed>) {
                return value.size;
            } else if constexpr (std::is_same_v<T, Instant>) {
                return value.ms;
            } else {
                return static_cast<std::int64_t>(value);
            }
        },
        *document.fields[field]);
}

const std::string* choice_name(const Definition& definition, const Document& document,
                               FieldId field) {
    if (field >= document.fields.size() || !document.fields[field]) return nullptr;
    const auto* choice = std::get_if<Choice>(&*document.fields[field]);
    if (choice == nullptr || choice->index >= definition.fields[field].choices.size()) {
        return nullptr;
    }
    return &definition.fields[field].choices[choice->index].name;
}

bool same_choice(const Definition& definition, const Document& document, FieldId a, FieldId b) {
    const std::string* left = choice_name(definition, document, a);
    const std::string* right = choice_name(definition, document, b);
    return left != nullptr && right != nullptr && *left == *right;
}

bool signed_by_another(const Document& document, SignatureId kind) {
    return std::any_of(document.signatures.begin(), document.signatures.end(),
                       [&](const Signature& signature) {
                           return signature.kind == kind && signature.content == document.content &&
                                  !document.drafted_by(signature.signer) &&
                                  !document.drafted_by(signature.on_behalf_of);
                       });
}

bool in_tag(const Definition& definition, const Document& document, std::int64_t tag) {
    return std::any_of(document.places.begin(), document.places.end(), [&](const Place& place) {
        if (place.state == kNone) return false;
        const auto& tags = definition.states[place.state].tags;
        return std::find(tags.begin(), tags.end(), tag) != tags.end();
    });
}

std::int64_t approvals(const Document& document, StateId state) {
    return std::count_if(document.votes.begin(), document.votes.end(), [&](const CastVote& vote) {
        return vote.state == state && vote.ballot == Ballot::approve &&
               vote.content == document.content;
    });
}

bool in_tag(const RelatedDocument& related, const std::string& tag) {
    return std::binary_search(related.tags.begin(), related.tags.end(), tag);
}

// How many documents of the relation there are; with a tag, how many of them are in it.
std::int64_t count_related(const Document& document, RelationId relation, const std::string* tag) {
    return std::count_if(
        document.related.begin(), document.related.end(), [&](const RelatedDocument& related) {
            return related.relation == relation && (tag == nullptr || in_tag(related, *tag));
        });
}

bool atom(const Term& term, const Definition& definition, const Document& document,
          const Grant* exercised, Instant now) {
    const std::uint16_t subject = term.subject;
    switch (term.op) {
        case Op::constant:
            return term.operand != 0;
        case Op::field_given:
            return given(document, subject);
        case Op::field_equals: {
            const auto value = number(document, subject);
            return value && *value == term.operand;
        }
        case Op::field_less: {
            const auto value = number(document, subject);
            return value && *value < term.operand;
        }
        case Op::field_at_most: {
            const auto value = number(document, subject);
            return value && *value <= term.operand;
        }
        case Op::fields_equal:
            return same_choice(definition, document, subject, static_cast<FieldId>(term.operand));
        case Op::field_less_field:
        case Op::field_at_most_field: {
            const auto left = number(document, subject);
            const auto right = number(document, static_cast<FieldId>(term.operand));
            if (!left || !right) return false;
            return term.op == Op::field_less_field ? *left < *right : *left <= *right;
        }
        case Op::attachments_at_least:
            return static_cast<std::int64_t>(document.attachments.size()) >= term.operand;
        case Op::signed_live:
            return document.live_signature(subject) != nullptr;
        case Op::signed_by_another:
            return signed_by_another(document, subject);
        case Op::actor_has_role:
            return exercised != nullptr &&
                   exercised->role ==
                       definition.guard_roles[static_cast<std::size_t>(term.operand)];
        case Op::in_state:
            return document.in(subject);
        case Op::in_tag:
            return in_tag(definition, document, term.operand);
        case Op::approvals_at_least:
            return approvals(document, subject) >= term.operand;
        case Op::every_related_in_tag:
        case Op::some_related_in_tag: {
            const auto& tag = definition.related_tags[static_cast<std::size_t>(term.operand)];
            const std::int64_t there = count_related(document, subject, &tag);
            if (term.op == Op::some_related_in_tag) return there > 0;
            return there == count_related(document, subject, nullptr);
        }
        case Op::related_at_least:
            return count_related(document, subject, nullptr) >= term.operand;
        case Op::deadline_expired:
            return subject < document.timers.size() && expired(document.timers[subject], now);
        case Op::deadline_expired_by: {
            const auto day = number(document, static_cast<FieldId>(term.operand));
            if (subject >= document.timers.size() || !day) return false;
            const TimerState& timer = document.timers[subject];
            const bool counted =
                timer.phase == TimerPhase::running || timer.phase == TimerPhase::expired;
            return counted && start_of_day({static_cast<std::int32_t>(*day)}) >= timer.due;
        }
        case Op::op_not:
        case Op::op_and:
        case Op::op_or:
            break;
    }
    return false;
}

}  // namespace

bool given(const Document& document, FieldId field) {
    if (field >= document.fields.size() || !document.fields[field]) return false;
    const auto* committed = std::get_if<Committed>(&*document.fields[field]);
    return committed == nullptr || committed->size > 0;
}

bool expired(const TimerState& timer, Instant now) {
    return timer.phase == TimerPhase::expired ||
           (timer.phase == TimerPhase::running && now >= timer.due);
}

bool holds(const Guard& guard, const Definition& definition, const Document& document,
           const Grant* exercised, Instant now) {
    if (guard.always()) return true;
    std::array<bool, kGuardDepth> stack{};
    std::size_t depth = 0;
    for (const Term& term : guard.terms) {
        switch (term.op) {
            case Op::op_not:
                stack[depth - 1] = !stack[depth - 1];
                break;
            case Op::op_and:
                --depth;
                stack[depth - 1] = stack[depth - 1] && stack[depth];
                break;
            case Op::op_or:
                --depth;
                stack[depth - 1] = stack[depth - 1] || stack[depth];
                break;
            default:
                stack[depth++] = atom(term, definition, document, exercised, now);
        }
    }
    return stack[0];
}

}  // namespace gongkai::engine
