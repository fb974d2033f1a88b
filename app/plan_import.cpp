#include "app/plan_import.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/field_words.hpp"

namespace gongkai::app {

namespace {

using engine::Error;
using engine::ErrorCode;

Result<std::vector<PlainField>> values(const Flow& flow, const language::PlanEntry& entry) {
    std::vector<PlainField> out;
    for (const auto& [name, text] : entry.fields) {
        const engine::FieldId id = flow.definition.field(name);
        if (id == engine::kNone) continue;  // the reader has refused those
        auto value = value_by_words(flow.definition.fields[id], text);
        if (const auto* invalid = std::get_if<Invalid>(&value))
            return Error{ErrorCode::malformed,
                         fmt::format("{}{}{}: {}", entry.id, entry.id.empty() ? "" : ": ", name,
                                     invalid->message)};
        out.push_back({name, std::get<PlainValue>(std::move(value))});
    }
    return out;
}

// By which tasks are attached: of the version that this plan follows. kNone where there is none.
engine::RelationId relation_to(const engine::Definition& plan, const std::string& task_flow) {
    const auto found =
        std::find_if(plan.relations.begin(), plan.relations.end(),
                     [&](const engine::Relation& one) { return one.flow == task_flow; });
    if (found == plan.relations.end()) return engine::kNone;
    return static_cast<engine::RelationId>(found - plan.relations.begin());
}

}  // namespace

Result<PlanImport::Entry> PlanImport::entry(const language::PlanFile& plan,
                                            const language::PlanEntry& what,
                                            const std::string& flow) const {
    const auto current = flows_.current(flow);
    if (!current) return Error{ErrorCode::not_found, "there is no flow " + flow};
    TRY(auto fields, values(*current, what));
    const bool is_plan = what.id.empty();
    return Entry{is_plan ? plan.name : what.id,
                 input::HandIn{"plan:" + plan.name, is_plan ? "plan" : what.id, flow,
                               what.department, std::move(fields), std::nullopt}};
}

Outcome PlanImport::run(const Principal& principal, engine::DocumentId document, Input input) {
    StepRequest request;
    request.principal = principal;
    request.request_id = "plan import";
    request.document = document;
    request.input = std::move(input);
    return documents_.run(std::move(request));
}

PlanAnswer PlanImport::hand_in(const Principal& principal, const Entry& entry) {
    PlanAnswer answer;
    answer.id = entry.id;
    answer.handed_in = run(principal, 0, entry.input);
    return answer;
}

engine::DocumentId PlanImport::document_of(const Principal& principal, const Entry& entry) {
    const auto found =
        documents_.find_external(principal, entry.input.source, entry.input.source_id);
    return found ? *found : 0;
}

Result<std::vector<PlanAnswer>> PlanImport::take(const Principal& principal,
                                                 const language::PlanFile& plan,
                                                 const language::SupervisionMapping& mapping,
                                                 bool dry_run) {
    std::vector<Entry> entries;
    TRY(entries.emplace_back(), entry(plan, plan.plan, mapping.plan_flow));
    for (const language::PlanEntry& task : plan.tasks) {
        TRY(entries.emplace_back(), entry(plan, task, mapping.task_flow));
    }
    std::vector<PlanAnswer> answers;
    if (dry_run) {
        for (const Entry& one : entries)
            answers.push_back({one.id, std::nullopt, std::nullopt, false});
        return answers;
    }
    const auto failed = [&] {
        const PlanAnswer& last = answers.back();
        return std::holds_alternative<Error>(*last.handed_in) ||
               (last.attachment && std::holds_alternative<Error>(*last.attachment));
    };
    answers.push_back(hand_in(principal, entries.front()));
    const engine::DocumentId above = document_of(principal, entries.front());
    if (above == 0 || failed()) return answers;
    TRY(const DocumentView view, documents_.find(principal, above));
    const engine::Definition& definition = view.flow->definition;
    const engine::RelationId relation = relation_to(definition, mapping.task_flow);
    for (auto one = entries.begin() + 1; one != entries.end() && !failed(); ++one) {
        PlanAnswer& answer = answers.emplace_back(hand_in(principal, *one));
        const engine::DocumentId task = document_of(principal, *one);
        if (task == 0 || relation == engine::kNone || failed()) continue;
        answer.attached_before = view.document.related_by(relation, task) != nullptr;
        if (!answer.attached_before)
            answer.attachment =
                run(principal, above, input::Relate{definition.relations[relation].name, task});
    }
    return answers;
}

}  // namespace gongkai::app
