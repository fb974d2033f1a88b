// Looking at a document: history, proof, difference, picture; and the worklist.
#include "api/picture.hpp"
#include "api/present.hpp"
#include "api/present_alike.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Answer show_worklist(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"cursor", "limit"}));
    TRY(const auto cursor, query_number(request, "cursor", ~std::uint64_t{0}));
    TRY(const auto limit, query_limit(request));
    const auto principal = principal_of(request);
    auto& documents = edge.app.documents();
    TRY(const auto page, known(documents.worklist(principal, cursor.value_or(0), limit)));
    TRY(const auto counts, known(documents.worklist_counts(principal)));
    return json_response(200, worklist_json(page, counts, *edge.app.identity().directory()));
}

Answer show_history(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"cursor", "limit"}));
    TRY(const auto id, document_of(request));
    TRY(const auto cursor, query_number(request, "cursor", storage::kNoRecord));
    TRY(const auto limit, query_limit(request));
    TRY(const auto page,
        known(edge.app.documents().history(principal_of(request), id,
                                           cursor.value_or(storage::kNoRecord), limit)));
    return json_response(200, history_json(page));
}

Answer show_alike(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"months"}));
    TRY(const auto id, document_of(request));
    TRY(const auto months, query_number(request, "months", app::kMostAlikeMonths));
    if (months == 0) {
        return bad_query("months", "a number from 1 to 120", "应为 1 到 120 的数字");
    }
    const auto asked = static_cast<int>(months.value_or(app::kAlikeMonths));
    TRY(const auto view, known(edge.app.alike().find(principal_of(request), id, asked)));
    return json_response(200, alike_json(view));
}

Answer show_difference(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"from", "to"}));
    TRY(const auto id, document_of(request));
    const auto digest = [&](std::string_view name) -> Parsed<std::optional<engine::Digest>> {
        const auto text = request.query_value(name);
        if (!text) return std::optional<engine::Digest>{};
        const auto found = digest_from_hex(*text);
        if (!found)
            return bad_query(name, "64 lower-case hexadecimal digits",
                             "应为 64 位小写十六进制数字");
        return found;
    };
    TRY(const auto from, digest("from"));
    TRY(const auto to, digest("to"));
    if (!from)
        return bad_query("from", "the content hash to compare with", "应给出用于比对的内容摘要");
    TRY(const auto difference,
        known(edge.app.documents().difference(principal_of(request), id, *from, to)));
    return json_response(200, difference_json(difference));
}

Answer show_proof(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"record"}));
    TRY(const auto id, document_of(request));
    TRY(const auto record, query_number(request, "record", storage::kNoRecord));
    auto proof =
        edge.evidence.proof(principal_of(request), id, record.value_or(storage::kNoRecord));
    if (!proof) return problem_of_proof(proof.error());
    return proof_answer(std::move(*proof));
}

Answer show_diagram(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"format"}));
    TRY(const auto id, document_of(request));
    TRY(const auto picture, picture_of(request));
    TRY(const auto view, known(edge.app.documents().find(principal_of(request), id)));
    return picture_answer(*view.flow, picture, &view.document);
}

}  // namespace

void add_reading_routes(Router& router, Edge& edge) {
    const auto add = [&](const char* pattern, Ask ask, const char* operation) {
        router.add({.method = Method::get,
                    .pattern = pattern,
                    .handler = on_reader(edge, ask),
                    .operation = operation});
    };
    add("/api/v1/worklist", show_worklist, "show_worklist");
    add("/api/v1/documents/{id}/history", show_history, "show_history");
    add("/api/v1/documents/{id}/alike", show_alike, "show_alike");
    add("/api/v1/documents/{id}/difference", show_difference, "show_difference");
    // Waits for a checkpoint where the last one does not cover the record yet.
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/proof",
                .handler = on_waiter(edge, show_proof),
                .operation = "show_proof"});
    add("/api/v1/documents/{id}/diagram", show_diagram, "show_diagram");
}

}  // namespace gongkai::api
