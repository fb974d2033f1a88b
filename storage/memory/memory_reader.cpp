#include <algorithm>

#include "storage/memory/state.hpp"

namespace gongkai::storage::memory {

using engine::Error;
using engine::ErrorCode;

namespace {

DocumentRow row_of(const Stored& stored) {
    return {stored.document.document, stored.document.last_record, stored.title, stored.source,
            stored.source_id};
}

template <class Map>
auto values(const Map& map) {
    std::vector<typename Map::mapped_type> out;
    for (const auto& entry : map)
        out.push_back(entry.second);
    return out;
}

template <class T>
void cut(std::vector<T>& rows, std::size_t limit) {
    if (rows.size() > limit)
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
}

}  // namespace

Result<std::optional<DocumentRow>> MemoryReader::find_document(DocumentId id) {
    const auto found = state_.documents.find(id);
    if (found == state_.documents.end()) return std::optional<DocumentRow>();
    return std::optional(row_of(*found->second));
}

Result<std::optional<DocumentId>> MemoryReader::find_external(const std::string& source,
                                                              const std::string& id) {
    const auto found = state_.externals.find({source, id});
    return found == state_.externals.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<DocumentId>> MemoryReader::find_code(const Digest& code) {
    const auto found = state_.codes.find(code);
    return found == state_.codes.end() ? std::nullopt : std::optional(found->second);
}

Result<DocumentPage> MemoryReader::documents(const DocumentFilter& filter) {
    DocumentPage page;
    std::size_t scanned = 0;
    DocumentId last = 0;
    for (auto at = state_.documents.rbegin(); at != state_.documents.rend(); ++at) {
        const engine::Document& document = at->second->document.document;
        const auto& only = filter.departments;
        if (at->first >= filter.before) continue;
        if (!only.empty() && std::find(only.begin(), only.end(), document.department) == only.end())
            continue;
        if (page.rows.size() == filter.limit || scanned == filter.scan_limit) {
            if (scanned > 0) page.next = last;
            return page;
        }
        ++scanned;
        last = at->first;
        if (!filter.matches || filter.matches(document)) page.rows.push_back(row_of(*at->second));
    }
    return page;
}

Result<std::vector<Opening>> MemoryReader::openings(DocumentId id) {
    const auto found = state_.openings.find(id);
    return found == state_.openings.end() ? std::vector<Opening>() : values(found->second);
}

Result<std::vector<WorklistRow>> MemoryReader::worklist(std::span<const QueueKey> queues,
                                                        std::uint64_t after, std::size_t limit) {
    std::vector<WorklistRow> rows;
    for (const auto& [id, stored] : state_.documents) {
        for (const auto& [number, task] : stored->tasks) {
            const bool wanted =
                std::any_of(queues.begin(), queues.end(), [&open = task](const QueueKey& queue) {
                    return queue.role == open.role && queue.department == open.department;
                });
            if (wanted && number > after)
                rows.push_back({number, id, stored->document.document.flow, stored->title, task});
        }
    }
    std::sort(rows.begin(), rows.end(),
              [](const WorklistRow& a, const WorklistRow& b) { return a.number < b.number; });
    cut(rows, limit);
    return rows;
}

Result<std::uint64_t> MemoryReader::count(const QueueKey& queue) {
    TRY(const auto rows, worklist({&queue, 1}, 0, SIZE_MAX));
    return rows.size();
}

Result<std::vector<StoredLeaf>> MemoryReader::history(RecordId newest, std::size_t limit) {
    std::vector<StoredLeaf> out;
    for (RecordId record = newest; record != kNoRecord && out.size() < limit;) {
        if (record >= state_.leaves.size())
            return Error{ErrorCode::not_found, "the record does not exist"};
        out.push_back(state_.leaves[record]->leaf);
        record = out.back().previous;
    }
    return out;
}

Result<std::vector<StoredLeaf>> MemoryReader::leaves(RecordId first, std::size_t limit) {
    std::vector<StoredLeaf> out;
    for (RecordId record = first; record < state_.leaves.size() && out.size() < limit; ++record)
        out.push_back(state_.leaves[record]->leaf);
    return out;
}

Result<std::optional<std::uint64_t>> MemoryReader::leaf_index(RecordId record) {
    return record < state_.leaves.size() ? std::optional(record) : std::nullopt;
}

Result<std::uint64_t> MemoryReader::tree_size() {
    return state_.leaves.size();
}

Result<Digest> MemoryReader::tree_node(unsigned level, std::uint64_t index) {
    if (level >= 63 || index >= (state_.leaves.size() >> level))
        return Error{ErrorCode::not_found, "the audit tree has no such complete subtree"};
    return state_.nodes()({level, index});
}

Result<Digest> MemoryReader::tree_root(std::uint64_t size) {
    if (size > state_.leaves.size())
        return Error{ErrorCode::not_found, "the audit tree has fewer leaves"};
    return audit::root_at(size, state_.nodes());
}

Result<std::vector<std::pair<DocumentId, RunningTimer>>> MemoryReader::due_timers(
    Instant now, std::size_t limit) {
    std::vector<std::pair<DocumentId, RunningTimer>> out;
    for (const auto& [id, stored] : state_.documents) {
        for (const RunningTimer& timer : stored->timers) {
            if (timer.due <= now) out.emplace_back(id, timer);
        }
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.second.due, a.first, a.second.timer) <
               std::tuple(b.second.due, b.first, b.second.timer);
    });
    cut(out, limit);
    return out;
}

