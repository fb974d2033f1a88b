#include <algorithm>

#include "storage/memory/state.hpp"

namespace gongkai::storage::memory {

using engine::Error;
using engine::ErrorCode;

namespace {

template <class Map>
auto lookup(const Map& map, const typename Map::key_type& key)
    -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

// The next free id where it is 0.
template <class Map, class Row>
std::uint32_t put(Map& map, Row row) {
    if (row.id == 0) row.id = map.empty() ? 1 : map.rbegin()->first + 1;
    const auto id = row.id;
    map[id] = std::move(row);
    return id;
}

Error conflict(std::string message) {
    return Error{ErrorCode::conflict, std::move(message)};
}

}  // namespace

audit::NodeReader State::nodes() const {
    return [this](audit::NodeId node) -> Result<Digest> {
        const audit::NodePlace place = audit::node_place(node);
        return leaves.at(place.row)->nodes.at(place.offset / sizeof(Digest));
    };
}

Result<std::optional<StoredDocument>> MemoryTransaction::find_document(DocumentId id) {
    const auto found = lookup(state_.documents, id);
    return found ? std::optional((*found)->document) : std::nullopt;
}

Result<std::optional<DocumentId>> MemoryTransaction::find_external(const std::string& source,
                                                                   const std::string& id) {
    return lookup(state_.externals, {source, id});
}

Result<std::optional<IdempotencyRecord>> MemoryTransaction::find_idempotency(
    PersonId actor, const std::string& key) {
    return lookup(state_.idempotency, {actor, key});
}

Result<std::vector<Opening>> MemoryTransaction::openings(DocumentId id) {
    return MemoryReader(state_).openings(id);
}

Result<std::optional<PublicDocument>> MemoryTransaction::find_publication(DocumentId id) {
    return lookup(state_.publications, id);
}

RecordId MemoryTransaction::append(DocumentId document, RecordId previous,
                                   const std::string& leaf) {
    const RecordId record = state_.leaves.size();
    const audit::NodeBlob blob = state_.frontier.append(leaf);
    state_.leaves.push_back(std::make_shared<const Leaf>(
        Leaf{{record, document, previous, leaf}, {blob.hashes().begin(), blob.hashes().end()}}));
    return record;
}

Result<RecordId> MemoryTransaction::write_leaf(DocumentId document, const std::string& leaf) {
    const auto found = state_.documents.find(document);
    if (found == state_.documents.end()) return append(document, kNoRecord, leaf);
    Stored stored = *found->second;
    const RecordId record = append(document, stored.document.last_record, leaf);
    stored.document.last_record = record;
    found->second = std::make_shared<const Stored>(std::move(stored));
    return record;
}

Result<RecordId> MemoryTransaction::write_step(const StepRecord& step) {
    const DocumentId id = step.after.id;
    if (id == 0 || id > INT64_MAX)
        return Error{ErrorCode::invalid_argument, "a document needs an id from 1 to 2^63 - 1"};
    const auto old = lookup(state_.documents, id);
    if (step.created) {
        if (old) return conflict("the document exists already");
        if (step.external && state_.externals.contains(*step.external))
            return conflict("the other system's id is known already");
    } else if (!old) {
        return Error{ErrorCode::not_found, "the document does not exist"};
    } else if (step.after.revision != (*old)->document.document.revision + 1) {
        return conflict("the document has another revision");
    }
    for (const Digest& code : step.codes) {
        if (state_.codes.contains(code)) return conflict("the code is another document's already");
    }

    Stored stored = old ? **old : Stored{};
    const RecordId record = append(id, stored.document.last_record, step.leaf);
    stored.document = {step.after, record, state_.leaves.back()->nodes.front()};
    if (step.title) stored.title = *step.title;
    if (step.created && step.external) {
        std::tie(stored.source, stored.source_id) = *step.external;
        state_.externals[*step.external] = id;
    }

    for (const Digest& code : step.codes)
        state_.codes[code] = id;

    // A task that is still the same arrival keeps its number.
    auto before = std::exchange(stored.tasks, {});
    std::uint64_t next_number = record * 256 + 1;
    for (const Task& task : step.tasks) {
        const auto same = std::find_if(before.begin(), before.end(), [&task](const auto& other) {
            const Task& t = other.second;
            return t.role == task.role && t.department == task.department &&
                   t.region == task.region && t.state == task.state && t.since == task.since;
        });
        std::uint64_t number = 0;
        if (same != before.end()) {
            number = same->first;
            before.erase(same);
        } else {
            number = next_number++;
        }
        stored.tasks.emplace_back(number, task);
    }
    stored.timers = step.timers;

    for (const Opening& opening : step.openings)
        state_.openings[id].emplace(opening.commitment, opening);
    if (step.purge) {
        state_.openings.erase(id);
        state_.publications.erase(id);
        stored.title.clear();
    }
    for (const OutboxMessage& message : step.outbox) {
        const std::uint64_t number = state_.next_message++;
        state_.outbox[number] = {number, message, 0, message.created, false, ""};
    }
    if (step.publication) {
        PublicDocument publication = *step.publication;
        publication.record = record;
        state_.publications[publication.document] = std::move(publication);
    }
    if (step.links) state_.links[id] = *step.links;
    state_.documents[id] = std::make_shared<const Stored>(std::move(stored));
    return record;
}

Result<void> MemoryTransaction::write_idempotency(const IdempotencyRecord& record) {
    if (!state_.idempotency.emplace(std::pair(record.actor, record.key), record).second)
        return conflict("the idempotency key is used already");
    return {};
}

// ---- directory
// ------------------------------------------------------------------------------------

Result<void> MemoryTransaction::put_department(const Department& department) {
    state_.departments[department.code] = department;
    ++state_.directory_version;
    return {};
}

Result<PersonId> MemoryTransaction::put_person(const Person& person) {
    for (const auto& [id, other] : state_.people) {
        if (other.login == person.login && id != person.id) return conflict("the login is taken");
    }
    ++state_.directory_version;
    return put(state_.people, person);
}

Result<std::uint32_t> MemoryTransaction::put_deputy(const Deputy& deputy) {
    ++state_.directory_version;
    return put(state_.deputies, deputy);
}

Result<std::uint32_t> MemoryTransaction::put_key(const MachineKey& key) {
    ++state_.directory_version;
    return put(state_.keys, key);
}

Result<std::uint32_t> MemoryTransaction::put_subscriber(const Subscriber& subscriber) {
    ++state_.directory_version;
    return put(state_.subscribers, subscriber);
}

Result<void> MemoryTransaction::put_session(const Session& session) {
    std::erase_if(state_.sessions, [&session](const auto& other) {
        return other.second.expires <= session.created;
    });
    state_.sessions[session.token_hash] = session;
    return {};
}

Result<void> MemoryTransaction::drop_session(const Digest& token_hash) {
    state_.sessions.erase(token_hash);
    return {};
}

Result<void> MemoryTransaction::drop_sessions_of(PersonId person) {
    std::erase_if(state_.sessions,
                  [person](const auto& session) { return session.second.person == person; });
    return {};
}

Result<void> MemoryTransaction::put_source(const Digest& digest, const std::string& kind,
                                           const std::string& name, const std::string& text) {
    state_.sources.emplace(digest, Reader::Source{digest, kind, name, text});
    return {};
}

// ---- series and codes
// -------------------------------------------------------------------------

Result<std::uint64_t> MemoryTransaction::take_number(const std::string& series) {
    return ++state_.series[series];
}

Result<std::uint64_t> MemoryTransaction::last_number(const std::string& series) {
    return lookup(state_.series, series).value_or(0);
}

Result<std::optional<DocumentId>> MemoryTransaction::find_code(const Digest& code) {
    return lookup(state_.codes, code);
}

// ---- catalogue
// ------------------------------------------------------------------------------------

Result<std::optional<CatalogItem>> MemoryTransaction::find_catalog_item(const std::string& code) {
    return lookup(state_.catalog, code);
}

Result<CatalogPage> MemoryTransaction::catalog(const CatalogFilter& filter) {
    return MemoryReader(state_).catalog(filter);
}

Result<std::uint64_t> MemoryTransaction::put_catalog_item(const CatalogItem& item) {
    CatalogItem stored = item;
    const auto before = lookup(state_.catalog, item.code);
    stored.number = before ? before->number : state_.catalog.size() + 1;
    state_.catalog[item.code] = stored;
    return stored.number;
}

// ---- outbox
// ---------------------------------------------------------------------------------------

Result<OutboxRow*> MemoryTransaction::message(std::uint64_t number, bool dead) {
    const auto found = state_.outbox.find(number);
    if (found == state_.outbox.end() || found->second.dead != dead)
        return Error{ErrorCode::not_found, "no such message in the outbox"};
    return &found->second;
}

Result<void> MemoryTransaction::outbox_delivered(std::uint64_t number) {
    TRY_VOID(message(number, false));
    state_.outbox.erase(number);
    return {};
}

Result<void> MemoryTransaction::outbox_failed(std::uint64_t number, Instant next_try,
                                              const std::string& why) {
    TRY(OutboxRow* const row, message(number, false));
    ++row->attempts;
    row->next_try = next_try;
    row->last_error = why;
    return {};
}

Result<void> MemoryTransaction::outbox_dead(std::uint64_t number, const std::string& why) {
    TRY(OutboxRow* const row, message(number, false));
    ++row->attempts;
    row->dead = true;
    row->last_error = why;
    return {};
}

Result<void> MemoryTransaction::outbox_replay(std::uint64_t number) {
    TRY(OutboxRow* const row, message(number, true));
    row->dead = false;
    row->attempts = 0;
    row->next_try = Instant{0};
    return {};
}

}  // namespace gongkai::storage::memory
