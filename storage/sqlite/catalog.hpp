// The items of the catalogue, as the writer and both kinds of readers look at them.
#pragma once

#include <optional>
#include <string>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace gongkai::storage::sqlite {

Result<std::optional<CatalogItem>> find_catalog_item(Connection& connection,
                                                     const std::string& code);
Result<CatalogPage> read_catalog(Connection& connection, const CatalogFilter& filter);

}  // namespace gongkai::storage::sqlite
