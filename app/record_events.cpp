#include "app/record.hpp"
#include "app/record_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using storage::audit::CanonicalWriter;

namespace {

const char* word(engine::TimerPhase phase) {
    switch (phase) {
        case engine::TimerPhase::idle:
            return "idle";
        case engine::TimerPhase::running:
            return "running";
        case engine::TimerPhase::paused:
            return "paused";
        case engine::TimerPhase::expired:
            return "expired";
    }
    return "idle";
}

const char* word(engine::Unit unit) {
    switch (unit) {
        case engine::Unit::hours:
            return "hours";
        case engine::Unit::days:
            return "days";
        case engine::Unit::working_days:
            return "working_days";
        case engine::Unit::months:
            return "months";
        case engine::Unit::yearly:
        case engine::Unit::date:
            break;  // of a definition only
    }
    return "days";
}

void write_person(CanonicalWriter& writer, const char* name, engine::PersonId person) {
    if (person != 0) writer.key(name).integer(person);
}

void write_via(CanonicalWriter& writer, const engine::Definition& definition,
               engine::ActionId via) {
    if (via == engine::kNone) return;
    const engine::Action& action = definition.actions[via];
    writer.key("via").begin_object().key("action").string(action.name);
    writer.key("state").string(definition.states[action.from].name).end_object();
}

// The members that a timer's state adds to an object, "count" to "from", then "phase" and
// "provisional"; the caller puts its own names in between where they belong.
void write_timer(CanonicalWriter& writer, const engine::TimerState& timer, const std::string& name,
                 const char* type) {
    const bool idle = timer.phase == engine::TimerPhase::idle;
    writer.begin_object();
    if (!idle) {
        writer.key("count").integer(timer.count);
        if (timer.phase != engine::TimerPhase::paused) {
            writer.key("due");
            write_instant(writer, timer.due);
        }
        writer.key("extended").boolean(timer.extended);
        writer.key("from");
        write_instant(writer, timer.from);
    }
    writer.key("phase").string(word(timer.phase));
    if (!idle) writer.key("provisional").boolean(timer.provisional);
    writer.key("timer").string(name);
    if (type != nullptr) writer.key("type").string(type);
    if (!idle) writer.key("unit").string(word(timer.unit));
    writer.end_object();
}

void write_signature(CanonicalWriter& writer, const engine::Definition& definition,
                     const engine::Signature& signature, const char* type) {
    writer.begin_object().key("at");
    write_instant(writer, signature.at);
    writer.key("content");
    write_digest(writer, signature.content);
    write_person(writer, "on_behalf_of", signature.on_behalf_of);
    writer.key("signature").string(definition.signatures[signature.kind].name);
    writer.key("signer").integer(signature.signer);
    if (type != nullptr) writer.key("type").string(type);
    writer.end_object();
}

void write_vote(CanonicalWriter& writer, const engine::Definition& definition,
                const engine::CastVote& vote, const char* type) {
    writer.begin_object().key("ballot").string(to_string(vote.ballot));
    writer.key("content");
    write_digest(writer, vote.content);
    writer.key("department").string(vote.department);
    write_person(writer, "on_behalf_of", vote.on_behalf_of);
    writer.key("state").string(definition.states[vote.state].name);
    if (type != nullptr) writer.key("type").string(type);
    writer.key("voter").integer(vote.voter).end_object();
}

void write_consultation(CanonicalWriter& writer, const engine::Definition& definition,
                        const engine::Consultation& consultation, const char* type) {
    writer.begin_object();
    if (consultation.answered) {
        writer.key("answered").boolean(true);
        writer.key("answered_by").integer(consultation.answered_by);
    }
    writer.key("asked_by").integer(consultation.asked_by);
    writer.key("consultation").integer(consultation.number);
    writer.key("question");
    write_committed(writer, consultation.question);
    writer.key("region").string(region_name(definition, consultation.region));
    if (type != nullptr) writer.key("type").string(type);
    writer.key("whom");
    write_assignment(writer, consultation.whom);
    writer.end_object();
}

void write_place(CanonicalWriter& writer, const engine::Definition& definition,
                 engine::RegionId region, const engine::Place& place) {
    writer.begin_object();
    write_person(writer, "claimed_by", place.claimed_by);
    writer.key("moved_by").integer(place.moved_by);
    write_person(writer, "moved_for", place.moved_for);
    writer.key("region").string(region_name(definition, region));
    writer.key("since");
    write_instant(writer, place.since);
    writer.key("state").string(definition.states[place.state].name);
    writer.key("touched").boolean(place.touched);
    write_via(writer, definition, place.via);
    writer.end_object();
}

void write_related(CanonicalWriter& writer, const engine::Definition& definition,
                   const engine::RelatedDocument& related, const char* type) {
    writer.begin_object().key("document");
    write_id(writer, related.document);
    writer.key("publication").string(to_string(related.publication));
    writer.key("relation").string(definition.relations[related.relation].name).key("tags");
    write_tags(writer, related.tags);
    if (type != nullptr) writer.key("type").string(type);
    writer.end_object();
}

template <class Things, class Write>
void write_array(CanonicalWriter& writer, const char* name, const Things& things, Write write) {
    writer.key(name).begin_array();
    for (const auto& thing : things)
        write(thing);
    writer.end_array();
}

// What a migration leads to: the whole document under its new definition.
void write_document(CanonicalWriter& writer, const engine::Definition& definition,
                    const engine::Document& document) {
    writer.begin_object().key("attachments");
    write_attachments(writer, document.attachments);
    write_array(writer, "consultations", document.consultations, [&](const auto& consultation) {
        write_consultation(writer, definition, consultation, nullptr);
    });
    writer.key("content");
    write_digest(writer, document.content);
    writer.key("department").string(document.department);
    write_array(writer, "drafters", document.drafters,
                [&](engine::PersonId person) { writer.integer(person); });
    writer.key("fields");
    std::vector<engine::FieldChange> fields;
    for (std::size_t i = 0; i < document.fields.size(); ++i) {
        if (document.fields[i])
            fields.push_back({static_cast<engine::FieldId>(i), document.fields[i]});
    }
    write_fields(writer, definition, fields);
    if (!document.missed.empty()) {
        writer.key("missed").begin_array();
        for (std::size_t i = 0; i < document.missed.size(); ++i) {
            if (!document.missed[i]) continue;
            writer.begin_object().key("due");
            write_instant(writer, *document.missed[i]);
            writer.key("timer").string(definition.timers[i].name).end_object();
        }
        writer.end_array();
    }
    if (!document.parents.empty()) {
        write_array(writer, "parents", document.parents,
                    [&](const auto& parent) { write_parent(writer, parent); });
    }
    writer.key("places").begin_array();
    for (std::size_t i = 0; i < document.places.size(); ++i) {
        if (document.places[i].state == engine::kNone) continue;
        write_place(writer, definition, static_cast<engine::RegionId>(i), document.places[i]);
    }
    writer.end_array();
    writer.key("publication").string(to_string(document.publication));
    writer.key("published_content");
    write_digest(writer, document.published_content);
    writer.key("purged").boolean(document.purged);
    if (!document.related.empty()) {
        write_array(writer, "related", document.related, [&](const auto& related) {
            write_related(writer, definition, related, nullptr);
        });
    }
    write_array(writer, "signatures", document.signatures, [&](const auto& signature) {
        write_signature(writer, definition, signature, nullptr);
    });
    writer.key("timers").begin_array();
    for (std::size_t i = 0; i < document.timers.size(); ++i) {
        if (document.timers[i].phase == engine::TimerPhase::idle) continue;
        write_timer(writer, document.timers[i], definition.timers[i].name, nullptr);
    }
    writer.end_array();
    write_array(writer, "votes", document.votes,
                [&](const auto& vote) { write_vote(writer, definition, vote, nullptr); });
    writer.end_object();
}

struct EventWriter {
    CanonicalWriter& writer;
    const engine::Definition& definition;
    const engine::Definition* target;

