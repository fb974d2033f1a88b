#include "api/present.hpp"

#include <algorithm>

namespace gongkai::api {

namespace {

const std::string& name_in(const app::Names& names, engine::PersonId id) {
    static const std::string nobody;
    const auto found = names.find(id);
    return found != names.end() ? found->second : nobody;
}

std::string_view name_of(engine::FieldType type) {
    constexpr std::string_view names[] = {"flag", "number", "date",  "choice",
                                          "text", "table",  "moment"};
    return names[static_cast<std::size_t>(type)];
}
std::string_view name_of(engine::StateKind kind) {
    constexpr std::string_view names[] = {"task", "parallel", "countersign", "exit"};
    return names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(engine::TimerPhase phase) {
    constexpr std::string_view names[] = {"idle", "running", "paused", "expired"};
    return names[static_cast<std::size_t>(phase)];
}
std::string_view name_of(engine::Ballot ballot) {
    constexpr std::string_view names[] = {"approve", "reject", "abstain"};
    return names[static_cast<std::size_t>(ballot)];
}
std::string_view name_of(engine::ActionKind kind) {
    constexpr std::string_view names[] = {"forward", "return", "refer_up", "stay"};
    return names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(engine::CommentRule rule) {
    constexpr std::string_view names[] = {"optional", "required", "forbidden"};
    return names[static_cast<std::size_t>(rule)];
}
std::string_view name_of(engine::Offer::Kind kind) {
    constexpr std::string_view names[] = {"act",      "edit",    "vote",  "claim", "release",
                                          "withdraw", "consult", "renew", "relate"};
    return names[static_cast<std::size_t>(kind)];
}

void write_scope(json::Writer& out, const engine::Assignment& whom) {
    constexpr std::string_view names[] = {"own_department", "anywhere", "department"};
    out.member("scope", names[static_cast<std::size_t>(whom.scope)]);
    if (whom.scope == engine::Scope::department) out.member("department", whom.department);
}

void write_flow_name(json::Writer& out, const app::Flow& flow) {
    out.key("flow")
        .begin_object()
        .member("name", flow.definition.flow)
        .member("title", flow.definition.title)
        .member("definition", to_hex(flow.definition.digest))
        .end_object();
}

void write_state(json::Writer& out, const engine::Definition& definition, engine::StateId id) {
    out.begin_object();
    if (id < definition.states.size()) {
        const auto& state = definition.states[id];
        out.member("name", state.name).member("title", state.title).member("final", state.final);
    }
    out.end_object();
}

void write_fields(json::Writer& out, const engine::Definition& definition,
                  const std::vector<app::FieldView>& fields) {
    out.key("fields").begin_object();
    for (const auto& field : fields) {
        if (field.field >= definition.fields.size()) continue;
        out.key(definition.fields[field.field].name);
        write_value(out, field.value);
    }
    out.end_object();
}

void write_field_names(json::Writer& out, std::string_view name,
                       const engine::Definition& definition,
                       const std::vector<engine::FieldId>& fields) {
    out.key(name).begin_array();
    for (const auto id : fields)
        if (id < definition.fields.size())
            out.begin_object()
                .member("name", definition.fields[id].name)
                .member("title", definition.fields[id].title)
                .member("type", name_of(definition.fields[id].type))
                .end_object();
    out.end_array();
}

void write_consultations(json::Writer& out, std::string_view name,
                         const std::vector<app::ConsultationView>& consultations,
                         const app::Names& people) {
    out.key(name).begin_array();
    for (const auto& each : consultations) {
        out.begin_object().member("number", each.number).member("state", each.state);
        out.key("whom").begin_object().member("role", each.whom.role);
        write_scope(out, each.whom);
        out.end_object().key("asked_by");
        write_person(out, each.asked_by, people);
        out.member("question", each.question).member("answered", each.answered);
        if (each.answered_by != 0) {
            out.key("answered_by");
            write_person(out, each.answered_by, people);
        }
        out.end_object();
    }
    out.end_array();
}

void write_places(json::Writer& out, const app::DocumentView& view) {
    const auto& definition = view.flow->definition;
    out.key("states").begin_array();
    for (const auto& place : view.document.places) {
        if (place.state >= definition.states.size()) continue;
        const auto& state = definition.states[place.state];
        if (state.kind == engine::StateKind::parallel) continue;  // its branches are listed
        out.begin_object()
            .member("name", state.name)
            .member("title", state.title)
            .member("kind", name_of(state.kind))
            .member("final", state.final)
            .member("since", engine::to_string(place.since));
        if (place.claimed_by != 0) {
            out.key("claimed_by");
            write_person(out, place.claimed_by, view.people);
        }
        if (place.moved_by != 0) {
            out.key("moved_by");
            write_person(out, place.moved_by, view.people);
        }
        out.end_object();
    }
    out.end_array();
}

void write_signatures(json::Writer& out, const app::DocumentView& view) {
    const auto& definition = view.flow->definition;
    out.key("signatures").begin_array();
    for (const auto& signature : view.document.signatures) {
        if (signature.kind >= definition.signatures.size()) continue;
        out.begin_object()
            .member("name", definition.signatures[signature.kind].name)
            .member("title", definition.signatures[signature.kind].title)
            .member("live", signature.content == view.document.content)
            .member("content", to_hex(signature.content))
            .member("at", engine::to_string(signature.at))
            .key("signer");
        write_person(out, signature.signer, view.people);
        if (signature.on_behalf_of != 0) {
            out.key("on_behalf_of");
            write_person(out, signature.on_behalf_of, view.people);
        }
        out.end_object();
    }
    out.end_array();
    out.key("votes").begin_array();
    for (const auto& vote : view.document.votes) {
        if (vote.state >= definition.states.size()) continue;
        out.begin_object()
            .member("state", definition.states[vote.state].name)
            .member("ballot", name_of(vote.ballot))
            .member("department", vote.department)
            .member("live", vote.content == view.document.content)
            .key("voter");
        write_person(out, vote.voter, view.people);
        if (vote.on_behalf_of != 0) {
            out.key("on_behalf_of");
            write_person(out, vote.on_behalf_of, view.people);
        }
        out.end_object();
    }
    out.end_array();
}

void write_timers(json::Writer& out, const app::DocumentView& view) {
    const auto& definition = view.flow->definition;
    out.key("timers").begin_array();
    for (std::size_t i = 0; i < view.document.timers.size() && i < definition.timers.size(); ++i) {
        const auto& timer = view.document.timers[i];
        if (timer.phase == engine::TimerPhase::idle) continue;
        out.begin_object()
            .member("name", definition.timers[i].name)
            .member("title", definition.timers[i].title)
            .member("phase", name_of(timer.phase))
            .member("minimum", definition.timers[i].minimum)
            .member("reminder", definition.timers[i].reminder)
            .member("extended", timer.extended);
        if (timer.phase != engine::TimerPhase::paused)
            out.member("due", engine::to_string(timer.due))
                .member("provisional", timer.provisional);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

void write_person(json::Writer& out, engine::PersonId id, const std::string& name) {
    out.begin_object().member("id", id).member_unless_empty("name", name).end_object();
}

void write_person(json::Writer& out, engine::PersonId id, const app::Names& names) {
    write_person(out, id, name_in(names, id));
}

void write_value(json::Writer& out, const app::PlainValue& value) {
    struct Visitor {
        json::Writer& out;
        void operator()(std::monostate) const { out.null(); }
        void operator()(bool flag) const { out.value(flag); }
        void operator()(std::int64_t number) const { out.value(number); }
        void operator()(const std::string& text) const { out.value(text); }
        void operator()(const app::Rows& rows) const {
            out.begin_array();
            for (const auto& row : rows) {
                out.begin_object();
                for (const auto& [column, text] : row)
                    out.member(column, text);
                out.end_object();
            }
            out.end_array();
        }
    };
    std::visit(Visitor{out}, value);
}

void write_assignment(json::Writer& out, const engine::Assignment& whom,
                      const app::RoleCatalog& roles) {
    out.begin_object().member("role", whom.role);
    for (const auto& role : roles.roles)
        if (role.name == whom.role) out.member("title", role.title);
    write_scope(out, whom);
    out.end_object();
}

void write_texts(json::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
    out.key(name).begin_array();
    for (const std::string& text : texts)
        out.value(text);
    out.end_array();
}

void write_attachments(json::Writer& out, const std::vector<app::AttachmentView>& attachments) {
    out.begin_array();
    for (const auto& attachment : attachments)
        out.begin_object()
            .member("sha256", to_hex(attachment.digest))
            .member("size", attachment.size)
            .member("name", attachment.name)
            .end_object();
    out.end_array();
}

std::string_view name_of(engine::Publication publication) {
    constexpr std::string_view names[] = {"none", "draft", "published", "withdrawn"};
    return names[static_cast<std::size_t>(publication)];
}

void write_related(json::Writer& out, std::string_view name,
                   const std::vector<app::RelatedView>& related) {
    out.key(name).begin_array();
    for (const app::RelatedView& one : related) {
        out.begin_object()
            .member("document", std::to_string(one.document))
            .member("relation", one.relation)
            .member("relation_title", one.relation_title)
            .member("flow", one.flow)
            .member("flow_title", one.flow_title)
            .member("title", one.title)
            .member("publication", name_of(one.publication));
        write_texts(out, "tags", one.tags);
        out.end_object();
    }
    out.end_array();
}

std::string document_json(const app::DocumentView& view) {
    const engine::Document& document = view.document;
    json::Writer out(4096);
    out.begin_object()
        .member("id", std::to_string(document.id))
        .member("revision", document.revision)
        .member("title", view.title)
        .member("department", document.department);
    write_flow_name(out, *view.flow);
    if (!view.source.empty()) out.member("source", view.source).member("source_id", view.source_id);
    write_places(out, view);
    write_fields(out, view.flow->definition, view.fields);
    out.key("attachments");
    write_attachments(out, view.attachments);
    out.member("content", to_hex(document.content));
    out.key("drafters").begin_array();
    for (const auto id : document.drafters)
        write_person(out, id, view.people);
    out.end_array();
    write_signatures(out, view);
    write_timers(out, view);
    write_consultations(out, "consultations", view.consultations, view.people);
    write_related(out, "related", view.related);
    write_related(out, "related_from", view.related_from);
    out.member("publication", name_of(document.publication));
    if (document.publication != engine::Publication::none)
        out.member("published_content", to_hex(document.published_content));
    out.member("purged", document.purged);
    if (view.last_record != storage::kNoRecord) out.member("record", view.last_record);
    return out.end_object().take();
}

void write_summary(json::Writer& out, const app::DocumentSummary& row) {
    out.member("id", std::to_string(row.id))
        .member("revision", row.revision)
        .member("title", row.title)
        .member("department", row.department);
    write_flow_name(out, *row.flow);
    out.key("states").begin_array();
    for (const auto state : row.states)
        write_state(out, row.flow->definition, state);
    out.end_array();
    if (row.attribute) out.member("attribute", *row.attribute);
    out.member("publication", name_of(row.publication)).member("purged", row.purged);
    if (!row.source.empty()) out.member("source", row.source).member("source_id", row.source_id);
}

std::string documents_json(const app::DocumentList& list) {
    json::Writer out(4096);
    out.begin_object().key("documents").begin_array();
    for (const auto& row : list.rows) {
        out.begin_object();
        write_summary(out, row);
        out.end_object();
    }
    out.end_array();
    if (list.next) out.member("next", std::to_string(*list.next));
    return out.end_object().take();
}

std::string offers_json(Edge& edge, const app::OffersView& view) {
    const auto& definition = view.flow->definition;
    const auto roles = edge.app.administration().roles();
    const auto directory = edge.app.identity().directory();
    const RefusalWords words{view.flow.get(), roles, *directory};
    json::Writer out(4096);
    out.begin_object()
        .member("document", std::to_string(view.id))
        .member("revision", view.revision)
        .key("actions")
        .begin_array();
    for (const engine::Offer& offer : view.offers) {
        out.begin_object().member("kind", name_of(offer.kind)).member("allowed", offer.allowed());
        if (offer.state < definition.states.size()) {
            out.key("state");
            write_state(out, definition, offer.state);
        }
        if (offer.action < definition.actions.size()) {
            const auto& action = definition.actions[offer.action];
            out.member("action", action.name)
                .member("title", action.title)
                .member("moves", name_of(action.kind))
                .member("comment", offer.comment_required ? name_of(engine::CommentRule::required)
                                                          : name_of(action.comment));
            if (action.hands_over) out.member("hands_over", true);
            write_texts(out, "basis", action.basis);
            write_field_names(out, "needs", definition, action.needs);
        }
        if (offer.signature < definition.signatures.size()) {
            out.member("signature", definition.signatures[offer.signature].name)
                .member("title", definition.signatures[offer.signature].title);
        }
        if (offer.relation < definition.relations.size()) {
            const engine::Relation& relation = definition.relations[offer.relation];
            out.member("relation", relation.name)
                .member("title", relation.title)
                .member("flow", relation.flow);
        }
        if (offer.kind == engine::Offer::Kind::edit && offer.state < definition.states.size()) {
            const auto& state = definition.states[offer.state];
            write_field_names(out, "fields", definition, state.editable);
            out.member("attachments", state.edit_attachments);
        }
        write_field_names(out, "asks", definition, offer.asks);
        out.key("blockers").begin_array();
        for (const auto& blocker : offer.blockers) {
            out.begin_object()
                .member("code", engine::code(blocker.reason))
                .member("sentence", engine::sentence_en(blocker.reason))
                .member("sentence_zh", engine::sentence_zh(blocker.reason))
                .member_unless_empty("detail", engine::detail_en(blocker))
                .member_unless_empty("detail_zh", engine::detail_zh(blocker));
            write_texts(out, "basis", blocker.basis);
            write_refusal(out, blocker, words);
            out.end_object();
        }
        out.end_array().end_object();
    }
    out.end_array();
    write_consultations(out, "to_answer", view.to_answer, view.people);
    return out.end_object().take();
}

std::string history_json(const app::HistoryPage& page) {
    json::Writer out(4096);
    out.begin_object().key("entries").begin_array();
    for (const auto& entry : page.entries) {
        out.begin_object()
            .member("record", entry.record)
            .member("kind", entry.kind)
            .member("revision", entry.revision)
            .member("at", engine::to_string(entry.at))
            .member("leaf", to_hex(entry.leaf))
            .member("actor_kind", entry.actor_kind);
        if (entry.actor != 0) {
            out.key("actor");
            write_person(out, entry.actor, entry.actor_name);
        }
        if (entry.on_behalf_of != 0) {
            out.key("on_behalf_of");
            write_person(out, entry.on_behalf_of, entry.on_behalf_of_name);
        }
        out.key("grants").begin_array();
        for (const auto& grant : entry.grants) {
            out.begin_object()
                .member("role", grant.role)
                .member_unless_empty("department", grant.department);
            if (grant.on_behalf_of != 0) {
                out.key("on_behalf_of");
                write_person(out, grant.on_behalf_of, page.people);
            }
            out.end_object();
        }
        out.end_array();
        if (!entry.command.empty()) out.key("command").raw(entry.command);
        if (!entry.events.empty()) out.key("events").raw(entry.events);
        out.member_unless_empty("reason", entry.reason);
        if (entry.comment) out.member("comment", *entry.comment);
        out.member_unless_empty("request", entry.request).end_object();
    }
    out.end_array();
    if (page.next) out.member("next", std::to_string(*page.next));
    out.key("people").begin_array();
    for (const auto& [id, name] : page.people)
        write_person(out, id, name);
    return out.end_array().end_object().take();
}

std::string difference_json(const app::Difference& difference) {
    const auto& definition = difference.flow->definition;
    json::Writer out(4096);
    out.begin_object()
        .member("from", to_hex(difference.from))
        .member("from_revision", difference.from_revision)
        .member("to", to_hex(difference.to))
        .member("to_revision", difference.to_revision)
        .key("fields")
        .begin_array();
    for (const auto& field : difference.fields) {
        if (field.field >= definition.fields.size()) continue;
        out.begin_object()
            .member("name", definition.fields[field.field].name)
            .member("title", definition.fields[field.field].title)
            .key("before");
        write_value(out, field.before);
        out.key("after");
        write_value(out, field.after);
        out.end_object();
    }
    out.end_array().member("attachments_differ", difference.attachments_differ);
    out.key("attachments_before");
    write_attachments(out, difference.attachments_before);
    out.key("attachments_after");
    write_attachments(out, difference.attachments_after);
    return out.end_object().take();
}

std::string worklist_json(const app::WorklistPage& page, const std::vector<app::QueueCount>& counts,
                          const app::DirectorySnapshot& directory) {
    const auto on_behalf = [&](json::Writer& out, engine::PersonId person) {
        if (person == 0) return;
        out.key("on_behalf_of");
        write_person(out, person, directory.name_of(person));
    };
    json::Writer out(4096);
    out.begin_object().key("tasks").begin_array();
    for (const auto& row : page.rows) {
        out.begin_object()
            .member("document", std::to_string(row.document))
            .member("flow", row.flow)
            .member("flow_title", row.flow_title)
            .member("title", row.title)
            .member("state", row.state)
            .member("state_title", row.state_title);
        if (row.consultation != 0) out.member("consultation", row.consultation);
        out.member_unless_empty("missed", row.missed)
            .member_unless_empty("missed_title", row.missed_title);
        out.member("role", row.role).member_unless_empty("department", row.department);
        if (row.claimed_by != 0) {
            out.key("claimed_by");
            write_person(out, row.claimed_by, row.claimed_by_name);
            if (row.claim_lapsed) out.member("claim_lapsed", true);
        }
        on_behalf(out, row.on_behalf_of);
        out.member("since", engine::to_string(row.since));
        if (row.due) out.member("due", engine::to_string(*row.due));
        out.member("overdue", row.overdue).end_object();
    }
    out.end_array();
    if (page.next) out.member("next", std::to_string(*page.next));
    std::uint64_t total = 0;
    out.key("counts").begin_array();
    for (const auto& count : counts) {
        total += count.count;
        out.begin_object()
            .member("role", count.role)
            .member_unless_empty("department", count.department);
        on_behalf(out, count.on_behalf_of);
        out.member("count", count.count).end_object();
    }
    return out.end_array().member("total", total).end_object().take();
}

std::string flow_json(const app::Flow& flow) {
    const auto& definition = flow.definition;
    json::Writer out(8192);
    out.begin_object()
        .member("name", definition.flow)
        .member("title", definition.title)
        .member("definition", to_hex(definition.digest));
    write_texts(out, "basis", definition.basis);
    out.key("fields").begin_array();
    for (const auto& field : definition.fields) {
        out.begin_object()
            .member("name", field.name)
            .member("title", field.title)
            .member("type", name_of(field.type))
            .member("content", field.content)
            .member("published", field.published)
            .member("derived", field.derived)
            .member("assigned", field.assigned.has_value());
        if (field.max_size != 0) out.member("max", field.max_size);
        const bool table = field.type == engine::FieldType::table;
        const auto& words = table ? field.columns : field.choices;
        if (!words.empty()) {
            out.key(table ? "columns" : "choices").begin_array();
            for (const auto& word : words)
                out.begin_object()
                    .member("name", word.name)
                    .member("title", word.title)
                    .end_object();
            out.end_array();
        }
        write_texts(out, "basis", field.basis);
        out.end_object();
    }
    out.end_array().key("states").begin_array();
    for (const auto& state : definition.states) {
        out.begin_object()
            .member("name", state.name)
            .member("title", state.title)
            .member("kind", name_of(state.kind))
            .member("final", state.final);
        write_texts(out, "basis", state.basis);
        out.key("actions").begin_array();
        for (const auto id : state.actions) {
            const auto& action = definition.actions[id];
            out.begin_object()
                .member("name", action.name)
                .member("title", action.title)
                .member("moves", name_of(action.kind))
                .member("system", action.system);
            if (action.hands_over) out.member("hands_over", true);
            if (action.to < definition.states.size())
                out.member("to", definition.states[action.to].name);
            write_texts(out, "basis", action.basis);
            out.end_object();
        }
        out.end_array().end_object();
    }
    out.end_array().key("signatures").begin_array();
    for (const auto& signature : definition.signatures)
        out.begin_object()
            .member("name", signature.name)
            .member("title", signature.title)
            .end_object();
    return out.end_array().end_object().take();
}

}  // namespace gongkai::api
