// The catalogue of disclosure items (政务公开事项标准目录): what documents say that they are
// information of. Brought in by Administration::import_catalog(), and from then on adjusted by
// documents whose flow has the effects `put item` and `end item` (app/item_step.hpp). An item is
// never deleted, it ends.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/result.hpp"
#include "language/catalog_reader.hpp"
#include "storage/store.hpp"

namespace gongkai::app {

using engine::Result;

class Flows;

// One catalogue, ready to be brought in.
struct CatalogImport {
    std::string name;
    std::string source;  // the file; its SHA-256 stands in the record
    std::vector<storage::CatalogItem> items;
};

// What became of its items, or would. `ended`: those that it has no longer. `kept`: those that a
// document has put in force or ended, and of which the file says otherwise: what was signed, only
// what is signed changes.
struct CatalogCounts {
    std::size_t added = 0, changed = 0, unchanged = 0, ended = 0, kept = 0;
};

struct CatalogReading {
    std::vector<CatalogImport> catalogs;  // empty when there was an error
    std::vector<language::Diagnostic> diagnostics;
};
// Reads the files together; the flows are those that items may name.
CatalogReading read_catalogs(std::span<const language::SourceFile> files, const Flows& flows);

// CatalogItem::details: canonical JSON
//   {"audience", "authority", "basis": [], "channels": [], "content": [],
//    "deadline": {"at_least", "before", "from", "title", "withdraw_within", "within"}, "domain",
//    "level2", "levels": [], "method", "note", "verified", "version"}
// without members that would be empty. A period is {"count": 20, "unit": "working days"}.
storage::CatalogItem catalog_item(const language::CatalogFile& file,
                                  const language::CatalogEntry& entry);

// What the details say of an item's name and time limit.
struct ItemLimit {
    std::string title;   // 二级事项; 一级事项 where it has none
    std::string from;    // what the limit counts from: formed, approved, ...; may be empty
    std::string before;  // month and day of each year, 01-31; may be empty
};
ItemLimit limit_of(const storage::CatalogItem& item);

// 1, 2, ...; 0 where the item does not say.
std::int64_t version_of(const storage::CatalogItem& item);
// Whether the catalogue has the item just like this, whoever put it in.
bool same_item(const storage::CatalogItem& stored, const storage::CatalogItem& item);

// What has to be written to bring the catalogue in, and how many of each.
struct CatalogChanges {
    std::vector<storage::CatalogItem> put;
    CatalogCounts counts;
};
Result<CatalogChanges> catalog_changes(storage::Transaction& transaction,
                                       const CatalogImport& catalog, engine::Instant now);

// Reading. Any thread.
class Catalog {
  public:
    explicit Catalog(storage::Store& store) : store_(store) {}
    // `limit`: at most 200.
    Result<storage::CatalogPage> list(storage::CatalogFilter filter);
    // All in force.
    Result<std::vector<storage::CatalogItem>> all();
    // What everybody may see: items in force, through the connection of the portal.
    Result<storage::CatalogPage> list_public(storage::CatalogFilter filter);
    // What importing it would do.
    Result<CatalogCounts> compare(const CatalogImport& catalog);

  private:
    storage::Store& store_;
};

}  // namespace gongkai::app
