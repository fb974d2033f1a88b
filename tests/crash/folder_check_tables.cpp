// The tables beside the record: each must say what the documents and the leaves say.
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "app/outcome.hpp"
#include "app/projection.hpp"
#include "tests/crash/folder_check.hpp"

namespace gongkai::crash {

namespace fs = std::filesystem;
using engine::Result;
using storage::audit::to_hex;

namespace {

constexpr engine::Instant kFar{std::int64_t{1} << 52};

std::string text_of(const app::Flow& flow, const engine::Document& document, const char* field,
                    const std::vector<storage::Opening>& openings) {
    const engine::FieldId id = flow.definition.field(field);
    const auto& value = document.fields[id];
    const auto* text = value ? std::get_if<engine::Committed>(&*value) : nullptr;
    for (const storage::Opening& opening : openings) {
        if (text != nullptr && opening.commitment == text->commitment) return opening.text;
    }
    return {};
}

engine::Publication publication_of(const std::string& state) {
    if (state == "published") return engine::Publication::published;
    if (state == "withdrawn") return engine::Publication::withdrawn;
    return engine::Publication::none;
}

std::string read_whole(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

// ---- documents

void FolderCheck::check_rows() {
    read([&](storage::Reader& reader) -> Result<void> {
        storage::DocumentFilter filter;
        filter.limit = filter.scan_limit = 100'000;
        TRY(auto page, reader.documents(filter));
        for (auto& row : page.rows) {
            const engine::DocumentId id = row.document.id;
            if (known_.count(id) == 0) disagreed(fmt::format("document {} is nobody's", id));
            TRY(auto openings, reader.openings(id));
            rows_[id] = {std::move(row), std::move(openings)};
        }
        return {};
    });
}

void FolderCheck::check_document(const KnownDocument& known, bool whole) {
    const auto found = rows_.find(known.id);
    if (found == rows_.end()) return lost(fmt::format("document {}", known.id));
    const storage::DocumentRow& row = found->second.row;
    const engine::Document& document = row.document;
    const std::string name = fmt::format("document {} of revision {}", known.id, known.revision());
    if (document.revision < known.revision())
        return lost(fmt::format("{}: the disk has revision {}", name, document.revision));
    if (document.revision > known.revision())
        return disagreed(fmt::format("{}: the disk has revision {}", name, document.revision));
    const Seen& seen = documents_[known.id];
    if (seen.steps.size() != document.revision || seen.steps.back().content != document.content ||
        seen.attachments.size() != document.attachments.size())
        return disagreed(name + ": its leaves say something else");
    for (std::size_t i = 0; i < known.steps.size(); ++i) {
        const KnownStep& told = known.steps[i];
        if (!told.request.empty() && told.request != seen.steps[i].request)
            disagreed(name + ": a leaf of another request");
        if (told.content != seen.steps[i].content) disagreed(name + ": a leaf of other contents");
    }
    const auto states = app::active_states(flow_->definition, document);
    if (states.size() != 1 || states[0].name != known.state)
        disagreed(name + ": it is not in the state " + known.state);
    if (document.department != known.department || row.source_id != known.source_id ||
        document.purged != known.sealed() || document.publication != publication_of(known.state))
        disagreed(name + ": its row says something else");
    for (std::size_t i = 0; i < document.attachments.size(); ++i) {
        if (i >= known.files.size() || document.attachments[i].digest != known.files[i].digest ||
            document.attachments[i].digest != seen.attachments[i])
            disagreed(name + ": other attachments");
    }
    check_texts(known, found->second);
    check_publication(known, document);
    check_keys(known, whole);
}

void FolderCheck::check_texts(const KnownDocument& known, const Row& stored) {
    const engine::Document& document = stored.row.document;
    const bool sealed = known.sealed();
    if (stored.row.title != known.title ||
        (sealed ? !stored.openings.empty()
                : text_of(*flow_, document, "title", stored.openings) != known.title ||
                      text_of(*flow_, document, "body", stored.openings) != known.body))
        disagreed(
            fmt::format("document {} of revision {}: other texts", known.id, known.revision()));
}

void FolderCheck::check_publication(const KnownDocument& known, const engine::Document& document) {
    std::optional<storage::PublicDocument> page;
    const auto done = store_->read_public([&](storage::PublicReader& reader) -> Result<void> {
        TRY(page, reader.find(known.id));
        return {};
    });
    if (!done) return broken(done.error().message);
    const auto expected = publication_of(known.state);
    if (page.has_value() != (expected != engine::Publication::none))
        return disagreed(fmt::format("document {} in the state {}: published {}", known.id,
                                     known.state, page.has_value()));
    if (!page) return;
    const bool withdrawn = expected == engine::Publication::withdrawn;
    if (page->withdrawn != withdrawn || page->title != known.title ||
        page->content != document.content ||
        page->attachments.size() != (withdrawn ? 0 : known.files.size()))
        disagreed(fmt::format("document {}: the published page is another", known.id));
}

// The keys of all steps, or of the last one.
void FolderCheck::check_keys(const KnownDocument& known, bool whole) {
    const auto job = [&](storage::Transaction& transaction) -> Result<void> {
        for (std::size_t i = whole ? 0 : known.steps.size() - 1; i < known.steps.size(); ++i) {
            const KnownStep& step = known.steps[i];
            if (step.keyed_by == 0) continue;
            TRY(const auto record, transaction.find_idempotency(step.keyed_by, step.key));
            if (!record) {
                disagreed(fmt::format("document {} of revision {}: the key of step {} is not there",
                                      known.id, known.revision(), i + 1));
                continue;
            }
            TRY(const auto done, app::done_from_json(record->response));
            if (done.id != known.id || done.revision != i + 1 || done.content != step.content)
                disagreed("the key " + step.key + " was answered with another step");
        }
        return {};
    };
    if (const auto done = store_->run(job); !done) broken(done.error().message);
}

// ---- worklist and deadlines

void FolderCheck::check_worklist() {
    std::map<engine::DocumentId, std::vector<storage::Task>> listed;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto directory, reader.directory());
        std::vector<storage::QueueKey> queues;
        for (const char* role : {"clerk", "secrecy_officer", "leader"}) {
            queues.push_back({role, ""});
            for (const auto& department : directory.departments)
                queues.push_back({role, department.code});
        }
        TRY(const auto rows, reader.worklist(queues, 0, 1'000'000));
        std::uint64_t counted = 0;
        for (const auto& queue : queues) {
            TRY(const std::uint64_t count, reader.count(queue));
            counted += count;
        }
        if (counted != rows.size())
            disagreed(fmt::format("{} tasks are counted, {} listed", counted, rows.size()));
        for (const auto& row : rows) {
            listed[row.document].push_back(row.task);
            const auto known = known_.find(row.document);
            if (known != known_.end() && row.title != known->second->title)
                disagreed(fmt::format("a task of {} bears another title", row.document));
        }
        return {};
    });
    for (const auto& [id, stored] : rows_) {
        if (listed[id] != app::tasks_of(flow_->definition, stored.row.document))
            disagreed(fmt::format("document {}: its tasks are not those of its state", id));
        listed.erase(id);
    }
    if (!listed.empty()) disagreed("a task of a document that is not there");
}

