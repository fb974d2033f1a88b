#include "app/catalog.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <set>

#include "app/admin_act.hpp"
#include "app/flow.hpp"
#include "storage/audit/canonical_json.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app {

namespace {

using storage::CatalogFilter;
using storage::CatalogItem;
using storage::CatalogPage;
using storage::audit::CanonicalWriter;

constexpr std::size_t kPage = 200;

void write_text(CanonicalWriter& writer, const char* key, const std::string& text) {
    if (!text.empty()) writer.key(key).string(text);
}

void write_texts(CanonicalWriter& writer, const char* key, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    writer.key(key).begin_array();
    for (const std::string& text : texts)
        writer.string(text);
    writer.end_array();
}

void write_amount(CanonicalWriter& writer, const char* key,
                  const std::optional<engine::Amount>& amount) {
    if (!amount) return;
    constexpr const char* units[] = {"hours", "days", "working days", "months"};
    writer.key(key).begin_object();
    writer.key("count").integer(amount->count);
    writer.key("unit").string(units[static_cast<std::size_t>(amount->unit)]).end_object();
}

void write_deadline(CanonicalWriter& writer, const language::CatalogDeadline& deadline) {
    if (deadline.title.empty()) return;
    writer.key("deadline").begin_object();
    write_amount(writer, "at_least", deadline.at_least);
    write_text(writer, "before", deadline.before);
    write_text(writer, "from", deadline.from);
    write_text(writer, "title", deadline.title);
    write_amount(writer, "withdraw_within", deadline.withdraw_within);
    write_amount(writer, "within", deadline.within);
    writer.end_object();
}

// From a transaction, or from a snapshot to compare with.
template <class Source>
Result<CatalogChanges> changes_in(Source& source, const CatalogImport& catalog,
                                  engine::Instant now) {
    CatalogChanges changes;
    std::set<std::string> codes;
    for (const CatalogItem& item : catalog.items) {
        codes.insert(item.code);
        TRY(const auto stored, source.find_catalog_item(item.code));
        if (stored && same_item(*stored, item)) {
            ++changes.counts.unchanged;
            continue;
        }
        if (stored && stored->document != 0) {
            ++changes.counts.kept;
            continue;
        }
        ++(stored ? changes.counts.changed : changes.counts.added);
        changes.put.push_back(item);
    }
    CatalogFilter filter;
    filter.catalog = catalog.name;
    filter.limit = kPage;
    for (bool more = true; more;) {
        TRY(CatalogPage page, source.catalog(filter));
        for (CatalogItem& stored : page.rows) {
            if (codes.count(stored.code) != 0) continue;
            if (stored.document != 0) {
                ++changes.counts.kept;
                continue;
            }
            stored.ended = now;
            changes.put.push_back(std::move(stored));
            ++changes.counts.ended;
        }
        more = page.next.has_value();
        filter.after = page.next.value_or(0);
    }
    return changes;
}

}  // namespace

CatalogItem catalog_item(const language::CatalogFile& file, const language::CatalogEntry& entry) {
    CatalogItem item;
    item.code = entry.code;
    item.catalog = file.name;
    item.flow = entry.flow;
    item.level1 = entry.level1;
    CanonicalWriter writer(item.details);
    writer.begin_object();
    write_text(writer, "audience", entry.audience);
    write_text(writer, "authority", file.authority);
    write_texts(writer, "basis", entry.basis);
    write_texts(writer, "channels", entry.channels);
    write_texts(writer, "content", entry.content);
    write_deadline(writer, entry.deadline);
    write_text(writer, "domain", entry.domain);
    write_text(writer, "level2", entry.level2);
    write_texts(writer, "levels", entry.levels);
    write_text(writer, "method", entry.method);
    write_text(writer, "note", entry.note);
    write_text(writer, "verified", entry.verified);
    if (entry.version) writer.key("version").integer(*entry.version);
    writer.end_object();
    // The reader of the file has refused whatever cannot stand in it.
    if (!writer.finish()) storage::audit::stop_on_bug("an item that cannot be described");
    return item;
}

std::int64_t version_of(const CatalogItem& item) {
    const boost::json::value details = boost::json::parse(item.details);
    const auto* version = details.as_object().if_contains("version");
    return version == nullptr ? 0 : version->as_int64();
}

bool same_item(const CatalogItem& stored, const CatalogItem& item) {
    return !stored.ended && stored.catalog == item.catalog && stored.flow == item.flow &&
           stored.level1 == item.level1 && stored.details == item.details;
}

