#include "app/fees.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/resolve.hpp"

namespace gongkai::app {

namespace {

using engine::FieldId;

// The document as the changes would leave it.
struct After {
    const engine::Definition& definition;
    const engine::Document* document;
    const std::vector<engine::FieldChange>& changes;

    bool changed(FieldId field) const {
        return std::any_of(changes.begin(), changes.end(),
                           [&](const auto& change) { return change.field == field; });
    }
    std::optional<engine::Value> value(FieldId field) const {
        for (const engine::FieldChange& change : changes) {
            if (change.field == field) return change.value;
        }
        return document == nullptr ? std::nullopt : document->fields[field];
    }
    std::optional<std::int64_t> number(FieldId field) const {
        const auto given = value(field);
        const auto* number = given ? std::get_if<std::int64_t>(&*given) : nullptr;
        return number == nullptr ? std::nullopt : std::optional(*number);
    }
    // The name of the choice; empty where there is none.
    std::string choice(FieldId field) const {
        const auto given = value(field);
        const auto* choice = given ? std::get_if<engine::Choice>(&*given) : nullptr;
        const auto& choices = definition.fields[field].choices;
        return choice == nullptr || choice->index >= choices.size() ? std::string()
                                                                    : choices[choice->index].name;
    }
};

FieldId of_type(const engine::Definition& definition, const std::string& name,
                engine::FieldType type) {
    const FieldId id = name.empty() ? engine::kNone : definition.field(name);
    return id != engine::kNone && definition.fields[id].type == type ? id : engine::kNone;
}

}  // namespace

std::optional<Invalid> wrong_fee(const engine::Tariff& tariff, const engine::Definition& definition,
                                 const engine::Document* document,
                                 const std::vector<engine::FieldChange>& changes) {
    const FieldId amount = of_type(definition, tariff.amount_field, engine::FieldType::number);
    const FieldId method_field =
        of_type(definition, tariff.method_field, engine::FieldType::choice);
    const bool all_there =
        amount != engine::kNone && method_field != engine::kNone &&
        std::all_of(tariff.methods.begin(), tariff.methods.end(), [&](const auto& method) {
            return of_type(definition, method.count_field, engine::FieldType::number) !=
                   engine::kNone;
        });
    if (!all_there) return std::nullopt;
    const After after{definition, document, changes};
    const std::string chosen = after.choice(method_field);
    const engine::TariffMethod* method = tariff.method(chosen);
    const FieldId counted =
        method == nullptr ? engine::kNone
                          : of_type(definition, method->count_field, engine::FieldType::number);
    const bool touched = after.changed(amount) || after.changed(method_field) ||
                         (counted != engine::kNone && after.changed(counted));
    const std::int64_t asked = after.number(amount).value_or(0);
    if (!touched || asked == 0) return std::nullopt;

    const std::string where = pointer_to_field(tariff.amount_field);
    const auto count = counted == engine::kNone ? std::nullopt : after.number(counted);
    const auto fee = count ? engine::fee_of(*method, *count) : std::nullopt;
    if (!fee) {
        return Invalid{
            where, "fee_without_count",
            "follows from the tariff: the method and the number of units are to be given",
            "金额由收费标准得出，应同时填写计收方式和数量"};
    }
    const std::int64_t due = method->last_only ? fee->last_unit : fee->total;
    if (asked == due) return std::nullopt;
    return Invalid{
        where, "not_the_tariff",
        fmt::format("is to be {} by the tariff ({}, {})", due, method->name, *count),
        fmt::format("按收费标准应为{}元（{}，{}{}）", due, method->title, *count, method->unit)};
}

}  // namespace gongkai::app
