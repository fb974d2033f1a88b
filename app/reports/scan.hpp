// Passing over all documents.
#pragma once

#include <functional>
#include <vector>

#include "app/flow.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

// Newest first, each once; a page a snapshot, so that no snapshot grows old. A document that is
// opened meanwhile is not seen. `departments`: empty is all. An error of `visit` ends it.
Result<void> each_document(
    storage::Store& store, const Flows& flows,
    const std::vector<engine::DepartmentCode>& departments,
    const std::function<Result<void>(const Flow&, const engine::Document&)>& visit);

// The same with what the row says beside, and the snapshot that it came from, for those documents
// that `wanted` says yes to.
Result<void> each_row(storage::Store& store, const Flows& flows,
                      const std::vector<engine::DepartmentCode>& departments,
                      const std::function<bool(const Flow&, const engine::Document&)>& wanted,
                      const std::function<Result<void>(const Flow&, const storage::DocumentRow&,
                                                       storage::Reader&)>& visit);

// These documents, in this order; those that belong to one of the departments.
Result<void> each_of(storage::Store& store, const Flows& flows,
                     const std::vector<engine::DocumentId>& ids,
                     const std::vector<engine::DepartmentCode>& departments,
                     const std::function<Result<void>(const Flow&, const storage::DocumentRow&,
                                                      storage::Reader&)>& visit);

}  // namespace gongkai::app
