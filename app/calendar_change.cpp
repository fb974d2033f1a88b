#include "app/calendar_change.hpp"

#include <algorithm>

#include "app/admin_act.hpp"
#include "app/administration.hpp"
#include "engine/timers.hpp"
#include "language/calendar_reader.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

using storage::audit::CanonicalWriter;

namespace {

constexpr const char* kKind = "calendar_file";
constexpr std::string_view kHead = "# loaded ";

}  // namespace

std::optional<Invalid> wrong_calendar(const language::SourceFile& file) {
    const auto reading = language::read_calendar(file);
    if (reading.file) return std::nullopt;
    return Invalid{"/source", "malformed_calendar", language::render(reading.diagnostics),
                   language::render(reading.diagnostics, language::Tongue::chinese)};
}

Result<std::vector<MovedDeadline>> moved_deadlines(storage::Store& store, const Flows& flows,
                                                   const engine::Calendar& calendar,
                                                   engine::Instant now) {
    std::vector<MovedDeadline> moved;
    storage::DocumentFilter filter;
    filter.limit = 200;
    for (bool more = true; more;) {
        storage::DocumentPage page;
        const auto query = [&](storage::Reader& reader) -> Result<void> {
            TRY(page, reader.documents(filter));
            return {};
        };
        TRY_VOID(store.read(query));
        for (const storage::DocumentRow& row : page.rows) {
            const auto flow = flows.by_digest(row.document.definition);
            if (!flow || row.document.purged) continue;
            const engine::Definition& definition = (*flow)->definition;
            for (const auto& [timer, after] :
                 engine::moved_timers(definition, row.document, calendar)) {
                const engine::TimerState& before = row.document.timers[timer];
                // What is due runs out in the next round, before anything is counted again.
                if (before.due <= now) continue;
                moved.push_back({row.document.id, definition.flow, row.title,
                                 definition.timers[timer].name, before, after});
            }
        }
        more = page.next.has_value();
        filter.before = page.next.value_or(0);
    }
    std::reverse(moved.begin(), moved.end());
    return moved;
}

std::string kept_calendar(engine::Instant at, const std::string& source) {
    return std::string(kHead) + engine::to_string(at) + "\n" + source;
}

Result<std::vector<language::SourceFile>> loaded_calendars(storage::Store& store) {
    std::vector<language::SourceFile> files;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto sources, reader.sources());
        for (const auto& source : sources) {
            if (source.kind == kKind)
                files.push_back({"calendars/" + source.name + ".yaml", source.text});
        }
        return {};
    };
    TRY_VOID(store.read(query));
    // The first line has the time in a form that sorts.
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.text < b.text; });
    return files;
}

AdminResult<Nothing> Administration::load_calendar(const AdminRequest& request,
                                                   const std::string& name,
                                                   const std::string& source) {
    const std::lock_guard one(acting_);
    const std::string kept = kept_calendar(clock_.now(), source);
    const engine::Digest digest = storage::audit::sha256(kept);
    const auto members = [&](CanonicalWriter& writer) {
        writer.key("calendar").string(name);
        writer.key("digest").hex(digest.data(), digest.size());
    };
    Act act;
    act.command = admin_json("load_calendar", members);
    act.events = [&](std::uint64_t) { return admin_event("calendar", members); };
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY_VOID(transaction.put_source(digest, kKind, name, kept));
        return std::uint64_t{0};
    };
    return nothing(carry_out(request, act, change));
}

}  // namespace gongkai::app
