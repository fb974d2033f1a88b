#include "api/routes.hpp"

namespace gongkai::api {

Router make_router(Edge& edge) {
    Router router;
    use_middleware(router, edge);
    add_session_routes(router, edge);
    add_document_routes(router, edge);
    add_action_routes(router, edge);
    add_attachment_routes(router, edge);
    add_reading_routes(router, edge);
    add_deadline_routes(router, edge);
    add_letter_routes(router, edge);
    add_request_routes(router, edge);
    add_flow_routes(router, edge);
    add_directory_routes(router, edge);
    add_account_routes(router, edge);
    add_subscriber_routes(router, edge);
    add_audit_routes(router, edge);
    add_catalog_routes(router, edge);
    add_report_routes(router, edge);
    add_public_routes(router, edge);
    add_operation_routes(router, edge);
    return router;
}

}  // namespace gongkai::api
