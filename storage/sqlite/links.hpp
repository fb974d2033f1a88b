// Which published documents lead to which (the table `links`).
#pragma once

#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

// Makes them all that stand under `above`. Costs what changes where the list only grows.
Result<void> put_links(Connection& connection, DocumentId above,
                       const std::vector<LinkBelow>& links);
// PublicReader::links.
Result<std::vector<PublicLink>> read_links(Connection& connection, DocumentId id);

}  // namespace gongkai::storage::sqlite
