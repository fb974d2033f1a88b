// The catalogue of disclosure items: for everybody those in force, for those within also what
// ended.
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Parsed<storage::CatalogFilter> filter_of(const Request& request) {
    storage::CatalogFilter filter;
    filter.catalog = query_text(request, "catalog");
    filter.flow = query_text(request, "flow");
    filter.level1 = query_text(request, "level1");
    TRY(const auto cursor, query_number(request, "cursor", ~std::uint64_t{0}));
    filter.after = cursor.value_or(0);
    TRY(filter.limit, query_limit(request));
    return filter;
}

Response page_response(const storage::CatalogPage& page) {
    json::Writer out(4096);
    out.begin_object().key("items").begin_array();
    for (const storage::CatalogItem& item : page.rows) {
        out.begin_object()
            .member("code", item.code)
            .member("catalog", item.catalog)
            .member("flow", item.flow)
            .member("level1", item.level1);
        if (item.ended) out.member("ended", engine::to_string(*item.ended));
        if (item.document != 0) out.member("document", std::to_string(item.document));
        out.key("details").raw(item.details).end_object();
    }
    out.end_array();
    if (page.next) out.member("next", std::to_string(*page.next));
    return json_response(200, out.end_object().take());
}

Answer list_catalog(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"catalog", "flow", "level1", "ended", "cursor", "limit"}));
    TRY(auto filter, filter_of(request));
    const std::string ended = query_text(request, "ended");
    if (!ended.empty() && ended != "true" && ended != "false")
        return bad_query("ended", "is true or false", "应为 true 或 false");
    filter.ended = ended == "true";
    TRY(const auto page, known(edge.app.catalog().list(filter)));
    return page_response(page);
}

Answer list_public_catalog(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"catalog", "flow", "level1", "cursor", "limit"}));
    TRY(const auto filter, filter_of(request));
    TRY(const auto page, known(edge.app.catalog().list_public(filter)));
    return page_response(page);
}

}  // namespace

void add_catalog_routes(Router& router, Edge& edge) {
    router.add({.method = Method::get,
                .pattern = "/api/v1/catalog",
                .handler = on_reader(edge, list_catalog),
                .operation = "list_catalog"});
    router.add({.method = Method::get,
                .pattern = "/public/v1/catalog",
                .handler = on_reader(edge, list_public_catalog),
                .operation = "list_public_catalog",
                .authenticated = false});
}

}  // namespace gongkai::api
