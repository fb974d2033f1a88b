#include "app/flow_scan.hpp"

#include <algorithm>

namespace gongkai::app {

engine::Result<ScanEnd> scan_flow(
    storage::Store& store, const std::string& flow, engine::DocumentId oldest,
    const std::function<engine::Result<void>(storage::Reader&, const storage::DocumentRow&)>& visit,
    const ScanBounds& bounds) {
    ScanEnd end;
    bool past = false;
    std::size_t passed = 0;
    storage::DocumentFilter filter;
    filter.scan_limit = bounds.at_once;
    filter.matches = [&](const engine::Document& document) {
        past = past || document.id < oldest;
        ++passed;
        return !past && document.flow == flow;
    };
    for (bool more = true; more && !past;) {
        if (end.looked_at >= bounds.of_flow || passed >= bounds.of_all) {
            end.complete = false;
            break;
        }
        const auto query = [&](storage::Reader& reader) -> engine::Result<void> {
            constexpr std::size_t most_rows = 250;
            filter.limit = std::min(most_rows, bounds.of_flow - end.looked_at);
            TRY(const auto page, reader.documents(filter));
            for (const storage::DocumentRow& row : page.rows)
                TRY_VOID(visit(reader, row));
            end.looked_at += page.rows.size();
            more = page.next.has_value();
            filter.before = page.next.value_or(0);
            return {};
        };
        TRY_VOID(store.read(query));
    }
    return end;
}

}  // namespace gongkai::app