ItemLimit limit_of(const CatalogItem& item) {
    const boost::json::value details = boost::json::parse(item.details);
    const auto text = [](const boost::json::value* in, const char* key) -> std::string {
        const auto* value = in == nullptr ? nullptr : in->as_object().if_contains(key);
        return value == nullptr ? std::string() : std::string(value->as_string());
    };
    const auto* deadline = details.as_object().if_contains("deadline");
    ItemLimit limit{text(&details, "level2"), text(deadline, "from"), text(deadline, "before")};
    if (limit.title.empty()) limit.title = item.level1;
    return limit;
}

CatalogReading read_catalogs(std::span<const language::SourceFile> files, const Flows& flows) {
    std::vector<language::CatalogFlow> known;
    for (const auto& flow : flows.all())
        known.push_back({flow->definition.flow, flow->definition.title});
    auto read = language::read_catalog(files, known);
    CatalogReading reading;
    reading.diagnostics = std::move(read.diagnostics);
    for (std::size_t i = 0; i < read.files.size(); ++i) {
        CatalogImport catalog{read.files[i].name, files[i].text, {}};
        for (const language::CatalogEntry& entry : read.files[i].entries)
            catalog.items.push_back(catalog_item(read.files[i], entry));
        reading.catalogs.push_back(std::move(catalog));
    }
    return reading;
}

Result<CatalogChanges> catalog_changes(storage::Transaction& transaction,
                                       const CatalogImport& catalog, engine::Instant now) {
    return changes_in(transaction, catalog, now);
}

Result<CatalogPage> Catalog::list(CatalogFilter filter) {
    filter.limit = std::clamp<std::size_t>(filter.limit, 1, kPage);
    CatalogPage page;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(page, reader.catalog(filter));
        return {};
    };
    TRY_VOID(store_.read(query));
    return page;
}

Result<std::vector<CatalogItem>> Catalog::all() {
    std::vector<CatalogItem> items;
    CatalogFilter filter;
    filter.limit = kPage;
    for (bool more = true; more;) {
        TRY(CatalogPage page, list(filter));
        std::move(page.rows.begin(), page.rows.end(), std::back_inserter(items));
        more = page.next.has_value();
        filter.after = page.next.value_or(0);
    }
    return items;
}

Result<CatalogPage> Catalog::list_public(CatalogFilter filter) {
    filter.limit = std::clamp<std::size_t>(filter.limit, 1, kPage);
    filter.ended = false;
    CatalogPage page;
    const auto query = [&](storage::PublicReader& reader) -> Result<void> {
        TRY(page, reader.catalog(filter));
        return {};
    };
    TRY_VOID(store_.read_public(query));
    return page;
}

Result<CatalogCounts> Catalog::compare(const CatalogImport& catalog) {
    CatalogCounts counts;
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto changes, changes_in(reader, catalog, {}));
        counts = changes.counts;
        return {};
    };
    TRY_VOID(store_.read(query));
    return counts;
}

// ---- the act

AdminResult<CatalogCounts> Administration::import_catalog(const AdminRequest& request,
                                                          const CatalogImport& catalog) {
    const std::lock_guard one(acting_);
    const engine::Digest digest = storage::audit::sha256(catalog.source);
    CatalogCounts counts;
    Act act;
    act.also = kDisclosureOfficer;
    act.command = admin_json("import_catalog", [&](CanonicalWriter& writer) {
        writer.key("catalog").string(catalog.name);
        writer.key("digest").hex(digest.data(), digest.size());
        writer.key("items").integer(static_cast<std::int64_t>(catalog.items.size()));
    });
    act.events = [&](std::uint64_t) {
        return admin_event("catalog", [&](CanonicalWriter& writer) {
            writer.key("added").integer(static_cast<std::int64_t>(counts.added));
            writer.key("catalog").string(catalog.name);
            writer.key("changed").integer(static_cast<std::int64_t>(counts.changed));
            writer.key("digest").hex(digest.data(), digest.size());
            writer.key("ended").integer(static_cast<std::int64_t>(counts.ended));
            writer.key("items").integer(static_cast<std::int64_t>(catalog.items.size()));
            writer.key("kept").integer(static_cast<std::int64_t>(counts.kept));
        });
    };
    const auto change = [&](storage::Transaction& transaction) -> Result<std::uint64_t> {
        TRY_VOID(transaction.put_source(digest, "catalog", catalog.name, catalog.source));
        TRY(const auto changes, catalog_changes(transaction, catalog, clock_.now()));
        for (const CatalogItem& item : changes.put)
            TRY_VOID(transaction.put_catalog_item(item));
        counts = changes.counts;
        return std::uint64_t{0};
    };
    Number result = carry_out(request, act, change);
    if (auto* why = std::get_if<Denied>(&result)) return std::move(*why);
    if (auto* error = std::get_if<engine::Error>(&result)) return std::move(*error);
    return counts;
}

}  // namespace gongkai::app
