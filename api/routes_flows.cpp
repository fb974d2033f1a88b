// The flows in force, and their pictures.
#include "api/picture.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

namespace {

Answer list_flows(Edge& edge, const Request&) {
    json::Writer out;
    out.begin_object().key("flows").begin_array();
    for (const auto& flow : edge.app.flows().all()) {
        out.begin_object()
            .member("name", flow->definition.flow)
            .member("title", flow->definition.title)
            .member("definition", to_hex(flow->definition.digest));
        write_texts(out, "basis", flow->definition.basis);
        out.end_object();
    }
    return json_response(200, out.end_array().end_object().take());
}

Parsed<std::shared_ptr<const app::Flow>> flow_named(Edge& edge, const Request& request) {
    auto flow = edge.app.flows().current(request.param("flow"));
    if (!flow) return problem(EdgeProblem::not_found);
    return flow;
}

Answer show_flow(Edge& edge, const Request& request) {
    TRY(const auto flow, flow_named(edge, request));
    return json_response(200, flow_json(*flow));
}

Answer show_flow_diagram(Edge& edge, const Request& request) {
    TRY_VOID(only_queries(request, {"format"}));
    TRY(const auto flow, flow_named(edge, request));
    TRY(const auto picture, picture_of(request));
    return picture_answer(*flow, picture);
}

}  // namespace

void add_flow_routes(Router& router, Edge& edge) {
    router.add({.method = Method::get,
                .pattern = "/api/v1/flows",
                .handler = at_once(edge, list_flows),
                .operation = "list_flows"});
    router.add({.method = Method::get,
                .pattern = "/api/v1/flows/{flow}",
                .handler = on_reader(edge, show_flow),
                .operation = "show_flow"});
    router.add({.method = Method::get,
                .pattern = "/api/v1/flows/{flow}/diagram",
                .handler = on_reader(edge, show_flow_diagram),
                .operation = "show_flow_diagram"});
}

}  // namespace gongkai::api
