// Looking at documents: pages, lists, worklists, offers.
#include <algorithm>
#include <set>

#include "app/authorize.hpp"
#include "app/content.hpp"
#include "app/document_summary.hpp"
#include "app/documents.hpp"
#include "app/projection.hpp"
#include "app/resolve.hpp"
#include "engine/authority.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

constexpr std::size_t kMostRows = 200;

std::size_t page_size(std::size_t asked) {
    return std::clamp<std::size_t>(asked, 1, kMostRows);
}

// The texts of one document by their commitment.
class Texts {
  public:
    explicit Texts(std::vector<storage::Opening> openings) : openings_(std::move(openings)) {
        std::sort(openings_.begin(), openings_.end(),
                  [](const auto& a, const auto& b) { return a.commitment < b.commitment; });
    }
    const std::string* find(const engine::Digest& commitment) const {
        const auto at = std::lower_bound(
            openings_.begin(), openings_.end(), commitment,
            [](const storage::Opening& a, const engine::Digest& b) { return a.commitment < b; });
        return at != openings_.end() && at->commitment == commitment ? &at->text : nullptr;
    }
    std::string text(const engine::Committed& committed) const {
        const std::string* found = find(committed.commitment);
        return found == nullptr ? std::string() : *found;
    }

  private:
    std::vector<storage::Opening> openings_;
};

PlainValue plain(const engine::Field& field, const engine::Value& value, const Texts& texts) {
    struct Visitor {
        const engine::Field& field;
        const Texts& texts;
        PlainValue operator()(bool flag) const { return flag; }
        PlainValue operator()(std::int64_t number) const { return number; }
        PlainValue operator()(engine::Date date) const { return engine::to_string(date); }
        PlainValue operator()(engine::Instant at) const { return engine::to_string(at); }
        PlainValue operator()(engine::Choice choice) const {
            return field.choices[choice.index].name;
        }
        PlainValue operator()(const engine::Committed& text) const {
            const std::string* found = texts.find(text.commitment);
            if (found == nullptr) return std::monostate{};
            if (field.type != engine::FieldType::table) return *found;
            return rows_from_json(*found).value_or(Rows{});
        }
    };
    return std::visit(Visitor{field, texts}, value);
}

void name_people(const engine::Document& document, const DirectorySnapshot& directory,
                 Names& people) {
    const auto add = [&](PersonId person) {
        if (person != 0) people.emplace(person, directory.name_of(person));
    };
    for (const engine::Place& place : document.places) {
        add(place.moved_by);
        add(place.moved_for);
        add(place.claimed_by);
    }
    for (const PersonId drafter : document.drafters)
        add(drafter);
    for (const engine::Signature& signature : document.signatures) {
        add(signature.signer);
        add(signature.on_behalf_of);
    }
    for (const engine::CastVote& vote : document.votes) {
        add(vote.voter);
        add(vote.on_behalf_of);
    }
    for (const engine::Consultation& consultation : document.consultations) {
        add(consultation.asked_by);
        add(consultation.answered_by);
    }
}

ConsultationView consultation_view(const engine::Definition& definition,
                                   const engine::Document& document,
                                   const engine::Consultation& consultation, const Texts& texts) {
    ConsultationView view;
    view.number = consultation.number;
    const engine::StateId state = document.places[consultation.region].state;
    if (state != engine::kNone) view.state = definition.states[state].name;
    view.whom = consultation.whom;
    view.asked_by = consultation.asked_by;
    view.question = texts.text(consultation.question);
    view.answered = consultation.answered;
    view.answered_by = consultation.answered_by;
    return view;
}

bool in_state(const engine::Definition& definition, const engine::Document& document,
              const std::string& name) {
    return std::any_of(
        document.places.begin(), document.places.end(), [&](const engine::Place& place) {
            if (place.state == engine::kNone) return false;
            const std::string& here = definition.states[place.state].name;
            // A state that runs a part stands for everything in it.
            return here == name || (here.size() > name.size() && here[name.size()] == '/' &&
                                    here.compare(0, name.size(), name) == 0);
        });
}

