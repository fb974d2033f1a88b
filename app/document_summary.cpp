#include "app/document_summary.hpp"

namespace gongkai::app {

std::optional<std::string> attribute_of(const engine::Definition& definition,
                                        const engine::Document& document) {
    const engine::FieldId field = definition.field("attribute");
    if (field == engine::kNone || !document.fields[field]) return std::nullopt;
    const auto* choice = std::get_if<engine::Choice>(&*document.fields[field]);
    if (choice == nullptr) return std::nullopt;
    return definition.fields[field].choices[choice->index].name;
}

DocumentSummary summary_of(storage::DocumentRow row, std::shared_ptr<const Flow> flow) {
    DocumentSummary summary;
    const engine::Definition& definition = flow->definition;
    summary.id = row.document.id;
    summary.revision = row.document.revision;
    summary.title = std::move(row.title);
    summary.department = row.document.department;
    for (const engine::Place& place : row.document.places) {
        if (place.state == engine::kNone) continue;
        const engine::StateKind kind = definition.states[place.state].kind;
        if (kind != engine::StateKind::parallel && kind != engine::StateKind::exit)
            summary.states.push_back(place.state);
    }
    summary.attribute = attribute_of(definition, row.document);
    summary.publication = row.document.publication;
    summary.purged = row.document.purged;
    summary.source = std::move(row.source);
    summary.source_id = std::move(row.source_id);
    summary.flow = std::move(flow);
    return summary;
}

}  // namespace gongkai::app
