#include "engine/document.hpp"

#include <algorithm>

namespace gongkai::engine {

bool Document::in(StateId state) const {
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.state == state; });
}

bool Document::missed_before(TimerId timer) const {
    return timer < missed.size() && missed[timer] == timers[timer].due;
}

bool Document::drafted_by(PersonId person) const {
    return person != 0 && std::binary_search(drafters.begin(), drafters.end(), person);
}

const Signature* Document::live_signature(SignatureId kind) const {
    for (const Signature& signature : signatures) {
        if (signature.kind == kind && signature.content == content) return &signature;
    }
    return nullptr;
}

const RelatedDocument* Document::related_by(RelationId relation, DocumentId other) const {
    for (const RelatedDocument& one : related) {
        if (one.relation == relation && one.document == other) return &one;
    }
    return nullptr;
}

std::vector<std::string> active_tags(const Definition& definition, const Document& document) {
    std::vector<std::string> names;
    for (const Place& place : document.places) {
        if (place.state == kNone) continue;
        for (const std::uint16_t tag : definition.states[place.state].tags)
            names.push_back(definition.tags[tag]);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace gongkai::engine