bool matches(const ListFilter& filter, const Flow& flow, const engine::Document& document) {
    if (!filter.flow.empty() && document.flow != filter.flow) return false;
    if (!filter.department.empty() && document.department != filter.department) return false;
    if (filter.publication && document.publication != *filter.publication) return false;
    if (filter.drafter != 0 && !document.drafted_by(filter.drafter)) return false;
    if (!filter.state.empty() && !in_state(flow.definition, document, filter.state)) return false;
    if (!filter.attribute.empty() && attribute_of(flow.definition, document) != filter.attribute)
        return false;
    return true;
}

struct Queue {
    storage::QueueKey key;
    PersonId on_behalf_of = 0;
};

// The queues that an actor looks into: for each role that of its department and that of
// "anywhere"; one's own before a principal's, each once.
std::vector<Queue> queues_of(const engine::Actor& actor) {
    std::vector<Queue> queues;
    std::set<std::pair<std::string, DepartmentCode>> seen;
    const auto add = [&](const engine::Grant& grant, const DepartmentCode& department) {
        if (seen.emplace(grant.role, department).second)
            queues.push_back({{grant.role, department}, grant.on_behalf_of});
    };
    for (const bool own : {true, false}) {
        for (const engine::Grant& grant : actor.grants) {
            if ((grant.on_behalf_of == 0) != own) continue;
            if (!grant.department.empty()) add(grant, grant.department);
            add(grant, {});
        }
    }
    return queues;
}

}  // namespace

Result<Documents::Readable> Documents::readable(storage::Reader& reader, const Principal& principal,
                                                engine::DocumentId id) {
    const Error missing{ErrorCode::not_found, "no document " + std::to_string(id)};
    if (!parts_.identity.valid(principal)) return missing;
    TRY(auto row, reader.find_document(id));
    if (!row) return missing;
    TRY(auto flow, parts_.flows.by_digest(row->document.definition));
    engine::Actor actor = parts_.identity.actor_of(principal, parts_.clock.now());
    if (!may_read(actor, *flow, row->document)) return missing;
    return Readable{std::move(*row), std::move(flow), std::move(actor)};
}

Result<std::optional<RelatedView>> Documents::related_view(storage::Reader& reader,
                                                           const engine::Actor& actor,
                                                           engine::DocumentId other) {
    TRY(auto row, reader.find_document(other));
    if (!row) return std::nullopt;
    TRY(const auto flow, parts_.flows.by_digest(row->document.definition));
    if (!may_read(actor, *flow, row->document)) return std::nullopt;
    RelatedView view;
    view.document = other;
    view.flow = row->document.flow;
    view.flow_title = flow->definition.title;
    view.title = std::move(row->title);
    view.tags = engine::active_tags(flow->definition, row->document);
    view.publication = row->document.publication;
    return view;
}

Result<DocumentView> Documents::find(const Principal& principal, engine::DocumentId id) {
    DocumentView view;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(Readable readable, this->readable(reader, principal, id));
        TRY(auto openings, reader.openings(id));
        const Texts texts(std::move(openings));
        const engine::Definition& definition = readable.flow->definition;
        const engine::Document& document = readable.row.document;
        view.title = readable.row.title;
        view.source = readable.row.source;
        view.source_id = readable.row.source_id;
        view.last_record = readable.row.last_record;
        for (std::size_t i = 0; i < document.fields.size(); ++i) {
            if (!document.fields[i]) continue;
            view.fields.push_back({static_cast<engine::FieldId>(i),
                                   plain(definition.fields[i], *document.fields[i], texts)});
        }
        for (const engine::Attachment& attachment : document.attachments)
            view.attachments.push_back(
                {attachment.digest, attachment.size, texts.text(attachment.name)});
        for (const engine::Consultation& consultation : document.consultations)
            view.consultations.push_back(
                consultation_view(definition, document, consultation, texts));
        name_people(document, *parts_.identity.directory(), view.people);
        for (const engine::RelatedDocument& one : document.related) {
            TRY(auto related, related_view(reader, readable.actor, one.document));
            if (!related) continue;
            related->relation = definition.relations[one.relation].name;
            related->relation_title = definition.relations[one.relation].title;
            view.related.push_back(std::move(*related));
        }
        for (const engine::ParentLink& parent : document.parents) {
            TRY(auto related, related_view(reader, readable.actor, parent.document));
            if (!related) continue;
            related->relation = parent.relation;
            const auto flow = parts_.flows.current(parent.flow);
            const auto named = flow ? flow->definition.relation(parent.relation) : engine::kNone;
            if (named != engine::kNone)
                related->relation_title = flow->definition.relations[named].title;
            view.related_from.push_back(std::move(*related));
        }
        view.flow = std::move(readable.flow);
        view.document = std::move(readable.row.document);
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return view;
}

