#include "api/picture.hpp"

#include "api/requests.hpp"

namespace gongkai::api {

Parsed<app::Picture> picture_of(const Request& request) {
    const auto format = request.query_value("format").value_or("svg");
    if (format == "svg") return app::Picture::svg;
    if (format == "mermaid") return app::Picture::mermaid;
    if (format == "dot") return app::Picture::graphviz;
    return bad_query("format", "one of svg, mermaid, dot", "应为 svg、mermaid、dot 之一");
}

Response picture_answer(const app::Flow& flow, app::Picture picture, const engine::Document* at) {
    Response response = text_response(200, app::draw(flow, picture, at));
    if (picture == app::Picture::svg) {
        response.content_type = "image/svg+xml";
        // Opened by itself, an image may style itself and do nothing else.
        response.headers.set("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    }
    return response;
}

Response proof_answer(std::string proof) {
    return json_response(200, std::move(proof));
}

}  // namespace gongkai::api