void FolderCheck::check_deadlines() {
    std::map<engine::DocumentId, std::vector<storage::RunningTimer>> running;
    read([&](storage::Reader& reader) -> Result<void> {
        TRY(const auto timers, reader.due_timers(kFar, 1'000'000));
        for (const auto& [id, timer] : timers)
            running[id].push_back(timer);
        return {};
    });
    for (const auto& [id, stored] : rows_) {
        if (running[id] != app::timers_of(flow_->definition, stored.row.document))
            disagreed(fmt::format("document {}: its deadlines are not those of its state", id));
        running.erase(id);
    }
    if (!running.empty()) disagreed("a deadline of a document that is not there");
}

// ---- files

void FolderCheck::check_files(bool whole) {
    if (whole) files_.clear();
    std::map<std::string, std::uint64_t> sizes;
    std::error_code why;
    for (auto entry = fs::recursive_directory_iterator(data_ / "files", why);
         !why && entry != fs::recursive_directory_iterator(); entry.increment(why)) {
        if (!entry->is_regular_file()) continue;
        const std::string name = entry->path().filename().string();
        sizes[name] = entry->file_size();
        // A file is there whole or not at all, whether somebody names it or not.
        if (files_.count(name) == 0 &&
            name != to_hex(storage::audit::sha256(read_whole(entry->path()))))
            disagreed("the file " + name + " has other bytes");
        files_.insert(name);
    }
    for (const auto& [id, stored] : rows_) {
        if (stored.row.document.purged) continue;
        for (const auto& attachment : stored.row.document.attachments) {
            const auto found = sizes.find(to_hex(attachment.digest));
            if (found == sizes.end())
                lost(fmt::format("an attachment of {}", id));
            else if (found->second != attachment.size)
                disagreed(fmt::format("an attachment of {} of another size", id));
        }
    }
}

std::vector<std::string> FolderCheck::litter() const {
    const std::set<std::string> known = {"gongkai.db",
                                         "gongkai.db.lock",
                                         "audit.key",
                                         "checkpoints",
                                         "checkpoints/checkpoint",
                                         "checkpoints/checkpoints.jsonl",
                                         "checkpoints/lock",
                                         "files",
                                         "spool"};
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(data_)) {
        const std::string name = entry.path().lexically_relative(data_).string();
        const std::string last = entry.path().filename().string();
        const bool file = name.starts_with("files/") && (last.size() == 2 || last.size() == 64);
        if (known.count(name) == 0 && !file) out.push_back(name);
    }
    return out;
}

}  // namespace gongkai::crash