Result<engine::DocumentId> Documents::find_external(const Principal& principal,
                                                    const std::string& source,
                                                    const std::string& source_id) {
    engine::DocumentId id = 0;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto found, reader.find_external(source, source_id));
        if (!found) return Error{ErrorCode::not_found, "no document " + source_id};
        TRY_VOID(readable(reader, principal, *found));
        id = *found;
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return id;
}

Result<DocumentList> Documents::list(const Principal& principal, const ListFilter& filter) {
    DocumentList list;
    if (!parts_.identity.valid(principal)) return list;
    const engine::Actor actor = parts_.identity.actor_of(principal, parts_.clock.now());
    const auto flows = parts_.flows.all();
    auto departments = departments_to_list(actor, flows);
    if (departments) {
        if (!filter.department.empty())
            std::erase_if(*departments,
                          [&](const auto& code) { return code != filter.department; });
        if (departments->empty()) return list;
    } else if (!filter.department.empty()) {
        departments.emplace(1, filter.department);
    }
    storage::DocumentFilter query_filter;
    query_filter.departments = departments.value_or(std::vector<DepartmentCode>{});
    query_filter.before = filter.before;
    query_filter.limit = page_size(filter.limit);
    std::optional<Error> failed;
    query_filter.matches = [&](const engine::Document& document) {
        const auto flow = parts_.flows.by_digest(document.definition);
        if (!flow) {
            failed = flow.error();
            return false;
        }
        return may_read(actor, **flow, document) && matches(filter, **flow, document);
    };
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(auto page, reader.documents(query_filter));
        if (failed) return *failed;
        for (storage::DocumentRow& row : page.rows) {
            TRY(auto flow, parts_.flows.by_digest(row.document.definition));
            list.rows.push_back(summary_of(std::move(row), std::move(flow)));
        }
        list.next = page.next;
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return list;
}

Result<WorklistPage> Documents::worklist(const Principal& principal, std::uint64_t after,
                                         std::size_t limit) {
    WorklistPage page;
    if (!parts_.identity.valid(principal)) return page;
    const Instant now = parts_.clock.now();
    const auto directory = parts_.identity.directory();
    const engine::Actor actor = directory->actor(principal.person, now);
    const std::vector<Queue> queues = queues_of(actor);
    std::vector<storage::QueueKey> keys;
    for (const Queue& queue : queues)
        keys.push_back(queue.key);
    const std::size_t most = page_size(limit);
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        // A document may wait in several of one person's queues: it is shown once a page.
        TRY(auto rows, reader.worklist(keys, after, most));
        if (rows.size() == most) page.next = rows.back().number;
        std::set<std::tuple<engine::DocumentId, std::string>> seen;
        for (storage::WorklistRow& row : rows) {
            if (!seen.emplace(row.document, row.task.state).second) continue;
            WorklistEntry& entry = page.rows.emplace_back();
            entry.number = row.number;
            entry.document = row.document;
            entry.flow = std::move(row.flow);
            entry.title = std::move(row.title);
            entry.consultation = consultation_of_task(row.task.state);
            entry.missed = missed_of_task(row.task.state);
            if (const auto flow = parts_.flows.current(entry.flow)) {
                const engine::TimerId timer = flow->definition.timer(entry.missed);
                if (timer != engine::kNone)
                    entry.missed_title = flow->definition.timers[timer].title;
                entry.flow_title = flow->definition.title;
                const engine::StateId state = flow->definition.state(row.task.state);
                if (state != engine::kNone) {
                    entry.state_title = flow->definition.states[state].title;
                    entry.claim_lapsed =
                        row.task.claimed_by != 0 &&
                        claim_lapsed(*directory, row.task.claimed_by,
                                     flow->definition.states[state], row.task.department, now);
                }
            }
            entry.state = std::move(row.task.state);
            entry.claimed_by = row.task.claimed_by;
            entry.claimed_by_name = directory->name_of(row.task.claimed_by);
            entry.since = row.task.since;
            entry.due = row.task.due;
            entry.overdue = row.task.due && now >= *row.task.due;
            const auto queue =
                std::find_if(queues.begin(), queues.end(), [&](const Queue& candidate) {
                    return candidate.key.role == row.task.role &&
                           candidate.key.department == row.task.department;
                });
            if (queue != queues.end()) entry.on_behalf_of = queue->on_behalf_of;
            entry.role = std::move(row.task.role);
            entry.department = std::move(row.task.department);
        }
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return page;
}

