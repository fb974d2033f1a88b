#include "app/reports/scan.hpp"

#include <algorithm>

namespace gongkai::app {

namespace {

constexpr std::size_t kLooks = 2'000;  // documents a snapshot, some milliseconds
constexpr std::size_t kRows = 200;

}  // namespace

Result<void> each_row(storage::Store& store, const Flows& flows,
                      const std::vector<engine::DepartmentCode>& departments,
                      const std::function<bool(const Flow&, const engine::Document&)>& wanted,
                      const std::function<Result<void>(const Flow&, const storage::DocumentRow&,
                                                       storage::Reader&)>& visit) {
    storage::DocumentFilter filter;
    filter.departments = departments;
    filter.limit = kRows;
    filter.scan_limit = kLooks;
    std::optional<engine::Error> failed;
    filter.matches = [&](const engine::Document& document) {
        if (failed) return false;
        const auto flow = flows.by_digest(document.definition);
        if (!flow) {
            failed = flow.error();
            return false;
        }
        return wanted(**flow, document);
    };
    for (bool more = true; more;) {
        const auto page_of = [&](storage::Reader& reader) -> Result<void> {
            TRY(const auto page, reader.documents(filter));
            if (failed) return *failed;
            for (const storage::DocumentRow& row : page.rows) {
                TRY(const auto flow, flows.by_digest(row.document.definition));
                TRY_VOID(visit(*flow, row, reader));
            }
            more = page.next.has_value();
            filter.before = page.next.value_or(0);
            return {};
        };
        TRY_VOID(store.read(page_of));
    }
    return {};
}

Result<void> each_document(
    storage::Store& store, const Flows& flows,
    const std::vector<engine::DepartmentCode>& departments,
    const std::function<Result<void>(const Flow&, const engine::Document&)>& visit) {
    std::optional<engine::Error> failed;
    // Looked at where it lies: no row is made of it.
    const auto look = [&](const Flow& flow, const engine::Document& document) {
        if (failed) return false;
        if (const auto seen = visit(flow, document); !seen) failed = seen.error();
        return false;
    };
    TRY_VOID(each_row(
        store, flows, departments, look,
        [](const Flow&, const storage::DocumentRow&, storage::Reader&) { return Result<void>{}; }));
    if (failed) return *failed;
    return {};
}

Result<void> each_of(storage::Store& store, const Flows& flows,
                     const std::vector<engine::DocumentId>& ids,
                     const std::vector<engine::DepartmentCode>& departments,
                     const std::function<Result<void>(const Flow&, const storage::DocumentRow&,
                                                      storage::Reader&)>& visit) {
    const auto belongs = [&](const engine::DepartmentCode& code) {
        return departments.empty() ||
               std::find(departments.begin(), departments.end(), code) != departments.end();
    };
    for (std::size_t first = 0; first < ids.size(); first += kLooks) {
        const std::size_t end = std::min(first + kLooks, ids.size());
        const auto page_of = [&](storage::Reader& reader) -> Result<void> {
            for (std::size_t i = first; i < end; ++i) {
                TRY(const auto row, reader.find_document(ids[i]));
                if (!row || !belongs(row->document.department)) continue;
                TRY(const auto flow, flows.by_digest(row->document.definition));
                TRY_VOID(visit(*flow, *row, reader));
            }
            return {};
        };
        TRY_VOID(store.read(page_of));
    }
    return {};
}

}  // namespace gongkai::app
