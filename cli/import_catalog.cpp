#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/catalog.hpp"
#include "cli/import.hpp"
#include "cli/shipped.hpp"
#include "language/yaml_document.hpp"
#include "storage/audit/files.hpp"

namespace gongkai::cli {

namespace {

namespace json = boost::json;
using engine::Result;

Result<std::vector<language::SourceFile>> files_of(const CatalogImportOptions& options) {
    std::vector<language::SourceFile> files;
    if (options.shipped) {
        files = shipped_files();
        std::erase_if(files, [](const auto& file) { return !file.path.starts_with("catalog/"); });
    }
    for (const std::string& path : options.files) {
        TRY(auto text, storage::audit::read_file(path, language::kMaxFileBytes));
        files.push_back({path, std::move(text)});
    }
    return files;
}

void tell(const std::vector<language::Diagnostic>& diagnostics, bool as_json) {
    if (as_json) {
        fmt::print("{}\n", language::to_json(diagnostics));
    } else {
        fmt::print(stderr, "{}", language::render(diagnostics));
    }
}

// What came, or would come, of one catalogue.
using Brought = app::AdminResult<app::CatalogCounts>;
Brought bring_in(app::Application& application, const app::AdminRequest& request,
                 const app::CatalogImport& catalog, bool dry_run) {
    if (!dry_run) return application.administration().import_catalog(request, catalog);
    auto counts = application.catalog().compare(catalog);
    if (!counts) return std::move(counts).error();
    return *counts;
}

json::object as_object(const app::CatalogImport& catalog, const app::CatalogCounts& counts) {
    return {{"catalog", catalog.name},   {"items", catalog.items.size()}, {"added", counts.added},
            {"changed", counts.changed}, {"unchanged", counts.unchanged}, {"ended", counts.ended},
            {"kept", counts.kept}};
}

std::string kept_words(std::size_t kept) {
    return kept == 0 ? "" : fmt::format(", {} kept as documents have them", kept);
}

// Column texts of one item, for people.
void print(const storage::CatalogItem& item) {
    const json::value details = json::parse(item.details);
    const auto text = [&](const char* key) {
        const auto* value = details.as_object().if_contains(key);
        return value == nullptr || !value->is_string() ? std::string()
                                                       : std::string(value->as_string());
    };
    fmt::print("{:<10} {:<10} {} / {}{}\n", item.code, item.flow, item.level1, text("level2"),
               item.ended ? "  (ended " + engine::to_string(*item.ended) + ")" : "");
}

json::object as_object(const storage::CatalogItem& item) {
    json::object out{{"code", item.code},
                     {"catalog", item.catalog},
                     {"flow", item.flow},
                     {"level1", item.level1},
                     {"details", json::parse(item.details)}};
    if (item.ended) out["ended"] = engine::to_string(*item.ended);
    if (item.document != 0) out["document"] = std::to_string(item.document);
    return out;
}

}  // namespace

int import_catalog(const CatalogImportOptions& options) {
    const auto files = files_of(options);
    if (!files) return failed(files.error());
    const auto desk =
        options.dry_run ? desk_to_read(options, options.as) : desk_to_change(options, options.as);
    if (!desk) return failed(desk.error());
    const auto reading = app::read_catalogs(*files, desk->application->flows());
    if (reading.catalogs.empty()) {
        tell(reading.diagnostics, options.json);
        return kBadInput;
    }
    json::array brought;
    for (const app::CatalogImport& catalog : reading.catalogs) {
        const auto result = bring_in(*desk->application, {desk->principal, "import", std::nullopt},
                                     catalog, options.dry_run);
        if (const auto* error = std::get_if<engine::Error>(&result)) return failed(*error);
        if (const auto* why = std::get_if<app::Denied>(&result)) {
            complain(
                fmt::format("refused: {}: {}\n    {}", why->code, why->message, why->message_zh));
            return kFound;
        }
        const auto& counts = std::get<app::CatalogCounts>(result);
        brought.push_back(as_object(catalog, counts));
        if (!options.json)
            fmt::print("{}: {} items: {} added, {} changed, {} unchanged; {} ended{}{}\n",
                       catalog.name, catalog.items.size(), counts.added, counts.changed,
                       counts.unchanged, counts.ended, kept_words(counts.kept),
                       options.dry_run ? " (dry run)" : "");
    }
    if (options.json)
        fmt::print("{}\n", json::serialize(json::object{{"catalogs", std::move(brought)},
                                                        {"dry_run", options.dry_run}}));
    const auto closed = desk->application->close();
    return closed ? kOk : failed(closed.error());
}

Result<void> bring_in_catalogs(app::Application& application, std::vector<app::RuleFile> rules,
                               const std::string& login) {
    std::erase_if(rules, [](const auto& file) { return !file.path.starts_with("catalog/"); });
    const auto principal = principal_of(application, login);
    if (!principal) return {};
    const auto reading = app::read_catalogs(rules, application.flows());
    if (language::has_errors(reading.diagnostics))
        return engine::Error{engine::ErrorCode::malformed, language::render(reading.diagnostics)};
    for (const app::CatalogImport& catalog : reading.catalogs) {
        const auto result =
            application.administration().import_catalog({*principal, "sample", {}}, catalog);
        if (const auto* error = std::get_if<engine::Error>(&result)) return *error;
    }
    return {};
}

int list_catalog(const CatalogListOptions& options) {
    const auto application = app::Application::open(read_only_options(options));
    if (!application) return failed(application.error());
    storage::CatalogFilter filter{
        options.catalog, options.flow, options.level1, options.ended, 0, 200};
    json::array items;
    for (bool more = true; more;) {
        const auto page = (*application)->catalog().list(filter);
        if (!page) return failed(page.error());
        for (const storage::CatalogItem& item : page->rows) {
            if (options.json) {
                items.push_back(as_object(item));
            } else {
                print(item);
            }
        }
        more = page->next.has_value();
        filter.after = page->next.value_or(0);
    }
    if (options.json)
        fmt::print("{}\n", json::serialize(json::object{{"items", std::move(items)}}));
    return kOk;
}

}  // namespace gongkai::cli