Result<std::vector<QueueCount>> Documents::worklist_counts(const Principal& principal) {
    std::vector<QueueCount> counts;
    if (!parts_.identity.valid(principal)) return counts;
    const engine::Actor actor = parts_.identity.actor_of(principal, parts_.clock.now());
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        for (const Queue& queue : queues_of(actor)) {
            TRY(const std::uint64_t count, reader.count(queue.key));
            if (count != 0)
                counts.push_back({queue.key.role, queue.key.department, queue.on_behalf_of, count});
        }
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return counts;
}

Result<OffersView> Documents::offers(const Principal& principal, engine::DocumentId id,
                                     PersonId on_behalf_of) {
    OffersView view;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(Readable readable, this->readable(reader, principal, id));
        const engine::Document& document = readable.row.document;
        const engine::Definition& definition = readable.flow->definition;
        const auto calendar = parts_.calendars.current();
        const engine::Context context{
            readable.actor, parts_.clock.now(), calendar->calendar,     &content_hash,
            std::nullopt,   on_behalf_of,       &readable.flow->policy, nullptr};
        view.id = id;
        view.revision = document.revision;
        const auto people = parts_.identity.directory();
        view.offers = engine::offers(
            definition, document, context, [&](const engine::State& state, PersonId person) {
                return claim_lapsed(*people, person, state, document.department, context.now);
            });
        bool asked = false;
        const auto mine = [&](const engine::Consultation& consultation) {
            return !consultation.answered && !document.purged &&
                   engine::authorize(definition, document, context, {&consultation.whom, 1})
                       .grant.has_value();
        };
        for (const engine::Consultation& consultation : document.consultations)
            asked = asked || mine(consultation);
        if (asked) {
            TRY(auto openings, reader.openings(id));
            const Texts texts(std::move(openings));
            for (const engine::Consultation& consultation : document.consultations) {
                if (mine(consultation))
                    view.to_answer.push_back(
                        consultation_view(definition, document, consultation, texts));
            }
        }
        const auto directory = parts_.identity.directory();
        for (const engine::Offer& offer : view.offers) {
            for (const engine::Refusal& blocker : offer.blockers) {
                if (blocker.person != 0)
                    view.people.emplace(blocker.person, directory->name_of(blocker.person));
            }
        }
        view.flow = std::move(readable.flow);
        return {};
    };
    TRY_VOID(parts_.store.read(query));
    return view;
}

Result<AttachmentView> Documents::attachment(const Principal& principal, engine::DocumentId id,
                                             const engine::Digest& digest) {
    AttachmentView view;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const Readable readable, this->readable(reader, principal, id));
        const Error missing{ErrorCode::not_found, "the document has no such attachment"};
        // The stub of a purged document still lists what it had.
        if (readable.row.document.purged) return missing;
        for (const engine::Attachment& attachment : readable.row.document.attachments) {
            if (attachment.digest != digest) continue;
            TRY(auto openings, reader.openings(id));
            view = {digest, attachment.size, Texts(std::move(openings)).text(attachment.name)};
            return {};
        }
        return missing;
    };
    TRY_VOID(parts_.store.read(query));
    return view;
}

}  // namespace gongkai::app
