// What everybody may see, without a login: only what lies in the publication tables.
#include "api/file_answer.hpp"
#include "api/picture.hpp"
#include "api/present.hpp"
#include "api/public_page.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

void write_public_summary(json::Writer& out, const storage::PublicDocument& document) {
    out.member("id", std::to_string(document.document))
        .member("flow", document.flow)
        .member("title", document.title)
        .member("department", document.department)
        .member("published", engine::to_string(document.published_at))
        .member("draft", document.draft)
        .member("withdrawn", document.withdrawn);
}

Answer list_published(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"flow", "cursor", "limit"}));
    TRY(const auto cursor, query_number(request, "cursor", ~std::uint64_t{0}));
    TRY(const auto limit, query_limit(request));
    TRY(const auto page,
        known(edge.app.publications().list(query_text(request, "flow"), cursor, limit)));
    json::Writer out(4096);
    out.begin_object().key("documents").begin_array();
    for (const auto& row : page.rows) {
        out.begin_object();
        write_public_summary(out, row);
        out.end_object();
    }
    out.end_array();
    if (page.next) out.member("next", std::to_string(*page.next));
    return json_response(200, out.end_object().take());
}

void write_links(json::Writer& out, std::string_view name,
                 const std::vector<storage::PublicLink>& links, bool above) {
    out.key(name).begin_array();
    for (const storage::PublicLink& link : links) {
        if (link.above != above) continue;
        out.begin_object()
            .member("id", std::to_string(link.document))
            .member("flow", link.flow)
            .member("title", link.title)
            .member("draft", link.draft)
            .member("relation", link.relation)
            .member("relation_title", link.relation_title)
            .end_object();
    }
    out.end_array();
}

Parsed<app::PublishedPage> published(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    TRY(auto page, known(edge.app.publications().page(id)));
    if (!page) return problem(EdgeProblem::not_found);
    return std::move(*page);
}

Answer show_published(Edge& edge, const Request& request) {
    TRY(const auto page, published(edge, request));
    const storage::PublicDocument& document = page.document;
    json::Writer out(4096);
    out.begin_object();
    write_public_summary(out, document);
    out.member("content", to_hex(document.content))
        .key("fields")
        .raw(document.fields.empty() ? "{}" : document.fields)
        .key("attachments")
        .begin_array();
    for (const auto& attachment : document.attachments)
        out.begin_object()
            .member("sha256", to_hex(attachment.digest))
            .member("size", attachment.size)
            .member("name", attachment.name)
            .end_object();
    out.end_array();
    write_links(out, "related", page.links, false);
    write_links(out, "related_from", page.links, true);
    if (document.record != storage::kNoRecord) out.member("record", document.record);
    return json_response(200, out.end_object().take());
}

Answer download_published(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    TRY(const auto digest, digest_of(request, "sha256"));
    TRY(const auto file, known(edge.app.attachments().open_public(id, digest)));
    return file_answer(file, digest);
}

Answer prove_published(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    auto proof = edge.evidence.public_proof(id);
    if (!proof) return problem_of_proof(proof.error());
    return proof_answer(std::move(*proof));
}

Answer show_public_page(Edge& edge, const Request& request) {
    TRY(const auto page, published(edge, request));
    const auto flow = edge.app.flows().current(page.document.flow);
    Response response = text_response(200, public_page(page, flow.get()));
    response.content_type = "text/html; charset=utf-8";
    return response;
}

}  // namespace

void add_public_routes(Router& router, Edge& edge) {
    const auto add = [&](const char* pattern, Handler handler, const char* operation) {
        router.add({.method = Method::get,
                    .pattern = pattern,
                    .handler = std::move(handler),
                    .operation = operation,
                    .authenticated = false});
    };
    add("/public/v1/documents", on_reader(edge, list_published), "list_published");
    add("/public/v1/documents/{id}", on_reader(edge, show_published), "show_published");
    add("/public/v1/documents/{id}/attachments/{sha256}", on_reader(edge, download_published),
        "download_published");
    add("/public/v1/documents/{id}/proof", on_waiter(edge, prove_published), "prove_published");
    add("/public/documents/{id}", on_reader(edge, show_public_page), "show_public_page");
}

}  // namespace gongkai::api