    void type(const char* name) const { writer.key("type").string(name).end_object(); }
    void state(engine::StateId id) const { writer.string(definition.states[id].name); }

    void operator()(const engine::Opened& event) const {
        writer.begin_object().key("definition");
        write_digest(writer, event.definition);
        writer.key("department").string(event.department);
        writer.key("document");
        write_id(writer, event.id);
        writer.key("flow").string(event.flow);
        type("opened");
    }
    void operator()(const engine::Edited& event) const {
        writer.begin_object();
        if (event.attachments) {
            writer.key("attachments");
            write_attachments(writer, *event.attachments);
        }
        writer.key("content");
        write_digest(writer, event.content);
        write_array(writer, "drafters", event.drafters,
                    [&](engine::PersonId person) { writer.integer(person); });
        writer.key("fields");
        write_fields(writer, definition, event.fields);
        type("edited");
    }
    void operator()(const engine::Moved& event) const {
        writer.begin_object().key("at");
        write_instant(writer, event.at);
        writer.key("by").integer(event.by);
        write_person(writer, "on_behalf_of", event.on_behalf_of);
        writer.key("region").string(region_name(definition, event.region)).key("to");
        if (event.to == engine::kNone) {
            writer.null();
        } else {
            state(event.to);
        }
        writer.key("type").string("moved");
        write_via(writer, definition, event.via);
        writer.end_object();
    }
    void operator()(const engine::Touched& event) const {
        writer.begin_object().key("region").string(region_name(definition, event.region));
        type("touched");
    }
    void operator()(const engine::Claimed& event) const {
        writer.begin_object().key("person").integer(event.person);
        writer.key("region").string(region_name(definition, event.region));
        type("claimed");
    }
    void operator()(const engine::Signed& event) const {
        write_signature(writer, definition, event.signature, "signed");
    }
    void operator()(const engine::SignatureWithdrawn& event) const {
        writer.begin_object().key("signature").string(definition.signatures[event.kind].name);
        writer.key("signer").integer(event.signer);
        type("signature_withdrawn");
    }
    void operator()(const engine::Voted& event) const {
        write_vote(writer, definition, event.vote, "voted");
    }
    void operator()(const engine::VotesReset& event) const {
        writer.begin_object().key("state");
        state(event.state);
        type("votes_reset");
    }
    void operator()(const engine::TimerSet& event) const {
        write_timer(writer, event.state, definition.timers[event.timer].name, "timer_set");
    }
    void operator()(const engine::Consulted& event) const {
        write_consultation(writer, definition, event.consultation, "consulted");
    }
    void operator()(const engine::Answered& event) const {
        writer.begin_object().key("answer");
        write_committed(writer, event.answer);
        writer.key("by").integer(event.by);
        writer.key("consultation").integer(event.consultation);
        type("answered");
    }
    void operator()(const engine::Commented& event) const {
        writer.begin_object().key("text");
        write_committed(writer, event.text);
        type("commented");
    }
    void operator()(const engine::PublicationChanged& event) const {
        writer.begin_object().key("content");
        write_digest(writer, event.content);
        writer.key("to").string(to_string(event.to));
        type("publication_changed");
    }
    void operator()(const engine::Purged&) const {
        writer.begin_object();
        type("purged");
    }
    void operator()(const engine::Migrated& event) const {
        writer.begin_object().key("definition");
        write_digest(writer, event.definition);
        writer.key("document");
        if (target == nullptr)
            storage::audit::stop_on_bug("a migration is written without its target");
        write_document(writer, *target, event.document);
        type("migrated");
    }
    void operator()(const engine::Related& event) const {
        write_related(writer, definition, event.document, "related");
    }
    void operator()(const engine::Belonged& event) const {
        writer.begin_object().key("parent");
        write_parent(writer, event.parent);
        type("belonged");
    }
    void operator()(const engine::HandedOver& event) const {
        writer.begin_object().key("department").string(event.department);
        type("handed_over");
    }
};

}  // namespace

void write_events(const engine::Definition& definition, const engine::Definition* target,
                  std::span<const engine::Event> events, std::string& out) {
    CanonicalWriter writer(out);
    writer.begin_array();
    for (const engine::Event& event : events)
        std::visit(EventWriter{writer, definition, target}, event);
    writer.end_array();
    if (!writer.finish()) storage::audit::stop_on_bug("events that cannot be written");
}

}  // namespace gongkai::app
