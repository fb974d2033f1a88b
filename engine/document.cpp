#include "engine/document.hpp"

#include <algorithm>

namespace gongkai::engine {

bool Document::in(StateId state) const {
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.state == state; });
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

}  // namespace gongkai::engine
