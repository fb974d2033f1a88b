// Documents: open, read, list, edit; and what another system hands in.
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

constexpr json::TextRule kName{.max = 64};

Parsed<app::StepRequest> read_open(const Request& request) {
    return read_step(request, false, [](json::Reader& in) -> app::Input {
        app::input::Open open;
        open.flow = in.text("flow", kName);
        open.department = in.text("department", kName);
        open.fields = read_fields(in);
        open.attachments = read_attachments(in).value_or(std::vector<app::PlainAttachment>{});
        if (in.has("parent")) {
            app::input::Parent& parent = open.parent.emplace();
            in.object("parent", [&](json::Reader& under) {
                parent.document = read_document(under, "document");
                parent.relation = under.text("relation", kName);
            });
        }
        return open;
    });
}

Parsed<app::StepRequest> read_edit(const Request& request) {
    // Somebody else's work must not be overwritten unseen.
    if (!request.headers.contains("If-Match")) return problem(ApiProblem::if_match_required);
    return read_step(request, true, [](json::Reader& in) -> app::Input {
        app::input::Edit edit;
        edit.fields = read_fields(in);
        edit.attachments = read_attachments(in);
        return edit;
    });
}

Parsed<app::StepRequest> read_hand_in(const Request& request) {
    return read_step(request, false, [&](json::Reader& in) -> app::Input {
        app::input::HandIn hand_in;
        hand_in.source = request.param("source");
        hand_in.source_id = request.param("source_id");
        hand_in.flow = in.text("flow", kName);
        hand_in.department = in.text("department", kName);
        hand_in.fields = read_fields(in);
        hand_in.attachments = read_attachments(in);
        return hand_in;
    });
}

Answer show(const Request& request, const app::DocumentView& view) {
    const std::string etag = etag_of(view.document.revision);
    Response response;
    if (request.headers.get("If-None-Match") == etag)
        response.status = 304;
    else
        response = json_response(200, document_json(view));
    response.headers.add("ETag", etag);
    return response;
}

Answer show_document(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    TRY(const auto view, known(edge.app.documents().find(principal_of(request), id)));
    return show(request, view);
}

Answer show_handed_in(Edge& edge, const Request& request) {
    const auto principal = principal_of(request);
    auto& documents = edge.app.documents();
    TRY(const auto id,
        known(documents.find_external(principal, std::string(request.param("source")),
                                      std::string(request.param("source_id")))));
    TRY(const auto view, known(documents.find(principal, id)));
    return show(request, view);
}

Answer list_documents(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"flow", "state", "attribute", "department", "publication",
                                    "drafter", "cursor", "limit"}));
    app::ListFilter filter;
    filter.flow = query_text(request, "flow");
    filter.state = query_text(request, "state");
    filter.attribute = query_text(request, "attribute");
    filter.department = query_text(request, "department");
    if (const auto word = request.query_value("publication")) {
        for (const auto publication :
             {engine::Publication::none, engine::Publication::draft, engine::Publication::published,
              engine::Publication::withdrawn})
            if (*word == name_of(publication)) filter.publication = publication;
        if (!filter.publication)
            return bad_query("publication", "one of none, draft, published, withdrawn",
                             "应为 none、draft、published、withdrawn 之一");
    }
    TRY(const auto drafter, query_number(request, "drafter", 0xFFFF'FFFF));
    filter.drafter = static_cast<engine::PersonId>(drafter.value_or(0));
    TRY(const auto cursor, query_number(request, "cursor", ~std::uint64_t{0}));
    if (cursor) filter.before = *cursor;
    TRY(filter.limit, query_limit(request));
    TRY(const auto list, known(edge.app.documents().list(principal_of(request), filter)));
    return json_response(200, documents_json(list));
}

}  // namespace

void add_document_routes(Router& router, Edge& edge) {
    const auto body_limit = edge.limits.document_bytes;
    router.add({.method = Method::post,
                .pattern = "/api/v1/documents",
                .handler = step(edge, read_open),
                .operation = "open_document",
                .body_limit = body_limit});
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents",
                .handler = on_reader(edge, list_documents),
                .operation = "list_documents"});
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}",
                .handler = on_reader(edge, show_document),
                .operation = "show_document"});
    router.add({.method = Method::patch,
                .pattern = "/api/v1/documents/{id}",
                .handler = step(edge, read_edit),
                .operation = "edit_document",
                .body_limit = body_limit});
    router.add({.method = Method::put,
                .pattern = "/api/v1/sources/{source}/documents/{source_id}",
                .handler = step(edge, read_hand_in),
                .operation = "hand_in_document",
                .body_limit = body_limit});
    router.add({.method = Method::get,
                .pattern = "/api/v1/sources/{source}/documents/{source_id}",
                .handler = on_reader(edge, show_handed_in),
                .operation = "show_handed_in_document"});
}

}  // namespace gongkai::api