Result<std::vector<std::pair<DocumentId, RunningTimer>>> MemoryReader::provisional_timers(
    DocumentId after, std::size_t limit) {
    std::vector<std::pair<DocumentId, RunningTimer>> out;
    for (const auto& [id, stored] : state_.documents) {
        for (const RunningTimer& timer : stored->timers) {
            if (timer.provisional && id > after) out.emplace_back(id, timer);
        }
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.first, a.second.timer) < std::tuple(b.first, b.second.timer);
    });
    cut(out, limit);
    return out;
}

Result<Directory> MemoryReader::directory() {
    return Directory{values(state_.departments), values(state_.people),
                     values(state_.deputies),    values(state_.keys),
                     values(state_.subscribers), state_.directory_version};
}

Result<std::vector<Session>> MemoryReader::sessions() {
    return values(state_.sessions);
}

Result<std::optional<std::string>> MemoryReader::source(const Digest& digest) {
    const auto found = state_.sources.find(digest);
    return found == state_.sources.end() ? std::nullopt : std::optional(found->second.text);
}

Result<std::vector<Reader::Source>> MemoryReader::sources() {
    return values(state_.sources);
}

Result<std::optional<CatalogItem>> MemoryReader::find_catalog_item(const std::string& code) {
    const auto found = state_.catalog.find(code);
    return found == state_.catalog.end() ? std::nullopt : std::optional(found->second);
}

Result<CatalogPage> MemoryReader::catalog(const CatalogFilter& filter) {
    CatalogPage page;
    const auto fits = [](const std::string& wanted, const std::string& is) {
        return wanted.empty() || wanted == is;
    };
    for (const auto& [code, item] : state_.catalog) {
        if (item.number > filter.after && (filter.ended || !item.ended) &&
            fits(filter.catalog, item.catalog) && fits(filter.flow, item.flow) &&
            fits(filter.level1, item.level1))
            page.rows.push_back(item);
    }
    std::sort(page.rows.begin(), page.rows.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    if (page.rows.size() > filter.limit) {
        cut(page.rows, filter.limit);
        if (filter.limit > 0) page.next = page.rows.back().number;
    }
    return page;
}

// ---- outbox
// ---------------------------------------------------------------------------------------

Result<std::vector<OutboxRow>> MemoryReader::outbox_ready(std::uint32_t subscriber, Instant now,
                                                          std::size_t limit) {
    std::vector<OutboxRow> out;
    std::set<DocumentId> seen;
    for (const auto& [number, row] : state_.outbox) {
        if (row.dead || row.message.subscriber != subscriber) continue;
        if (!seen.insert(row.message.document).second) continue;
        if (row.next_try <= now) out.push_back(row);
    }
    std::sort(out.begin(), out.end(), [](const OutboxRow& a, const OutboxRow& b) {
        return std::tuple(a.next_try, a.number) < std::tuple(b.next_try, b.number);
    });
    cut(out, limit);
    return out;
}

Result<std::vector<OutboxRow>> MemoryReader::outbox_dead(std::uint64_t after, std::size_t limit) {
    std::vector<OutboxRow> out;
    for (const auto& [number, row] : state_.outbox) {
        if (row.dead && number > after) out.push_back(row);
    }
    cut(out, limit);
    return out;
}

Result<std::uint64_t> MemoryReader::outbox_pending() {
    return static_cast<std::uint64_t>(
        std::count_if(state_.outbox.begin(), state_.outbox.end(),
                      [](const auto& row) { return !row.second.dead; }));
}

// ---- the public
// -----------------------------------------------------------------------------------

Result<std::optional<PublicDocument>> MemoryReader::find(DocumentId id) {
    const auto found = state_.publications.find(id);
    return found == state_.publications.end() ? std::nullopt : std::optional(found->second);
}

Result<PublicPage> MemoryReader::list(const std::string& flow, std::optional<std::uint64_t> before,
                                      std::size_t limit) {
    PublicPage page;
    for (const auto& [id, publication] : state_.publications) {
        if ((flow.empty() || publication.flow == flow) &&
            publication.record < before.value_or(INT64_MAX))
            page.rows.push_back(publication);
    }
    std::sort(page.rows.begin(), page.rows.end(),
              [](const auto& a, const auto& b) { return a.record > b.record; });
    if (page.rows.size() > limit) {
        cut(page.rows, limit);
        if (limit > 0) page.next = page.rows.back().record;
    }
    return page;
}

Result<bool> MemoryReader::has_attachment(DocumentId id, const Digest& digest) {
    const auto found = state_.publications.find(id);
    return found != state_.publications.end() &&
           std::any_of(found->second.attachments.begin(), found->second.attachments.end(),
                       [&digest](const PublicAttachment& a) { return a.digest == digest; });
}

Result<std::vector<PublicLink>> MemoryReader::links(DocumentId id) {
    std::vector<PublicLink> out;
    const auto shown = [this](DocumentId one) -> const PublicDocument* {
        const auto found = state_.publications.find(one);
        const bool is = found != state_.publications.end() && !found->second.withdrawn;
        return is ? &found->second : nullptr;
    };
    if (shown(id) == nullptr) return out;
    const auto add = [&](DocumentId one, bool above, const LinkBelow& link) {
        if (const PublicDocument* other = shown(one))
            out.push_back({one, above, other->draft, link.relation,
                           above ? link.title_above : link.title, other->flow, other->title});
    };
    for (const auto& [above, links] : state_.links) {
        for (const LinkBelow& link : links) {
            if (link.below == id) add(above, true, link);
            if (above == id) add(link.below, false, link);
        }
    }
    std::sort(out.begin(), out.end(), [](const PublicLink& a, const PublicLink& b) {
        return std::tuple(!a.above, a.document, a.relation) <
               std::tuple(!b.above, b.document, b.relation);
    });
    return out;
}

}  // namespace gongkai::storage::memory
