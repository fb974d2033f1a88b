// The record itself: its checkpoint, that one checkpoint extends another, and its leaves.
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Answer show_checkpoint(Edge& edge, const Request&) {
    const auto checkpoint = edge.evidence.checkpoint();
    if (!checkpoint) return problem_of_proof(checkpoint.error());
    json::Writer out;
    out.begin_object()
        .member("size", checkpoint->size)
        .member("root", to_hex(checkpoint->root))
        .member("note", checkpoint->note)
        .member("vkey", checkpoint->vkey)
        .end_object();
    return json_response(200, out.take());
}

Answer show_consistency(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"first", "second"}));
    constexpr std::uint64_t most = ~std::uint64_t{0} >> 1;
    TRY(const auto first, query_number(request, "first", most));
    TRY(const auto second, query_number(request, "second", most));
    if (!first || !second)
        return bad_query(first ? "second" : "first", "two sizes of the record",
                         "应给出记录的两个长度");
    TRY(const auto path, known(edge.evidence.consistency(*first, *second)));
    json::Writer out;
    out.begin_object().member("first", *first).member("second", *second).key("path").begin_array();
    for (const auto& hash : path)
        out.value(to_hex(hash));
    return json_response(200, out.end_array().end_object().take());
}

Answer list_leaves(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"first", "limit"}));
    if (!edge.evidence.may_audit(principal_of(request)))
        return problem_of(app::Denied{"not_allowed", "The record is the auditor's to read",
                                      "仅安全审计员可以查阅全部记录", ""});
    TRY(const auto first, query_number(request, "first", ~std::uint64_t{0} >> 1));
    TRY(const auto limit, query_limit(request, 1'000));
    TRY(const auto leaves, known(edge.evidence.leaves(first.value_or(0), limit)));
    json::Writer out(leaves.size() * 1024);
    out.begin_object().key("leaves").begin_array();
    for (const auto& leaf : leaves) {
        out.begin_object().member("record", leaf.record);
        if (leaf.document != 0) out.member("document", std::to_string(leaf.document));
        out.member("hash", to_hex(leaf.hash)).member("bytes", leaf.bytes).end_object();
    }
    out.end_array();
    if (leaves.size() == limit) out.member("next", std::to_string(leaves.back().record + 1));
    return json_response(200, out.end_object().take());
}

}  // namespace

void add_audit_routes(Router& router, Edge& edge) {
    // A checkpoint is for everybody: who keeps one can tell later whether the record was rewritten.
    router.add({.method = Method::get,
                .pattern = "/public/v1/checkpoint",
                .handler = on_reader(edge, show_checkpoint),
                .operation = "show_checkpoint",
                .authenticated = false});
    router.add({.method = Method::get,
                .pattern = "/public/v1/consistency",
                .handler = on_reader(edge, show_consistency),
                .operation = "show_consistency",
                .authenticated = false});
    router.add({.method = Method::get,
                .pattern = "/api/v1/audit/leaves",
                .handler = on_reader(edge, list_leaves),
                .operation = "list_leaves"});
}

}  // namespace gongkai::api
