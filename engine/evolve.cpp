#include "engine/evolve.hpp"

#include <algorithm>

namespace gongkai::engine {

namespace {

// Overload set over the events; `document` is the state being folded.
struct Fold {
    const Definition& definition;
    Document& document;

    void operator()(const Opened& event) const {
        document.id = event.id;
        document.flow = event.flow;
        document.definition = event.definition;
        document.department = event.department;
        document.places.resize(definition.regions.size());
        document.fields.resize(definition.fields.size());
        document.timers.resize(definition.timers.size());
    }

    void operator()(const Edited& event) const {
        for (const FieldChange& change : event.fields) {
            document.fields[change.field] = change.value;
        }
        if (event.attachments) document.attachments = *event.attachments;
        document.content = event.content;
        for (const PersonId drafter : event.drafters) {
            const auto at =
                std::lower_bound(document.drafters.begin(), document.drafters.end(), drafter);
            if (at == document.drafters.end() || *at != drafter) {
                document.drafters.insert(at, drafter);
            }
        }
    }

    void operator()(const Moved& event) const {
        Place& place = document.places[event.region];
        place = Place{};
        if (event.to == kNone) return;
        place.state = event.to;
        place.via = event.via;
        place.moved_by = event.by;
        place.moved_for = event.on_behalf_of;
        place.since = event.at;
    }

    void operator()(const Touched& event) const { document.places[event.region].touched = true; }

    void operator()(const Claimed& event) const {
        document.places[event.region].claimed_by = event.person;
    }

    void operator()(const Signed& event) const {
        std::erase_if(document.signatures, [&](const Signature& old) {
            return old.kind == event.signature.kind && old.signer == event.signature.signer;
        });
        document.signatures.push_back(event.signature);
    }

    void operator()(const SignatureWithdrawn& event) const {
        std::erase_if(document.signatures, [&](const Signature& old) {
            return old.kind == event.kind && old.signer == event.signer;
        });
    }

    void operator()(const Voted& event) const { document.votes.push_back(event.vote); }

    void operator()(const VotesReset& event) const {
        std::erase_if(document.votes,
                      [&](const CastVote& vote) { return vote.state == event.state; });
    }

    void operator()(const TimerSet& event) const {
        document.timers[event.timer] = event.state;
        if (event.state.phase != TimerPhase::expired) return;
        if (document.missed.size() <= event.timer) document.missed.resize(event.timer + 1U);
        document.missed[event.timer] = event.state.due;
    }

    void operator()(const Consulted& event) const {
        document.consultations.push_back(event.consultation);
    }

    void operator()(const Answered& event) const {
        for (Consultation& consultation : document.consultations) {
            if (consultation.number != event.consultation) continue;
            consultation.answered = true;
            consultation.answered_by = event.by;
        }
    }

    void operator()(const Commented&) const {}

    void operator()(const PublicationChanged& event) const {
        document.publication = event.to;
        document.published_content = event.content;
    }

    void operator()(const Purged&) const { document.purged = true; }

    void operator()(const Related& event) const {
        for (RelatedDocument& known : document.related) {
            if (known.relation != event.document.relation ||
                known.document != event.document.document) {
                continue;
            }
            known = event.document;
            return;
        }
        document.related.push_back(event.document);
    }

    void operator()(const Belonged& event) const { document.parents.push_back(event.parent); }

    void operator()(const HandedOver& event) const { document.department = event.department; }

    void operator()(const Migrated& event) const {
        const std::uint32_t revision = document.revision;
        document = event.document;
        document.revision = revision;
    }
};

}  // namespace

void evolve(const Definition& definition, Document& document, const Event& event) {
    std::visit(Fold{definition, document}, event);
}

void evolve_step(const Definition& definition, Document& document, std::span<const Event> events) {
    for (const Event& event : events)
        evolve(definition, document, event);
    ++document.revision;
}

}  // namespace gongkai::engine
