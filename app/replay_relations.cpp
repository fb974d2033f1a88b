// What a leaf says of other documents is held against what those are by then.
#include <set>

#include "app/replay_case.hpp"
#include "storage/audit/hash.hpp"
#include "storage/document_codec.hpp"

namespace gongkai::app {

std::optional<engine::Document> Replay::known(engine::DocumentId id) const {
    const auto at = documents_.find(id);
    if (at == documents_.end() || at->second.document.empty()) return std::nullopt;
    auto document = storage::decode_document(at->second.document);
    if (!document) storage::audit::stop_on_bug("a document that was encoded a moment ago");
    return std::move(*document);
}

// nullopt where a document on the way up is not known.
std::optional<bool> Replay::stands_above(engine::DocumentId above,
                                         const engine::Document& document) const {
    if (document.id == above) return true;
    std::set<engine::DocumentId> seen;
    std::vector<engine::DocumentId> open;
    for (const engine::ParentLink& parent : document.parents)
        open.push_back(parent.document);
    bool complete = true;
    while (!open.empty()) {
        const engine::DocumentId id = open.back();
        open.pop_back();
        if (id == above) return true;
        if (!seen.insert(id).second) continue;
        const auto next = known(id);
        complete = complete && next.has_value();
        if (!next) continue;
        for (const engine::ParentLink& parent : next->parents)
            open.push_back(parent.document);
    }
    if (!complete) return std::nullopt;
    return false;
}

// False where the document, or the definition that it follows, is not known.
bool Replay::differs(engine::DocumentId id, const std::vector<std::string>& tags,
                     engine::Publication publication) {
    const auto other = known(id);
    if (!other) return false;
    const auto flow = rules_.flow(other->definition);
    if (flow && engine::active_tags((*flow)->definition, *other) != tags) return true;
    return other->publication != publication;
}

void Replay::judge_relations(const Case& one) {
    const auto found = [&](engine::DocumentId id, const char* what) {
        one.found("relation_facts", "document " + std::to_string(id) + what);
    };
    if (const auto* relate = std::get_if<engine::Relate>(&one.command)) {
        const auto other = known(relate->document);
        const bool wrong_flow = other && other->flow != relate->flow;
        if (wrong_flow || differs(relate->document, relate->tags, relate->publication))
            found(relate->document, " is not what is said of it");
        const auto above =
            one.document ? stands_above(relate->document, *one.document) : std::optional<bool>();
        if (above && *above != relate->ancestor)
            found(relate->document, *above ? " stands above it" : " does not stand above it");
    }
    if (const auto* hear = std::get_if<engine::Hear>(&one.command)) {
        if (differs(hear->document, hear->tags, hear->publication))
            found(hear->document, " is not what was heard of it");
        return;
    }
    // A parent is told of each change before anybody can act on it.
    if (!one.document || one.document->purged) return;
    for (const engine::RelatedDocument& related : one.document->related) {
        if (differs(related.document, related.tags, related.publication))
            found(related.document, " has changed, and it had not heard of it");
    }
}

}  // namespace gongkai::app
