// Files: streamed in, named by their SHA-256, streamed out to be saved and never to be shown.
#include "api/file_answer.hpp"
#include "api/present.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"

namespace gongkai::api {

Answer file_answer(const app::ReadableFile& file, const engine::Digest& digest) {
    auto opened = OpenFile::open(file.path);
    if (!opened) return problem(EdgeProblem::not_found);
    // The bytes of a digest never change, but who may see them does: no cache keeps them.
    Response response = download(std::move(*opened), file.name, "application/octet-stream");
    response.headers.add("ETag", "\"" + to_hex(digest) + "\"");
    return response;
}

namespace {

Answer upload(Edge& edge, const Request& request) {
    if (!request.upload || request.upload->size() == 0)
        return problem(EdgeProblem::invalid_body)
            .with_detail("the body is the file, and it is empty", "请求体应为文件内容，不得为空");
    const auto& file = *request.upload;
    TRY(const auto handed_in, known(edge.app.attachments().add(principal_of(request), file.path(),
                                                               file.digest(), file.size())));
    json::Writer out;
    out.begin_object()
        .member("sha256", to_hex(handed_in.digest))
        .member("size", handed_in.size)
        .end_object();
    return json_response(201, out.take());
}

Answer list_attachments(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    TRY(const auto view, known(edge.app.documents().find(principal_of(request), id)));
    json::Writer out;
    out.begin_object().key("attachments");
    write_attachments(out, view.attachments);
    return json_response(200, out.end_object().take());
}

Answer download_attachment(Edge& edge, const Request& request) {
    TRY(const auto id, document_of(request));
    TRY(const auto digest, digest_of(request, "sha256"));
    TRY(const auto file, known(edge.app.attachments().open(principal_of(request), id, digest)));
    return file_answer(file, digest);
}

}  // namespace

void add_attachment_routes(Router& router, Edge& edge) {
    router.add({.method = Method::post,
                .pattern = "/api/v1/attachments",
                .handler = on_waiter(edge, upload),
                .operation = "upload_attachment",
                .body_limit = edge.limits.attachment_bytes,
                .spooled_upload = true});
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/attachments",
                .handler = on_reader(edge, list_attachments),
                .operation = "list_attachments"});
    router.add({.method = Method::get,
                .pattern = "/api/v1/documents/{id}/attachments/{sha256}",
                .handler = on_reader(edge, download_attachment),
                .operation = "download_attachment"});
}

}  // namespace gongkai::api
