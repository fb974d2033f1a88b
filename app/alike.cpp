#include "app/alike.hpp"

#include <algorithm>

#include "app/alike_traits.hpp"
#include "app/authorize.hpp"
#include "app/document_summary.hpp"
#include "app/flow_scan.hpp"
#include "engine/time.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

// A number that people know the document by. A code (查询码) is none: it opens doors.
std::string number_of(const engine::Definition& definition, const engine::Document& document,
                      std::span<const storage::Opening> openings) {
    for (std::size_t i = 0; i < definition.fields.size(); ++i) {
        const auto& assigned = definition.fields[i].assigned;
        if (!assigned || assigned->pattern.empty()) continue;
        std::string number = text_in(document, static_cast<engine::FieldId>(i), openings);
        if (!number.empty()) return number;
    }
    return {};
}

void count(AlikeCount& count, engine::Instant opened) {
    ++count.count;
    const std::string month = engine::to_string(engine::date_in_china(opened)).substr(0, 7);
    if (count.months.empty() || count.months.back().month != month)
        count.months.push_back({month, 0});
    ++count.months.back().count;
}

}  // namespace

Result<AlikeView> Alike::find(const Principal& principal, engine::DocumentId id, int months) {
    const Error missing{ErrorCode::not_found, "no document " + std::to_string(id)};
    if (!identity_.valid(principal)) return missing;
    const Instant now = clock_.now();
    const engine::Actor actor = identity_.actor_of(principal, now);
    AlikeView view;
    view.id = id;
    view.since = engine::add_months(engine::date_in_china(now), -months);
    std::vector<language::AlikeGroup> groups;
    std::vector<AlikeTrait> own;
    std::string flow_name;
    bool apart = false;
    const auto ask = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto row, reader.find_document(id));
        if (!row) return missing;
        TRY(view.flow, flows_.by_digest(row->document.definition));
        if (!may_read(actor, *view.flow, row->document)) return missing;
        flow_name = row->document.flow;
        const auto current = flows_.current(flow_name);
        groups = current ? current->alike : view.flow->alike;
        apart = kept_apart(*view.flow, row->document);
        TRY(const auto openings, reader.openings(id));
        own = traits_of(groups, view.flow->definition, row->document, openings);
        return {};
    };
    TRY_VOID(store_.read(ask));
    for (const language::AlikeGroup& group : groups)
        view.groups.push_back({group, 0, {}});
    if (apart || groups.empty()) return view;

    const auto compare = [&](storage::Reader& reader,
                             const storage::DocumentRow& row) -> Result<void> {
        if (row.document.id == id) return {};
        TRY(const auto flow, flows_.by_digest(row.document.definition));
        if (kept_apart(*flow, row.document) || !may_read(actor, *flow, row.document)) return {};
        TRY(const auto openings, reader.openings(row.document.id));
        const auto traits = traits_of(groups, flow->definition, row.document, openings);
        std::vector<AlikeReason> reasons;
        const Instant opened = opened_at(row.document.id);
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto nearness = alike_in(groups[i], own[i], traits[i]);
            if (!nearness) continue;
            reasons.push_back({i, *nearness});
            count(view.groups[i], opened);
        }
        if (reasons.empty()) return {};
        if (view.rows.size() == kMostAlikeRows) {
            ++view.left_out;
            return {};
        }
        view.rows.push_back(
            {summary_of(row, flow), opened, number_of(flow->definition, row.document, openings),
             engine::active_tags(flow->definition, row.document), std::move(reasons)});
        return {};
    };
    const engine::DocumentId oldest = first_id_at(engine::start_of_day(view.since));
    TRY(const ScanEnd end, scan_flow(store_, flow_name, oldest, compare));
    view.looked_at = end.looked_at;
    view.complete = end.complete;
    return view;
}

}  // namespace gongkai::app
